#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""DCCP sockets that are not simply open; filters; a dump of many messages.

The peers are Python's.
"""

import contextlib
import errno
import os
import socket
import subprocess
import time

import yaml

import common
import generic
import layout
import peers
from peers import V4, V6

FAMILIES = {"inet": V4, "inet6": V6}
KO = os.environ.get("DIVULGE_KO", "")
FOREIGN = os.path.dirname(KO) + "-test/foreign_ccid.ko"
NOBODY = 2 ** 32 - 1


def is_all(what, sock, **expected):
    """Some members of a record."""
    seen = {name: sock[name.replace("_", "-")] for name in expected}
    common.same(what, expected, seen)


def by_family(test):
    """The test for each family."""
    return [(f"{test.__name__}_{name}", lambda family=family: test(family))
            for name, family in FAMILIES.items()]


def cut(netns):
    """Nothing of what this end sends arrives any more."""
    peers.traffic(netns, "qdisc", "add", "dev", "eth", "root", "netem", "loss",
                  "100%")


def begin(sock, address):
    """Begin to connect, and do not wait for it."""
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        sock.connect(address)


def partopen_lasts(family):
    """A client that hears nothing stays in PARTOPEN, whatever its number."""
    numbers = dict(layout.ENUMERATOR.findall(layout.real("dccp_state")))
    release = os.uname().release.split(".")
    common.same("the kernel's number",
                "13" if release[:2] == ["6", "1"] else "14",
                numbers["DCCP_PARTOPEN"])
    with open(generic.SPEC, encoding="utf-8") as file:
        states = [each for each in yaml.safe_load(file)["definitions"]
                  if each["name"] == "dccp-state"][0]["entries"]
    with peers.loopback() as net:
        made = peers.Connection(family, 2, 2, net=net)
        try:
            client = peers.cookie(made.client)
            # One packet, which CCID 2 does not acknowledge
            made.client.send(b"one way")
            made.server.recv(100)
            end = time.monotonic() + 2
            while time.monotonic() < end:
                entry = generic.get(net.client, cookie=client,
                                    groups=["ccid"])
                is_all("client", entry["sock"], state="partopen",
                       role="client", tx_ccid=2, rx_ccid=2)
                common.same("figures", True, "ccid2-tx" in entry)
            common.same("our number", "partopen", states[5]["name"])
            found = generic.all_of(net.client, states=["partopen"])
            common.same("by state", {client}, set(found))
            made.exchange()
            is_all("after data", generic.get(net.client, cookie=client)["sock"],
                   state="open")
        finally:
            made.close()


def after_disconnect(family):
    """A socket used again has no CCIDs, though its own options say so."""
    with peers.veth() as net, peers.connected(family, 3, 3, net=net) as made:
        client, number = made.client, peers.cookie(made.client)
        local = client.getsockname()[:2]
        peers.disconnect(client)
        common.same("closed is not told", {}, generic.all_of(net.client))
        common.same("stale", 3, peers.number(client, peers.TX_CCID))

        # To connect again, where nothing answers any more
        cut(net.client)
        begin(client, made.listener.getsockname())
        entry = generic.all_of(net.client)[number]
        is_all("requesting", entry["sock"], state="request", role="client",
               tx_ccid=-1, rx_ccid=-1, kind="socket")
        common.same("figures", [], [name for name in entry
                                    if name.startswith("ccid")])
        common.same("CCID's own limit and timer", (0, 0),
                    (entry["feat"]["ccmps"], entry["timers"]["ccid"]))
        common.same("retransmits", True, entry["timers"]["retransmit"] > 0)
        common.same("stale still", 3, peers.number(client, peers.TX_CCID))

        peers.disconnect(client)
        listening_again(client, net, local)


def listening_again(client, net, local):
    """The third life of a socket."""
    client.bind((local[0], 0))
    client.listen(1)
    entry = generic.all_of(net.client)[peers.cookie(client)]
    is_all("listening", entry["sock"], state="listen", role="listen",
           tx_ccid=-1, rx_ccid=-1)
    common.same("figures", [], [name for name in entry
                                if name.startswith("ccid")])
    common.same("stale still", 3, peers.number(client, peers.TX_CCID))


def clones(family):
    """That a listener is copied for a connection is no event of it."""
    with peers.loopback() as net, generic.hearing(net.client) as ear:
        listener = peers.listening_in(net.server, family)
        number = peers.cookie(listener)
        made = []
        for _ in range(5):
            with peers.inside(net.client):
                client = peers.dccp_socket(family)
            client.connect(listener.getsockname())
            made += [client, listener.accept()[0]]
        cookies = {peers.cookie(sock) for sock in made}
        for sock in [*made, listener]:
            sock.close()
        ear.flush()
        common.same("the listener's", ["listen", "closed"],
                    [event["sock"]["state"] for event in ear.about(number)])
        common.same("all ends", 10, len(cookies))
        for cookie in cookies:
            states = {event["sock"]["state"] for event in
                      ear.about(cookie, "state")}
            common.same("each end opens, or is on its way", False,
                        states.isdisjoint({"open", "partopen"}))
        common.same("of no other", cookies | {number}, {
            event["sock"]["cookie"] for event in ear.events
            if event["sock"]["cookie"] in cookies | {number}})


def requests(family):
    """A request whose Response does not arrive waits at the server."""
    with peers.veth() as net:
        listener = peers.listening_in(net.server, family,
                                      net.server_addr[family], 0x72657173)
        # Neighbours know each other before.
        peers.Connection(family, net=net).close()
        cut(net.server)
        with peers.inside(net.client):
            client = peers.dccp_socket(family, 0x72657173)
        begin(client, listener.getsockname())
        wanted = {"kinds": ["request"], "groups": generic.GROUPS}
        [entry] = peers.wait_until(lambda: generic.dump(net.server, **wanted),
                                   "a request")
        [asking] = generic.dump(net.client, groups=generic.GROUPS)
        own, peer = listener.getsockname(), client.getsockname()
        is_all("request", entry["sock"], kind="request", state="respond",
               role="server", service=0x72657173, sport=own[1], dport=peer[1],
               tx_ccid=-1, rx_ccid=-1, mps=0, inode=0, family=family,
               uid=os.getuid(), busy=0)
        for name, end in ("saddr", own), ("daddr", peer):
            common.same(name, generic.packed(family, end[0]),
                        entry["sock"][name])
        common.same("groups", {"sock", "seq", "timers"}, set(entry))
        common.same("sequence numbers", (asking["seq"]["iss"], True),
                    (entry["seq"]["isr"], entry["seq"]["iss"] > 0))
        common.same("it is sent again", True,
                    entry["timers"]["retransmit"] > 0)
        # Only on request, then by any filter, and by a get
        common.same("sockets", ["listen"], [each["sock"]["state"] for each in
                                            generic.dump(net.server)])
        for name, value in ("service", 0x72657173), ("dport", peer[1]), \
                ("roles", ["server"]), ("states", ["respond"]), \
                ("uid", os.getuid()):
            common.same(name, 1, len(generic.dump(
                net.server, kinds=["request"], **{name: value})))
        for wanted in ({"cookie": entry["sock"]["cookie"]},
                       generic.tuple_of(family, own, peer)):
            is_all("by a get", generic.get(net.server, **wanted)["sock"],
                   kind="request", cookie=entry["sock"]["cookie"])
        for sock in client, listener:
            sock.close()


def timewaits():
    """What is left of many connections: on request, and each once."""
    # All made within the minute that the first one's entry lasts
    number = 2000 // common.PATIENCE
    with peers.loopback() as net:
        listener = peers.listening_in(net.server, V4)
        own, ports = listener.getsockname(), set()
        with peers.inside(net.client):
            for _ in range(number):
                client = peers.dccp_socket(V4)
                client.connect(own)
                server, _ = listener.accept()
                ports.add(client.getsockname()[1])
                client.close()
                server.close()

        def entries():
            return generic.dump(net.client, kinds=["timewait"],
                                groups=["timers", "feat", "seq"])

        seen = peers.wait_until(lambda: len(ports) == len(entries()) and
                                entries(), "time-wait entries")
        common.same("cookies", number, len(generic.by_cookie(seen)))
        common.same("ports", ports, {entry["sock"]["sport"] for entry in seen})
        for entry in seen:
            is_all("entry", entry["sock"], kind="timewait", state="timewait",
                   dport=own[1], uid=NOBODY, inode=0, tx_ccid=-1, rx_ccid=-1)
            common.same("a minute at most", True,
                        0 < entry["timers"]["timewait"] <= 60000)
            common.same("groups", {"sock", "timers"}, set(entry))
        common.same("by default", ["listen"], [
            entry["sock"]["state"] for entry in generic.dump(net.client)])
        both = generic.by_cookie(generic.dump(net.client, kinds=["timewait",
                                                                 "socket"]))
        common.same("with the sockets", number + 1, len(both))
        common.same("by owner", 0, len(generic.dump(
            net.client, kinds=["timewait"], uid=os.getuid())))
        some = next(iter(ports))
        common.same("by port", 1, len(generic.dump(
            net.client, kinds=["timewait"], sport=some)))
        is_all("by a get", generic.get(net.client, **generic.tuple_of(
            V4, ("127.0.0.1", some), own))["sock"], kind="timewait")
        listener.close()


def v4_mapped():
    """An IPv6 socket that speaks IPv4 is found by either form of address."""
    with peers.loopback() as net:
        with peers.inside(net.server):
            listener = peers.dccp_socket(V6, 5)
            client = peers.dccp_socket(V4, 5)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", 0))
        listener.listen(1)
        port = listener.getsockname()[1]
        client.connect(("127.0.0.1", port))
        server, _ = listener.accept()
        numbers = {sock: peers.cookie(sock)
                   for sock in (listener, client, server)}
        raw = socket.inet_aton("127.0.0.1")
        mapped = bytes(10) + b"\xff\xff" + raw

        found = generic.all_of(net.client)
        is_all("server", found[numbers[server]]["sock"], family=V6,
               saddr=mapped, daddr=mapped, v6only=0)
        for src in raw, mapped:
            common.same("by source", {numbers[client], numbers[server]},
                        set(generic.all_of(net.client, src=src)))
        common.same("by prefix", set(numbers.values()),
                    set(generic.all_of(net.client, src=bytes(16),
                                       src_prefix=0)))
        common.same("by prefix of IPv4", {numbers[client], numbers[server]},
                    set(generic.all_of(net.client, src=b"\x7f\0\0\0",
                                       src_prefix=8)))
        own = client.getsockname()[1]
        for address in raw, mapped:
            for src, dst, sock in (port, own, server), (own, port, client):
                is_all("by tuple", generic.get(
                    net.client, src=address, dst=address, sport=src,
                    dport=dst)["sock"], cookie=numbers[sock])
            # Who speaks IPv4 to that port gets it, too.
            is_all("listener", generic.get(net.client, src=address,
                                           sport=port)["sock"],
                   cookie=numbers[listener])
        for sock in numbers:
            sock.close()


def bound_to_device(family):
    """SO_BINDTODEVICE: a get has to name the device, a filter may."""
    def bind(*socks):
        for sock in socks:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth")

    with peers.veth() as net, peers.connected(
            family, 2, 2, net=net, prepare=bind) as made:
        with peers.inside(net.client):
            index = socket.if_nametoindex("eth")
        wanted = generic.tuple_of(family, made.client.getsockname(),
                                  made.client.getpeername())
        number = peers.cookie(made.client)
        is_all("with the device", generic.get(net.client, ifindex=index,
                                              **wanted)["sock"],
               cookie=number, ifindex=index)
        not_found(net.client, **wanted)
        not_found(net.client, ifindex=1, **wanted)
        own = made.listener.getsockname()
        with peers.inside(net.server):
            there = socket.if_nametoindex("eth")
        listener = {"src": generic.packed(family, own[0], 0), "sport": own[1]}
        is_all("listener", generic.get(net.server, ifindex=there,
                                       **listener)["sock"],
               cookie=peers.cookie(made.listener), role="listen")
        not_found(net.server, **listener)
        # A cookie says all.
        generic.get(net.client, cookie=number)
        common.same("filter", ({number}, set()),
                    (set(generic.all_of(net.client, ifindex=index)),
                     set(generic.all_of(net.client, ifindex=0))))


def not_found(netns, **wanted):
    """There is no such socket, and a message says so."""
    common.same(f"{wanted}", (errno.ENOENT, {"msg": "no such DCCP socket"}),
                generic.refusal(lambda: generic.get(netns, **wanted)))


def several_services():
    """A listener of several codes is found by any, and by no other."""
    codes = [7, 0x61626364, 2 ** 32 - 2, 9]
    with peers.loopback() as net:
        listener = peers.listening_in(net.server, V6, service=codes[0],
                                      more=codes[1:])
        one = peers.listening_in(net.server, V6, service=9)
        number = peers.cookie(listener)
        for code in codes:
            common.same(f"by {code}", True,
                        number in generic.all_of(net.server, service=code))
        common.same("by another", {}, generic.all_of(net.server, service=8))
        common.same("by the one that both have", {number, peers.cookie(one)},
                    set(generic.all_of(net.server, service=9)))
        common.same("services", codes, generic.all_of(net.server)[number]
                    .get("services"))
        common.same("of one", None, generic.all_of(
            net.server)[peers.cookie(one)].get("services"))
        common.same("only if asked for", [{"sock"}, {"sock"}], [
            set(entry) for entry in generic.dump(net.server, service=9)])
        # A connection has the code it was asked with.
        with peers.inside(net.client):
            client = peers.dccp_socket(V6, codes[2])
        client.connect(listener.getsockname())
        server, _ = listener.accept()
        found = generic.all_of(net.server, service=codes[2])
        is_all("server", found[peers.cookie(server)]["sock"],
               service=codes[2])
        common.same("a connection has no list", False,
                    "services" in found[peers.cookie(server)])
        for sock in client, server, listener, one:
            sock.close()


def resumed():
    """A filter over many messages: what passes is told once, and no other."""
    with peers.loopback() as net:
        listeners = [peers.listening_in(net.server, V4, ccids=(ccid, ccid),
                                        service=ccid, backlog=300)
                     for ccid in (2, 3)]
        made, expected = [], {2: set(), 3: set()}
        with peers.inside(net.client):
            for i in range(600):
                ccid = 2 + i % 2
                client = peers.dccp_socket(V4, ccid)
                peers.set_ccids(client, ccid, ccid)
                client.connect(listeners[i % 2].getsockname())
                made.append(client)
                expected[ccid].add(client.getsockname()[1])
        asks = generic.another(net.client)
        messages = asks.dump("dccp-dump", {"groups": generic.GROUPS,
                                           "tx-ccid": 3, "roles": ["client"]})
        asks.sock.close()
        common.same("many messages", True, len(messages) > 3)
        entries = [entry for message in messages for entry in message["entry"]]
        generic.by_cookie(entries)
        common.same("ports", (len(expected[3]), expected[3]),
                    (len(entries), {entry["sock"]["sport"]
                                    for entry in entries}))
        common.same("all of them", 602 + 600,
                    len(generic.by_cookie(generic.dump(net.client))))
        for sock in made + listeners:
            sock.close()


def filters():
    """Every filter passes what the same question to all sockets passes."""
    with peers.veth() as net, contextlib.ExitStack() as stack:
        for i, family in enumerate((V4, V6)):
            for tx_ccid, rx_ccid in (2, 3), (3, 2), (3, 3):
                stack.enter_context(peers.connected(
                    family, tx_ccid, rx_ccid, 100 * tx_ccid + i, net=net))
        for netns in net.all:
            found = generic.all_of(netns)
            socks = {key: entry["sock"] for key, entry in found.items()}
            for some in list(socks.values()):
                for wanted, passes in questions(some):
                    common.same(
                        f"{wanted}",
                        {key for key, sock in socks.items() if passes(sock)},
                        set(generic.by_cookie(generic.dump(netns, **wanted))))


def questions(some):
    """Filters that a socket passes, each with what it means."""
    def equal(name):
        return lambda sock: sock[name] == some[name]

    def starts(name, bits):
        shift = 8 * size - bits

        # IPv4 is a part of IPv6, as in a mapped address.
        def value(sock):
            raw = sock[name]
            if sock["family"] == V4:
                raw = bytes(10) + b"\xff\xff" + raw[:4]
            return int.from_bytes(raw, "big") >> shift

        return lambda sock: value(sock) == value(some)

    size = 4 if some["family"] == V4 else 16
    asked = [({name: some[name]}, equal(name))
             for name in ("sport", "dport", "service", "ifindex", "uid")]
    asked += [({name + "s": [some[name]]}, equal(name))
              for name in ("state", "role")]
    for name, attribute in ("saddr", "src"), ("daddr", "dst"):
        for bits in (8 * size, 16):
            asked.append(({attribute: some[name][:size],
                           attribute + "_prefix": bits}, starts(name, bits)))
    asked.append(({"port": some["sport"]}, lambda sock: some["sport"] in
                  (sock["sport"], sock["dport"])))
    if some["tx-ccid"] >= 0:
        asked += [({name.replace("-", "_"): some[name]}, equal(name))
                  for name in ("tx-ccid", "rx-ccid")]
        asked.append(({"ccid": some["tx-ccid"]}, lambda sock: some["tx-ccid"]
                      in (sock["tx-ccid"], sock["rx-ccid"])))
    return asked


@contextlib.contextmanager
def foreign(*options, sock=None):
    """The test module, with a socket of ours or without."""
    if not os.path.exists(FOREIGN):
        raise common.Skip(f"there is no {FOREIGN}")
    fds = [] if sock is None else [sock.fileno()]
    subprocess.run(["insmod", FOREIGN, *options,
                    *[f"fd={each}" for each in fds]], check=True, pass_fds=fds)
    try:
        yield
    finally:
        subprocess.run(["rmmod", "foreign_ccid"], check=True)


def unknown_ccid(family):
    """Of a CCID with another number or size the number is told alone."""
    for ccid in 2, 3:
        with peers.loopback() as net, peers.connected(family, ccid, ccid,
                                                      net=net) as made:
            number = peers.cookie(made.client)

            def look():
                # pylint: disable=cell-var-from-loop
                entry = generic.all_of(net.client)[number]
                return ((entry["sock"]["tx-ccid"], entry["sock"]["rx-ccid"]),
                        {name for name in entry if name.startswith("ccid")},
                        entry["timers"]["ccid"] > 0)

            known = {f"ccid{ccid}-tx", f"ccid{ccid}-rx"}
            common.same("before", ((ccid, ccid), known), look()[:2])
            with foreign("id=7", sock=made.client):
                common.same("another number", ((7, 7), set(), False), look())
                common.same("as its owner is told", 7,
                            peers.number(made.client, peers.TX_CCID))
                common.same("by that number", {number}, set(
                    generic.all_of(net.client, ccid=7)))
            with foreign("size=8", sock=made.client):
                common.same("another size", ((ccid, ccid), set(), False),
                            look())
            with foreign(f"id={5 - ccid}", sock=made.client):
                # The number of one, the size of the other
                common.same("each other's", ((5 - ccid, 5 - ccid), set()),
                            look()[:2])
            common.same("after", ((ccid, ccid), known), look()[:2])


def foreign_closes(family):
    """The end of such a socket is told, without figures."""
    with peers.loopback() as net, generic.hearing(net.client) as ear, \
            peers.connected(family, 3, 2, net=net) as made:
        number = peers.cookie(made.client)
        with foreign("id=6", sock=made.client):
            peers.disconnect(made.client)
            ear.flush()
        event = ear.about(number)[-1]
        is_all("closed", event["sock"], state="closed", tx_ccid=6, rx_ccid=6)
        common.same("parts", {"change", "sock", "close"}, set(event))


def activation_fails_at_client(family):
    """A client whose CCID cannot be had ends, and it is told why."""
    with peers.loopback() as net, generic.hearing(net.client) as ear:
        listener = peers.listening_in(net.server, family)
        with peers.inside(net.client):
            client = peers.dccp_socket(family)
        number = peers.cookie(client)
        with foreign("fail=1"):
            try:
                client.connect(listener.getsockname())
            except OSError as err:
                common.same("error", errno.ECOMM, err.errno)
            else:
                raise AssertionError("connected")
        ear.flush()
        events = ear.about(number, "state")
        common.same("states", ["request", "partopen", "closed"],
                    [event["sock"]["state"] for event in events])
        common.same("CCIDs are not told", ([], {(-1, -1)}), (
            ear.about(number, "ccid"),
            {(event["sock"]["tx-ccid"], event["sock"]["rx-ccid"])
             for event in events}))
        is_all("cause", events[-1]["close"], cause="not-agreed")
        common.same("parts", {"change", "sock", "close"}, set(events[-1]))
        client.close()
        listener.close()


def activation_fails_at_server(family):
    """A server that cannot make a socket says so, and tells of none."""
    with peers.loopback() as net, generic.hearing(net.client) as ear:
        listener = peers.listening_in(net.server, family)
        with peers.inside(net.client):
            client = peers.dccp_socket(family)
        number = peers.cookie(client)
        # The client asks for two before.
        with foreign("fail=3"):
            with contextlib.suppress(OSError):
                client.connect(listener.getsockname())
            ended = ear.wait(lambda: [
                event for event in ear.about(number) if "close" in event],
                "the client's end")
        is_all("cause", ended[0]["close"], cause="reset", reset="received",
               reset_code="too-busy", error=errno.EUSERS)
        ear.flush()
        common.same("servers", [], [event for event in ear.events
                                    if event["sock"]["role"] == "server"])
        common.same("listener", ["listen"], [
            event["sock"]["state"] for event in ear.about(listener)])
        common.same("nothing is left", ["listen"], [
            entry["sock"]["state"] for entry in generic.dump(
                net.client, kinds=["socket", "request"])])
        for sock in client, listener:
            sock.close()


if __name__ == "__main__":
    common.need_module()
    common.begin(
        [each for test in
         (partopen_lasts, after_disconnect, clones, requests, bound_to_device,
          unknown_ccid, foreign_closes, activation_fails_at_client,
          activation_fails_at_server) for each in by_family(test)] +
        [(test.__name__, test) for test in
         (timewaits, v4_mapped, several_services, resumed, filters)])

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What is told of DCCP sockets equals what their owner and the wire say.

The peers are Python's, in two tests socat's and in one the wire is tshark's.
"""

import array
import contextlib
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import termios
import time

import common
import generic
import peers
from peers import V4, V6

SO_MEMINFO = 55
# include/net/sock.h, enum of SK_MEMINFO_*: where rmem_alloc, wmem_alloc are
RMEM, WMEM = 0, 2
MTU_OPTION = {V4: (socket.IPPROTO_IP, 14), V6: (socket.IPPROTO_IPV6, 24)}

CCIDS = [(tx, rx) for tx in (2, 3) for rx in (2, 3)]

SEQ_BITS = 48


def option(sock, number, form="=i"):
    """getsockopt() of DCCP, or None where it has none."""
    try:
        return peers.number(sock, number, form)
    except OSError:
        return None


def struct_option(sock, number, form, names):
    """The same for more than one number."""
    try:
        data = sock.getsockopt(peers.SOL_DCCP, number, struct.calcsize(form))
    except OSError:
        return None
    return dict(zip(names, struct.unpack(form, data)))


def services(sock):
    """All service codes of a socket."""
    data = sock.getsockopt(peers.SOL_DCCP, peers.SERVICE, 4 * 33)
    return list(struct.unpack(f"!{len(data) // 4}I", data))


def out_queue(sock):
    """SIOCOUTQ, or None for a listener."""
    value = array.array("i", [0])
    try:
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, value)
    except OSError:
        return None
    return value[0]


def pmtu(sock):
    """IP_MTU, or None of a listener."""
    try:
        return sock.getsockopt(*MTU_OPTION[sock.family])
    except OSError:
        return None


def device(sock, netns):
    """Index of the interface it is bound to."""
    name = sock.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    name = name.rstrip(b"\0").decode()
    with peers.inside(netns):
        return socket.if_nametoindex(name) if name else 0


def v6only(sock):
    """IPV6_V6ONLY."""
    return (sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            if sock.family == V6 else 0)


def ends(sock):
    """Both ends, in a listener's case the one."""
    own = sock.getsockname()
    try:
        peer = sock.getpeername()
    except OSError:
        peer = "0.0.0.0" if sock.family == V4 else "::", 0
    return own[:2], peer[:2]


def asked(sock, netns):
    """What the owner of a socket is told."""
    codes = services(sock)
    memory = struct.unpack("=9I", sock.getsockopt(socket.SOL_SOCKET,
                                                  SO_MEMINFO, 36))
    return {
        "ends": ends(sock),
        "family": sock.family,
        "cookie": peers.cookie(sock),
        "inode": os.fstat(sock.fileno()).st_ino,
        "netns": os.stat("/run/netns/" + netns).st_ino,
        "uid": os.getuid(),
        "ifindex": device(sock, netns),
        "v6only": v6only(sock),
        "service": codes[0],
        "services": codes if len(codes) > 1 else None,
        "tx-ccid": option(sock, peers.TX_CCID),
        "rx-ccid": option(sock, peers.RX_CCID),
        "mps": option(sock, peers.GET_CUR_MPS),
        "pmtu": pmtu(sock),
        "send-cscov": option(sock, peers.SEND_CSCOV),
        "recv-cscov": option(sock, peers.RECV_CSCOV),
        "server-timewait": option(sock, peers.SERVER_TIMEWAIT),
        "qpolicy": ["simple", "prio"][option(sock, peers.QPOLICY_ID)],
        "tx-qlen": option(sock, peers.QPOLICY_TXQLEN),
        "outq": out_queue(sock),
        "rmem": memory[RMEM],
        "wmem": memory[WMEM],
        "ccid3-tx": struct_option(sock, peers.CCID_TX_INFO, "=QQIIIIIxxxx",
                                  ["x", "x-recv", "x-calc", "rtt", "p", "rto",
                                   "ipi"]),
        "ccid3-rx": struct_option(sock, peers.CCID_RX_INFO, "=III",
                                  ["x-recv", "rtt", "p"]),
    }


def address(family, raw):
    """As Python has it."""
    return socket.inet_ntop(family, raw[:4] if family == V4 else raw)


def part(entry, group, like):
    """Those figures of a CCID that there is a socket option for."""
    if group not in entry or not like:
        return entry.get(group)
    return {name: entry[group][name] for name in like}


def told(entry, owner):
    """The same from an entry of a dump."""
    sock, feat = entry["sock"], entry["feat"]
    seen = {name: {**sock, **feat}.get(name) for name in owner}
    family = sock["family"]
    listens = sock["state"] == "listen"
    seen["ends"] = ((address(family, sock["saddr"]), sock["sport"]),
                    (address(family, sock["daddr"]), sock["dport"]))
    seen["services"] = entry.get("services")
    for half in "tx-ccid", "rx-ccid":
        seen[half] = None if sock[half] == -1 else sock[half]
    # There is no path yet, nor a queue to ask about.
    seen["pmtu"] = sock["pmtu"] or None
    seen["outq"] = None if listens else feat["wmem"]
    for half in "ccid3-tx", "ccid3-rx":
        seen[half] = part(entry, half, owner[half])
    return seen


def compare(sock, netns, state, role):
    """Ask the socket before and after it is told of, until it is at rest."""
    number = peers.cookie(sock)
    for _ in range(200):
        before = asked(sock, netns)
        entry = generic.get(netns, groups=generic.GROUPS, cookie=number)
        if asked(sock, netns) == before:
            break
    else:
        raise AssertionError("a socket never was at rest")
    seen = told(entry, before)
    for name, value in before.items():
        # What it may do is not yet what it does.
        if name in ("tx-ccid", "rx-ccid") and role == "listen":
            value = None
        common.same(f"{role} {before['ends'][0]} {name}", value, seen[name])
    common.same("state", (state, role, "socket", 0),
                tuple(entry["sock"][name]
                      for name in ("state", "role", "kind", "busy")))
    return entry


def prepare(listener, client, net, kind):
    """Set options that are none of the defaults, others for each CCID."""
    def put(sock, name, value):
        sock.setsockopt(peers.SOL_DCCP, name, value)

    put(client, peers.QPOLICY_ID, kind - 2)
    put(client, peers.QPOLICY_TXQLEN, 10 + kind)
    put(client, peers.SEND_CSCOV, kind)
    put(listener, peers.RECV_CSCOV, 2)
    if kind == 3:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                          b"lo" if net.client == net.server else b"eth")
    if listener.family == V6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY,
                            kind - 2)


def fields(family, network):
    """A test: all fields of all CCIDs over a network."""
    def test():
        with network() as net, contextlib.ExitStack() as stack:
            for i, (tx_ccid, rx_ccid) in enumerate(CCIDS):
                more = [5000 + j for j in range([0, 1, 7, 31][i])]
                made = stack.enter_context(peers.connected(
                    family, tx_ccid, rx_ccid, 1000 + i, net=net, more=more,
                    prepare=lambda *socks, kind=tx_ccid:
                    prepare(*socks, net, kind)))
                made.server.setsockopt(peers.SOL_DCCP,
                                       peers.SERVER_TIMEWAIT, 1)
                for _ in range(5):
                    made.client.send(bytes(300))
                # The others are left for the receive queue.
                made.server.recv(1000)
                check_ends(made, net, tx_ccid, rx_ccid)
    return test


def check_ends(made, net, tx_ccid, rx_ccid):
    """The three sockets of a connection."""
    client = compare(made.client, net.client, "open", "client")
    server = compare(made.server, net.server, "open", "server")
    compare(made.listener, net.server, "listen", "listen")
    # What the options above should have come to
    common.same("coverage", tx_ccid, client["feat"]["send-cscov"])
    common.same("TIMEWAIT", 1, server["feat"]["server-timewait"])
    if tx_ccid == 3:
        common.same("device", True, client["sock"]["ifindex"] > 0)
    common.same("figures", {f"ccid{tx_ccid}-tx", f"ccid{rx_ccid}-rx"},
                {name for name in client if name.startswith("ccid")})
    common.same("figures", {f"ccid{rx_ccid}-tx", f"ccid{tx_ccid}-rx"},
                {name for name in server if name.startswith("ccid")})
    same_in_dump(net.client, client["sock"]["cookie"])
    # The client's is made before anything is agreed on.
    common.same("MPS of the client", mps(client, False), client["sock"]["mps"])
    common.same("MPS of the server", mps(server, True), server["sock"]["mps"])


def same_in_dump(netns, cookie):
    """A dump says the same as a get, at a time when nothing changes."""
    def look():
        def got():
            return generic.get(netns, cookie=cookie, groups=generic.GROUPS)

        return [(each["sock"], each["feat"]) for each in
                (got(), generic.all_of(netns)[cookie], got())]

    seen = []

    def at_rest():
        seen[:] = look()
        return seen[0] == seen[2]

    peers.wait_until(at_rest, "a socket that is left alone")
    common.same("in a dump", seen[0], seen[1])


def mps(entry, agreed):
    """RFC 4340, 14, with room for the options that dccp_sync_mss() names."""
    sock, feat = entry["sock"], entry["feat"]
    options = 1 + 6 + 10 + 6
    if agreed:
        options += 8 * feat["send-ndp-count"] + 16 * feat["ack-vector"]
    headers = (20 if sock["family"] == V4 else 40) + 16
    return sock["pmtu"] - headers - (options + 3) // 4 * 4


def sequence_windows():
    """Each end's Sequence Window, from the sysctl as it was for its socket."""
    with peers.loopback() as net:
        with peers.sysctl("seq_window", 210), peers.inside(net.server):
            listener = peers.dccp_socket(V4)
        with peers.sysctl("seq_window", 320), peers.inside(net.client):
            client = peers.dccp_socket(V4)
        # CCID 2 would change it at once.
        for sock in listener, client:
            peers.set_ccids(sock, 3, 3)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client.connect(listener.getsockname())
        server, _ = listener.accept()
        server.send(b"x")
        client.recv(1)
        client.send(b"x")
        server.recv(1)
        found = generic.all_of(net.client)
        common.same("windows", [(320, 210), (210, 320)],
                    [(feat["l-seq-win"], feat["r-seq-win"]) for feat in
                     (found[peers.cookie(sock)]["feat"]
                      for sock in (client, server))])
        for sock in client, server, listener:
            sock.close()


def queues():
    """What waits to be sent and read, within two seconds on the way."""
    with peers.veth() as net, peers.connected(V4, 2, 2, net=net) as made:
        peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                      "netem", "delay", "2s")

        def entry():
            return generic.get(net.client, groups=generic.GROUPS,
                               cookie=peers.cookie(made.client))

        def unacknowledged():
            seen = entry()
            return seen["feat"]["tx-queued"] + seen["ccid2-tx"]["pipe"]

        # More than the window lets go, and than the queue has room for
        before = unacknowledged()
        made.client.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while sent < 100:
                made.client.send(bytes(500))
                sent += 1
        common.same("packets", before + sent, unacknowledged())
        seen = compare(made.client, net.client, "open", "client")["feat"]
        common.same("the queue is full", seen["tx-qlen"], seen["tx-queued"])
        common.same("wmem is in use", True,
                    seen["wmem"] > 500 * seen["tx-queued"])

        def waiting():
            seen = generic.get(net.server, groups=["feat"],
                               cookie=peers.cookie(made.server))["feat"]
            return seen["rx-queued"] >= 3 and seen["rmem"]

        peers.wait_until(waiting, "packets to be read")
        compare(made.server, net.server, "open", "server")


def accept_queue():
    """Connections that nobody has accepted yet, and how many may wait."""
    with peers.loopback() as net:
        listener = peers.listening_in(net.server, V6)
        with peers.inside(net.client):
            clients = [peers.dccp_socket(V6) for _ in range(3)]
        listener.listen(7)
        for client in clients:
            client.connect(listener.getsockname())

        def feat():
            entry = generic.all_of(net.server)[peers.cookie(listener)]
            return entry["feat"]["rx-queued"], entry["feat"]["backlog"]

        peers.wait_until(lambda: feat() == (3, 7), "three waiting of seven")
        # Not even accepted, they have no file and so no inode.
        found = generic.all_of(net.server, roles=["server"])
        common.same("inodes", [0, 0, 0],
                    [entry["sock"]["inode"] for entry in found.values()])
        listener.accept()
        common.same("after one", (2, 7), feat())
        for sock in [listener, *clients]:
            sock.close()


def near(what, expected, seen, tolerance):
    """Raise unless a figure is about right."""
    if not expected * (1 - tolerance) <= seen <= expected * (1 + tolerance):
        raise AssertionError(f"{what}: {seen} is not near {expected}")


def delay(what, usecs):
    """Raise unless it is the delay on the way, or more: the machine is busy."""
    if not 48000 <= usecs <= 2000000:
        raise AssertionError(f"{what}: {usecs} us with a delay of 50 ms")


def delayed(ccid):
    """A test: round-trip times with 50 ms on the way.

    With CCID 3 data goes one way only: with data both ways the kernel itself
    complains (tfrc_rx_hist_sample_rtt()).
    """
    def test():
        with peers.veth() as net:
            peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                          "netem", "delay", "50ms")
            for family in V4, V6:
                check_rtt(net, family, ccid)
    return test


def check_rtt(net, family, ccid):
    """Over one family."""
    with peers.connected(family, ccid, ccid, net=net) as made:
        for _ in range(30):
            made.client.send(bytes(100))
            made.server.recv(200)
            if ccid == 2:
                made.server.send(bytes(100))
                made.client.recv(200)
        client = generic.all_of(net.client)[peers.cookie(made.client)]
        server = generic.all_of(net.server)[peers.cookie(made.server)]
    delay("RTT of the handshake", client["timers"]["syn-rtt"])
    if ccid == 2:
        check_ccid2(client["ccid2-tx"])
        check_ccid2(server["ccid2-tx"])
    else:
        check_ccid3(client["ccid3-tx"], server["ccid3-rx"])


def check_ccid3(sender, receiver):
    """RFC 5348, 4.3 and 4.4: t_RTO = max(4 R, 2 s / X), t_ipi = s / X."""
    delay("RTT", sender["rtt"])
    delay("RTT of the receiver", receiver["rtt"])
    near("mean size", 100, sender["s"], 0.2)
    rate = sender["x"] / 64
    near("t_ipi", sender["s"] / rate * 1e6, sender["ipi"], 0.1)
    common.same("no loss", (0, 0, 0),
                (sender["p"], sender["x-calc"], receiver["p"]))
    common.same("t_RTO", True, sender["rto"] >= 4 * sender["rtt"] * 0.99)
    common.same("states", ("fback", "data"),
                (sender["state"], receiver["state"]))


def check_ccid2(half):
    """RFC 4341, 5, and RFC 6298 from which it has its timeout."""
    delay("srtt", half["srtt"])
    common.same("rttvar >= mdev", True, half["rttvar"] >= half["mdev"])
    # Jiffies of 4 ms, rounded down when they were added
    near("rto", half["srtt"] + half["rttvar"], half["rto"], 0.15)
    # RFC 3390: at least the initial window, for packets of this MPS, unless
    # a busy machine let the timeout pass
    if half["ssthresh"] == 2 ** 32 - 1:
        common.same("cwnd of at least 3", True, half["cwnd"] >= 3)
    common.same("pipe within cwnd", True, half["pipe"] <= half["cwnd"])
    common.same("used", True, half["cwnd-used"] <= half["cwnd"])


def window_grows():
    """Slow start: more for what is acknowledged, RFC 4341, 5."""
    with peers.veth() as net, peers.connected(V4, 2, 2, net=net) as made:
        def half():
            return generic.get(net.client, groups=["ccid"],
                               cookie=peers.cookie(made.client))["ccid2-tx"]

        before = half()
        begin = time.monotonic()
        peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                      "netem", "delay", "20ms")
        # Only a window that is full grows. What the server sends acknowledges
        # all, so that nothing waits for a timeout.
        for _ in range(10):
            for _ in range(6):
                made.client.send(bytes(1000))
            for _ in range(6):
                made.server.recv(1000)
            made.server.send(b"x")
            made.client.recv(1)
        after = half()
        passed = (time.monotonic() - begin) * 1000
        common.same("cwnd grows", True, after["cwnd"] > before["cwnd"])
        common.same("no loss", 2 ** 32 - 1, after["ssthresh"])
        near("time without congestion", before["last-cong"] + passed,
             after["last-cong"], 0.3)


class Wire:
    """What tshark reads of the packets on an interface."""

    def __init__(self, netns, interface):
        self.file = f"/run/{netns}.pcap"
        # pylint: disable=consider-using-with
        self.proc = subprocess.Popen(
            ["ip", "netns", "exec", netns, "dumpcap", "-q", "-i", interface,
             "-w", self.file, "-f", "ip proto 33 or ip6 proto 33"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.proc.stderr:
            if b"File:" in line:
                return
        raise AssertionError("dumpcap does not capture")

    def end(self):
        """End it; return what it captured, which may follow on another."""
        self.proc.send_signal(signal.SIGINT)
        self.proc.communicate(timeout=60)
        with open(self.file, "rb") as file:
            return file.read()

    @staticmethod
    def packets(capture):
        """Decode it: {(port, port): [{...}]} of each way of a connection."""
        text = subprocess.run(["tshark", "-n", "-r", "-", "-O", "dccp"],
                              input=capture, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.decode()
        found = {}
        for frame in text.split("\nFrame "):
            packet = decode(frame)
            found.setdefault(packet["ports"], []).append(packet)
        return found


def decode(frame):
    """A frame as tshark prints it."""
    def first(pattern):
        match = re.search(pattern, frame)
        return int(match.group(1)) if match else None

    features = re.findall(r"Option Type: (\w+ [LR]) \(\d+\)\s+"
                          r"Reserved\( (\d+)[^\n]*\)\s+"
                          r"Feature Number: [^\n]*\((\d+)\)", frame)
    return {
        "ports": (first(r"Source Port: (\d+)"),
                  first(r"Destination Port: (\d+)")),
        "type": re.search(r" Type: (\w+) \(", frame).group(1),
        "seq": first(r"Sequence Number \(raw\): (\d+)"),
        "ack": first(r"Acknowledgement Number \(raw\): (\d+)"),
        "service": first(r"Service Code: [^\n]*\((\d+)\)"),
        "ccid": {name: int(value) for name, value, feature in features
                 if feature == "1"},
        "ndp": first(r"NDP Count: (\d+)"),
    }


def check_wire(entry, peer, packets):
    """An end against the packets of both."""
    sock, seq = entry["sock"], entry["seq"]
    what = f"{sock['role']} of {sock['service']:#x} "
    there = packets[sock["sport"], sock["dport"]]
    back = packets[sock["dport"], sock["sport"]]
    request = (there if sock["role"] == "client" else back)[0]
    response = (back if sock["role"] == "client" else there)[0]
    common.same(what + "handshake", ("Request", "Response"),
                (request["type"], response["type"]))
    common.same(what + "service code", [request["service"],
                                        response["service"]],
                [sock["service"], peer["sock"]["service"]])
    agreed = response["ccid"]
    tx_ccid, rx_ccid = agreed["Confirm R"], agreed["Confirm L"]
    if sock["role"] == "server":
        tx_ccid, rx_ccid = rx_ccid, tx_ccid
    common.same(what + "CCIDs", (tx_ccid, rx_ccid),
                (sock["tx-ccid"], sock["rx-ccid"]))
    common.same(what + "first and last sequence numbers",
                (there[0]["seq"], there[-1]["seq"], back[0]["seq"],
                 back[-1]["seq"]),
                (seq["iss"], seq["gss"], seq["isr"], seq["gsr"]))
    common.same(what + "acknowledged",
                max(packet["ack"] for packet in back
                    if packet["ack"] is not None), seq["gar"])
    # RFC 4340, 7.5.1: the window ends with, or around, what was received.
    common.same(what + "windows", True, seq["swl"] <= seq["gsr"] <= seq["swh"])
    common.same(what + "windows", (seq["gss"], True),
                (seq["awh"], seq["awl"] >= seq["iss"]))


def wire():
    """The same as tshark reads, in the same run, on lo and on an Ethernet.

    It takes so long to start that it does so once.
    """
    captured, pairs = b"", []
    for network in NETWORKS.values():
        with network() as net, contextlib.ExitStack() as stack:
            capture = Wire(net.client,
                           "lo" if net.client == net.server else "eth")
            made = [stack.enter_context(peers.connected(
                family, tx_ccid, rx_ccid, 0x64630000 + 16 * tx_ccid + rx_ccid,
                net=net)) for family in (V4, V6) for tx_ccid, rx_ccid in CCIDS]
            client, server = quiet(net)
            captured += capture.end()
            pairs += [(client[peers.cookie(each.client)],
                       server[peers.cookie(each.server)]) for each in made]
    packets = Wire.packets(captured)
    common.same("connections on the wire", 2 * len(pairs), len(packets))
    for client, server in pairs:
        check_wire(client, server, packets)
        check_wire(server, client, packets)


def quiet(net):
    """Entries of both sides between which and the next no packet was sent."""
    def numbers(entries):
        return {key: entry["seq"] for key, entry in entries.items()
                if entry["sock"]["role"] != "listen"}

    def both():
        return [generic.by_cookie(generic.dump(name, groups=["seq"]))
                for name in (net.client, net.server)]

    def still():
        before = both()
        time.sleep(0.3)
        after = both()
        return after if [numbers(each) for each in before] == \
            [numbers(each) for each in after] else None

    return peers.wait_until(still, "silence")


def socat_listens(family):
    """A test: socat as the server, which has service code 0."""
    def test():
        with peers.loopback() as net:
            with peers.inside(net.client):
                client = peers.dccp_socket(family, 0)
            name = {V4: "TCP4", V6: "TCP6"}[family]
            # pylint: disable=consider-using-with
            server = subprocess.Popen(
                ["ip", "netns", "exec", net.server, "socat",
                 f"{name}-LISTEN:5005,socktype=6,so-prototype=33", "PIPE"])
            try:
                peers.wait_until(lambda: generic.dump(
                    net.server, states=["listen"]), "socat listens")
                client.connect((peers.LO[family], 5005))
                client.send(b"through socat")
                common.same("echo", b"through socat", client.recv(100))
                compare(client, net.client, "open", "client")
                check_socat(net, server.pid, client, "server")
            finally:
                client.close()
                server.wait(30)
    return test


def socat_connects(family):
    """A test: socat as the client."""
    def test():
        with peers.loopback() as net:
            listener = peers.listening_in(net.server, family)
            port = listener.getsockname()[1]
            where = {V4: f"TCP4:127.0.0.1:{port}", V6: f"TCP6:[::1]:{port}"}
            # pylint: disable=consider-using-with
            client = subprocess.Popen(
                ["ip", "netns", "exec", net.client, "socat",
                 f"{where[family]},socktype=6,so-prototype=33", "PIPE"])
            try:
                server, _ = listener.accept()
                server.send(b"through socat")
                common.same("echo", b"through socat", server.recv(100))
                compare(server, net.server, "open", "server")
                check_socat(net, client.pid, server, "client")
            finally:
                server.close()
                listener.close()
                client.wait(30)
    return test


def check_socat(net, pid, own, role):
    """Its end of the connection, by the inode that /proc shows."""
    wanted = {"sport": own.getpeername()[1], "dport": own.getsockname()[1]}
    [entry] = generic.dump(net.client, groups=generic.GROUPS, **wanted)
    common.same("role", (role, "open", 2, 2, 0),
                tuple(entry["sock"][name] for name in
                      ("role", "state", "tx-ccid", "rx-ccid", "service")))
    pids = [pid, *peers.run("sh", "-c", f"pgrep -P {pid}; :").split()]
    files = []
    for each in pids:
        for name in os.listdir(f"/proc/{each}/fd"):
            with contextlib.suppress(OSError):
                files.append(os.readlink(f"/proc/{each}/fd/{name}"))
    common.same("socat holds it", True,
                f"socket:[{entry['sock']['inode']}]" in files)


NETWORKS = {"lo": peers.loopback, "veth": peers.veth}
FAMILIES = {"inet": V4, "inet6": V6}

if __name__ == "__main__":
    common.need_module()
    common.begin(
        [(f"fields_{where}_{family}", fields(number, network))
         for where, network in NETWORKS.items()
         for family, number in FAMILIES.items()] +
        [(test.__name__, test) for test in
         (wire, sequence_windows, queues, accept_queue, window_grows)] +
        [(f"rtt_ccid{ccid}", delayed(ccid)) for ccid in (2, 3)] +
        [(f"{test.__name__}_{family}", test(number))
         for test in (socat_listens, socat_connects)
         for family, number in FAMILIES.items()])

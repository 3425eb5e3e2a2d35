#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge monitor dccp' tells each kind of event, and why a socket ended."""

import contextlib
import errno
import os
import socket
import struct
import subprocess

import common
import peers
from peers import V4, V6, cookie

DEMO = 0x64656d6f
LINGER = struct.pack("=ii", 1, 0)


@contextlib.contextmanager
def watching(*args, netns=None):
    """A monitor that is ready, ended in any case."""
    where = [] if netns is None else ["-N", netns]
    watcher = common.Background("divulge", "monitor", "dccp", "--json",
                                *where, *args, ready="listening")
    try:
        yield watcher
    finally:
        watcher.end()


def about(watcher, number):
    """What happened to a socket."""
    return [e for e in watcher.objects() if e["cookie"] == number]


def ending(watcher, number):
    """How a socket ended, when it has."""
    def ended():
        return [e for e in about(watcher, number) if "cause" in e]

    watcher.wait_for(ended, f"the end of {number}")
    event = ended()[-1]
    common.same("state", ("dccp-state", "closed"),
                (event["event"], event["state"]))
    return event


# pylint: disable=too-many-arguments
def ended_so(watcher, number, cause, reset, code="unspecified", error=0):
    """Compare how it ended; return the event."""
    event = ending(watcher, number)
    common.same(f"end of {event['role']}", (cause, reset, code, error),
                (event["cause"], event["reset"], event["reset_code"],
                 event["error"]))
    return event


def pairs():
    """A connection over lo of each family and CCID, with its CCID."""
    for family in V4, V6:
        for ccid in 2, 3:
            with peers.connected(family, ccid, ccid, DEMO) as made:
                yield made, ccid


def check_agreed(watcher, sock):
    """One event, with what the owner of the socket is told."""
    number = cookie(sock)
    watcher.wait_for(lambda: about(watcher, number), "CCIDs")
    seen = about(watcher, number)
    common.same("events", ["dccp-ccid"], [e["event"] for e in seen])
    common.same("CCIDs", (peers.number(sock, peers.TX_CCID),
                          peers.number(sock, peers.RX_CCID)),
                (seen[0]["tx_ccid"], seen[0]["rx_ccid"]))
    common.same("service", DEMO, seen[0]["service"])
    common.same("ends", (*sock.getsockname()[:2], *sock.getpeername()[:2]),
                tuple(seen[0][key] for key in ("saddr", "sport", "daddr",
                                               "dport")))
    common.same("netns", os.stat("/proc/self/ns/net").st_ino, seen[0]["netns"])


def ccids_agreed():
    """Each end tells of the CCIDs once, as getsockopt() has them."""
    with watching("--event", "ccid") as watcher:
        for family in V4, V6:
            for tx_ccid, rx_ccid in (2, 2), (3, 3), (2, 3), (3, 2):
                with peers.connected(family, tx_ccid, rx_ccid, DEMO) as made:
                    check_agreed(watcher, made.client)
                    check_agreed(watcher, made.server)
        common.same("kinds", {"dccp-ccid"},
                    {e["event"] for e in watcher.stop()})


def mps_changed():
    """What the MPS and the PMTU were, and are."""
    with peers.loopback() as net, \
            watching("--event", "mps", netns=net.client) as watcher:
        for family, limit in (V4, 65475), (V6, 65456):
            with peers.connected(family, 2, 2, DEMO, net=net) as made:
                watcher.wait_for(lambda n=cookie(made.client):
                                 about(watcher, n), "an MPS")
                event = about(watcher, cookie(made.client))[-1]
                common.same("event", "dccp-mps", event["event"])
                common.same("MPS", (536, limit, peers.number(
                    made.client, peers.GET_CUR_MPS)),
                    (event["old_mps"], event["mps"], event["mps"]))
                common.same("PMTU", (0, {V4: 65535, V6: 65536}[family]),
                            (event["old_pmtu"], event["pmtu"]))


def exchange_burst(made):
    """As many packets as may go at once, none of which may be waited for."""
    for _ in range(20):
        for end, call in ((made.client, lambda s: s.send(bytes(100))),
                          (made.server, lambda s: s.recv(1000))):
            end.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                call(end)


def lose(net, percent):
    """Lose that much of what the client sends.

    Without delay CCID 3 comes to send at intervals of less than a microsecond,
    which the kernel takes for a bug of its own.
    """
    peers.traffic(net.client, "qdisc", "replace", "dev", "eth", "root",
                  "netem", "delay", "5ms", "loss", f"{percent}%")


def until_loss(net, made, percent, seen):
    """A condition that goes on sending, with losses and without in turn: only
    a window that has grown tells CCID 2 of a loss before it times out."""
    calls = 0

    def go_on():
        nonlocal calls
        if calls % 20 == 0:
            lose(net, percent if calls % 40 else 0)
        calls += 1
        exchange_burst(made)
        return seen()
    return go_on


def loss(ccid, percent, kind, figure):
    """A test that a way to notice a loss is told, with a figure of its CCID."""
    def test():
        for family in V4, V6:
            with peers.veth() as net, contextlib.ExitStack() as stack:
                lose(net, 0)
                made = stack.enter_context(peers.connected(
                    family, ccid, ccid, DEMO, net=net))
                at_server = kind == "interval"
                sock = made.server if at_server else made.client
                watcher = stack.enter_context(watching(
                    "--event", "loss",
                    netns=net.server if at_server else net.client))

                def seen(watcher=watcher, number=cookie(sock)):
                    return [e for e in about(watcher, number) if
                            e["loss"] == kind]

                watcher.wait_for(until_loss(net, made, percent, seen), kind,
                                 120)
                event = seen()[0]
                common.same("event", "dccp-loss", event["event"])
                common.same("service", DEMO, event["service"])
                if not event[figure]:
                    raise AssertionError(f"{kind} without {figure}: {event}")
                lose(net, 0)
    return test


def closed_by(which):
    """A test that one end closes, and the other agrees."""
    def test():
        with watching() as watcher:
            for made, ccid in pairs():
                numbers = cookie(made.client), cookie(made.server)
                ends = [made.client, made.server]
                ends.pop(which).close()
                ends[0].close()
                client, server = (ending(watcher, n) for n in numbers)
                for event in client, server:
                    common.same("end", ("closed", "closed", 0),
                                (event["cause"], event["reset_code"],
                                 event["error"]))
                common.same("Resets", {"sent", "received"},
                            {client["reset"], server["reset"]})
                common.same("packets", (client["sent"], client["received"]),
                            (server["received"], server["sent"]))
                if min(client["sent"], client["received"]) < 2:
                    raise AssertionError(f"too few packets: {client}")
                figure = {2: "ccid2_tx_cwnd", 3: "ccid3_tx_x"}[ccid]
                if not client[figure] or not server[figure]:
                    raise AssertionError(f"no {figure} at the end")
    return test


def leave_unread(made):
    """Something waits to be read."""
    made.server.send(b"never read")
    made.client.recv(100, socket.MSG_PEEK)


def linger_not(made):
    """close() is to wait for nothing."""
    made.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)


def aborted_by(prepare):
    """A test that close() after something is a Reset."""
    def test():
        with watching() as watcher:
            for made, _ in pairs():
                client, server = cookie(made.client), cookie(made.server)
                prepare(made)
                made.client.close()
                ended_so(watcher, client, "aborted", "sent", "aborted")
                ended_so(watcher, server, "reset", "received", "aborted",
                         errno.ECONNRESET)
    return test


def disconnected():
    """connect(AF_UNSPEC) gives a connection up as well."""
    with watching() as watcher, peers.connected(V4, 2, 2, DEMO) as made:
        address = struct.pack("=H14x", socket.AF_UNSPEC)
        common.same("connect(AF_UNSPEC)", 0, peers.LIBC.connect(
            made.client.fileno(), address, len(address)))
        event = ending(watcher, cookie(made.client))
        common.same("end", ("aborted", "sent", "aborted"),
                    (event["cause"], event["reset"], event["reset_code"]))
        ended_so(watcher, cookie(made.server), "reset", "received", "aborted",
                 errno.ECONNRESET)


def fails_to_connect(family, address, error, service=DEMO, netns=None):
    """Connect in vain; return the socket's cookie."""
    with peers.inside(netns):
        sock = peers.dccp_socket(family, service)
    number = cookie(sock)
    # Or it would take the error by SO_ERROR, before the socket is closed
    sock.settimeout(None)
    with contextlib.closing(sock):
        common.same("errno", errno.errorcode[error],
                    errno.errorcode[sock.connect_ex(address)])
    return number


def refused():
    """Nobody listens."""
    with watching() as watcher:
        for family in V4, V6:
            number = fails_to_connect(family, (peers.LO[family], 9),
                                      errno.ECONNREFUSED)
            event = ended_so(watcher, number, "reset", "received",
                             "no-connection", errno.ECONNREFUSED)
            common.same("packets sent", 1, event["sent"])
            common.same("state before", "request", event["old_state"])
            common.same("CCIDs", (None, None),
                        (event["tx_ccid"], event["rx_ccid"]))


def wrong_service():
    """Somebody listens for something else."""
    with watching() as watcher:
        for family in V4, V6:
            listener = peers.listening_in(None, family, service=DEMO)
            number = fails_to_connect(family, listener.getsockname(),
                                      errno.EBADRQC, DEMO + 1)
            ended_so(watcher, number, "reset", "received", "bad-service-code",
                     errno.EBADRQC)
            number = cookie(listener)
            listener.close()
            event = ended_so(watcher, number, "listener", "none")
            common.same("packets", (0, 0), (event["sent"], event["received"]))


def unreachable():
    """A router says that there is no way."""
    with peers.routed() as net, watching(netns=net.client) as watcher:
        # An answer in the midst of connect() finds the socket in use
        peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                      "netem", "delay", "5ms")
        peers.iproute(net.router, "route add unreachable 10.9.0.0/16",
                      "route add unreachable fd09::/16")
        for family, address, error in ((V4, "10.9.0.1", errno.EHOSTUNREACH),
                                       (V6, "fd09::1", errno.ENETUNREACH)):
            number = fails_to_connect(family, (address, 9), error,
                                      netns=net.client)
            ended_so(watcher, number, "error", "none", error=error)


def timed_out():
    """Nobody answers."""
    with peers.veth() as net, peers.sysctl("request_retries", 1), \
            watching(netns=net.client) as watcher:
        for family in V4, V6:
            # Nobody has that address of the link layer
            peers.iproute(net.client, f"neigh add {net.server_addr[family]} "
                          "lladdr 02:00:00:00:00:01 dev eth")
            number = fails_to_connect(family, (net.server_addr[family], 9),
                                      errno.ETIMEDOUT, netns=net.client)
            event = ended_so(watcher, number, "timeout", "sent", "aborted",
                             errno.ETIMEDOUT)
            # Two Requests and the Reset
            common.same("packets", (3, 0), (event["sent"], event["received"]))


# What passes by options, and the same of what all have heard
FILTERS = {
    ("--service", "200"): lambda e: e["service"] == 200,
    ("--role", "server"): lambda e: e["role"] == "server",
    ("--ccid", "3"): lambda e: 3 in (e["tx_ccid"], e["rx_ccid"]),
    ("--src", "127.0.0.0/8"): lambda e: e["family"] == "inet",
    ("--dst", "::1"): lambda e: e["daddr"] == "::1",
    ("--state", "closed"): lambda e: e["state"] == "closed",
    ("--event", "close"): lambda e: "cause" in e,
    ("--event", "state,ccid"): lambda e: e["event"] in ("dccp-state",
                                                        "dccp-ccid"),
    ("--uid", "nobody"): lambda e: False,
}


def filters():
    """What passes is what was asked for."""
    with peers.loopback() as net, contextlib.ExitStack() as stack:
        everything = stack.enter_context(watching(netns=net.client))
        watchers = {args: stack.enter_context(watching(*args,
                                                       netns=net.client))
                    for args in FILTERS}
        numbers = []
        for family in V4, V6:
            for ccid in 2, 3:
                with peers.connected(family, ccid, ccid, 100 * ccid,
                                     net=net) as made:
                    numbers += [cookie(sock) for sock in
                                (made.client, made.server, made.listener)]
        for number in numbers:
            ending(everything, number)
        seen = everything.stop()
        for args, passes in FILTERS.items():
            wanted = [e["seq"] for e in seen if passes(e)]
            if wanted:
                watchers[args].wait_for(lambda a=args, w=wanted[-1]:
                                        w in [e["seq"] for e in
                                              watchers[a].objects()], args)
            common.same(args, wanted,
                        [e["seq"] for e in watchers[args].stop()])


def counted():
    """--count counts what is shown."""
    with watching("--event", "close", "--count", "2") as watcher:
        with peers.connected(V4):
            pass
        common.same("exit code", 0, watcher.proc.wait(60))
        common.same("events", [True, True],
                    ["cause" in e for e in watcher.objects()])


def other_netns():
    """-N NAME hears what happens there, and nothing else."""
    with peers.loopback() as net, watching(netns=net.client) as watcher:
        with peers.connected(V4, service=1):
            pass
        inode = os.stat("/run/netns/" + net.client).st_ino
        with peers.connected(V4, service=2, net=net) as made:
            number = cookie(made.listener)
        ending(watcher, number)
        common.same("netns and service", {(inode, 2)},
                    {(e["netns"], e["service"]) for e in watcher.stop()})


def text_for_people():
    """A line has both ends, what happened, and why."""
    with subprocess.Popen(["divulge", "monitor", "dccp", "--event", "close"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as proc:
        proc.stderr.readline()
        with peers.connected(V4, 2, 2, DEMO) as made:
            port = made.client.getsockname()[1]
            number = cookie(made.client)
            linger_not(made)
            made.client.close()
            lines = [proc.stdout.readline(), proc.stdout.readline()]
        proc.terminate()
    for words in ([f" 127.0.0.1:{port} 127.0.0.1:", "OPEN -> CLOSED (client",
                   "SC:demo", f"cookie {number} ",
                   "aborted: reset sent aborted, ", " sent ", " cwnd "],
                  ["OPEN -> CLOSED (server", "reset: reset received aborted, "
                   "ECONNRESET, "]):
        if not any(all(word in line for word in words) for line in lines):
            raise AssertionError(f"no {words} in {lines}")


if __name__ == "__main__":
    common.need_module()
    common.begin([
        ("closed_by_client", closed_by(0)),
        ("closed_by_server", closed_by(1)),
        ("aborted_with_data_unread", aborted_by(leave_unread)),
        ("aborted_without_lingering", aborted_by(linger_not)),
        ("congestion", loss(2, 10, "congestion", "ccid2_tx_cwnd")),
        ("rto", loss(2, 100, "rto", "ccid2_tx_rto")),
        ("interval", loss(3, 10, "interval", "ccid3_rx_p")),
        ("no_feedback", loss(3, 100, "no-feedback", "ccid3_tx_x")),
    ] + [(test.__name__, test) for test in
         (ccids_agreed, mps_changed, disconnected, refused, wrong_service,
          unreachable, timed_out, filters, counted, other_netns,
          text_for_people)])

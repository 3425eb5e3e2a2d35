#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What moves the maximum packet size of a connection, as events and traces.

From a client through a router to a server, whose routes and links get
narrower. The peers are Python's.
"""

import contextlib
import errno
import socket

import common
import generic
import peers
from peers import V4, V6

IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0
IP_OPTIONS = 4
NOP = b"\x01"

# An Ethernet's, and what a client has of it before anything is agreed on
START = {V4: (1440, 1500), V6: (1420, 1500)}
LISTENER = (536, 0)


def sizes(event):
    """(MPS, PMTU) before and after."""
    return ((event["mps"]["old-mps"], event["mps"]["old-pmtu"]),
            (event["sock"]["mps"], event["sock"]["pmtu"]))


def check_trace(event, line):
    """A line of the trace says the same as an event."""
    common.same("trace", [*sizes(event)[0], *sizes(event)[1]],
                [int(line[key]) for key in ("old_mps", "old_pmtu", "mps",
                                            "pmtu")])
    for key in "cookie", "netns", "service":
        common.same("trace " + key, event["sock"][key], int(line[key]))
    common.same("trace state", event["sock"]["state"], line["state"])


def traced(ears):
    """What all have heard of MPS is what is in the trace, in its order."""
    events = sorted((event for ear in ears for event in ear.about(kind="mps")),
                    key=lambda event: event["change"]["time"])
    lines = [common.fields(line) for line in common.read_trace()
             if " dccp_mps: " in line]
    common.same("lines of trace", len(events), len(lines))
    for event, line in zip(events, lines):
        check_trace(event, line)


class Path:
    """A connection through a router, and who hears of it."""

    # pylint: disable=too-many-arguments
    def __init__(self, stack, family, ccid, net=None, prepare=None):
        self.family = family
        stack.enter_context(common.tracing("dccp_mps"))
        self.net = net or stack.enter_context(peers.routed())
        # Without it an ICMP error is there before send() is done with the
        # socket, and so is dropped.
        peers.traffic(self.net.client, "qdisc", "add", "dev", "eth", "root",
                      "netem", "delay", "5ms")
        self.ears = [stack.enter_context(generic.hearing(name))
                     for name in (self.net.client, self.net.server)]
        self.made = stack.enter_context(peers.connected(
            family, ccid, ccid, 0x6d707321, net=self.net, prepare=prepare))

    def seen(self):
        """Changes of the client's MPS so far."""
        self.ears[0].hear()
        return [sizes(event) for event in
                self.ears[0].about(self.made.client, "mps")]

    def narrow(self, mtu):
        """A link behind the router gets a smaller MTU."""
        self.route(0)
        peers.iproute(self.net.router, f"link set far mtu {mtu}")

    def route(self, mtu):
        """The router's route to the server does; 0 for that of its link."""
        peers.iproute(self.net.router,
                      f"route replace {self.net.server_addr[self.family]} "
                      f"dev far mtu {mtu}")

    def mps(self):
        """As the client is told."""
        return peers.number(self.made.client, peers.GET_CUR_MPS)

    def send_largest(self):
        """A packet of the MPS, which may not be it any more."""
        try:
            self.made.client.send(bytes(self.mps()))
        except OSError as err:
            if err.errno != errno.EMSGSIZE:
                raise

    def learn(self, what, before, after):
        """What is sent meets the limit: one change, from before to after."""
        known = len(self.seen())
        old = self.mps()
        common.same(what + " before", before[0], old)

        # One at a time, or CCID 2 has too many losses to recover from; and
        # again, since an ICMP error that finds the socket in use is dropped.
        for _ in range(10):
            self.send_largest()
            with contextlib.suppress(AssertionError):
                peers.wait_until(lambda: len(self.seen()) > known, what, 3)
                break
        common.same(what, (before, after), self.seen()[-1])
        common.same(what + ", one event", known + 1, len(self.seen()))
        common.same(what + ", as the owner is told", after[0], self.mps())
        entry = generic.get(self.net.client,
                            cookie=peers.cookie(self.made.client))["sock"]
        common.same(what + ", in a dump", after, (entry["mps"], entry["pmtu"]))

    def finish(self):
        """What each end began with, and the trace."""
        for ear in self.ears:
            ear.flush()
        common.same("the client began with", (LISTENER, START[self.family]),
                    self.seen()[0])
        server = self.ears[1].about(self.made.server, "mps")
        common.same("events of the server", 1, len(server))
        sock = server[0]["sock"]
        common.same("the server began with",
                    (LISTENER, (peers.number(self.made.server,
                                             peers.GET_CUR_MPS), 1500)),
                    sizes(server[0]))
        common.same("and with its peer", self.made.client.getsockname()[1],
                    sock["dport"])
        traced(self.ears)


def table(family, ccid, rows):
    """A test: one limit after another."""
    def test():
        with contextlib.ExitStack() as stack:
            path = Path(stack, family, ccid)
            before = START[family]
            for limit, mtu, after in rows:
                getattr(path, limit)(mtu)
                path.learn(f"{limit} {mtu}", before, after)
                before = after
            path.finish()
    return test


def goes_through(path):
    """Larger packets than the link takes arrive, in parts."""
    path.narrow(1400)
    for _ in range(3):
        path.made.client.send(bytes(1440))
        common.same("arrives", 1440, len(path.made.server.recv(2000)))
    path.finish()
    common.same("changes", [(LISTENER, START[V4])], path.seen())


def mtu_lock():
    """Where the MTU of a route is locked nothing is discovered."""
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(peers.routed())
        peers.iproute(net.client, "route replace default via 10.1.0.2 "
                      "mtu lock 1500")
        goes_through(Path(stack, V4, 2, net=net))


def no_discovery():
    """IP_PMTUDISC_DONT: no packet may not be fragmented."""
    def prepare(_listener, client):
        client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)

    with contextlib.ExitStack() as stack:
        goes_through(Path(stack, V4, 2, prepare=prepare))


def ip_options():
    """Each packet has 20 bytes less, before and after it is connected."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(common.tracing("dccp_mps"))
        net = stack.enter_context(peers.loopback())
        ear = stack.enter_context(generic.hearing(net.client))

        def prepare(_listener, client):
            client.setsockopt(socket.IPPROTO_IP, IP_OPTIONS, NOP * 20)

        plain = stack.enter_context(peers.connected(V4, 2, 2, net=net))
        made = stack.enter_context(peers.connected(V4, 2, 2, net=net,
                                                   prepare=prepare))
        ear.flush()
        common.same("without", [(LISTENER, (65475, 65535))],
                    [sizes(event) for event in ear.about(plain.client, "mps")])
        common.same("with", (65455, 65535),
                    sizes(ear.about(made.client, "mps")[-1])[1])
        # Now there is room for an Ack Vector as well.
        plain.client.setsockopt(socket.IPPROTO_IP, IP_OPTIONS, NOP * 20)
        ear.flush()
        common.same("later", ((65475, 65535), (65439, 65535)),
                    sizes(ear.about(plain.client, "mps")[-1]))
        for sock in plain.client, made.client:
            common.same("as the owner is told",
                        peers.number(sock, peers.GET_CUR_MPS),
                        ear.about(sock, "mps")[-1]["sock"]["mps"])
        traced([ear])


if __name__ == "__main__":
    common.need_module()
    common.begin([
        ("ccid2_inet", table(V4, 2, [("narrow", 1400, (1324, 1400)),
                                     ("route", 1250, (1174, 1250)),
                                     ("narrow", 68, (476, 552))])),
        ("ccid3_inet", table(V4, 3, [("narrow", 1400, (1332, 1400)),
                                     ("route", 1250, (1182, 1250))])),
        ("ccid2_inet6", table(V6, 2, [("narrow", 1400, (1304, 1400)),
                                      ("route", 1280, (1184, 1280))])),
        ("ccid3_inet6", table(V6, 3, [("narrow", 1400, (1312, 1400))])),
        ("mtu_lock", mtu_lock),
        ("no_discovery", no_discovery),
        ("ip_options", ip_options),
    ])

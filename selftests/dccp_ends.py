#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Why DCCP sockets end: each cause and Reset Code, as the end's own event.

The peers are Python's.
"""

import contextlib
import errno
import socket
import struct

import common
import generic
import peers
from peers import V4, V6

FAMILIES = {"inet": V4, "inet6": V6}
EXPECTED = ("cause", "reset", "reset-code", "error")


class Ends:
    """A network with a listener, and what is heard of those who end there."""

    def __init__(self, stack, family, network=peers.loopback):
        self.family = family
        self.net = stack.enter_context(network())
        self.ears = {name: stack.enter_context(generic.hearing(name))
                     for name in self.net.all}
        self.listener = peers.listening_in(
            self.net.server, family, self.net.server_addr[family], 42,
            backlog=1)
        stack.callback(self.listener.close)
        self.address = self.listener.getsockname()

    def socket(self, service=42):
        """A client to be, and its cookie."""
        with peers.inside(self.net.client):
            sock = peers.dccp_socket(self.family, service)
        return sock, peers.cookie(sock)

    def connect(self):
        """Both ends and their cookies: client, server."""
        client, number = self.socket()
        client.connect(self.address)
        server, _ = self.listener.accept()
        server.send(b"x")
        client.recv(1)
        client.send(b"x")
        server.recv(1)
        return client, server, number, peers.cookie(server)

    def fails(self, sock, error, address=None):
        """To connect ends with an error."""
        try:
            sock.connect(address or self.address)
        except OSError as err:
            common.same("error of connect()", errno.errorcode[error],
                        errno.errorcode[err.errno])
        else:
            raise AssertionError("connected")

    def told(self, number, old_state, *expected, netns=None):
        """The last event of a socket: cause, reset, code and error."""
        ear = self.ears[netns or self.net.client]
        [event] = ear.wait(lambda: [
            each for each in ear.about(number) if "close" in each], "the end")
        common.same("states", (old_state, "closed"),
                    (event["change"]["old-state"], event["sock"]["state"]))
        common.same("told", dict(zip(EXPECTED, expected)),
                    {name: event["close"][name] for name in EXPECTED})
        return event


def with_ends(test, network=peers.loopback):
    """The test for each family."""
    def run(family):
        with contextlib.ExitStack() as stack:
            test(Ends(stack, family, network))

    return [(f"{test.__name__}_{name}", lambda family=family: run(family))
            for name, family in FAMILIES.items()]


def client_closes(ends):
    """It asks with a Close and gets a Reset; RFC 4340, 8.3."""
    client, server, one, other = ends.connect()
    client.close()
    common.same("the server reads the end", b"", server.recv(10))
    server.close()
    # The client's socket goes when a time-wait entry takes its place.
    ends.told(one, "closing", "closed", "received", "closed", 0)
    ends.told(other, "passive-close", "closed", "sent", "closed", 0)


def server_closes(ends):
    """It asks the client to close, who has the time-wait entry then."""
    client, server, one, other = ends.connect()
    server.close()
    common.same("the client reads the end", b"", client.recv(10))
    client.close()
    ends.told(other, "active-closereq", "closed", "sent", "closed", 0)
    ends.told(one, "closing", "closed", "received", "closed", 0)


def no_linger(ends):
    """SO_LINGER without time gives the connection up."""
    client, server, one, other = ends.connect()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("=ii", 1, 0))
    client.close()
    ends.told(one, "open", "aborted", "sent", "aborted", 0)
    ends.told(other, "open", "reset", "received", "aborted", errno.ECONNRESET)
    server.close()


def unread_data(ends):
    """Who has not read all gives the connection up as well."""
    client, server, one, other = ends.connect()
    server.send(b"never read")
    peers.wait_until(lambda: generic.get(
        ends.net.client, groups=["feat"], cookie=one)["feat"]["rx-queued"],
        "data")
    client.close()
    ends.told(one, "open", "aborted", "sent", "aborted", 0)
    ends.told(other, "open", "reset", "received", "aborted", errno.ECONNRESET)
    server.close()


def disconnects(ends):
    """connect(AF_UNSPEC), and the final figures are all that was sent."""
    client, server, one, other = ends.connect()
    for _ in range(3):
        client.send(b"x")
        server.recv(1)
    seq = generic.all_of(ends.net.client)[one]["seq"]
    peers.disconnect(client)
    event = ends.told(one, "open", "aborted", "sent", "aborted", 0)
    common.same("packets", (seq["gss"] - seq["iss"] + 1,
                            seq["gsr"] - seq["isr"] + 1),
                (event["close"]["sent"], event["close"]["received"]))
    common.same("figures", {"ccid2-tx"},
                {name for name in event if name.startswith("ccid")})
    event = ends.told(other, "open", "reset", "received", "aborted",
                      errno.ECONNRESET)
    # The Reset is counted.
    common.same("received", seq["gss"] - seq["iss"] + 2,
                event["close"]["received"])
    for sock in client, server:
        sock.close()


def disconnects_early(ends):
    """The same before there was an answer."""
    client, number = ends.socket()
    peers.traffic(ends.net.client, "qdisc", "add", "dev", "eth", "root",
                  "netem", "loss", "100%")
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        client.connect(ends.address)
    peers.disconnect(client)
    event = ends.told(number, "request", "aborted", "none", "unspecified", 0)
    common.same("packets", (1, 0), (event["close"]["sent"],
                                    event["close"]["received"]))
    client.close()


def nobody_listens(ends):
    """A Reset says that there is no connection."""
    ends.listener.close()
    client, number = ends.socket()
    ends.fails(client, errno.ECONNREFUSED)
    ends.told(number, "request", "reset", "received", "no-connection",
              errno.ECONNREFUSED)
    client.close()


def wrong_service(ends):
    """Nobody listens under that service code."""
    client, number = ends.socket(43)
    ends.fails(client, errno.EBADRQC)
    ends.told(number, "request", "reset", "received", "bad-service-code",
              errno.EBADRQC)
    client.close()


def no_ccid_in_common(ends):
    """Neither is for the other's CCID."""
    client, number = ends.socket()
    peers.set_ccids(client, 3, 3)
    ends.fails(client, errno.EILSEQ)
    ends.told(number, "request", "reset", "received", "option-error",
              errno.EILSEQ)
    client.close()


def too_busy(ends):
    """More connections than may wait to be accepted."""
    made = []
    for _ in range(10):
        client, number = ends.socket()
        made.append(client)
        try:
            client.connect(ends.address)
            client.send(b"x")
        except OSError as err:
            common.same("error", "EUSERS", errno.errorcode[err.errno])
            break
    else:
        raise AssertionError("ten wait where one may")
    ear = ends.ears[ends.net.client]
    [event] = ear.wait(lambda: [
        each for each in ear.about(number) if "close" in each], "the end")
    common.same("told", ("reset", "received", "too-busy", errno.EUSERS),
                tuple(event["close"][name] for name in EXPECTED))
    for sock in made:
        sock.close()


def no_way(ends):
    """The router says so, when send() or connect() is done with the socket."""
    peers.traffic(ends.net.client, "qdisc", "add", "dev", "eth", "root",
                  "netem", "delay", "100ms")
    peers.iproute(ends.net.router, "route replace unreachable " +
                  ends.net.server_addr[ends.family])


def was_told(ends):
    """Whether the router's word has come to the client."""
    name = "snmp" if ends.family == V4 else "snmp6"
    with peers.inside(ends.net.client), \
            open("/proc/thread-self/net/" + name, encoding="ascii") as file:
        lines = [line.split() for line in file]
    if ends.family == V6:
        return int(dict(lines)["Icmp6InDestUnreachs"])
    names, values = (line for line in lines if line[0] == "Icmp:")
    return int(dict(zip(names, values))["InDestUnreachs"])


def icmp_refuses(ends):
    """Who asks for a connection gets the error."""
    no_way(ends)
    client, number = ends.socket()
    error = errno.EHOSTUNREACH if ends.family == V4 else errno.ENETUNREACH
    ends.fails(client, error)
    ends.told(number, "request", "error", "none", "unspecified", error)
    client.close()


def icmp_is_no_end(ends):
    """An open connection outlives the same error."""
    client, server, one, _ = ends.connect()
    no_way(ends)
    client.send(b"x")
    peers.wait_until(lambda: was_told(ends), "the router's word")
    ear = ends.ears[ends.net.client]
    ear.flush()
    common.same("state", "open", generic.get(
        ends.net.client, cookie=one)["sock"]["state"])
    common.same("ends", [], [each for each in ear.about(one)
                             if "close" in each])
    for sock in client, server:
        sock.close()


def listener_closes(ends):
    """It had no peer; who still waited there is given up."""
    waiting, number = ends.socket()
    waiting.connect(ends.address)
    cookie = peers.cookie(ends.listener)
    [server] = [key for key, entry in generic.by_cookie(
        generic.dump(ends.net.server, roles=["server"])).items()]
    ends.listener.close()
    event = ends.told(cookie, "listen", "listener", "none", "unspecified", 0)
    common.same("packets", (0, 0), (event["close"]["sent"],
                                    event["close"]["received"]))
    ends.told(server, "open", "aborted", "sent", "aborted", 0)
    ear = ends.ears[ends.net.client]
    [event] = ear.wait(lambda: [each for each in ear.about(number)
                                if "close" in each], "the client's end")
    common.same("told", ("reset", "received", "aborted", errno.ECONNRESET),
                tuple(event["close"][name] for name in EXPECTED))
    waiting.close()


def no_answer():
    """Requests that nobody answers, sent again once, over either family."""
    with peers.veth() as net, peers.sysctl("request_retries", 1), \
            generic.hearing(net.client) as ear:
        peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                      "netem", "loss", "100%")
        made = {}
        for family in V4, V6:
            with peers.inside(net.client):
                client = peers.dccp_socket(family)
            client.setblocking(False)
            # The neighbour is known, or it would be an error of another kind.
            link = peers.run("ip", "-n", net.server, "-o", "link", "show",
                             "eth").split("link/ether ")[1].split()[0]
            peers.run("ip", "-n", net.client, "neigh", "replace",
                      net.server_addr[family], "lladdr", link, "dev", "eth",
                      "nud", "permanent")
            with contextlib.suppress(BlockingIOError):
                client.connect((net.server_addr[family], 5001))
            made[client] = peers.cookie(client)
        for client, number in made.items():
            [event] = ear.wait(lambda number=number: [
                each for each in ear.about(number) if "close" in each],
                "the end")
            common.same("told", ("timeout", "sent", "aborted",
                                 errno.ETIMEDOUT),
                        tuple(event["close"][name] for name in EXPECTED))
            # Two Requests and a Reset
            common.same("packets", (3, 0), (event["close"]["sent"],
                                            event["close"]["received"]))
            client.close()


if __name__ == "__main__":
    common.need_module()
    common.begin(
        [each for test in
         (client_closes, server_closes, no_linger, unread_data, disconnects,
          nobody_listens, wrong_service, no_ccid_in_common, too_busy,
          listener_closes) for each in with_ends(test)] +
        with_ends(disconnects_early, peers.veth) +
        [each for test in (icmp_refuses, icmp_is_no_end)
         for each in with_ends(test, peers.routed)] +
        [(no_answer.__name__, no_answer)])

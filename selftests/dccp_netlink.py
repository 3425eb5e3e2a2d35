#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""dccp-get and dccp-dump stand what may be asked, and readers of every kind."""

import collections
import errno
import os
import resource
import socket
import struct

import common
import generic
from peers import LO, cookie, dccp_socket

CONNECTIONS = 1000
ABANDONED = 300
AT_ONCE = 32
HEADER = struct.Struct("=IHHIIBBH")     # of netlink and of generic netlink
NETLINK_GENERIC, NLM_F_REQUEST_DUMP, NLMSG_DONE = 16, 0x301, 3

V4, V6 = bytes([127, 0, 0, 1]), bytes(15) + b"\1"
NO_SUCH = (errno.ENOENT, {"msg": "no such DCCP socket"})
OF_4_OR_16 = "an address has 4 or 16 bytes"


def invalid(message, attribute):
    """EINVAL for what an attribute says."""
    return errno.EINVAL, {"msg": message, "bad-attr": "." + attribute}


def missing(attribute):
    """EINVAL for want of an attribute."""
    return errno.EINVAL, {"miss-type": attribute}


GETS = [
    ({}, missing("src")),
    ({"src": V4}, missing("sport")),
    ({"sport": 1}, missing("src")),
    ({"src": V4, "sport": 1, "dst": V4}, missing("dport")),
    ({"src": V4, "sport": 1, "dport": 1}, missing("dst")),
    ({"src": V4, "sport": 1, "dst": V6, "dport": 1},
     invalid("not of the family of src", "dst")),
    ({"src": V4 + b"\0", "sport": 1}, invalid(OF_4_OR_16, "src")),
    ({"src": b"", "sport": 1}, invalid(OF_4_OR_16, "src")),
    ({"src": V6 + b"\0", "sport": 1}, invalid(OF_4_OR_16, "src")),
    ({"src": b"\1", "sport": 1, "dst": b"\1", "dport": 1},
     invalid(OF_4_OR_16, "src")),
    ({"src": V4, "sport": 1}, NO_SUCH),
    ({"src": V6, "sport": 1}, NO_SUCH),
    ({"src": V4, "sport": 1, "dst": V4, "dport": 1}, NO_SUCH),
    ({"src": V6, "sport": 1, "dst": V6, "dport": 1}, NO_SUCH),
    ({"cookie": 0}, (errno.ERANGE, {"msg": "integer out of range",
                                    "bad-attr": ".cookie"})),
    ({"cookie": 2 ** 64 - 1}, NO_SUCH),
    ({"cookie": 2 ** 63, "src": V4, "sport": 1}, NO_SUCH),
    ({"states": ["open"], "cookie": 1}, invalid("Unsupported attribute",
                                                "states")),
]
DUMPS = [
    ({"src": b"12345"}, invalid(OF_4_OR_16, "src")),
    ({"dst": b"12345"}, invalid(OF_4_OR_16, "dst")),
    ({"src": V4, "src-prefix": 33}, invalid("longer than the address",
                                            "src-prefix")),
    ({"dst": V4, "dst-prefix": 128}, invalid("longer than the address",
                                             "dst-prefix")),
    ({"src-prefix": 0}, invalid("prefix of no address", "src-prefix")),
    ({"dst-prefix": 1}, invalid("prefix of no address", "dst-prefix")),
    ({"src": V4, "dst-prefix": 1}, invalid("prefix of no address",
                                           "dst-prefix")),
    ({"uid": 2 ** 32 - 1}, invalid("no such user in the user namespace",
                                   "uid")),
    ({"cookie": 1}, invalid("Unknown attribute type", "cookie")),
]


def bad_gets():
    """Each has its error, its text and the attribute that is wrong."""
    asks = generic.another()
    # None of them asks for this one.
    with dccp_socket(socket.AF_INET6, 1) as listener:
        listener.bind(("::", 65535))
        listener.listen(1)
        for request, refusal in GETS:
            common.same(f"{request}", refusal,
                        generic.refusal(asks.do, "dccp-get", request))


def bad_dumps():
    """The same for dumps, which fail before the first message."""
    asks = generic.another()
    for request, refusal in DUMPS:
        error, said = generic.refusal(asks.dump, "dccp-dump", request)
        # It does not name the attribute once a dump has begun.
        if os.uname().release.startswith("6.1."):
            said.setdefault("bad-attr", refusal[1]["bad-attr"])
        common.same(f"{request}", refusal, (error, said))
    for prefix in 129, 255:
        common.same(f"prefix {prefix}", errno.ERANGE,
                    generic.refusal(asks.dump, "dccp-dump",
                                {"src": V6, "src-prefix": prefix})[0])


def do_is_no_dump():
    """A get of all, and a dump of one, are not to be had."""
    asks = generic.another()
    common.same("dump", errno.EOPNOTSUPP,
                generic.refusal(asks.dump, "dccp-get", {"cookie": 1})[0])
    common.same("do", errno.EOPNOTSUPP,
                generic.refusal(asks.do, "dccp-dump", {})[0])


class Many:
    """Some thousand sockets; the clients stay in PARTOPEN."""

    def __init__(self):
        self.made = []

    def get(self):
        """All of them, made at the first call."""
        if not self.made:
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE,
                               (max(hard, 3 * CONNECTIONS),) * 2)
            self.made = list(self.make())
        return self.made

    @staticmethod
    def make():
        """One listener for each family, and their connections."""
        for family, address in LO.items():
            listener = dccp_socket(family, 1)
            listener.bind((address, 0))
            listener.listen(1)
            yield listener
            for _ in range(CONNECTIONS // 2):
                client = dccp_socket(family, 1)
                client.connect(listener.getsockname())
                yield client
                yield listener.accept()[0]


MANY = Many()


def check_dump(asks, least_messages):
    """Each socket comes once, in a number of messages."""
    expected = collections.Counter(cookie(sock) for sock in MANY.get())
    messages = asks.dump("dccp-dump", {"groups": generic.GROUPS})
    socks = [entry["sock"] for message in messages
             for entry in message["entry"]]
    seen = collections.Counter(sock["cookie"] for sock in socks)
    common.same("missing", 0, (expected - seen).total())
    common.same("told twice, or of nobody", 0, (seen - expected).total())
    common.same("busy", 0, sum(sock["busy"] for sock in socks))
    if len(messages) < least_messages:
        raise AssertionError(f"{len(messages)} messages")


def each_once():
    """Thousands of sockets with all that is known of them."""
    check_dump(generic.another(), CONNECTIONS // 50)


def each_once_in_small_messages():
    """The least that a reader may offer room for is a page."""
    check_dump(generic.client(recv_size=4096), CONNECTIONS // 5)


def each_once_into_a_small_buffer():
    """A socket that takes no more than one message at a time."""
    asks = generic.another()
    asks.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    check_dump(asks, CONNECTIONS // 50)


class Dump:
    """A dump that is read by hand."""

    def __init__(self, asks):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.settimeout(60)
        self.sock.send(HEADER.pack(
            HEADER.size, asks.nlproto.family_id, NLM_F_REQUEST_DUMP,
            1, 0, asks.ops["dccp-dump"].req_value, 1, 0))

    def read(self):
        """One datagram; the type of the message in it."""
        return HEADER.unpack_from(self.sock.recv(1 << 16))[1]

    def finish(self):
        """All the rest."""
        while self.read() != NLMSG_DONE:
            pass
        self.sock.close()


def uses():
    """How many dumps have the module."""
    with open("/sys/module/divulge/refcnt", encoding="ascii") as file:
        return int(file.read())


def abandoned():
    """A dump ends with the socket it was asked on, at any time."""
    asks = generic.another()
    MANY.get()
    for i in range(ABANDONED):
        dump = Dump(asks)
        for _ in range(i % 4):
            dump.read()
        common.same("dumps", 1, uses())
        dump.sock.close()
        common.same("dumps", 0, uses())


def at_once():
    """Many dumps, of which every second is abandoned."""
    asks = generic.another()
    MANY.get()
    dumps = [Dump(asks) for _ in range(AT_ONCE)]
    for dump in dumps:
        dump.read()
    common.same("dumps", AT_ONCE, uses())
    for dump in dumps[::2]:
        dump.sock.close()
    common.same("dumps", AT_ONCE // 2, uses())
    for dump in dumps[1::2]:
        dump.finish()
    common.same("dumps", 0, uses())


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in
                  (bad_gets, bad_dumps, do_is_no_dump, each_once,
                   each_once_in_small_messages, each_once_into_a_small_buffer,
                   abandoned, at_once)])

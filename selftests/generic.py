# SPDX-License-Identifier: GPL-2.0
"""The kernel's generic YNL client, and what it reads of DCCP."""

import contextlib
import copy
import errno
import functools
import os
import select
import socket
import sys
import time

import yaml

import common
import peers

SOURCE = os.environ.get("DIVULGE_SOURCE", "")
SPEC = os.environ.get("DIVULGE_TOP", "") + "/module/divulge.yaml"

GROUPS = ["seq", "feat", "timers", "ccid", "services"]
# asm/socket.h; Python does not know it
SO_RCVBUFFORCE = 33


# The client reads a spec with this, which in Python takes seconds.
yaml.safe_load = functools.partial(yaml.load, Loader=yaml.CSafeLoader)


def client(spec=SPEC, schema="", recv_size=0):
    """A client of a family; with a schema it validates the spec, slowly.

    It offers room for a datagram of some size, else for a large one."""
    if SOURCE + "/tools/net/ynl" not in sys.path:
        sys.path.insert(0, SOURCE + "/tools/net/ynl")
    try:
        # pylint: disable=import-outside-toplevel, import-error
        from lib import YnlFamily
    except ImportError as err:
        raise common.Skip(f"no generic client in '{SOURCE}': {err}") from err
    # Linux 6.12's nlctrl.yaml does not know of the padding that it is sent.
    return YnlFamily(spec, schema, process_unknown="nlctrl" in spec,
                     recv_size=recv_size)


@functools.cache
def parsed():
    """A client of divulge to copy: to parse the contract takes a second."""
    return client()


def another(netns=None):
    """A client of divulge with a socket of its own, in a network namespace."""
    made = copy.copy(parsed())
    with peers.inside(netns):
        made.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  parsed().sock.proto)
    for option in 1, 10, 11, 12:
        with contextlib.suppress(OSError):
            made.sock.setsockopt(270, option,
                                 parsed().sock.getsockopt(270, option))
    made.async_msg_queue = []
    return made


def refusal(call, *args):
    """The error that a call of a client ends with, 0 for none; and what was
    said of it."""
    # pylint: disable-next=import-outside-toplevel, import-error
    from lib import NlError
    try:
        call(*args)
    except NlError as err:
        said = dict(err.nl_msg.extack or {})
        said.pop("miss-type-doc", None)
        said.pop("policy", None)
        return err.error, said
    return 0, {}


def answer(call, *args):
    """What a call of a client gives, None if there is no such thing."""
    # pylint: disable-next=import-outside-toplevel, import-error
    from lib import NlError
    try:
        return call(*args)
    except NlError as err:
        if err.error != errno.ENOENT:
            raise
    return None


def request_of(**wanted):
    """Names of attributes have dashes."""
    return {name.replace("_", "-"): value for name, value in wanted.items()}


def dump(netns=None, **wanted):
    """Entries of a dump, in its order."""
    asks = another(netns)
    entries = [entry for message in
               asks.dump("dccp-dump", request_of(**wanted))
               for entry in message["entry"]]
    asks.sock.close()
    return entries


def by_cookie(entries):
    """{cookie: entry}; each socket may be there but once."""
    found = {entry["sock"]["cookie"]: entry for entry in entries}
    common.same("sockets told twice", len(entries), len(found))
    return found


def all_of(netns=None, **wanted):
    """{cookie: entry with all groups} of a network namespace."""
    return by_cookie(dump(netns, groups=GROUPS, **wanted))


def get(netns=None, **wanted):
    """The entry of one socket."""
    asks = another(netns)
    try:
        return asks.do("dccp-get", request_of(**wanted))["entry"][0]
    finally:
        asks.sock.close()


def packed(family, address, size=16):
    """An address as it is in a record, or cut to what a request has."""
    raw = socket.inet_pton(family, address)
    return raw.ljust(size, b"\0")


def tuple_of(family, own, peer):
    """A request for the socket of one end of a connection."""
    return {"src": packed(family, own[0], 0), "sport": own[1],
            "dst": packed(family, peer[0], 0), "dport": peer[1]}


def give_room(asks):
    """Make nothing too much for a client's buffer, however it is parcelled."""
    asks.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)


class Ear:
    """Hears the events of a network namespace, from now on."""

    def __init__(self, netns=None):
        self.netns = netns
        self.client = another(netns)
        self.client.ntf_subscribe("dccp")
        self.events = []
        self.lost = 0

    def hear(self, seconds=0.0):
        """Take what is there, or comes in a while; false if that is nothing."""
        if not select.select([self.client.sock], [], [], seconds)[0]:
            return False
        self.client.check_ntf()
        for message in self.client.async_msg_queue:
            self.lost += message["msg"].get("loss", {}).get("count", 0)
            self.events += message["msg"].get("event", [])
        self.client.async_msg_queue.clear()
        return True

    def about(self, sock=None, kind=None):
        """Events of a socket, and of a kind, so far."""
        number = peers.cookie(sock) if hasattr(sock, "fileno") else sock
        return [event for event in self.events
                if sock is None or event["sock"]["cookie"] == number
                if kind is None or event["change"]["kind"] == kind]

    def wait(self, condition, what, seconds=60):
        """Listen until it is so; return the last result of the condition."""
        end = time.monotonic() + seconds * common.PATIENCE
        while True:
            self.hear(0.05)
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                raise AssertionError(f"not heard: {what}")

    def flush(self):
        """Listen until all is told that has happened up to now.

        What is made now, and at once closed, is told last.
        """
        with peers.inside(self.netns):
            sock = peers.dccp_socket(socket.AF_INET)
        number = peers.cookie(sock)
        sock.listen(1)
        sock.close()
        self.wait(lambda: len(self.about(number)) == 2, "the last event")

    def close(self):
        """Hear no more."""
        self.client.sock.close()


@contextlib.contextmanager
def hearing(netns=None):
    """An ear for a while."""
    ear = Ear(netns)
    try:
        yield ear
    finally:
        ear.close()

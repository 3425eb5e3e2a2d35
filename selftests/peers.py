# SPDX-License-Identifier: GPL-2.0
"""Both ends of DCCP connections, and networks to put between them."""

import contextlib
import ctypes
import itertools
import os
import socket
import struct
import subprocess
import time

import common

# linux/dccp.h; Python knows SOCK_DCCP from the next release on only
SOCK_DCCP, IPPROTO_DCCP, SOL_DCCP, SO_COOKIE = 6, 33, 269, 57
SERVICE, GET_CUR_MPS, SERVER_TIMEWAIT = 2, 5, 6
SEND_CSCOV, RECV_CSCOV, TX_CCID, RX_CCID = 10, 11, 14, 15
QPOLICY_ID, QPOLICY_TXQLEN = 16, 17
CCID_RX_INFO, CCID_TX_INFO = 128, 192

V4, V6 = socket.AF_INET, socket.AF_INET6
LO = {V4: "127.0.0.1", V6: "::1"}

SYSCTL = "/proc/sys/net/dccp/default/"
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside(netns):
    """What this thread opens meanwhile is in a network namespace."""
    if netns is None:
        yield
        return
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + netns, os.O_RDONLY)
    try:
        if LIBC.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns: " + netns)
        yield
    finally:
        LIBC.setns(own, CLONE_NEWNET)
        os.close(there)
        os.close(own)


def run(*args, **kwargs):
    """Run a program, which must succeed; return what it printed."""
    done = subprocess.run(args, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **kwargs)
    if done.returncode:
        raise AssertionError(f"{' '.join(args)}: {done.stdout}")
    return done.stdout


def iproute(netns, *lines):
    """Lines for ip(8)."""
    where = [] if netns is None else ["-n", netns]
    run("ip", *where, "-batch", "-", input="\n".join(lines) + "\n")


def traffic(netns, *args):
    """tc(8) in a network namespace."""
    run("tc", *([] if netns is None else ["-n", netns]), *args)


class Net:
    """Where the ends of connections are.

    client, server and router are network namespaces; server_addr and
    client_addr are by family.
    """

    numbers = itertools.count()

    def __init__(self, *roles):
        base = f"t{os.getpid()}.{next(self.numbers)}"
        self.all = [f"{base}.{role}" for role in roles]
        for name in self.all:
            run("ip", "netns", "add", name)
            self.set(name, "ipv6/conf/all/accept_dad", 0)
            self.set(name, "ipv6/conf/default/accept_dad", 0)
            iproute(name, "link set lo up")
        self.client, self.server = self.all[0], self.all[-1]
        self.router = self.all[1] if len(self.all) == 3 else None
        self.client_addr = self.server_addr = LO

    @staticmethod
    def set(netns, name, value):
        """A setting below net in one of them."""
        with inside(netns), open("/proc/sys/net/" + name, "w",
                                 encoding="ascii") as file:
            file.write(str(value))

    def remove(self):
        """Take it away; sockets in it keep it alive."""
        for name in self.all:
            run("ip", "netns", "del", name)


@contextlib.contextmanager
def loopback():
    """Both ends over lo, in a network namespace without other sockets."""
    net = Net("lo")
    try:
        yield net
    finally:
        net.remove()


@contextlib.contextmanager
def veth():
    """An Ethernet (eth) between two network namespaces."""
    net = Net("c", "s")
    try:
        iproute(net.client,
                f"link add eth type veth peer name eth netns {net.server}",
                "addr add 10.1.0.1/24 dev eth", "addr add fd01::1/64 dev eth",
                "link set eth up")
        iproute(net.server,
                "addr add 10.1.0.2/24 dev eth", "addr add fd01::2/64 dev eth",
                "link set eth up")
        net.client_addr = {V4: "10.1.0.1", V6: "fd01::1"}
        net.server_addr = {V4: "10.1.0.2", V6: "fd01::2"}
        wait_for_carrier(net)
        yield net
    finally:
        net.remove()


@contextlib.contextmanager
def routed():
    """A client (eth), a router (near, far) and a server (eth)."""
    net = Net("c", "r", "s")
    try:
        iproute(net.router,
                f"link add near type veth peer name eth netns {net.client}",
                f"link add far type veth peer name eth netns {net.server}",
                "addr add 10.1.0.2/24 dev near",
                "addr add fd01::2/64 dev near",
                "addr add 10.2.0.2/24 dev far",
                "addr add fd02::2/64 dev far",
                "link set near up", "link set far up")
        for name, side in (net.client, 1), (net.server, 2):
            iproute(name,
                    f"addr add 10.{side}.0.1/24 dev eth",
                    f"addr add fd0{side}::1/64 dev eth",
                    "link set eth up", f"route add default via 10.{side}.0.2",
                    f"route add default via fd0{side}::2")
        net.set(net.router, "ipv4/ip_forward", 1)
        net.set(net.router, "ipv6/conf/all/forwarding", 1)
        net.client_addr = {V4: "10.1.0.1", V6: "fd01::1"}
        net.server_addr = {V4: "10.2.0.1", V6: "fd02::1"}
        wait_for_carrier(net)
        yield net
    finally:
        net.remove()


def wait_for_carrier(net):
    """The link-local addresses of IPv6 come last."""
    for name in net.all:
        wait_until(lambda name=name: "tentative" not in
                   run("ip", "-n", name, "-6", "addr"), "addresses")


def wait_until(condition, what, seconds=60):
    """Wait until it is so; return the last result of the condition."""
    end = time.monotonic() + seconds * common.PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not seen: {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def sysctl(name, value):
    """A setting of net.dccp.default, for sockets made meanwhile."""
    with open(SYSCTL + name, encoding="ascii") as file:
        old = file.read()
    try:
        with open(SYSCTL + name, "w", encoding="ascii") as file:
            file.write(str(value))
        yield
    finally:
        with open(SYSCTL + name, "w", encoding="ascii") as file:
            file.write(old)


def dccp_socket(family, service=0, more=()):
    """A socket with service codes."""
    try:
        sock = socket.socket(family, SOCK_DCCP, IPPROTO_DCCP)
    except OSError as err:
        raise common.Skip(f"DCCP sockets: {err}") from err
    codes = [service, *more]
    sock.setsockopt(SOL_DCCP, SERVICE, struct.pack(f"!{len(codes)}I", *codes))
    sock.settimeout(20 * common.PATIENCE)
    return sock


def set_ccids(sock, tx_ccid, rx_ccid):
    """Allow but these."""
    sock.setsockopt(SOL_DCCP, TX_CCID, bytes([tx_ccid]))
    sock.setsockopt(SOL_DCCP, RX_CCID, bytes([rx_ccid]))


# pylint: disable=too-many-arguments
def listening_in(netns, family, address=None, service=0, ccids=(2, 2), more=(),
                 backlog=10):
    """A listener on a port of its own; CCIDs are tx and rx of its side."""
    with inside(netns):
        sock = dccp_socket(family, service, more)
    set_ccids(sock, *ccids)
    sock.bind((address or LO[family], 0))
    sock.listen(backlog)
    return sock


def disconnect(sock):
    """What connect() to AF_UNSPEC does."""
    address = struct.pack("=H14x", socket.AF_UNSPEC)
    if LIBC.connect(sock.fileno(), address, len(address)):
        raise OSError(ctypes.get_errno(), "connect to AF_UNSPEC")


class Connection:
    """Both ends of one, of which net says where they are.

    CCIDs are as the client names them; prepare(listener, client) is called
    before they listen and connect.
    """

    # pylint: disable=too-many-arguments
    def __init__(self, family, tx_ccid=2, rx_ccid=2, service=0, net=None,
                 more=(), prepare=None):
        address = net.server_addr[family] if net else LO[family]
        with inside(net and net.server):
            self.listener = dccp_socket(family, service, more)
        set_ccids(self.listener, rx_ccid, tx_ccid)
        with inside(net and net.client):
            self.client = dccp_socket(family, service)
        set_ccids(self.client, tx_ccid, rx_ccid)
        if prepare:
            prepare(self.listener, self.client)
        self.listener.bind((address, 0))
        self.listener.listen(10)
        self.client.connect(self.listener.getsockname())
        self.server, _ = self.listener.accept()
        self.server.settimeout(20 * common.PATIENCE)

    def exchange(self):
        """Send data both ways, which takes the client out of PARTOPEN."""
        self.server.send(b"from server")
        self.client.recv(100)
        self.client.send(b"from client")
        self.server.recv(100)

    def close(self):
        """Close all sockets."""
        for sock in self.client, self.server, self.listener:
            sock.close()


@contextlib.contextmanager
def connected(family, tx_ccid=2, rx_ccid=2, service=0, **kwargs):
    """A connection in OPEN at both ends, for a while."""
    made = Connection(family, tx_ccid, rx_ccid, service, **kwargs)
    try:
        made.exchange()
        yield made
    finally:
        made.close()


def number(sock, option, form="=I"):
    """What getsockopt() says."""
    size = struct.calcsize(form)
    return struct.unpack(form, sock.getsockopt(SOL_DCCP, option, size))[0]


def cookie(sock):
    """SO_COOKIE, which no two sockets share."""
    return struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE,
                                               8))[0]

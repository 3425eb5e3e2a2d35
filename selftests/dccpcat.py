#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""dccpcat against itself, Python's sockets, socat, and what tshark sees."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import common

# linux/dccp.h; Python knows SOCK_DCCP from the next release on only
SOCK_DCCP, IPPROTO_DCCP, SOL_DCCP = 6, 33, 269
SERVICE, GET_CUR_MPS, TX_CCID, RX_CCID = 2, 5, 14, 15
AVAILABLE_CCIDS, TX_QLEN = 12, 17
TIOCOUTQ, FIONREAD = 0x5411, 0x541b

LO = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
VERSION = {socket.AF_INET: "-4", socket.AF_INET6: "-6"}
CCIDS = [(2, 2), (2, 3), (3, 2), (3, 3)]

# What a datagram holds with an MTU of 1500, by IPv4 and before CCIDs are known
MPS = 1440

DEMO = 0x64656d6f
SO_RCVBUFFORCE = 33


def dccp_socket(family=socket.AF_INET, service=DEMO, tx_ccid=0, rx_ccid=0):
    """A socket of Python's."""
    sock = socket.socket(family, SOCK_DCCP, IPPROTO_DCCP)
    sock.setsockopt(SOL_DCCP, SERVICE, struct.pack("!I", service))
    if tx_ccid:
        sock.setsockopt(SOL_DCCP, TX_CCID, bytes([tx_ccid]))
    if rx_ccid:
        sock.setsockopt(SOL_DCCP, RX_CCID, bytes([rx_ccid]))
    sock.settimeout(60)
    return sock


def listen(family=socket.AF_INET, **options):
    """One that listens on a port of its own."""
    sock = dccp_socket(family, **options)
    sock.bind((LO[family], 0))
    sock.listen(5)
    return sock


def port_of(sock):
    """The port of a socket, as an argument."""
    return str(sock.getsockname()[1])


def number(sock, option, form="=I"):
    """What getsockopt() says."""
    return struct.unpack(form, sock.getsockopt(SOL_DCCP, option, 4))[0]


def receive_all(sock):
    """The datagrams up to the end of the connection."""
    datagrams = []
    while data := sock.recv(70000):
        datagrams.append(data)
    return datagrams


class Cat:
    """A dccpcat that runs beside the test."""

    def __init__(self, *args, stdin=b"", program=("dccpcat",)):
        # pylint: disable=consider-using-with
        self.out = tempfile.TemporaryFile()
        self.err = tempfile.TemporaryFile()
        self.proc = subprocess.Popen([*program, *args],
                                     stdin=subprocess.PIPE,
                                     stdout=self.out, stderr=self.err)
        if stdin is not None:
            self.write(stdin)
            self.proc.stdin.close()

    def write(self, data):
        """Give it something to read."""
        self.proc.stdin.write(data)
        self.proc.stdin.flush()

    def stdout(self):
        """What has come so far."""
        return os.pread(self.out.fileno(), 1 << 24, 0)

    def stderr(self):
        """What it has said so far."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def prints(self, what, seconds=60):
        """Wait until that, and only that, has come."""
        end = time.monotonic() + seconds * common.PATIENCE
        while self.stdout() != what:
            if self.proc.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{self.stdout()}, not {what}: "
                                     f"{self.stderr()}")
            time.sleep(0.02)

    def wait_for(self, what, seconds=60):
        """Wait until it has said that; return the match."""
        end = time.monotonic() + seconds * common.PATIENCE
        while not (match := re.search(what, self.stderr())):
            if self.proc.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"no '{what}': {self.stderr()}")
            time.sleep(0.02)
        return match

    def ends(self, code=0, signum=None, seconds=60):
        """It must end in that way."""
        if signum:
            self.proc.send_signal(signum)
        try:
            seen = self.proc.wait(seconds * common.PATIENCE)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()
            raise AssertionError(f"does not end: {self.stderr()}") from None
        if seen != code:
            raise AssertionError(f"exit code {seen}, not {code}: "
                                 f"{self.stderr()}")
        return self.stdout()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.kill()
        self.proc.wait()
        self.proc.stdin.close()
        self.out.close()
        self.err.close()


def listener(*args, stdin=b""):
    """A dccpcat that listens, and the port where it does."""
    cat = Cat("-l", "-v", *args, "0", stdin=stdin)
    return cat, cat.wait_for(r"listening on .*:(\d+) for")[1]


def run(*args, stdin=b"", code=0):
    """A dccpcat that must end with that code; return what it wrote."""
    with Cat(*args, stdin=stdin) as cat:
        return cat.ends(code)


def refused(code, why, *args, stdin=b""):
    """It must end with that code and one line that says why."""
    with Cat(*args, stdin=stdin) as cat:
        cat.ends(code)
        said = cat.stderr()
    if said.count("\n") != 1 or not re.search(why, said):
        raise AssertionError(f"{args}: said {said!r}, not one '{why}'")


@contextlib.contextmanager
def delay(time_one_way):
    """
    Packets take so long.

    Without, CCID 3 soon computes a rate that makes the kernel complain
    ("tx_t_ipi == 0").
    """
    subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "netem",
                    "delay", time_one_way, "limit", "100000"], check=True)
    try:
        yield
    finally:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"],
                       check=True)


def says(cat, what):
    """It must have said so when it has ended."""
    if not re.search(what, cat.stderr()):
        raise AssertionError(f"no '{what}': {cat.stderr()}")


def lines(count):
    """That many lines, each another."""
    return [b"line %d\n" % i for i in range(count)]


@delay("2ms")
def with_itself():
    """Both ends, every CCID a half-connection, IPv4 and IPv6, both ways."""
    for family in LO:
        for tx_ccid, rx_ccid in CCIDS:
            check_itself(family, tx_ccid, rx_ccid)


def check_itself(family, tx_ccid, rx_ccid):
    """One connection."""
    server, port = listener("-s", "demo", VERSION[family], "-q", "-1",
                            stdin=b"back\n")
    with server, Cat("-v", "-s", "SC:demo", "--tx-ccid", str(tx_ccid),
                     "--rx-ccid", str(rx_ccid), LO[family], port,
                     stdin=None) as client:
        client.write(b"forth\nand\n")
        for cat, sends, gets in (client, tx_ccid, rx_ccid), \
                                (server, rx_ccid, tx_ccid):
            cat.wait_for(f"SC:demo, sends with CCID {sends}, "
                         f"receives with CCID {gets}, MPS \\d+\n")
        while client.stdout() != b"back\n":
            time.sleep(0.02)
        client.proc.stdin.close()
        client.ends()
        common.same("received", b"forth\nand\n", server.ends())


@delay("2ms")
def preferences():
    """Of the CCIDs that both ends name, that which the listener likes best."""
    for ours, theirs, agreed in (("3,2", "2,3", 3), ("2,3", "3,2", 2),
                                 ("2,3", "3", 3), ("2", "3,2", 2)):
        server, port = listener("--rx-ccid", ours)
        with server:
            run("-N", "--tx-ccid", theirs, LO[socket.AF_INET], port,
                stdin=b"x")
            server.wait_for(f"receives with CCID {agreed},")
            server.ends()


@delay("2ms")
def python_listens():
    """Lines arrive as datagrams, and what was agreed on is what is said."""
    for family, host in LO.items():
        for tx_ccid, rx_ccid in CCIDS:
            with listen(family, tx_ccid=rx_ccid, rx_ccid=tx_ccid) as sock, \
                    Cat("-vN", "-s", "demo", host, port_of(sock),
                        stdin=b"one\n\ntwo words\nno newline") as client:
                peer, _ = sock.accept()
                peer.settimeout(60)
                said = client.wait_for(r"sends with CCID (\d), "
                                       r"receives with CCID (\d)")
                common.same("CCIDs", (str(number(peer, RX_CCID)),
                                      str(number(peer, TX_CCID))),
                            said.groups())
                common.same("datagrams", [b"one\n", b"\n", b"two words\n",
                                          b"no newline"], receive_all(peer))
                peer.close()
                client.ends()


@delay("2ms")
def python_connects():
    """Datagrams come out in order, and lines go back as datagrams."""
    for family, host in LO.items():
        for tx_ccid, rx_ccid in CCIDS:
            server, port = listener("-s", "1,demo", "-s", "SC=2",
                                    host, stdin=b"a\nbc\n")
            with server, dccp_socket(family, tx_ccid=tx_ccid,
                                     rx_ccid=rx_ccid) as sock:
                sock.connect((host, int(port)))
                sock.send(b"first ")
                sock.send(b"second")
                common.same("datagrams", [b"a\n", b"bc\n"], receive_all(sock))
                said = server.wait_for(r"(\S+), sends with CCID (\d), "
                                       r"receives with CCID (\d), MPS (\d+)")
                common.same("agreed on",
                            ("SC:demo", str(rx_ccid), str(tx_ccid)),
                            said.groups()[:3])
                common.same("received", b"first second", server.ends())


def mps_is_the_sockets():
    """The MPS that is named is what getsockopt() says there."""
    with listen() as sock, dccp_socket() as like, \
            Cat("-v", "-d", "-s", "demo", LO[socket.AF_INET],
                port_of(sock)) as client:
        like.connect(sock.getsockname())
        said = client.wait_for(r"MPS (\d+)")
        common.same("MPS", str(number(like, GET_CUR_MPS)), said[1])
        common.same("MPS", str(MPS), said[1])


def socat_address(family, port):
    """How socat is to reach, or be, the other end."""
    version = VERSION[family][1]
    host = {"4": "127.0.0.1", "6": "[::1]"}[version]
    return f"{version}:{host}:{port},socktype=6,so-prototype=33"


def socat_listens():
    """What socat gets, and what it sends."""
    for family, host in LO.items():
        with listen(family) as sock:
            port = port_of(sock)
        version = VERSION[family][1]
        with Cat("-d", "-d", f"TCP{version}-LISTEN:{port},socktype=6,"
                 "so-prototype=33,reuseaddr", "SYSTEM:sed -u s/^/socat-/",
                 program=("socat",)) as socat:
            socat.wait_for("listening on")
            common.same("answer", b"socat-one\nsocat-two\n",
                        run("-q", str(3 * common.PATIENCE), host, port,
                            stdin=b"one\ntwo\n"))
            socat.ends()


def socat_connects():
    """What socat sends, and what it gets."""
    for family, host in LO.items():
        server, port = listener("-N", host, stdin=None)
        # It reads no more of its input where it cannot write: if the peer
        # closes before it asks, it knows of no other end than -t.
        with server, Cat("-t", "1", "-", "TCP" + socat_address(family, port),
                         program=("socat",), stdin=None) as socat:
            socat.write(b"from socat\n")
            server.prints(b"from socat\n")
            server.write(b"to socat\n")
            socat.prints(b"to socat\n")
            server.proc.stdin.close()
            server.ends()
            socat.proc.stdin.close()
            common.same("answer", b"to socat\n", socat.ends())


@contextlib.contextmanager
def capture(*fields):
    """What tshark sees on lo; a list that is filled at the end."""
    if not shutil.which("tshark"):
        raise common.Skip("there is no tshark")
    seen = []
    args = [arg for field in fields for arg in ("-e", field)]
    with Cat("-i", "lo", "-l", "-f", "ip proto 33", "-T", "fields", *args,
             program=("tshark",)) as tshark:
        tshark.wait_for("Capturing on")
        # It says so before it does: a packet that is seen tells.
        while not tshark.stdout():
            run("-z", LO[socket.AF_INET], "9", code=1)
            time.sleep(0.1)
        yield seen
        # The last one is one of ours.
        run("-z", "-s", "999", LO[socket.AF_INET], "9", code=1)
        while b"999" not in tshark.stdout():
            time.sleep(0.1)
        tshark.ends(signum=signal.SIGTERM)
        seen += [line.split("\t")
                 for line in tshark.stdout().decode().splitlines()]


def on_the_wire():
    """A packet a line, and the service code in the request."""
    with listen() as sock:
        port = port_of(sock)
        with capture("dccp.type", "dccp.srcport", "dccp.dstport",
                     "dccp.service_code", "data.data") as seen:
            with Cat("-N", "-s", "demo", LO[socket.AF_INET], port,
                     stdin=b"".join(lines(20))) as client:
                peer, _ = sock.accept()
                receive_all(peer)
                client.ends()
    ours = [row for row in seen if port in row[1:3]]
    common.same("service code", [str(DEMO)],
                [row[3] for row in ours if row[0] == "0"])
    # Data is packet type 2, DataAck 4
    common.same("data", lines(20),
                [bytes.fromhex(row[4].replace(":", "")) for row in ours
                 if row[0] in ("2", "4") and row[2] == port])


def too_long():
    """A line above the MPS is refused, with the MPS, the others are sent."""
    with listen() as sock:
        data = [b"x" * (MPS - 1) + b"\n", b"y" * MPS + b"\n",
                b"z" * 70000 + b"\n", b"last\n"]
        with Cat("-N", "-s", "demo", LO[socket.AF_INET], port_of(sock),
                 stdin=b"".join(data)) as client:
            peer, _ = sock.accept()
            common.same("datagrams", [data[0], data[3]], receive_all(peer))
            peer.close()
            client.ends(1)
            said = client.stderr().splitlines()
        common.same("refusals", 2, len(said))
        for line, length in zip(said, (MPS + 1, 70001)):
            if f"{length} bytes" not in line or f"MPS is {MPS} " not in line:
                raise AssertionError(f"no lengths: {line}")


def units():
    """What of the input is a datagram."""
    data = bytes(range(256)) * 20
    for unit, expected in (("full", [MPS] * 3 + [800]),
                           ("1000", [1000] * 5 + [120]),
                           (str(MPS), [MPS] * 3 + [800])):
        with listen() as sock, \
                Cat("-s", "demo", "--datagram", unit, LO[socket.AF_INET],
                    port_of(sock), stdin=data) as client:
            peer, _ = sock.accept()
            got = receive_all(peer)
            peer.close()
            client.ends()
            common.same(f"lengths of {unit}", expected,
                        [len(each) for each in got])
            common.same(f"bytes of {unit}", data, b"".join(got))


def one_read():
    """What is written at once is a datagram, if it fits."""
    with listen() as sock, \
            Cat("-s", "demo", "--datagram", "read", LO[socket.AF_INET],
                port_of(sock), stdin=None) as client:
        peer, _ = sock.accept()
        peer.settimeout(60)
        for data in b"two\nlines\n", b"part", b"x" * MPS:
            client.write(data)
            common.same("datagram", data, peer.recv(70000))
        client.write(b"y" * (MPS + 1))
        client.wait_for(f"{MPS + 1} bytes .*MPS is {MPS} ")
        client.proc.stdin.close()
        common.same("the rest", [], receive_all(peer))
        peer.close()
        client.ends(1)


def mps_shrinks():
    """The MPS on the way gets smaller: it is told, and what fits is sent."""
    table = ["ip", "route", "change", "local", LO[socket.AF_INET], "dev",
             "lo", "table", "local"]
    # The kernel forgets what it learns of it while the socket is in use.
    with delay("5ms"), listen() as sock, \
            Cat("-v", "-s", "demo", LO[socket.AF_INET], port_of(sock),
                stdin=None) as client:
        peer, _ = sock.accept()
        peer.settimeout(60)
        client.write(b"before\n")
        peer.recv(70000)
        subprocess.run(table + ["mtu", "1250"], check=True)
        try:
            # The first of that length is lost: it makes it known.
            client.write(b"x" * 1300 + b"\n")
            client.write(b"short\n")
            common.same("datagram", b"short\n", peer.recv(70000))
            client.write(b"y" * 1300 + b"\n")
            new = client.wait_for(r"MPS is (\d+) now, it was " + str(MPS))[1]
            client.wait_for(f"1301 bytes .*MPS is {new} ")
            if not 1100 < int(new) < 1250:
                raise AssertionError(f"the MPS is {new}")
        finally:
            subprocess.run(table, check=True)
        client.proc.stdin.close()
        receive_all(peer)
        peer.close()
        client.ends(1)


def thousand_lines():
    """A thousand lines arrive, in order."""
    server, port = listener()
    data = b"".join(lines(1000))
    with server:
        run("-N", LO[socket.AF_INET], port, stdin=data)
        common.same("lines", data, server.ends())


def close_waits():
    """What congestion control holds back is sent before the close."""
    for ccid in 2, 3:
        with delay("50ms"), listen() as sock, \
                Cat("-N", "-s", "demo", "--tx-ccid", str(ccid),
                    LO[socket.AF_INET], port_of(sock),
                    stdin=b"".join(lines(150))) as client:
            peer, _ = sock.accept()
            # All of them find room, however late they are read.
            peer.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20)
            common.same(f"lines with CCID {ccid}", lines(150),
                        receive_all(peer))
            peer.close()
            client.ends()


def close_is_confirmed():
    """It ends when the peer has read all, and complains if it does not."""
    with listen() as sock, Cat("-N", "-s", "demo", LO[socket.AF_INET],
                               port_of(sock), stdin=b"read me\n") as client:
        peer, _ = sock.accept()
        time.sleep(1)
        common.same("ended", None, client.proc.poll())
        common.same("datagrams", [b"read me\n"], receive_all(peer))
        client.ends()
        peer.close()
    with listen() as sock, \
            Cat("-N", "-w", "1", "-s", "demo", LO[socket.AF_INET],
                port_of(sock), stdin=b"never read\n") as client:
        peer, _ = sock.accept()
        client.ends(1)
        says(client, "not confirmed within 1 s")
        peer.close()


def keeps_listening():
    """Several clients, one after the other; what is typed goes to each."""
    server, port = listener("-k", stdin=None)
    with server:
        for i in range(3):
            with dccp_socket(service=0) as sock:
                sock.connect((LO[socket.AF_INET], int(port)))
                server.write(b"hello %d\n" % i)
                common.same("datagram", b"hello %d\n" % i, sock.recv(100))
                sock.send(b"client %d\n" % i)
        with dccp_socket(service=0) as one, dccp_socket(service=0) as two:
            one.connect((LO[socket.AF_INET], int(port)))
            two.connect((LO[socket.AF_INET], int(port)))
            two.send(b"two\n")
            one.send(b"one\n")
        while server.stdout().count(b"\n") < 5:
            time.sleep(0.02)
        common.same("received", b"client 0\nclient 1\nclient 2\none\ntwo\n",
                    server.stdout())
        server.ends(-signal.SIGTERM, signal.SIGTERM)
    refused(1, "nothing listens", LO[socket.AF_INET], port)


def one_client_only():
    """Without --keep nobody else gets in."""
    server, port = listener()
    with server, dccp_socket(service=0) as sock:
        sock.connect((LO[socket.AF_INET], int(port)))
        server.wait_for("connection from")
        refused(1, "nothing listens", LO[socket.AF_INET], port)
        sock.send(b"x")
        sock.close()
        common.same("received", b"x", server.ends())


def echoes():
    """Datagrams come back as they were, in order."""
    server, port = listener("-k", "--echo", stdin=None)
    with server, dccp_socket(service=0) as sock:
        sock.connect((LO[socket.AF_INET], int(port)))
        for data in b"one\n", b"", b"no newline", bytes(1000):
            sock.send(data)
            common.same("echo", data, sock.recv(70000))
        # The server's MPS is smaller, for its acknowledgements.
        sock.send(b"x" * MPS)
        server.wait_for(f"{MPS} bytes do not fit .*not sent back\n")
        sock.send(b"after")
        common.same("echo", b"after", sock.recv(70000))
        sock.close()
        data = b"".join(lines(1000))
        common.same("echo", data,
                    run("-q", "5", LO[socket.AF_INET], port, stdin=data))
        server.ends(-signal.SIGTERM, signal.SIGTERM)


def too_much_to_echo():
    """More than it keeps, for somebody who leaves without waiting for it."""
    server, port = listener("--echo", "--rate", "1")
    with server, dccp_socket(service=0) as sock:
        sock.setsockopt(SOL_DCCP, TX_QLEN, bytes(4))
        sock.connect((LO[socket.AF_INET], int(port)))
        # To send is to wait for room, which takes minutes on a slow kernel.
        sock.settimeout(600)
        for _ in range(13000):
            sock.send(bytes(1400))
        while struct.unpack("i", fcntl.ioctl(sock, TIOCOUTQ, bytes(4)))[0]:
            time.sleep(0.02)
        sock.close()
        # Of what came back nothing was read.
        server.ends(1)
        says(server, "the peer broke off")
        # On a busy machine some come faster than they are read: that is said.
        came = re.search(r"received (\d+), (\d+) bytes", server.stderr())
        dropped = re.search(r"(\d+) packets from \S+ were dropped",
                            server.stderr())
        common.same("datagrams", 13000, int(came[1]) +
                    (int(dropped[1]) if dropped else 0))
        common.same("bytes", 1400 * int(came[1]), int(came[2]))


def rates():
    """Neither much faster nor much slower than asked for."""
    for rate, unit, expected in (("40", "line", 1.0), ("8kB/s", "200", 0.95)):
        with listen() as sock, \
                Cat("-s", "demo", "--datagram", unit, "--rate", rate,
                    LO[socket.AF_INET], port_of(sock),
                    stdin=b"".join(lines(41)) if unit == "line" else
                    bytes(200 * 39)) as client:
            peer, _ = sock.accept()
            peer.settimeout(60)
            peer.recv(70000)
            start = time.monotonic()
            count = 0
            while peer.recv(70000):
                count += 1
                end = time.monotonic()
            peer.close()
            client.ends()
            common.same("datagrams", 40 if unit == "line" else 38, count)
            if not expected * 0.8 < end - start < expected * 5:
                raise AssertionError(f"{rate}: took {end - start} s")


def input_ends():
    """With nothing to send it listens; else it closes after the answers."""
    with listen() as sock, Cat("-s", "demo", LO[socket.AF_INET],
                               port_of(sock)) as client:
        peer, _ = sock.accept()
        time.sleep(1.5)
        peer.send(b"late\n")
        time.sleep(0.1)
        common.same("ended", None, client.proc.poll())
        peer.close()
        common.same("received", b"late\n", client.ends())
    with listen() as sock, Cat("-s", "demo", LO[socket.AF_INET],
                               port_of(sock), stdin=b"question\n") as client:
        peer, _ = sock.accept()
        common.same("question", b"question\n", peer.recv(100))
        peer.send(b"answer\n")
        common.same("the rest", [], receive_all(peer))
        common.same("received", b"answer\n", client.ends())
        peer.close()


def empty_datagram():
    """It is not taken for the end."""
    server, port = listener()
    with server, dccp_socket(service=0) as sock:
        sock.connect((LO[socket.AF_INET], int(port)))
        sock.send(b"")
        sock.send(b"after")
        sock.send(b"")
        sock.close()
        common.same("received", b"after", server.ends())
        says(server, "received 3, 5 bytes")


def signals():
    """What was read is sent before a signal ends it."""
    for signum in signal.SIGINT, signal.SIGTERM:
        with listen() as sock, Cat("-s", "demo", "--rate", "20",
                                   LO[socket.AF_INET], port_of(sock),
                                   stdin=b"".join(lines(30))) as client:
            peer, _ = sock.accept()
            peer.settimeout(60)
            first = peer.recv(100)
            client.proc.send_signal(signum)
            common.same("lines", lines(30), [first] + receive_all(peer))
            peer.close()
            client.ends(-signum)
    # A second one does not wait.
    with listen() as sock, Cat("-s", "demo", "--rate", "1",
                               LO[socket.AF_INET], port_of(sock),
                               stdin=b"".join(lines(100))) as client:
        peer, _ = sock.accept()
        peer.recv(100)
        client.proc.send_signal(signal.SIGINT)
        time.sleep(0.5)
        client.ends(-signal.SIGINT, signal.SIGINT, seconds=10)
        peer.close()


def output_is_gone():
    """Nobody reads what comes: an error like any other."""
    server, port = listener()
    server.ends(-signal.SIGTERM, signal.SIGTERM)
    for target, why in ("| :", "Broken pipe"), (">/dev/full", "No space"):
        with Cat("-c", f"dccpcat -l -v 127.0.0.1 {port} {target}",
                 program=("sh",)) as server, \
                dccp_socket(service=0) as sock:
            server.wait_for("listening")
            sock.connect((LO[socket.AF_INET], int(port)))
            sock.send(b"x")
            server.wait_for("cannot write to standard output: " + why)
            receive_all(sock)
            server.proc.wait(60)


def peer_breaks_off():
    """The peer closes without having read all."""
    with listen() as sock, Cat("-s", "demo", LO[socket.AF_INET],
                               port_of(sock), stdin=None) as client:
        peer, _ = sock.accept()
        client.write(b"unread\n")
        while not struct.unpack("i", fcntl.ioctl(peer, FIONREAD, bytes(4)))[0]:
            time.sleep(0.02)
        peer.close()
        client.ends(1)
        says(client, "the peer broke off")


def peer_closes_first():
    """What was read and cannot be sent any more is told."""
    with listen() as sock, Cat("-s", "demo", "--rate", "1",
                               LO[socket.AF_INET], port_of(sock),
                               stdin=b"".join(lines(100))) as client:
        peer, _ = sock.accept()
        peer.recv(100)
        peer.close()
        client.ends(1)
        says(client, "closed before all was sent")
    # So few the kernel has taken all of, and not sent.
    with delay("50ms"), listen() as sock, \
            Cat("-s", "demo", "--tx-ccid", "3", LO[socket.AF_INET],
                port_of(sock), stdin=b"".join(lines(40))) as client:
        peer, _ = sock.accept()
        peer.recv(100)
        peer.close()
        client.ends(1)
        says(client, "closed before all was sent")


def drops():
    """What came too fast to be read is told of."""
    # Root may have a larger buffer.
    server = Cat("--reuid=65534", "--clear-groups", "dccpcat", "-lv",
                 LO[socket.AF_INET], "0", program=("setpriv",))
    with server, dccp_socket(service=0) as sock:
        port = server.wait_for(r"listening on .*:(\d+) for")[1]
        sock.setsockopt(SOL_DCCP, TX_QLEN, bytes(4))
        sock.connect((LO[socket.AF_INET], int(port)))
        server.wait_for("connection from")
        server.proc.send_signal(signal.SIGSTOP)
        sock.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while True:
                sock.send(bytes(1000))
        server.proc.send_signal(signal.SIGCONT)
        sock.settimeout(60)
        while struct.unpack("i", fcntl.ioctl(sock, TIOCOUTQ, bytes(4)))[0]:
            time.sleep(0.02)
        sock.close()
        server.ends(1)
        says(server, r"\d+ packets from .* were dropped")


def timeouts():
    """--timeout, for a connection and for anything on it."""
    for command in ("link add nowhere type dummy",
                    "addr add 192.0.2.1/24 dev nowhere",
                    "link set nowhere up"):
        subprocess.run(["ip", *command.split()], check=True)
    refused(1, r"192.0.2.2:5001.*no answer within 0.5 s",
            "-w", "0.5", "192.0.2.2", "5001")
    subprocess.run(["ip", "link", "del", "nowhere"], check=True)
    server, port = listener("-w", "1", stdin=None)
    with server, dccp_socket(service=0) as sock:
        sock.connect((LO[socket.AF_INET], int(port)))
        for _ in range(3):
            time.sleep(0.6)
            sock.send(b"x")
        common.same("end", b"", sock.recv(100))
        common.same("received", b"xxx", server.ends())


def scans():
    """Which ports accept, by service code."""
    server, port = listener("-k", "-s", "demo,7")
    near = str(int(port) + 1)
    host = LO[socket.AF_INET]
    with server:
        run("-z", "-s", "demo", host, port)
        run("-z", "-s", "7", host, port)
        run("-z", host, port, code=1)
        run("-z", "-s", "demo", host, near, code=1)
        with Cat("-zv", "-s", "demo", host, f"{port}-{near}") as cat:
            cat.ends()
            says(cat, f"connected to {host}:{port}: SC:demo")
            says(cat, f"{host}:{near} for SC:demo: nothing listens")


def own_end():
    """Where it comes from."""
    with listen() as sock:
        free = port_of(sock)
    with listen() as sock, \
            Cat("-s", "demo", "-b", "127.0.0.7", "-p", free,
                LO[socket.AF_INET], port_of(sock)) as client:
        peer, addr = sock.accept()
        common.same("source", ("127.0.0.7", int(free)), addr)
        peer.close()
        client.ends()
    server, port = listener("-b", "127.0.0.7")
    with server:
        refused(1, "nothing listens", LO[socket.AF_INET], port)
        refused(1, "127.0.0.7:.*Address already in use",
                "-l", "-b", "127.0.0.7", "-p", port)
        run("-z", "127.0.0.7", port)
        server.ends()


def both_versions():
    """Without more, a listener takes IPv4 and IPv6."""
    server, port = listener("-k")
    with server:
        for family, host in LO.items():
            run("-N", host, port, stdin=b"%d\n" % family)
        while server.stdout().count(b"\n") < 2:
            time.sleep(0.02)
        server.wait_for(r"connection from 127\.0\.0\.1:")
        server.wait_for(r"connection from \[::1\]:")


def unprivileged():
    """Anyone may, within the system's limits."""
    server, port = listener()
    data = b"".join(lines(100))
    with server:
        with Cat("--reuid=65534", "--clear-groups", "dccpcat", "-N",
                 LO[socket.AF_INET], port, program=("setpriv",),
                 stdin=data) as client:
            client.ends()
        common.same("received", data, server.ends())


def probes():
    """What the kernel has, and its defaults, in the first network namespace."""
    first = ("nsenter", "--net=/proc/1/ns/net")
    said = json.loads(subprocess.run(
        [*first, "dccpcat", "--probe", "--json"], check=True,
        stdout=subprocess.PIPE).stdout)
    with dccp_socket() as sock:
        common.same("CCIDs", list(sock.getsockopt(SOL_DCCP, AVAILABLE_CCIDS,
                                                  16)), said["ccids"])
        common.same("MPS", number(sock, GET_CUR_MPS), said["mps"])
        common.same("queue", number(sock, TX_QLEN), said["tx_qlen"])
    common.same("families", (None, None), (said["ipv4_why"], said["ipv6_why"]))
    for name in "seq_window", "rx_ccid", "tx_ccid", "request_retries", \
                "retries1", "retries2", "tx_qlen", "sync_ratelimit":
        seen = subprocess.run(
            [*first, "cat", f"/proc/sys/net/dccp/default/{name}"],
            check=True, stdout=subprocess.PIPE).stdout
        common.same(name, int(seen), said["sysctl_" + name])
    text = subprocess.run([*first, "dccpcat", "--probe"], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    for what in "IPv4   yes\n", "IPv6   yes\n", "CCIDs  2,3\n", \
                "service         SC=0\n", "mps             536\n", \
                "tx_ccid         2\n":
        if what not in text:
            raise AssertionError(f"no '{what}': {text}")
    common.same("elsewhere", None,
                json.loads(run("--probe", "--json"))["sysctl_tx_ccid"])
    if b"in the first network namespace only" not in run("--probe"):
        raise AssertionError("sysctls of another network namespace")


def failures():
    """What cannot be had is said in one line."""
    host = LO[socket.AF_INET]
    refused(1, f"{host}:9: nothing listens on that port", host, "9")
    refused(1, "has the CCIDs 2,3 only", "--tx-ccid", "5", host, "9")
    refused(1, "has the CCIDs 2,3 only", "-l", "--rx-ccid", "2,9", host, "0")
    refused(1, "cannot find 'no.such.host' port '9'.*-n",
            "-n", "no.such.host", "9")
    refused(1, "cannot find '127.0.0.1' port '9'", "-6", host, "9")
    refused(1, "cannot find .*'no-such-service'", host, "no-such-service")
    refused(1, "Network is unreachable", "192.0.2.1", "9")
    refused(1, "cannot come from '192.0.2.1'.*assign",
            "-b", "192.0.2.1", host, "9")
    refused(1, "cannot listen on 192.0.2.1:0: .*assign", "-l", "192.0.2.1",
            "0")
    with listen(tx_ccid=2, rx_ccid=2) as sock:
        port = port_of(sock)
        refused(1, f"{port} for SC=43: nothing there has that service code",
                "-s", "43", host, port)
        refused(1, f"{port} for SC:demo: no CCIDs that both ends have",
                "-s", "demo", "--tx-ccid", "3", host, port)
        with Cat("-v", "-s", "demo", "--tx-ccid", "3,2", "-N", host,
                 port) as client:
            client.wait_for("sends with CCID 2")


def wrong_usage():
    """Each is told in one line, with the exit code for it."""
    many = ",".join(str(i) for i in range(33))
    for args, why in (
            ([], "name a host and a port"),
            (["host"], "name a host and a port"),
            (["host", "1", "2"], "one host and one port"),
            (["host", "0"], "'0' is no port"),
            (["host", "65536"], "'65536' is no port"),
            (["-z", "host", "5-3"], "neither a port nor a range"),
            (["-z", "host", "5-99999"], "neither a port nor a range"),
            (["-z", "host", "0-5"], "neither a port nor a range"),
            (["-z", "host", "x"], "neither a port nor a range"),
            (["-l"], "no port named"),
            (["-l", "a", "1", "2"], "'a' is one too many"),
            (["-l", "-p", "70000"], "'70000' is no port"),
            (["-l", "-z", "1"], "--scan"),
            (["-p", "x1x", "-p", "99999", "host", "1"], "'99999' is no port"),
            (["-k", "host", "1"], "'--keep' needs '--listen'"),
            (["-46", "host", "1"], "one of '-4' and '-6'"),
            (["-s", "abc", "host", "1"], "'abc' is no service code"),
            (["-s", "4294967295", "host", "1"], "no service code"),
            (["-s", "1,", "host", "1"], "'' is no service code"),
            (["-s", "1,2", "host", "1"], "only a listener"),
            (["-l", "-s", many, "1"], "32 service codes at most"),
            (["--tx-ccid", "x", "host", "1"], "'x' is no CCID"),
            (["--rx-ccid", "256", "host", "1"], "'256' is no CCID"),
            (["--rx-ccid", "2,2", "host", "1"], "named twice"),
            (["--rate", "0", "host", "1"], "'0' is no rate"),
            (["--rate", "5x", "host", "1"], "'5x' is no rate"),
            (["--datagram", "word", "host", "1"], "'word' is no unit"),
            (["--datagram", "0", "host", "1"], "'0' is no unit"),
            (["-q", "x", "host", "1"], "'x' is no number of seconds"),
            (["-w", "-1", "host", "1"], "'-1' is no number of seconds"),
            (["-w", "0", "host", "1"], "give up at once"),
            (["-d", "--echo", "host", "1"], "alone anyway"),
            (["-d", "-N", "host", "1"], "left alone"),
            (["--json", "host", "1"], "'--json' needs '--probe'"),
            (["--probe", "host"], "takes no 'host'"),
            (["--nonsense"], "no option '--nonsense'"),
            (["-x", "host", "1"], "no option '-x'"),
            (["-s"], "option '-s' needs a value")):
        refused(2, why + ".*see 'dccpcat --help'", *args)


def help_is_no_error():
    """Asked for, it goes to standard output."""
    for option in "--help", "-h", "--version", "-V":
        if not run(option).startswith((b"usage: ", b"dccpcat ")):
            raise AssertionError(option)


def documented():
    """Each option is in the manual page and completed."""
    top = os.environ.get("DIVULGE_TOP", "..")
    options = set(re.findall(rb"(?<![-\w])--[a-z-]+", run("--help")))
    if len(options) < 20:
        raise AssertionError(options)
    for path in "man/dccpcat.1", "completion/dccpcat":
        with open(f"{top}/user/{path}", "rb") as file:
            text = file.read().replace(b"\\-", b"-")
        common.same(f"not in {path}", [],
                    [option for option in options if option not in text])


def alone():
    """
    Go on in a network namespace of our own.

    Its MTU is that of Ethernet, and one processor takes all that comes, so
    that no packet overtakes another.
    """
    if os.environ.get("DCCPCAT_ALONE") or os.getuid():
        return
    os.environ["DCCPCAT_ALONE"] = "1"
    os.execvp("unshare", [
        "unshare", "--net", "--mount", "sh", "-ec",
        "mount -t sysfs sysfs /sys; ip link set lo mtu 1500 up; "
        "echo 1 >/sys/class/net/lo/queues/rx-0/rps_cpus; exec \"$@\"",
        "sh", sys.executable, *sys.argv])


def need_dccp():
    """Skip all of it where it cannot be."""
    why = None
    if os.getuid():
        why = "to make a network namespace needs root"
    elif not shutil.which("dccpcat"):
        why = "there is no dccpcat on PATH"
    else:
        try:
            dccp_socket().close()
        except OSError as err:
            why = f"DCCP sockets: {err}"
    if why:
        print(f"TAP version 13\n1..0 # SKIP {why}")
        sys.exit(common.ksft.KSFT_SKIP)


TESTS = [with_itself, preferences, python_listens, python_connects,
         mps_is_the_sockets, socat_listens, socat_connects, on_the_wire,
         too_long, units, one_read, mps_shrinks, thousand_lines, close_waits,
         close_is_confirmed, keeps_listening, one_client_only, echoes,
         too_much_to_echo, rates, input_ends, empty_datagram, signals,
         output_is_gone, peer_breaks_off, peer_closes_first, drops, timeouts,
         scans, own_end, both_versions, unprivileged, probes, failures,
         wrong_usage, help_is_no_error, documented]

if __name__ == "__main__":
    need_dccp()
    alone()
    common.begin([(test.__name__, test) for test in TESTS
                  if not sys.argv[1:] or test.__name__ in sys.argv[1:]])

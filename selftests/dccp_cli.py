#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge dccp': filters, get, network namespaces, and a table that fits."""

import collections
import contextlib
import fcntl
import os
import pty
import socket
import struct
import subprocess
import termios
import types

import common
import peers

DEMO = 0x64656d6f
NOBODY = 65534
NETNS = "/proc/self/ns/net"


def run(*args, **kwargs):
    """Run 'divulge dccp' with arguments, and return how it went."""
    return subprocess.run(["divulge", "dccp", *args], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **kwargs)


def shown(*args, **kwargs):
    """What 'divulge dccp' with arguments shows; it must succeed."""
    done = run(*args, **kwargs)
    common.same(f"{args} code and complaints", (0, ""),
                (done.returncode, done.stderr))
    return done.stdout


def fails(code, *args, says, **kwargs):
    """It must exit with a code, and complain in one line."""
    done = run(*args, **kwargs)
    common.same(f"{args} code", code, done.returncode)
    common.same(f"{args} output", "", done.stdout)
    if done.stderr.count("\n") != 1 or says not in done.stderr:
        raise AssertionError(f"{args} says {done.stderr!r}, not {says!r}")


def cookies(*args):
    """Cookies of the sockets that pass filters; each may be there but once."""
    seen = [sock["cookie"] for sock in common.divulge("dccp", *args)]
    common.same(f"{args} told twice", len(seen), len(set(seen)))
    return set(seen)


def know(sock, state, role, **more):
    """A socket, and what its owner knows of it."""
    addr, sport = sock.getsockname()[:2]
    peer, dport = "::" if ":" in addr else "0.0.0.0", 0
    tx_ccid = rx_ccid = None
    if state != "listen":
        peer, dport = sock.getpeername()[:2]
        tx_ccid = peers.number(sock, peers.TX_CCID)
        rx_ccid = peers.number(sock, peers.RX_CCID)
    codes = sock.getsockopt(peers.SOL_DCCP, peers.SERVICE, 128)
    return types.SimpleNamespace(**{
        "state": state, "role": role, "cookie": peers.cookie(sock),
        "addr": addr, "sport": sport, "peer": peer, "dport": dport,
        "tx_ccid": tx_ccid, "rx_ccid": rx_ccid, "uid": 0, "dev": None,
        "services": struct.unpack(f"!{len(codes) // 4}I", codes), **more})


@contextlib.contextmanager
def sockets():
    """Some that differ in all that a filter can ask for."""
    made = []
    known = []
    try:
        for family in peers.LO:
            for tx_ccid, rx_ccid in (2, 2), (2, 3), (3, 2):
                each = peers.Connection(family, tx_ccid, rx_ccid,
                                       1000 + 10 * tx_ccid + rx_ccid)
                made += [each.listener, each.client, each.server]
                each.exchange()
                known += [know(each.listener, "listen", "listen"),
                          know(each.client, "open", "client"),
                          know(each.server, "open", "server")]
        half = peers.Connection(socket.AF_INET, 2, 2, DEMO)
        made += [half.listener, half.client, half.server]
        half.client.send(b"only from the client")
        half.server.recv(100)
        known += [know(half.listener, "listen", "listen"),
                  know(half.client, "partopen", "client"),
                  know(half.server, "open", "server")]
        many = peers.dccp_socket(socket.AF_INET, 1)
        made.append(many)
        many.setsockopt(peers.SOL_DCCP, peers.SERVICE,
                        struct.pack("!3I", 7, DEMO, 2**32 - 2))
        many.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        many.bind(("127.8.9.10", 0))
        many.listen(1)
        known.append(know(many, "listen", "listen", dev="lo"))
        os.seteuid(NOBODY)
        foreign = peers.dccp_socket(socket.AF_INET6, 8)
        os.seteuid(0)
        made.append(foreign)
        foreign.bind(("::", 0))
        foreign.listen(1)
        known.append(know(foreign, "listen", "listen", uid=NOBODY))
        yield known
    finally:
        os.seteuid(0)
        for sock in made:
            sock.close()


def filters(known):
    """Each filter, and what passes it."""
    one = known[1]
    return {
        ("--state", "open"): lambda s: s.state == "open",
        ("--state", "LISTEN,partopen"): lambda s: s.state != "open",
        ("--state", "connected"): lambda s: s.state != "listen",
        ("--state", "established"): lambda s: s.state == "open",
        ("--state", "all"): lambda s: True,
        ("--state", "closing,time-wait"): lambda s: False,
        ("-l",): lambda s: s.state == "listen",
        ("-a",): lambda s: True,
        ("--requests",): lambda s: False,
        ("--role", "client"): lambda s: s.role == "client",
        ("--role", "server,listen"): lambda s: s.role != "client",
        ("--src", "127.0.0.1"): lambda s: s.addr == "127.0.0.1",
        ("--src", "127.0.0.0/8"): lambda s: s.addr.startswith("127."),
        ("--src", "127.8.0.0/13"): lambda s: s.addr == "127.8.9.10",
        ("--src", "0.0.0.0/0"): lambda s: "." in s.addr,
        ("--src", "::1"): lambda s: s.addr == "::1",
        ("--src", "[::1]"): lambda s: s.addr == "::1",
        ("--src", "::"): lambda s: s.addr == "::",
        ("--src", "::/0"): lambda s: True,
        ("--src", f"127.0.0.1:{one.sport}"): lambda s: s is one,
        ("--src", f":{one.sport}"): lambda s: s is one,
        ("--dst", "127.0.0.1"): lambda s: s.peer == "127.0.0.1",
        ("--dst", "::1"): lambda s: s.peer == "::1",
        ("--dst", "::2/126"): lambda s: ":" in s.peer,
        ("--dst", f"*:{one.sport}"): lambda s: s.dport == one.sport,
        ("--dst", f"127.0.0.1:{one.dport}"): lambda s: s is one,
        ("--sport", f"{one.sport}"): lambda s: s is one,
        ("--dport", f"{one.dport}"): lambda s: s is one,
        ("--port", f"{one.dport}"):
            lambda s: one.dport in (s.sport, s.dport),
        ("--service", "1023"): lambda s: 1023 in s.services,
        ("--service", "SC=1032"): lambda s: 1032 in s.services,
        ("--service", "demo"): lambda s: DEMO in s.services,
        ("--service", "SC:demo"): lambda s: DEMO in s.services,
        ("--service", "SC=x64656d6f"): lambda s: DEMO in s.services,
        ("--service", "0xfffffffe"): lambda s: 2**32 - 2 in s.services,
        ("--ccid", "3"): lambda s: 3 in (s.tx_ccid, s.rx_ccid),
        ("--tx-ccid", "3"): lambda s: s.tx_ccid == 3,
        ("--rx-ccid", "3"): lambda s: s.rx_ccid == 3,
        ("--ccid", "248"): lambda s: False,
        ("--uid", f"{NOBODY}"): lambda s: s.uid == NOBODY,
        ("--uid", "root"): lambda s: s.uid == 0,
        ("--dev", "lo"): lambda s: s.dev == "lo",
        ("--src", "127.8.9.10%lo"): lambda s: s.dev == "lo",
        ("--tx-ccid", "2", "--role", "server", "--dst", "::1"):
            lambda s: s.tx_ccid == 2 and s.role == "server" and
            s.peer == "::1",
    }


def each_filter():
    """What passes is what should, by what the sockets' owner knows."""
    # Time-wait entries of other tests
    older = cookies("-a")
    with sockets() as known:
        for args, passes in filters(known).items():
            common.same(f"{args}", {s.cookie for s in known if passes(s)},
                        cookies(*args) - older)


def family_of_filter():
    """An IPv4 filter finds the IPv6 socket of an IPv4 connection."""
    listener = peers.dccp_socket(socket.AF_INET6, 5)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", 0))
    listener.listen(1)
    client = peers.dccp_socket(socket.AF_INET, 5)
    port = listener.getsockname()[1]
    client.connect(("127.0.0.1", port))
    server, _ = listener.accept()
    both = {peers.cookie(client), peers.cookie(server)}
    try:
        common.same("IPv4", both, cookies("--src", "127.0.0.1"))
        common.same("mapped", both, cookies("--src", "::ffff:127.0.0.1"))
        got = common.divulge("dccp", "get", f"127.0.0.1:{port}",
                             f"127.0.0.1:{client.getsockname()[1]}")
        common.same("get", [peers.cookie(server)],
                    [sock["cookie"] for sock in got])
    finally:
        for sock in client, server, listener:
            sock.close()


PEER, HERE = "10.9.0.2", "10.9.0.1"


def checksum(data):
    """As IP has it."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def request_packet(sport, dport, service):
    """A DCCP-Request from PEER to HERE (RFC 4340, 5.1 and 5.3)."""
    def segment(check):
        # Type 0 with 48 bits of sequence number, which is 1
        return struct.pack("!HHBBHBBHII", sport, dport, 5, 0, check, 1, 0, 0,
                           1, service)

    addrs = socket.inet_aton(PEER) + socket.inet_aton(HERE)
    pseudo = addrs + struct.pack("!BBH", 0, peers.IPPROTO_DCCP, 20)
    packet = segment(checksum(pseudo + segment(0)))
    header = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64,
                         peers.IPPROTO_DCCP, 0)
    return header + addrs + packet


def run_ip(*args):
    """Run run_ip(8)."""
    subprocess.run(["ip", *args], check=True)


@contextlib.contextmanager
def peer_that_never_answers():
    """What is sent to PEER goes nowhere."""
    peers.iproute(None, f"addr add {HERE}/32 dev lo",
                  f"route add {PEER}/32 dev lo")
    try:
        yield
    finally:
        peers.iproute(None, f"route del {PEER}/32 dev lo",
                      f"addr del {HERE}/32 dev lo")


def kinds(*args):
    """(kind, state, peer's port) of what there is."""
    return {(sock["kind"], sock["state"], sock["dport"])
            for sock in common.divulge("dccp", *args)}


def requests_and_timewaits():
    """They are shown on request."""
    made = peers.Connection(socket.AF_INET, 2, 2, 1)
    made.exchange()
    port = made.listener.getsockname()[1]
    made.close()
    # Its end comes by packets, after close()
    timewait = ("timewait", "timewait", port)
    peers.wait_until(lambda: timewait in kinds("--timewait"), "time-wait")
    listener = peers.dccp_socket(socket.AF_INET, 9)
    listener.bind(("0.0.0.0", 0))
    listener.listen(1)
    port = listener.getsockname()[1]
    request = ("request", "respond", 4660)
    listening = ("socket", "listen", 0)
    every = {request, timewait, listening}
    with peer_that_never_answers(), \
            socket.socket(socket.AF_INET, socket.SOCK_RAW,
                          socket.IPPROTO_RAW) as raw:
        raw.sendto(request_packet(4660, port, 9), (HERE, 0))
        try:
            # Other tests have left time-wait entries
            for args, wanted in {
                    (): {listening},
                    ("--requests",): {request},
                    ("--timewait",): {timewait},
                    ("-a",): every,
                    ("--requests", "--timewait"): {request, timewait},
                    ("--state", "syn-recv"): {request},
                    ("--state", "time-wait"): {timewait},
                    ("--state", "connected"): {request, timewait},
                    ("-a", "--dst", PEER): {request},
                    ("-l",): {listening}}.items():
                common.same(args, wanted, kinds(*args) & every)
            seen = common.divulge("dccp", "get", f"{HERE}:{port}",
                                  f"{PEER}:4660")
            common.same("get", [("request", 9, None)],
                        [(sock["kind"], sock["service"], sock["tx_ccid"])
                         for sock in seen])
            common.same("owner of a time-wait entry", {None},
                        {sock["uid"] for sock in
                         common.divulge("dccp", "--timewait")})
        finally:
            listener.close()


def columns_of(out):
    """How wide it is."""
    return max(len(line) for line in out.splitlines())


def on_terminal(columns, *args):
    """What 'divulge dccp' shows on a terminal so wide."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("4H", 24, columns, 0, 0))
    with subprocess.Popen(["divulge", "dccp", *args], stdout=slave) as child:
        os.close(slave)
        out = b""
        with contextlib.suppress(OSError):  # EIO is its end
            while data := os.read(master, 4096):
                out += data
        os.close(master)
    common.same("exit code", 0, child.returncode)
    return out.decode().replace("\r\n", "\n")


@contextlib.contextmanager
def ordinary_addresses():
    """The ends of a connection over each of ordinary addresses."""
    addrs = {peers.V4: "192.168.100.200",
             peers.V6: "2001:db8:1234:5678::9abc"}
    net = types.SimpleNamespace(client=None, server=None, server_addr=addrs)
    peers.iproute(None, f"addr add {addrs[peers.V4]}/32 dev lo",
                  f"addr add {addrs[peers.V6]}/128 dev lo nodad")
    made = []
    try:
        for family in addrs:
            for ccid in 2, 3:
                made.append(peers.Connection(family, ccid, ccid, 2**32 - 2,
                                             net=net))
                made[-1].exchange()
        yield [f"[{addr}]:{port}" if ":" in addr else f"{addr}:{port}"
               for each in made for sock in (each.client, each.server)
               for addr, port in [sock.getsockname()[:2]]]
    finally:
        for each in made:
            each.close()
        peers.iproute(None, f"addr del {addrs[peers.V4]}/32 dev lo",
                      f"addr del {addrs[peers.V6]}/128 dev lo")


def table_fits():
    """In 80 columns all that matters is there; more of them show more."""
    with ordinary_addresses() as ends:
        narrow = on_terminal(80)
        for out in narrow, shown(env=dict(os.environ, COLUMNS="80")):
            if columns_of(out) > 80:
                raise AssertionError(f"{columns_of(out)} columns:\n{out}")
            for word in ("STATE", "ROLE", "LOCAL", "PEER", "CCID", "MPS",
                         "PMTU", "SERVICE", "RTT", "WINDOW", "OPEN", "client",
                         "SC=4294967294", "3/3", "2/2", "B/s", *ends):
                if word not in out.split() and word != "B/s" or \
                        word not in out:
                    raise AssertionError(f"no {word} in\n{out}")
        if columns_of(on_terminal(80, "-e")) > 80:
            raise AssertionError("extended lines do not fit")
        for out in on_terminal(400), shown():
            lines = out.splitlines()
            common.same("lines", len(ends) + len(ends) // 2 + 1, len(lines))
            common.same("last column", "COOKIE", lines[0].split()[-1])
        for width in range(60, 200, 7):
            out = on_terminal(width)
            if columns_of(out) > max(width, 80):
                raise AssertionError(f"{columns_of(out)} for {width}:\n{out}")


def extended_and_get():
    """All of one, by its cookie and by its ends; sequence numbers to few."""
    made = peers.Connection(socket.AF_INET, 3, 2, DEMO)
    made.exchange()
    known = know(made.client, "open", "client")
    src, dst = (f"{addr}:{port}" for addr, port in
                (made.client.getsockname(), made.client.getpeername()))
    try:
        for args in ([str(known.cookie)], [src, dst],
                     ["[::ffff:127.0.0.1]" + src[9:],
                      "::ffff:127.0.0.1/128" + dst[9:]]):
            seen = common.divulge("dccp", "get", *args)
            common.same(f"get {args}", [known.cookie],
                        [sock["cookie"] for sock in seen])
            common.same("rate", (seen[0]["ccid3_tx_x"] // 64,
                                 seen[0]["ccid3_tx_x_recv"] // 64),
                        (seen[0]["rate"], seen[0]["recv_rate"]))
            common.same("text", "demo", seen[0]["service_text"])
            common.same("null", [None] * 3,
                        [seen[0][key] for key in
                         ("ccid2_tx_cwnd", "netns_name", "services")])
            out = shown("get", *args)
            for word in ("OPEN", "3/2", "SC:demo", f"service:{DEMO}",
                         f"cookie:{known.cookie}", f"inode:{seen[0]['inode']}",
                         f"iss:{seen[0]['iss']}", "ccid3-tx", "ccid2-rx",
                         "state:fback", "timers", "feat"):
                if word not in out.split() and word != "state:fback":
                    raise AssertionError(f"no {word} in\n{out}")
        listening = ":".join(map(str, made.listener.getsockname()))
        common.same("listener", [peers.cookie(made.listener)],
                    [sock["cookie"] for sock in
                     common.divulge("dccp", "get", listening)])
        common.same("as a filter", shown("-e", "--sport",
                                         str(known.sport)).splitlines()[0],
                    shown("get", src, dst).splitlines()[0])
        gone = str(2**63)
        fails(1, "get", gone, says=f"no DCCP socket has the cookie {gone}")
        fails(1, "get", src, says=f"no DCCP socket listens at {src}")
        fails(1, "get", dst, dst, says=f"connects {dst} with {dst}")
        fails(1, "get", "--json", dst, dst, says=f"connects {dst} with")
    finally:
        made.close()


def format_of_ones_own():
    """Fields by the names that JSON has, also those of another CCID."""
    made = peers.Connection(socket.AF_INET, 2, 2, DEMO)
    made.exchange()
    try:
        common.same("form", [f"client {DEMO} 2/2 - demo -"],
                    shown("--role", "client", "--format",
                          "{role} " + str(DEMO) + " {tx_ccid}/{rx_ccid} "
                          "{ccid3_tx_x} {service_text} {netns_name}")
                    .splitlines())
    finally:
        made.close()


def unprivileged():
    """Anyone sees the sockets, but neither sequence numbers nor other netns."""
    def setuid():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)

    made = peers.Connection(socket.AF_INET, 2, 3, 1)
    made.exchange()
    try:
        sequence = ["iss", "gss", "isr", "gsr", "osr", "gar", "swl", "swh",
                    "awl", "awh", "ndp_count"]
        for sock in common.divulge("dccp"):
            common.same("told", True, all(sock[key] is not None
                                          for key in sequence))
        out = shown("--json", preexec_fn=setuid)
        common.same("sockets", 3, out.count("\n"))
        common.same("not told", 3 * len(sequence),
                    sum(out.count(f'"{key}":null') for key in sequence))
        common.same("one under CCID 2", 2, out.count('"ccid2_tx_cwnd":null'))
        common.same("no seq", False,
                    " seq " in shown("-e", preexec_fn=setuid))
        fails(1, "-N", "1", says="'1': it takes CAP_SYS_PTRACE",
              preexec_fn=setuid)
        done = run("-N", "all", "--json", preexec_fn=setuid)
        common.same("all", (1, 3), (done.returncode, done.stdout.count("\n")))
        common.same("why", "divulge: not all network namespaces can be "
                    "entered: it takes CAP_SYS_ADMIN and CAP_SYS_PTRACE\n",
                    done.stderr)
        common.same("own", 3, shown("-N", "/proc/self/ns/net", "--json",
                                    preexec_fn=setuid).count("\n"))
    finally:
        made.close()


Elsewhere = collections.namedtuple("Elsewhere", "path ino sock")


def listen_in(service, path):
    """A listener in a network namespace."""
    # peers knows those in a folder, and this is how to leave it
    with peers.inside(os.path.relpath(path, "/run/netns")):
        sock = peers.dccp_socket(socket.AF_INET, service)
    sock.bind(("0.0.0.0", 5001))
    sock.listen(1)
    return Elsewhere(path, os.stat(path).st_ino, sock)


@contextlib.contextmanager
def process_elsewhere():
    """A process in a network namespace without a name."""
    own = os.stat(NETNS).st_ino
    with subprocess.Popen(["unshare", "-n", "sleep", "infinity"]) as process:
        try:
            peers.wait_until(lambda: own != os.stat(
                f"/proc/{process.pid}/ns/net").st_ino, "unshare")
            yield process.pid
        finally:
            process.kill()


@contextlib.contextmanager
def four_netns():
    """Listeners in two that have names, one that has none, and our own."""
    names = ["selftest-a", "123"]
    there = []
    with process_elsewhere() as pid:
        try:
            for name in names:
                peers.run("ip", "netns", "add", name)
            for service, path in enumerate(
                    [*(f"/run/netns/{name}" for name in names),
                     f"/proc/{pid}/ns/net", NETNS], 1):
                there.append(listen_in(service, path))
            yield there
        finally:
            for each in there:
                each.sock.close()
            for name in names:
                peers.run("ip", "netns", "del", name)


def where(*args):
    """[(service code, name, inode number) of the network namespace]"""
    return sorted((sock["service"], sock["netns_name"], sock["netns"])
                  for sock in common.divulge("dccp", *args))


def network_namespaces():
    """By name, process and path, and all of them; each once."""
    with four_netns() as there:
        wanted = [(1, "selftest-a", there[0].ino), (2, "123", there[1].ino),
                  (3, None, there[2].ino), (4, None, there[3].ino)]
        unnamed = there[2].path
        pid = unnamed.split("/")[2]
        common.same("all", wanted, where("-N", "all"))
        common.same("name", wanted[:1], where("--netns", "selftest-a"))
        common.same("a number is a name first", wanted[1:2], where("-N123"))
        common.same("process", wanted[2:3], where("-N", pid))
        common.same("path", wanted[2:3], where("-N", unnamed))
        common.same("path of a named one", wanted[:1],
                    where("-N", "/run/../run/netns/selftest-a"))
        common.same("several", wanted,
                    where("-N", unnamed, "-N", "123", "-N", NETNS, "-N",
                          "selftest-a", "-N", "123", "-N", "all"))
        common.same("get", wanted[1:2],
                    where("-N", "all", "get", next(
                        str(sock["cookie"])
                        for sock in common.divulge("dccp", "-N123"))))
        common.same("filter", wanted[2:3],
                    where("-N", "all", "--service", "3"))
        table = [line.split() for line in shown("-N", "all").splitlines()]
        common.same("column", ["NETNS", "STATE", "ROLE"], table[0][:3])
        common.same("its cells",
                    sorted(name or str(ino) for _, name, ino in wanted),
                    sorted(line[0] for line in table[1:]))
        done = run("-N", "no-such", "-N", "123", "--json")
        common.same("the others are shown", (1, 1),
                    (done.returncode, done.stdout.count("\n")))
        common.same("complaint", "divulge: cannot enter network namespace "
                    "'no-such': No such file or directory\n", done.stderr)
        fails(1, "-N", "/etc/passwd", says="'/etc/passwd': it is none")
        fails(1, "-N", "4194399", says="'4194399': No such file")


def netns_left_behind():
    """A name whose network namespace is gone is none of all."""
    os.makedirs("/run/netns", exist_ok=True)
    path = "/run/netns/selftest-stale"
    with open(path, "wb"):
        pass
    try:
        common.same("all", "", shown("-N", "all", "--json"))
        fails(1, "-N", "selftest-stale", says="it is none")
    finally:
        os.unlink(path)


MISUSES = {
    ("extra",): "'extra' is too much",
    ("--nonsense",): "no option '--nonsense'",
    ("-x",): "no option '-x'",
    ("-jx",): "no option '-x'",
    ("--json=1",): "'--json' takes no value",
    ("--state",): "'--state' needs a value",
    ("-N",): "'-N' needs a value",
    ("--state", "opened"): "'opened' is no state",
    ("--state", "open,"): "'' is no state",
    ("--role", "peer"): "'peer' is no role",
    ("--src", "localhost"): "'localhost' is no address",
    ("--src", "10.0.0.0/33"): "'10.0.0.0/33' is no address",
    ("--dst", "::1:5001:"): "'::1:5001:' is no address",
    ("--dst", "[::1"): "'[::1' is no address",
    ("--sport", "65536"): "'65536' is no port",
    ("--dport", "-1"): "'-1' is no port",
    ("--port", ""): "'' is no port",
    ("--service", "abcde"): "'abcde' is no service code",
    ("--service", "4294967296"): "'4294967296' is no service code",
    ("--ccid", "256"): "'256' is no CCID",
    ("--tx-ccid", "two"): "'two' is no CCID",
    ("--rx-ccid", ""): "'' is no CCID",
    ("--uid", "no such user"): "no user 'no such user'",
    ("--dev", "no-such"): "no interface 'no-such'",
    ("--dev", "no-such", "-N", "all"): "no interface 'no-such'",
    ("--dev", "lo", "--src", "::1%eth0"): "both 'lo' and 'eth0'",
    ("--format", "{nonsense}"): "no field 'nonsense'",
    ("--format", "{local}"): "no field 'local'",
    ("--format", "x", "--json"): "'--format' goes with",
    ("-l", "--state", "open"): "'--listening' goes with none",
    ("-l", "--timewait"): "'--listening' goes with none",
    ("get",): "'get' needs",
    ("get", "0"): "'0' is no cookie",
    ("get", "18446744073709551616"): "is no cookie",
    ("get", "127.0.0.1"): "is not one address and port",
    ("get", ":5001"): "is not one address and port",
    ("get", "10.0.0.0/8:1"): "is not one address and port",
    ("get", "127.0.0.1:1", "5"): "'5' is no address",
    ("get", "127.0.0.1:1", "[::1]:1"): "not of one family",
    ("get", "1", "2"): "'1' is no address",
    ("get", "127.0.0.1:1", "127.0.0.1:2", "x"): "'x' is too much",
    ("get", "1", "--port", "1"): "'get' takes no filter",
    ("get", "1", "-l"): "'get' takes no filter",
    ("get", "127.0.0.1%no-such:1"): "no interface 'no-such'",
}


def misuse():
    """One clear line each, exit code 2, and where to read on."""
    for args, says in MISUSES.items():
        fails(2, *args, says=says)
        fails(2, *args, says=": see 'divulge dccp --help'\n")


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in
                  (each_filter, family_of_filter, requests_and_timewaits,
                   table_fits, extended_and_get, format_of_ones_own,
                   unprivileged, network_namespaces, netns_left_behind,
                   misuse)])

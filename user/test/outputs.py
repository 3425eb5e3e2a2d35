#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Outputs of divulged, fed with made up records: all is written or counted."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

FEED = os.path.abspath(sys.argv[1])
# What has a queue of 256 KiB cannot keep so many
MANY = 5000


def program(name, *args):
    """How to run a program that is unpacked and not installed."""
    programs = pathlib.Path(__file__).parents[2] / "qemu/programs"
    return [str(programs), "run", name, *args]


def wait_for(condition, what, seconds=60):
    """Wait for it; return what it gave."""
    now = time.monotonic()
    end = now + seconds
    while not (got := condition()):
        asked, now = now, time.monotonic()
        if now > end:
            raise AssertionError(f"not seen: {what}")
        # Who asks keeps nobody from getting on
        time.sleep(max(0.01, now - asked))
        now = time.monotonic()
    return got


class Feed:
    """A process that has outputs."""

    def __init__(self, *outputs, args=()):
        # pylint: disable=consider-using-with
        self.err = tempfile.TemporaryFile()
        options = [f"--output={output}" for output in outputs]
        self.proc = subprocess.Popen(
            [FEED, "--config", "/dev/null", "--no-births", "--queue", "256k",
             *options, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.err, text=True)

    def say(self, line):
        """Have it do that, and wait until it has."""
        self.proc.stdin.write(line + "\n")
        self.proc.stdin.flush()
        while (seen := self.proc.stdout.readline()) != line + "\n":
            if not seen:
                raise AssertionError(f"it ended: {self.stderr()}")

    def stderr(self):
        """What it has complained of."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def end(self, code=0):
        """End it, which it must do in that way; return what it said."""
        self.proc.stdin.close()
        seen = self.proc.wait(60)
        if seen != code:
            raise AssertionError(f"exit code {seen}: {self.stderr()}")
        return self.stderr()

    def settled(self):
        """Number of the last record that it says needs not be told again."""
        self.say("s")
        return int(re.findall(r"settled (\d+)\n", self.stderr())[-1])

    def left(self):
        """Records that it says it did not write, nor hand over."""
        return sum(int(n) - int(m) for n, m in re.findall(
            r"(\d+) records were not written, of which (\d+)", self.stderr()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.kill()
        self.proc.wait()
        self.proc.stdin.close()
        self.proc.stdout.close()
        self.err.close()


def lines(data):
    """Whole lines; one that was cut off at the end does not count."""
    return data.split(b"\n")[:-1]


def numbers(records):
    """Sequence numbers of births, and how many are in gaps."""
    births = [o["seq"] for o in records if o["event"] == "birth"]
    gaps = [o for o in records if o["event"] == "gap"]
    for gap in gaps:
        if gap["count"] != gap["births"] + gap["dccp"] + gap["others"]:
            raise AssertionError(f"wrong sum: {gap}")
        first, last = gap["births_first_seq"], gap["births_last_seq"]
        if last - first + 1 < gap["births"]:
            raise AssertionError(f"wrong numbers: {gap}")
        if any(first <= n <= last for n in births):
            raise AssertionError(f"written all the same: {gap}")
    return births, sum(gap["count"] for gap in gaps)


def adds_up(records, given, left=0, twice=False):
    """Each record is written once, or in a gap, or left at the end."""
    births, missing = numbers(records)
    if len(set(births)) != len(births) and not twice:
        raise AssertionError("some are written twice")
    seen = (len(set(births)), missing, left)
    if sum(seen) != given:
        raise AssertionError(f"{seen} is not {given}")
    return missing


def key_of(record):
    """What tells whose record it is."""
    return record["host"], record["boot"], record["run"]


def accounts(records):
    """For each run of a daemon: records that are missing, and that came twice.

    A store that takes the records of one output need not know more than this.
    """
    runs = {}
    for record in records:
        runs.setdefault(key_of(record), []).append(record)
    result = {}
    for key, run in runs.items():
        seen = [o["record"] for o in run if o["event"] != "gap"]
        gaps = {o["record"]: o for o in run if o["event"] == "gap"}.values()
        last = max(seen + [gap["last_record"] for gap in gaps])
        told = sum(gap["count"] for gap in gaps)
        result[key] = (last - len(set(seen)) - told,
                       len(seen) - len(set(seen)))
    return result


def account(records):
    """The same of a single run."""
    (result,) = accounts(records).values()
    return result


def sum_of(records):
    """Records that are there, or in gaps."""
    births, missing = numbers(records)
    return len(set(births)) + missing


def of_file(path):
    """Records of a file of JSON."""
    return [json.loads(line) for line in
            lines(pathlib.Path(path).read_bytes())]


def last_of(path):
    """Number of the last record there, 0 if there is none."""
    return next((o["seq"] for o in reversed(of_file(path))
                 if o["event"] == "birth"), 0) if os.path.exists(path) else 0


class Receiver(threading.Thread):
    """What accepts connections, one after the other, and keeps what comes."""

    def __init__(self, sock):
        super().__init__(daemon=True)
        self.sock = sock
        self.data = b""
        self.conn = None
        self.hold = threading.Event()
        self.hold.set()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.sock.accept()
                self.conn = conn
                self.receive(conn)

    def receive(self, conn):
        """A byte a second as long as it is held."""
        with conn, contextlib.suppress(ConnectionResetError):
            while True:
                size = 1 << 16
                if not self.hold.wait(1):
                    size = 1
                data = conn.recv(size)
                if not data:
                    return
                self.data += data

    def records(self):
        """What has come."""
        return [json.loads(line) for line in lines(self.data)]

    def leave(self):
        """Take no more, not even of who is connected."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.conn.shutdown(socket.SHUT_RDWR)
        self.join(5)

    def stop(self):
        """Take no more connections."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.join(5)


def tcp_listener(port=0, family=socket.AF_INET):
    """A socket that listens on the loopback device."""
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
    sock.listen()
    return sock


def unix_socket(path, kind):
    """A unix socket of that type."""
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(path)
    if kind == socket.SOCK_STREAM:
        sock.listen()
    return sock


def several_outputs(tmp):
    """Each has all, in its own format."""
    with Feed(f"json:{tmp}/json", f"text:{tmp}/text", f"syslog:{tmp}/syslog",
              f"json:{tmp}/again") as feed:
        feed.say("p300")
        feed.end()
    adds_up(of_file(f"{tmp}/json"), 300)
    adds_up(of_file(f"{tmp}/again"), 300)
    text = lines(pathlib.Path(f"{tmp}/text").read_bytes())
    assert len(text) == 300
    assert re.match(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} [-+]\d{4} \S+ "
                    rb"\d+\.1 born reg /p\\x09", text[0]), text[0]
    assert len(lines(pathlib.Path(f"{tmp}/syslog").read_bytes())) == 300


def numbered(tmp):
    """The same record has the same number everywhere, and says whose it is."""
    formats = ("json", "text", "syslog")
    with Feed(*(f"{name}:{tmp}/{name}" for name in formats)) as feed:
        feed.say("p300")
        pid = feed.proc.pid
        feed.end()
    records = of_file(f"{tmp}/json")
    assert [o["record"] for o in records] == list(range(1, 301))
    host, boot, run = key_of(records[0])
    assert host == socket.gethostname(), host
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        assert boot == file.read().strip(), boot
    assert 0 < run < time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    text = pathlib.Path(f"{tmp}/text").read_bytes()
    for number, line in enumerate(lines(text), 1):
        assert f" {host} {run}.{number} born ".encode() in line, line
    syslog_text = pathlib.Path(f"{tmp}/syslog").read_bytes()
    for number, line in enumerate(lines(syslog_text), 1):
        assert line.split(b" ")[2:5] == [host.encode(), b"divulged",
                                         str(pid).encode()], line
        assert (f' boot="{boot}" run="{run}" record="{number}"]'
                f'[meta sequenceId="{number}"] born').encode() in line, line


def losses_show(tmp):
    """A record that a file lost, or has twice, shows by its numbers."""
    with Feed(f"json:{tmp}/file") as feed:
        feed.say("p50")
        feed.end()
    records = of_file(f"{tmp}/file")
    assert account(records) == (0, 0)
    assert account(records[:20] + records[21:]) == (1, 0)
    assert account(records[3:]) == (3, 0)
    assert account(records + records[7:9]) == (0, 2)


def runs_are_told_apart(tmp):
    """One file, two runs with the same numbers: no record is like another."""
    for number in (50, 30):
        with Feed(f"json:{tmp}/file") as feed:
            feed.say(f"p{number}")
            feed.end()
    records = of_file(f"{tmp}/file")
    assert len({(key_of(o), o["record"]) for o in records}) == 80
    first, second = accounts(records)
    assert first[:2] == second[:2] and first[2] < second[2]
    assert list(accounts(records).values()) == [(0, 0), (0, 0)]
    del records[60]
    assert accounts(records) == {first: (0, 0), second: (1, 0)}


def stuck_holds_nobody_up(tmp):
    """A pipe that nobody reads, beside a file."""
    os.mkfifo(f"{tmp}/fifo")
    reader = os.open(f"{tmp}/fifo", os.O_RDONLY | os.O_NONBLOCK)
    with Feed(f"json:{tmp}/fifo", f"json:{tmp}/file") as feed:
        for _ in range(MANY // 100):
            feed.say("p100")
        wait_for(lambda: last_of(f"{tmp}/file") == MANY,
                 "the last record")
        feed.end(1)
        data = b""
        while chunk := os.read(reader, 1 << 20):
            data += chunk
        adds_up(of_file(f"{tmp}/file"), MANY)
        adds_up([json.loads(line) for line in lines(data)], MANY, feed.left())
        assert feed.left() > 0
    os.close(reader)


def slow_gets_gaps(tmp):
    """What it misses is told where it is missing."""
    os.mkfifo(f"{tmp}/fifo")
    reader = os.open(f"{tmp}/fifo", os.O_RDONLY | os.O_NONBLOCK)
    with Feed(f"json:{tmp}/fifo") as feed:
        for _ in range(MANY // 100):
            feed.say("p100")
        file = os.fdopen(reader, "rb")
        os.set_blocking(reader, True)
        data = b""
        while f'"seq":{MANY},'.encode() not in data:
            data += os.read(reader, 1 << 16)
        feed.end()
        records = [json.loads(line) for line in lines(data)]
        assert adds_up(records, MANY) > 0
        assert account(records) == (0, 0)
        gap = next(n for n, o in enumerate(records) if o["event"] == "gap")
        count = records[gap]["count"]
        assert records[gap]["record"] == records[gap - 1]["record"] + 1
        assert account(records[:gap] + records[gap + 1:]) == (count, 0)
        assert account(records[:gap + 1] + records[gap:]) == (0, 0)
        seqs = [o.get("seq") or o["births_first_seq"] for o in records]
        assert seqs == sorted(seqs)
        file.close()


def settled_is_what_all_have(tmp):
    """A record counts as told when the slowest output has it, or a gap."""
    os.mkfifo(f"{tmp}/fifo")
    reader = os.open(f"{tmp}/fifo", os.O_RDONLY | os.O_NONBLOCK)
    with Feed(f"json:{tmp}/fifo", f"json:{tmp}/file") as feed:
        assert feed.settled() == 0
        feed.say("p10")
        wait_for(lambda: feed.settled() == 10, "ten")
        for _ in range(MANY // 100):
            feed.say("p100")
        wait_for(lambda: last_of(f"{tmp}/file") == MANY + 10, "the last")
        held = feed.settled()
        assert 10 < held < MANY, held
        data = b""
        os.set_blocking(reader, True)
        while f'"record":{MANY + 10}}}'.encode() not in data:
            data += os.read(reader, 1 << 16)
            assert feed.settled() >= held
        records = [json.loads(line) for line in lines(data)]
        assert records[-1]["record"] == MANY + 10
        assert any(o["event"] == "gap" for o in records)
        wait_for(lambda: feed.settled() == MANY + 10, "all")
        feed.say("p1")
        said = feed.end()
    assert f"settled {MANY + 11} at the end" in said, said
    os.close(reader)


def unsettled_at_the_end(tmp):
    """What an output could not write is not settled."""
    with Feed("json:/dev/tcp/127.0.0.1/1", f"json:{tmp}/file") as feed:
        feed.say("p10")
        said = feed.end(1)
    assert "settled 0 at the end" in said, said
    os.mkfifo(f"{tmp}/fifo")
    reader = os.open(f"{tmp}/fifo", os.O_RDONLY | os.O_NONBLOCK)
    with Feed(f"json:{tmp}/fifo", f"json:{tmp}/other") as feed:
        for _ in range(MANY // 100):
            feed.say("p100")
        said = feed.end(1)
        data = b""
        while chunk := os.read(reader, 1 << 20):
            data += chunk
        last = json.loads(lines(data)[-1])["record"]
        assert f"settled {last} at the end" in said, (last, said)
    os.close(reader)


def reader_comes_later(tmp):
    """A pipe that somebody opens after a while."""
    os.mkfifo(f"{tmp}/fifo")
    with Feed(f"json:{tmp}/fifo") as feed:
        feed.say("p10")
        wait_for(lambda: "trying again" in feed.stderr(), "nobody reads")
        with open(f"{tmp}/fifo", "rb") as fifo:
            data = b""
            while b'"seq":10,' not in data:
                data += fifo.read1(1 << 16)
            feed.end()
        adds_up([json.loads(line) for line in lines(data)], 10)


def tcp_later(tmp):
    """Nobody listens at first; what fits into the queue comes all the same."""
    sock = tcp_listener()
    port = sock.getsockname()[1]
    sock.close()
    with Feed(f"json:/dev/tcp/localhost/{port}", f"json:{tmp}/file") as feed:
        for _ in range(MANY // 100):
            feed.say("p100")
        wait_for(lambda: "refused; trying again" in feed.stderr(), "refusal")
        receiver = Receiver(tcp_listener(port))
        wait_for(lambda: b'"seq":%d,' % MANY in receiver.data, "the last")
        said = feed.end()
        assert said.count("refused") == 1 and "goes on" in said, said
        assert adds_up(receiver.records(), MANY) > 0
        adds_up(of_file(f"{tmp}/file"), MANY)
        receiver.stop()


def tcp_again(_):
    """A receiver that goes away, having read all, and one that comes."""
    first = Receiver(tcp_listener())
    port = first.sock.getsockname()[1]
    with Feed(f"json:/dev/tcp/127.0.0.1/{port}") as feed:
        feed.say("p100")
        wait_for(lambda: b'"seq":100,' in first.data, "the first half")
        first.leave()
        feed.say("p100")
        second = None

        def again():
            nonlocal second
            with contextlib.suppress(OSError):
                second = second or Receiver(tcp_listener(port))
            return second
        wait_for(again, "a second listener")
        feed.end()
        wait_for(lambda: b'"seq":200,' in second.data, "the second half")
        adds_up(first.records() + second.records(), 200)
        second.stop()


def tcp_slow(tmp):
    """A receiver that takes a byte a second, until all is over."""
    sock = tcp_listener()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    receiver = Receiver(sock)
    receiver.hold.clear()
    port = sock.getsockname()[1]
    with Feed(f"json:/dev/tcp/127.0.0.1/{port}", f"json:{tmp}/file") as feed:
        for _ in range(MANY // 50):
            feed.say("p100")
        wait_for(lambda: last_of(f"{tmp}/file") == 2 * MANY,
                 "the last record")
        feed.end(1)
        receiver.hold.set()
        adds_up(of_file(f"{tmp}/file"), 2 * MANY)
        given = 2 * MANY - feed.left()
        wait_for(lambda: sum_of(receiver.records()) == given,
                 "all that was handed over")
    receiver.stop()


def unix_stream(tmp):
    """A unix socket, named as such, and one that is there."""
    one = Receiver(unix_socket(f"{tmp}/one", socket.SOCK_STREAM))
    two = Receiver(unix_socket(f"{tmp}/two", socket.SOCK_STREAM))
    with Feed(f"json:unix:{tmp}/one", f"json:{tmp}/two") as feed:
        feed.say("p500")
        feed.end()
    for receiver in (one, two):
        wait_for(lambda r=receiver: b'"seq":500,' in r.data, "the last")
        adds_up(receiver.records(), 500)
        receiver.stop()


def datagrams(sock):
    """What has come to a socket."""
    sock.setblocking(False)
    got = []
    with contextlib.suppress(BlockingIOError):
        while True:
            got.append(sock.recv(1 << 17))
    return got


def unix_datagram(tmp):
    """Each record is a datagram."""
    sock = unix_socket(f"{tmp}/sock", socket.SOCK_DGRAM)
    with Feed(f"json:unix:{tmp}/sock") as feed:
        feed.say("p5")
        feed.end()
    got = datagrams(sock)
    assert len(got) == 5 and all(d.endswith(b"\n") for d in got), got
    adds_up([json.loads(d) for d in got], 5)
    sock.close()


def udp(_):
    """Nobody listens at first, and a record is too long for a datagram."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.bind(("::1", 0))
    port = sock.getsockname()[1]
    sock.close()
    with Feed(f"json:/dev/udp/::1/{port}") as feed:
        feed.say("p5")
        wait_for(lambda: "refused; trying again" in feed.stderr(), "refusal")
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("::1", port))
        feed.say("l66000")
        feed.say("p5")
        feed.end()
        records = [json.loads(d) for d in datagrams(sock)]
        adds_up(records, 11)
        assert account(records) == (0, 0)
    sock.close()


def syslog_messages(data):
    """Messages that their lengths tell apart."""
    while data:
        length, data = data.split(b" ", 1)
        yield data[:int(length)]
        data = data[int(length):]


SYSLOG = re.compile(
    r"<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) divulged (\d+) "
    r'(\S+) \[divulge@32473((?: [^ =\]"]{1,32}="(?:\\["\\\]]|[^"\\\]])*")*)\]'
    r'\[meta sequenceId="\d+"\] (.*)')


def syslog(_):
    """RFC 5424, over TCP as RFC 6587 has it."""
    receiver = Receiver(tcp_listener())
    port = receiver.sock.getsockname()[1]
    with Feed(f"syslog:/dev/tcp/127.0.0.1/{port}") as feed:
        feed.say("p20")
        feed.end()
    wait_for(lambda: b'"20"' in receiver.data and
             receiver.data.endswith(b"xfs 0:0 ino 20 gen 0) created by "
                                    b'o"d]d\\[0] uid 7'), "the last")
    messages = list(syslog_messages(receiver.data))
    assert len(messages) == 20
    match = SYSLOG.fullmatch(messages[0].decode())
    assert match, messages[0]
    pri, when, _, _, msgid, params, said = match.groups()
    assert (pri, when, msgid) == ("30", "2023-11-14T22:13:20.000000Z", "birth")
    assert said.startswith("born reg /p\\x09"), said
    fields = {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in
              re.findall(r' ([^=]+)="((?:\\.|[^"\\])*)"', params)}
    assert fields["seq"] == "1" and fields["uid"] == "7", fields
    assert fields["flags"] == "future,inherited", fields
    assert fields["comm"] == 'o"d]d\\', fields
    assert fields["name"] == "n\\xff\\x0a]", fields
    assert fields["path"].startswith('/p\\x09"\\\\x5cx]pp'), fields
    receiver.stop()


def rotated(tmp):
    """SIGHUP opens the file anew; one that is removed is not missed."""
    path = f"{tmp}/log"
    with Feed(f"json:{path}") as feed:
        feed.say("p10")
        wait_for(lambda: os.path.exists(path) and
                 len(lines(pathlib.Path(path).read_bytes())) == 10, "ten")
        os.rename(path, f"{path}.1")
        feed.say("h")
        wait_for(lambda: os.path.exists(path), "a new file")
        feed.say("p10")
        wait_for(lambda: len(of_file(path)) == 10, "ten more")
        os.remove(path)
        feed.say("p10")
        feed.end()
    adds_up(of_file(f"{path}.1"), 10)
    assert [o["seq"] for o in of_file(path)] == list(range(21, 31))


def reconfigured(tmp):
    """Outputs come and go, and those that stay do not notice."""
    conf = pathlib.Path(f"{tmp}/conf")
    conf.write_text(f"output = json:{tmp}/a\noutput = json:{tmp}/b\n",
                    encoding="ascii")
    with Feed(args=["--config", str(conf)]) as feed:
        feed.say("p10")
        conf.write_text(f"output = json:{tmp}/b\n output=json:{tmp}/c # no\n",
                        encoding="ascii")
        feed.say("h")
        conf.write_text(f"# all\noutput = json:{tmp}/b\n\noutput = nonsense\n",
                        encoding="ascii")
        feed.say("p10")
        feed.say("h")
        feed.say("p10")
        said = feed.end()
    assert f"{conf}:4: 'nonsense' is not FORMAT:TARGET" in said, said
    adds_up(of_file(f"{tmp}/a"), 10)
    adds_up(of_file(f"{tmp}/b"), 30)
    assert account(of_file(f"{tmp}/b")) == (0, 0)
    adds_up(of_file(f"{tmp}/c # no"), 20)


def refused(tmp):
    """What cannot be opened at the start."""
    with Feed(f"json:{tmp}/no/such/folder") as feed:
        said = feed.end(1)
    assert "No such file" in said and "trying" not in said, said
    with Feed(f"json:{tmp}/sock", f"json:{tmp}/sock") as feed:
        assert "named twice" in feed.end(1)


def no_reader(_):
    """Nobody reads standard output any more."""
    with Feed("json:-") as feed:
        feed.proc.stdout.close()
        feed.proc.stdin.write("p100\n")
        feed.proc.stdin.close()
        feed.proc.wait(30)
        assert "Broken pipe" in feed.stderr(), feed.stderr()


def no_rights(tmp):
    """What writes has no capabilities, though root started it."""
    if os.geteuid():
        print("  skipped: who is not root has none to begin with")
        return
    with Feed(f"json:{tmp}/json", "json:/dev/tcp/127.0.0.1/1",
              f"metrics:{tmp}/prom") as feed:
        feed.say("p1")
        wait_for(lambda: last_of(f"{tmp}/json") == 1, "a record")
        tasks = pathlib.Path(f"/proc/{feed.proc.pid}/task")
        threads = [path for path in tasks.iterdir()
                   if path.name != str(feed.proc.pid)]
        assert len(threads) == 3, threads
        for thread in threads:
            text = (thread / "status").read_text("ascii")
            for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                assert f"{name}:\t0000000000000000\n" in text, text
        feed.end(1)


TESTS = [several_outputs, numbered, losses_show, runs_are_told_apart,
         stuck_holds_nobody_up, slow_gets_gaps, settled_is_what_all_have,
         unsettled_at_the_end, reader_comes_later, tcp_later, tcp_again,
         tcp_slow, unix_stream, unix_datagram, udp, syslog, rotated,
         reconfigured, refused, no_reader, no_rights]


def run(tests):
    """Run them all, each in a folder of its own."""
    failed = 0
    for number, test in enumerate(tests, 1):
        signal.alarm(600)
        tmp = tempfile.mkdtemp()
        try:
            test(tmp)
            print(f"ok {number} - {test.__doc__}", flush=True)
        except Exception as err:  # pylint: disable=broad-except
            failed += 1
            print(f"# {type(err).__name__}: {str(err)[:2000]}")
            print(f"not ok {number} - {test.__doc__}", flush=True)
        shutil.rmtree(tmp)
    print(f"1..{len(tests)}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    run(TESTS)

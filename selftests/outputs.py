#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Outputs of divulged and receivers that are not ours: all adds up."""

import calendar
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import common

PORT = 5800
SHORT_NAME, LONG_NAME = "short", "n" * 250
# More than the smallest queue, a pipe and the buffers of a socket hold
MANY = 1500


def wait_for(condition, what, seconds=60):
    """Wait for it; return what it gave."""
    end = time.monotonic() + seconds
    while not (got := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not seen: {what}")
        time.sleep(0.05)
    return got


def lines_of(path):
    """Whole lines of a file, none if it is not there."""
    try:
        return pathlib.Path(path).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def objects_of(path):
    """What the lines of JSON hold, but for those that were torn."""
    got = []
    for line in lines_of(path):
        with contextlib.suppress(json.JSONDecodeError):
            got.append(json.loads(line))
    return got


def accounts(records):
    """For each run of a daemon: records missing, and that came twice."""
    runs = {}
    for o in records:
        runs.setdefault((o["host"], o["boot"], o["run"]), []).append(o)
    result = {}
    for key, run in runs.items():
        seen = [o["record"] for o in run if o["event"] != "gap"]
        gaps = {o["record"]: o for o in run if o["event"] == "gap"}.values()
        last = max(seen + [gap["last_record"] for gap in gaps])
        told = sum(gap["count"] for gap in gaps)
        result[key] = (last - len(set(seen)) - told,
                       len(seen) - len(set(seen)))
    return result


class Daemon:
    """A divulged that logs births on a filesystem of its own."""

    def __init__(self, tmp, *outputs, queue="256k", args=()):
        # pylint: disable=consider-using-with
        self.tmp = tmp
        self.files = f"{tmp}/files"
        self.healthy = f"{tmp}/healthy"
        self.made = 0
        self.err = tempfile.TemporaryFile()
        options = [f"--output={output}" for output in outputs]
        self.proc = subprocess.Popen(
            ["divulged", "--no-dccp", *(queue and ["--queue", queue] or []),
             *options, f"--output=json:{self.healthy}", *args, self.files],
            stdout=subprocess.DEVNULL, stderr=self.err)
        self.says("ready")

    def stderr(self):
        """What it has complained of."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def says(self, what, times=1):
        """Wait until it has said that."""
        wait_for(lambda: self.stderr().count(what) >= times or
                 self.proc.poll() is not None, f"'{what}' in {self.stderr()}")
        assert what in self.stderr(), self.stderr()

    def make(self, number, name=SHORT_NAME):
        """Have files born, no quicker than the healthy output takes it."""
        for i in range(number):
            self.made += 1
            os.mkfifo(f"{self.files}/{name[:200]}{self.made}")
            if i % 100 == 99:
                self.healthy_has_all()
        self.healthy_has_all()

    def healthy_has_all(self):
        """Wait until the healthy output has all there is."""
        end = f'{self.made}"'.encode()
        wait_for(lambda: end in lines_of(self.healthy)[-1:][0]
                 if lines_of(self.healthy) else False, "the last birth")

    def tell(self, sig=signal.SIGHUP):
        """Send a signal."""
        self.proc.send_signal(sig)

    def end(self, code=0):
        """End it, in that way."""
        self.tell(signal.SIGTERM)
        seen = self.proc.wait(60)
        common.same(f"exit code ({self.stderr()})", code, seen)

    def left(self):
        """Records that it says it did not write, nor hand over."""
        return sum(int(n) - int(m) for n, m in re.findall(
            r"(\d+) records were not written, of which (\d+)", self.stderr()))

    def adds_up(self, records):
        """What was written and what is in gaps is what the healthy one has."""
        want = [o["seq"] for o in objects_of(self.healthy)]
        common.same("births in the healthy output", self.made, len(want))
        births = {o["seq"] for o in records if o["event"] == "birth"}
        gaps = [o for o in records if o["event"] == "gap"]
        missing = [n for n in want if n not in births]
        told = sum(gap["count"] for gap in gaps)
        common.same("written, in gaps, left", len(want),
                    len(births) + told + self.left())
        if self.left() == 0:
            common.same("missing by their numbers", [0],
                        [n for n, _ in accounts(records).values()])
        for gap in gaps:
            inside = [n for n in missing if gap["births_first_seq"] <= n <=
                      gap["births_last_seq"]]
            assert len(inside) >= gap["count"], gap
        return told

    def stop(self):
        """End it in any case."""
        self.proc.kill()
        self.proc.wait()
        self.err.close()


@contextlib.contextmanager
def daemon(*outputs, **options):
    """One on a tmpfs; {tmp} in an output is a folder on another one."""
    tmp = tempfile.mkdtemp()
    with common.tmpfs(f"{tmp}/files"):
        started = Daemon(tmp, *(o.format(tmp=tmp) for o in outputs), **options)
        try:
            yield started
        finally:
            started.stop()
    shutil.rmtree(tmp)


@contextlib.contextmanager
def running(*command, **options):
    """A program beside the test."""
    with subprocess.Popen(command, **options) as proc:
        try:
            yield proc
        finally:
            proc.terminate()


def listens(port, kind="t"):
    """Somebody waits for connections there, or for datagrams."""
    seen = subprocess.run(["ss", f"-Hln{kind}", f"sport = {port}"],
                          check=True, stdout=subprocess.PIPE)
    return seen.stdout


@contextlib.contextmanager
def socat(address, path, kind="t"):
    """socat, writing what comes to a file."""
    with running("socat", "-u", address, f"OPEN:{path},creat,append") as proc:
        port = re.search(r":(\d+)", address)[1]
        # One that takes a single connection may have had it by now
        wait_for(lambda: listens(port, kind) or os.path.exists(path),
                 "socat listens")
        yield proc


def say_by_bash(target, text):
    """What one would try in a shell."""
    subprocess.run(["bash", "-c", f"echo {shlex.quote(text)} >{target}"],
                   check=True)


def tcp_as_bash_has_it():
    """bash and divulged write to the same name, and socat receives."""
    target = f"/dev/tcp/localhost/{PORT}"
    with daemon(f"json:{target}") as run:
        path = f"{run.tmp}/socat"
        with socat(f"TCP-LISTEN:{PORT},fork,reuseaddr", path):
            say_by_bash(target, '{"event":"hello"}')
            run.make(300)
            wait_for(lambda: len(lines_of(path)) == 301, "all lines")
            run.end()
        records = objects_of(path)
        records.remove({"event": "hello"})
        run.adds_up(records)


def udp_as_bash_has_it():
    """The same with datagrams, in all formats."""
    target = f"/dev/udp/127.0.0.1/{PORT + 1}"
    other = f"/dev/udp/::1/{PORT + 2}"
    with daemon(f"json:{target}", f"syslog:{other}") as run:
        with socat(f"UDP-RECV:{PORT + 1}", f"{run.tmp}/json", "u"), \
             socat(f"UDP6-RECV:{PORT + 2}", f"{run.tmp}/syslog", "u"):
            say_by_bash(target, '{"event":"hello"}')
            for _ in range(10):
                run.make(10)
            wait_for(lambda: len(lines_of(f"{run.tmp}/json")) == 101, "json")
            wait_for(lambda: pathlib.Path(f"{run.tmp}/syslog").read_bytes()
                     .count(b"<30>1 ") == 100, "syslog")
            run.end()
        records = objects_of(f"{run.tmp}/json")
        records.remove({"event": "hello"})
        run.adds_up(records)


@contextlib.contextmanager
def dccpcat(port, path, service="demo"):
    """dccpcat, writing what comes to a file."""
    with open(path, "ab") as out, tempfile.TemporaryFile() as err:
        with running("dccpcat", "-l", "-k", "-d", "-v", "-s", service,
                     str(port), stdout=out, stderr=err,
                     stdin=subprocess.DEVNULL) as proc:
            wait_for(lambda: b"listening" in os.pread(err.fileno(), 9999, 0),
                     "dccpcat listens")
            yield proc


@contextlib.contextmanager
def mtu(size):
    """Packets of so many bytes on the loopback device."""
    def set_to(value):
        subprocess.run(["ip", "link", "set", "lo", "mtu", str(value)],
                       check=True)
    set_to(size)
    try:
        yield
    finally:
        set_to(65536)


def dccp_keeps_under_the_mps():
    """Datagrams of several lines; what is longer than one is counted."""
    with mtu(1500), daemon(f"json:/dev/dccp/127.0.0.1/{PORT + 3}/demo",
                           f"syslog:/dev/dccp/127.0.0.1/{PORT + 4}/42") as run:
        with dccpcat(PORT + 3, f"{run.tmp}/json"), \
             dccpcat(PORT + 4, f"{run.tmp}/syslog", "42"):
            run.tell()
            run.make(200)
            deep = run.files + f"/{LONG_NAME}" * 6
            os.makedirs(deep)
            os.mkfifo(f"{deep}/{SHORT_NAME}")
            run.made += 7
            run.make(200)
            run.end()
        records = objects_of(f"{run.tmp}/json")
        told = run.adds_up(records)
        assert 0 < told < 7, told
        syslog = pathlib.Path(f"{run.tmp}/syslog").read_bytes()
        told = sum(map(int, re.findall(rb"\[divulge@32473 time=[^ ]+ "
                                       rb'count="(\d+)"', syslog)))
        common.same("in syslog", run.made, syslog.count(b" birth [") + told)


def down_then_up():
    """Receivers that come late: what the queue does not hold is counted."""
    ports = {"tcp": PORT + 5, "dccp": PORT + 6}
    with daemon(f"json:/dev/tcp/127.0.0.1/{ports['tcp']}",
                f"json:/dev/dccp/localhost/{ports['dccp']}/demo") as run:
        run.says("trying again", 2)
        run.make(MANY)
        tcp, dccp = f"{run.tmp}/tcp", f"{run.tmp}/dccp"
        with socat(f"TCP-LISTEN:{ports['tcp']},fork,reuseaddr", tcp), \
             dccpcat(ports["dccp"], dccp):
            run.says("goes on", 2)
            run.make(100)
            run.end()
        for path in (tcp, dccp):
            assert run.adds_up(objects_of(path)) > 0, path


def away_and_back():
    """A receiver that has read all, ends, and another that comes."""
    with daemon(f"json:/dev/tcp/127.0.0.1/{PORT + 7}") as run:
        path = f"{run.tmp}/socat"
        listen = f"TCP-LISTEN:{PORT + 7},reuseaddr"
        with socat(listen, path):
            run.make(50)
            wait_for(lambda: len(lines_of(path)) == 50, "the first half")
        run.make(50)
        with socat(listen, path):
            wait_for(lambda: len(lines_of(path)) == 100, "the other")
            run.end()
        common.same("in gaps", 0, run.adds_up(objects_of(path)))


def byte_a_second():
    """A receiver that is all but stuck."""
    sock = socket.create_server(("127.0.0.1", PORT + 8))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with sock, daemon(f"json:/dev/tcp/127.0.0.1/{PORT + 8}") as run:
        conn, _ = sock.accept()
        with conn:
            data = b""
            for _ in range(5):
                run.make(MANY // 5)
                data += conn.recv(1)
                time.sleep(1)
            run.end(1)
            conn.settimeout(60)
            while chunk := conn.recv(1 << 16):
                data += chunk
        run.adds_up([json.loads(line) for line in data.split(b"\n")[:-1]])
        assert run.left() > 0


def disk_full():
    """A disk that is full for a while, beside one that is not."""
    tmp = tempfile.mkdtemp()
    with common.tmpfs(tmp, "size=256k"), daemon(f"json:{tmp}/log") as run:
        run.make(MANY)
        run.says("No space left on device; trying again")
        subprocess.run(["mount", "-o", "remount,size=64m", tmp], check=True)
        run.says("goes on")
        run.end()
        assert run.adds_up(objects_of(f"{tmp}/log")) > 0
        common.same("torn lines", len(lines_of(f"{tmp}/log")),
                    len(objects_of(f"{tmp}/log")))


def disk_stays_full():
    """What is not written at the end is told."""
    tmp = tempfile.mkdtemp()
    with common.tmpfs(tmp, "size=256k"), daemon(f"json:{tmp}/log") as run:
        run.make(MANY)
        run.says("No space left on device; trying again")
        run.end(1)
        run.adds_up(objects_of(f"{tmp}/log"))
        assert run.left() > 0


def removed_and_rotated():
    """A log that is moved away or removed, and SIGHUP."""
    with daemon("json:{tmp}/log") as run:
        log = f"{run.tmp}/log"
        run.make(10)
        wait_for(lambda: len(lines_of(log)) == 10, "ten")
        os.rename(log, f"{log}.1")
        run.make(10)
        wait_for(lambda: len(lines_of(f"{log}.1")) == 20, "ten more")
        run.tell()
        wait_for(lambda: os.path.exists(log), "a new log")
        run.make(10)
        wait_for(lambda: len(lines_of(log)) == 10, "ten in it")
        third = objects_of(log)
        os.remove(log)
        run.tell()
        wait_for(lambda: os.path.exists(log), "a third log")
        run.make(10)
        run.end()
        run.adds_up(objects_of(f"{log}.1") + third + objects_of(log))


def numbers_of_runs():
    """Two runs, one log: what a store would miss, or have twice, shows."""
    tmp = tempfile.mkdtemp()
    for number in (30, 20):
        with daemon(f"json:{tmp}/log") as run:
            run.make(number)
            run.end()
    log = objects_of(f"{tmp}/log")
    common.same("different records", 50, len(
        {(o["host"], o["boot"], o["run"], o["record"]) for o in log}))
    first, second = sorted(accounts(log))
    common.same("host", os.uname().nodename, first[0])
    common.same("host and boot", first[:2], second[:2])
    common.same("of the whole log", {first: (0, 0), second: (0, 0)},
                accounts(log))
    common.same("without two, and with one twice",
                {first: (2, 0), second: (0, 1)},
                accounts(log[:5] + log[7:] + log[-1:]))
    shutil.rmtree(tmp)


def counters():
    """SIGUSR1 has it say how all is getting on."""
    with daemon(f"text:/dev/tcp/127.0.0.1/{PORT + 9}") as run:
        run.make(42)
        run.tell(signal.SIGUSR1)
        run.says("times, well")
        said = run.stderr()
        assert "42 records: 42 births, 0 of DCCP, 0 events were lost" in said
        assert re.search(r"healthy: 42 records \(\d+ bytes\) written, 0 told "
                         r"in 0 gaps, 0 neither yet, 0 too long, opened 1 "
                         r"times, well", said), said
        assert re.search(r"5809: 0 records .* 42 neither yet, .*refused",
                         said), said
        run.end(1)


def other_configuration():
    """SIGHUP: outputs come and go; what is wrong changes nothing."""
    tmp = tempfile.mkdtemp()
    conf = pathlib.Path(tmp, "conf")
    conf.write_text(f"output = json:{tmp}/a\n", encoding="ascii")
    with daemon(args=["--config", str(conf)]) as run:
        run.make(10)
        conf.write_text(f"output = text:{tmp}/b\nnonsense = 1\n",
                        encoding="ascii")
        run.tell()
        run.says("the configuration stays as it was")
        assert f"{conf}:2: there is no key 'nonsense'" in run.stderr()
        run.make(10)
        conf.write_text(f"output = text:{tmp}/c\nno-births = no\n"
                        f"state = {tmp}/state\n", encoding="ascii")
        run.tell()
        run.says("another start is needed to change 'state'")
        run.says("the configuration stays as it was", 2)
        conf.write_text(f"output = text:{tmp}/b\nuid = 0\n",
                        encoding="ascii")
        run.tell()
        wait_for(lambda: os.path.exists(f"{tmp}/b"), "another output")
        run.make(10)
        run.end()
        assert not os.path.exists(f"{tmp}/c")
        common.same("in the one that left", 20, len(lines_of(f"{tmp}/a")))
        text = lines_of(f"{tmp}/b")
        common.same("in the one that came", 10, len(text))
        assert re.match(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+\d{4} \S+ "
                        rb"\d+\.21 born fifo /.*/files/short21 \(tmpfs",
                        text[0]), text[0]
    shutil.rmtree(tmp)


def make_files(stop, folder, made):
    """Have files and pipes born there, in turns, until told to stop."""
    while not stop.is_set():
        number = len(made)
        made.append((f"{folder}/{number}", time.time_ns()))
        if number % 2:
            os.mkfifo(made[-1][0])
        else:
            os.close(os.open(made[-1][0], os.O_CREAT | os.O_WRONLY))
        time.sleep(0.001)


def nanoseconds(stamp):
    """What a time in a record is since the epoch."""
    whole, fraction = stamp.rstrip("Z").split(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 10**9 + int(fraction)


def told_once(log, made, since, until, kinds=(0, 1)):
    """What was born between two times is told, and nothing twice."""
    births = [o["path"] for o in objects_of(log) if o["event"] == "birth"]
    common.same("told twice", len(births), len(set(births)))
    want = {path for n, (path, when) in enumerate(made)
            if since <= when < until and n % 2 in kinds}
    common.same("not told", set(), want.difference(births))
    return want


def other_wishes():
    """SIGHUP: other filters and directories, and nothing is missed."""
    tmp = tempfile.mkdtemp()
    conf = pathlib.Path(tmp, "conf")
    log = f"{tmp}/log"
    never = 1 << 63

    def configure(*lines):
        conf.write_text("\n".join((f"output = json:{log}", *lines, "")),
                        encoding="ascii")
        run.tell()

    def watched(path, types):
        seen = subprocess.run(["divulge", "watches", "--json"], check=True,
                              stdout=subprocess.PIPE).stdout
        device = os.stat(path).st_dev
        return any(o["sb_dev"] == f"{os.major(device)}:{os.minor(device)}" and
                   o["types"] == types
                   for o in map(json.loads, seen.splitlines()))

    conf.touch()
    with common.tmpfs(f"{tmp}/second"), \
            daemon(queue=None, args=["--config", str(conf)]) as run:
        second = f"{tmp}/second"
        made, made_there, stop = [], [], threading.Event()
        makers = [threading.Thread(target=make_files, args=args) for args in
                  ((stop, run.files, made), (stop, second, made_there))]
        configure("queue = 1M")
        wait_for(lambda: os.path.exists(log), "a log")
        for maker in makers:
            maker.start()
        try:
            began = time.time_ns()
            time.sleep(1)
            # One more directory; then files alone, and a queue that grows
            configure(f"path = {second}")
            wait_for(lambda: watched(second, None), "the second")
            added = time.time_ns()
            time.sleep(1)
            narrowing = time.time_ns()
            configure(f"path = {second}", "type = f", "queue = 2M")
            wait_for(lambda: watched(second, ["reg"]) and
                     not watched(second, None), "files alone")
            narrowed = time.time_ns()
            time.sleep(1)
            # What is wrong changes nothing, nor does what is right beside it
            configure("type = d", "path = /no/such")
            run.says(f"{conf}:3: cannot watch '/no/such': No such file")
            run.says("the configuration stays as it was")
            time.sleep(1)
            removing = time.time_ns()
            configure("type = f")
            wait_for(lambda: not watched(second, ["reg"]), "one alone")
            removed = time.time_ns()
            time.sleep(1)
        finally:
            stop.set()
            for maker in makers:
                maker.join()
        run.end()
        assert told_once(log, made, began, narrowing)
        assert told_once(log, made, narrowing, never, (0,))
        assert told_once(log, made_there, added, narrowing)
        assert told_once(log, made_there, narrowing, removing, (0,))
        births = [o for o in objects_of(log) if o["event"] == "birth"]
        late = [o for o in births if o["type"] == "fifo" and
                nanoseconds(o["time"]) > narrowed]
        common.same("other types, later", [], late)
        late = [o for o in births if o["path"].startswith(second) and
                nanoseconds(o["time"]) > removed]
        common.same("elsewhere, later", [], late)
        common.same("missing by their numbers", [0],
                    [n for n, _ in accounts(objects_of(log)).values()])
    shutil.rmtree(tmp)


def main():
    """Run them all."""
    common.need_module()
    common.begin([(test.__name__, test) for test in (
        tcp_as_bash_has_it, udp_as_bash_has_it, dccp_keeps_under_the_mps,
        down_then_up, away_and_back, byte_a_second, disk_full,
        disk_stays_full, removed_and_rotated, numbers_of_runs, counters,
        other_configuration, other_wishes)])


if __name__ == "__main__":
    main()

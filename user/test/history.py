#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Databases of divulged, fed with lines of JSON, and what is told of them.

What a database holds is compared with what sqlite3(1) says.
"""

import contextlib
import fcntl
import fnmatch
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

LINES, DIVULGE = sys.argv[1:3]
HOST = os.uname().nodename
BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(
    encoding="ascii").strip()
# What has a queue of 256 KiB cannot keep so many
MANY = 3000
FS_IOC_GETVERSION = 0x80087601


def wait_for(condition, what, seconds=30):
    """Wait for it; return what it gave."""
    end = time.monotonic() + seconds
    while not (got := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not seen: {what}")
        time.sleep(0.02)
    return got


def same(what, expected, seen):
    """Raise unless two values are equal."""
    if expected != seen:
        raise AssertionError(f"{what}: expected {expected!r:.900}, "
                             f"saw {seen!r:.900}")


def utc(nanoseconds):
    """A time as records have it."""
    seconds, rest = divmod(nanoseconds, 10 ** 9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + \
        f".{rest:09}Z"


class Records:
    """Makes lines as divulged would."""

    def __init__(self, run=1):
        self.run = run
        self.number = 0
        self.base = 1767225600 * 10 ** 9

    def identity(self):
        """Who tells."""
        self.number += 1
        return {"host": HOST, "boot": BOOT, "run": self.run,
                "record": self.number}

    def moment(self):
        """Another time each time."""
        return utc(self.base + (self.number + 1) * 10 ** 6)

    def birth(self, path=None, event="birth", **changed):
        """A file that was born."""
        n = self.number + 1
        path = path or f"/home/u{n % 7}/file{n}"
        origin = {"seq": n, "time": self.moment(), "kind": "created",
                  "sb_dev": "8:1", "parent_ino": 2, "parent_gen": 0,
                  "pid": n, "tgid": n, "uid": n % 5, "comm": f"comm{n % 3}",
                  "cgroup_id": 1}
        if event == "found":
            origin = {"time": self.moment()}
        record = {"event": event, **origin, "path": path,
                  "name": path.split("/")[-1], "btime": self.moment(),
                  "mtime": self.moment(), "atime": self.moment(),
                  "ctime": self.moment(), "missing": "none", "term": "crtime",
                  "granularity": 1, "fs": ("ext4", "xfs")[n % 2],
                  "dev": "8:1", "ino": n, "gen": 1, "type": "reg",
                  "mode": 33188, "flags": [], **changed, **self.identity()}
        return json.dumps(record, separators=(",", ":"))

    def lost(self, count, **changed):
        """Events that were lost."""
        record = {"event": "lost", "stream": "births", "time": self.moment(),
                  "count": count, "first_seq": 1, "last_seq": count,
                  "since": self.moment(), "until": self.moment(), **changed,
                  **self.identity()}
        return json.dumps(record, separators=(",", ":"))

    def notice(self, event, **more):
        """What is about no file."""
        record = {"event": event, "time": self.moment(),
                  "since": self.moment(), "until": self.moment(), **more,
                  **self.identity()}
        return json.dumps(record, separators=(",", ":"))

    def dccp(self, kind, state, old="closed", cookie=1, **more):
        """Something that happened to a DCCP socket."""
        record = {"event": f"dccp-{kind}", "seq": self.number + 1,
                  "time": self.moment(), "old_state": old, "change": kind,
                  "family": "inet", "saddr": "127.0.0.1", "sport": 40000,
                  "daddr": "127.0.0.1", "dport": 5001, "state": state,
                  "role": "client", "tx_ccid": 2, "rx_ccid": 3, "mps": 1424,
                  "pmtu": 1500, "service": 1684368751, "cookie": cookie,
                  "inode": 7, "netns": 4026531840, "uid": 7, "ifindex": 0,
                  "busy": 0, "kind": "socket", "shutdown": [], "v6only": 0,
                  **more, **self.identity()}
        return json.dumps(record, separators=(",", ":"))


class Feed:
    """A process that has outputs."""

    def __init__(self, *outputs, args=(), queue="256k", **options):
        # pylint: disable=consider-using-with
        self.err = tempfile.TemporaryFile()
        self.proc = subprocess.Popen(
            [LINES, "--config", "/dev/null", "--no-births", "--queue", queue,
             *[f"--output={output}" for output in outputs], *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err,
            text=True, errors="surrogateescape", **options)

    def give(self, lines):
        """Have it take records."""
        self.proc.stdin.write("".join(line + "\n" for line in lines) + ".\n")
        self.proc.stdin.flush()
        self.answer(".")

    def answer(self, word):
        """Wait until it has done what it was told."""
        while (seen := self.proc.stdout.readline()) != word + "\n":
            if not seen:
                raise AssertionError(f"it ended: {self.stderr()}")

    def say(self, word):
        """Have it do that, and wait until it has."""
        self.proc.stdin.write(word + "\n")
        self.proc.stdin.flush()
        self.answer(word)

    def stderr(self):
        """What it has complained of."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def written(self):
        """Records that it says are written."""
        self.say("t")
        return int(re.findall(r": (\d+) records \(\d+ bytes\) written",
                              self.stderr())[-1])

    def wait_written(self, number):
        """Wait until so many are."""
        wait_for(lambda: self.written() >= number, f"{number} written")

    def says(self, what, times=1):
        """Wait until it has said that."""
        wait_for(lambda: self.stderr().count(what) >= times,
                 f"'{what}' in {self.stderr()}")

    def end(self, code=0):
        """End it, which it must do in that way; return what it said."""
        self.proc.stdin.close()
        seen = self.proc.wait(30)
        if seen != code:
            raise AssertionError(f"exit code {seen}: {self.stderr()}")
        return self.stderr()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.kill()
        self.proc.wait()
        with contextlib.suppress(BrokenPipeError):
            self.proc.stdin.close()
        self.proc.stdout.close()
        self.err.close()


def sql(path, query):
    """What sqlite3(1) says."""
    run = subprocess.run(["sqlite3", "-readonly", str(path), query],
                         check=True, stdout=subprocess.PIPE)
    return run.stdout.decode(errors="surrogateescape").splitlines()


def is_sound(path):
    """Nothing in a database contradicts itself."""
    same("integrity", ["ok"], sql(path, "PRAGMA integrity_check"))


def number_of(path, where="1"):
    """How many records there are."""
    return int(sql(path, f"SELECT count(*) FROM records WHERE {where}")[0])


def ask(path, *args, code=0):
    """What 'divulge history' says on standard output and error."""
    run = subprocess.run([DIVULGE, "history", "--store", str(path), *args],
                         check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env={**os.environ,
                                                      "TZ": "UTC"})
    err = run.stderr.decode()
    same(f"exit code of history {args} ({err})", code, run.returncode)
    return run.stdout.decode(errors="surrogateescape"), err


def told(path, *args, code=0):
    """Lines of JSON that 'divulge history' prints."""
    return ask(path, *args, "--json", code=code)[0].splitlines()


def filled(tmp, lines, *args):
    """A database with these."""
    path = f"{tmp}/db"
    with Feed(f"sqlite:{path}", args=args, queue="64M") as feed:
        feed.give(lines)
        feed.end()
    return path


def rows_are_records(tmp):
    """Each record has a row, and comes back as it was."""
    records = Records()
    lines = [records.birth() for _ in range(300)]
    lines.append(records.birth(event="found"))
    lines.append(records.lost(7))
    path = filled(tmp, lines)
    is_sound(path)
    same("rows", lines, sql(path, "SELECT json FROM records ORDER BY id"))
    first = json.loads(lines[0])
    columns = "event, path, name, type, fs, dev, ino, gen, kind, uid, tgid," \
        " comm, host, boot, run, record"
    want = "|".join(str(first[key]) for key in columns.split(", "))
    same("columns", [want], sql(path, f"SELECT {columns} FROM records"
                                " ORDER BY id LIMIT 1"))
    same("times", [f"{records.base + 10 ** 6}|{records.base + 10 ** 6}"],
         sql(path, "SELECT time, born FROM records ORDER BY id LIMIT 1"))
    same("found", ["301"], sql(path, "SELECT record FROM records"
                               " WHERE event = 'found' AND born NOT NULL"))
    same("told", lines, told(path))
    same("mode", 0o640, os.stat(path).st_mode & 0o777)
    same("version", ["1"], sql(path, "PRAGMA user_version"))
    same("journal", ["wal"], sql(path, "PRAGMA journal_mode"))


def without_identity(tmp):
    """Records that do not say who tells are all kept."""
    lines = []
    for n in range(1, 4):
        record = json.loads(Records().birth(path=f"/p{n}"))
        for key in ("host", "boot", "run", "record"):
            del record[key]
        lines += [json.dumps(record)] * 2
    path = filled(tmp, lines)
    same("rows", 6, number_of(path))
    same("told", sorted(lines), sorted(told(path)))


def no_duplicates(tmp):
    """What comes twice is there once; another run's is another."""
    records = Records()
    lines = [records.birth() for _ in range(10)]
    lines.append(records.dccp("loss", "open"))
    other = Records(run=2)
    path = filled(tmp, lines + lines + [other.birth()])
    same("rows", 12, number_of(path))
    same("losses", ["1"], sql(path, "SELECT losses FROM connections"))
    filled(tmp, lines)
    same("rows", 12, number_of(path))
    same("losses", ["1"], sql(path, "SELECT losses FROM connections"))


def any_bytes(tmp):
    """Names of any bytes, and text that is no JSON."""
    names = [b"\xff", b"\\udcff", b"\xc3\xa9\xc3", b'"', b"'", b"\x7f\x01",
             "\u20ac".encode(), b"\xed\xb2\x80"]
    records = Records()
    lines = []
    for name in names:
        text = json.dumps(os.fsdecode(b"/d/" + name))
        # Our JSON has characters as they are, and lone surrogates for bytes
        text = re.sub(r"\\u(?!dc[89a-f])([0-9a-f]{4})",
                      lambda m: json.loads(f'"\\u{m[1]}"')
                      if int(m[1], 16) >= 0x80 else m[0], text)
        lines.append(records.birth(path="/d/@").replace('"/d/@"', text))
    path = filled(tmp, lines + ["!no JSON at all"])
    want = [(b"/d/" + name).hex().upper() for name in names]
    same("paths", want, sql(path, "SELECT hex(path) FROM records"
                            " WHERE path NOT NULL ORDER BY id"))
    same("told", lines, [line for line in told(path) if line[0] == "{"])
    same("what is no record", 1, number_of(path, "json = '!no JSON at all'"))
    got = told(path, "--path", os.fsdecode(b"/d/\xff"))
    same("by its bytes", lines[:1], [x for x in got if x[0] == "{"])
    rows = ask(path, code=1)[0]
    assert "/d/\\xff\n" in rows, rows


def filters(tmp):
    """Each option leaves in what it says, and sqlite3 agrees."""
    records = Records()
    lines = [records.birth() for _ in range(500)]
    lines.append(records.birth(event="found"))
    path = filled(tmp, lines)
    births = [json.loads(line) for line in lines]
    since, until = births[99]["btime"], births[199]["btime"]

    def check(args, want, where):
        same(f"told {args}", [lines[i] for i, b in enumerate(births)
                              if want(b)], told(path, *args))
        same(f"sqlite3 {args}", len(told(path, *args)),
             number_of(path, where))
        rows = ask(path, *args)[0].splitlines()[1:]
        same(f"table {args}", len(told(path, *args)), len(rows))

    check(["--uid", "3"], lambda b: b.get("uid") == 3, "uid = 3")
    check(["--uid", "root"], lambda b: b.get("uid") == 0, "uid = 0")
    check(["--comm", "comm1"], lambda b: b.get("comm") == "comm1",
          "comm = 'comm1'")
    check(["--fs", "xfs"], lambda b: b["fs"] == "xfs", "fs = 'xfs'")
    check(["--since", since], lambda b: b["btime"] >= since, "id >= 100")
    check(["--until", until], lambda b: b["btime"] <= until, "id <= 200")
    check(["--since", since, "--until", until, "--uid", "1", "--fs", "ext4"],
          lambda b: since <= b["btime"] <= until and b["uid"] == 1 and
          b["fs"] == "ext4", "id BETWEEN 100 AND 200 AND uid = 1 AND"
          " fs = 'ext4'")
    for glob in ("/home/u3/*", "*9", "/home/u[12]/file1?", "/home/u1/file1",
                 "nothing", "*", "/home/u[!1]/*0", "[/]home/u1/*"):
        check(["--path", glob], lambda b, g=glob:
              fnmatch.fnmatchcase(b["path"], g),
              f"path GLOB '{glob.replace('[!', '[^')}'")
    same("a quoted star", [], told(path, "--path", "/home/u1/\\*"))


def table(tmp):
    """For people: a table, and what is missing beside it."""
    records = Records()
    path = filled(tmp, [
        records.birth(path="/a\tb", btime=None, missing="not-stored"),
        records.birth(event="found", flags=["future"]), records.lost(3),
        records.birth(path=None, event="birth"),
        records.notice("down", clean=1), records.notice("down", clean=0)])
    out, err = ask(path)
    want = [
        r"BORN +FS +TYPE INODE UID BY +HOW +FLAGS +PATH",
        r"2026-01-01 00:00:00.001000000 \+0000 xfs +reg +1 +1 comm1 created +-"
        r" +/a\\x09b",
        r"2026-01-01 00:00:00.002000000 \+0000 ext4 reg +2 +- - +found +future"
        r" +/home/u2/file2",
        r"2026-01-01 00:00:00.004000000 \+0000 ext4 reg +4 +4 comm1 created +-"
        r" +/home/u4/file4"]
    for pattern, line in zip(want, out.splitlines(), strict=True):
        assert re.fullmatch(pattern, line), line
    assert re.fullmatch(r"divulge: between 2026-01-01 00:00:00.003\d+ \+0000 "
                        r"and .* records or events were lost: 3, of which "
                        r"--json tells more\ndivulge: between 2026.* and "
                        r"2026.*: 2, of which --json tells more\n", err), err


def found_again(tmp):
    """What a search finds again is told once, as it was told first."""
    records = Records()
    first = records.birth(path="/a", ino=1)
    again = json.loads(first)
    for key in ("seq", "kind", "uid", "comm"):
        del again[key]
    lines = [first]
    for change in ({}, {"path": "/moved"}, {"gen": 2}, {"ino": 2},
                   {"btime": utc(1)}, {"host": "other"}, {"dev": "8:2"}):
        found = {**again, **change, "event": "found",
                 **{**records.identity(), "host": change.get("host", HOST)}}
        lines += [json.dumps(found), json.dumps({
            **found, "record": records.identity()["record"]})]
    path = filled(tmp, lines)
    same("rows", len(lines), number_of(path))
    same("told", sorted(lines[:1] + lines[3::2]), sorted(told(path)))
    same("by path", lines[3:4], told(path, "--path", "/moved"))


def connections(tmp):
    """A connection has a row with its life and final figures."""
    records = Records()
    end = {"sent": 4, "received": 5, "error": 0, "reset": "sent",
           "reset_code": "closed", "cause": "closed", "rtt": 334,
           "rate": None, "recv_rate": None, "loss_rate": 1000}
    lines = [records.dccp("state", "request", cookie=2 ** 64 - 1),
             records.dccp("state", "open", "request", cookie=2 ** 64 - 1),
             records.dccp("loss", "open", cookie=2 ** 64 - 1, loss="rto"),
             records.dccp("state", "closed", "open", cookie=2 ** 64 - 1,
                          **end),
             records.dccp("state", "listen", cookie=2, role="listen",
                          tx_ccid=None, rx_ccid=None, uid=8)]
    path = filled(tmp, lines)
    same("rows", ["closed|1|4|5|closed|334|1", "listen|0|||||"],
         sql(path, "SELECT state, losses, sent, received, cause, rtt,"
             " established NOT NULL FROM connections WHERE cookie = -1"
             " UNION ALL SELECT state, losses, sent, received, cause, rtt,"
             " NULL FROM connections WHERE cookie = 2"))
    got = [json.loads(line) for line in told(path, "--dccp")]
    first = got[0]
    same("keys", 2 ** 64 - 1, first["cookie"])
    same("life", ["request", "open", "closed"],
         [step["state"] for step in first["life"]])
    times = [json.loads(line)["time"] for line in lines]
    same("times", times[0:2] + times[3:4],
         [first["opened"], first["established"], first["closed"]])
    same("times of life", times[0:2] + times[3:4],
         [step["time"] for step in first["life"]])
    same("figures", {**end, "event": "connection", "losses": 1},
         {key: first[key] for key in [*end, "event", "losses"]})
    same("still there", (None, None), (got[1]["closed"], got[1]["cause"]))
    out = ask(path, "--dccp")[0].splitlines()
    assert re.fullmatch(r"2026-01-01 00:00:00.001000000 \+0000 +3ms CLOSED "
                        r"client 127.0.0.1:40000 127.0.0.1:5001 2/3 +1424 "
                        r"SC:demo +334us +1 closed: reset sent closed, 4 sent "
                        r"5 received", out[1]), out
    assert re.search(r" - LISTEN listen .* - +0 -$", out[2]), out
    same("by owner", 1, len(told(path, "--dccp", "--uid", "8")))
    same("after its end", 1, len(told(path, "--dccp", "--since", times[4])))
    same("before", 1, len(told(path, "--dccp", "--until", times[2])))
    same("no birth", [], told(path))
    # As retention has it, a connection goes with its last record
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM records WHERE id < 4")
        same("kept", 2, db.execute("SELECT count(*) FROM connections")
             .fetchone()[0])
        db.execute("DELETE FROM records WHERE id = 4")
        same("gone", 1, db.execute("SELECT count(*) FROM connections")
             .fetchone()[0])


def sums_up(path, given, left=0):
    """Each record is there once, or in a gap, or left at the end."""
    births = number_of(path, "event = 'birth'")
    gaps = int(sql(path, "SELECT coalesce(sum(json_extract(json, '$.count')),"
                   " 0) FROM records WHERE event = 'gap'")[0])
    same(f"{births} there, {gaps} in gaps, {left} left", given,
         births + gaps + left)
    return gaps


def locked(tmp):
    """Another program writes, at the start and later: it is waited for."""
    path = f"{tmp}/db"
    records = Records()
    filled(tmp, [records.birth()])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        with Feed(f"sqlite:{path}") as feed:
            feed.give(records.birth() for _ in range(9))
            feed.says("is locked by another program; trying again")
            db.execute("COMMIT")
            feed.says("goes on")
            feed.wait_written(9)
            db.execute("BEGIN IMMEDIATE")
            for _ in range(MANY // 100):
                feed.give(records.birth() for _ in range(100))
            feed.says("is locked by another program; trying again", 2)
            db.execute("ROLLBACK")
            feed.says("goes on", 2)
            feed.end()
    is_sound(path)
    assert sums_up(path, MANY + 10) > 0
    same("the gap is told", [], [line for line in told(path) if
                                 json.loads(line)["event"] not in
                                 ("birth", "gap")])


def killed(tmp):
    """kill -9 in the middle: what was counted as written is there."""
    path = f"{tmp}/db"
    records = Records()
    for _ in range(5):
        before = number_of(path) if os.path.exists(path) else 0
        with Feed(f"sqlite:{path}", queue="16M") as feed:
            for _ in range(20):
                feed.give(records.birth() for _ in range(100))
            written = wait_for(feed.written, "some are written")
            feed.proc.send_signal(signal.SIGKILL)
            feed.proc.wait()
        lines = told(path)
        assert len(lines) >= before + written, (before, written, len(lines))
        numbers = [json.loads(line)["record"] for line in lines]
        mine = [n for n in numbers if n > records.number - 2000]
        same("nothing is left out", list(range(records.number - 1999,
                                               mine[-1] + 1)), mine)
        is_sound(path)
    assert os.path.exists(path + "-wal")


def disk_full(tmp):
    """No room for a while: what cannot wait is counted."""
    path = f"{tmp}/db"
    records = Records()
    with Feed(f"sqlite:{path}") as feed:
        feed.give([records.birth()])
        feed.wait_written(1)
        hard = resource.prlimit(feed.proc.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(feed.proc.pid, resource.RLIMIT_FSIZE,
                         (300000, hard))
        for _ in range(MANY // 100):
            feed.give(records.birth() for _ in range(100))
        feed.says("trying again")
        resource.prlimit(feed.proc.pid, resource.RLIMIT_FSIZE, (hard, hard))
        feed.says("goes on")
        feed.end()
    is_sound(path)
    assert sums_up(path, MANY + 1) > 0


def no_room(tmp):
    """A small filesystem that is full to the end: what is left is told."""
    script = f"mount -t tmpfs -o size=1m none {tmp} && exec {LINES} \"$@\""
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        return
    records = Records()
    # pylint: disable=consider-using-with
    err = tempfile.TemporaryFile()
    proc = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", script, "sh", "--config", "/dev/null",
         "--no-births", "-o", f"sqlite:{tmp}/db"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=err, text=True)
    for _ in range(MANY // 100):
        proc.stdin.write("".join(records.birth() + "\n" for _ in range(100)))
        proc.stdin.write(".\n")
    proc.stdin.flush()

    def said():
        return os.pread(err.fileno(), 1 << 20, 0).decode()
    wait_for(lambda: "No space left on device; trying again" in said(),
             "it is full")
    rows, gaps = (int(subprocess.run(
        ["nsenter", "-t", str(proc.pid), "-m", "sqlite3", "-readonly",
         f"{tmp}/db", f"SELECT coalesce(sum({what}), 0) FROM records"],
        check=True, stdout=subprocess.PIPE).stdout) for what in
                  ("event = 'birth'", "json_extract(json, '$.count')"))
    proc.stdin.close()
    same("exit code", 1, proc.wait(30))
    left = int(re.search(r"(\d+) records were not written", said())[1])
    same("counted", MANY, rows + gaps + left)
    proc.stdout.close()
    err.close()


def refused(tmp):
    """What cannot be a database is refused at the start, in one line."""
    os.mkfifo(f"{tmp}/fifo")
    os.mkdir(f"{tmp}/dir")
    pathlib.Path(f"{tmp}/garbage").write_bytes(b"no database " * 1000)
    for name, script in (("other", "CREATE TABLE t (a)"),
                         ("newer", f"PRAGMA application_id = {0x64766c67};"
                          "PRAGMA user_version = 2")):
        subprocess.run(["sqlite3", f"{tmp}/{name}", script], check=True)
    for name, why in (("no/such/db", "No such file or directory"),
                      ("fifo", "it is no file"), ("dir", "Is a directory"),
                      ("garbage", "file is not a database: move it away"),
                      ("other", "it is the database of another program"),
                      ("newer", "a newer divulged made it (version 2, ")):
        before = pathlib.Path(f"{tmp}/{name}").read_bytes() \
            if os.path.isfile(f"{tmp}/{name}") else None
        with Feed(f"sqlite:{tmp}/{name}") as feed:
            said = feed.end(1)
        assert f"output sqlite:{tmp}/{name}: cannot open: {why}" in said, said
        same(f"lines for {name}", 1, len(said.splitlines()))
        if before is not None:
            same(f"bytes of {name}", before,
                 pathlib.Path(f"{tmp}/{name}").read_bytes())


def as_nobody(command, **options):
    """A process that has no rights."""
    # pylint: disable=consider-using-with
    return subprocess.Popen(command, user=65534, group=65534, extra_groups=[],
                            **options)


def read_only(tmp):
    """A database that may not be written to."""
    path = filled(tmp, [Records().birth()])
    os.chmod(path, 0o444)
    os.chmod(tmp, 0o755)
    if os.geteuid():
        return
    with as_nobody([LINES, "--config", "/dev/null", "--no-births", "-o",
                    f"sqlite:{path}"], stdin=subprocess.DEVNULL,
                   stderr=subprocess.PIPE, cwd="/") as proc:
        said = proc.stderr.read().decode()
        same("exit code", 1, proc.wait(30))
    assert "Read-only file system" in said, said


def garbage_later(tmp):
    """The file is moved away and another put there: it waits, and goes on."""
    path = f"{tmp}/db"
    records = Records()
    with Feed(f"sqlite:{path}") as feed:
        feed.give(records.birth() for _ in range(50))
        feed.wait_written(50)
        # The log stays behind
        os.rename(path, f"{tmp}/old")
        pathlib.Path(path).write_bytes(b"no database " * 1000)
        feed.give(records.birth() for _ in range(50))
        feed.says("file is not a database: move it away, and '-wal' beside "
                  "it; trying again")
        os.remove(path)
        feed.says("goes on")
        feed.end()
    same("before", 50, number_of(f"{tmp}/old"))
    same("after", 50, number_of(path))
    is_sound(f"{tmp}/old")
    is_sound(path)


def removed(tmp):
    """A file that is removed is made again."""
    path = f"{tmp}/db"
    records = Records()
    with Feed(f"sqlite:{path}") as feed:
        feed.give(records.birth() for _ in range(50))
        feed.wait_written(50)
        os.remove(path)
        feed.give(records.birth() for _ in range(50))
        feed.wait_written(100)
        feed.say("h")
        feed.give(records.birth() for _ in range(50))
        said = feed.end()
    same("rows", 100, number_of(path))
    is_sound(path)
    assert "trying" not in said, said


def old_go(tmp):
    """Records that are too old go, with their connections, and gaps too."""
    records = Records()
    records.base = time.time_ns() - 3600 * 10 ** 9
    old = [records.birth() for _ in range(1500)] + [records.lost(3)] + \
        [records.dccp("state", "closed")]
    records.base = time.time_ns()
    new = [records.birth() for _ in range(100)] + \
        [records.dccp("state", "open", cookie=2)]
    path = filled(tmp, old + new)
    same("all", len(old) + len(new), number_of(path))
    pages = int(sql(path, "PRAGMA page_count")[0])
    with Feed(f"sqlite:{path}", args=["--keep", "30min"]) as feed:
        wait_for(lambda: number_of(path) == len(new), "the old ones go")
        wait_for(lambda: int(sql(path, "PRAGMA page_count")[0]) < pages / 2,
                 "the file gets smaller")
        feed.end()
    same("left", new, sql(path, "SELECT json FROM records ORDER BY id"))
    same("connections", ["2"], sql(path, "SELECT cookie FROM connections"))
    is_sound(path)
    with Feed(f"sqlite:{path}", args=["--keep", "1s"]) as feed:
        wait_for(lambda: not number_of(path), "they get old while it runs")
        feed.end()


def keep_changes(tmp):
    """SIGHUP has another age in effect, for a database that stays."""
    records = Records()
    path = filled(tmp, [records.birth() for _ in range(10)])
    conf = pathlib.Path(f"{tmp}/conf")
    conf.write_text("keep = 200y\n", encoding="ascii")
    with Feed(f"sqlite:{path}", args=["--config", str(conf)]) as feed:
        records.base = time.time_ns()
        new = records.birth()
        feed.give([new])
        feed.wait_written(1)
        same("all", 11, number_of(path))
        conf.write_text("keep = 1h\n", encoding="ascii")
        feed.say("h")
        wait_for(lambda: number_of(path) == 1, "the old ones go")
        feed.end()
    same("left", [new], told(path))


def size_is_kept(tmp):
    """However many come, the file does not get larger, and the last stay."""
    path = f"{tmp}/db"
    records = Records()
    largest = 0
    with Feed(f"sqlite:{path}", queue="16M", args=["--keep-size", "2M"]) \
            as feed:
        for _ in range(12):
            feed.give(records.birth() for _ in range(1000))
            feed.wait_written(records.number)
            largest = max(largest, os.stat(path).st_size)
        feed.end()
    largest = max(largest, os.stat(path).st_size)
    assert (1 << 20) < largest <= (2 << 20), largest
    numbers = [int(n) for n in
               sql(path, "SELECT record FROM records ORDER BY id")]
    same("those that stay", list(range(numbers[0], records.number + 1)),
         numbers)
    assert 500 < len(numbers) < 6000, len(numbers)
    is_sound(path)
    # Another, smaller limit has an effect without a record
    with Feed(f"sqlite:{path}", args=["--keep-size", "1M"]) as feed:
        wait_for(lambda: os.stat(path).st_size <= 1 << 20, "it gets smaller")
        feed.end()
    is_sound(path)


def read_while_written(tmp):
    """Who reads sees what was there, and holds nobody up."""
    path = f"{tmp}/db"
    records = Records()
    with Feed(f"sqlite:{path}", queue="16M") as feed:
        feed.give(records.birth() for _ in range(100))
        feed.wait_written(100)
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        rows = reader.execute("SELECT record FROM records ORDER BY id")
        rows.fetchone()
        seen = 0
        for _ in range(20):
            feed.give(records.birth() for _ in range(100))
            lines = told(path)
            assert len(lines) >= seen, (len(lines), seen)
            seen = len(lines)
        feed.wait_written(2100)
        same("a reader's view", 99, len(rows.fetchall()))
        reader.close()
        feed.end()
    same("all", 2100, len(told(path)))


def for_forensics(tmp):
    """A copy that nothing can be written to, with the log it had."""
    path = f"{tmp}/db"
    records = Records()
    with Feed(f"sqlite:{path}") as feed:
        feed.give(records.birth() for _ in range(50))
        feed.wait_written(50)
        os.mkdir(f"{tmp}/copy")
        for name in ("db", "db-wal"):
            shutil.copy(f"{tmp}/{name}", f"{tmp}/copy")
        feed.end()
    os.mkdir(f"{tmp}/all")
    for name in ("db", "db-wal"):
        shutil.copy(f"{tmp}/copy/{name}", f"{tmp}/all")
    # With what another reader has left beside it
    pathlib.Path(f"{tmp}/all/db-shm").write_bytes(bytes(32768))
    shutil.copytree(f"{tmp}/copy", f"{tmp}/merged")
    # As after a clean end, and with a log that is empty
    with Feed(f"sqlite:{tmp}/merged/db") as feed:
        feed.end()
    shutil.copytree(f"{tmp}/merged", f"{tmp}/emptied")
    pathlib.Path(f"{tmp}/emptied/db-wal").touch()
    for folder in ("copy", "all", "merged", "emptied"):
        before = sorted((file.name, file.read_bytes())
                        for file in pathlib.Path(f"{tmp}/{folder}").iterdir())
        script = f"mount --bind {tmp}/{folder} {tmp}/{folder} && " \
            f"mount -o remount,ro,bind {tmp}/{folder} && exec \"$@\""
        run = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", DIVULGE, "history",
             "--json", "--store", f"{tmp}/{folder}/db"], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if b"unshare" in run.stderr:
            return
        same(f"exit code ({run.stderr})", 0, run.returncode)
        same(f"records of {folder}", 50, len(run.stdout.splitlines()))
        same(f"files of {folder}", before, sorted(
            (file.name, file.read_bytes())
            for file in pathlib.Path(f"{tmp}/{folder}").iterdir()))


def by_others(tmp):
    """Who may read but not write, while it is written to and afterwards."""
    path = f"{tmp}/db"
    if os.geteuid():
        return
    os.chmod(tmp, 0o755)
    pathlib.Path(path).touch(mode=0o644)
    records = Records()

    def ask_as_nobody():
        with as_nobody([DIVULGE, "history", "--json", "--store", path],
                       cwd="/", stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE) as proc:
            out, err = proc.communicate()
            same(f"exit code ({err})", 0, proc.returncode)
            return len(out.splitlines())

    with Feed(f"sqlite:{path}") as feed:
        feed.give(records.birth() for _ in range(50))
        feed.wait_written(50)
        with as_nobody([DIVULGE, "history", "--store", path], cwd="/",
                       stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE) as proc:
            said = proc.communicate()[1].decode()
        # That depends on how far who wrote has got
        assert not proc.returncode or "be root, or its owner" in said, said
        feed.give(records.birth() for _ in range(50))
        feed.end()
    same("afterwards", 100, ask_as_nobody())
    os.chmod(path, 0o600)
    with as_nobody([DIVULGE, "history", "--store", path], cwd="/",
                   stderr=subprocess.PIPE) as proc:
        same("without the right", b"divulge: cannot read the store '" +
             path.encode() + b"': Permission denied\n",
             proc.communicate()[1])
        same("exit code", 1, proc.returncode)


def birth_of(records, path):
    """A record of a file that there is."""
    fmt = subprocess.run(["stat", "-c", "%W %w %i %Hd:%Ld", path], check=True,
                         stdout=subprocess.PIPE).stdout.decode().split()
    born = int(fmt[0]) * 10 ** 9 + int(fmt[2].split(".")[1])
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    gen = 0
    with contextlib.suppress(OSError):
        gen, = struct.unpack("I", fcntl.ioctl(fd, FS_IOC_GETVERSION,
                                              bytes(8))[:4])
    os.close(fd)
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()
    kind = {"ext2/ext3": "ext4"}.get(kind, kind)
    return records.birth(path=path, btime=utc(born), ino=int(fmt[-2]),
                         gen=gen, dev=fmt[-1], fs=kind)


def deleted(tmp):
    """Those that are no longer there, wherever the others have gone."""
    records = Records()
    os.mkdir(f"{tmp}/d")
    names = ["stays", "goes", "moves", "linked", "anew", "open", "under/it"]
    os.mkdir(f"{tmp}/d/under")
    for name in names:
        pathlib.Path(f"{tmp}/d/{name}").write_text(name, encoding="ascii")
    lines = [birth_of(records, f"{tmp}/d/{name}") for name in names]
    os.remove(f"{tmp}/d/goes")
    os.mkdir(f"{tmp}/elsewhere")
    os.rename(f"{tmp}/d/moves", f"{tmp}/elsewhere/moved")
    os.link(f"{tmp}/d/linked", f"{tmp}/elsewhere/linked")
    os.remove(f"{tmp}/d/linked")
    os.remove(f"{tmp}/d/anew")
    pathlib.Path(f"{tmp}/d/anew").write_text("anew", encoding="ascii")
    shutil.rmtree(f"{tmp}/d/under")
    with open(f"{tmp}/d/open", encoding="ascii"):
        os.remove(f"{tmp}/d/open")
        path = filled(tmp, lines)
        want = ["goes", "anew", "open", "under/it"]
        if json.loads(lines[0])["fs"] != "ext4" or os.geteuid():
            want = None
        got = [json.loads(line)["path"][len(tmp) + 3:]
               for line in told(path, "--deleted")]
        if want:
            same("deleted", want, got)
            out, err = ask(path, "--deleted")
            same("rows", 5, len(out.splitlines()))
            same("complaints", "", err)
    assert "stays" not in got and "goes" in got, got


def not_in_sight(tmp):
    """Files of other hosts, and of what is not mounted: nobody knows."""
    records = Records()
    there = birth_of(records, tmp)
    path = filled(tmp, [
        there.replace(f'"host":"{HOST}"', '"host":"elsewhere"'),
        records.birth(dev="250:250", fs="xfs"),
        records.birth(fs="tmpfs", dev="0:9999"),
        records.birth(fs="tmpfs", dev="0:9999", path="/other/boot")
        .replace(BOOT, "0" + BOOT[1:-1] + "x")])
    lines, err = ask(path, "--deleted", "--json", code=1)
    same("deleted", ["/other/boot"], [json.loads(line)["path"] for line in
                                      lines.splitlines()])
    assert err == "divulge: of 3 files nobody can tell here if they are " \
        "there: their filesystems are not mounted, or they are of another " \
        "host\n", err


def cannot_read(tmp):
    """What is no store is refused, in one line."""
    pathlib.Path(f"{tmp}/garbage").write_bytes(b"no database " * 1000)
    pathlib.Path(f"{tmp}/empty").touch()
    os.mkdir(f"{tmp}/dir")
    for name, script in (("other", "CREATE TABLE t (a)"),
                         ("newer", f"PRAGMA application_id = {0x64766c67};"
                          "PRAGMA user_version = 2")):
        subprocess.run(["sqlite3", f"{tmp}/{name}", script], check=True)
    for name, why in (("none", "No such file or directory"),
                      ("dir", "it is no file"),
                      ("garbage", "file is not a database"),
                      ("empty", "it is empty: divulged has not begun with it"),
                      ("other", "it is not a store of divulged"),
                      ("newer", "a newer divulged made it (version 2, ")):
        out, err = ask(f"{tmp}/{name}", code=1)
        same(f"output for {name}", "", out)
        assert err.startswith(f"divulge: cannot read the store '{tmp}/{name}':"
                              f" {why}") and err.count("\n") == 1, err


def damaged(tmp):
    """Damage that is met while reading is told."""
    records = Records()
    path = filled(tmp, [records.birth() for _ in range(2000)])
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE records SET json = 'x' WHERE id = 7")
        db.commit()
    assert "1 records in the store are damaged" in ask(path, code=1)[1]
    with open(path, "r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xa5" * 4096 * 100)
    assert "malformed" in ask(path, code=1)[1]


def misused(tmp):
    """Wrong usage has one line and exit code 2."""
    path = filled(tmp, [Records().birth()])
    for args, why in (
            (["--since", "nonsense"], "no time that date(1) knows"),
            (["--until"], "option '--until' needs a value"),
            (["--since", "now", "--until", "yesterday"], "is before"),
            (["--uid", "no such user"], "no user"),
            (["--dccp", "--path", "x"], "'--dccp' goes with none"),
            (["--dccp", "--comm", "x"], "'--dccp' goes with none"),
            (["--dccp", "--fs", "x"], "'--dccp' goes with none"),
            (["--dccp", "--deleted"], "'--dccp' goes with none"),
            (["--json=x"], "takes no value"), (["--what"], "no option"),
            (["births"], "'births' is too much")):
        out, err = ask(path, *args, code=2)
        assert not out and why in err and err.count("\n") == 1, err
        assert "see 'divulge history --help'" in err, err
    for option in ("--keep", "--keep-size"):
        with Feed(f"sqlite:{path}", args=[option, "much"]) as feed:
            said = feed.end(1)
            assert "'much' is no" in said, said


TESTS = [rows_are_records, without_identity, no_duplicates, any_bytes, filters,
         table, found_again, connections, locked, killed, disk_full, no_room,
         refused, read_only, garbage_later, removed, old_go, keep_changes,
         size_is_kept, read_while_written, for_forensics, by_others, deleted,
         not_in_sight, cannot_read, damaged, misused]


def main():
    """Run them all, each in a folder of its own."""
    signal.alarm(600)
    failed = 0
    wanted = sys.argv[3:]
    for number, test in enumerate(TESTS, 1):
        if wanted and test.__name__ not in wanted:
            continue
        tmp = tempfile.mkdtemp()
        try:
            test(tmp)
            print(f"ok {number} - {test.__doc__}", flush=True)
        except Exception as err:  # pylint: disable=broad-except
            failed += 1
            print(f"# {type(err).__name__}: {str(err)[:2000]}")
            print(f"not ok {number} - {test.__doc__}", flush=True)
        shutil.rmtree(tmp)
    print(f"1..{len(TESTS)}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge history' of real births and connections, beside stat and ss."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import common
import peers
from peers import V4, V6, cookie

DEMO = 0x64656d6f
# More than a small disk has room for, or a small queue
MANY = 1500


class Daemon:
    """A divulged that writes to a database."""

    def __init__(self, store, *args):
        # pylint: disable=consider-using-with
        self.store = store
        self.err = tempfile.TemporaryFile()
        self.proc = subprocess.Popen(
            ["divulged", "--queue", "256k", f"--output=sqlite:{store}", *args],
            stdout=subprocess.DEVNULL, stderr=self.err)
        self.says("ready")
        # It does not wait for a slow disk
        common_wait(lambda: not subprocess.run(
            ["divulge", "history", "--store", store], check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode,
                    "a store")

    def stderr(self):
        """What it has complained of."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def says(self, what):
        """Wait until it has said that."""
        common_wait(lambda: what in self.stderr() or
                    self.proc.poll() is not None, f"'{what}'")
        assert what in self.stderr(), self.stderr()

    def has(self, number, *args):
        """Wait until the store tells so much."""
        common_wait(lambda: len(told(self.store, *args)) >= number,
                    f"{number} of history {args}")

    def end(self, code=0):
        """End it, in that way."""
        self.proc.send_signal(signal.SIGTERM)
        seen = self.proc.wait(60 * common.PATIENCE)
        common.same(f"exit code ({self.stderr()})", code, seen)

    def stop(self):
        """End it in any case."""
        self.proc.kill()
        self.proc.wait()
        self.err.close()


@contextlib.contextmanager
def daemon(store, *args):
    """One that is ended in any case."""
    started = Daemon(store, *args)
    try:
        yield started
    finally:
        started.stop()


def common_wait(condition, what, seconds=60):
    """Wait for it; return what it gave."""
    end = time.monotonic() + seconds * common.PATIENCE
    while not (got := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not seen: {what}")
        time.sleep(0.1)
    return got


def told(store, *args):
    """What 'divulge history' tells."""
    return common.divulge("history", "--store", store, *args)


def sql(store, query):
    """What sqlite3(1) says."""
    return subprocess.run(["sqlite3", "-readonly", store, query], check=True,
                          stdout=subprocess.PIPE,
                          text=True).stdout.splitlines()


def stat(path):
    """Birth, inode number and device, as stat(1) tells them."""
    sec, _, clock, _, ino, dev = subprocess.run(
        ["stat", "-c", "%W %w %i %Hd:%Ld", path], check=True,
        stdout=subprocess.PIPE, text=True).stdout.split()
    return (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(sec))) + "." +
            clock.split(".")[1] + "Z", int(ino), dev)


def is_told(births, made):
    """Each file is told with what stat tells, and nothing else is."""
    common.same("paths", sorted(made), sorted(b["path"] for b in births))
    for birth in births:
        common.same(birth["path"], (*stat(birth["path"]),
                                    made[birth["path"]]),
                    (birth["btime"], birth["ino"], birth["dev"],
                     birth["type"]))


def births_on(files, store, handles=True):
    """Births on one filesystem, and which of the files are gone."""
    names = [*range(8)] if handles else [*range(8), 8, 9, 12]
    with daemon(store, "--no-dccp", "--subtree", files) as run:
        made = common.make_all_kinds(files, 40)
        run.has(40)
        is_told(told(store), made)
        common.same("deleted", [], told(store, "--deleted"))
        first = stat(f"{files}/0")[0]
        common.same("since", 40, len(told(store, "--since", first)))
        common.same("by path", {f"{files}/{n}" for n in (3, 13, 23, 33)},
                    set(b["path"] for b in told(
                        store, "--path", f"{files}/*3")))
        common.same("by program", 40,
                    len(told(store, "--uid", "0", "--comm",
                             pathlib.Path("/proc/self/comm").read_text(
                                 encoding="ascii").strip())))
        for number in range(0, 8):
            (os.rmdir if number % 4 == 1 else os.remove)(f"{files}/{number}")
        os.rename(f"{files}/8", f"{files}/moved")
        os.rename(f"{files}/9", f"{files}/moved dir")
        os.link(f"{files}/12", f"{files}/link")
        os.remove(f"{files}/12")
        # Another file by the name of one that is gone
        os.close(os.open(f"{files}/0", os.O_CREAT | os.O_WRONLY))
        run.has(41)
        gone = told(store, "--deleted")
        common.same("deleted", [f"{files}/{n}" for n in names],
                    [b["path"] for b in gone])
        run.end()
    common.same("integrity", ["ok"], sql(store, "PRAGMA integrity_check"))
    common.same("rows", ["41"], sql(store, "SELECT count(*) FROM records"
                                    " WHERE event = 'birth'"))


def births_on_each():
    """ext4, XFS, Btrfs and tmpfs: births as stat has them, and the deleted."""
    tmp = tempfile.mkdtemp()
    try:
        for mount in common.MOUNTS:
            with common.scratch(mount) as files:
                births_on(files, f"{tmp}/{os.path.basename(mount)}")
        with common.tmpfs(f"{tmp}/files"):
            births_on(f"{tmp}/files", f"{tmp}/tmpfs", handles=False)
    finally:
        shutil.rmtree(tmp)


def unmounted():
    """Of what is not mounted nobody can tell whether it is there."""
    tmp = tempfile.mkdtemp()
    store = f"{tmp}/store"
    with common.tmpfs(f"{tmp}/files"), \
            daemon(store, "--no-dccp", f"{tmp}/files") as run:
        common.make_all_kinds(f"{tmp}/files", 4)
        run.has(4)
        run.end()
    run = subprocess.run(["divulge", "history", "--store", store,
                          "--deleted"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    common.same("exit code", 1, run.returncode)
    assert "of 4 files nobody can tell" in run.stderr, run.stderr
    common.same("told all the same", 4, len(told(store)))
    shutil.rmtree(tmp)


def without_rights():
    """Who cannot open handles is told what that means."""
    tmp = tempfile.mkdtemp()
    store = f"{tmp}/store"
    with common.scratch("/mnt/ext4") as files, \
            daemon(store, "--no-dccp", files) as run:
        common.make_all_kinds(files, 4)
        run.has(4)
        os.rename(f"{files}/0", f"{files}/moved")
        os.remove(f"{files}/2")
        run.end()
        seen = subprocess.run(
            ["setpriv", "--bounding-set", "-dac_read_search", "--inh-caps",
             "-dac_read_search", "divulge", "history", "--store", store,
             "--deleted", "--json"], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        common.same("deleted", [f"{files}/0", f"{files}/2"],
                    [json.loads(line)["path"] for line in
                     seen.stdout.splitlines()])
        assert "CAP_DAC_READ_SEARCH" in seen.stderr, seen.stderr
    shutil.rmtree(tmp)


def ss_sees():
    """Sockets by cookie, as ss has them: state, both ends."""
    seen = {}
    for line in subprocess.run(["ss", "-H", "-dane"], check=True,
                               stdout=subprocess.PIPE,
                               text=True).stdout.splitlines():
        words = line.split()
        details = dict(word.split(":", 1) for word in words[5:]
                       if ":" in word)
        seen[int(details["sk"], 16)] = (words[0], words[3], words[4])
    return seen


def ends(row):
    """Both ends of a socket, as ss writes them."""
    form = "[{}]:{}" if row["family"] == "inet6" else "{}:{}"
    return (form.format(row["saddr"], row["sport"]),
            form.format(row["daddr"], row["dport"]))


def check_open(store, by_ss, sock):
    """A connection while it is there."""
    number = cookie(sock)
    row = next(r for r in told(store, "--dccp") if r["cookie"] == number)
    common.same("by ss", by_ss[number], ("ESTAB", *ends(row)))
    common.same("to its owner", (
        peers.number(sock, peers.TX_CCID), peers.number(sock, peers.RX_CCID),
        DEMO, None), (row["tx_ccid"], row["rx_ccid"], row["service"],
                      row["closed"]))
    assert row["opened"] <= row["established"], row
    return number


def check_closed(store, number, sent, role):
    """The same when it has ended."""
    row = next(r for r in told(store, "--dccp") if r["cookie"] == number)
    common.same(role, (role, "closed", "closed"),
                (row["role"], row["state"], row["cause"]))
    states = [step["state"] for step in row["life"]]
    assert "open" in states and states[-1] == "closed", states
    times = [step["time"] for step in row["life"]]
    common.same("times", sorted(times), times)
    common.same("end", row["closed"], times[-1])
    assert row["established"] < row["closed"], row
    assert row["sent"] >= sent, (row["sent"], sent)
    assert row["rtt"] is None or row["rtt"] > 0, row


def connections():
    """The life of connections, as ss and their owner saw them."""
    tmp = tempfile.mkdtemp()
    store = f"{tmp}/store"
    with daemon(store, "--no-births") as run:
        numbers = []
        for family in V4, V6:
            for ccid in 2, 3:
                with peers.connected(family, ccid, ccid, DEMO) as made:
                    for _ in range(10):
                        made.client.send(b"x" * 100)
                        made.server.recv(1000)
                    number = cookie(made.client), cookie(made.server)
                    common_wait(lambda n=number: {
                        r["cookie"] for r in told(store, "--dccp")
                        if r["established"]}.issuperset(n), "both ends")
                    by_ss = ss_sees()
                    numbers.append((check_open(store, by_ss, made.client),
                                    check_open(store, by_ss, made.server)))
        common_wait(lambda: {
            r["cookie"] for r in told(store, "--dccp") if r["cause"]
        }.issuperset(n for pair in numbers for n in pair), "all ends")
        for client, server in numbers:
            check_closed(store, client, 10, "client")
            check_closed(store, server, 0, "server")
        run.end()
    common.same("integrity", ["ok"], sql(store, "PRAGMA integrity_check"))
    shutil.rmtree(tmp)


def killed():
    """kill -9 and another start: what was counted is there, once."""
    tmp = tempfile.mkdtemp()
    store = f"{tmp}/store"
    made = 0
    with common.tmpfs(f"{tmp}/files"):
        for _ in range(3):
            with daemon(store, "--no-dccp", f"{tmp}/files") as run:
                for _ in range(200):
                    made += 1
                    os.mkfifo(f"{tmp}/files/{made}")
                run.has(made, "--path", "*/files/*")
                run.proc.send_signal(signal.SIGKILL)
                run.proc.wait()
            common.same("integrity", ["ok"],
                        sql(store, "PRAGMA integrity_check"))
            paths = [b["path"] for b in told(store)
                     if b["event"] == "birth"]
            common.same("births", made, len(paths))
            common.same("each once", made, len(set(paths)))
    shutil.rmtree(tmp)


def disk_full():
    """A disk that is full for a while: all is there, or in a gap."""
    tmp = tempfile.mkdtemp()
    store = f"{tmp}/disk/store"
    with common.tmpfs(f"{tmp}/disk", "size=1m"), \
            common.tmpfs(f"{tmp}/files"), \
            daemon(store, "--no-dccp", f"{tmp}/files") as run:
        for number in range(2 * MANY):
            os.mkfifo(f"{tmp}/files/{number}")
            if number % 20 == 19:
                time.sleep(0.02)
        run.says("No space left on device; trying again")
        subprocess.run(["mount", "-o", "remount,size=64m", f"{tmp}/disk"],
                       check=True)
        run.says("goes on")
        run.end()
        seen = told(store)
        births = sum(o["event"] == "birth" for o in seen)
        gaps = sum(o["births"] for o in seen if o["event"] == "gap")
        lost = sum(o["count"] for o in seen if o["event"] == "lost")
        common.same(f"{births} births, {gaps} in gaps, {lost} lost", 2 * MANY,
                    births + gaps + lost)
        assert gaps > 0, seen[-1]
    shutil.rmtree(tmp)


def main():
    """Run them all."""
    common.need_module()
    common.begin([(test.__name__, test) for test in (
        births_on_each, unmounted, without_rights, connections, killed,
        disk_full)])


if __name__ == "__main__":
    main()

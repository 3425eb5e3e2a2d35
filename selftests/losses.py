#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Of very many births each is told once, or counted as lost and then found."""

import contextlib
import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import time

import common

TOP = "/tmp/losses"
WRITER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "writer")
WRITERS = 4
FILES = 1000            # in each directory that a writer makes
REMOVE_EVERY = 10       # so many it removes again
TICK = 0.1
QUIET = 15              # ticks without work
SYS_PIDFD_GETFD = 438


class Account:
    """What a monitor has told, read by cutting: there may be a million."""

    def __init__(self, file):
        self.births = []
        self.found = []
        self.lost = []
        self.numbers = []
        for line in file:
            event = line.split(b'"', 4)[3]
            if event == b"birth":
                self.births.append(between(line, b'"path":"', b'"'))
                self.numbers.append(int(between(line, b'"seq":', b",")))
            elif event == b"found":
                self.found.append(between(line, b'"path":"', b'"'))
            else:
                self.lost.append(json.loads(line))

    def number_lost(self):
        """How many births it says were lost."""
        return sum(loss["count"] for loss in self.lost)

    def __str__(self):
        return (f"{len(self.births)} births, {self.number_lost()} lost in "
                f"{len(self.lost)} records, {len(self.found)} found")


def between(line, begin, end):
    """What is between the first begin in a line and the next end."""
    return line.partition(begin)[2].partition(end)[0]


def names(number):
    """All that is made for so many files, as the writers name it."""
    top = TOP.encode()
    dirs = {b"%s/%04d" % (top, i) for i in range(number // FILES)}
    files = {b"%s/%03d" % (path, i) for path in dirs for i in range(FILES)}
    return dirs | files | {top + b"/last"}


def there():
    """All that is there."""
    return {os.path.join(path, name)
            for path, dirs, files in os.walk(TOP.encode())
            for name in dirs + files}


def write(number, meanwhile):
    """Make so many files by several processes, and do something meanwhile."""
    share = number // FILES // WRITERS
    writers = []
    try:
        for i in range(WRITERS):
            # pylint: disable-next=consider-using-with
            writers.append(subprocess.Popen(
                [WRITER, TOP, str(share * i), str(share * (i + 1))]))
        meanwhile(share)
    finally:
        codes = [writer.wait() for writer in writers]
    common.same("exit codes of the writers", [0] * WRITERS, codes)


def in_the_middle(disturbance):
    """Disturb while the middle half of the files is made."""
    def wait_for_directory(number):
        while not os.path.exists(f"{TOP}/{number:04d}"):
            time.sleep(0.005)

    def meanwhile(share):
        wait_for_directory(share // 4)
        with disturbance:
            wait_for_directory(share * 3 // 4)
    return meanwhile


@contextlib.contextmanager
def stopped(proc):
    """A process stands still."""
    proc.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        proc.send_signal(signal.SIGCONT)


def shrink_buffer(pid, size):
    """Give the socket on which a process receives events less room."""
    pidfd = os.pidfd_open(pid)
    for fd in os.listdir(f"/proc/{pid}/fd"):
        copy = ctypes.CDLL(None).syscall(SYS_PIDFD_GETFD, pidfd, int(fd), 0)
        with contextlib.suppress(OSError), socket.socket(fileno=copy) as sock:
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > size:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    os.close(pidfd)


def work_done(pid):
    """The processor time of a process, None if it runs or waits for a disk."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return fields[11:13] if fields[0] == "S" else None


def wait_until_quiet(proc):
    """Wait until a process has waited for more for a while."""
    before, quiet = None, 0
    while quiet < QUIET:
        time.sleep(TICK)
        common.same("exit code", None, proc.poll())
        now = work_done(proc.pid)
        quiet = quiet + 1 if now and now == before else 0
        before = now


def none(what, paths):
    """Raise unless there are no such paths, of which one is enough to see."""
    if paths:
        raise AssertionError(f"{what}: {len(paths)}, such as {min(paths)}")


def check(account, number):
    """An account must tell all that is, and nothing more."""
    made = names(number)
    births = set(account.births)
    exist = there()
    removed = number // REMOVE_EVERY
    common.same("files", len(made) - removed, len(exist))
    if not account.lost:
        raise AssertionError("nothing was lost")
    common.same("births told or lost", len(made),
                len(account.births) + account.number_lost())
    common.same("births told twice", 0, len(account.births) - len(births))
    none("neither told nor found", exist - births.union(account.found))
    # The root of the filesystem was born just before.
    none("told and not made", births.union(account.found) - made -
         {TOP.encode()})
    if account.numbers != sorted(account.numbers):
        raise AssertionError("numbers go back")
    first = min(account.numbers[0], account.lost[0]["first_seq"])
    common.same("first to last", len(made), account.numbers[-1] - first + 1)


def watched(number, *args, disturb):
    """Have so many files made under a monitor, which is ended afterwards."""
    watcher = common.Background("divulge", "monitor", "births", *args, TOP,
                                ready="watching")
    try:
        write(number, in_the_middle(disturb(watcher.proc)))
        wait_until_quiet(watcher.proc)
        # Its number tells how many are missing before it.
        os.mkdir(TOP + "/last")
        wait_until_quiet(watcher.proc)
    finally:
        watcher.end()
    common.same("exit code", 0, watcher.proc.returncode)
    common.same("complaints", [], watcher.stderr().splitlines()[1:])
    watcher.out.seek(0)
    return watcher.out


def room():
    """A filesystem for as many files as there is memory for."""
    return common.tmpfs(TOP, "size=100%,nr_inodes=0")


def reader_stops(number, size=None):
    """A test with a reader that stops, maybe with less room to receive."""
    def disturb(proc):
        if size:
            shrink_buffer(proc.pid, size)
        return stopped(proc)

    def test():
        with room():
            account = Account(watched(number, "--json", disturb=disturb))
            print(f"# {account}")
            check(account, number)
    return test


def kernel_has_no_room(number, length):
    """A test with a short queue in the kernel, and one that is sure to lose."""
    def test():
        with room(), common.queue_len(length):
            account = Account(watched(number, "--json",
                                      disturb=lambda _: common.queue_len(1)))
            print(f"# {account}")
            check(account, number)
    return test


def text_tells():
    """The text has a line for each loss, which a person can add up."""
    form = re.compile(rb"\S+ lost (\d+) births \(from (\d+) to (\d+), "
                      rb"between [0-9:.]+ and [0-9:.]+\)\n")
    number = WRITERS * FILES
    with room(), common.queue_len(1):
        lines = watched(number, "--no-rescan", disturb=contextlib.nullcontext
                        ).readlines()
    births = [line for line in lines if b" born " in line]
    lost = [form.fullmatch(line) for line in lines if b" lost " in line]
    if not lost or None in lost:
        raise AssertionError("no loss, or one that is told in another form")
    counts = [int(loss[1]) for loss in lost]
    common.same("counts", counts,
                [int(loss[3]) - int(loss[2]) + 1 for loss in lost])
    common.same("births told or lost", len(names(number)),
                len(births) + sum(counts))


if __name__ == "__main__":
    common.need_module()
    common.begin([("reader_stops", reader_stops(20000, 1 << 17)),
                  ("kernel_has_no_room", kernel_has_no_room(20000, 64)),
                  ("text_tells", text_tells)])

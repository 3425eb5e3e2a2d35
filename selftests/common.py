# SPDX-License-Identifier: GPL-2.0
"""What the tests in Python share."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.environ.get("KTAP_HELPERS", "")))
sys.dont_write_bytecode = True

import ksft  # noqa: E402, pylint: disable=wrong-import-position

TRACING = "/sys/kernel/tracing"
MOUNTS = ["/mnt/ext4", "/mnt/xfs", "/mnt/btrfs"]
# How many times as long to wait as on a stock kernel
PATIENCE = int(os.environ.get("DIVULGE_PATIENCE", "1"))
QUEUE_LEN = "/sys/module/divulge/parameters/queue_len"


def begin(tests):
    """Run a list of functions, each a test named after it, and exit."""
    ksft.print_header()
    ksft.set_plan(len(tests))
    for name, test in tests:
        try:
            test()
        except Skip as why:
            ksft.print_msg(f"{name}: {why}")
            ksft.test_result_skip(name)
        except Exception as err:  # pylint: disable=broad-except
            for line in f"{type(err).__name__}: {err}".splitlines():
                ksft.print_msg(f"{name}: {line}")
            ksft.test_result_fail(name)
        else:
            ksft.test_result_pass(name)
        sys.stdout.flush()
    ksft.finished()


class Skip(Exception):
    """The test cannot run here."""


def need_module():
    """Skip all of a script without the module."""
    if not os.path.isdir("/sys/module/divulge"):
        print("TAP version 13\n1..0 # SKIP divulge.ko is not loaded")
        sys.exit(ksft.KSFT_SKIP)


def same(what, expected, seen):
    """Raise unless two values are equal."""
    if expected != seen:
        raise AssertionError(f"{what}: expected {expected!r}, saw {seen!r}")


def need_mount(path):
    """Skip unless a filesystem is mounted at path."""
    if not os.path.ismount(path):
        raise Skip(f"nothing is mounted at {path}")


@contextlib.contextmanager
def scratch(mount):
    """A folder on a filesystem, removed afterwards."""
    need_mount(mount)
    path = tempfile.mkdtemp(prefix="divulge.", dir=mount)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def tmpfs(path, options="defaults"):
    """A filesystem that can be unmounted."""
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", path],
                   check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", path], check=False,
                       stderr=subprocess.DEVNULL)
        os.rmdir(path)


@contextlib.contextmanager
def queue_len(number):
    """Room for so many events in the kernel."""
    with open(QUEUE_LEN, encoding="ascii") as file:
        old = file.read()
    try:
        with open(QUEUE_LEN, "w", encoding="ascii") as file:
            file.write(str(number))
        yield
    finally:
        with open(QUEUE_LEN, "w", encoding="ascii") as file:
            file.write(old)


def divulge(*args):
    """Objects that a run of 'divulge ... --json' prints; it must succeed."""
    run = subprocess.run(["divulge", *args, "--json"], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode:
        raise AssertionError(f"divulge {args[0]}: {run.stderr.decode()}")
    return [json.loads(line) for line in run.stdout.splitlines()]


class Background:
    """A program that runs beside the test and writes JSON lines to a file."""

    def __init__(self, *args, ready):
        # pylint: disable=consider-using-with
        self.out = tempfile.TemporaryFile()
        self.err = tempfile.TemporaryFile()
        self.proc = subprocess.Popen(args, stdout=self.out, stderr=self.err)
        self.wait_for(lambda: ready in self.stderr(), f"{args[0]} is ready")

    def stderr(self):
        """What it has complained of."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def objects(self):
        """What it has written so far."""
        data = b""
        while chunk := os.pread(self.out.fileno(), 1 << 24, len(data)):
            data += chunk
        return [json.loads(line) for line in data.split(b"\n")[:-1]]

    def wait_for(self, condition, what, seconds=60):
        """Wait until it has got so far."""
        end = time.monotonic() + seconds * PATIENCE
        while not condition():
            if self.proc.poll() is not None or time.monotonic() > end:
                self.stop()
                raise AssertionError(f"not seen: {what}: {self.stderr()}")
            time.sleep(0.05)

    def end(self):
        """End it as a user would."""
        if self.proc.poll() is None:
            self.proc.send_signal(signal.SIGTERM)
        self.proc.wait(30 * PATIENCE)

    def stop(self):
        """End it, and return what it wrote."""
        self.end()
        return self.objects()


@contextlib.contextmanager
def before_others():
    """Meanwhile all processors prefer this process to threads of the kernel.

    Elsewhere they may be as fast as what they wait for is slow.
    """
    cpus = sorted(os.sched_getaffinity(0))
    others = []
    try:
        for cpu in cpus[1:]:
            # pylint: disable=consider-using-with
            others.append(subprocess.Popen([
                "taskset", "-c", str(cpu), "chrt", "--fifo", "1",
                "sh", "-c", "echo; while :; do :; done"],
                stdout=subprocess.PIPE))
            same("it began", b"\n", others[-1].stdout.readline())
        os.sched_setaffinity(0, cpus[:1])
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, cpus)
        for other in others:
            other.kill()
            other.communicate()


def make_all_kinds(path, number):
    """Make files of four types; return {path: spec's name of the type}."""
    made = {}
    for i in range(number):
        name = f"{path}/{i}"
        kind = ("reg", "dir", "lnk", "fifo")[i % 4]
        if kind == "reg":
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        elif kind == "dir":
            os.mkdir(name)
        elif kind == "lnk":
            os.symlink("nowhere", name)
        else:
            os.mkfifo(name)
        made[name] = kind
    return made


def read_trace():
    """Lines of the trace buffer, without the comments."""
    with open(TRACING + "/trace", encoding="utf-8", errors="surrogateescape") \
            as trace:
        return [line for line in trace if not line.startswith("#")]


@contextlib.contextmanager
def tracing(event):
    """Trace an event of ours into an empty buffer."""
    def write(file, text):
        with open(f"{TRACING}/{file}", "w", encoding="ascii") as control:
            control.write(text)

    if not os.path.exists(f"{TRACING}/events/divulge/{event}/enable"):
        raise Skip("there is no tracefs at " + TRACING)
    write("trace", "")
    # To record names of tasks patches the scheduler as it runs, which QEMU's
    # emulation of two processors does not always survive (Oops: int3).
    write("options/record-cmd", "0")
    write(f"events/divulge/{event}/enable", "1")
    try:
        yield
    finally:
        write(f"events/divulge/{event}/enable", "0")
        write("options/record-cmd", "1")


def fields(line):
    """The key=value pairs of a line of a trace."""
    return dict(word.split("=", 1) for word in line.split() if "=" in word)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What is born while divulged is down is found when it starts again."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import births
import common

FILES = 1200
# What comes twice was born so many seconds before the end, or later
TWICE, TWICE_KILLED = 2, 7
# What clocks and granularity of a slow machine add to that
SLACK = 3


def wait_for(condition, what, seconds=60):
    """Wait for it; return what it gave."""
    end = time.monotonic() + seconds * common.PATIENCE
    while not (got := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not seen: {what}")
        time.sleep(0.05)
    return got


class Place:
    """A directory that is watched, with a log and a state elsewhere."""

    def __init__(self, tmp, files):
        self.files = files
        self.state = f"{tmp}/state"
        self.log = f"{tmp}/log"
        self.made = {}

    def make(self, number=1, pause=0):
        """Have files born, of which the time is noted."""
        for _ in range(number):
            time.sleep(pause)
            path = f"{self.files}/{len(self.made)}"
            self.made[path] = time.time()
            os.mkfifo(path)

    def records(self, *events):
        """What the log has, of these kinds or of all, but for a torn line."""
        records = []
        with contextlib.suppress(FileNotFoundError):
            for line in pathlib.Path(self.log).read_bytes().split(b"\n"):
                with contextlib.suppress(json.JSONDecodeError):
                    records.append(json.loads(line))
        return [o for o in records if not events or o["event"] in events]

    def missing(self):
        """What was born and is in no record."""
        return self.made.keys() - {o["path"] for o in
                                   self.records("birth", "found")}

    def has_all(self):
        """Wait until all are there."""
        try:
            wait_for(lambda: not self.missing(), "births")
        except AssertionError:
            missing = sorted(self.missing())
            raise AssertionError(f"{len(missing)} are in no record, such as "
                                 f"{missing[0]}") from None

    def twice(self):
        """Births that were told and found all the same, and when they were."""
        told = [o["path"] for o in self.records("birth")]
        common.same("births told twice", len(set(told)), len(told))
        found = {o["path"] for o in self.records("found")}
        return {path: self.made[path] for path in found.intersection(told)}

    @contextlib.contextmanager
    def daemon(self, *args):
        """One that runs, and is killed if it is not ended."""
        with tempfile.TemporaryFile() as err, subprocess.Popen(
                ["divulged", "--no-dccp", "--state", self.state,
                 f"--output=json:{self.log}", *args, self.files],
                stderr=err) as proc:
            proc.said = lambda: os.pread(err.fileno(), 1 << 20, 0).decode()
            try:
                wait_for(lambda: "ready" in proc.said() or
                         proc.poll() is not None, "ready")
                yield proc
            finally:
                proc.kill()


@contextlib.contextmanager
def place(mount=None):
    """On a filesystem, or on a tmpfs of its own."""
    tmp = tempfile.mkdtemp()
    files = f"{tmp}/files"
    with contextlib.ExitStack() as stack:
        if mount:
            files = stack.enter_context(common.scratch(mount))
        else:
            stack.enter_context(common.tmpfs(files))
        yield Place(tmp, files)
    shutil.rmtree(tmp)


def end(proc):
    """End it as a user would."""
    proc.send_signal(signal.SIGTERM)
    common.same(f"exit code ({proc.said()})", 0, proc.wait(60))


def numbers_are_whole(run):
    """Of each run there are all records up to the last."""
    runs = {}
    for o in run.records():
        runs.setdefault((o["boot"], o["run"]), []).append(o["record"])
    for numbers in runs.values():
        common.same("numbers", list(range(1, len(numbers) + 1)),
                    sorted(numbers))
    return runs


def killed(mount):
    """A test that kills it in the midst of births, again and again."""
    def test():
        with place(mount) as run:
            for part in range(3):
                with run.daemon() as proc:
                    half = len(run.made) + FILES // 2
                    # The first is saved meanwhile, the others are not
                    maker = threading.Thread(
                        target=run.make, args=(FILES, 0 if part else 0.01))
                    maker.start()
                    wait_for(lambda n=half: len(run.made) >= n, "half of it")
                    proc.kill()
                    maker.join()
                time.sleep(0.3)
                run.make(5)
            with run.daemon() as proc:
                run.has_all()
                run.make()
                run.has_all()
                end(proc)
            common.same("runs", 4, len(numbers_are_whole(run)))
            common.same("down", 3, len(run.records("down")))
            print(f"# {mount}: {len(run.made)} births, "
                  f"{len(run.records('found'))} found, "
                  f"{len(run.twice())} of them twice")
            assert run.records("found")
    return test


def ended(mount):
    """A test that ends it and starts it again."""
    def test():
        with place(mount) as run:
            with run.daemon() as proc:
                run.make(50)
                time.sleep(TWICE + SLACK)
                before = len(run.made)
                run.make(5)
                end(proc)
            run.has_all()
            common.same("found at the first start", [],
                        run.records("found", "down"))
            run.make(20)
            with run.daemon() as proc:
                run.has_all()
                end(proc)
            early = [path for path in list(run.made)[:before]
                     if path in run.twice()]
            common.same("found though told long before", [], early)
            first, *_ = run.records("birth")
            down, = run.records("down")
            common.same("the run before", (first["boot"], first["run"], 55, 1),
                        (down["before_boot"], down["before_run"],
                         down["before_record"], down["clean"]))
            assert down["since"] < down["until"], down
    return test


def long_told_is_not_found():
    """After SIGKILL, what was told a while before does not come again."""
    with place("/mnt/ext4") as run:
        with run.daemon() as proc:
            run.make(20)
            time.sleep(2 * TWICE_KILLED + SLACK)
            proc.kill()
            proc.wait()
        run.make(1)
        with run.daemon() as proc:
            run.has_all()
            end(proc)
        common.same("found though told", {}, run.twice())


def dead_output_holds_back():
    """What one output did not get is found again, also for the other."""
    with place() as run:
        dead = "--output=json:/dev/tcp/127.0.0.1/1"
        with run.daemon(dead) as proc:
            run.make(10)
            run.has_all()
            time.sleep(2 * TWICE_KILLED)
            proc.kill()
            proc.wait()
        with run.daemon() as proc:
            wait_for(lambda: len(run.twice()) == 10, "all ten once more")
            down, = run.records("down")
            common.same("settled, clean", (0, 0),
                        (down["before_record"], down["clean"]))
            end(proc)


def clock_set_back():
    """The clock is set back while it is down."""
    with place("/mnt/ext4") as run:
        with run.daemon() as proc:
            run.make(3)
            run.has_all()
            end(proc)
        began = time.monotonic()
        right = time.time()
        try:
            time.clock_settime(time.CLOCK_REALTIME, right - 3600)
            run.make(3)
            with run.daemon() as proc:
                run.has_all()
                assert "the clock was set back" in proc.said(), proc.said()
                end(proc)
        finally:
            time.clock_settime(time.CLOCK_REALTIME,
                               right + time.monotonic() - began)
        # And forward again, as after a wrong time was put right
        run.make(3)
        with run.daemon() as proc:
            run.has_all()
            end(proc)


def other_filesystem():
    """Another one is at the same place."""
    with place() as run:
        with run.daemon() as proc:
            run.make(3)
            end(proc)
        subprocess.run(["umount", run.files], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", run.files], check=True)
        run.made.clear()
        pathlib.Path(run.log).unlink()
        run.make(5)
        with run.daemon() as proc:
            run.has_all()
            assert "another filesystem is at" in proc.said(), proc.said()
            end(proc)
        with run.daemon() as proc:
            time.sleep(1)
            assert "another" not in proc.said(), proc.said()
            end(proc)


def coarse_birth_times():
    """JFS knows the second of a birth: none at the edge is missed."""
    subprocess.run(["modprobe", "jfs"], check=False,
                   stderr=subprocess.DEVNULL)
    if not os.path.exists("/sys/kernel/btf/jfs"):
        raise common.Skip("there is no type information on jfs")
    with births.loop_image(17 << 20, "mkfs.jfs", "-q") as image, \
            births.mounted("/mnt/fillin", "-t", "jfs", "-o", "loop", image), \
            place("/mnt/fillin") as run:
        for _ in range(3):
            with run.daemon() as proc:
                maker = threading.Thread(target=run.make, args=(150, 0.01))
                maker.start()
                time.sleep(1)
                end(proc)
                maker.join()
        with run.daemon() as proc:
            run.has_all()
            end(proc)


def made_anew():
    """mkfs while it is down: what is on the new one is found."""
    tmp = tempfile.mkdtemp()
    run = Place(tmp, "/mnt/fillin/files")
    for number in (3, 7):
        with births.loop_image(17 << 20, "mkfs.ext4", "-q", "-F") as image, \
                births.mounted("/mnt/fillin", "-o", "loop", image):
            os.mkdir(run.files)
            run.made.clear()
            if number == 7:
                run.make(number)
            with run.daemon() as proc:
                run.make(number)
                run.has_all()
                common.same("told to be another", number == 7,
                            "another filesystem is at" in proc.said())
                end(proc)
            found = {o["path"] for o in run.records("found")}
            want = {run.files, *list(run.made)[:7]} if number == 7 else set()
            common.same("found", set(), want - found)
        # They are told apart by the second in which mkfs made them.
        time.sleep(1.1)
    shutil.rmtree(tmp)


def unusable_states():
    """A state that makes no sense, is too new, is in use, or is nowhere."""
    with place() as run:
        for text, why in (("rubbish\n", "it makes no sense"),
                          ("", "it makes no sense"),
                          ("divulged-state 7\n", "a newer divulged wrote it")):
            pathlib.Path(run.state).write_text(text, encoding="ascii")
            with run.daemon() as proc:
                said = proc.said()
                assert f"cannot use the state '{run.state}': {why}" in said, \
                    said
                with run.daemon() as other:
                    common.same("exit code", 1, other.wait(30))
                    assert "another divulged does" in other.said()
                run.make(3)
                run.has_all()
                end(proc)
            assert pathlib.Path(run.state).read_text(
                encoding="ascii").startswith("divulged-state 1\n")
        run.state = run.files + "/no/such"
        with run.daemon() as proc:
            common.same("exit code", 1, proc.wait(30))
            assert "cannot keep a state" in proc.said(), proc.said()


def unwritable_later():
    """The state's disk is full for a while, which is said once."""
    tmp = tempfile.mkdtemp()
    with common.tmpfs(tmp, "size=64k"), place() as run:
        run.state = f"{tmp}/state"
        with run.daemon() as proc:
            with open(f"{tmp}/filler", "wb", buffering=0) as filler:
                with contextlib.suppress(OSError):
                    while filler.write(b"x" * 4096):
                        pass
            run.make(3)
            wait_for(lambda: "cannot write the state" in proc.said(),
                     "a failure")
            run.make(3)
            time.sleep(6)
            os.unlink(f"{tmp}/filler")
            wait_for(lambda: "is written again" in proc.said(), "an end")
            common.same("said", 1,
                        proc.said().count("cannot write the state"))
            end(proc)


def main():
    """Run them all."""
    common.need_module()
    tests = [(f"{test.__name__}_{mount.rpartition('/')[2]}", test(mount))
             for mount in common.MOUNTS for test in (killed, ended)]
    common.begin(tests + [(test.__name__, test) for test in (
        long_told_is_not_found, dead_output_holds_back, clock_set_back,
        other_filesystem, made_anew, coarse_birth_times, unusable_states,
        unwritable_later)])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge monitor births' shows each birth once, and nothing else."""

import collections
import ctypes
import os
import subprocess
import threading
import time

import common

AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400


def monitor(*args):
    """A monitor that is ready."""
    return common.Background("divulge", "monitor", "births", "--json", *args,
                          ready="watching")


def wait_for_births(watcher, number):
    """Wait until so many have come, and a little for what should not."""
    watcher.wait_for(lambda: len(watcher.objects()) >= number,
                     f"{number} births")
    time.sleep(0.5)


def each_once_on(mount, number):
    """A test of so many births on a filesystem, with links and renames."""
    def test():
        with common.scratch(mount) as path:
            os.mkdir(path + "/in")
            watcher = monitor(mount)
            made = common.make_all_kinds(path + "/in", number)
            for name, kind in made.items():
                if kind == "reg":
                    os.link(name, name + ".link")
                    os.rename(name + ".link", name + ".moved")
            wait_for_births(watcher, number)
            seen = watcher.stop()

            times = collections.Counter(birth["path"] for birth in seen)
            common.same("seen more than once", [],
                     [p for p, n in times.items() if n > 1])
            common.same("not seen", set(), made.keys() - times.keys())
            common.same("seen and not born", set(), times.keys() - made.keys())
            common.same("numbers", [seen[0]["seq"] + i for i in range(number)],
                     [birth["seq"] for birth in seen])
            asked = {b["path"]: b for b in common.divulge("birth", *made)}
            for birth in seen:
                path = birth["path"]
                common.same(path + " event", "birth", birth["event"])
                common.same(path + " kind", "created", birth["kind"])
                common.same(path + " type", made[path], birth["type"])
                for key in "btime", "ino", "gen", "fs", "dev":
                    common.same(f"{path} {key}", asked[path][key], birth[key])
                common.same(path + " tgid", os.getpid(), birth["tgid"])
    return test


def four_writers():
    """Births by several threads at once: order of numbers, none missing."""
    with common.scratch("/mnt/xfs") as path:
        watcher = monitor(path)
        writers = [threading.Thread(target=common.make_all_kinds,
                                    args=(f"{path}/{i}", 500))
                   for i in range(4)]
        for i in range(4):
            os.mkdir(f"{path}/{i}")
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        wait_for_births(watcher, 2004)
        seen = watcher.stop()
        common.same("births", 2004, len({birth["path"] for birth in seen}))
        common.same("numbers", [seen[0]["seq"] + i for i in range(2004)],
                 [birth["seq"] for birth in seen])


def named_late():
    """An O_TMPFILE that gets a name is said to be named, with its birth."""
    with common.scratch("/mnt/xfs") as path:
        watcher = monitor(path)
        file = os.open(path, os.O_TMPFILE | os.O_RDWR)
        time.sleep(1)
        ret = ctypes.CDLL(None).linkat(AT_FDCWD, b"/proc/self/fd/%d" % file,
                                       AT_FDCWD, os.fsencode(path + "/late"),
                                       AT_SYMLINK_FOLLOW)
        os.close(file)
        common.same("linkat", 0, ret)
        wait_for_births(watcher, 1)
        seen = watcher.stop()
        common.same("kinds", ["named"], [birth["kind"] for birth in seen])
        common.same("path", path + "/late", seen[0]["path"])
        common.same("btime", common.divulge("birth", path + "/late")[0]["btime"],
                 seen[0]["btime"])
        if seen[0]["time"] <= seen[0]["btime"]:
            raise AssertionError("the event is not later than the birth")


def umount_under_it():
    """The filesystem it watches can be unmounted."""
    os.makedirs("/tmp/umount", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/tmp/umount"], check=True)
    watcher = monitor("/tmp/umount")
    os.mkdir("/tmp/umount/before")
    wait_for_births(watcher, 1)
    subprocess.run(["umount", "/tmp/umount"], check=True)
    os.rmdir("/tmp/umount")
    seen = watcher.stop()
    common.same("paths", ["/tmp/umount/before"], [b["path"] for b in seen])
    common.same("exit code", 0, watcher.proc.returncode)


def ends_after_count():
    """--count ends it by itself."""
    with common.scratch("/mnt/ext4") as path:
        watcher = monitor("--count", "3", path)
        common.make_all_kinds(path, 10)
        watcher.proc.wait(60)
        common.same("births", 3, len(watcher.objects()))
        common.same("exit code", 0, watcher.proc.returncode)


if __name__ == "__main__":
    common.need_module()
    common.begin([("each_once_on_xfs", each_once_on("/mnt/xfs", 10000)),
               ("each_once_on_ext4", each_once_on("/mnt/ext4", 1000)),
               ("each_once_on_btrfs", each_once_on("/mnt/btrfs", 1000))]
              + [(test.__name__, test) for test in
                 (four_writers, named_late, umount_under_it,
                  ends_after_count)])

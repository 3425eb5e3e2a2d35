#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge monitor births' shows each birth once, and nothing else."""

import collections
import ctypes
import os
import signal
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
    """The filesystem it watches can be unmounted, which it tells and ends."""
    with common.tmpfs("/tmp/umount"):
        watcher = monitor("/tmp/umount")
        os.mkdir("/tmp/umount/before")
        wait_for_births(watcher, 1)
        subprocess.run(["umount", "/tmp/umount"], check=True)
        watcher.proc.wait(60)
        seen = watcher.objects()
        common.same("events", ["birth", "unmount"], [e["event"] for e in seen])
        common.same("paths", ["/tmp/umount/before", "/tmp/umount"],
                    [e["path"] for e in seen])
        common.same("number", seen[0]["seq"] + 1, seen[1]["seq"])
        common.same("device", seen[0]["sb_dev"], seen[1]["sb_dev"])
        common.same("fs", "tmpfs", seen[1]["fs"])
        common.same("exit code", 0, watcher.proc.returncode)


def umount_before_count():
    """Who wants a number of births is told that they did not come."""
    with common.tmpfs("/tmp/umount"):
        watcher = monitor("--count", "2", "/tmp/umount")
        subprocess.run(["umount", "/tmp/umount"], check=True)
        watcher.proc.wait(60)
        common.same("exit code", 1, watcher.proc.returncode)


def one_of_two_unmounted():
    """What is left is watched on."""
    with common.tmpfs("/tmp/umount"), common.scratch("/mnt/ext4") as path:
        watcher = monitor("/tmp/umount", "/mnt/ext4")
        subprocess.run(["umount", "/tmp/umount"], check=True)
        watcher.wait_for(lambda: watcher.objects(), "the unmount")
        os.mkdir(path + "/after")
        wait_for_births(watcher, 2)
        common.same("events", ["unmount", "birth"],
                    [e["event"] for e in watcher.stop()])


def some_types():
    """--type lets these types through."""
    with common.scratch("/mnt/ext4") as path:
        watcher = monitor("--type", "d,lnk", "/mnt/ext4")
        made = common.make_all_kinds(path, 40)
        wait_for_births(watcher, 20)
        common.same("paths", {p for p, kind in made.items()
                              if kind in ("dir", "lnk")},
                    {birth["path"] for birth in watcher.stop()})


def one_user():
    """--uid lets through what this user made."""
    with common.scratch("/mnt/ext4") as path:
        os.chmod(path, 0o777)
        watcher = monitor("--uid", "nobody", "/mnt/ext4")
        os.mkdir(path + "/ours")
        subprocess.run(["setpriv", "--reuid", "nobody", "--clear-groups",
                        "mkdir", path + "/theirs"], check=True)
        wait_for_births(watcher, 1)
        common.same("paths", [path + "/theirs"],
                    [birth["path"] for birth in watcher.stop()])


def one_subtree():
    """--subtree lets through what is below a directory, also if it moves."""
    with common.scratch("/mnt/xfs") as path:
        os.makedirs(path + "/in/deep")
        watcher = monitor("--subtree", path + "/in")
        os.mkdir(path + "/out")
        os.mkdir(path + "/in/a")
        os.rename(path + "/in", path + "/moved")
        os.mkdir(path + "/moved/deep/b")
        wait_for_births(watcher, 2)
        common.same("names", ["a", "b"],
                    [birth["name"] for birth in watcher.stop()])


def watches_are_listed():
    """'divulge watches' shows a watch as long as there is one."""
    with common.scratch("/mnt/xfs") as path:
        watcher = monitor("--type", "f", "--uid", "7", "--subtree", path)
        seen = [w for w in common.divulge("watches")
                if w["root_ino"] == os.stat(path).st_ino]
        common.same("watches", 1, len(seen))
        common.same("fs", "xfs", seen[0]["fs"])
        common.same("types", ["reg"], seen[0]["types"])
        common.same("uid", 7, seen[0]["uid"])
        watcher.stop()
        common.same("ids left", [], [w for w in common.divulge("watches")
                                     if w["id"] == seen[0]["id"]])


def lost_and_found(mount):
    """A test that each birth is told, or counted as lost and found."""
    def test():
        with common.scratch(mount) as path, common.queue_len(5):
            watcher = monitor(mount)
            os.mkdir(path + "/before")
            wait_for_births(watcher, 1)
            with common.before_others():
                made = common.make_all_kinds(path, 2000)
            watcher.wait_for(lambda: len(of(watcher.objects(), "birth")) +
                             len(of(watcher.objects(), "found")) >= 2001,
                             "all births")
            time.sleep(0.5)
            seen = watcher.stop()
            told = [e["path"] for e in of(seen, "birth")]
            found = [e["path"] for e in of(seen, "found")]
            lost = sum(e["count"] for e in of(seen, "lost"))
            if not lost:
                raise AssertionError("nothing was lost")
            common.same("births told or lost", 2001, len(told) + lost)
            common.same("not known", set(), made.keys() - {*told, *found})
    return test


def of(events, kind):
    """Those events that are of a kind."""
    return [event for event in events if event["event"] == kind]


def no_rescan():
    """--no-rescan finds nothing."""
    with common.scratch("/mnt/ext4") as path, common.queue_len(5):
        watcher = monitor("--no-rescan", "/mnt/ext4")
        with common.before_others():
            common.make_all_kinds(path, 2000)
        watcher.wait_for(lambda: of(watcher.objects(), "lost"), "a loss")
        time.sleep(1)
        common.same("found", [], of(watcher.stop(), "found"))


def overrun_in_silence():
    """A loss is told and looked for though no birth comes after it."""
    with common.scratch("/mnt/ext4") as path:
        # Without that capability the buffer is a small one.
        watcher = common.Background(
            "setpriv", "--bounding-set", "-net_admin", "divulge", "monitor",
            "births", "--json", path, ready="watching")
        watcher.proc.send_signal(signal.SIGSTOP)
        common.make_all_kinds(path, 8000)
        time.sleep(0.5)
        watcher.proc.send_signal(signal.SIGCONT)
        watcher.wait_for(lambda: of(watcher.objects(), "found"), "the lost")
        seen = watcher.stop()
        common.same("births told or lost", 8000, len(of(seen, "birth")) +
                    sum(e["count"] for e in of(seen, "lost")))


def umount_lost():
    """An unmount that is lost is told all the same."""
    with common.tmpfs("/tmp/umount"):
        watcher = monitor("/tmp/umount")
        os.mkdir("/tmp/umount/before")
        wait_for_births(watcher, 1)
        with common.queue_len(0):
            subprocess.run(["umount", "/tmp/umount"], check=True)
            watcher.proc.wait(60)
        seen = watcher.objects()
        common.same("events", ["birth", "lost", "unmount"],
                    [e["event"] for e in seen])
        common.same("number", 0, seen[2]["seq"])
        common.same("path", "/tmp/umount", seen[2]["path"])
        common.same("device", seen[0]["sb_dev"], seen[2]["sb_dev"])
        common.same("exit code", 0, watcher.proc.returncode)


def reader_is_gone():
    """It ends when nobody reads any more, without an event."""
    with common.scratch("/mnt/ext4") as path:
        with subprocess.Popen(["divulge", "monitor", "births", path],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as proc:
            proc.stderr.readline()
            proc.stdout.close()
            common.same("exit code", -signal.SIGPIPE, proc.wait(10))


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
               ("each_once_on_btrfs", each_once_on("/mnt/btrfs", 1000)),
               ("lost_and_found_on_xfs", lost_and_found("/mnt/xfs")),
               ("lost_and_found_on_btrfs", lost_and_found("/mnt/btrfs"))]
              + [(test.__name__, test) for test in
                 (four_writers, named_late, umount_under_it,
                  umount_before_count, one_of_two_unmounted, some_types,
                  one_user, one_subtree, watches_are_listed, no_rescan,
                  overrun_in_silence, umount_lost, reader_is_gone,
                  ends_after_count)])

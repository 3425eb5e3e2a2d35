#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Each way to make a file is told once, as what it is, and nothing else is."""

import contextlib
import ctypes
import fcntl
import functools
import os
import shutil
import socket
import struct
import subprocess
import threading
import time

import births
import common
from births import AT_FDCWD, brief, call, generation, run, touch

FICLONE = 0x40049409
RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT = 1, 2, 4
USER = 1234


def device_of_superblock(mount):
    """major:minor of a mount's superblock, which Btrfs hides from stat."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        return [line.split()[2] for line in mounts
                if line.split()[4] == mount][-1]


def inode_of_cgroup(pid):
    """Number of a process's cgroup, which is that of its directory."""
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as file:
        path = file.read().strip().split("::")[1]
    return os.stat("/sys/fs/cgroup" + path).st_ino


def own_comm():
    """Name of this process."""
    with open("/proc/self/comm", encoding="ascii") as file:
        return file.read().rstrip("\n")


def check(birth, path, kind="created", flags=(), **who):
    """An event says of a file what the system says."""
    record = births.Statx(path).record()
    parent = os.path.dirname(path)
    expected = {key: record[key]
                for key in ("btime", "ino", "dev", "mode", "type")}
    expected.update({
        "path": path, "name": os.path.basename(path), "kind": kind,
        "missing": "none", "flags": list(flags),
        "parent_ino": os.stat(parent).st_ino,
        "parent_gen": generation(parent), "pid": os.getpid(),
        "tgid": os.getpid(), "uid": os.getuid(), "comm": own_comm(),
        "cgroup_id": inode_of_cgroup("self")})
    if record["type"] in ("reg", "dir"):
        expected["gen"] = generation(path)
    expected.update(who)
    common.same(path, expected, {key: birth[key] for key in expected})


def check_all(seen, paths, **expected):
    """Those, in this order, and no others."""
    common.same("paths", paths, [birth["path"] for birth in seen])
    for birth, path in zip(seen, paths):
        check(birth, path, **expected)


def linkat(fd, path):
    """Give an open file a name."""
    call("linkat", AT_FDCWD, b"/proc/self/fd/%d" % fd, AT_FDCWD,
         os.fsencode(path), births.AT_SYMLINK_FOLLOW)


def renameat2(old, new, flags):
    """rename(2) with flags."""
    call("renameat2", AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new),
         flags)


@contextlib.contextmanager
def watched(mount):
    """A folder, and a monitor of its filesystem from then on."""
    with common.scratch(mount) as path, births.Monitor(mount) as monitor:
        yield path, monitor


def system_calls(mount):
    """open, mkdir, mknod, symlink and bind, each with who did it."""
    with watched(mount) as (path, monitor):
        start = time.time_ns()
        touch(path + "/reg", 0o640)
        os.mkdir(path + "/dir", 0o751)
        os.mknod(path + "/node", 0o644)
        os.mkfifo(path + "/fifo")
        os.mknod(path + "/chr", 0o600 | births.TYPES["chr"], os.makedev(1, 3))
        os.mknod(path + "/blk", 0o600 | births.TYPES["blk"], os.makedev(7, 99))
        os.symlink("nowhere", path + "/lnk")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(path + "/sock")
        touch(path + "/dir/below")
        shutil.copyfile(path + "/reg", path + "/copy")
        seen = monitor.births()
        end = time.time_ns()

        check_all(seen, [path + "/" + name for name in (
            "reg", "dir", "node", "fifo", "chr", "blk", "lnk", "sock",
            "dir/below", "copy")])
        common.same("types", ["reg", "dir", "reg", "fifo", "chr", "blk", "lnk",
                              "sock", "reg", "reg"],
                    [birth["type"] for birth in seen])
        for birth in seen:
            common.same("fs", os.path.basename(mount), birth["fs"])
            common.same("sb_dev", device_of_superblock(mount), birth["sb_dev"])
            times = [births.stamp(*divmod(start, 10**9)), birth["time"],
                     births.stamp(*divmod(end, 10**9))]
            common.same("times in order", sorted(times), times)
            if birth["time"] < birth["btime"]:
                raise AssertionError(f"told before it was born: {birth}")


def no_birth(mount):
    """What opens, links or moves a file that is there, or fails."""
    with watched(mount) as (path, monitor):
        for name in "abcd":
            touch(path + "/" + name)
        os.mkdir(path + "/dir")
        monitor.births()

        os.close(os.open(path + "/a", os.O_CREAT | os.O_TRUNC | os.O_WRONLY))
        os.close(os.open(path, os.O_TMPFILE | os.O_RDWR))
        for make in (touch, os.mkdir, os.mkfifo):
            try:
                make(path + "/a")
            except FileExistsError:
                pass
        os.link(path + "/a", path + "/link")
        os.link(path + "/a", path + "/dir/link")
        os.rename(path + "/a", path + "/moved")
        os.rename(path + "/moved", path + "/b")
        os.rename(path + "/b", path + "/dir/b")
        os.rename(path + "/dir", path + "/folder")
        renameat2(path + "/c", path + "/d", RENAME_EXCHANGE)
        renameat2(path + "/c", path + "/e", RENAME_NOREPLACE)
        # The whiteout that is left behind is told to nobody.
        renameat2(path + "/d", path + "/f", RENAME_WHITEOUT)
        common.same("whiteout", 0, os.lstat(path + "/d").st_rdev)
        os.unlink(path + "/link")
        os.utime(path + "/f", (0, 0))
        common.same("births", [],
                    brief(monitor.births(), "kind", "path"))


def other_threads_and_users(mount):
    """pid is the thread's, and uid, comm and cgroup the creator's own."""
    seen = {}
    cgroup = f"/sys/fs/cgroup/kinds.{os.getpid()}"

    def in_thread():
        seen["thread"] = threading.get_native_id()
        touch(path + "/thread")

    def in_child():
        call("prctl", 15, b"fifteen letters")  # PR_SET_NAME
        os.mkdir(path + "/child")

    def in_cgroup():
        with open(cgroup + "/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write("0")
        touch(path + "/cgroup")

    with watched(mount) as (path, monitor):
        os.chmod(path, 0o777)
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        user = births.as_user(USER, in_child)
        os.mkdir(cgroup)
        try:
            number = os.stat(cgroup).st_ino
            child = births.wait(births.fork(in_cgroup))
        finally:
            os.rmdir(cgroup)
        told = monitor.births()
        common.same("paths", [path + "/thread", path + "/child",
                              path + "/cgroup"],
                    [birth["path"] for birth in told])
        # How a thread is called is its own affair.
        check(told[0], path + "/thread", pid=seen["thread"],
              comm=told[0]["comm"])
        check(told[1], path + "/child", pid=user, tgid=user, uid=USER,
              comm="fifteen letters")
        check(told[2], path + "/cgroup", pid=child, tgid=child,
              cgroup_id=number)


def named_late(mount):
    """O_TMPFILE is told when it gets its first name, with its older birth."""
    with watched(mount) as (path, monitor):
        file = os.open(path, os.O_TMPFILE | os.O_RDWR, 0o600)
        time.sleep(0.1)
        between = time.time_ns()
        common.same("before it has a name", [], monitor.births())
        linkat(file, path + "/first")
        linkat(file, path + "/second")
        os.link(path + "/first", path + "/third")
        seen = monitor.births()
        check_all(seen, [path + "/first"], kind="named")
        if not (seen[0]["btime"] < births.stamp(*divmod(between, 10**9))
                < seen[0]["time"]):
            raise AssertionError(f"not named after its birth: {seen}")

        # Down to one name again while it is open, and up
        os.unlink(path + "/first")
        os.unlink(path + "/second")
        os.link(path + "/third", path + "/fourth")
        os.unlink(path + "/third")
        linkat(file, path + "/fifth")
        os.close(file)
        common.same("after its first name", [], monitor.births())

        # An open file without a name, but born with one
        with open(path + "/gone", "xb"):
            monitor.births()
            os.link(path + "/gone", path + "/kept")
            os.unlink(path + "/gone")
            os.link(path + "/kept", path + "/link")
        common.same("not opened without a name", [], monitor.births())


def link_races(mount):
    """
    A link whose file loses its older name before anybody is told of the link
    looks as if it were the first; its file was not opened without a name.
    """
    def unlink_older():
        for i in range(number):
            while not os.path.lexists(f"{path}/new/{i}"):
                if os.path.lexists(path + "/stop"):
                    return
            os.unlink(f"{path}/old/{i}")

    number = 400
    with watched(mount) as (path, monitor):
        os.mkdir(path + "/old")
        os.mkdir(path + "/new")
        # Others that are told, some of them before the module, give time.
        others = [call("inotify_init1", os.O_CLOEXEC) for _ in range(100)]
        for other in others:
            call("inotify_add_watch", other, os.fsencode(path + "/new"), 0x100)
        child = births.fork(unlink_older)
        try:
            for i in range(number):
                touch(f"{path}/old/{i}")
                os.link(f"{path}/old/{i}", f"{path}/new/{i}")
        finally:
            touch(path + "/stop")
            births.wait(child)
            for other in others:
                os.close(other)
        common.same("what is not created", [],
                    [birth["name"] for birth in monitor.births()
                     if birth["kind"] != "created"])


def reflinks(mount):
    """The target of a reflink is born like any file, its data or not."""
    with watched(mount) as (path, monitor):
        with open(path + "/source", "xb") as source:
            source.write(bytes(65536))
        monitor.births()
        run("cp", "--reflink=always", path + "/source", path + "/cp")
        with open(path + "/source", "rb") as source, \
                open(path + "/ioctl", "xb") as target:
            fcntl.ioctl(target.fileno(), FICLONE, source.fileno())
        seen = monitor.births()
        common.same("paths", [path + "/cp", path + "/ioctl"],
                    [birth["path"] for birth in seen])
        check(seen[0], path + "/cp", comm="cp", pid=seen[0]["pid"],
              tgid=seen[0]["tgid"])
        check(seen[1], path + "/ioctl")


def subvolumes(mount):
    """A subvolume, what is born in it, and snapshots, each by its dev."""
    with watched(mount) as (path, monitor):
        sub, snap, frozen = (path + "/" + name
                             for name in ("sub", "snap", "frozen"))
        try:
            run("btrfs", "subvolume", "create", sub)
            touch(sub + "/file")
            os.mkdir(sub + "/dir")
            time.sleep(1.1)
            run("btrfs", "subvolume", "snapshot", sub, snap)
            touch(snap + "/new")
            run("btrfs", "subvolume", "snapshot", "-r", sub, frozen)
            seen = monitor.births()
            common.same("births", [
                ("subvolume", sub), ("created", sub + "/file"),
                ("created", sub + "/dir"), ("snapshot", snap),
                ("created", snap + "/new"), ("snapshot", frozen)],
                        brief(seen, "kind", "path"))
            common.same("devices", 4, len({os.stat(each).st_dev for each
                                           in (path, sub, snap, frozen)}))
            for birth in seen:
                by = {key: birth[key] for key in ("pid", "tgid", "comm")}
                if birth["kind"] != "created":
                    common.same("by", "btrfs", birth["comm"])
                check(birth, birth["path"], kind=birth["kind"],
                      flags=["inherited"] * (birth["kind"] == "snapshot"),
                      **by if birth["kind"] != "created" else {})
            for birth in seen[0], seen[3], seen[5]:
                common.same("number of the root", 256, birth["ino"])
            common.same("birth of a snapshot's root", seen[0]["btime"],
                        seen[3]["btime"])
        finally:
            for each in frozen, snap, sub:
                if os.path.lexists(each):
                    run("btrfs", "subvolume", "delete", each)


class Overlay:
    """An overlay whose directories are all on one filesystem."""

    def __init__(self, path):
        self.lower, self.upper, self.work, self.merged = (
            f"{path}/{name}" for name in ("lower", "upper", "work", "merged"))
        for name in self.lower, self.upper, self.work, self.merged:
            os.mkdir(name)

    def mounted(self, *options):
        """Mount it."""
        return births.mounted(self.merged, "-t", "overlay", "overlay", "-o",
                              ",".join((f"lowerdir={self.lower}",
                                        f"upperdir={self.upper}",
                                        f"workdir={self.work}", *options)))


def overlay_create(mount):
    """Through an overlay: once, in its upper directory, by the final name."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        merged, upper = overlay.merged, overlay.upper
        for name in "reg", "fifo", "lnk", "sock", "work":
            touch(f"{overlay.lower}/{name}")
        os.mkdir(overlay.lower + "/dir")
        touch(overlay.lower + "/dir/old")
        os.chmod(path, 0o755)
        os.chmod(overlay.upper, 0o777)
        monitor.births()
        with overlay.mounted():
            common.same("mounting", [], brief(monitor.births(), "path"))
            # Where nothing was
            touch(merged + "/new")
            os.mkdir(merged + "/newdir")
            touch(merged + "/newdir/below")
            os.symlink("x", merged + "/newlnk")
            check_all(monitor.births(), [upper + name for name in (
                "/new", "/newdir", "/newdir/below", "/newlnk")])

            # Where a whiteout is: made in the work directory, and moved
            for name in "reg", "fifo", "lnk", "sock", "work":
                os.unlink(f"{merged}/{name}")
            shutil.rmtree(merged + "/dir")
            common.same("removing", [("copy-up", upper + "/dir")],
                        brief(monitor.births(), "kind", "path"))
            touch(merged + "/reg")
            os.mkdir(merged + "/dir")
            os.mkfifo(merged + "/fifo")
            os.symlink("y", merged + "/lnk")
            with socket.socket(socket.AF_UNIX) as sock:
                sock.bind(merged + "/sock")
            os.mkdir(merged + "/work", 0)
            check_all(monitor.births(), [upper + name for name in (
                "/reg", "/dir", "/fifo", "/lnk", "/sock", "/work")])

            child = births.as_user(USER, functools.partial(
                touch, merged + "/users"))
            check_all(monitor.births(), [upper + "/users"], uid=USER,
                      pid=child, tgid=child)
        common.same("unmounting", [], brief(monitor.births(), "path"))


def overlay_dirs_named_work(mount):
    """Directories that users call as overlayfs does its own are told."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        monitor.births()
        with overlay.mounted():
            made = []
            for name in "work", "index", "work/work", "index/#1":
                os.mkdir(f"{overlay.merged}/{name}")
                made.append(f"{overlay.upper}/{name}")
            os.mkdir(path + "/index", 0)
            touch(path + "/index/x")
            made += [path + "/index", path + "/index/x"]
            check_all(monitor.births(), made)


def overlay_copy_up(mount):
    """A copy is told once by its name in the upper directory."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        merged, upper, lower = overlay.merged, overlay.upper, overlay.lower
        for name in "write", "chmod", "chown", "utime", "trunc":
            with open(f"{lower}/{name}", "xb") as file:
                file.write(b"data")
        os.makedirs(lower + "/dir/sub")
        os.mkdir(lower + "/touched")
        os.mkfifo(lower + "/fifo")
        os.symlink("x", lower + "/lnk")
        monitor.births()
        with overlay.mounted():
            def copied(*names):
                seen = monitor.births()
                common.same("copies", [upper + name for name in names],
                            [birth["path"] for birth in seen])
                for birth in seen:
                    # Copied first and changed then
                    check(birth, birth["path"], kind="copy-up",
                          flags=birth["flags"], mode=birth["mode"])
                    if "copied-up" not in birth["flags"]:
                        raise AssertionError(f"no copy by its flags: {birth}")

            with open(merged + "/write", "ab"):
                copied("/write")
            os.chmod(merged + "/chmod", 0o600)
            os.chown(merged + "/chown", 1, 1)
            os.utime(merged + "/utime", (1, 1))
            os.truncate(merged + "/trunc", 1)
            copied("/chmod", "/chown", "/utime", "/trunc")
            os.chmod(merged + "/fifo", 0o600)
            os.chown(merged + "/lnk", 1, 1, follow_symlinks=False)
            os.chmod(merged + "/touched", 0o700)
            copied("/fifo", "/lnk", "/touched")
            with open(merged + "/write", "ab"):
                pass
            os.chmod(merged + "/chmod", 0o644)
            copied()

            os.mkdir(merged + "/dir/sub/new")
            seen = monitor.births()
            common.same("births", [
                ("copy-up", upper + "/dir"), ("copy-up", upper + "/dir/sub"),
                ("created", upper + "/dir/sub/new")],
                        brief(seen, "kind", "path"))
            check(seen[2], upper + "/dir/sub/new")


def overlay_deletion(mount):
    """What is removed or moved through an overlay is no birth."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        merged, lower = overlay.merged, overlay.lower
        for name in "empty", "full", "renamed", "opaque":
            os.mkdir(f"{lower}/{name}")
            touch(f"{lower}/{name}/file")
        for name in "abc":
            touch(f"{lower}/{name}")
        monitor.births()
        with overlay.mounted():
            touch(merged + "/empty/upper")
            touch(merged + "/mine")
            monitor.births()
            # A directory that holds nothing but whiteouts
            os.unlink(merged + "/empty/file")
            os.unlink(merged + "/empty/upper")
            os.rmdir(merged + "/empty")
            common.same("directory with whiteouts", [],
                        brief(monitor.births(), "kind", "path"))
            # A whiteout of one file, and of a tree
            os.unlink(merged + "/a")
            shutil.rmtree(merged + "/full")
            common.same("files", [], [
                birth for birth in brief(monitor.births(), "kind", "name")
                if birth != ("copy-up", "full")])
            os.rename(merged + "/mine", merged + "/moved")
            os.link(merged + "/moved", merged + "/link")
            common.same("moved", [], brief(monitor.births(), "kind", "path"))
            # A link where a whiteout is goes through the work directory too.
            os.unlink(merged + "/b")
            os.link(merged + "/moved", merged + "/b")
            common.same("link over a whiteout", [],
                        brief(monitor.births(), "kind", "path"))
            os.rename(merged + "/c", merged + "/d")
            common.same("renamed lower file", [("copy-up", "c")],
                        brief(monitor.births(), "kind", "name"))


def overlay_named_late(mount):
    """O_TMPFILE through an overlay, named where nothing or a whiteout is."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        touch(overlay.lower + "/whiteout")
        monitor.births()
        with overlay.mounted():
            os.unlink(overlay.merged + "/whiteout")
            for name in "/new", "/whiteout":
                try:
                    file = os.open(overlay.merged, os.O_TMPFILE | os.O_RDWR)
                except OSError as err:
                    raise common.Skip(f"O_TMPFILE: {err}") from err
                common.same("before it has a name", [], monitor.births())
                linkat(file, overlay.merged + name)
                os.link(overlay.merged + name, overlay.merged + name + ".link")
                os.close(file)
                check_all(monitor.births(), [overlay.upper + name],
                          kind="named")


def overlay_indexed(mount):
    """With an index: a lower file with two names is told by the one used."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        touch(overlay.lower + "/one")
        os.link(overlay.lower + "/one", overlay.lower + "/other")
        os.mkdir(overlay.lower + "/dir")
        touch(overlay.lower + "/removed")
        monitor.births()
        with overlay.mounted("index=on", "nfs_export=on"):
            common.same("mounting", [], brief(monitor.births(), "path"))
            os.chmod(overlay.merged + "/one", 0o600)
            os.chmod(overlay.merged + "/dir", 0o700)
            common.same("copies", [("copy-up", overlay.upper + "/one"),
                                   ("copy-up", overlay.upper + "/dir")],
                        brief(monitor.births(), "kind", "path"))
            os.chmod(overlay.merged + "/other", 0o644)
            os.unlink(overlay.merged + "/removed")
            os.rmdir(overlay.merged + "/dir")
            # To remove a file of which the index may know copies it up first.
            common.same("other name, removal", [], [
                birth for birth in brief(monitor.births(), "kind", "path")
                if birth != ("copy-up", overlay.upper + "/removed")])
            touch(overlay.merged + "/removed")
            check_all(monitor.births(), [overlay.upper + "/removed"])


def overlay_volatile(mount):
    """A volatile overlay marks its work directory, which is nobody's birth."""
    with watched(mount) as (path, monitor):
        overlay = Overlay(path)
        monitor.births()
        with overlay.mounted("volatile"):
            touch(overlay.merged + "/new")
            check_all(monitor.births(), [overlay.upper + "/new"])


def idmapped_mount(mount):
    """Through an idmapped mount: as any, by the user who did it."""
    with watched(mount) as (path, monitor):
        os.mkdir(path + "/dir")
        os.mkdir(path + "/mapped")
        monitor.births()
        with births.user_namespace(5000, 100) as namespace, \
                births.idmapped(path + "/dir", path + "/mapped", namespace):
            os.chmod(path, 0o755)
            os.chmod(path + "/dir", 0o777)
            child = births.as_user(5007, functools.partial(
                touch, path + "/mapped/file"))
            common.same("owner", 7, os.stat(path + "/dir/file").st_uid)
            check_all(monitor.births(), [path + "/dir/file"], uid=5007,
                      pid=child, tgid=child)


def fanotify(mount):
    """Who listens by fanotify gets all as well, and takes nothing away."""
    report_dfid_name, cloexec = 0xc00, 1
    add_filesystem, create, ondir = 0x101, 0x100, 0x40000000
    listener = call("fanotify_init", report_dfid_name | cloexec, os.O_RDONLY)
    try:
        with watched(mount) as (path, monitor):
            call("fanotify_mark", listener, add_filesystem,
                 ctypes.c_uint64(create | ondir), AT_FDCWD,
                 os.fsencode(path))
            made = list(common.make_all_kinds(path, 300))
            os.link(made[0], path + "/link")
            names = []
            while len(names) < 301:
                names += names_of_fanotify(os.read(listener, 1 << 16))
            common.same("fanotify", [os.path.basename(each) for each in made]
                        + ["link"], names)
            check_all(monitor.births(), made)
    finally:
        os.close(listener)


def names_of_fanotify(data):
    """Names in what was read of a listener with FAN_REPORT_DFID_NAME."""
    names = []
    while data:
        length = struct.unpack_from("=I", data)[0]
        # Head of the event, of the information, fsid, head of the handle
        size = struct.unpack_from("=I", data, 24 + 4 + 8)[0]
        name = data[24 + 4 + 8 + 8 + size:length].split(b"\0")[0]
        names.append(name.decode())
        data = data[length:]
    return names


ALL = [system_calls, no_birth, other_threads_and_users, named_late, link_races,
       overlay_create, overlay_copy_up, overlay_deletion, idmapped_mount,
       fanotify]
SOME = {"/mnt/ext4": [overlay_volatile],
        "/mnt/xfs": [reflinks, overlay_dirs_named_work, overlay_named_late,
                     overlay_indexed],
        "/mnt/btrfs": [reflinks, overlay_indexed, subvolumes]}


def on(mount, test):
    """A test on a filesystem."""
    return (f"{test.__name__}_on_{os.path.basename(mount)}",
            functools.partial(test, mount))


if __name__ == "__main__":
    common.need_module()
    subprocess.run(["modprobe", "-a", "overlay"], check=False)
    common.begin([on(mount, test) for mount in common.MOUNTS
                  for test in ALL + SOME[mount]])

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge birth -r' tells of a tree what a walk by stat tells."""

import contextlib
import ctypes
import functools
import json
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess
import time

import births
import common
import generic
from births import AT_FDCWD, Statx, as_user, call, run, touch

USER, GROUP = 1234, 4321


class Walk:
    """A walk as find(1) would, by what the system says of each file."""
    # pylint: disable=too-few-public-methods

    def __init__(self, root, cross=False, max_depth=1 << 32):
        self.files, self.skips = {}, {}
        self.cross, self.max_depth = cross, max_depth
        self.mounts = mountpoints()
        self.add(os.fsencode(root), 0)

    def add(self, path, depth):
        """A file, and all that is in it."""
        file = self.files[path] = Statx(path)
        if not depth:
            self.dev = file.dev
        if file.type != "dir" or depth >= self.max_depth:
            return
        if not self.cross and file.dev != self.dev:
            self.skips[path] = "mount" if path in self.mounts else "subvolume"
            return
        try:
            names = os.listdir(path)
        except PermissionError:
            self.skips[path] = "unreadable"
            return
        if not os.access(path, os.X_OK, effective_ids=True):
            self.skips[path] = "unsearchable"
            return
        for name in names:
            self.add(path + b"/" + name, depth + 1)


def mountpoints():
    """All of them, as bytes."""
    with open("/proc/self/mounts", "rb") as mounts:
        return {line.split()[1] for line in mounts}


def search(root, *args):
    """A search; gives what it tells: files and skips by path, and the rest."""
    done = subprocess.run(["divulge", "birth", "-r", "--json", *args, root],
                          check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    files, skips, totals = {}, {}, []
    for line in done.stdout.splitlines():
        told = json.loads(line)
        event = told.get("event")
        if event == "total":
            totals.append(told)
            continue
        path = os.fsencode(told["path"])
        into = skips if event == "skip" else files
        if path in into:
            raise AssertionError(f"told twice: {told}")
        into[path] = told["reason"] if event == "skip" else told
    common.same("totals of " + done.stderr.decode(), 1, len(totals))
    return files, skips, totals[0], done.returncode


def record_of(file):
    """What must be equal of each file; atime may change under us."""
    record = {**file.record(),
              "missing": "none" if file.btime else "not-reported"}
    if record["ino"] == 2 and record["type"] == "dir" and not file.btime:
        # Where a Btrfs subvolume was not taken along into a snapshot, there
        # is a directory that is made anew each time it is looked at.
        del record["mtime"], record["ctime"]
    return record


def fs_born(root):
    """Birth of the root of the filesystem that a path is on."""
    root = os.fsencode(root)
    while root not in mountpoints():
        root = os.path.dirname(root)
    return Statx(root).btime


def flags_of(file, born, now):
    """Flags that two clocks are enough for."""
    if file.btime is None:
        return []
    odd = {"after-mtime": file.btime > file.mtime,
           "future": file.btime > now,
           "before-fs": born is not None and born > file.btime}
    return [name for name, is_set in odd.items() if is_set]


def compare(root, *args, passes=None, flags=flags_of, missing=None,
            expected=None, **walk):
    """
    Hold a search against a walk, of which some files pass a filter. Gives the
    walk.
    """
    # pylint: disable=too-many-arguments
    now = divmod(time.time_ns(), 10**9)
    expected = expected or Walk(root, **walk)
    files, skips, total, code = search(root, *args)
    wanted = {path: file for path, file in expected.files.items()
              if not passes or passes(file)}
    common.same("missing paths", set(), wanted.keys() - files.keys())
    common.same("additional paths", set(), files.keys() - wanted.keys())
    born = fs_born(root)
    for path, file in wanted.items():
        record = record_of(file)
        if missing and file.btime is None:
            record["missing"] = missing
        if flags:
            record["flags"] = flags(file, born, now)
        common.same(path, record, {key: files[path][key] for key in record})
    common.same("skips", expected.skips, skips)
    common.same("total", (len(expected.files), len(wanted), len(skips)),
                (total["visited"], total["matched"], total["skipped"]))
    failed = set(expected.skips.values()) - {"mount", "subvolume"}
    common.same("exit code", int(bool(failed)), code)
    return expected


def make_tree(path, number):
    """Folders in folders, with files of all kinds; then some are changed."""
    dirs = [path]
    for i in range(number // 10):
        dirs.append(f"{dirs[i // 3]}/dir{i}")
        os.mkdir(dirs[-1])
        for name in common.make_all_kinds(dirs[-1], 9):
            if name.endswith("/4"):
                os.utime(name, (10**9, 10**9))
    os.mknod(path + "/chr", 0o600 | stat.S_IFCHR, os.makedev(240, 77))
    os.mknod(path + "/blk", 0o600 | stat.S_IFBLK, os.makedev(240, 77))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path + "/sock")
    os.mkdir(path + "/empty")
    return dirs


def whole_tree(mount):
    """Each file once, with what statx says, for root and for others."""
    with common.scratch(mount) as path:
        os.chmod(path, 0o755)
        make_tree(path, 600)
        walk = compare(path)
        types = {file.type for file in walk.files.values()}
        common.same("types", births.TYPES.keys(), types)
        as_user(USER, functools.partial(compare, path))


def filters(mount):
    """By birth, type and depth: what the same comparison finds in Python."""
    with common.scratch(mount) as path:
        make_tree(path, 60)
        time.sleep(0.02)
        make_tree(path + "/empty", 60)
        walk = Walk(path)
        times = sorted(file.btime for file in walk.files.values())
        early, late = times[len(times) // 3], times[2 * len(times) // 3]

        def when(moment):
            return "@%d.%09d" % moment

        check = functools.partial(compare, path, expected=walk)
        check("--since", when(early), passes=lambda file: file.btime >= early)
        check("--until", when(late), passes=lambda file: file.btime <= late)
        check("--since", when(early), "--until", when(late),
              passes=lambda file: early <= file.btime <= late)
        check("--since", when(early), "--until", when(early),
              passes=lambda file: file.btime == early)
        check("--since", when((times[-1][0] + 1, 0)),
              passes=lambda file: False)
        for types in {"reg"}, {"dir", "lnk"}, {"sock", "fifo", "chr", "blk"}:
            check("--type", ",".join(types),
                  # pylint: disable-next=cell-var-from-loop
                  passes=lambda file: file.type in types)
        for depth in 0, 1, 3:
            compare(path, "--max-depth", str(depth), max_depth=depth)
        compare(path, "--max-depth", "2", "--type", "d", "--since",
                when(early), max_depth=2, passes=lambda file:
                file.type == "dir" and file.btime >= early)


def permissions(mount):
    """Who may not read or search a directory is told so, others see all."""
    with common.scratch(mount) as path:
        os.chmod(path, 0o755)
        for mode in 0o700, 0o711, 0o744, 0o755, 0o000:
            for owner in (0, 0), (USER, USER), (0, GROUP):
                name = f"{path}/{mode:o}.{owner[0]}.{owner[1]}"
                os.mkdir(name)
                for below in "dir", "dir/dir":
                    os.mkdir(f"{name}/{below}")
                    touch(f"{name}/{below}/file", 0o600)
                os.chown(name, *owner)
                os.chmod(name, mode)

        def with_group():
            os.setgroups([GROUP])
            os.setresgid(USER, USER, USER)
            os.setresuid(USER, USER, USER)
            walk = compare(path)
            common.same("reasons", {"unreadable", "unsearchable"},
                        set(walk.skips.values()))

        compare(path)
        as_user(USER, functools.partial(compare, path))
        births.wait(births.fork(with_group))
        for mode in 0o700, 0o711, 0o744:
            as_user(USER, functools.partial(compare, f"{path}/{mode:o}.0.0"))


def access_lists(mount):
    """Access control lists count, whether they give or take."""
    if not shutil.which("setfacl"):
        raise common.Skip("there is no setfacl(1)")
    with common.scratch(mount) as path:
        os.chmod(path, 0o755)
        for name, mode, acl in (("given", 0o700, f"u:{USER}:rx"),
                                ("taken", 0o755, f"u:{USER}:---"),
                                ("list", 0o700, f"u:{USER}:r"),
                                ("search", 0o700, f"u:{USER}:x")):
            os.mkdir(f"{path}/{name}")
            touch(f"{path}/{name}/file")
            os.chmod(f"{path}/{name}", mode)
            run("setfacl", "-m", acl, f"{path}/{name}")

        def child():
            walk = compare(path)
            common.same("reasons", {"taken": "unreadable",
                                    "list": "unsearchable",
                                    "search": "unreadable"},
                        {os.path.basename(skipped).decode(): reason
                         for skipped, reason in walk.skips.items()})

        as_user(USER, child)
        compare(path)


def idmapped_mount(mount):
    """Permissions are those of the mount that the asker looks through."""
    with common.scratch(mount) as path:
        os.chmod(path, 0o755)
        os.mkdir(path + "/mapped")
        os.mkdir(path + "/dir")
        os.mkdir(path + "/dir/private", 0o700)
        touch(path + "/dir/private/file")
        with births.user_namespace(USER, 1) as namespace, \
                births.idmapped(path + "/dir", path + "/mapped", namespace):
            def child():
                common.same("skipped there", {}, compare(
                    path + "/mapped").skips)
                common.same("skipped here", ["unreadable"], list(compare(
                    path + "/dir").skips.values()))
            as_user(USER, child)


def mounts():
    """What is mounted in a tree is told as stat sees it, and how to go on."""
    with common.scratch("/mnt/xfs") as path, contextlib.ExitStack() as stack:
        for name in "tmpfs", "same", "stacked", "dir":
            os.mkdir(f"{path}/{name}")
            touch(f"{path}/{name}/covered")
        touch(path + "/file")
        touch(path + "/other")
        enter = stack.enter_context
        enter(births.mounted(path + "/tmpfs", "-t", "tmpfs", "one"))
        make_tree(path + "/tmpfs", 50)
        enter(births.mounted(path + "/tmpfs/empty", "-t", "tmpfs", "two"))
        touch(path + "/tmpfs/empty/deep")
        # The same filesystem, which stat cannot tell from a directory
        enter(births.mounted(path + "/same", "--bind", path + "/dir"))
        enter(births.mounted(path + "/stacked", "-t", "tmpfs", "three"))
        enter(births.mounted(path + "/stacked", "-t", "tmpfs", "four"))
        touch(path + "/stacked/upmost")
        enter(births.mounted(path + "/file", "--bind",
                             path + "/stacked/upmost"))
        enter(births.mounted(path + "/other", "--bind", path + "/dir/covered"))

        walk = compare(path, flags=None)
        common.same("skipped", {os.fsencode(f"{path}/{name}"): "mount"
                                for name in ("tmpfs", "stacked")}, walk.skips)
        common.same("skipped", {}, compare(path, "--cross", cross=True,
                                           flags=None).skips)
        compare(path, "--cross", "--max-depth", "2", "--type", "f",
                cross=True, flags=None, max_depth=2,
                passes=lambda file: file.type == "reg")
        # From within, and a covered directory by an open file
        compare(path + "/tmpfs", flags=None)


def subvolumes():
    """Subvolumes are filesystems to stat; their files by their own dev."""
    with common.scratch("/mnt/btrfs") as path:
        made = [path + "/" + name for name in ("sub", "sub/dir/nested", "snap",
                                               "sub/snap")]
        try:
            run("btrfs", "subvolume", "create", made[0])
            os.mkdir(path + "/sub/dir")
            run("btrfs", "subvolume", "create", made[1])
            make_tree(path + "/sub/dir", 30)
            touch(made[1] + "/file")
            time.sleep(0.1)
            run("btrfs", "subvolume", "snapshot", made[0], made[2])
            run("btrfs", "subvolume", "snapshot", "-r", made[0], made[3])
            touch(path + "/snap/new")

            born_here = {os.fsencode(path + "/snap/new")}
            snapshots = tuple(os.fsencode(snap) for snap in made[2:])

            walk = compare(path, flags=None)
            common.same("skipped", {"subvolume"}, set(walk.skips.values()))
            common.same("skipped", 2, len(walk.skips))
            walk = compare(path, "--cross", cross=True, flags=None)
            common.same("skipped", {}, walk.skips)
            common.same("devices", 6, len({file.dev for file
                                           in walk.files.values()}))
            for file in search(path, "--cross")[0].values():
                name = os.fsencode(file["path"])
                # An empty directory stands where a subvolume was not taken in
                inherited = (name.startswith(snapshots) and
                             name not in born_here and
                             not name.endswith(b"/nested"))
                if not name.endswith(b"/nested"):
                    common.same(name, inherited, "inherited" in file["flags"])
            as_user(USER, functools.partial(search, path, "--cross"))
        finally:
            for each in made[3], made[2], made[1], made[0]:
                if os.path.lexists(each):
                    run("btrfs", "subvolume", "delete", each)


def symlinks():
    """None is followed, but that which was asked for with -L."""
    with common.scratch("/mnt/ext4") as path:
        os.mkdir(path + "/dir")
        touch(path + "/dir/file")
        os.symlink("dir", path + "/to-dir")
        os.symlink("..", path + "/dir/up")
        compare(path)
        common.same("of a link", 1, len(compare(path + "/to-dir").files))
        common.same("of its target", {b"", b"/file", b"/up"},
                    {name[len(path + "/to-dir"):] for name
                     in search(path + "/to-dir", "-L")[0]})


def paths(root):
    """Paths of a search, byte by byte, in order; none may be told twice."""
    out = subprocess.run(["divulge", "birth", "-r0", root], check=True,
                         stdout=subprocess.PIPE).stdout
    return sorted(out.split(b"\0")[:-1])


def names(mount):
    """Names of any bytes, and as long as they can be."""
    with common.scratch(mount) as path:
        raw = os.fsencode(path)
        for i in range(1, 256):
            if i != ord("/"):
                os.mkdir(raw + b"/" + bytes([i]) * 255)
        for name in b"\xff\n\"\\", b"..x", b"...", b" ", b"\xed\xb2\x80":
            touch(raw + b"/" + name)
        compare(path)


def large_directory(mount):
    """A directory that is read in many pieces, of a megabyte of names."""
    with common.scratch(mount) as path:
        expected = [os.fsencode(path)]
        for i in range(5000):
            expected.append(b"%s/%s" % (os.fsencode(path),
                                        (b"%d." % i).ljust(200, b"n")))
            touch(expected[-1])
        common.same("paths", sorted(expected), paths(path))


def deep(mount):
    """A path much longer than PATH_MAX, by its one file at the end."""
    levels, name = 1200, "d" * 200
    with common.scratch(mount) as path:
        fds = [os.open(path, os.O_RDONLY)]
        try:
            for _ in range(levels):
                os.mkdir(name, dir_fd=fds[0])
                fds.insert(0, os.open(name, os.O_RDONLY, dir_fd=fds[0]))
                os.close(fds.pop())
            touch_at(fds[0], "end")
            files, skips, total, code = search(path, "--type", "f")
            common.same("path", [os.fsencode(
                path + ("/" + name) * levels + "/end")], list(files))
            common.same("rest", ({}, 0, levels + 2),
                        (skips, code, total["visited"]))
        finally:
            for entry in "end", *[name] * levels:
                if entry == "end":
                    os.unlink(entry, dir_fd=fds[0])
                    continue
                fds.insert(0, os.open("..", os.O_RDONLY, dir_fd=fds[0]))
                os.close(fds.pop())
                os.rmdir(entry, dir_fd=fds[0])
            os.close(fds[0])


def touch_at(directory, name):
    """Make a file in an open directory."""
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY,
                     dir_fd=directory))


@functools.lru_cache
def client():
    """The kernel's generic client; to read the contract takes a while."""
    return generic.client()


def open_path():
    """By an O_PATH descriptor and the generic client: the same once more."""
    with common.scratch("/mnt/xfs") as path:
        make_tree(path, 300)
        os.chmod(path, 0o755)
        os.mkdir(path + "/closed", 0o700)
        expected = Walk(path)
        file = os.open(path, os.O_PATH)
        first, *others = client().dump("birth-dump", {"fd": file})
        common.same("first message", {"started"}, first.keys())
        entries, skips, total = births.paths_of(others)
        root = os.fsencode(path)
        common.same("paths", sorted(expected.files),
                    sorted(root + name for name, _ in entries))
        common.same("skips", [], skips)
        common.same("total", {"visited": len(entries),
                              "matched": len(entries), "skipped": 0}, total)
        for name, record in entries:
            file_there = expected.files[root + name]
            common.same(name, (*file_there.btime, file_there.ino,
                               file_there.mode, file_there.type),
                        tuple(record[key] for key in (
                            "btime-sec", "btime-nsec", "ino", "mode",
                            "type")))
        # A filter of each kind, in the client's own words
        newest = max(file.btime for file in expected.files.values())
        entries, _, total = births.paths_of(client().dump("birth-dump", {
            "fd": file, "types": {"reg", "dir"}, "max-depth": 2, "cross": True,
            "until": {"sec": newest[0], "nsec": newest[1]}}))
        wanted = [name for name, each in Walk(path, max_depth=2).files.items()
                  if each.type in ("reg", "dir") and each.btime <= newest]
        common.same("filtered", sorted(wanted),
                    sorted(root + name for name, _ in entries))
        os.close(file)


@contextlib.contextmanager
def clock_at(seconds):
    """Set the clock, and back."""
    if not os.environ.get("DIVULGE_VM"):
        raise common.Skip("the clock is set in the virtual machine only")
    ahead = time.time() - time.monotonic()
    time.clock_settime(time.CLOCK_REALTIME, seconds)
    try:
        yield
    finally:
        time.clock_settime(time.CLOCK_REALTIME, ahead + time.monotonic())


def dates(mount):
    """Births in the seventies and after 2038, with what is odd about them."""
    year = 365.25 * 86400
    with common.scratch(mount) as path:
        for when in 1971, 2040, 2200:
            with clock_at((when - 1970) * year):
                os.mkdir(f"{path}/{when}")
                touch(f"{path}/{when}/file")
        touch(path + "/old")
        os.utime(path + "/old", (86400, 86400))
        walk = compare(path)
        flags = {os.path.basename(name): set(file["flags"])
                 for name, file in search(path)[0].items()}
        common.same("flags", {b"old": {"after-mtime"}, b"1971": {"before-fs"},
                              b"2200": {"future"}},
                    {name: flags[name] for name in (b"old", b"1971", b"2200")})
        compare(path, "--since", "2030-01-01 00:00 UTC",
                passes=lambda file: file.btime[0] >= 60 * year)
        common.same("in the seventies", 2, sum(
            file.btime[0] < 10 * year for file in walk.files.values()))


def ext4_dates():
    """Any date that ext4 can hold, written by debugfs."""
    moments = [-2**31, -1, 0, 1, 2**31 - 1, 2**31, 2**32 + 5,
               2**34 - 2**31 - 1]
    with births.loop_image(16 << 20, "mkfs.ext4", "-q", "-I", "256") as image:
        where = "/run/dates"
        with births.mounted(where, "-o", "loop", image):
            for i in range(len(moments)):
                touch(f"{where}/{i}")
        commands = []
        for i, moment in enumerate(moments):
            low = (moment + 2**31) % 2**32 - 2**31
            extra = (moment - low >> 32) | (123456000 + i) << 2
            commands += [f"set_inode_field /{i} crtime @{low % 2**32:#x}",
                         f"set_inode_field /{i} crtime_extra {extra:#x}"]
        subprocess.run(["debugfs", "-w", "-f", "-", image], check=True,
                       input="\n".join(commands).encode() + b"\n",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with births.mounted(where, "-o", "loop", image):
            walk = compare(where)
            common.same("births", [(moment, 123456000 + i) for i, moment
                                   in enumerate(moments)],
                        [walk.files[b"%s/%d" % (where.encode(), i)].btime
                         for i in range(len(moments))])
            compare(where, "--until", "@-0.5",
                    passes=lambda file: file.btime <= (-1, 500000000))
            compare(where, "--since", "@4294967301",
                    passes=lambda file: file.btime[0] >= 2**32 + 5)


def changing(mount):
    """Whatever comes and goes meanwhile, what stays is told, once."""
    def churn():
        for i in range(1 << 30):
            where = f"{path}/{i % 20}"
            for j in range(5):
                touch(f"{where}/churn{j}")
            os.makedirs(f"{where}/dir/dir")
            touch(f"{where}/dir/dir/file")
            os.rename(f"{where}/churn0", f"{where}/dir/moved")
            os.rename(f"{where}/dir", f"{path}/moved")
            shutil.rmtree(f"{path}/moved")
            for j in range(1, 5):
                os.unlink(f"{where}/churn{j}")

    with common.scratch(mount) as path:
        for i in range(20):
            os.mkdir(f"{path}/{i}")
            for j in range(20):
                touch(f"{path}/{i}/stable{j}")
        stable = set(Walk(path).files)
        child = births.fork(churn)
        try:
            seen = set()
            for _ in range(17):
                told = paths(path)
                common.same("missing", set(), stable.difference(told))
                common.same("told twice", [],
                            [each for each, after in zip(told, told[1:])
                             if each == after and each in stable])
                seen.update(stable.symmetric_difference(told))
            common.same("skips", {}, search(path)[1])
            if not seen:
                raise AssertionError("nothing changed while it was looked at")
            common.same("has ended", (0, 0), os.waitpid(child, os.WNOHANG))
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def kernel_memory(cgroup):
    """Bytes that the kernel holds for the processes of a cgroup."""
    with open(cgroup + "/memory.stat", encoding="ascii") as file:
        stats = dict(line.split() for line in file)
    return int(stats["kernel"]) - int(stats["slab_reclaimable"])


def abandoned():
    """Dumps that nobody reads to the end leave nothing behind."""
    cgroup = f"/sys/fs/cgroup/tree.{os.getpid()}"

    def child():
        with open(cgroup + "/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write("0")
        for i in range(300):
            file = os.open(where, os.O_PATH)
            dump = births.Dump(client(), "birth-dump", {"fd": file})
            os.close(file)
            for _ in range(i % 3):
                dump.sock.recv(1 << 17)
            dump.close()

    client()
    with open("/sys/fs/cgroup/cgroup.subtree_control", "w",
              encoding="ascii") as control:
        control.write("+memory")
    os.mkdir(cgroup)
    try:
        where = "/run/abandoned"
        with births.mounted(where, "-t", "tmpfs", "none"):
            make_tree(where, 1000)
            births.wait(births.fork(child))
            # As an open directory would, but no longer
            file = os.open(where, os.O_PATH)
            dump = births.Dump(client(), "birth-dump", {"fd": file})
            os.close(file)
            dump.receive()
            dump.receive()
            common.same("at its end", False, dump.done)
            common.same("umount", 32, subprocess.run(
                ["umount", where], check=False,
                stderr=subprocess.DEVNULL).returncode)
            dump.close()
        for _ in range(100):
            left = kernel_memory(cgroup)
            if left < 1 << 20:
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{left} bytes are left behind")
    finally:
        os.rmdir(cgroup)
    ko = os.environ.get("DIVULGE_KO", "")
    if os.path.exists(ko):
        run("rmmod", "divulge")
        run("insmod", ko)


def at_once():
    """Many dumps at a time, each as if it were alone."""
    with common.scratch("/mnt/xfs") as path:
        make_tree(path, 200)
        expected = sorted(os.fsencode(name) for name in Walk(path).files)
        # pylint: disable=consider-using-with
        running = [subprocess.Popen(["divulge", "birth", "-r0", path],
                                    stdout=subprocess.PIPE)
                   for _ in range(32)]
        for each in running:
            out, _ = each.communicate()
            common.same("exit code", 0, each.returncode)
            common.same("paths", expected, sorted(out.split(b"\0")[:-1]))


def passed_on():
    """Whoever reads on, the view is that of who asked."""
    def ask(file):
        return births.Dump(client(), "birth-dump", {"fd": file})

    def read(dump, is_root):
        entries, skips, _ = births.paths_of(dump.rest())
        found = {name for name, _ in entries}
        common.same("closed directory", is_root, b"/closed/file" in found)
        common.same("skips", [] if is_root else [
            (b"/closed", {"error": 13, "reason": "unreadable",
                          "reserved": bytes(3)})], skips)
        common.same("open directory", True, b"/open/0" in found)

    def asks_for_root():
        os.setresuid(USER, USER, USER)
        file = os.open(path, os.O_PATH)
        dump = ask(file)
        socket.send_fds(ends[1], [b"."], [dump.sock.fileno()])

    client()
    with common.scratch("/mnt/xfs") as path:
        os.chmod(path, 0o755)
        os.mkdir(path + "/open")
        common.make_all_kinds(path + "/open", 200)
        os.mkdir(path + "/closed", 0o700)
        touch(path + "/closed/file")

        file = os.open(path, os.O_PATH)
        dump = ask(file)
        os.close(file)
        as_user(USER, lambda: read(dump, True))
        dump.close()

        ends = socket.socketpair()
        births.wait(births.fork(asks_for_root))
        _, fds, _, _ = socket.recv_fds(ends[0], 1, 1)
        dump = births.Dump(client(), "birth-dump",
                           sock=socket.socket(fileno=fds[0]))
        read(dump, False)
        dump.close()
        for end in ends:
            end.close()


def removed_meanwhile():
    """What is removed while a dump is under way is missing, and no error."""
    with common.scratch("/mnt/ext4") as path:
        for i in range(10):
            os.mkdir(f"{path}/{i}")
            common.make_all_kinds(f"{path}/{i}", 150)
        file = os.open(path, os.O_PATH)
        dump = births.Dump(client(), "birth-dump", {"fd": file})
        messages = []
        for _ in range(3):
            messages += dump.receive()
        for i in range(10):
            shutil.rmtree(f"{path}/{i}")
        messages += dump.rest()
        dump.close()
        entries, skips, _ = births.paths_of(messages)
        common.same("skips", [], skips)
        if not 11 <= len(entries) < 1511:
            raise AssertionError(f"{len(entries)} files were told")

        # And the one that was asked for
        os.mkdir(path + "/gone")
        file = os.open(path + "/gone", os.O_PATH)
        os.rmdir(path + "/gone")
        entries, skips, _ = births.paths_of(
            client().dump("birth-dump", {"fd": file}))
        os.close(file)
        common.same("removed", ([b""], []),
                    ([name for name, _ in entries], skips))


def opens_directories_only():
    """No FIFO, device or file is opened, and no atime changed."""
    add_filesystem, opened, cloexec_nonblock = 0x101, 0x20, 3
    with births.loop_image(32 << 20, "mkfs.ext4", "-q") as image, \
            births.mounted("/run/atime", "-o", "loop,strictatime",
                           image) as path:
        make_tree(path, 100)
        dirs = {name: file.atime for name, file in Walk(path).files.items()
                if file.type == "dir"}
        listener = call("fanotify_init", cloexec_nonblock, os.O_RDONLY)
        call("fanotify_mark", listener, add_filesystem,
             ctypes.c_uint64(opened), AT_FDCWD, os.fsencode(path))
        before = {name: Statx(name).atime for name in dirs}
        time.sleep(0.05)
        search(path)
        common.same("access times", before,
                    {name: Statx(name).atime for name in dirs})
        common.same("files that were opened", [], opens_seen(listener))
        # The two would have been seen.
        with open(path + "/dir0/0", "rb"):
            common.same("one that is", 1, len(opens_seen(listener)))
        os.listdir(path)
        if Statx(path).atime == before[os.fsencode(path)]:
            raise AssertionError("to list a directory is no access")
        os.close(listener)


def opens_seen(listener):
    """Files that fanotify tells were opened since it was asked."""
    seen = []
    with contextlib.suppress(BlockingIOError):
        while data := os.read(listener, 1 << 16):
            while data:
                length, fd = struct.unpack_from("=I12xi", data)
                seen.append(os.readlink(f"/proc/self/fd/{fd}"))
                os.close(fd)
                data = data[length:]
    return seen


def without_births(missing, size, *mkfs):
    """A filesystem that has none says why, and --since leaves them out."""
    with births.loop_image(size, *mkfs) as image:
        try:
            stack = contextlib.ExitStack()
            path = stack.enter_context(births.mounted(
                "/run/without", "-o", "loop", image))
        except AssertionError as err:
            raise common.Skip(f"cannot be mounted: {err}") from err
        with stack:
            make_tree(path, 30)
            walk = compare(path, missing=missing)
            common.same("births", {None},
                        {file.btime for file in walk.files.values()})
            compare(path, "--since", "@0", passes=lambda file: False)


def ext4_small_inodes():
    """mke2fs -I 128"""
    without_births("inode-too-small", 16 << 20, "mkfs.ext4", "-q", "-I", "128")


def xfs_version_4():
    """mkfs.xfs -m crc=0"""
    without_births("format-too-old", 320 << 20, "mkfs.xfs", "-q", "-m",
                   "crc=0")


def ramfs():
    """A filesystem that keeps none"""
    with births.mounted("/run/ramfs", "-t", "ramfs", "none") as path:
        make_tree(path, 30)
        compare(path, missing="not-stored")


def overlay(mount):
    """What was copied up is flagged, in the upper directory and above it."""
    with common.scratch(mount) as path:
        lower, upper, work, merged = (
            f"{path}/{name}" for name in ("lower", "upper", "work", "merged"))
        os.makedirs(lower + "/dir")
        for each in upper, work, merged:
            os.mkdir(each)
        for name in "/file", "/left", "/dir/file", "/dir/left":
            touch(lower + name)
        with births.mounted(merged, "-t", "overlay", "overlay", "-o",
                            f"lowerdir={lower},upperdir={upper},"
                            f"workdir={work}"):
            os.chmod(merged + "/file", 0o600)
            os.chmod(merged + "/dir/file", 0o600)
            touch(merged + "/new")
            touch(merged + "/dir/new")

            def flagged(where):
                compare(where, flags=None)
                return {file[len(where):].decode()
                        for file, record in search(where)[0].items()
                        if "copied-up" in record["flags"]}

            copied = {"/" + os.path.relpath(each, upper)
                      for each in (upper + "/file", upper + "/dir",
                                   upper + "/dir/file")
                      if b"" != os.getxattr(each, "trusted.overlay.origin")}
            common.same("in the upper directory", copied, flagged(upper))
            # Of an overlay only files lead to what is below.
            common.same("on the overlay", copied - {"/dir"}, flagged(merged))
            common.same("in the lower directory", set(), flagged(lower))


def on(mount, test):
    """A test on a filesystem."""
    return (f"{test.__name__}_on_{os.path.basename(mount)}",
            functools.partial(test, mount))


if __name__ == "__main__":
    common.need_module()
    ALL = [whole_tree, filters, permissions, names, dates, changing]
    SOME = {"/mnt/ext4": [access_lists, large_directory],
            "/mnt/xfs": [idmapped_mount, deep, overlay],
            "/mnt/btrfs": [idmapped_mount, overlay]}
    # The last takes the module away, and brings it back with other numbers.
    ONCE = [mounts, subvolumes, symlinks, open_path, ext4_dates, at_once,
            passed_on, removed_meanwhile, opens_directories_only,
            ext4_small_inodes, xfs_version_4, ramfs, abandoned]
    common.begin([on(mount, test) for mount in common.MOUNTS
                  for test in ALL + SOME[mount]]
                 + [(test.__name__, test) for test in ONCE])

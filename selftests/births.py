# SPDX-License-Identifier: GPL-2.0
"""What the tests of births share: what the system itself says of a file."""

import contextlib
import ctypes
import datetime
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

import common

AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
AT_SYMLINK_FOLLOW = 0x400
AT_EMPTY_PATH = 0x1000
STATX_BASIC_STATS = 0x7ff
STATX_BTIME = 0x800
FS_IOC_GETVERSION = 0x80087601
CLONE_NEWUSER = 0x10000000

TYPES = {"reg": 0o100000, "dir": 0o040000, "lnk": 0o120000, "chr": 0o020000,
         "blk": 0o060000, "fifo": 0o010000, "sock": 0o140000}

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    """Call a function of the C library that sets errno; return its result."""
    ret = getattr(libc, name)(*args)
    if ret < 0:
        err = ctypes.get_errno()
        raise OSError(err, f"{name}: {os.strerror(err)}")
    return ret


def stamp(seconds, nanoseconds):
    """RFC 3339 with nine digits, in UTC, for years of any length."""
    day, rest = divmod(seconds, 86400)
    # The calendar repeats after 400 years, which are 146097 days.
    cycles, day = divmod(day, 146097)
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    return (f"{date.year + 400 * cycles:04}-{date.month:02}-{date.day:02}T"
            f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
            f".{nanoseconds:09}Z")


class Statx:
    """What statx(2) says of a file; the times are pairs, btime may be None."""
    # pylint: disable=too-few-public-methods

    def __init__(self, path, flags=AT_SYMLINK_NOFOLLOW, fd=AT_FDCWD):
        buf = ctypes.create_string_buffer(256)
        call("statx", fd, os.fsencode(path), flags,
             STATX_BASIC_STATS | STATX_BTIME, buf)
        (mask, self.nlink, self.mode, self.ino) = struct.unpack_from(
            "=I12xI8xHxxQ", buf)
        self.atime, btime, self.ctime, self.mtime = (
            struct.unpack_from("=qI", buf, 64 + 16 * i) for i in range(4))
        self.btime = btime if mask & STATX_BTIME else None
        self.dev = "%d:%d" % struct.unpack_from("=II", buf, 136)
        self.type = next(name for name, bits in TYPES.items()
                         if bits == self.mode & 0o170000)

    def record(self):
        """The same as the fields of a birth record in JSON."""
        return {"btime": self.btime and stamp(*self.btime),
                "mtime": stamp(*self.mtime), "ctime": stamp(*self.ctime),
                "ino": self.ino, "dev": self.dev, "mode": self.mode,
                "type": self.type}


def generation(path):
    """Inode generation of a file or directory."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        buf = bytearray(8)
        fcntl.ioctl(fd, FS_IOC_GETVERSION, buf)
        return struct.unpack_from("=I", buf)[0]
    finally:
        os.close(fd)


def run(*args):
    """Run a program that must succeed; return what it says."""
    done = subprocess.run(args, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    out = done.stdout.decode(errors="replace")
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, args))}: {out}")
    return out


def fork(child):
    """Run a function in a child; return its pid."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        child()
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait(pid):
    """Wait for a child, which must succeed; return its pid."""
    common.same("exit code of a child", 0,
                os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return pid


def as_user(uid, child):
    """Run a function in a child of another user; return its pid."""
    def changed():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        child()
    return wait(fork(changed))


def touch(path, mode=0o644):
    """Make a file; that it is there is an error."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))


@contextlib.contextmanager
def mounted(where, *args):
    """Mount there, on a directory that is made for it if need be."""
    if not os.path.lexists(where):
        os.mkdir(where)
    run("mount", *args, where)
    try:
        yield where
    finally:
        run("umount", where)


@contextlib.contextmanager
def loop_image(size, *mkfs):
    """A file with a filesystem; gives its path, skips if mkfs cannot."""
    image = f"/run/image.{os.getpid()}"
    subprocess.run(["modprobe", "loop"], check=False,
                   stderr=subprocess.DEVNULL)
    with open(image, "wb") as file:
        file.truncate(size)
    try:
        done = subprocess.run([*mkfs, image], check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            words = done.stdout.decode().split("\n")[0]
            raise common.Skip(f"{' '.join(mkfs)}: {words}")
        yield image
    except FileNotFoundError as err:
        raise common.Skip(str(err)) from err
    finally:
        os.unlink(image)


@contextlib.contextmanager
def user_namespace(first, count):
    """A user namespace in which first.. are the users 0..; gives its fd."""
    ready, go_on = os.pipe(), os.pipe()

    def child():
        os.close(go_on[1])
        call("unshare", CLONE_NEWUSER)
        os.write(ready[1], b".")
        os.read(go_on[0], 1)

    pid = fork(child)
    try:
        os.read(ready[0], 1)
        for which in "uid_map", "gid_map":
            with open(f"/proc/{pid}/{which}", "w", encoding="ascii") as file:
                file.write(f"0 {first} {count}")
        fd = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
        try:
            yield fd
        finally:
            os.close(fd)
    finally:
        for end in *go_on, *ready:
            os.close(end)
        os.waitpid(pid, 0)


@contextlib.contextmanager
def idmapped(source, where, namespace):
    """A mount of source on which the owners are those of the namespace."""
    # pylint: disable=too-many-locals
    sys_open_tree, sys_move_mount, sys_mount_setattr = 428, 429, 442
    clone, empty, idmap = 1, 4, 0x00100000

    os.makedirs(where, exist_ok=True)
    tree = call("syscall", sys_open_tree, AT_FDCWD, os.fsencode(source),
                clone | os.O_CLOEXEC)
    try:
        attr = struct.pack("=QQQQ", idmap, 0, 0, namespace)
        try:
            call("syscall", sys_mount_setattr, tree, b"", AT_EMPTY_PATH, attr,
                 len(attr))
        except OSError as err:
            raise common.Skip(f"no idmapped mount: {err}") from err
        call("syscall", sys_move_mount, tree, b"", AT_FDCWD,
             os.fsencode(where), empty)
    finally:
        os.close(tree)
    try:
        yield where
    finally:
        run("umount", where)


class Monitor:
    """'divulge monitor births --json' on a filesystem, asked now and then."""

    def __init__(self, *mounts):
        self.mount = mounts[0]
        self.watcher = common.Background(
            "divulge", "monitor", "births", "--json", *mounts,
            ready="watching")
        self.read = 0
        self.rest = b""
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.watcher.proc.poll() is None:
            self.watcher.proc.send_signal(signal.SIGKILL)
            self.watcher.proc.wait()

    def lines(self):
        """What it has written since it was asked last."""
        chunk = os.pread(self.watcher.out.fileno(), 1 << 26, self.read)
        self.read += len(chunk)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]

    def births(self, seconds=60):
        """
        Births since it was asked last. Events come in order, so with that of
        a file made now all have come.
        """
        self.number += 1
        last = f"{self.mount}/last.{os.getpid()}.{self.number}"
        touch(last)
        os.unlink(last)
        seen = []
        end = time.monotonic() + seconds * common.PATIENCE
        while not seen or seen[-1]["name"] != os.path.basename(last):
            if self.watcher.proc.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the last birth was not seen: "
                                     f"{self.watcher.stderr()}")
            time.sleep(0.02)
            seen += self.lines()
        common.same("events that are no births", [],
                    [event for event in seen if event["event"] != "birth"])
        return seen[:-1]


def brief(births, *keys):
    """Some fields of births, to compare."""
    return [tuple(birth[key] for key in keys) for birth in births]


class Dump:
    """
    A request that is answered by a dump, and what comes of it, message by
    message; by the kernel's generic client on a socket of its own.
    """

    def __init__(self, client, method, values=None, sock=None):
        # pylint: disable=import-outside-toplevel, import-error
        from lib import ynl as library
        self.library = library
        self.client = client
        self.operation = client.ops[method]
        self.sock = sock or socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                          library.Netlink.NETLINK_GENERIC)
        self.done = False
        # On a socket that was passed on, it was asked for already.
        if values is not None:
            # pylint: disable=protected-access
            self.sock.send(client._encode_message(
                self.operation, values, [library.Netlink.NLM_F_DUMP], 1))

    def receive(self):
        """Messages of one datagram, decoded."""
        # pylint: disable=protected-access
        found = []
        for message in self.library.NlMsgs(self.sock.recv(1 << 17)):
            if message.error:
                raise OSError(-message.error, os.strerror(-message.error))
            if message.done:
                self.done = True
                break
            decoded = self.client.nlproto.decode(self.client, message,
                                                 self.operation)
            found.append(self.client._decode(decoded.raw_attrs,
                                             self.operation.attr_set.name))
        return found

    def rest(self):
        """All messages that are still to come."""
        found = []
        while not self.done:
            found += self.receive()
        return found

    def close(self):
        """Let go of it, whole or not."""
        self.sock.close()


def paths_of(messages):
    """
    What a birth dump tells: a list of (path, record), one of (path, skip),
    and the last total. A path is b"" for what was asked for.
    """
    way, entries, skips, total = [], [], [], None
    for message in messages:
        directory = b""
        if "depth" in message:
            depth = message["depth"]
            parent = way[depth - 1] if depth else None
            directory = parent + b"/" + message["dir"] if depth else b""
            way[depth:] = [directory]
        for key, found in ("entry", entries), ("skip", skips):
            for each in message.get(key, []):
                name = each.get("name")
                found.append((directory + b"/" + name if name is not None
                              else directory, each["record"]))
        total = message.get("total", total)
    return entries, skips, total

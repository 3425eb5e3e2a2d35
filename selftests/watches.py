#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Many watches of many sockets: each birth passes those that want it."""

import contextlib
import copy
import errno
import functools
import os
import shutil
import socket
import subprocess
import sys
import time

import births
import common
import generic
from births import run, touch

USER = 1234
BITS = {"reg": 1, "dir": 2, "lnk": 3, "chr": 4, "blk": 5, "fifo": 6, "sock": 7}
ALL_TYPES = sum(1 << bit for bit in BITS.values()) | 1
EVERYBODY = 2**32 - 1
LAST = "/run/last"


@functools.lru_cache
def first_client():
    """The kernel's generic client; to read the contract takes a while."""
    return generic.client()


class Socket:
    """A socket of its own, and what can be asked on it."""

    def __init__(self, group=None):
        first = first_client()
        netlink = sys.modules[type(first).__module__].Netlink
        self.client = copy.copy(first)
        self.client.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                         netlink.NETLINK_GENERIC)
        for option in (netlink.NETLINK_CAP_ACK, netlink.NETLINK_EXT_ACK,
                       netlink.NETLINK_GET_STRICT_CHK):
            self.client.sock.setsockopt(netlink.SOL_NETLINK, option, 1)
        self.client.async_msg_queue = []
        if group:
            self.client.ntf_subscribe(group)
        else:
            self.client.sock.bind((0, 0))
        self.portid = self.client.sock.getsockname()[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.sock.close()

    def add(self, path, **filters):
        """Watch; gives the record."""
        file = os.open(path, os.O_PATH)
        try:
            return self.client.do("watch-add",
                                  {"fd": file, **filters})["record"]
        finally:
            os.close(file)

    def delete(self, number):
        """End a watch."""
        self.client.do("watch-del", {"id": number})

    def watches(self):
        """All that there are, of all sockets but those of a listener."""
        return [each["record"] for each in self.client.dump("watch-dump", {})
                if text(each["record"]["fs"]) != "tmpfs"]


def text(array):
    """A NUL padded array of characters."""
    return array.rstrip(b"\0").decode()


class Listener(Socket):
    """Hears all events, which may be asked for when all have come."""

    def __init__(self):
        super().__init__("births")
        generic.give_room(self.client)
        self.last = self.add(LAST)
        self.number = 0
        self.found = []

    def events(self):
        """
        (names, unmounts): of the births since it was asked last each name
        with the ids of the watches that it passed, and the unmounts.
        """
        self.number += 1
        last = f"last.{self.number}"
        touch(f"{LAST}/{last}")
        os.unlink(f"{LAST}/{last}")
        found = []
        end = time.monotonic() + 30 * common.PATIENCE
        while not any(event.get("name") == last.encode() for event in found):
            if time.monotonic() > end:
                raise AssertionError("the last birth was not heard of")
            time.sleep(0.02)
            self.client.check_ntf()
            for message in self.client.async_msg_queue:
                if "loss" in message["msg"]:
                    raise AssertionError(f"lost: {message}")
                for kind in "event", "unmount":
                    found += message["msg"].get(kind, [])
            self.client.async_msg_queue.clear()
        numbers = [event["origin"]["seq"] if "origin" in event
                   else event["seq"] for event in found]
        if sorted(numbers) != list(range(min(numbers), max(numbers) + 1)):
            raise AssertionError(f"numbers are missing: {numbers}")
        found = [event for _, event in sorted(zip(numbers, found),
                                              key=lambda pair: pair[0])]
        born = [(event["name"].decode(), set(event["watches"])
                 if "watches" in event else None)
                for event in found if "origin" in event]
        common.same("last", (last, {self.last["id"]}), born.pop())
        self.found = found[:-1]
        return born, [event for event in found if "origin" not in event]

    def births(self):
        """As events(), where no unmount may be."""
        born, unmounts = self.events()
        common.same("unmounts", [], unmounts)
        return born


def refused(code, message, attribute, ask, *args, **kwargs):
    """A request must fail, and say why and because of which attribute."""
    try:
        ask(*args, **kwargs)
    except Exception as err:  # pylint: disable=broad-except
        if not hasattr(err, "nl_msg"):
            raise
        extack = err.nl_msg.extack or {}
        common.same("error", errno.errorcode[code], errno.errorcode[err.error])
        if message not in extack.get("msg", ""):
            raise AssertionError(f"no '{message}' in {extack}") from err
        common.same("attribute", attribute and "." + attribute,
                    extack.get("bad-attr"))
    else:
        raise AssertionError(f"not refused: {message}")


@contextlib.contextmanager
def listening(mount):
    """A folder, and a listener."""
    with common.scratch(mount) as path, Listener() as listener:
        os.chmod(path, 0o777)
        yield path, listener


def types_and_users(mount):
    """Each birth tells the watches that it passed, those of all sockets."""
    with listening(mount) as (path, listener), Socket() as one, \
            Socket() as other:
        every = one.add(path)["id"]
        dirs = one.add(path, types={"dir"})["id"]
        links = other.add(path, types={"lnk", "fifo"})["id"]
        users = other.add(path, uid=USER)["id"]
        both = other.add(path, uid=USER, types={"dir", "reg"})["id"]
        roots = one.add(path, uid=0)["id"]
        common.same("different ids", 6, len({every, dirs, links, users, both,
                                             roots}))

        def make(who):
            touch(f"{path}/{who}.reg")
            os.mkdir(f"{path}/{who}.dir")
            os.symlink("x", f"{path}/{who}.lnk")
            os.mkfifo(f"{path}/{who}.fifo")
            with socket.socket(socket.AF_UNIX) as sock:
                sock.bind(f"{path}/{who}.sock")

        make("root")
        births.as_user(USER, functools.partial(make, "user"))
        os.link(path + "/root.reg", path + "/link")
        common.same("births", [
            ("root.reg", {every, roots}), ("root.dir", {every, dirs, roots}),
            ("root.lnk", {every, links, roots}),
            ("root.fifo", {every, links, roots}),
            ("root.sock", {every, roots}),
            ("user.reg", {every, users, both}),
            ("user.dir", {every, dirs, users, both}),
            ("user.lnk", {every, links, users}),
            ("user.fifo", {every, links, users}), ("user.sock", {every, users})
        ], listener.births())

        # Without the one that wants all, what nobody wants is not told.
        one.delete(every)
        one.delete(roots)
        touch(path + "/nobodys")
        os.mkdir(path + "/somebodys")
        common.same("births", [("somebodys", {dirs})], listener.births())


def add_and_delete(mount):
    """Ids, records and dumps of watches, and whose they are."""
    with listening(mount) as (path, listener), Socket() as one, \
            Socket() as other:
        status = os.stat(path)
        common.same("none", [], one.watches())
        filters = [{}, {"types": {"reg"}}, {"uid": 7}, {"subtree": True},
                   {"types": {"dir", "sock"}, "uid": 0, "subtree": True}]
        told = [asks.add(path, **each) for asks in (one, other)
                for each in filters]
        for index, watch in enumerate(told):
            wish = filters[index % len(filters)]
            types = sum(1 << BITS[each] for each in wish.get("types", ()))
            common.same("watch", (
                os.path.basename(mount), types or ALL_TYPES,
                wish.get("uid", EVERYBODY),
                status.st_ino if "subtree" in wish else 0,
                (one if index < len(filters) else other).portid),
                        (text(watch["fs"]), watch["types"], watch["uid"],
                         watch["root-ino"], watch["portid"]))
        numbers = [watch["id"] for watch in told]
        common.same("ids", sorted(set(numbers)), numbers)
        common.same("dumped", told, one.watches())
        # By any file there
        touch(path + "/file")
        listener.events()
        for asks, first in (one, 0), (other, len(filters)):
            for index, each in enumerate(filters):
                common.same("once more", told[first + index], asks.add(
                    path if "subtree" in each else path + "/file", **each))
        common.same("dumped", told, other.watches())

        for number in numbers[0], 0, max(numbers) + 1000:
            refused(errno.ENOENT, "no watch with that id", "id", other.delete,
                    number)
        refused(errno.EINVAL, "id of the watch is missing", None,
                one.client.do, "watch-del", {})
        one.delete(numbers[0])
        refused(errno.ENOENT, "no watch with that id", "id", one.delete,
                numbers[0])
        common.same("dumped", told[1:], one.watches())
        touch(path + "/reg")
        common.same("of one", {numbers[1], numbers[3], numbers[5], numbers[6],
                               numbers[8]}, listener.births()[0][1])
        again = one.add(path)
        if again["id"] <= max(numbers):
            raise AssertionError(f"an id comes back: {again}")
        one.client.sock.close()
        common.same("of the other", told[5:], other.watches())
        for number in numbers[5:]:
            other.delete(number)
        touch(path + "/unwatched")
        common.same("births", [], listener.births())
        common.same("none", [], other.watches())


def refusals():
    """What cannot be watched, or not by everybody."""
    with common.scratch("/mnt/ext4") as path, Socket() as one:
        os.chmod(path, 0o755)
        touch(path + "/file")
        refused(errno.ENOTDIR, "not a directory", "fd", one.add,
                path + "/file", subtree=True)
        refused(errno.EOPNOTSUPP, "cannot be watched", "fd", one.add, "/proc")
        refused(errno.EINVAL, "no such uid", "uid", one.add, path,
                uid=EVERYBODY)
        refused(errno.EINVAL, "is missing", None, one.client.do, "watch-add",
                {})

        def child():
            with Socket() as users:
                for ask in (functools.partial(users.add, path),
                            functools.partial(users.client.dump, "watch-dump",
                                              {})):
                    refused(errno.EPERM, "CAP_SYS_ADMIN", None, ask)

        births.as_user(USER, child)
        common.same("none", [], one.watches())


def subtree(mount):
    """Below a directory, wherever that and what is below it are moved."""
    with listening(mount) as (path, listener), Socket() as asks:
        for name in "root/a/b", "beside/root", "roots":
            os.makedirs(f"{path}/{name}")
        every = asks.add(path)["id"]
        root = asks.add(path + "/root", subtree=True)["id"]
        deep = asks.add(path + "/root/a/b", subtree=True,
                        types={"reg"})["id"]
        listener.events()

        def born(name, *ids):
            touch(f"{path}/{name}")
            os.mkdir(f"{path}/{name}.dir")
            base = os.path.basename(name)
            common.same(name, [
                (base, {every, *ids}),
                (base + ".dir", {every, *(set(ids) - {deep})})],
                        listener.births())

        born("1")
        born("root/2", root)
        born("root/a/3", root)
        born("root/a/b/4", root, deep)
        born("root/a/b/4.dir/5", root, deep)
        born("beside/root/6")
        born("roots/7")
        # Out of it and back, and something else into it
        os.rename(path + "/root/a/b", path + "/beside/b")
        born("beside/b/8", deep)
        born("beside/b/4.dir/9", deep)
        os.rename(path + "/beside/b", path + "/root/b")
        born("root/b/10", root, deep)
        os.rename(path + "/roots", path + "/root/roots")
        born("root/roots/11", root)
        # The root itself
        os.rename(path + "/root", path + "/beside/other")
        os.mkdir(path + "/root")
        listener.events()
        born("root/12")
        born("beside/other/13", root)
        born("beside/other/b/14", root, deep)
        # Named and linked
        file = os.open(path + "/beside", os.O_TMPFILE | os.O_RDWR)
        births.call("linkat", births.AT_FDCWD, b"/proc/self/fd/%d" % file,
                    births.AT_FDCWD, os.fsencode(path + "/beside/other/15"),
                    births.AT_SYMLINK_FOLLOW)
        os.close(file)
        os.link(path + "/1", path + "/beside/other/link")
        os.rename(path + "/1", path + "/beside/other/1")
        common.same("named", [("15", {every, root})], listener.births())
        # Through another mount
        os.mkdir(path + "/mnt")
        listener.events()
        with births.mounted(path + "/mnt", "--bind", path + "/beside/other/b"):
            touch(path + "/mnt/16")
            common.same("bind", [("16", {every, root, deep})],
                        listener.births())
        # What has its number after it is another.
        number = os.stat(path + "/beside/other").st_ino
        shutil.rmtree(path + "/beside/other")
        for i in range(100):
            os.mkdir(f"{path}/again{i}")
            if os.stat(f"{path}/again{i}").st_ino == number:
                touch(f"{path}/again{i}/17")
        common.same("removed", {every}, set.union(
            *(ids for _, ids in listener.births())))


def moved_while_created():
    """Directories that are moved all the time: as they are, in or out."""
    with listening("/mnt/xfs") as (path, listener), Socket() as asks:
        os.makedirs(path + "/in/dir")
        os.mkdir(path + "/out")
        every = asks.add(path)["id"]
        inside = asks.add(path + "/in", subtree=True)["id"]
        listener.events()

        def move():
            while not os.path.exists(path + "/stop"):
                os.rename(path + "/in/dir", path + "/out/dir")
                os.rename(path + "/out/dir", path + "/in/dir")

        directory = os.open(path + "/in/dir", os.O_RDONLY)
        child = births.fork(move)
        try:
            for i in range(1500):
                os.mkdir(f"{i}", dir_fd=directory)
        finally:
            touch(path + "/stop")
            births.wait(child)
            os.close(directory)
        seen = listener.births()
        common.same("births", 1501, len(seen))
        common.same("watches", {(every,), tuple(sorted((every, inside)))},
                    {tuple(sorted(ids)) for _, ids in seen})


def snapshot_twin():
    """A snapshot has the same inode numbers, and is another place."""
    with listening("/mnt/btrfs") as (path, listener), Socket() as asks:
        sub, snap = path + "/sub", path + "/snap"
        made = [sub]
        try:
            run("btrfs", "subvolume", "create", sub)
            os.makedirs(sub + "/dir/below")
            run("btrfs", "subvolume", "snapshot", sub, snap)
            made.insert(0, snap)
            for name in "", "/dir", "/dir/below":
                common.same("twins", os.stat(sub + name).st_ino,
                            os.stat(snap + name).st_ino)
            every = asks.add(path)["id"]
            here = asks.add(sub + "/dir", subtree=True)["id"]
            there = asks.add(snap + "/dir", subtree=True)["id"]
            whole = asks.add(sub, subtree=True)["id"]
            top = asks.add("/mnt/btrfs", subtree=True)["id"]
            listener.events()
            for name in "/1", "/dir/2", "/dir/below/3":
                touch(sub + name)
                touch(snap + name)
            common.same("births", [
                ("1", {every, top, whole}), ("1", {every, top}),
                ("2", {every, top, whole, here}), ("2", {every, top, there}),
                ("3", {every, top, whole, here}), ("3", {every, top, there})],
                        listener.births())
            run("btrfs", "subvolume", "snapshot", sub, sub + "/dir/nested")
            made.insert(0, sub + "/dir/nested")
            touch(sub + "/dir/nested/dir/4")
            common.same("births", [("nested", {every, top, whole, here}),
                                   ("4", {every, top, whole, here})],
                        listener.births())
        finally:
            for each in made:
                run("btrfs", "subvolume", "delete", each)


def unmount(*mount):
    """Umount is never kept waiting, comes last, and ends the watches."""
    with Listener() as listener, Socket() as one, Socket() as other:
        with births.mounted("/run/umount", *mount) as path:
            os.mkdir(path + "/dir")
            watches = [one.add(path), one.add(path, types={"sock"}),
                       other.add(path + "/dir", subtree=True)]
            for i in range(300):
                touch(f"{path}/dir/{i}")
            # Another mount of the same filesystem is not its end.
            with births.mounted(path + "/dir", "--bind", path):
                pass
            common.same("watches of it", 3, len(all_watches(one)) - 1)
        born, unmounts = listener.events()
        common.same("births", 300, len(born))
        common.same("unmounts", 1, len(unmounts))
        told = unmounts[0]
        common.same("last", True, told is listener.found[-1])
        for key in "sb-dev-major", "sb-dev-minor", "fs":
            common.same(key, watches[0][key], told[key])
        if not (listener.found[-2]["origin"]["time"] <= told["time"]
                <= time.time_ns()):
            raise AssertionError(f"not in order: {told}")
        common.same("watches", 1, len(all_watches(one)))
        for asks, watch in zip((one, one, other), watches):
            refused(errno.ENOENT, "no watch with that id", "id", asks.delete,
                    watch["id"])

        with births.mounted("/run/umount", *mount) as path:
            touch(path + "/unwatched")
            common.same("mounted anew", ([], []), listener.events())
            again = one.add(path)
            if again["id"] in {watch["id"] for watch in watches}:
                raise AssertionError(f"an id comes back: {again}")
            touch(path + "/watched")
            common.same("watched anew", [("watched", {again["id"]})],
                        listener.births())
            one.delete(again["id"])
        common.same("not watched", ([], []), listener.events())

        # Not before it is at its end
        with births.mounted("/run/umount", *mount) as path:
            one.add(path)
            file = os.open(path, os.O_RDONLY)
            run("umount", "-l", path)
            touch_at(file, "late")
            common.same("while it is in use", "late", listener.births()[0][0])
            os.close(file)
            time.sleep(0.5)
            common.same("afterwards", 1, len(listener.events()[1]))
            run("mount", "-t", "tmpfs", "none", path)


def touch_at(directory, name):
    """Make a file in an open directory."""
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY,
                     dir_fd=directory))


def all_watches(asks):
    """All of them, those of listeners too."""
    return asks.client.dump("watch-dump", {})


def unmount_tmpfs():
    """A filesystem in memory"""
    unmount("-t", "tmpfs", "none")


def unmount_ext4():
    """A filesystem on a device, whose files are still there"""
    with births.loop_image(16 << 20, "mkfs.ext4", "-q") as image:
        with births.mounted("/run/umount", "-o", "loop", image) as path:
            touch(path + "/before")
        with Listener() as listener, Socket() as one:
            with births.mounted("/run/umount", "-o", "loop", image) as path:
                one.add(path)
                os.mkdir(path + "/dir")
            born, unmounts = listener.events()
            common.same("births", ["dir"], [name for name, _ in born])
            common.same("unmounts", ["ext4"], [text(each["fs"])
                                               for each in unmounts])


def hundred_watches():
    """More than an event can name; all are in the dump and in the counter."""
    with listening("/mnt/xfs") as (path, listener), \
            contextlib.ExitStack() as stack:
        asks = [stack.enter_context(Socket()) for _ in range(4)]
        told = []
        for i in range(100):
            os.mkdir(f"{path}/{i}")
            told.append(asks[i % 4].add(f"{path}/{i}", subtree=True))
        common.same("ids", 100, len({watch["id"] for watch in told}))
        common.same("dumped", told, asks[0].watches())
        common.same("counted", 101, asks[0].client.do("info-get", {})[
            "births"]["watches"])
        for i in range(100):
            touch(f"{path}/{i}/{i}")
        common.same("one each", [(f"{i}", {told[i]["id"]})
                                 for i in range(100)], listener.births())
        # Up to 16 fit.
        ids = set()
        for number in range(1, 21):
            ids.add(asks[0].add(path, uid=0, types=set(
                [each for each in BITS if number >> BITS[each] - 1 & 1]
                + ["reg"]), **{"subtree": number % 2 == 0})["id"])
            touch(f"{path}/many{number}")
            common.same(f"{len(ids)} watches", [
                (f"many{number}", ids if len(ids) <= 16 else None)],
                        listener.births())
        if len(ids) <= 16:
            raise AssertionError(f"only {len(ids)} were different")
        for each in asks:
            each.client.sock.close()
        common.same("none is left", [], listener.watches())


def on(mount, test):
    """A test on a filesystem."""
    return (f"{test.__name__}_on_{os.path.basename(mount)}",
            functools.partial(test, mount))


if __name__ == "__main__":
    common.need_module()
    os.makedirs(LAST, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", LAST], check=True)
    common.begin([on(mount, test) for mount in common.MOUNTS
                  for test in (types_and_users, add_and_delete, subtree)]
                 + [(test.__name__, test) for test in (
                     refusals, moved_while_created, snapshot_twin,
                     unmount_tmpfs, unmount_ext4, hundred_watches)])

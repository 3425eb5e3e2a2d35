#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Births on FAT and JFS are those on the disk; JFS has them read by BTF."""

import contextlib
import os
import re
import struct
import subprocess
import time

import births
import common
from births import Statx, run, stamp, touch

FAT, JFS = "/run/fat", "/run/jfs"


def load(module):
    """Have a filesystem's module in the kernel."""
    if subprocess.run(["modprobe", module], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        raise common.Skip(f"there is no module {module}")


@contextlib.contextmanager
def fat_image():
    """A new FAT."""
    load("vfat")
    with births.loop_image(16 << 20, "mkfs.vfat", "-F", "16") as image:
        yield image


def mount_fat(image):
    """Its times are local; let that be UTC."""
    return births.mounted(FAT, "-t", "vfat", "-o", "loop,tz=UTC", image)


def births_in_fat(image):
    """{name: birth} of the root directory, from the bytes of the image."""
    with open(image, "rb") as file:
        data = file.read()
    (sector, reserved, fats, entries, sectors) = struct.unpack_from(
        "<H1xHBH3xH", data, 11)
    root = (reserved + fats * sectors) * sector
    found = {}
    for at in range(root, root + 32 * entries, 32):
        (name, attributes, hundredths, clock, date) = struct.unpack_from(
            "<11sBxBHH", data, at)
        # Not in use, part of a long name, the name of the volume
        if name[0] in (0, 0xe5) or attributes & 8:
            continue
        day = f"{1980 + (date >> 9)}-{date >> 5 & 15:02}-{date & 31:02}"
        seconds = 2 * (clock & 31) + hundredths // 100
        found[name.decode().strip().lower()] = (
            f"{day}T{clock >> 11:02}:{clock >> 5 & 63:02}:{seconds:02}."
            f"{hundredths % 100:02}0000000Z")
    return found


def told(path):
    """{name: record} of what a search tells below a directory."""
    return {os.path.relpath(each["path"], path): each
            for each in common.divulge("birth", "-r", path)
            if each.get("event") is None}


def fat_births():
    """What statx and the disk say, in steps of 10 ms, mounted anew or not."""
    with fat_image() as image:
        with mount_fat(image):
            for i in range(20):
                touch(f"{FAT}/file{i}")
                time.sleep(0.015)
            os.mkdir(FAT + "/dir")
            touch(FAT + "/dir/file")
            os.utime(FAT + "/file1", (10**9, 10**9))
            before = told(FAT)
            for name, record in before.items():
                common.same(name, stamp(*Statx(f"{FAT}/{name}").btime),
                            record["btime"])
                common.same("granularity", 10**7, record["granularity"])
                common.same("term", "crtime", record["term"])
                # The root of a FAT has no times.
                if name != ".":
                    common.same("flags of " + name,
                                ["after-mtime"] if name == "file1" else [],
                                record["flags"])
        disk = births_in_fat(image)
        common.same("names", {each for each in before
                              if each not in (".", "dir/file")}, disk.keys())
        for name, birth in disk.items():
            common.same(name + " on disk", birth, before[name]["btime"])
        if len({birth[-10:] for birth in disk.values()}) < 10:
            raise AssertionError(f"no hundredths of seconds: {disk}")
        with mount_fat(image):
            common.same("mounted anew",
                        {name: each["btime"] for name, each in before.items()
                         if name != "."},
                        {name: each["btime"] for name, each
                         in told(FAT).items() if name != "."})


def watch(path):
    """Births as they happen, and what a search then says of them."""
    with births.Monitor(path) as monitor:
        os.mkdir(path + "/folder")
        for i in range(50):
            touch(f"{path}/folder/{i}")
        os.rename(path + "/folder/0", path + "/folder/moved")
        seen = monitor.births()
        common.same("paths", [path + "/folder"] + [
            f"{path}/folder/{i}" for i in range(50)],
                    [birth["path"] for birth in seen])
        found = {each["ino"]: each for each in told(path).values()}
        for birth in seen:
            for key in "btime", "type", "gen", "dev", "fs", "term":
                common.same(key, found[birth["ino"]][key], birth[key])
            common.same("kind", ("created", "none", []),
                        (birth["kind"], birth["missing"], birth["flags"]))
            if birth["time"] < birth["btime"]:
                raise AssertionError(f"born after it was seen: {birth}")


def fat_watch():
    """Births on FAT can be watched."""
    with fat_image() as image, mount_fat(image):
        watch(FAT)


@contextlib.contextmanager
def jfs_image():
    """A new JFS."""
    load("jfs")
    with births.loop_image(17 << 20, "mkfs.jfs", "-q") as image:
        yield image


def mount_jfs(image):
    """As it is."""
    return births.mounted(JFS, "-t", "jfs", "-o", "loop", image)


def need_btf():
    """Skip unless the kernel tells of the types in jfs.ko."""
    if not os.path.exists("/sys/kernel/btf/jfs"):
        raise common.Skip("there is no type information on jfs")


def births_in_jfs(image, inodes):
    """{inode: birth} as jfs_debugfs(8) reads it from the disk."""
    asked = "".join(f"inode {inode}\nx\n" for inode in inodes) + "quit\n"
    try:
        out = subprocess.run(["jfs_debugfs", image], check=False,
                             input=asked.encode(), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT).stdout.decode()
    except FileNotFoundError as err:
        raise common.Skip(str(err)) from err
    found = {}
    for part in out.split("di_fileset:")[1:]:
        number = int(re.search(r"di_number:\s*(\d+)", part).group(1))
        seconds, nanoseconds = (
            int(re.search(rf"di_otime\.{unit}:\s*(0x[0-9a-f]+)", part)
                .group(1), 16) for unit in ("tv_sec", "tv_nsec"))
        common.same("nanoseconds of jfs", 0, nanoseconds)
        found[number] = stamp(seconds, 0)
    common.same("inodes", set(inodes), found.keys())
    return found


def check_jfs(image):
    """di_otime in memory, on disk, and read from there again."""
    with mount_jfs(image):
        os.mkdir(JFS + "/dir")
        touch(JFS + "/dir/reg")
        os.symlink("x", JFS + "/lnk")
        os.mkfifo(JFS + "/fifo")
        time.sleep(1.1)
        touch(JFS + "/late")
        os.link(JFS + "/late", JFS + "/link")
        # No other time is the birth any more.
        for name in "dir", "dir/reg", "fifo", "late":
            os.utime(f"{JFS}/{name}", (10**9, 2 * 10**9))
        os.rename(JFS + "/fifo", JFS + "/dir/fifo")
        before = told(JFS)
        for name, record in before.items():
            common.same("statx has none", None, Statx(f"{JFS}/{name}").btime)
            common.same("term", ("otime", "none", 10**9), (
                record["term"], record["missing"], record["granularity"]))
        common.same("names", {".", "dir", "dir/reg", "lnk", "dir/fifo",
                              "late", "link"}, before.keys())
        common.same("with and without -r", before["late"]["btime"],
                    common.divulge("birth", JFS + "/late")[0]["btime"])
    disk = births_in_jfs(image, {each["ino"] for each in before.values()})
    common.same("on disk", disk, {each["ino"]: each["btime"]
                                  for each in before.values()})
    if len(set(disk.values())) < 2:
        raise AssertionError(f"all were born at once: {disk}")
    with mount_jfs(image):
        common.same("mounted anew", disk, {each["ino"]: each["btime"]
                                           for each in told(JFS).values()})


def fat_long_names():
    """A name of more than 255 bytes, which is less than 255 characters."""
    name = "\u9dc4" * 250
    with fat_image() as image, births.mounted(
            FAT, "-t", "vfat", "-o", "loop,tz=UTC,utf8", image):
        with births.Monitor(FAT) as monitor:
            touch(f"{FAT}/{name}")
            common.same("event", [(name,)],
                        births.brief(monitor.births(), "name"))
        common.same("tree", {".", name}, set(told(FAT)))


def jfs_births():
    """Births that the kernel itself does not tell."""
    with jfs_image() as image:
        need_btf()
        check_jfs(image)


def jfs_watch():
    """Births on JFS can be watched."""
    with jfs_image() as image, mount_jfs(image):
        need_btf()
        watch(JFS)


def jfs_comes_and_goes():
    """What was learnt of jfs.ko is learnt again of the next one."""
    for _ in range(2):
        with jfs_image() as image:
            need_btf()
            check_jfs(image)
        run("rmmod", "jfs")


def jfs_without_types():
    """Where no type information leads, the reason is told, and is no lie."""
    with jfs_image() as image:
        need_btf()
        run("rmmod", "jfs")
        load("jfs")
        with births.mounted("/sys/kernel/btf/jfs", "--bind", "/dev/null"), \
                mount_jfs(image):
            touch(JFS + "/file")
            for record in told(JFS).values():
                common.same("record", (None, "layout-unknown", "otime"),
                            tuple(record[key] for key
                                  in ("btime", "missing", "term")))
            with births.Monitor(JFS) as monitor:
                touch(JFS + "/watched")
                common.same("event", [(None, "layout-unknown")], births.brief(
                    monitor.births(), "btime", "missing"))
        run("rmmod", "jfs")
        load("jfs")
        with mount_jfs(image):
            common.same("learnt again", {"none"}, {
                record["missing"] for record in told(JFS).values()})


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in (
        fat_births, fat_watch, fat_long_names, jfs_births, jfs_watch, jfs_comes_and_goes,
        jfs_without_types)])

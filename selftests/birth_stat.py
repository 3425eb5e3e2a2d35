#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge birth --json' says of every file what stat says."""

import datetime
import os
import subprocess
import time

import common

FILES = 1000


def stat(paths):
    """{path: (seconds, nanoseconds)} of birth, from stat's %W and %w."""
    out = subprocess.run(["stat", "--printf", "%n\\0%W\\0%w\\0", *paths],
                         check=True, stdout=subprocess.PIPE).stdout
    words = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return {name: (int(seconds), text.split(".")[1].split()[0])
            for name, seconds, text in zip(*[iter(words)] * 3)}


def stamp(seconds, nanoseconds):
    """RFC 3339 with nine digits, in UTC."""
    time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + nanoseconds + "Z"


def check_births(paths):
    """Compare divulge with stat, path by path."""
    expected = stat(paths)
    seen = common.divulge("birth", *paths)
    common.same("paths", paths, [birth["path"] for birth in seen])
    for birth in seen:
        path = birth["path"]
        status = os.lstat(path)
        common.same(path + " btime", stamp(*expected[path]), birth["btime"])
        common.same(path + " ino", status.st_ino, birth["ino"])
        common.same(path + " mode", status.st_mode, birth["mode"])
        common.same(path + " dev",
                 f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}",
                 birth["dev"])


def on(mount):
    """A test of FILES files on a filesystem."""
    def test():
        with common.scratch(mount) as path:
            made = common.make_all_kinds(path, FILES)
            check_births(list(made))
            for birth in common.divulge("birth", *made):
                common.same(birth["path"], made[birth["path"]], birth["type"])
    return test


def any_name():
    """Every byte that a name may hold comes back out of the JSON."""
    names = [bytes([c]) + b"%d" % c for c in range(1, 256) if c != ord("/")]
    names += [b"\xc3\xa9", b"\xed\xb2\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80",
              b"\xff" * 255, "\U0001f423".encode(), b'"\\', b"\\udc80"]
    with common.scratch("/mnt/ext4") as path:
        paths = [os.fsencode(path) + b"/" + name for name in names]
        for each in paths:
            os.mkdir(each)
        seen = [os.fsencode(birth["path"])
                for birth in common.divulge("birth", *paths)]
        common.same("names", paths, seen)


def symlink_and_target():
    """The link itself, and with -L what it points to."""
    with common.scratch("/mnt/ext4") as path:
        os.mkdir(path + "/dir")
        os.symlink("dir", path + "/link")
        common.same("link", "lnk",
                 common.divulge("birth", path + "/link")[0]["type"])
        common.same("target", "dir",
                 common.divulge("birth", "-L", path + "/link")[0]["type"])


def extreme_births():
    """Births in the seventies and after 2038, as far as XFS can hold them."""
    if not os.environ.get("DIVULGE_VM"):
        raise common.Skip("the clock is set in the virtual machine only")
    with common.scratch("/mnt/xfs") as path:
        made = []
        ahead = time.time() - time.monotonic()
        try:
            # The kernel refuses clocks that were before its boot.
            for year in (1971, 2040, 2200):
                time.clock_settime(time.CLOCK_REALTIME,
                                   (year - 1970) * 365.25 * 86400)
                made.append(f"{path}/{year}")
                os.mkdir(made[-1])
        finally:
            time.clock_settime(time.CLOCK_REALTIME, ahead + time.monotonic())
        check_births(made)


if __name__ == "__main__":
    common.need_module()
    common.begin([(f"equals_stat_on_{mount.rsplit('/', 1)[1]}", on(mount))
               for mount in common.MOUNTS]
              + [(test.__name__, test) for test in
                 (any_name, symlink_and_target, extreme_births)])

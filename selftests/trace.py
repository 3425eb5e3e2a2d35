#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""divulge:file_birth, read through tracefs, says what stat says."""

import os
import re
import subprocess

import common


def births_on(mount):
    """A test of births on a filesystem, beside what the monitor shows."""
    def test():
        with common.scratch(mount) as path, common.tracing("file_birth"):
            watcher = common.Background("divulge", "monitor", "births", "--json",
                                     mount, ready="watching")
            made = common.make_all_kinds(path, 100)
            watcher.wait_for(lambda: len(watcher.objects()) == 100, "100 births")
            seen = {birth["name"]: birth for birth in watcher.stop()}
            lines = [common.fields(line) for line in common.read_trace()
                     if " file_birth: " in line]

            common.same("lines", [os.path.basename(name) for name in made],
                     [line["name"] for line in lines])
            parent = os.stat(path)
            seconds = seconds_of_birth(made)
            for line in lines:
                status = os.lstat(f"{path}/{line['name']}")
                birth = seen[line["name"]]
                common.same("kind", "created", line["kind"])
                common.same("fs", os.path.basename(mount), line["fs"])
                common.same("ino", status.st_ino, int(line["ino"]))
                common.same("mode", status.st_mode, int(line["mode"], 8))
                common.same("dev", f"{os.major(status.st_dev)}:"
                         f"{os.minor(status.st_dev)}", line["dev"])
                common.same("type", made[f"{path}/{line['name']}"], line["type"])
                common.same("parent", parent.st_ino, int(line["parent"]))
                common.same("uid", os.getuid(), int(line["uid"]))
                common.same("gen", birth["gen"], int(line["gen"]))
                common.same("nanoseconds", re.search(r"\.(\d+)Z", birth["btime"])
                         .group(1), line["btime"].split(".")[1])
                common.same("seconds", seconds[f"{path}/{line['name']}"],
                         line["btime"].split(".")[0])
    return test


def seconds_of_birth(paths):
    """{path: seconds} as stat gives them."""
    out = subprocess.run(["stat", "-c", "%W", *paths], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    return dict(zip(paths, out.split()))


if __name__ == "__main__":
    common.need_module()
    common.begin([(f"births_on_{mount.rsplit('/', 1)[1]}", births_on(mount))
               for mount in common.MOUNTS])

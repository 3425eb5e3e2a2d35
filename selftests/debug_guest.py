# SPDX-License-Identifier: GPL-2.0
"""What happens in the guest while selftests/debug debugs it. Prints, as one
JSON object, what gdb should have seen.
"""

import json
import os
import socket
import subprocess
import sys

import common
import peers

PLACE = "/mnt/ext4"
NAME = "egg"


def sections():
    """Where the guest says that the module's code is."""
    where = {}
    for name in ".text", ".init.text":
        path = f"/sys/module/divulge/sections/{name}"
        with open(path, encoding="ascii") as file:
            where[name] = int(file.read(), 16)
    return where


def names():
    """What the guest says of the kernel's names: how many, some in full."""
    with open("/proc/kallsyms", encoding="ascii") as file:
        lines = [line.split() for line in file]
    # What is in a module says of which, as a fourth word.
    symbols = [(int(line[0], 16), line[2]) for line in lines if len(line) == 3]
    symbols = [symbol for symbol in symbols if symbol[0] >> 63]
    return {"count": len(symbols), "some": symbols[::61]}


def birth():
    """Create a file on a filesystem that is watched."""
    watcher = common.Background("divulge", "monitor", "births", PLACE,
                                ready="watching")
    with open(f"{PLACE}/{NAME}", "x", encoding="ascii") as file:
        stat = os.fstat(file.fileno())
    watcher.end()
    return {"name": NAME, "ino": stat.st_ino, "major": os.major(stat.st_dev),
            "minor": os.minor(stat.st_dev)}


def dump():
    """Ask for the sockets of a connection."""
    with peers.connected(socket.AF_INET) as made:
        common.divulge("dccp")
        return {"port": made.listener.getsockname()[1],
                "client": made.client.getsockname()[1]}


def main(module):
    """All of it, in the order in which gdb waits for it."""
    seen = {"loaded": sections(), "names": names(), "birth": birth(), "dccp": dump()}
    subprocess.run(["rmmod", "divulge"], check=True)
    subprocess.run(["insmod", module], check=True)
    seen["again"] = sections()
    print(json.dumps(seen))


main(sys.argv[1])

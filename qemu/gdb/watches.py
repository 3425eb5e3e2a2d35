# SPDX-License-Identifier: GPL-2.0
"""divulge-watches: who watches which superblock."""

import kernel
import modules

# Bits of a filter, as enum divulge_file_type has them
TYPES = "unknown reg dir lnk chr blk fifo sock".split()
ALL_TYPES = (1 << len(TYPES)) - 1
NOBODY = 2**32 - 1


def device(number):
    """A dev_t as the kernel has it: major:minor."""
    return f"{number >> 20}:{number & (1 << 20) - 1}"


def type_names(mask):
    """The file types that are wanted."""
    if mask == ALL_TYPES:
        return "all"
    return ",".join(name for i, name in enumerate(TYPES) if mask >> i & 1)


def below(watcher):
    """The directory below which births are wanted."""
    inode = int(watcher["filter"]["root_ino"])
    return f"inode {inode}" if inode else "anywhere"


def owner(watcher):
    """Whose births are wanted."""
    uid = int(watcher["filter"]["uid"]["val"])
    return "anybody" if uid == NOBODY else uid


def row(watched, watcher):
    """What is shown of a watch."""
    return (int(watcher["id"]), kernel.string(watched["view"]["name"]),
            device(int(watched["dev"])), below(watcher),
            type_names(int(watcher["filter"]["types"])), owner(watcher),
            int(watcher["portid"]), f"{int(watched['view']['sb']):#x}")


class Watches(kernel.Command):
    """Show who watches which superblock, and which births there."""

    def show(self):
        symbol = modules.own_variable("watched_sbs")
        watched_type = kernel.type_of("struct watched", symbol)
        watcher_type = kernel.type_of("struct watcher", symbol)
        rows = [row(watched, watcher)
                for watched in kernel.entries(symbol.value(), watched_type,
                                              "node")
                for watcher in kernel.entries(watched["watchers"],
                                              watcher_type, "node")]
        if rows:
            kernel.table(("WATCH", "FS", "DEVICE", "WHERE", "TYPES", "OF",
                          "PORT", "SUPERBLOCK"), rows)
        else:
            print("No superblock is watched.")


Watches("divulge-watches")

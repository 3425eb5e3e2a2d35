# SPDX-License-Identifier: GPL-2.0
"""The names of a kernel, read from where it keeps them for /proc/kallsyms.

No symbol says where that is; what is there does (scripts/kallsyms.c, and
kernel/kallsyms.c reads it): the most frequent strings of names have a table,
where digits stand for themselves. Numbers around it follow from each other.
"""

import itertools
import struct
import sys

import elf

TOKENS = 256
DIGITS = b"".join(b"%d\0" % digit for digit in range(10))
# Every so many names there is a marker, which says where.
MARKED = 256


def align(offset):
    """All tables begin so."""
    return offset + 7 & ~7


def numbers(data, offset, form, count):
    """A table of numbers."""
    return struct.unpack_from(f"<{count}{form}", data, offset)


def find_tokens(data):
    """(start of the table, end of its index, its strings)."""
    found = -1
    while (found := data.find(DIGITS, found + 1)) >= 0:
        start = found
        for _ in range(ord("0")):
            start = data.rfind(b"\0", 0, start - 1) + 1
        strings = data[start:start + 0x10000].split(b"\0", TOKENS)[:TOKENS]
        lengths = [len(string) + 1 for string in strings]
        index = align(start + sum(lengths))
        if (len(strings) == TOKENS and index + 2 * TOKENS <= len(data) and
                list(numbers(data, index, "H", TOKENS)) ==
                list(itertools.accumulate(lengths[:-1], initial=0))):
            return start, index + 2 * TOKENS, strings
    sys.exit("kallsyms: this vmlinux has no table of names")


def split_names(data, offset, count, limit):
    """(where they end, the tokens of each name), or no names if these are none.
    The length of a long one has two bytes."""
    names = []
    while len(names) < count:
        length = data[offset]
        offset += 1
        if length & 0x80:
            length = length & 0x7f | data[offset] << 7
            offset += 1
        names.append(data[offset:offset + length])
        offset += length
        if not length or offset > limit:
            return offset, []
    return offset, names


def make_markers(names):
    """What the kernel should have of them."""
    sizes = [len(name) + (1 if len(name) < 0x80 else 2) for name in names]
    return tuple(itertools.accumulate(sizes[:-1], initial=0))[::MARKED]


def find_names(data, limit):
    """(where their number is, the names), the markers being after them.

    The number has eight bytes of its own. A name takes some, and with markers
    and, since Linux 6.2, its place in the alphabet not many.
    """
    for offset in range(align(limit) - 8, 0, -8):
        count, = numbers(data, offset, "Q", 1)
        if not limit - offset < 40 * count < 10 * (limit - offset):
            continue
        end, names = split_names(data, offset + 8, count, limit)
        if names:
            markers = make_markers(names)
            if numbers(data, align(end), "I", len(markers)) == markers:
                return offset, names
    sys.exit("kallsyms: this vmlinux has no names")


def find_offsets(data, before, after, count):
    """(offsets, base): Linux 6.4 moved them behind the tokens."""
    size = align(4 * count)
    for start in after, before - 8 - size:
        base, = numbers(data, start + size, "Q", 1)
        if base >> 32 == 0xffffffff:
            return numbers(data, start, "i", count), base
    sys.exit("kallsyms: this vmlinux's names have no addresses")


def read(image):
    """(address, letter, name) of the kernel's own symbols, by address."""
    data = elf.contents(image, elf.named_sections(image)[".rodata"])
    table, after, strings = find_tokens(data)
    before, names = find_names(data, table)
    offsets, base = find_offsets(data, before, after, len(names))
    symbols = []
    for offset, tokens in zip(offsets, names):
        # Those of each processor's own have an address among these.
        if offset < 0:
            name = b"".join([strings[token] for token in tokens]).decode()
            symbols.append((base - 1 - offset, name[0], name[1:]))
    symbols.sort()
    return symbols

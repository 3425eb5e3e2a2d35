#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a vmlinux fit for gdb: where it is stripped, with the symbol table that
its kallsyms makes.

usage: symtab.py VMLINUX OUTPUT
"""

import bisect
import sys

import elf
import kallsyms

# Where all system calls end up, within what the second one names
ENTRY = "entry_SYSCALL_64_after_hwframe"
AROUND = "entry_SYSCALL_64"


def allocated(sections):
    """(start, end, number, is code) of what has an address, in that order."""
    return sorted((fields[elf.ADDRESS], fields[elf.ADDRESS] + fields[elf.SIZE],
                   number, bool(fields[elf.FLAGS] & elf.SHF_EXECINSTR))
                  for number, fields in enumerate(sections)
                  if fields[elf.FLAGS] & elf.SHF_ALLOC and fields[elf.ADDRESS])


def place(symbols, sections):
    """(address, size, section, is code, letter, name) of each symbol."""
    ranges = allocated(sections)
    starts = [fields[0] for fields in ranges]
    ends = [symbol[0] for symbol in symbols[1:]] + [0]
    for (address, letter, name), end in zip(symbols, ends):
        i = bisect.bisect_right(starts, address) - 1
        # What marks the end of a section may be beyond it.
        if i < 0:
            continue
        _, limit, number, code = ranges[i]
        size = max(min(end, limit) - address, 0)
        yield address, size, number, code, letter, name


def make_table(symbols, sections):
    """Symbol table, its strings and the number of symbols that are local."""
    strings = bytearray(1)
    tables = {elf.STB_LOCAL: bytearray(elf.SYMBOL.size),
              elf.STB_GLOBAL: bytearray()}
    for address, size, number, code, letter, name in place(symbols, sections):
        bind = elf.STB_LOCAL if letter.islower() else elf.STB_GLOBAL
        kind = elf.STT_FUNC if code else elf.STT_OBJECT
        tables[bind] += elf.SYMBOL.pack(len(strings), bind << 4 | kind, 0,
                                        number, address, size)
        strings += name.encode() + b"\0"
    local = len(tables[elf.STB_LOCAL]) // elf.SYMBOL.size
    return tables[elf.STB_LOCAL] + tables[elf.STB_GLOBAL], strings, local


def append(image, data):
    """Put data at the end of the image. Returns where that is."""
    image += bytes(-len(image) % 8)
    offset = len(image)
    image += data
    return offset


def add_symbols(image, symbols):
    """Append symbol table and strings, and all section headers anew."""
    header = elf.read_header(image)
    sections = elf.read_sections(image)
    names = sections[header[elf.NAMES]]
    old = elf.contents(image, names)
    new = old + b".symtab\0.strtab\0"
    table, strings, local = make_table(symbols, sections)

    names[elf.OFFSET], names[elf.SIZE] = append(image, new), len(new)
    sections.append([len(old), elf.SHT_SYMTAB, 0, 0, append(image, table),
                     len(table), len(sections) + 1, local, 8,
                     elf.SYMBOL.size])
    sections.append([len(old) + len(".symtab\0"), elf.SHT_STRTAB, 0, 0,
                     append(image, strings), len(strings), 0, 0, 1, 0])
    packed = b"".join(elf.SECTION.pack(*fields) for fields in sections)
    header[elf.SECTIONS] = append(image, packed)
    header[elf.NR_SECTIONS] = len(sections)
    elf.HEADER.pack_into(image, 0, *header)


def set_entry(image):
    """gdb looks for no caller of the entry point: for a process that is this.
    To be known as a function it must have a size.
    """
    _, around = elf.find_symbol(image, AROUND)
    offset, entry = elf.find_symbol(image, ENTRY)
    entry[elf.INFO] = elf.STB_GLOBAL << 4 | elf.STT_FUNC
    entry[elf.SYMBOL_SIZE] = max(entry[elf.SYMBOL_SIZE], around[elf.VALUE] +
                                 around[elf.SYMBOL_SIZE] - entry[elf.VALUE])
    elf.SYMBOL.pack_into(image, offset, *entry)
    header = elf.read_header(image)
    header[elf.ENTRY] = entry[elf.VALUE]
    elf.HEADER.pack_into(image, 0, *header)


def main():
    """As the usage says."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        image = bytearray(file.read())
    if ".symtab" not in elf.named_sections(image):
        add_symbols(image, kallsyms.read(image))
    set_entry(image)
    with open(sys.argv[2], "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()

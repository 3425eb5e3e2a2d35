# SPDX-License-Identifier: GPL-2.0
"""The little of ELF that is needed: sections, and where they are."""

import struct

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")

# Fields of these
ENTRY, SECTIONS, NR_SECTIONS, NAMES = 4, 6, 12, 13
NAME, TYPE, FLAGS, ADDRESS, OFFSET, SIZE = range(6)
SYMBOL_NAME, INFO, VALUE, SYMBOL_SIZE = 0, 1, 4, 5

SHT_SYMTAB, SHT_STRTAB = 2, 3
STB_LOCAL, STB_GLOBAL = 0, 1
STT_OBJECT, STT_FUNC = 1, 2
SHF_ALLOC, SHF_EXECINSTR = 2, 4


def read_header(image):
    """Fields of the file's header."""
    return list(HEADER.unpack_from(image))


def read_sections(image):
    """Fields of each section's header."""
    header = read_header(image)
    return [list(SECTION.unpack_from(image,
                                     header[SECTIONS] + SECTION.size * i))
            for i in range(header[NR_SECTIONS])]


def contents(image, fields):
    """What is in a section."""
    return image[fields[OFFSET]:fields[OFFSET] + fields[SIZE]]


def named_sections(image):
    """Fields of the sections, by their names."""
    sections = read_sections(image)
    names = contents(image, sections[read_header(image)[NAMES]])
    return {names[fields[NAME]:names.index(0, fields[NAME])].decode(): fields
            for fields in sections}


def find_symbol(image, name):
    """(offset, fields) of a symbol."""
    sections = named_sections(image)
    at = contents(image, sections[".strtab"]).index(f"\0{name}\0".encode()) + 1
    table = sections[".symtab"]
    for offset in range(table[OFFSET], table[OFFSET] + table[SIZE],
                        SYMBOL.size):
        fields = list(SYMBOL.unpack_from(image, offset))
        if fields[SYMBOL_NAME] == at:
            return offset, fields
    raise KeyError(name)


def clear_addresses(image):
    """Let no section claim an address: one of a .ko has none, whatever it says.
    """
    offset = read_header(image)[SECTIONS]
    for i, fields in enumerate(read_sections(image)):
        fields[ADDRESS] = 0
        SECTION.pack_into(image, offset + SECTION.size * i, *fields)

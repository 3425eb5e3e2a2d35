# SPDX-License-Identifier: GPL-2.0
"""Reading the live kernel: its lists, its per-CPU variables, its memory."""

import struct

import gdb  # pylint: disable=import-error


class Missing(Exception):
    """What is asked for is not there; the text says what and what to do."""


def address_of(name):
    """Address of a symbol of the kernel, of which only the name is known."""
    symbol = gdb.lookup_global_symbol(name)
    if symbol:
        return int(symbol.value().address)
    try:
        return int(gdb.parse_and_eval(f"&{name}"))
    except gdb.error as error:
        raise Missing(f"there is no {name} in this kernel, or in a module "
                      "that is loaded now") from error


def type_of(name, symbol=None):
    """A type: as the file of the symbol means it, if that is given."""
    block = symbol.symtab.static_block() if symbol else None
    try:
        return gdb.lookup_type(name, block) if block else gdb.lookup_type(name)
    except gdb.error as error:
        raise Missing(f"there is no type '{name}' here") from error


def object_at(address, type_):
    """The object of that type at an address."""
    return gdb.Value(address).cast(type_.pointer()).dereference()


def variable(name, type_name):
    """A variable of the kernel, of which gdb does not know the type."""
    return object_at(address_of(name), type_of(type_name))


def has_field(type_, name):
    """Whether a struct has it: releases differ."""
    return any(field.name == name for field in type_.fields())


def offset_of(type_, name):
    """Offset in bytes of a member of a struct, of unnamed ones in it too."""
    for field in type_.fields():
        if field.name == name:
            return field.bitpos // 8
        if not field.name:
            try:
                return field.bitpos // 8 + offset_of(field.type, name)
            except Missing:
                pass
    raise Missing(f"{type_} has no {name} in this kernel")


def entries(head, type_, member):
    """The structs in a struct list_head."""
    offset = offset_of(type_, member)
    end = int(head.address)
    node = head["next"]
    while int(node) != end:
        if not int(node):
            raise Missing("a list that is not yet set up, or broken")
        yield object_at(int(node) - offset, type_)
        node = node["next"]


def read(address, size):
    """Bytes of the guest's memory."""
    return gdb.selected_inferior().read_memory(address, size).tobytes()


def words(address, count):
    """That many unsigned longs of the guest's memory."""
    return struct.unpack(f"<{count}Q", read(address, 8 * count))


def cpus():
    """Numbers of the processors that there may be."""
    mask = words(address_of("__cpu_possible_mask"), 1)[0]
    return [cpu for cpu in range(64) if mask >> cpu & 1]


def per_cpu(variable_, cpu):
    """A processor's own instance of a per-CPU variable."""
    offset = words(address_of("__per_cpu_offset") + 8 * cpu, 1)[0]
    address = (int(variable_.address) + offset) % 2**64
    return object_at(address, variable_.type)


def string(array):
    """Text in an array of char that may be full, or at a pointer."""
    if array.type.code == gdb.TYPE_CODE_PTR:
        return array.string("ascii", "backslashreplace")
    text = read(int(array.address), array.type.sizeof)
    return text.partition(b"\0")[0].decode("ascii", "backslashreplace")


def table(heads, rows):
    """Print rows of texts below their heads."""
    rows = [heads] + [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width)
                        for cell, width in zip(row, widths)).rstrip())


class Command(gdb.Command):
    """A command that says in one line what is not there."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA)

    def show(self):
        """What the command is there for."""
        raise NotImplementedError

    def invoke(self, argument, _from_tty):
        """gdb calls it."""
        if argument:
            raise gdb.GdbError("it takes no argument")
        try:
            self.show()
        except (Missing, gdb.error) as error:
            raise gdb.GdbError(str(error)) from error

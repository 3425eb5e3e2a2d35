# SPDX-License-Identifier: GPL-2.0
"""Unwinds the kernel's stacks by ORC, of which every kernel brings its own.

An entry tells of all code from its address up to the next where the stack
pointer of the caller was (CFA), and where its %rbp was saved. What else a
function saved is found by its first instructions, which push it.
"""

import bisect
import re
import struct

import elf
import kernel

import gdb  # pylint: disable=import-error
import gdb.unwinder  # pylint: disable=import-error

UNDEFINED, PREV_SP = 0, 1
BP_INDIRECT, SP_INDIRECT = 8, 9
BASES = {2: "rdx", 3: "rdi", 4: "rbp", 5: "rsp", 6: "r10", 7: "r13",
         BP_INDIRECT: "rbp", SP_INDIRECT: "rsp"}

CALL, REGS, REGS_PARTIAL, END = range(4)

PT_REGS = ("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8",
           "rax", "rcx", "rdx", "rsi", "rdi", None, "rip", None, None, "rsp")
IRET = ("rip", None, None, "rsp")

KERNEL_START = 1 << 63
CALLEE_SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")
# As AT&T and Intel write it
PUSH = re.compile(r"push[a-z]*\s+%?(\S+)\s*$")
STACK_MADE = re.compile(r"(sub|add|and)\s.*rsp")
BRANCH = re.compile(r"j|ret|leave|pop")


class Entry:  # pylint: disable=too-few-public-methods
    """An ORC entry."""

    # Numbered anew in 6.4, as the "end" bit became a type
    TYPES = {"end": {0: CALL, 1: REGS, 2: REGS_PARTIAL},
             "signal": {1: END, 2: CALL, 3: REGS, 4: REGS_PARTIAL}}

    def __init__(self, packed, flavour):
        self.sp_offset, self.bp_offset, bits = struct.unpack("<hhH", packed)
        self.sp_reg = bits & 15
        self.bp_reg = bits >> 4 & 15
        if flavour == "end" and bits >> 10 & 1:
            self.type = END
        else:
            width = 3 if flavour == "end" else 7
            self.type = self.TYPES[flavour].get(bits >> 8 & width)


class Table:
    """ORC entries, ordered by address."""

    def __init__(self, ips, entries, address):
        self.ips = memoryview(ips).cast("i")
        self.entries = entries
        self.address = address

    def __len__(self):
        return len(self.ips)

    def __getitem__(self, i):
        return self.address + 4 * i + self.ips[i]

    def find(self, address):
        """What is told of an address, packed; None if nothing is."""
        i = bisect.bisect_right(self, address) - 1
        return self.entries[6 * i:6 * i + 6] if i >= 0 else None


def kernel_table(sections, image):
    """The kernel's own, out of its file."""
    if ".orc_unwind" not in sections:
        return None
    ips = sections[".orc_unwind_ip"]
    return Table(elf.contents(image, ips),
                 elf.contents(image, sections[".orc_unwind"]),
                 ips[elf.ADDRESS])


def module_table(module):
    """A module's, out of the guest's memory, where they are in order."""
    arch = module.value["arch"]
    count = int(arch["num_orcs"])
    address = int(arch["orc_unwind_ip"])
    if not count:
        return None
    return Table(kernel.read(address, 4 * count),
                 kernel.read(int(arch["orc_unwind"]), 6 * count), address)


def start_of_function(address):
    """Where the function that an address is in begins."""
    said = gdb.execute(f"info symbol {address:#x}", to_string=True)
    offset = re.match(r"\S+ \+ (\d+) in ", said)
    return address - int(offset[1]) if offset else address


class Id:  # pylint: disable=too-few-public-methods
    """Names a frame, as gdb wants it."""

    def __init__(self, sp, pc):  # pylint: disable=invalid-name
        self.sp = sp  # pylint: disable=invalid-name
        self.pc = pc  # pylint: disable=invalid-name


class Regs:
    """The registers of a frame whose caller is looked for."""

    def __init__(self, pending):
        self.pending = pending

    def known(self, names):
        """Values of those that are known: who calls nobody saves none."""
        values = {}
        for name in names:
            try:
                values[name] = self[name]
            except gdb.error:
                pass
        return values

    def __getitem__(self, name):
        return int(self.pending.read_register(name)) % 2**64


class OrcUnwinder(gdb.unwinder.Unwinder):
    """Finds the caller of what runs in the kernel."""

    def __init__(self, vmlinux, follower):
        super().__init__("ORC")
        with open(vmlinux, "rb") as file:
            image = file.read()
        sections = elf.named_sections(image)
        self.table = kernel_table(sections, image)
        self.kernel_end = max(fields[elf.ADDRESS] + fields[elf.SIZE]
                              for fields in sections.values())
        self.follower = follower
        self.modules = {}	# address of struct module: Table
        self.interrupted = set()	# frames that made no call
        follower.forgetful.append(lambda address:
                                  self.modules.pop(address, None))
        fields = kernel.type_of("struct orc_entry").fields()
        self.flavour = fields[-1].name
        self.word = gdb.lookup_type("unsigned long")

    def _table_of(self, address):
        if address < self.kernel_end:
            return self.table
        module = self.follower.module_at(address)
        if not module:
            return self.table
        if module.address not in self.modules:
            self.modules[module.address] = module_table(module)
        return self.modules[module.address]

    def _entry(self, address):
        table = self._table_of(address)
        packed = table.find(address) if table else None
        return Entry(packed, self.flavour) if packed else None

    @staticmethod
    def _has_dwarf(address):
        """gdb can do it better, by what the compiler said; not assembler."""
        symtab = gdb.current_progspace().find_pc_line(address).symtab
        return symtab and symtab.filename.endswith((".c", ".h"))

    @staticmethod
    def _cfa(entry, regs):
        base = regs[BASES[entry.sp_reg]]
        if entry.sp_reg == BP_INDIRECT:
            return kernel.words(base + entry.sp_offset, 1)[0]
        if entry.sp_reg == SP_INDIRECT:
            return kernel.words(base, 1)[0] + entry.sp_offset
        return base + entry.sp_offset

    @staticmethod
    def _pushed(entry, regs, cfa, address):
        """Where callee-saved registers are; None if that is not certain."""
        if entry.sp_reg not in (4, 5):
            return None
        where, slot, ended = {}, cfa - 16, False
        code = regs.pending.architecture().disassemble(
            start_of_function(address), address)
        for line in code:
            if line["addr"] >= address:
                ended = True
                break
            push = PUSH.match(line["asm"])
            ended = STACK_MADE.match(line["asm"])
            if ended or BRANCH.match(line["asm"]):
                break
            if push:
                where[push[1]] = slot
                slot -= 8
        # A function that may return at once may push after that.
        if not ended and not where and entry.sp_offset != 8:
            return None
        # What is below the stack pointer was popped again.
        return {name: slot for name, slot in where.items()
                if slot >= regs["rsp"]}

    def _saved_by_call(self, entry, regs, cfa, address):
        values = {}
        pushed = self._pushed(entry, regs, cfa, address)
        if pushed is not None:
            values = regs.known(CALLEE_SAVED)
            for name, slot in pushed.items():
                values[name] = kernel.words(slot, 1)[0]
        if entry.bp_reg == PREV_SP:
            values["rbp"] = kernel.words(cfa + entry.bp_offset, 1)[0]
        elif entry.bp_reg == 4:
            values["rbp"] = kernel.words(regs["rbp"] + entry.bp_offset, 1)[0]
        else:
            values.update(regs.known(["rbp"]))
        values["rip"] = kernel.words(cfa - 8, 1)[0]
        values["rsp"] = cfa
        return values

    def _saved(self, entry, regs, cfa, address):
        """The caller's registers, by their names."""
        if entry.type == CALL:
            return self._saved_by_call(entry, regs, cfa, address)
        names = PT_REGS if entry.type == REGS else IRET
        values = {name: value for name, value
                  in zip(names, kernel.words(cfa, len(names))) if name}
        self.interrupted.add((values["rsp"], values["rip"]))
        if values["rip"] < KERNEL_START:
            # It came from user space.
            values["rip"] = 0
        return values

    def _value(self, number):
        return gdb.Value(number).cast(self.word)

    def _tell(self, pending, values, frame_id):
        info = pending.create_unwind_info(frame_id)
        for name, value in values.items():
            info.add_saved_register(name, self._value(value).cast(
                pending.read_register(name).type))
        return info

    def _unwind(self, pending, regs):
        pc = regs["rip"]  # pylint: disable=invalid-name
        if pc == 0 and pending.level():
            # gdb shows it, and goes no further.
            return self._tell(pending, {"rip": 0, "rsp": regs["rsp"] + 8},
                              Id(self._value(regs["rsp"]), self._value(0)))
        if pc < KERNEL_START:
            return None
        if not pending.level():
            self.interrupted.clear()
        is_exact = not pending.level() or (regs["rsp"], pc) in self.interrupted
        address = pc if is_exact else pc - 1
        if self._has_dwarf(address):
            return None
        entry = self._entry(address)
        if not entry or entry.type is None:
            return None
        if entry.type == END:
            cfa, values = regs["rsp"], {"rip": 0, "rsp": regs["rsp"] + 8}
        elif entry.sp_reg in BASES:
            cfa = self._cfa(entry, regs)
            values = self._saved(entry, regs, cfa, address)
        else:
            return None
        return self._tell(pending, values,
                          Id(self._value(cfa),
                             self._value(start_of_function(address))))

    def __call__(self, pending):
        try:
            return self._unwind(pending, Regs(pending))
        except (kernel.Missing, gdb.error):
            # A register that nobody saved, or memory that is not there
            return None


def register(vmlinux, follower):
    """Let gdb unwind so from now on, unless the kernel has no such tables: it
    was built here then, and says to gdb itself who calls whom.
    """
    with open(vmlinux, "rb") as file:
        sections = elf.named_sections(file.read())
    if ".orc_unwind" in sections:
        gdb.unwinder.register_unwinder(None, OrcUnwinder(vmlinux, follower),
                                       True)

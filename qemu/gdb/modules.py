# SPDX-License-Identifier: GPL-2.0
"""Modules come and go: their symbols follow.

The kernel is stopped for a moment where a module is about to be initialized,
and where its memory is about to be freed. In between, struct module says where
each section is.
"""

import glob
import lzma
import os

import elf
import kernel

import gdb  # pylint: disable=import-error

OURS = "divulge"

TAINT_OOT_MODULE = 12


def read_module(path):
    """A module's file; 6.12's are compressed."""
    opener = lzma.open if path.endswith(".xz") else open
    with opener(path, "rb") as file:
        return bytearray(file.read())


class Module:
    """A module that the guest has loaded."""

    def __init__(self, value):
        self.value = value
        self.address = int(value.address)
        self.name = kernel.string(value["name"])
        self.ranges = list(self._ranges())

    def _ranges(self):
        """Where its code is."""
        if kernel.has_field(self.value.type, "mem"):	# since 6.4
            memory = self.value["mem"]
            for i in range(memory.type.range()[1] + 1):
                base = int(memory[i]["base"])
                yield base, base + int(memory[i]["size"])
        else:
            for name in "core_layout", "init_layout":
                base = int(self.value[name]["base"])
                yield base, base + int(self.value[name]["size"])

    def holds(self, address):
        """Is the address in it?"""
        return any(first <= address < end for first, end in self.ranges)

    def sections(self):
        """Name and address of each section."""
        attrs = self.value["sect_attrs"].dereference()
        for i in range(int(attrs["nsections"])):
            attr = attrs["attrs"][i]
            yield (kernel.string(attr["battr"]["attr"]["name"]),
                   int(attr["address"]))
        if int(self.value["percpu_size"]):
            yield ".data..percpu", int(self.value["percpu"])


class Files:
    """The files of modules, and copies of them for gdb."""

    def __init__(self, own_file, symbols, scratch):
        self.own_file = own_file
        self.known = {self.name_of(path): path
                      for path in glob.glob(f"{symbols}/modules/*.ko")}
        self.tree = f"{symbols}/../modules"
        self.scratch = scratch
        self.copies = 0

    @staticmethod
    def name_of(path):
        """Name of the module that is in a file."""
        return os.path.basename(path).split(".")[0].replace("-", "_")

    def find(self, name):
        """A module's file, None if there is none."""
        if name == OURS:
            return self.own_file
        if name not in self.known:
            for path in glob.glob(f"{self.tree}/**/*.ko*", recursive=True):
                self.known.setdefault(self.name_of(path), path)
        return self.known.get(name)

    def copy(self, path):
        """A copy for gdb, under a name that it has not seen."""
        image = read_module(path)
        elf.clear_addresses(image)
        self.copies += 1
        copy = f"{self.scratch}/{self.name_of(path)}.{self.copies}.ko"
        with open(copy, "wb") as file:
            file.write(image)
        return copy


class Follower:
    """Keeps gdb's symbols of modules in step with the guest's modules."""

    def __init__(self, files):
        self.files = files
        self.loaded = {}	# address of struct module: address of .text
        self.known = None	# list of Module, None to be read anew
        self.started = False
        self.forgetful = []	# called when a module has gone
        self.on_start = lambda: False	# called when ours is there first

    def modules(self):
        """All that are loaded."""
        if self.known is None:
            head = kernel.variable("modules", "struct list_head")
            type_ = kernel.type_of("struct module")
            self.known = [Module(value) for value
                          in kernel.entries(head, type_, "list")]
        return self.known

    def module_at(self, address):
        """The module that an address is in, None for the kernel itself."""
        for module in self.modules():
            if module.holds(address):
                return module
        return None

    def add(self, module):
        """Tell gdb of a module's symbols."""
        path = self.files.find(module.name)
        if not path or module.address in self.loaded:
            return
        sections = dict(module.sections())
        first = next(iter(sections))
        text = ".text" if ".text" in sections else first
        where = sections.pop(text)
        others = " ".join(f"-s {name} {address:#x}"
                          for name, address in sections.items())
        copy = self.files.copy(path)
        gdb.execute(f"add-symbol-file {copy} {where:#x} {others}",
                    to_string=True)
        self.loaded[module.address] = where

    def appear(self, address):
        """A module is about to be initialized. Returns whether to stop."""
        self.known = None
        if self.started:
            self.add(Module(kernel.object_at(address,
                                             kernel.type_of("struct module"))))
            return False
        if all(module.name != OURS for module in self.modules()):
            return False
        self.started = True
        for module in self.modules():
            self.add(module)
        return self.on_start()

    def vanish(self, address):
        """A module's memory is about to be freed."""
        self.known = None
        where = self.loaded.pop(address, None)
        if where is not None:
            gdb.execute(f"remove-symbol-file -a {where:#x}", to_string=True)
        for forget in self.forgetful:
            forget(address)


class Hook(gdb.Breakpoint):
    """Calls back with the first argument of a function, which says if to stop.
    """

    def __init__(self, function, callback, enabled=True):
        # Nothing can be written where the kernel's code is to be, yet.
        super().__init__(f"*{kernel.address_of(function):#x}",
                         type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        self.enabled = enabled
        self.callback = callback

    def stop(self):
        """gdb calls it."""
        return bool(self.callback(int(gdb.parse_and_eval("$rdi")) % 2**64))


def follow(follower):
    """Set the hooks. Every stop makes QEMU forget all that it has translated,
    which takes a while, and some 40 modules of the kernel's own come before
    ours: ours is the first that is not the kernel's own, and taints it so.
    """
    insertions = Hook("do_init_module", follower.appear, enabled=False)
    Hook("free_module", follower.vanish)

    def on_taint(flag):
        if flag == TAINT_OOT_MODULE:
            insertions.enabled = True

    Hook("add_taint", on_taint)


def own_objfile():
    """divulge.ko as gdb has it."""
    for objfile in gdb.objfiles():
        name = os.path.basename(objfile.filename or "")
        if objfile.is_valid() and name.startswith(OURS + "."):
            return objfile
    raise kernel.Missing("divulge.ko is not loaded in the guest: "
                         "insert it there first")


def own_variable(name):
    """A variable of divulge.ko, as a gdb.Symbol."""
    objfile = own_objfile()
    symbol = (objfile.lookup_static_symbol(name) or
              objfile.lookup_global_symbol(name))
    if not symbol:
        raise kernel.Missing(f"there is no {name} in divulge.ko: it was "
                             "compiled without debugging information, or "
                             "without that part")
    return symbol

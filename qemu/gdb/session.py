# SPDX-License-Identifier: GPL-2.0
"""gdb on the virtual machine. To be loaded with "gdb -x"; then
"divulge-session" begins, as qemu/debug does it.
"""

import os
import select
import sys
import threading
import time

import gdb  # pylint: disable=import-error

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position, wrong-import-order, unused-import
import kernel
import modules
import orc
import queues
import socks
import watches

INIT = "divulge_init"


class Guest:
    """The virtual machine, as long as it is there."""

    def __init__(self, launcher):
        try:
            self.launcher = os.pidfd_open(launcher)
        except OSError as error:
            raise kernel.Missing("the virtual machine has gone") from error
        self.leaving = False

    def has_ended(self, seconds=0):
        """Is its launcher gone, within that many seconds?"""
        return bool(select.select([self.launcher], [], [], seconds)[0])

    def connect(self, stub):
        """Wait for its stub, and attach to it."""
        while not os.path.exists(stub):
            if self.has_ended(0.02):
                raise kernel.Missing("the virtual machine did not start")
        gdb.execute(f"target remote {stub}", to_string=True)
        gdb.events.gdb_exiting.connect(self._on_quit)
        # gdb notices no end of a guest that is stopped.
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self):
        self.has_ended(None)
        gdb.post_event(self._leave)

    def _leave(self):
        if self.leaving:
            return
        print("\nThe virtual machine has ended, and with it this session.")
        gdb.execute("quit")

    def _on_quit(self, _event):
        self.leaving = True
        if gdb.selected_inferior().pid and not self.has_ended():
            gdb.execute("kill", to_string=True)


class Session(gdb.Command):
    """Begin a session.

divulge-session SYMBOLS MODULE SCRATCH STUB PID [FUNCTION]

SYMBOLS is what qemu/symbols made, MODULE is divulge.ko, SCRATCH a directory
for files of gdb's own; STUB is QEMU's socket and PID runs the guest. Stops
where the module is initialized, or where FUNCTION is first entered.
"""

    def __init__(self):
        super().__init__("divulge-session", gdb.COMMAND_RUNNING)

    def invoke(self, argument, _from_tty):
        """gdb calls it."""
        symbols, module, scratch, stub, pid, *function = \
            gdb.string_to_argv(argument)
        try:
            began = time.monotonic()
            begin(symbols)
            Guest(int(pid)).connect(os.path.relpath(stub))
            follower = modules.Follower(modules.Files(module, symbols,
                                                      scratch))
            orc.register(f"{symbols}/vmlinux", follower)
            modules.follow(follower)
            set_breakpoint(follower, *function)
        except kernel.Missing as error:
            print(f"divulge-session: {error}")
            gdb.execute("quit 1")
        gdb.execute("continue")
        print(f"Stopped after {time.monotonic() - began:.1f} s. Of our own: "
              "divulge-watches, divulge-queues, divulge-socks.")


def begin(symbols):
    """What has to be before there is a target."""
    for setting in ("architecture i386:x86-64", "breakpoint pending on",
                    "confirm off", "print pretty on"):
        gdb.execute(f"set {setting}", to_string=True)
    if os.path.exists(f"{symbols}/types.o"):
        gdb.execute(f"add-symbol-file {symbols}/types.o", to_string=True)


def set_breakpoint(follower, function=INIT):
    """Where to stop: code that is not there yet takes none in software."""
    breakpoint_ = gdb.Breakpoint(function,
                                 type=gdb.BP_HARDWARE_BREAKPOINT)

    def on_start():
        if not breakpoint_.pending:
            return False
        print(f"There is no function {function} in {modules.OURS}.ko, in the "
              "kernel or in a module that\nis loaded now. This is where "
              f"{INIT} is about to be called.")
        return True

    follower.on_start = on_start


Session()

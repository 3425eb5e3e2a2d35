#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The journal as an output, where the journal is a socket of the test's own."""

import array
import ctypes
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys

import outputs

SOCKET = "/run/systemd/journal/socket"
CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_PRIVATE = 0x20000, 0x10000000, 0x4000, \
    1 << 18
ESCAPED = b"n\xff\n]"


def call(name, *args):
    """A system call of the C library."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args):
        raise OSError(ctypes.get_errno(), name)


def enter_namespace():
    """Have a /run of one's own; this and all that is started sees it."""
    uid, gid = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWNS | (CLONE_NEWUSER if uid else 0))
    if uid:
        pathlib.Path("/proc/self/setgroups").write_text("deny", "ascii")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {uid} 1", "ascii")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {gid} 1", "ascii")
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    call("mount", b"none", b"/run", b"tmpfs", 0, None)
    os.makedirs(os.path.dirname(SOCKET))


def parse(data):
    """An entry, as systemd's "Native Journal Protocol" has it."""
    fields = {}
    while data:
        line, data = data.split(b"\n", 1)
        name, equals, value = line.partition(b"=")
        if not equals:
            length, = struct.unpack("<Q", data[:8])
            value, data = data[8:8 + length], data[9 + length:]
        assert re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", name), name
        assert name not in fields, name
        fields[name.decode()] = value
    return fields


class Journal:
    """What has a journal's socket."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(SOCKET)
        self.sock.settimeout(60)

    def entry(self):
        """The next entry; None if there is none for a while."""
        fds = array.array("i")
        try:
            data, ancillary, _, _ = self.sock.recvmsg(
                1 << 20, socket.CMSG_SPACE(4))
        except TimeoutError:
            return None
        for _, _, fd in ancillary:
            fds.frombytes(fd)
        if fds:
            with os.fdopen(fds[0], "rb") as file:
                file.seek(0)
                data = file.read()
        return parse(data)

    def entries(self, last):
        """Those up to the birth with that number."""
        got = []
        while not got or got[-1].get("DIVULGE_SEQ") != b"%d" % last:
            got.append(self.entry())
            assert got[-1], f"no entry after {len(got)}"
        return got

    def leave(self):
        """Go away, as a journal that was stopped."""
        os.remove(SOCKET)
        self.sock.close()


def as_records(entries):
    """Births and gaps as in JSON, for adds_up()."""
    return [{"event": e["DIVULGE_EVENT"].decode(),
             **{name[len("DIVULGE_"):].lower(): int(value)
                for name, value in e.items()
                if name.startswith("DIVULGE_") and value.isdigit()}}
            for e in entries]


def fields(_):
    """Each field under its name, and bytes as they are."""
    journal = Journal()
    with outputs.Feed("journal:") as feed:
        feed.say("p2")
        first = journal.entries(2)[0]
        feed.end()
    journal.leave()
    assert first["MESSAGE"].startswith(b"born reg /p\\x09"), first
    assert first["PRIORITY"] == b"6", first
    assert re.fullmatch(rb"[0-9a-f]{32}", first["MESSAGE_ID"]), first
    assert first["SYSLOG_IDENTIFIER"] == b"divulged", first
    want = {"EVENT": b"birth", "SEQ": b"1", "UID": b"7", "NAME": ESCAPED,
            "COMM": b'o"d]d\\', "FLAGS": b"future,inherited", "FS": b"xfs",
            "TIME": b"2023-11-14T22:13:20.000000001Z",
            "PATH": b'/p\t"\\\\x]' + b"p" * 12}
    got = {name: first.get(f"DIVULGE_{name}") for name in want}
    assert got == want, got
    assert not any(name.startswith("CODE_") for name in first), first


def numbered(tmp):
    """The same record has the same number as in JSON, and says whose it is."""
    journal = Journal()
    with outputs.Feed("journal:", f"json:{tmp}/json") as feed:
        feed.say("p3")
        entries = journal.entries(3)
        feed.end()
    journal.leave()
    want = [[str(o[name]).encode() for name in ("host", "boot", "run",
                                                "record")]
            for o in outputs.of_file(f"{tmp}/json")]
    got = [[e[f"DIVULGE_{name}"] for name in ("HOST", "BOOT", "RUN",
                                              "RECORD")] for e in entries]
    assert got == want and len(got) == 3, (got, want)


def down(_):
    """A time without a daemon is a warning, of which another run is told."""
    journal = Journal()
    with outputs.Feed("journal:") as feed:
        feed.say("d41")
        entry = journal.entry()
        feed.end()
    journal.leave()
    assert entry["DIVULGE_EVENT"] == b"down", entry
    assert entry["PRIORITY"] == b"4", entry
    assert entry["MESSAGE_ID"] == b"0ba712429484472db09361bf4507fa4b", entry
    assert entry["MESSAGE"].startswith(b"down between "), entry
    assert entry["DIVULGE_BEFORE_RECORD"] == b"41", entry
    assert entry["DIVULGE_RECORD"] == b"1", entry


def long_entry(_):
    """What is too long for a datagram comes all the same."""
    journal = Journal()
    with outputs.Feed("journal:") as feed:
        feed.say("l60000")
        feed.say("p1")
        long, _ = journal.entries(2)
        feed.end()
    journal.leave()
    assert len(long["DIVULGE_PATH"]) == 60000, len(long["DIVULGE_PATH"])


def later_away_and_back(tmp):
    """No journal at first, one that goes, and one that comes back."""
    with outputs.Feed("journal:", f"json:{tmp}/json") as feed:
        for _ in range(outputs.MANY // 100):
            feed.say("p100")
        outputs.wait_for(lambda: "trying again" in feed.stderr(), "absence")
        outputs.wait_for(lambda: outputs.last_of(f"{tmp}/json") ==
                         outputs.MANY, "the last record")
        journal = Journal()
        entries = journal.entries(outputs.MANY)
        assert "goes on" in feed.stderr(), feed.stderr()
        journal.leave()
        feed.say("p10")
        outputs.wait_for(lambda: feed.stderr().count("trying again") == 2,
                         "absence")
        journal = Journal()
        entries += journal.entries(outputs.MANY + 10)
        feed.end()
        journal.leave()
    gaps = [e for e in entries if e["DIVULGE_EVENT"] == b"gap"]
    assert gaps and all(e["PRIORITY"] == b"4" for e in gaps), gaps
    assert outputs.adds_up(as_records(entries), outputs.MANY + 10) > 0
    outputs.adds_up(outputs.of_file(f"{tmp}/json"), outputs.MANY + 10)


def stuck(tmp):
    """A journal that reads nothing holds nobody up, and may go on."""
    journal = Journal()
    with outputs.Feed("journal:", f"json:{tmp}/json") as feed:
        feed.say("p100")
        outputs.wait_for(lambda: outputs.last_of(f"{tmp}/json") == 100,
                         "the last record")
        entries = journal.entries(100)
        feed.say("p100")
        outputs.wait_for(lambda: outputs.last_of(f"{tmp}/json") == 200,
                         "the last record")
        feed.end(1)
        left = feed.left()
        assert left > 0
    journal.sock.settimeout(0.1)
    while entry := journal.entry():
        entries.append(entry)
    outputs.adds_up(as_records(entries), 200, left)
    journal.leave()


def misnamed(_):
    """It has no target."""
    with outputs.Feed("journal:/run/x") as feed:
        assert "nothing behind it" in feed.end(1)


TESTS = [fields, numbered, down, long_entry, later_away_and_back, stuck,
         misnamed]


def main():
    """Run them all, where nothing else is."""
    try:
        enter_namespace()
    except OSError as err:
        print(f"1..0 # SKIP no mount namespace to be had: {err}")
        return
    outputs.run(TESTS)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge monitor dccp --interval' samples connections, and draws them."""

import contextlib
import datetime
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import common
import peers
from peers import V4, V6, cookie

DEMO = 0x64656d6f
BLOCKS = set("▁▂▃▄▅▆▇█")
ASCII = set("_.:-=+*#")


@contextlib.contextmanager
def sampling(interval, *args, netns=None):
    """Samples in JSON, ended in any case."""
    where = [] if netns is None else ["-N", netns]
    watcher = common.Background("divulge", "monitor", "dccp", "--json",
                                "--interval", interval, *where, *args,
                                ready="sampling")
    try:
        yield watcher
    finally:
        watcher.end()


def about(watcher, sock):
    """Samples of a socket."""
    return [e for e in watcher.objects() if e.get("cookie") == cookie(sock)]


def seconds(event):
    """When it was."""
    return datetime.datetime.fromisoformat(event["time"][:26]).timestamp()


def check_sample(sample, sock, ccid):
    """What the owner of the socket is told."""
    common.same("event", "dccp-sample", sample["event"])
    common.same("ends", (*sock.getsockname()[:2], *sock.getpeername()[:2]),
                tuple(sample[key] for key in ("saddr", "sport", "daddr",
                                              "dport")))
    common.same("MPS", peers.number(sock, peers.GET_CUR_MPS), sample["mps"])
    common.same("service", DEMO, sample["service"])
    common.same("queue", 0, sample["tx_queued"])
    common.same("figures of CCID 2 and 3", (ccid == 2, ccid == 3),
                (sample["ccid2_tx_cwnd"] is not None,
                 sample["ccid3_tx_x"] is not None))


def rate(sock):
    """X as its owner is told (struct tfrc_tx_info)."""
    info = sock.getsockopt(peers.SOL_DCCP, peers.CCID_TX_INFO, 48)
    return struct.unpack("=Q", info[:8])[0]


def rate_is_that_of_its_owner():
    """X and what is made of it, until it is no other meanwhile."""
    with peers.loopback() as net, peers.connected(V4, 3, 3, net=net) as made, \
            sampling("50ms", netns=net.client) as watcher:
        def same():
            seen = about(watcher, made.client)
            return seen and seen[-1]["ccid3_tx_x"] == rate(made.client) and \
                seen[-1]["rate"] == seen[-1]["ccid3_tx_x"] // 64

        watcher.wait_for(same, "the rate that its owner is told")


def samples_in_json():
    """Each connection once a sample, with its figures."""
    with peers.loopback() as net, contextlib.ExitStack() as stack:
        made = {ccid: stack.enter_context(peers.connected(
                    family, ccid, ccid, DEMO, net=net))
                for family, ccid in ((V4, 2), (V6, 3))}
        with sampling("100ms", "--count", "5", netns=net.client) as watcher:
            common.same("exit code", 0, watcher.proc.wait(60))
            seen = watcher.objects()
            common.same("listeners", set(), {e["role"] for e in seen
                                             if e["event"] != "lost"} -
                        {"client", "server"})
            for ccid, each in made.items():
                for sock in each.client, each.server:
                    mine = about(watcher, sock)
                    common.same("samples", 5, len(mine))
                    check_sample(mine[0], sock, ccid)
            times = {e["sample"]: seconds(e) for e in seen if "sample" in e}
            common.same("number of times", 5, len(times))
            for number, when in times.items():
                off = when - times[1] - (number - 1) * 0.1
                # What is later by an interval has another number
                if abs(off) > 0.1:
                    raise AssertionError(f"sample {number} is off by {off}")


def filtered():
    """What a dump filters."""
    with peers.loopback() as net, peers.connected(V4, 2, 2, 5, net=net), \
            peers.connected(V6, 3, 3, DEMO, net=net):
        for args, number in ((("--ccid", "3"), 2), (("--service", "5"), 2),
                             (("--role", "client"), 2),
                             (("--state", "listen"), 2),
                             (("--role", "client", "--ccid", "2"), 1)):
            with sampling("1s", "--count", "1", *args,
                          netns=net.client) as watcher:
                watcher.proc.wait(60)
                common.same(args, number, len(watcher.objects()))


def missed():
    """Samples that were not taken are told, and are no samples."""
    with peers.loopback() as net, peers.connected(V4, net=net), \
            sampling("50ms", netns=net.client) as watcher:
        watcher.wait_for(watcher.objects, "a sample")
        watcher.proc.send_signal(signal.SIGSTOP)
        time.sleep(1)
        watcher.proc.send_signal(signal.SIGCONT)
        watcher.wait_for(lambda: [e for e in watcher.objects()
                                  if e["event"] == "lost" and
                                  e["count"] > 10], "what was missed")
        seen = watcher.stop()
        told = set()
        for event in seen:
            if event["event"] == "lost":
                common.same("stream", "samples", event["stream"])
                told |= set(range(event["first_seq"], event["last_seq"] + 1))
        taken = {e["sample"] for e in seen if "sample" in e}
        common.same("both", set(), told & taken)
        common.same("neither", set(), set(range(1, max(taken))) - told - taken)


def congestion():
    """CCID 2 has congestion, and CCID 3 a loss event rate, after losses."""
    for ccid, lost in ((2, lambda e: e["congested"]),
                       (3, lambda e: e["ccid3_tx_p"])):
        with peers.veth() as net, contextlib.ExitStack() as stack:
            peers.traffic(net.client, "qdisc", "add", "dev", "eth", "root",
                          "netem", "delay", "5ms")
            made = stack.enter_context(peers.connected(V4, ccid, ccid,
                                                       net=net))
            watcher = stack.enter_context(sampling(
                "200ms", "--role", "client", netns=net.client))
            watcher.wait_for(lambda w=watcher: len(w.objects()) > 3,
                             "samples before a loss")
            common.same("losses before", [], [e for e in watcher.objects()
                                              if "sample" in e and lost(e)])
            peers.traffic(net.client, "qdisc", "change", "dev", "eth", "root",
                          "netem", "delay", "5ms", "loss", "20%")

            def go_on(made=made, watcher=watcher, lost=lost):
                made.client.setblocking(False)
                made.server.setblocking(False)
                for _ in range(20):
                    with contextlib.suppress(BlockingIOError):
                        made.client.send(bytes(200))
                    with contextlib.suppress(BlockingIOError):
                        made.server.recv(1000)
                return [e for e in watcher.objects()
                        if "sample" in e and lost(e)]

            watcher.wait_for(go_on, f"a loss under CCID {ccid}", 120)


def interface_absent():
    """Which is no empty answer."""
    run = subprocess.run(["divulge", "monitor", "dccp", "--interval", "1",
                          "--dev", "no-such"], check=False,
                         stderr=subprocess.PIPE, text=True)
    common.same("exit code", 1, run.returncode)
    if "no-such" not in run.stderr:
        raise AssertionError(run.stderr)


def reader_is_gone():
    """It ends when nobody reads any more."""
    with subprocess.Popen(["divulge", "monitor", "dccp", "--interval", "1h"],
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as proc:
        proc.stderr.readline()
        proc.stdout.close()
        common.same("exit code", -signal.SIGPIPE, proc.wait(60))


class Terminal:
    """A terminal with a monitor on it, as a person sees it."""

    # pylint: disable=too-many-arguments
    def __init__(self, *args, lines=24, columns=80, term="xterm",
                 locale="C.UTF-8"):
        try:
            # pylint: disable=import-outside-toplevel
            import pyte
        except ImportError as err:
            raise common.Skip(f"python3-pyte: {err}") from err
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status = None
        self.pid, self.master = pty.fork()
        if not self.pid:
            os.environ.update(TERM=term, LC_ALL=locale)
            for name in "LINES", "COLUMNS":
                os.environ.pop(name, None)
            # Not before the size is set
            os.read(0, 1)
            os.execvp("divulge", ["divulge", "monitor", "dccp", "--interval",
                                  f"{100 * common.PATIENCE}ms", *args])
        self.before = termios.tcgetattr(self.master)
        self.resize(lines, columns)
        self.press(b"\n")

    def resize(self, lines, columns):
        """Another size, of which it is told."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("=HHHH", lines, columns, 0, 0))

    def press(self, keys):
        """Press keys."""
        os.write(self.master, keys)

    def take(self):
        """Let the screen show what was written; False at the end of it."""
        if not select.select([self.master], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def lines(self):
        """What is to be seen."""
        return [line.rstrip() for line in self.screen.display]

    def wait_for(self, condition, what):
        """Wait until the lines are so; return them."""
        end = time.monotonic() + 60 * common.PATIENCE
        while not condition(self.lines()):
            if not self.take() or time.monotonic() > end:
                raise AssertionError(f"not seen: {what}: {self.lines()}")
        return self.lines()

    def has_ended(self):
        """Whether it has; what it still wrote is taken."""
        self.take()
        pid, self.status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.pid = 0
        while select.select([self.master], [], [], 0)[0] and self.take():
            pass
        return True

    def end(self):
        """Wait for its end; return the exit code."""
        peers.wait_until(self.has_ended, "its end")
        return os.waitstatus_to_exitcode(self.status)

    def close(self):
        """Whatever it did."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)


@contextlib.contextmanager
def terminal(*args, **kwargs):
    """A terminal, closed in any case."""
    made = Terminal(*args, **kwargs)
    try:
        yield made
    finally:
        made.close()


def title(line):
    """Whether it says what is drawn below."""
    return line.startswith("WINDOW/RATE")


def drawn(glyphs):
    """A condition that some connection has been drawn, at least so often."""
    def is_drawn(lines):
        return any(sum(c in glyphs for c in line) >= 9 for line in lines[3::2])
    return is_drawn


def on_a_terminal():
    """Connections with what they were, up to date, until one ends."""
    with peers.loopback() as net, contextlib.ExitStack() as stack:
        made = {ccid: stack.enter_context(peers.connected(
                    family, ccid, ccid, DEMO, net=net))
                for family, ccid in ((V4, 2), (V6, 3))}
        seen = stack.enter_context(terminal("-N", net.client))
        lines = seen.wait_for(drawn(BLOCKS), "blocks")
        common.same("connections", True, "4 connections" in lines[0])
        common.same("title", True, title(lines[1]))
        for sock in (each.client for each in made.values()):
            port = f":{sock.getsockname()[1]} "
            found = [i for i, line in enumerate(lines) if port in line and
                     "OPEN client" in line]
            common.same("lines of it", 1, len(found))
            common.same("below it", True,
                        bool(BLOCKS & set(lines[found[0] + 1])))
        order = [line.split()[0] for line in lines[2::2] if line]
        made[2].client.close()
        made[2].server.close()
        lines = seen.wait_for(lambda lines: any("CLOSED" in line
                                                for line in lines), "an end")
        common.same("order", order, [line.split()[0] for line in lines[2::2]
                                     if line])
        seen.wait_for(lambda lines: not any("CLOSED" in line for line in lines)
                      and "2 connections" in lines[0], "that it is forgotten")


def ends_on_interrupt():
    """Ctrl-C leaves the terminal as it was."""
    with peers.connected(V4), terminal() as seen:
        seen.wait_for(lambda lines: title(lines[1]), "the title")
        if termios.tcgetattr(seen.master) == seen.before:
            raise AssertionError("keys are not taken one by one")
        seen.press(b"\x03")
        common.same("exit code", 0, seen.end())
        common.same("settings", seen.before, termios.tcgetattr(seen.master))
        for what in b"\x1b[?1049l", b"\x1b[?25h":
            common.same(f"{what} at the end", True,
                        seen.raw.rfind(what) >
                        seen.raw.rfind(what.replace(b"l", b"h")
                                       if what.endswith(b"l")
                                       else b"\x1b[?25l"))


def ends_on_q_and_count():
    """q ends it, and so does --count."""
    with terminal() as seen:
        seen.wait_for(lambda lines: title(lines[1]), "the title")
        seen.press(b"q")
        common.same("exit code", 0, seen.end())
    with terminal("--count", "2") as seen:
        common.same("exit code", 0, seen.end())


def more_than_lines():
    """Some are shown, and keys show the others; a new size shows more."""
    with peers.loopback() as net, contextlib.ExitStack() as stack:
        made = [stack.enter_context(peers.connected(V4, 2, 2, i, net=net))
                for i in range(10)]
        # They come in this order
        code = [f"SC={i}" for i in
                sorted(range(10), key=lambda i: cookie(made[i].client))]
        seen = stack.enter_context(terminal("-N", net.client, "--role",
                                            "client", lines=11))
        seen.wait_for(lambda lines: "1-4 of 10 connections" in lines[0] and
                      code[0] in lines[2] and code[3] in lines[8] and
                      drawn(BLOCKS)(lines), "the first four")
        seen.press(b"\x1bOB")
        seen.wait_for(lambda lines: "2-5 of 10" in lines[0] and
                      code[1] in lines[2], "one on")
        seen.press(b"G")
        seen.wait_for(lambda lines: "7-10 of 10" in lines[0] and
                      code[9] in lines[8], "the last four")
        seen.resize(19, 120)
        lines = seen.wait_for(lambda lines: "3-10 of 10" in lines[0] and
                              code[9] in lines[16] and len(lines[17]) > 100,
                              "eight")
        # What is left of three parts of the same size
        common.same("columns", 118, max(map(len, lines)))
        seen.resize(5, 30)
        lines = seen.wait_for(lambda lines: "of 10" in lines[0] and
                              "SC=" not in lines[2] and
                              set(lines[3]) & BLOCKS, "one")
        common.same("lines", (5, True), (len(lines), title(lines[1])))
        seen.resize(1, 1)
        seen.resize(24, 80)
        seen.wait_for(lambda lines: "10 connections" in lines[0] and
                      code[9] in lines[20], "all")


def without_blocks():
    """Where the locale has no blocks, other characters do."""
    with peers.connected(V4), terminal(locale="C") as seen:
        seen.wait_for(drawn(ASCII), "characters")
        common.same("bytes", [], [b for b in seen.raw if b > 127])


def no_terminal_to_draw_on():
    """A terminal that cannot move its cursor gets lines."""
    with peers.connected(V4), terminal("--count", "2", term="dumb") as seen:
        common.same("exit code", 0, seen.end())
        if seen.raw.count(b"sample 2 mps ") != 2 or b"\x1b" in seen.raw:
            raise AssertionError(seen.raw)


def stopped_and_continued():
    """What was not sampled meanwhile is a gap, and is counted."""
    with peers.connected(V4), terminal() as seen:
        seen.wait_for(drawn(BLOCKS), "blocks")
        os.kill(seen.pid, signal.SIGSTOP)
        time.sleep(common.PATIENCE)
        os.kill(seen.pid, signal.SIGCONT)
        # In the first of three parts
        seen.wait_for(lambda lines: " missed" in lines[0] and
                      re.search("█ {5,}█", lines[3][8:25]), "a gap")


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in
                  (samples_in_json, rate_is_that_of_its_owner, filtered, missed, congestion,
                   interface_absent, reader_is_gone, on_a_terminal,
                   ends_on_interrupt, ends_on_q_and_count, more_than_lines,
                   without_blocks, no_terminal_to_draw_on,
                   stopped_and_continued)])

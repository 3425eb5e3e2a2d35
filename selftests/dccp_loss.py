#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Losses on the way, as events and traces, counted by the kernel as well.

Of 20 packets one is lost, or all of them. The peers are Python's. Beside the
module, probes of tracefs look at the same functions, each in a way of its own.
"""

import contextlib
import os
import re
import subprocess
import time

import common
import dccp_fields
import generic
import peers
from peers import V4, V6

INTERVAL = "r:divulge_test/interval tfrc_lh_interval_add added=$retval:s32"
RTO = "p:divulge_test/rto ccid2_hc_tx_rto_expire"
NO_FEEDBACK = "p:divulge_test/no_feedback ccid3_hc_tx_no_feedback_timer"


def offset(struct, member):
    """Where a member of a type of dccp.ko is."""
    text = subprocess.run(
        ["pahole", "-F", "btf", "--btf_base", "/sys/kernel/btf/vmlinux", "-C",
         struct, "/sys/kernel/btf/dccp"], check=True,
        stdout=subprocess.PIPE).stdout.decode()
    return int(re.search(rf"\b{member};\s+/\*\s+(\d+)", text).group(1))


def ack_probe():
    """Looks at the window of CCID 2 before each acknowledgement."""
    half = offset("dccp_sock", "dccps_hc_tx_ccid")
    begin = offset("ccid", r"ccid_priv\[\]")

    def where(member):
        return f"+{begin + offset('ccid2_hc_tx_sock', member)}" \
               f"(+{half}(%di)):u32"

    return ("p:divulge_test/ack ccid2_hc_tx_packet_recv sk=%di "
            f"cwnd={where('tx_cwnd')} last={where('tx_last_cong')}")


def write(name, text):
    """Into a file of tracefs, without emptying it before."""
    file = os.open(f"{common.TRACING}/{name}", os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


@contextlib.contextmanager
def probing(*probes):
    """Trace losses, and with probes of tracefs."""
    with common.tracing("dccp_loss"):
        for probe in probes:
            write("kprobe_events", probe)
        try:
            write("events/divulge_test/enable", "1")
            yield
        finally:
            write("events/divulge_test/enable", "0")
            for probe in probes:
                write("kprobe_events", f"-:{probe.split()[0][2:]}")


def lines(event):
    """Fields of the lines of an event in the trace."""
    return [common.fields(line) for line in common.read_trace()
            if f" {event}: " in line]


def check_trace(*ears):
    """The losses that were heard are those in the trace."""
    events = sorted((event for ear in ears
                     for event in ear.about(kind="loss")),
                    key=lambda event: event["change"]["time"])
    traced = lines("dccp_loss")
    common.same("lines of trace", len(events), len(traced))
    for event, line in zip(events, traced):
        sock = event["sock"]
        common.same("kind", event["loss"]["kind"], line["kind"])
        for key in "cookie", "netns", "service", "tx-ccid", "rx-ccid":
            common.same(key, sock[key], int(line[key.replace("-", "_")]))
        common.same("state", sock["state"], line["state"])


def netem(net, *args, verb="add"):
    """What happens to what the client sends."""
    peers.traffic(net.client, "qdisc", verb, "dev", "eth", "root", "netem",
                  *args)


def drain(sock):
    """Read what is there."""
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.recv(2000)


def pump(made, packets):
    """Send some, and read what arrives."""
    for _ in range(packets):
        made.client.send(bytes(200))
        drain(made.server)


class Lossy:
    """A connection, those who hear of it, and the losses to come."""

    # pylint: disable=too-many-arguments
    def __init__(self, stack, family, ccid, probes, *qdisc):
        stack.enter_context(probing(*probes))
        self.net = stack.enter_context(peers.veth())
        self.client = stack.enter_context(generic.hearing(self.net.client))
        self.server = stack.enter_context(generic.hearing(self.net.server))
        self.made = stack.enter_context(peers.connected(
            family, ccid, ccid, 0x6c6f7373, net=self.net))
        self.ends = {end: peers.cookie(end)
                     for end in (self.made.client, self.made.server)}
        # The handshake and the first data get through; CCID 2 has an idea of
        # the round-trip time by then.
        for _ in range(3 if ccid == 2 else 0):
            self.made.exchange()
        netem(self.net, *qdisc)

    def losses(self, end, kind):
        """Those of a kind that one of the ends noticed."""
        ear = self.client if end is self.made.client else self.server
        return [event for event in ear.about(self.ends[end], "loss")
                if event["loss"]["kind"] == kind]

    def pump(self, end, kind, number):
        """Send until an end has noticed as many losses of a kind."""
        limit = time.monotonic() + 60
        while len(self.losses(end, kind)) < number:
            pump(self.made, 20)
            self.client.hear()
            self.server.hear()
            if time.monotonic() > limit:
                raise AssertionError("too few losses within a minute")

    def finish(self):
        """Hear of all that has been, and look into the trace."""
        self.made.close()
        self.client.flush()
        self.server.flush()
        check_trace(self.client, self.server)


def intervals(family):
    """A test: loss events of a receiver under CCID 3."""
    def test():
        with contextlib.ExitStack() as stack:
            lossy = Lossy(stack, family, 3, [INTERVAL], "delay", "10ms")
            made, net = lossy.made, lossy.net
            # With a loss before its rate has grown it would send a packet in
            # some seconds.
            pump(made, 100)
            netem(net, "delay", "10ms", "loss", "5%", verb="change")
            lossy.pump(made.server, "interval", 6)
            # While nothing moves both say the same, to the owner and to us.
            client = dccp_fields.compare(made.client, net.client, "open",
                                         "client")["ccid3-tx"]
            server = dccp_fields.compare(made.server, net.server, "open",
                                         "server")["ccid3-rx"]
            # With the rate of the kernel's own events, which may be few yet
            dccp_fields.near("p of the sender", server["p"], client["p"], 0.5)
            common.same("X_calc is there", True, client["x-calc"] > 0)
            common.same("RTT is above 10 ms", True, client["rtt"] > 10000)
            lossy.finish()
            heard = lossy.losses(made.server, "interval")
            common.same("new intervals", len([line for line in
                                              lines("interval")
                                              if line["added"] == "1"]),
                        len(heard))
            check_intervals(heard)
    return test


def check_intervals(heard):
    """RFC 5348, 5.4: p is one by the mean interval; 200 bytes a packet."""
    for event in heard:
        half = event["ccid3-rx"]
        common.same("p", max(10 ** 6 // half["i-mean"], 100), half["p"])
        common.same("state", ("data", "open", "server"),
                    (half["state"], event["sock"]["state"],
                     event["sock"]["role"]))
    # Which packets are lost is random: p of 5 % within wide limits.
    last = heard[-1]["ccid3-rx"]
    common.same("p is about 5 %", True, 10 ** 4 < last["p"] < 3 * 10 ** 5)
    dccp_fields.near("s", 200, last["s"], 0.2)


def congestion(family):
    """A test: congestion events of a sender under CCID 2."""
    def test():
        with contextlib.ExitStack() as stack:
            lossy = Lossy(stack, family, 2, [ack_probe()], "delay", "10ms",
                          "loss", "5%")
            made = lossy.made
            lossy.pump(made.client, "congestion", 4)
            # Let it be seen what the last of them has left behind.
            netem(lossy.net, "delay", "1ms", verb="change")
            for _ in range(6):
                made.client.send(b"x")
                made.server.settimeout(20)
                made.server.recv(2000)
                made.server.send(b"x")
                made.client.recv(1)
            lossy.finish()
            heard = lossy.losses(made.client, "congestion")
            seen = changes_of_window()
            common.same("congestion events", len(seen), len(heard))
            for event, before in zip(heard, seen):
                check_congestion(event["ccid2-tx"], before)
    return test


def changes_of_window():
    """The window before each acknowledgement that told of a congestion."""
    before, seen = {}, []
    for line in lines("ack"):
        last = before.get(line["sk"])
        if last and last["last"] != line["last"]:
            seen.append(int(last["cwnd"]))
        before[line["sk"]] = line
    return seen


def check_congestion(half, before):
    """RFC 4341, 5.1: half the window, which an Ack may have made larger."""
    common.same("window halved", True,
                max(before // 2, 1) <= half["cwnd"] <= (before + 2) // 2)
    common.same("ssthresh", max(half["cwnd"], 2), half["ssthresh"])
    # It is told when it happens.
    common.same("last congestion", True, half["last-cong"] <= 4)


def timeouts(family):
    """A test: nothing gets through any more, CCID 2 reacts to silence."""
    def test():
        with contextlib.ExitStack() as stack:
            lossy = Lossy(stack, family, 2, [RTO], "loss", "100%")
            made = lossy.made
            # What was under way has arrived, or has its timeout behind it.
            lossy.client.flush()
            known = len(lossy.losses(made.client, "rto"))
            # A timeout counts with packets in flight only, and each leaves one
            # to be sent.
            for i in range(known, known + 3):
                made.client.send(bytes(200))
                lossy.client.wait(lambda i=i: len(lossy.losses(
                    made.client, "rto")) > i, "timeouts")
            lossy.finish()
            heard = [event["ccid2-tx"] for event in
                     lossy.losses(made.client, "rto")[known:]]
            # As it was when the timer expired; the next shows what came of it.
            for before, after in zip(heard, heard[1:]):
                common.same("window", (1, max(before["cwnd"] // 2, 2)),
                            (after["cwnd"], after["ssthresh"]))
                # It doubles with nothing in flight, too.
                common.same("timeout", 0, after["rto"] % (2 * before["rto"]))
            # Of those that found the socket in use nothing comes.
            common.same("no more than expired", True,
                        len(heard) <= len(lines("rto")))
            common.same("nothing of congestion", [],
                        lossy.losses(made.client, "congestion"))
    return test


def silence(family):
    """A test: the same under CCID 3, RFC 5348, 4.4."""
    def test():
        with contextlib.ExitStack() as stack:
            lossy = Lossy(stack, family, 3, [NO_FEEDBACK], "loss", "100%")
            made = lossy.made
            made.client.send(bytes(200))
            lossy.client.wait(lambda: len(lossy.losses(
                made.client, "no-feedback")) >= 4, "silence")
            lossy.finish()
            heard = [event["ccid3-tx"] for event in
                     lossy.losses(made.client, "no-feedback")]
            for before, after in zip(heard, heard[1:]):
                common.same("X halved", max(before["x"] // 2, before["s"]),
                            after["x"])
            common.same("state", "no-fback", heard[-1]["state"])
            common.same("no more than expired", True,
                        len(heard) <= len(lines("no_feedback")))
    return test


if __name__ == "__main__":
    common.need_module()
    common.begin([(f"{test.__name__}_{name}", test(family))
                  for test in (intervals, congestion, timeouts, silence)
                  for name, family in (("inet", V4), ("inet6", V6))])

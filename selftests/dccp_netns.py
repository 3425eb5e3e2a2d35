#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What becomes of events that nobody reads, and of a dump nobody ends."""

import contextlib
import errno
import os
import socket
import subprocess

import common
import generic
import peers
from peers import V4

NLM_F_DUMP = 0x300

KO = os.environ.get("DIVULGE_KO", "")


def open_and_close(netns, number):
    """So many listeners, each of which opens and closes: two events."""
    with peers.inside(netns):
        for _ in range(number):
            sock = peers.dccp_socket(V4)
            sock.listen(1)
            sock.close()


def numbers(events):
    """Those that tell where something is missing."""
    return [event["change"]["seq"] for event in events]


def overrun():
    """Who does not read in time knows from the numbers what it missed."""
    with peers.loopback() as net, generic.hearing(net.client) as slow, \
            generic.hearing(net.client) as fast:
        slow.client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        generic.give_room(fast.client)
        for _ in range(10):
            open_and_close(net.client, 50)
            fast.flush()
        # An error tells that there is a gap, and is no end.
        try:
            slow.hear()
        except OSError as err:
            common.same("errno", errno.ENOBUFS, err.errno)
        else:
            raise AssertionError("nothing was missed")
        # Until all is read of what there was room for, there is for no more.
        while slow.hear():
            pass
        for ear in slow, fast:
            ear.flush()
        common.same("nobody else missed any", [
            *range(fast.events[0]["change"]["seq"],
                   fast.events[-1]["change"]["seq"] + 1)],
            numbers(fast.events))
        heard = numbers(slow.events)
        common.same("in their order", sorted(set(heard)), heard)
        common.same("some are missing", True, 2 < len(heard) < 1020)
        common.same("none was lost before", (0, 0), (slow.lost, fast.lost))
        told = {event["change"]["seq"]: event for event in fast.events}
        for event in slow.events:
            common.same("the same", told[event["change"]["seq"]], event)


def queue_is_full():
    """What found no room is counted, between the events around it."""
    with peers.loopback() as net, common.queue_len(20), \
            generic.hearing(net.client) as ear:
        generic.give_room(ear.client)
        with common.before_others():
            open_and_close(net.client, 200)
        ear.flush()
        common.same("some found none", True, ear.lost > 0)
        seen = numbers(ear.events)
        common.same("events and losses", seen[-1] - seen[0] + 1,
                    len(seen) + ear.lost)


def namespace_ends():
    """With a listener on the group, and with events not yet sent."""
    for _ in range(10):
        with peers.loopback() as net, contextlib.ExitStack() as stack:
            ears = [generic.Ear(net.client) for _ in range(2)]
            stack.callback(ears[1].close)
            made = [peers.Connection(V4, 3, 2, net=net) for _ in range(5)]
            for each in made:
                each.close()
            # The events wait for some milliseconds; nothing else holds the
            # namespace.
            ears[0].close()
    generic.dump()


def other_namespace():
    """Of another network namespace neither sockets nor events are seen."""
    with peers.loopback() as one, peers.loopback() as other, \
            generic.hearing(one.client) as here, \
            generic.hearing(other.client) as there, \
            peers.connected(V4, net=one) as made:
        number = peers.cookie(made.client)
        common.same("sockets", (3, 0), (len(generic.dump(one.client)),
                                        len(generic.dump(other.client))))
        common.same("get", errno.ENOENT, generic.refusal(
            lambda: generic.get(other.client, cookie=number))[0])
        for ear in here, there:
            ear.flush()
        common.same("events", True, len(here.about(number)) > 1)
        common.same("of the other", [], there.about(number))
        # Each namespace numbers its own.
        common.same("numbers", [1, 2], numbers(there.events))


def dump_holds_module():
    """The module cannot go under a dump, and can when it is given up."""
    if not KO:
        raise common.Skip("DIVULGE_KO does not name a divulge.ko")
    with peers.loopback() as net:
        made = [peers.Connection(V4, net=net) for _ in range(200)]
        asks = generic.another(net.client)
        asks.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ask_for_dump(asks)
        first = asks.sock.recv(1 << 17)
        common.same("there is a first message", True, len(first) > 1000)
        run = subprocess.run(["rmmod", "divulge"], check=False,
                             stderr=subprocess.PIPE)
        common.same("rmmod", (1, True), (run.returncode,
                                         b"in use" in run.stderr))
        asks.sock.close()
        peers.wait_until(lambda: subprocess.run(
            ["rmmod", "divulge"], check=False,
            stderr=subprocess.DEVNULL).returncode == 0, "the module goes")
        subprocess.run(["insmod", KO], check=True)
        for each in made:
            each.close()


def ask_for_dump(asks):
    """Send the request only."""
    operation = asks.ops["dccp-dump"]
    # pylint: disable=protected-access
    message = asks._encode_message(operation, {"groups": generic.GROUPS},
                                   [NLM_F_DUMP], 1)
    asks.sock.send(message)


if __name__ == "__main__":
    common.need_module()
    # The last loads the module anew, and its numbers may be others then.
    common.begin([(test.__name__, test) for test in
                  (overrun, queue_is_full, namespace_ends, other_namespace,
                   dump_holds_module)])

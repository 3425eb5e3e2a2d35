# SPDX-License-Identifier: GPL-2.0
"""divulge-queues: what events wait, and what became of those before."""

import struct

import kernel
import modules


class Layout:  # pylint: disable=too-few-public-methods
    """How events lie in a chunk."""

    def __init__(self, symbol):
        self.chunk = kernel.type_of("struct chunk", symbol)
        event = kernel.type_of("struct event", symbol)
        self.len = kernel.offset_of(event, "len")
        self.head = event.sizeof
        self.events = kernel.offset_of(self.chunk, "events")

    def count(self, chunk, first):
        """How many events are in a chunk from that offset on."""
        used = int(chunk["used"])
        data = kernel.read(int(chunk.address) + self.events, used)
        offset, count = first, 0
        while offset < used:
            length, = struct.unpack_from("<I", data, offset + self.len)
            offset += self.head + length + 7 & ~7
            count += 1
        return count


def depth(layout, head, first=0):
    """How many events are in a list of chunks, and in how many bytes."""
    events = size = 0
    for chunk in kernel.entries(head, layout.chunk, "node"):
        events += layout.count(chunk, first)
        size += int(chunk["used"]) - first
        first = 0
    return events, size


def queue_rows(symbol):
    """What is shown of each processor's queue."""
    layout = Layout(symbol)
    for cpu in kernel.cpus():
        queue = kernel.per_cpu(symbol.value(), cpu)
        yield (cpu, *depth(layout, queue["chunks"]),
               *depth(layout, queue["taken"], int(queue["next"])))


def stream_row(name, stream):
    """What is shown of a stream."""
    return (name, int(stream["waiting"]["counter"]), int(stream["seq"]),
            int(stream["published"]), int(stream["lost"]),
            int(stream["loss"]["count"]))


def dccp_rows():
    """The streams of DCCP: each network namespace has one."""
    try:
        number = int(modules.own_variable("dccp_net_id").value())
    except kernel.Missing:
        return
    stream = kernel.type_of("struct divulge_stream").pointer()
    heads = kernel.variable("net_namespace_list", "struct list_head")
    for net in kernel.entries(heads, kernel.type_of("struct net"), "list"):
        where = net["gen"]["ptr"][number].cast(stream)
        yield stream_row(f"dccp in net:[{int(net['ns']['inum'])}]",
                         where.dereference())


class Queues(kernel.Command):
    """Show the events that wait on each processor, and each stream's numbers.

Waiting events are in a queue or, once its work item runs, taken from it. Of a
stream: the number of its last event, how many were sent, how many were lost,
and how many of these no reader was told of yet.
"""

    def show(self):
        symbol = modules.own_variable("queues")
        kernel.table(("CPU", "QUEUED", "BYTES", "TAKEN", "BYTES"),
                     queue_rows(symbol))
        births = modules.own_variable("births").value()
        print()
        kernel.table(("STREAM", "WAITING", "NUMBER", "SENT", "LOST",
                      "UNTOLD"),
                     [stream_row("births", births), *dccp_rows()])


Queues("divulge-queues")

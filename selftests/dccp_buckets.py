#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""More in a bucket of the hash table than is taken from it at a time.

dccp.ko was loaded with a table of one page, which has 512 buckets.
"""

import random
import resource

import common
import generic
import peers
from peers import V4, V6

ENTRIES = "/sys/module/dccp/parameters/thash_entries"

# As many as are taken from a bucket at a time, and in the least table
BATCH, BUCKETS = 16, 512
CONNECTIONS = 2400


def need_small_table():
    """Skip all where the table is as large as usual."""
    try:
        with open(ENTRIES, encoding="ascii") as file:
            small = file.read() == "1\n"
    except OSError:
        small = False
    if not small:
        print("TAP version 13\n1..0 # SKIP "
              "dccp.ko is not loaded with thash_entries=1")
        raise SystemExit(4)


def full_buckets(number):
    """Buckets with more than a batch, if all hash evenly: as dice say."""
    dice = random.Random(1)
    filled = [0] * BUCKETS
    for _ in range(number):
        filled[dice.randrange(BUCKETS)] += 1
    return sum(each > BATCH for each in filled)


def each_once():
    """Sockets, and those that pass a filter: each once."""
    common.same("there are such buckets", True,
                full_buckets(2 * CONNECTIONS) > 5)
    resource.setrlimit(resource.RLIMIT_NOFILE, 2 * [CONNECTIONS + 100])
    with peers.loopback() as net:
        listeners = {family: peers.listening_in(net.server, family,
                                                backlog=CONNECTIONS)
                     for family in (V4, V6)}
        made = []
        with peers.inside(net.client):
            for i in range(CONNECTIONS):
                family = V6 if i % 3 else V4
                made.append(peers.dccp_socket(family))
                made[-1].connect(listeners[family].getsockname())
        check(net, {peers.cookie(sock): sock.getsockname()[1]
                    for sock in made}, listeners)
        for sock in made + list(listeners.values()):
            sock.close()


def check(net, own, listeners):
    """All that is there, and what passes filters."""
    seen = generic.by_cookie(generic.dump(net.client))
    common.same("clients", own, {key: entry["sock"]["sport"]
                                 for key, entry in seen.items()
                                 if entry["sock"]["role"] == "client"})
    common.same("all", 2 * len(own) + len(listeners), len(seen))
    for family, listener in listeners.items():
        port = listener.getsockname()[1]
        expected = {key for key, entry in seen.items()
                    if entry["sock"]["dport"] == port and
                    entry["sock"]["family"] == family}
        common.same("by port", expected, set(generic.by_cookie(
            generic.dump(net.client, groups=generic.GROUPS, dport=port))))


if __name__ == "__main__":
    common.need_module()
    need_small_table()
    common.begin([(each_once.__name__, each_once)])

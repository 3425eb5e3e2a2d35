#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""'divulge dccp' and the dccp events say what the sockets' owner is told."""

import os
import socket
import subprocess
import time

import common
from peers import (SERVICE, GET_CUR_MPS, TX_CCID, RX_CCID, Connection, LO,
                   cookie, dccp_socket, number)

def check_socket(sock, seen, state):
    """Compare a record with what the socket's owner is told."""
    what = f"{sock.getsockname()}"
    common.same(what + " state", state, seen["state"])
    common.same(what + " tx_ccid", number(sock, TX_CCID), seen["tx_ccid"])
    common.same(what + " rx_ccid", number(sock, RX_CCID), seen["rx_ccid"])
    common.same(what + " mps", number(sock, GET_CUR_MPS), seen["mps"])
    common.same(what + " service", number(sock, SERVICE, "!I"), seen["service"])
    common.same(what + " own end", sock.getsockname()[:2],
             (seen["saddr"], seen["sport"]))
    common.same(what + " peer", sock.getpeername()[:2],
             (seen["daddr"], seen["dport"]))
    common.same(what + " inode", os.fstat(sock.fileno()).st_ino, seen["inode"])
    common.same(what + " netns", os.stat("/proc/self/ns/net").st_ino,
             seen["netns"])
    common.same(what + " uid", os.getuid(), seen["uid"])


def dump():
    """{cookie: record} of all sockets; each may be there but once."""
    seen = common.divulge("dccp")
    by_cookie = {sock["cookie"]: sock for sock in seen}
    common.same("sockets told twice", len(seen), len(by_cookie))
    return by_cookie


def equals_getsockopt():
    """Every CCID a half-connection, over IPv4 and IPv6."""
    made = [Connection(family, tx_ccid, rx_ccid, 1000 * tx_ccid + rx_ccid)
            for family in LO for tx_ccid in (2, 3) for rx_ccid in (2, 3)]
    try:
        for each in made:
            each.exchange()
        seen = dump()
        common.same("number of sockets", 3 * len(made), len(seen))
        for each in made:
            check_socket(each.client, seen[cookie(each.client)], "open")
            check_socket(each.server, seen[cookie(each.server)], "open")
            common.same("role", "client", seen[cookie(each.client)]["role"])
            common.same("role", "server", seen[cookie(each.server)]["role"])
            listener = seen[cookie(each.listener)]
            common.same("listener", ("listen", "listen", None, None),
                     tuple(listener[key] for key in
                           ("state", "role", "tx_ccid", "rx_ccid")))
            common.same("port", each.listener.getsockname()[1],
                     listener["sport"])
    finally:
        for each in made:
            each.close()


def partopen():
    """A client that got no data stays in PARTOPEN, which ss leaves out."""
    made = Connection(socket.AF_INET, 2, 2, 1)
    try:
        made.client.send(b"only from the client")
        made.server.recv(100)
        seen = dump()
        check_socket(made.client, seen[cookie(made.client)], "partopen")
        check_socket(made.server, seen[cookie(made.server)], "open")
    finally:
        made.close()


def v4_mapped():
    """An IPv6 socket that speaks IPv4."""
    listener = dccp_socket(socket.AF_INET6, 5)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", 0))
    listener.listen(1)
    client = dccp_socket(socket.AF_INET, 5)
    client.connect(("127.0.0.1", listener.getsockname()[1]))
    server, _ = listener.accept()
    try:
        seen = dump()
        check_socket(server, seen[cookie(server)], "open")
        common.same("family", "inet6", seen[cookie(server)]["family"])
    finally:
        for sock in client, server, listener:
            sock.close()


def bound_to_device():
    """SO_BINDTODEVICE shows as ifindex."""
    listener = dccp_socket(socket.AF_INET, 6)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        common.same("ifindex", socket.if_nametoindex("lo"),
                 dump()[cookie(listener)]["ifindex"])
    finally:
        listener.close()


def hundreds():
    """More sockets than a message or a batch holds, each once."""
    made = [Connection(socket.AF_INET, 2, 2, i) for i in range(150)]
    try:
        seen = dump()
        expected = {cookie(sock): i for i, each in enumerate(made) for sock in
                    (each.client, each.server, each.listener)}
        common.same("cookies", expected.keys(), seen.keys())
        for each, service in expected.items():
            common.same("service", service, seen[each]["service"])
    finally:
        for each in made:
            each.close()


def one_bucket():
    """More listeners in a bucket of the hash table than a message holds."""
    made = []
    port = 0
    try:
        for i in range(400):
            sock = dccp_socket(socket.AF_INET, i)
            made.append(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind(("127.0.0.1", port))
            sock.listen(1)
            port = sock.getsockname()[1]
        seen = dump()
        common.same("cookies", {cookie(sock) for sock in made}, seen.keys())
        for i, sock in enumerate(made):
            common.same("service", i, seen[cookie(sock)]["service"])
    finally:
        for sock in made:
            sock.close()


def only_own_netns():
    """Another network namespace shows its own sockets, of which it has none."""
    made = Connection(socket.AF_INET, 2, 2, 1)
    try:
        run = subprocess.run(["unshare", "-n", "divulge", "dccp", "--json"],
                             check=True, stdout=subprocess.PIPE)
        common.same("sockets", b"", run.stdout)
    finally:
        made.close()


def unprivileged():
    """Anyone sees the sockets, as with ss."""
    made = Connection(socket.AF_INET, 3, 3, 1)
    try:
        run = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups",
                              "divulge", "dccp", "--json"],
                             check=True, stdout=subprocess.PIPE)
        common.same("sockets", 3, run.stdout.count(b"\n"))
    finally:
        made.close()


def events_and_trace():
    """A connection's life, as events and in the trace, with the same values."""
    with common.tracing("dccp_state"):
        watcher = common.Background("divulge", "monitor", "dccp", "--json",
                                 ready="listening")
        made = Connection(socket.AF_INET, 3, 2, 0x66647074)
        cookies = {"client": cookie(made.client),
                   "server": cookie(made.server),
                   "listener": cookie(made.listener)}
        made.exchange()
        open_seen = dump()
        made.close()

        def lives():
            return {role: [event for event in watcher.objects()
                           if event["cookie"] == number and
                           event["event"] == "dccp-state"]
                    for role, number in cookies.items()}

        watcher.wait_for(lambda: all(life and life[-1]["state"] == "closed"
                                     for life in lives().values()), "closed")
        time.sleep(0.5)
        watcher.stop()
        trace = [common.fields(line) for line in common.read_trace()
                 if " dccp_state: " in line]

    seen = watcher.objects()
    common.same("numbers", [seen[0]["seq"] + i for i in range(len(seen))],
             [event["seq"] for event in seen])
    client, server = lives()["client"], lives()["server"]
    # That a connection's socket is a copy of it is no change of the listener.
    common.same("listener", ["listen", "closed"],
                [event["state"] for event in lives()["listener"]])
    common.same("client", ["request", "partopen", "open"],
             [event["state"] for event in client][:3])
    common.same("server", [("respond", "open")],
             [(event["old_state"], event["state"]) for event in server][:1])
    for life in client, server:
        for before, after in zip(life, life[1:]):
            common.same("state before", before["state"], after["old_state"])
    for life in client[2:], server:
        asked = open_seen[life[0]["cookie"]]
        for event in life:
            common.same("event", "dccp-state", event["event"])
            for key in ("tx_ccid", "rx_ccid", "mps", "pmtu", "service",
                        "sport", "dport", "saddr", "daddr", "role", "netns"):
                common.same(f"{event['state']} {key}", asked[key], event[key])

    seen = [event for event in seen if event["event"] == "dccp-state"]
    common.same("lines of trace", len(seen), len(trace))
    for event, line in zip(seen, trace):
        for key in ("cookie", "netns", "mps", "pmtu", "service"):
            common.same("trace " + key, event[key], int(line[key]))
        for key in ("role", "state", "old_state"):
            common.same("trace " + key, event[key], line[key])
        for key in ("tx_ccid", "rx_ccid"):
            common.same("trace " + key, event[key],
                     None if line[key] == "-1" else int(line[key]))
        common.same("trace src", f"{event['saddr']}:{event['sport']}",
                 line["src"])
        common.same("trace dest", f"{event['daddr']}:{event['dport']}",
                 line["dest"])


def no_events_of_tcp():
    """TCP changes state at the same tracepoint."""
    with common.tracing("dccp_state"):
        watcher = common.Background("divulge", "monitor", "dccp", "--json",
                                 ready="listening")
        listener = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(listener.getsockname())
        for sock in client, listener:
            sock.close()
        time.sleep(0.5)
        common.same("events", [], watcher.stop())
        common.same("lines of trace", [], common.read_trace())


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in
                  (equals_getsockopt, partopen, v4_mapped, bound_to_device,
                   hundreds, one_bucket, only_own_netns, unprivileged,
                   events_and_trace, no_events_of_tcp)])

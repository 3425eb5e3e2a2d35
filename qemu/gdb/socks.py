# SPDX-License-Identifier: GPL-2.0
"""divulge-socks: DCCP's sockets, out of its hash tables."""

import socket

import kernel

WITHOUT_CCIDS = ("LISTEN", "RESPOND", "NEW_SYN_RECV", "TIME_WAIT")
AF_INET6 = 10


def state_names():
    """The kernel's names of states, by number; releases differ."""
    return {field.enumval: field.name[len("DCCP_"):]
            for field in kernel.type_of("enum dccp_state").fields()}


def nodes(first):
    """The nodes of a list that ends with an odd number."""
    while first and not first & 1:
        yield first
        first = kernel.words(first, 1)[0]


def sockets(tables):
    """Address of every struct sock_common: listeners, then all with a peer."""
    common = kernel.type_of("struct sock_common")
    in_sock = kernel.offset_of(common, "skc_nulls_node")
    listen = tables["lhash2"]
    for i in range(int(tables["lhash2_mask"]) + 1):
        for node in nodes(int(listen[i]["nulls_head"]["first"])):
            yield node - in_sock
    for first in kernel.words(int(tables["ehash"]),
                              int(tables["ehash_mask"]) + 1):
        for node in nodes(first):
            yield node - in_sock


def host(common, name, in6):
    """An address in it, as text."""
    if int(common["skc_family"]) == AF_INET6:
        packed = kernel.read(int(common[in6].address), 16)
        return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"
    return socket.inet_ntoa(int(common[name]).to_bytes(4, "little"))


def ccid(half):
    """Number of a half-connection's congestion control."""
    if not int(half):
        return "-"
    return str(int(half["ccid_ops"]["ccid_id"]))


def ccids(address, state):
    """Both, the sender's first; what is no whole socket has none."""
    if state in WITHOUT_CCIDS:
        return "-"
    sock = kernel.object_at(address, kernel.type_of("struct dccp_sock"))
    return "/".join(ccid(sock[half]) for half in ("dccps_hc_tx_ccid",
                                                  "dccps_hc_rx_ccid"))


def row(address, states):
    """What is shown of a socket."""
    common = kernel.object_at(address, kernel.type_of("struct sock_common"))
    state = int(common["skc_state"])
    state = states.get(state, str(state))
    peer = socket.ntohs(int(common["skc_dport"])) or "*"
    return (state,
            f"{host(common, 'skc_rcv_saddr', 'skc_v6_rcv_saddr')}"
            f":{int(common['skc_num'])}",
            f"{host(common, 'skc_daddr', 'skc_v6_daddr')}:{peer}",
            ccids(address, state), f"{address:#x}")


class Socks(kernel.Command):
    """Show DCCP's sockets: state, addresses, CCIDs of sender and receiver.

The last column is for "p *(struct dccp_sock *)ADDRESS".
"""

    def show(self):
        try:
            tables = kernel.variable("dccp_hashinfo", "struct inet_hashinfo")
        except kernel.Missing as error:
            raise kernel.Missing("dccp.ko is not loaded in the guest: "
                                 "modprobe dccp_ipv4 there first") from error
        states = state_names()
        rows = [row(address, states) for address in sockets(tables)]
        if rows:
            kernel.table(("STATE", "LOCAL", "PEER", "CCIDS", "SOCKET"), rows)
        else:
            print("There are no DCCP sockets.")


Socks("divulge-socks")

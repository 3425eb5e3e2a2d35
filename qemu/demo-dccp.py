#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Two DCCP connections over the loopback device, held open until killed."""

import signal
import socket
import struct

# linux/dccp.h; Python's socket module does not know DCCP yet
SOCK_DCCP, IPPROTO_DCCP, SOL_DCCP = 6, 33, 269
SERVICE, TX_CCID, RX_CCID = 2, 14, 15


def dccp_socket(service, tx_ccid, rx_ccid):
    """A socket with a service code and the CCIDs it is to agree on."""
    sock = socket.socket(socket.AF_INET, SOCK_DCCP, IPPROTO_DCCP)
    sock.setsockopt(SOL_DCCP, SERVICE, service)
    sock.setsockopt(SOL_DCCP, TX_CCID, bytes([tx_ccid]))
    sock.setsockopt(SOL_DCCP, RX_CCID, bytes([rx_ccid]))
    return sock


def connection(port, service, tx_ccid, rx_ccid):
    """Both ends, after data has gone both ways."""
    listener = dccp_socket(service, rx_ccid, tx_ccid)
    listener.bind(("127.0.0.1", port))
    listener.listen(1)
    client = dccp_socket(service, tx_ccid, rx_ccid)
    client.connect(("127.0.0.1", port))
    server, _ = listener.accept()
    server.send(b"hello")
    client.recv(100)
    client.send(b"hello yourself")
    server.recv(100)
    return listener, client, server


KEPT = [connection(5001, b"demo", 2, 2),
        connection(5002, struct.pack("!I", 42), 2, 3)]
print("ready", flush=True)
signal.pause()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Of DCCP everyone sees what 'ss' would let them see, and no more.

Run with an argument, it is who looks (see CASES) and says what it sees.
"""

import contextlib
import errno
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile

import common
import generic
from peers import V4, V6, Connection, cookie, dccp_socket

USER = 1234
NOBODY = 65534          # who is not mapped, too
ALL = {"groups": generic.GROUPS,
       "kinds": ["socket", "request", "timewait"]}
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

AS_USER = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]

# How one becomes who looks
CASES = {
    "root": [],
    "user": AS_USER,
    "user_in_user_namespace": AS_USER + ["unshare", "-U"],
    "root_of_user_namespace": AS_USER + ["unshare", "-Ur"],
    "root_in_netns": ["unshare", "-n"],
    "root_of_netns": AS_USER + ["unshare", "-Urn"],
}
IN_OWN_NETNS = {"root_in_netns", "root_of_netns"}
KNOWS_NUMBERS = {"root", "root_in_netns", "root_of_netns"}

SS_STATES = {"LISTEN": "listen", "ESTAB": "open", "TIME-WAIT": "timewait"}


def addr(record, which):
    """One end of a record, as ss writes it."""
    family = {2: socket.AF_INET, 10: socket.AF_INET6}[record["family"]]
    text = socket.inet_ntop(family, record[which + "addr"]
                            [:4 if family == socket.AF_INET else 16])
    if family == socket.AF_INET6:
        text = f"[{text}]"
    return f"{text}:{record[which + 'port'] or '*'}"


def summary(record):
    """What ss tells, too, of what it tells of."""
    return {"cookie": record["cookie"], "state": record["state"],
            "uid": record["uid"], "inode": record["inode"],
            "local": addr(record, "s"), "peer": addr(record, "d")}


def ss_sees():
    """The same by ss, which says nothing of a user that is 0 or of nobody."""
    seen = []
    for line in subprocess.run(["ss", "-H", "-dane"], check=True,
                               stdout=subprocess.PIPE,
                               text=True).stdout.splitlines():
        words = line.split()
        told = dict(word.split(":", 1) for word in words[5:] if ":" in word)
        nobody = 0xffffffff if words[0] == "TIME-WAIT" else 0
        seen.append({"cookie": int(told["sk"], 16),
                     "state": SS_STATES[words[0]],
                     "uid": int(told.get("uid", nobody)),
                     "inode": int(told["ino"]),
                     "local": words[3], "peer": words[4]})
    return seen


def join(client, group):
    """The error with which a group is joined, 0 for none."""
    try:
        client.ntf_subscribe(group)
    except OSError as err:
        return err.errno
    return 0


def set_lo_up():
    """An own network namespace has one interface, which is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS,
                    struct.pack("16sh14x", b"lo", IFF_UP))


def listener(service):
    """A socket that listens somewhere."""
    sock = dccp_socket(V4, service)
    sock.bind(("127.0.0.1", 0))
    sock.listen(1)
    return sock


def cookies(entries):
    """That of each."""
    return [entry["sock"]["cookie"] for entry in entries]


def look(asks):
    """What is seen of sockets and of counters."""
    def dump():
        return [entry for message in asks.dump("dccp-dump", ALL)
                for entry in message["entry"]]

    def get(entry):
        return generic.answer(asks.do, "dccp-get",
                              {"cookie": entry["sock"]["cookie"],
                               "groups": ALL["groups"]})

    entries = dump()
    answers = [get(entry) for entry in entries]
    # Those in TIME-WAIT that others left behind vanish meanwhile.
    gone = cookies(entry for entry, told in zip(entries, answers) if not told)
    common.same("there and not to be had", [],
                sorted(set(gone).intersection(cookies(dump()))))
    got = [told["entry"][0] for told in answers if told]
    common.same("got as dumped",
                [number for number in cookies(entries) if number not in gone],
                cookies(got))
    return {"socks": [summary(entry["sock"]) for entry in entries],
            "ss": ss_sees(),
            "groups": sorted(set().union(*entries)),
            "groups of get": sorted(set().union(*got)),
            "info": sorted(asks.do("info-get", {}))}


def hear(hears, last):
    """Cookies of all events until there is one of the last."""
    heard = set()
    while last not in heard:
        if not select.select([hears.sock], [], [], 60)[0]:
            raise AssertionError(f"{last} is not among {heard}")
        hears.check_ntf()
        heard = {event["sock"]["cookie"] for message in hears.async_msg_queue
                 for event in message["msg"].get("event", [])}
    return sorted(heard)


def be_looker(name):
    """Look, then hear what happens until an own socket is heard of."""
    asks, hears, births = generic.another(), generic.another(), generic.another()
    own = []
    if name in IN_OWN_NETNS:
        set_lo_up()
        made = Connection(V4, service=1)
        made.exchange()
        own = [made.listener, made.client, made.server]
    seen = look(asks)
    seen["own"] = [cookie(sock) for sock in own]
    shm = os.open("/dev/shm", os.O_RDONLY)
    seen["watch"], _ = generic.refusal(asks.do, "watch-add", {"fd": shm})
    seen["births"] = join(births, "births")
    hears.ntf_subscribe("dccp")
    print(json.dumps(seen), flush=True)

    if not sys.stdin.readline():
        return
    last = listener(2)
    heard = hear(hears, cookie(last))
    births.check_ntf()
    print(json.dumps({"heard": heard, "last": cookie(last),
                      "births": len(births.async_msg_queue)}), flush=True)


@contextlib.contextmanager
def effective_user(uid):
    """Files and sockets made meanwhile are this user's."""
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


class Shown:
    """Sockets in most states, in the first network namespace."""

    def __init__(self):
        self.open = Connection(V4, 2, 3, 1)
        self.open.exchange()
        self.partopen = Connection(V6, service=1)
        with effective_user(USER):
            self.users = listener(1)
        gone = Connection(V6, service=1)
        gone.exchange()
        # Others may have had that port, with other peers
        self.gone = tuple(f"[::1]:{end[1]}" for end in
                          (gone.client.getsockname(),
                           gone.client.getpeername()))
        gone.close()

    def close(self):
        """Close all."""
        self.open.close()
        self.partopen.close()
        self.users.close()

    def of_interest(self, socks):
        """Without other TIME-WAIT entries, which vanish at any time."""
        return sorted((sock for sock in socks if sock["state"] != "timewait" or
                       (sock["local"], sock["peer"]) == self.gone),
                      key=lambda sock: sock["cookie"])

    def expected_uids(self, name):
        """Owner of a socket of the user, and of one of root."""
        return {"user_in_user_namespace": (NOBODY, NOBODY),
                "root_of_user_namespace": (0, NOBODY)}.get(name, (USER, 0))


def check_socks(name, shown, seen):
    """The sockets are those that ss sees, and those that it leaves out."""
    socks = shown.of_interest(seen["socks"])
    by_cookie = {sock["cookie"]: sock for sock in socks}
    common.same("sockets told once", len(socks), len(by_cookie))
    if name in IN_OWN_NETNS:
        common.same("own alone", sorted(seen["own"]), sorted(by_cookie))
    else:
        client = cookie(shown.partopen.client)
        common.same("not seen by ss", "partopen",
                    by_cookie.pop(client)["state"])
        common.same("time-wait", 1, sum(sock["state"] == "timewait"
                                        for sock in socks))
        common.same("owners", shown.expected_uids(name),
                    tuple(by_cookie[cookie(sock)]["uid"] for sock in
                          (shown.users, shown.open.client)))
    common.same("seen by ss", shown.of_interest(seen["ss"]),
                list(by_cookie.values()))


def check_rights(name, seen):
    """Groups, counters and births are for those who may know."""
    for key in "groups", "groups of get":
        common.same("sequence numbers", name in KNOWS_NUMBERS,
                    "seq" in seen[key])
        if not {"feat", "timers", "ccid2-tx"} <= set(seen[key]):
            raise AssertionError(f"{key}: {seen[key]}")
    common.same("dccp-statistics", name not in IN_OWN_NETNS,
                "dccp-statistics" in seen["info"])
    common.same("counters of births", name in ("root", "root_in_netns"),
                "births" in seen["info"])
    common.same("watch-add", {"root": 0, "root_in_netns": errno.EOPNOTSUPP
                              }.get(name, errno.EPERM), seen["watch"])
    # Who owns a network namespace may listen there: to nothing.
    common.same("group births", 0 if name == "root" or name in IN_OWN_NETNS
                else errno.EPERM, seen["births"])


def check_heard(name, looker, shown_last, number_of_births):
    """The events are those of the looker's own network namespace."""
    if name in IN_OWN_NETNS:
        common.same("events", [looker["last"]], looker["heard"])
    elif shown_last not in looker["heard"]:
        raise AssertionError(f"{shown_last} is not among {looker['heard']}")
    common.same("hears of births", name == "root", looker["births"] > 0)
    if not number_of_births:
        raise AssertionError("there were no births to hear of")


def looks(name):
    """A test with somebody who looks."""
    def read(looker):
        line = looker.stdout.readline()
        if not line:
            raise AssertionError(f"who looks failed: {looker.wait()}")
        return json.loads(line)

    def test():
        shown = Shown()
        hears, births = generic.another(), generic.another()
        hears.ntf_subscribe("dccp")
        births.ntf_subscribe("births")
        shm = os.open("/dev/shm", os.O_RDONLY)
        births.do("watch-add", {"fd": shm})
        with subprocess.Popen(CASES[name] + [sys.argv[0], name], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE
                              ) as looker:
            seen = read(looker)
            check_socks(name, shown, seen)
            check_rights(name, seen)

            between = listener(3)
            common.make_all_kinds(tempfile.mkdtemp(dir="/dev/shm"), 1)
            select.select([births.sock], [], [], 60)
            births.check_ntf()
            looker.stdin.write("\n")
            looker.stdin.flush()
            heard = read(looker)
        check_heard(name, heard, cookie(between), len(births.async_msg_queue))
        last = listener(4)
        outside = hear(hears, cookie(last))
        common.same("heard outside of the looker", name not in IN_OWN_NETNS,
                    heard["last"] in outside)
        os.close(shm)
        for each in shown, between, last:
            each.close()
    return test


if __name__ == "__main__":
    if len(sys.argv) > 1:
        be_looker(sys.argv[1])
        sys.exit()
    common.need_module()
    common.begin([(name, looks(name)) for name in CASES])

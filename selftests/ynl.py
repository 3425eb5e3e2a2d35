#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel's generic YNL client decodes every reply and event."""

import os
import socket
import time

import yaml

import common
import generic
from generic import SPEC, client

SCHEMA = generic.SOURCE + "/Documentation/netlink/genetlink-legacy.yaml"
NLCTRL = generic.SOURCE + "/Documentation/netlink/specs/nlctrl.yaml"


def text(array):
    """A NUL padded array of characters."""
    return array.rstrip(b"\0").decode()


def info_get():
    """The spec is valid; every ability is there, and the counters."""
    info = client(SPEC, SCHEMA).do("info-get", {})
    with open(SPEC, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    known = [[entry["name"] for entry in each["entries"]]
             for each in spec["definitions"] if each["name"] == "ability"]
    common.same("abilities", sorted(known[0]),
                sorted(ability["name"] for ability in info["ability"]))
    common.same("counters of births", {"watches", "births-published",
                                       "births-lost"}, info["births"].keys())
    common.same("counters of DCCP", {"dccp-published", "dccp-lost",
                                     "dccp-missed"},
             info["dccp"].keys())
    with open("/sys/module/divulge/version", encoding="ascii") as version:
        common.same("version", version.read().strip(), info["version"])


def birth_get():
    """A record equals that of 'divulge birth', which is compared with stat."""
    with common.scratch("/mnt/xfs") as path:
        seen = common.divulge("birth", path)[0]
        file = os.open(path, os.O_PATH)
        record = client().do("birth-get", {"fd": file})["record"]
        os.close(file)
        for key in "ino", "gen", "granularity", "mode", "type", "term":
            common.same(key, seen[key], record[key])
        common.same("fs", "xfs", text(record["fs"]))
        common.same("missing", "none", record["missing"])
        common.same("seconds", int(os.popen(f"stat -c %W {path}").read()),
                 record["btime-sec"])


def watch_add_and_births():
    """A watch, and the events it brings."""
    with common.scratch("/mnt/btrfs") as path:
        asks, hears = client(), client()
        hears.ntf_subscribe("births")
        file = os.open(path, os.O_RDONLY)
        watch = asks.do("watch-add", {"fd": file})["record"]
        os.close(file)
        common.same("fs", "btrfs", text(watch["fs"]))

        made = common.make_all_kinds(path, 200)
        time.sleep(1)
        hears.check_ntf()
        events = [event for message in hears.async_msg_queue
                  for event in message["msg"]["event"]]
        common.same("message", {"birth-ntf"},
                 {message["name"] for message in hears.async_msg_queue})
        common.same("names", [os.path.basename(name) for name in made],
                 [event["name"].decode() for event in events])
        for event in events:
            status = os.lstat(path + "/" + event["name"].decode())
            common.same("ino", status.st_ino, event["record"]["ino"])
            common.same("kind", "created", event["origin"]["kind"])
            common.same("parent", os.stat(path).st_ino,
                     event["origin"]["parent-ino"])
            for key in "sb-dev-major", "sb-dev-minor":
                common.same(key, watch[key], event["origin"][key])
            common.same("comm", os.popen(f"cat /proc/{os.getpid()}/comm").read()
                     .strip(), text(event["origin"]["comm"]))


def dccp_dump_and_events():
    """The sockets, and the change that made one a listener."""
    hears = client()
    hears.ntf_subscribe("dccp")
    try:
        sock = socket.socket(socket.AF_INET, 6, 33)
    except OSError as err:
        raise common.Skip(f"DCCP sockets: {err}") from err
    sock.setsockopt(269, 2, b"\0\0\0\x2a")
    sock.bind(("127.0.0.1", 0))
    sock.listen(1)
    dumped = [entry["sock"] for message in client().dump("dccp-dump", {})
              for entry in message["entry"]]
    time.sleep(0.5)
    hears.check_ntf()
    events = [event for message in hears.async_msg_queue
              for event in message["msg"]["event"]]
    port = sock.getsockname()[1]
    sock.close()

    common.same("sockets", [(port, "listen", 42)],
             [(each["sport"], each["state"], each["service"])
              for each in dumped])
    common.same("events", [("closed", "listen")],
             [(event["change"]["old-state"], event["sock"]["state"])
              for event in events])
    common.same("socket of the event", dumped[0]["cookie"],
             events[0]["sock"]["cookie"])


def live_policy():
    """The policy that the kernel applies is that of the contract."""
    with open(SPEC, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    ctrl = client(NLCTRL)
    family = ctrl.do("getfamily", {"family-name": "divulge"})
    told = ctrl.dump("getpolicy", {"family-id": family["family-id"]})
    ops = {each["op-policy"]["op-id"]: each["op-policy"]
           for each in told if "op-policy" in each}
    policies = {}
    for each in told:
        if "policy" in each:
            attribute = each["policy"]
            policies.setdefault(attribute["policy-id"], {})[
                attribute["attr-id"]] = attribute["type"]

    sets = {each["name"]: each["attributes"]
            for each in spec["attribute-sets"]}
    for number, operation in enumerate(spec["operations"]["list"], start=1):
        for mode in operation.keys() & {"do", "dump"}:
            allowed = operation[mode].get("request", {}).get("attributes", [])
            attributes = sets[operation["attribute-set"]]
            common.same(operation["name"],
                        {index: each["type"] for index, each
                         in enumerate(attributes, start=1)
                         if each["name"] in allowed},
                        policies.get(ops[number][mode], {}))
    common.same("groups", {"births", "dccp"},
                {group["name"] for entry in family["mcast-groups"]
                 for group in entry.values()})


if __name__ == "__main__":
    common.need_module()
    common.begin([(test.__name__, test) for test in
               (info_get, birth_get, watch_add_and_births,
                dccp_dump_and_events, live_policy)])

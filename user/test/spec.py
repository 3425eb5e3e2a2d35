#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The field tables hold what module/divulge.yaml holds, by the same names."""

import pathlib
import re
import subprocess
import sys

SPEC = pathlib.Path(__file__).parents[2] / "module" / "divulge.yaml"


# What tells members of one name apart where structs make one record
PREFIXES = {
    "dccp-timers": "timer_",
    "dccp-ccid2-tx": "ccid2_tx_", "dccp-ccid2-rx": "ccid2_rx_",
    "dccp-ccid3-tx": "ccid3_tx_", "dccp-ccid3-rx": "ccid3_rx_",
    "dccp-statistics": "dccp_",
}
NAMES = {
    ("dccp-change", "kind"): "change",
    ("dccp-loss", "kind"): "loss",
}


def key(member):
    """Seconds and nanoseconds make one time, major and minor one device."""
    name = re.sub(r"(time-n?sec)$", lambda m: "time", member)
    name = re.sub(r"dev-(major|minor)$", "dev", name)
    return name.replace("-", "_")


def from_spec(spec):
    defs = {d["name"]: d for d in spec["definitions"]}
    enums = {n: [e["name"] for e in d["entries"]]
             for n, d in defs.items() if d["type"] in ("enum", "flags")}
    want = {}
    for name in ("birth", "birth-skip", "birth-total", "birth-origin",
                 "dccp-sock", "dccp-seq", "dccp-feat", "dccp-timers",
                 "dccp-ccid2-tx", "dccp-ccid2-rx", "dccp-ccid3-tx",
                 "dccp-ccid3-rx", "dccp-statistics", "dccp-change",
                 "dccp-mps", "dccp-loss", "dccp-close", "birth-counters",
                 "dccp-counters", "watch", "unmount"):
        for member in defs[name]["members"]:
            if member["name"] != "reserved":
                called = NAMES.get((name, member["name"]),
                                   PREFIXES.get(name, "") +
                                   key(member["name"]))
                want[name, called] = enums.get(member.get("enum"), [])
    # The address family and what is shut are no enums of ours, nor is "none"
    # what one would read
    want["dccp-sock", "family"] = ["inet", "inet6"]
    want["dccp-sock", "shutdown"] = ["receive", "send"]
    want["watch", "types"] = enums["file-type"]
    want["info", "version"] = []
    for ability in enums["ability"]:
        want["info", key(ability)] = ["present", *enums["absence"][1:]]
    return want


def from_program(program):
    out = subprocess.run([program], stdout=subprocess.PIPE, check=True,
                         text=True).stdout
    return {(t, k): names for t, k, *names in map(str.split,
                                                  out.splitlines())}


def main():
    try:
        import yaml
    except ImportError:
        print("1..0 # SKIP python3-yaml is not installed")
        return 0
    with open(SPEC, encoding="utf-8") as file:
        want = from_spec(yaml.safe_load(file))
    got = from_program(sys.argv[1])
    keys = sorted(want.keys() | got.keys())
    print(f"1..{len(keys)}")
    for number, at in enumerate(keys, 1):
        good = want.get(at) == got.get(at)
        print(f"{'' if good else 'not '}ok {number} - {' '.join(at)}")
        if not good:
            print(f"# spec {want.get(at)}, program {got.get(at)}")
    return 0 if want == got else 1


if __name__ == "__main__":
    sys.exit(main())

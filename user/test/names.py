#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Any byte string survives JSON: what Python reads is what was written."""

import json
import os
import random
import subprocess
import sys

BYTES = [bytes([b]) for b in range(1, 256)]
ODD = [
    b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf",              # overlong
    b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf",
    b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xb3\xbf",  # surrogates
    b"\xed\xa0\xbd\xed\xb8\x80",                        # a pair, CESU-8
    b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xff\xfe",
    b"\xe2\x82", b"\xf0\x9f\x98", b"a\xc3", b"\xc3\xc3\xa9",
    "\u00e9\u20ac\U0001f600\ud7ff\ue000\uffff\U0010ffff".encode(),
    b"\xff" * 255, "\u20ac".encode() * 85, b"x" * 255,
    b"\\udcff", b'"\\/\x7f', b"",
]


def main():
    rng = random.Random(1)
    noise = [bytes(rng.choices(range(1, 256), k=rng.randint(1, 255)))
             for _ in range(1000)]
    names = BYTES + ODD + noise
    out = subprocess.run([sys.argv[1], *names], stdout=subprocess.PIPE,
                         check=True).stdout
    lines = out.decode("utf-8").split("\n")
    got = [os.fsencode(json.loads(line)["path"]) for line in lines if line]
    bad = [n for n, g in zip(names, got) if n != g]
    good = len(got) == len(names) and not bad
    print(f"{'' if good else 'not '}ok 1 - {len(names)} names, "
          f"{len(bad)} differ {bad[:3] if bad else ''}")
    print("1..1")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

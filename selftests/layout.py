#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the module believes of dccp.ko's own types is what that is made of.

The mirrors of module/dccp_ccid.h are taken from the debug information of the
divulge.ko that is tested, and dccp.ko's types from the BTF of the one that is
loaded.
"""

import os
import re
import struct
import subprocess

import common

HEADER = os.environ.get("DIVULGE_TOP", "") + "/module/dccp_ccid.h"
MODULE = os.environ.get("DIVULGE_KO", "")
BTF = "/sys/kernel/btf/"

STRUCTS = {
    "dccp_mib": "dccp_mib",
    "divulge_ccid": "ccid",
    "divulge_ccid_ops": "ccid_operations",
    "divulge_ccid2_tx": "ccid2_hc_tx_sock",
    "divulge_ccid2_rx": "ccid2_hc_rx_sock",
    "divulge_ccid3_tx": "ccid3_hc_tx_sock",
    "divulge_ccid3_rx": "ccid3_hc_rx_sock",
    "divulge_tfrc_tx_hist": "tfrc_tx_hist_entry",
    "divulge_tfrc_rx_hist": "tfrc_rx_hist",
    "divulge_tfrc_loss_hist": "tfrc_loss_hist",
}
# Of this only the beginning is mirrored.
PREFIXES = {"divulge_ccid_ops"}

# Where the mirror's enumerators have a prefix of ours, the kernel's have this.
ENUMS = {
    "divulge_dccp_mib": ("DIVULGE_DCCP_MIB_", "DCCP_MIB_"),
    "divulge_tfrc_tx_state": ("DIVULGE_TFRC_", "TFRC_"),
    "divulge_tfrc_rx_state": ("DIVULGE_TFRC_", "TFRC_"),
}

MEMBER = re.compile(r"^\t.*?(?:\(\*(\w+)\)\(.*\)|(\w+)(?:\[\d*\])*)(?::(\d+))?;"
                    r"\s+/\*\s+(\d+)(?::\s*(\d+))?\s+(\d+)\s+\*/", re.M)
ENUMERATOR = re.compile(r"^\t(\w+)\s*= (\d+),", re.M)

KIND_INT, KIND_ARRAY, KIND_STRUCT, KIND_UNION, KIND_ENUM = 1, 3, 4, 5, 6
KIND_PROTO, KIND_VAR, KIND_DATASEC, KIND_DECL_TAG, KIND_ENUM64 = \
    13, 14, 15, 17, 19


def pahole(*args):
    """What it prints of a type."""
    return subprocess.run(["pahole", *args], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def layout(text):
    """(size, {member: (offset in bits, bits)})."""
    members = {
        pointer or name: (8 * int(offset) + int(bit or 0),
                          int(bits or 8 * int(size)))
        for pointer, name, bits, offset, bit, size in MEMBER.findall(text)}
    size = re.search(r"/\* size: (\d+)", text)
    if not size or not members:
        raise AssertionError(f"pahole knows no such type: {text!r}")
    return int(size.group(1)), members


def mirrored(name):
    """A type of divulge.ko, as the compiler saw it."""
    return pahole("-F", "dwarf", "-C", name, MODULE)


def real(name):
    """A type of the dccp.ko that is running."""
    return pahole("-F", "btf", "--btf_base", BTF + "vmlinux", "-C", name,
                  BTF + "dccp")


def compare(mirror, kernel):
    """A test: a struct is the one it mirrors."""
    def test():
        own_size, own = layout(mirrored(mirror))
        size, members = layout(real(kernel))
        if mirror in PREFIXES:
            common.same("there is more", True, own_size < size)
            members = dict(list(members.items())[:len(own)])
        else:
            common.same("size", size, own_size)
        for name, place in members.items():
            common.same(name, place, own.get(name))
        common.same("members", list(members), list(own))
    return test


def tail_size(kind, number):
    """Bytes that follow the header of a type in BTF."""
    return {KIND_INT: 4, KIND_ARRAY: 12, KIND_STRUCT: 12 * number,
            KIND_UNION: 12 * number, KIND_ENUM: 8 * number,
            KIND_PROTO: 8 * number, KIND_VAR: 4, KIND_DATASEC: 12 * number,
            KIND_DECL_TAG: 4, KIND_ENUM64: 12 * number}.get(kind, 0)


def btf_header(data):
    """(start of the types, their length, start of the strings, length)."""
    length, types, types_len, strings, strings_len = \
        struct.unpack_from("=IIIII", data, 4)
    return length + types, types_len, length + strings, strings_len


def enumerators():
    """{name: value} of all enums of dccp.ko, of which many have no name."""
    with open(BTF + "vmlinux", "rb") as file:
        known = btf_header(file.read(24))[3]
    with open(BTF + "dccp", "rb") as file:
        data = file.read()
    here, length, strings, _ = btf_header(data)
    found = {}
    end = here + length
    while here < end:
        _, info, _ = struct.unpack_from("=III", data, here)
        here += 12
        kind, number = info >> 24 & 0x1f, info & 0xffff
        if kind == KIND_ENUM:
            for name, value in struct.iter_unpack(
                    "=Ii", data[here:here + 8 * number]):
                # Strings of the kernel itself come before its own.
                if name >= known:
                    begin = strings + name - known
                    text = data[begin:data.index(b"\0", begin)].decode()
                    found[text] = value
        here += tail_size(kind, number)
    return found


def compare_enum(mirror, own_prefix, prefix):
    """A test: an enum has the values of the one it mirrors."""
    def test():
        own = {name.replace(own_prefix, prefix, 1): int(value) for name, value
               in ENUMERATOR.findall(mirrored(mirror))}
        # The kernel has a macro by the name that one would expect.
        if "DCCP_MIB_MAX" in own:
            own["__DCCP_MIB_MAX"] = own.pop("DCCP_MIB_MAX")
        known = enumerators()
        common.same("it has some", True, len(own) > 1)
        common.same("values", {name: known.get(name) for name in own}, own)
        if mirror == "divulge_dccp_mib":
            common.same("all but the first, which counts nothing",
                        {name for name in known if "DCCP_MIB_" in name},
                        {"DCCP_MIB_NUM", *own})
    return test


def all_are_compared():
    """No type of the header is left out here."""
    with open(HEADER, encoding="utf-8") as file:
        text = file.read()
    common.same("structs", set(re.findall(r"^struct (\w+) {", text, re.M)),
                set(STRUCTS))
    common.same("enums", set(re.findall(r"^enum (\w+) {", text, re.M)),
                set(ENUMS))


def need_types():
    """Skip all without debug information or BTF."""
    if not MODULE or not os.path.exists(BTF + "dccp"):
        print("TAP version 13\n1..0 # SKIP "
              "DIVULGE_KO names no divulge.ko, or dccp.ko has no BTF")
        raise SystemExit(4)


if __name__ == "__main__":
    common.need_module()
    need_types()
    common.begin(
        [(all_are_compared.__name__, all_are_compared)] +
        [(mirror, compare(mirror, kernel))
         for mirror, kernel in STRUCTS.items()] +
        [(mirror, compare_enum(mirror, *prefixes))
         for mirror, prefixes in ENUMS.items()])

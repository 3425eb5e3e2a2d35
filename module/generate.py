#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Make the C side of the netlink contract from divulge.yaml.

The kernel's own generator, ynl-gen-c.py, writes the policy, the op table and
the enums of the uapi header. It has no output for structs and, for a spec
that uses them, none for the family; so it gets the spec without the structs,
and the structs are put into the uapi header here.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import textwrap

import yaml

SIZES = {"u8": 1, "s8": 1, "u16": 2, "s16": 2,
         "u32": 4, "s32": 4, "u64": 8, "s64": 8, "binary": 1}

OUTPUTS = {
    "uapi/linux/divulge.h": ["uapi", "--header"],
    "genl.h": ["kernel", "--header"],
    "genl.c": ["kernel", "--source"],
}


def doc_lines(text):
    """One entry of a kernel-doc comment, wrapped as ynl-gen-c.py wraps."""
    return textwrap.wrap(" ".join(text.split()), width=77,
                         initial_indent=" * ", subsequent_indent=" *   ")


def struct_source(struct):
    """C definition of a struct of the spec; no compiler may pad it."""
    name = "divulge_" + struct["name"].replace("-", "_")
    doc = [f"struct {name} - {struct['doc']}"]
    body = []
    offset = 0
    for member in struct["members"]:
        align = SIZES[member["type"]]
        if offset % align:
            raise ValueError(f"{name}: {member['name']} is not aligned")
        offset += align * member.get("len", 1)

        c_name = member["name"].replace("-", "_")
        doc.append(f"@{c_name}: {member['doc']}")
        if member["type"] == "binary":
            body.append(f"\t__u8\t{c_name}[{member['len']}];")
        else:
            body.append(f"\t__{member['type']}\t{c_name};")
    if offset % 8:
        raise ValueError(f"{name}: size {offset} is not a multiple of 8")

    lines = ["/**"]
    for entry in doc:
        lines += doc_lines(entry)
    return "\n".join(lines + [" */", f"struct {name} {{"] + body + ["};", ""])


def without_structs(spec):
    """The same contract as the plain genetlink schema can say it."""
    plain = dict(spec, protocol="genetlink")
    plain["definitions"] = [d for d in spec["definitions"]
                            if d["type"] != "struct"]
    plain["attribute-sets"] = [
        dict(s, attributes=[{k: v for k, v in a.items() if k != "struct"}
                            for a in s["attributes"]])
        for s in spec["attribute-sets"]]
    return plain


def add_structs(header, spec):
    """Put the structs between the enums of values and those of attributes."""
    include, enums = "\n#define DIVULGE_FAMILY_NAME", "enum {\n"
    structs = "\n".join(struct_source(d) for d in spec["definitions"]
                        if d["type"] == "struct")
    header = header.replace(include, "\n#include <linux/types.h>\n" + include, 1)
    return header.replace(enums, structs + "\n" + enums, 1)


def generate(linux, spec_path, out):
    """Write the generated files below out."""
    text = spec_path.read_text()
    spec = yaml.safe_load(text)

    with tempfile.TemporaryDirectory() as tmp:
        # The generator looks for the root of a kernel tree above the spec and
        # for the schema one level above the spec's folder.
        stage = pathlib.Path(tmp)
        (stage / "MAINTAINERS").touch()
        (stage / "module").mkdir()
        (stage / "genetlink.yaml").write_bytes(
            (linux / "Documentation/netlink/genetlink.yaml").read_bytes())
        (stage / "module/divulge.yaml").write_text(
            text.splitlines()[0] + "\n"
            + yaml.safe_dump(without_structs(spec), sort_keys=False))

        for name, mode in OUTPUTS.items():
            made = stage / pathlib.Path(name).name
            subprocess.run(
                [sys.executable, linux / "tools/net/ynl/ynl-gen-c.py",
                 "--spec", stage / "module/divulge.yaml", "-o", made.name,
                 "--mode", *mode], cwd=stage, check=True)
            code = made.read_text()
            if name.startswith("uapi/"):
                code = add_structs(code, spec)
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(code)


def main():
    """Generate beside the spec, or only compare with what is there."""
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing, fail if the files are out of step")
    parser.add_argument("linux", type=pathlib.Path,
                        help="kernel source with tools/net/ynl (6.12)")
    args = parser.parse_args()
    linux = args.linux.resolve()

    if not args.check:
        generate(linux, here / "divulge.yaml", here)
        return 0

    with tempfile.TemporaryDirectory() as tmp:
        out = pathlib.Path(tmp)
        generate(linux, here / "divulge.yaml", out)
        stale = [n for n in OUTPUTS
                 if not (here / n).is_file()
                 or (here / n).read_bytes() != (out / n).read_bytes()]
    for name in stale:
        print(f"module/{name} is not what module/divulge.yaml says: "
              "run 'make generate' and commit the result", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

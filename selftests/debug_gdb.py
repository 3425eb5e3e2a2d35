# SPDX-License-Identifier: GPL-2.0
"""What gdb does for selftests/debug: a session as of "make debug", stopped in
the module's init. Writes what it has seen, as JSON, to $DIVULGE_SEEN; where
something goes wrong, up to there.
"""

import json
import os

import gdb  # pylint: disable=import-error


def base_name(symtab):
    """Name of a source file."""
    return symtab and os.path.basename(symtab.filename)


def place():
    """Where it stopped: as it is shown, which may be at the call of an inlined
    function, and what the line table says of the instruction.
    """
    frame = gdb.newest_frame()
    shown, row = frame.find_sal(), gdb.find_pc_line(frame.pc())
    return {"function": frame.name(), "pc": frame.pc(),
            "file": base_name(shown.symtab), "line": shown.line,
            "row": (base_name(row.symtab), row.line)}


def backtrace():
    """Names of the functions, from the newest."""
    names, frame = [], gdb.newest_frame()
    while frame:
        names.append(frame.name())
        frame = frame.older()
    return names


def steps(count):
    """Step through lines, without entering what they call."""
    made = []
    for _ in range(count):
        gdb.execute("next", to_string=True)
        made.append(place())
    return made


def number(expression):
    """Value of an expression."""
    return int(gdb.parse_and_eval(expression))


def run_to(function):
    """Go on to a function."""
    breakpoint_ = gdb.Breakpoint(function)
    gdb.execute("continue", to_string=True)
    if not breakpoint_.hit_count:
        raise gdb.error(f"{place()['function']} came first")
    breakpoint_.delete()
    return {"at": place(), "backtrace": backtrace()}


def look_at_init():
    """The module's init: stopped there, nothing of it has run."""
    seen = {"at": place(), "backtrace": backtrace(), "steps": steps(7)}
    seen["err"] = number("err")
    return seen


def look_at_birth():
    """The hook that fsnotify calls."""
    seen = run_to("divulge_birth_events_handle")
    seen["name"] = gdb.parse_and_eval("name->name").string()
    seen["watches"] = gdb.execute("divulge-watches", to_string=True)
    seen["steps"] = steps(10)
    return seen


def look_at_birth_record():
    """A record, before and after it was filled."""
    seen = run_to("divulge_birth_fill")
    record = gdb.parse_and_eval("birth").dereference()
    gdb.execute("finish", to_string=True)
    seen["queues"] = gdb.execute("divulge-queues", to_string=True)
    for field in "ino", "dev_major", "dev_minor":
        seen[field] = int(record[field])
    return seen


def look_at_dump():
    """A dump of DCCP sockets."""
    seen = run_to("divulge_nl_dccp_dump_dumpit")
    seen["sockets"] = gdb.execute("divulge-socks", to_string=True)
    seen["skb"] = number("skb->users.refs.counter")
    seen["steps"] = steps(6)
    return seen


def look_at_dccp_record():
    """A socket's record: of the listener, which comes first."""
    seen = run_to("divulge_dccp_read")
    record = gdb.parse_and_eval("entry").dereference()
    seen["sock"] = number("sk->__sk_common.skc_num")
    gdb.execute("finish", to_string=True)
    seen["sport"] = int(record["sock"]["sport"])
    return seen


def look_at_init_again():
    """It was removed and inserted; the breakpoint is the session's own."""
    gdb.execute("continue", to_string=True)
    return look_at_init()


def main():
    """All of it, in the order in which the guest does it."""
    seen = {}
    looks = (("init", look_at_init), ("birth", look_at_birth),
             ("record", look_at_birth_record), ("dump", look_at_dump),
             ("sock", look_at_dccp_record), ("again", look_at_init_again))
    try:
        for name, look in looks:
            seen[name] = look()
    except gdb.error as error:
        seen["error"] = str(error)
    with open(os.environ["DIVULGE_SEEN"], "w", encoding="utf-8") as file:
        json.dump(seen, file)
    # To the end of the guest, and with it of the connection
    gdb.execute("continue", to_string=True)


main()

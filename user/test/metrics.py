#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The file of metrics: what Prometheus would read of it is what there was."""

import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import time

import outputs

SAMPLE = re.compile(r'(divulge_[a-z0-9_]+)(?:\{((?:[a-z]+="(?:\\.|[^"\\\n])*",?)*'
                    r')\})? (\d+)')
LABEL = re.compile(r'([a-z]+)="((?:\\.|[^"\\\n])*)"')
UNESCAPED = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def samples(path):
    """Each sample: {(name, label, ...): value}; and a test of its form."""
    found, helped, typed = {}, set(), {}
    for line in pathlib.Path(path).read_text("utf-8").splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helped, name
            helped.add(name)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            typed[name] = kind
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, value = match.groups()
        assert name in helped, name
        assert (typed[name] == "counter") == name.endswith("_total"), name
        labels = [(label, re.sub(r"\\.", lambda m: UNESCAPED[m[0]], text))
                  for label, text in LABEL.findall(labels or "")]
        key = (name, *labels)
        assert key not in found, key
        found[key] = int(value)
    return found


def of_output(found, what, name):
    """A figure of one output."""
    return found[f"divulge_output_{what}", ("output", name)]


def is_liked_by_promtool(path):
    """Prometheus's own check."""
    with open(path, "rb") as file:
        done = subprocess.run(outputs.program("promtool", "check", "metrics"),
                              stdin=file, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0 and not done.stdout, done.stdout


def all_figures(tmp):
    """Counters of outputs, of events, of the kernel; odd names."""
    odd = f'json:{tmp}/a "b\\c\nd'
    path = f"{tmp}/divulge.prom"
    with outputs.Feed(odd, f"text:{tmp}/text", f"metrics:{path}") as feed:
        feed.say("p100")
        feed.say("f3")
        feed.say("x7")
        outputs.wait_for(lambda: len(outputs.lines(
            pathlib.Path(f"{tmp}/text").read_bytes())) == 104, "104 records")
        feed.say("m9")
        outputs.wait_for(lambda: "divulge_kernel" in
                         pathlib.Path(path).read_text("utf-8"), "metrics")
        found = samples(path)
        is_liked_by_promtool(path)
        feed.end()
    assert found["divulge_records_total",] == 104
    assert found["divulge_births_total", ("fs", "xfs")] == 100
    assert found["divulge_found_births_total", ("fs", "fs3")] == 3
    assert found["divulge_events_lost_total", ("stream", "births")] == 7
    assert found["divulge_events_lost_total", ("stream", "dccp")] == 0
    assert found["divulge_kernel_events_lost_total",
                 ("stream", "births")] == 9
    assert found["divulge_dccp_connections",] == 0
    info, = [key for key in found if key[0] == "divulge_info"]
    assert ("kernel", os.uname().release) in info, info
    assert ("module", '1"2') in info, info
    text = f"text:{tmp}/text"
    assert of_output(found, "up", odd) == 1
    assert of_output(found, "written_records_total", text) == 104
    assert of_output(found, "written_bytes_total", text) == \
        os.stat(f"{tmp}/text").st_size
    assert of_output(found, "opens_total", text) == 1
    age = time.time() - found["divulge_start_time_seconds",]
    assert -1 < age < 60, age


def losses(tmp):
    """An output that is down: what waits, what is lost, what failed."""
    sock = outputs.tcp_listener()
    port = sock.getsockname()[1]
    sock.close()
    path, name = f"{tmp}/divulge.prom", f"json:/dev/tcp/127.0.0.1/{port}"
    with outputs.Feed(name, f"metrics:{path}") as feed:
        for _ in range(outputs.MANY // 100):
            feed.say("p100")
        outputs.wait_for(lambda: "trying again" in feed.stderr(), "refusal")
        receiver = outputs.Receiver(outputs.tcp_listener(port))
        outputs.wait_for(lambda: b'"seq":%d,' % outputs.MANY in receiver.data,
                         "the last")
        feed.end()
        _, missing = outputs.numbers(receiver.records())
        receiver.stop()
    found = samples(path)
    assert of_output(found, "lost_records_total", name) == missing > 0
    assert of_output(found, "told_records_total", name) == missing
    assert of_output(found, "written_records_total", name) == \
        outputs.MANY - missing
    assert of_output(found, "given_records_total", name) == outputs.MANY
    assert of_output(found, "errors_total", name) > 0
    assert of_output(found, "gaps_total", name) > 0
    assert of_output(found, "waiting_records", name) == 0


def waiting(tmp):
    """The queue of one that is down, as long as it is."""
    path, name = f"{tmp}/divulge.prom", f"json:unix:{tmp}/none"
    with outputs.Feed(name, f"metrics:{path}") as feed:
        feed.say("p10")
        outputs.wait_for(lambda: "trying again" in feed.stderr(), "refusal")
        feed.say("m0")
        outputs.wait_for(lambda: "divulge_kernel" in
                         pathlib.Path(path).read_text("utf-8"), "metrics")
        found = samples(path)
        feed.end(1)
    assert of_output(found, "up", name) == 0
    assert of_output(found, "waiting_records", name) == 10
    assert 10 * 200 < of_output(found, "waiting_bytes", name) < 10 * 2000
    assert of_output(found, "written_records_total", name) == 0


def whole_at_any_time(tmp):
    """Whoever reads it while it is written reads all of one text."""
    path = f"{tmp}/divulge.prom"
    seen = set()
    os.umask(0o077)
    with outputs.Feed(f"json:{tmp}/json", f"metrics:{path}") as feed:
        feed.say("p0")
        for number in range(200):
            feed.proc.stdin.write(f"p1\nm{number}\n")
            feed.proc.stdin.flush()
            data = pathlib.Path(path).read_bytes()
            assert data.startswith(b"# HELP divulge_info")
            assert data.endswith(b"} 1\n") or data[-2:-1].isdigit()
            seen.add(samples(path)["divulge_records_total",])
            feed.proc.stdout.readline()
            feed.proc.stdout.readline()
        feed.end()
    assert len(seen) > 5, seen
    assert samples(path)["divulge_records_total",] == 200
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o644
    assert os.listdir(tmp).count("divulge.prom.new") == 0


def moves(tmp):
    """SIGHUP has it written elsewhere, or not at all."""
    conf = pathlib.Path(f"{tmp}/conf")
    conf.write_text(f"output = metrics:{tmp}/a\noutput = json:{tmp}/json\n",
                    "ascii")
    with outputs.Feed(args=["--config", str(conf)]) as feed:
        feed.say("p0")
        conf.write_text(f"output = metrics:{tmp}/b\noutput = json:{tmp}/json\n"
                        "metrics-interval = 1s\n", "ascii")
        feed.say("h")
        os.remove(f"{tmp}/a")
        feed.say("p1")
        feed.say("m0")
        conf.write_text(f"output = json:{tmp}/json\n", "ascii")
        feed.say("h")
        feed.end()
    assert samples(f"{tmp}/b")["divulge_records_total",] == 1
    assert not os.path.exists(f"{tmp}/a")


def stays(tmp):
    """SIGHUP leaves it where it is, though the daemon has gone to /."""
    old = os.getcwd()
    os.chdir(tmp)
    try:
        with outputs.Feed("json:json", "metrics:prom") as feed:
            feed.say("c")
            feed.say("h")
            feed.say("p3")
            feed.end()
    finally:
        os.chdir(old)
    assert samples(f"{tmp}/prom")["divulge_records_total",] == 3
    assert len(outputs.lines(pathlib.Path(f"{tmp}/json").read_bytes())) == 3


def up_again(tmp):
    """One whose receiver is back is up, also with nothing to write."""
    path, name = f"{tmp}/divulge.prom", f"json:unix:{tmp}/sock"
    with outputs.Feed(name, f"metrics:{path}") as feed:
        outputs.wait_for(lambda: "trying again" in feed.stderr(), "refusal")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(f"{tmp}/sock")
            sock.listen()
            sock.accept()[0].close()
            conn, _ = sock.accept()

            def is_up():
                feed.say("m0")
                return of_output(samples(path), "up", name)
            outputs.wait_for(is_up, "it is up")
            conn.close()
        feed.end()


def alone(tmp):
    """Metrics may be all that is wanted."""
    with outputs.Feed(f"metrics:{tmp}/divulge.prom") as feed:
        feed.say("p5")
        said = feed.end()
        assert said == "settled 5 at the end\n", said
    assert samples(f"{tmp}/divulge.prom")["divulge_records_total",] == 5


def goes_on(tmp):
    """A folder that is away for a while."""
    os.mkdir(f"{tmp}/d")
    with outputs.Feed(f"json:{tmp}/json", f"metrics:{tmp}/d/m") as feed:
        feed.say("p0")
        shutil.rmtree(f"{tmp}/d")
        feed.say("m1")
        outputs.wait_for(lambda: "No such file" in feed.stderr(), "failure")
        os.mkdir(f"{tmp}/d")
        feed.say("m1")
        outputs.wait_for(lambda: "goes on" in feed.stderr(), "recovery")
        feed.end()
    assert samples(f"{tmp}/d/m")["divulge_records_total",] == 0


def refused(tmp):
    """What cannot be written at the start, and what makes no sense."""
    os.mkfifo(f"{tmp}/fifo")
    os.symlink("none", f"{tmp}/link")
    for output, args, why in (
            (f"metrics:{tmp}/no/such", (), "No such file"),
            ("metrics:/dev/null", (), "no file"),
            (f"metrics:{tmp}/fifo", (), "no file"),
            (f"metrics:{tmp}/link", (), "no file"),
            ("metrics:-", (), "no file"),
            ("metrics:/dev/tcp/localhost/1", (), "no file"),
            ("metrics:", (), "no path"),
            (f"metrics:{tmp}/m", ("-o", f"metrics:{tmp}/n"), "already"),
            (f"metrics:{tmp}/m", ("--metrics-interval", "0.5"), "1s to 1h"),
            (f"metrics:{tmp}/m", ("--metrics-interval", "x"), "1s to 1h")):
        with outputs.Feed(output, args=args) as feed:
            said = feed.end(1)
            assert why in said and len(said.splitlines()) == 1, said


if __name__ == "__main__":
    outputs.run([all_figures, losses, waiting, whole_at_any_time, moves,
                 stays, up_again, alone, goes_on, refused])

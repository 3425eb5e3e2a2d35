#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""From many hosts to one store: with the real rsyslog, node_exporter, Prometheus.

All of it runs on the loopback device, with the files of user/fleet in which the
names of folders and hosts are other ones.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import urllib.parse
import urllib.request

import metrics
import outputs

FLEET = pathlib.Path(__file__).parents[1] / "fleet"
# A message with one of the feed's births is longer
SHORTEST = 600
# How long to wait for one step of several programs, on a machine that is busy
PATIENCE = 300
ALERTS = {"DivulgeEventsLost", "DivulgeOutputLoses", "DivulgeOutputDown",
          "DivulgeQueueFills", "DivulgeStuck", "DivulgeAbsent",
          "DivulgeRestarts", "DivulgeDccpMissed"}


def free_port():
    """Nobody listens there."""
    with outputs.tcp_listener() as sock:
        return sock.getsockname()[1]


def listens(port):
    """Somebody does."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


class Program:
    """A daemon that is started, and started again."""

    def __init__(self, tmp, log, name, *args):
        self.args = outputs.program(name, *args)
        self.said = open(f"{tmp}/{log}.log", "a+b")
        self.proc = None
        self.start()

    def start(self):
        """Start it, which it says nothing of."""
        self.proc = subprocess.Popen(self.args, stdin=subprocess.DEVNULL,
                                     stdout=self.said, stderr=self.said)

    def stop(self, sig=signal.SIGTERM):
        """End it in that way."""
        self.proc.send_signal(sig)
        self.proc.wait(PATIENCE)

    def wait_for(self, condition, what):
        """Wait for what it has to do; it must not end before."""
        def is_done():
            if self.proc.poll() is not None:
                said = os.pread(self.said.fileno(), 1 << 16, 0).decode()
                raise AssertionError(f"{what}: it ended: {said}")
            return condition()
        outputs.wait_for(is_done, what, PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.kill()
        self.proc.wait()
        self.said.close()


def rsyslog(tmp, name, changes):
    """An rsyslogd with a file of ours."""
    text = FLEET.joinpath(f"rsyslog-{name}.conf").read_text("ascii")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    conf = pathlib.Path(f"{tmp}/{name}.conf")
    conf.write_text(f'global(workDirectory="{tmp}")\n{text}', "ascii")
    return Program(tmp, name, "rsyslogd", "-n", "-f", str(conf), "-iNONE")


def store(tmp, port):
    """The rsyslog of the store."""
    return rsyslog(tmp, "store", {'port="2514"': f'port="{port}"',
                                  "/srv/divulge": f"{tmp}/srv"})


def host(tmp, port, more=()):
    """The rsyslog of a host."""
    os.makedirs(f"{tmp}/spool", exist_ok=True)
    return rsyslog(tmp, "host", {
        'port="2514"': f'port="{port}"', "store.example.net": "127.0.0.1",
        "/run/rsyslog-divulge/socket": f"{tmp}/socket",
        "/var/spool/rsyslog": f"{tmp}/spool",
        'fileOwner="divulge" fileGroup="divulge" ': "",
        'action.resumeInterval="5"': 'action.resumeInterval="1"',
        'action.resumeIntervalMax="60"': 'action.resumeIntervalMax="1"',
        **dict(more)})


def stored(tmp):
    """What is in the store."""
    return [json.loads(line, strict=False) for path in
            pathlib.Path(tmp).glob("srv/*/*.json")
            for line in outputs.lines(path.read_bytes())]


def numbers(tmp):
    """Of the births in the store."""
    return [int(o["fields"]["seq"]) for o in stored(tmp)
            if o["event"] == "birth"]


def has(tmp, last):
    """Wait until the store has all up to that number."""
    outputs.wait_for(lambda: set(numbers(tmp)) >= set(range(1, last + 1)),
                     f"all {last} in the store", PATIENCE)


def missing(tmp):
    """How many of the one run's records are neither there nor in a gap."""
    records = [{**o, **o["fields"]} for o in stored(tmp)]
    for record in records:
        for name in ("record", "count", "last_record"):
            if name in record:
                record[name] = int(record[name])
    return outputs.account(records)[0]


def plain(value):
    """A value of JSON as structured data has it."""
    if isinstance(value, list):
        return ",".join(map(plain, value))
    if isinstance(value, str):
        return re.sub(r"\\x|[\x00-\x1f\x7f]|[\udc80-\udcff]",
                      lambda m: f"\\x{ord(m[0][0]) & 0xff:02x}" + m[0][1:],
                      value)
    return str(value)


def parsed_back(tmp):
    """What the store makes of a record is what the record's JSON says."""
    port = free_port()
    with store(tmp, port), host(tmp, port) as near:
        near.wait_for(lambda: os.path.exists(f"{tmp}/socket"), "rsyslog")
        with outputs.Feed(f"syslog:unix:{tmp}/socket",
                          f"json:{tmp}/json") as feed:
            feed.say("p200")
            feed.say("l60000")
            feed.say("f1")
            feed.end()
        has(tmp, 201)
    got = {o["fields"].get("seq"): o for o in stored(tmp)}
    wanted = outputs.of_file(f"{tmp}/json")
    assert len(stored(tmp)) == len(wanted) == 202
    for want in wanted:
        seen = got[str(want["seq"]) if "seq" in want else None]
        assert seen["event"] == want.pop("event")
        assert seen["host"] == want.pop("host"), seen["host"]
        fields = {name: plain(value) for name, value in want.items()
                  if value is not None}
        assert seen["fields"] == fields, (seen["fields"], fields)


@contextlib.contextmanager
def from_host_to_store(tmp):
    """Both, and a feed of records."""
    port = free_port()
    with store(tmp, port) as far, host(tmp, port) as near:
        near.wait_for(lambda: os.path.exists(f"{tmp}/socket"), "rsyslog")
        with outputs.Feed(f"syslog:unix:{tmp}/socket",
                          args=("--queue", "64M")) as feed:
            yield feed, near, far
            feed.end()
    print(f"# {len(numbers(tmp)) - len(set(numbers(tmp)))} came twice")


def say_many(feed):
    """As many as 2000."""
    for _ in range(20):
        feed.say("p100")


def store_away(tmp):
    """The store is killed in the middle of it, and comes back."""
    with from_host_to_store(tmp) as (feed, _, far):
        feed.say("p1000")
        has(tmp, 1000)
        say_many(feed)
        far.stop(signal.SIGKILL)
        say_many(feed)
        outputs.wait_for(lambda: feed_is_read(feed), "all is read")
        assert len(numbers(tmp)) < 5000
        far.start()
        has(tmp, 5000)
        assert missing(tmp) == 0, missing(tmp)


def host_restarts(tmp):
    """rsyslog of the host is ended in the middle of it, and loses nothing."""
    with from_host_to_store(tmp) as (feed, near, _):
        say_many(feed)
        near.stop()
        say_many(feed)
        near.start()
        has(tmp, 4000)
        assert missing(tmp) == 0, missing(tmp)


def host_is_killed(tmp):
    """It is killed: what it had read and not queued is known to be missing."""
    with from_host_to_store(tmp) as (feed, near, _):
        say_many(feed)
        near.stop(signal.SIGKILL)
        say_many(feed)
        near.start()
        outputs.wait_for(lambda: 4000 in numbers(tmp), "the last", PATIENCE)
        away = 4000 - len(set(numbers(tmp)))
        print(f"# {away} are missing")
        assert missing(tmp) == away, missing(tmp)
        # One read of rsyslog's
        assert away * SHORTEST <= 128 << 10, away


def both_away(tmp):
    """The host's is ended while the store is away: a few may be missing."""
    with from_host_to_store(tmp) as (feed, near, far):
        feed.say("p1000")
        has(tmp, 1000)
        say_many(feed)
        far.stop()
        outputs.wait_for(lambda: feed_is_read(feed), "all is read")
        near.stop()
        assert os.listdir(f"{tmp}/spool"), "nothing is on the disk"
        near.start()
        feed.say("p100")
        far.start()
        # With a window and batches of the usual size it is over a hundred.
        outputs.wait_for(lambda: 3100 in numbers(tmp) and
                         len(set(numbers(tmp))) > 3000, "all but a few",
                         PATIENCE)
        print(f"# {missing(tmp)} are missing")
        assert missing(tmp) == 3100 - len(set(numbers(tmp)))


def disk_full(tmp):
    """What the host's disk has no room for is told by a gap."""
    port, given = free_port(), 3 * outputs.MANY
    with host(tmp, port, {'maxDiskSpace="2g"': 'maxDiskSpace="1m"',
                          'maxFileSize="64m"': 'maxFileSize="256k"'}) as near:
        near.wait_for(lambda: os.path.exists(f"{tmp}/socket"), "rsyslog")
        with outputs.Feed(f"syslog:unix:{tmp}/socket") as feed:
            for _ in range(given // 100):
                feed.say("p100")
            feed.say("t")
            assert " 0 neither yet" not in feed.stderr(), feed.stderr()
            with store(tmp, port):
                outputs.wait_for(lambda: given in numbers(tmp), "the last",
                                 PATIENCE)
                feed.end()
                gaps = sum(int(o["fields"]["count"]) for o in stored(tmp)
                           if o["event"] == "gap")
                assert gaps > 0
                outputs.wait_for(lambda: len(set(numbers(tmp))) + gaps ==
                                 given,
                                 f"{given} in all: {gaps} in gaps, "
                                 f"{len(set(numbers(tmp)))} there")
                assert missing(tmp) == 0, missing(tmp)
    size = sum(path.stat().st_size
               for path in pathlib.Path(f"{tmp}/spool").iterdir())
    assert size < 2 << 20, size


def feed_is_read(feed):
    """It has nothing left in its queue."""
    feed.say("t")
    return " 0 neither yet" in feed.stderr().splitlines()[-1]


def get(port, path, **query):
    """An answer of Prometheus's."""
    url = f"http://127.0.0.1:{port}/api/v1/{path}?" + \
        urllib.parse.urlencode(query)
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)["data"]


def is_ready(port):
    """It listens, and has read what it has on its disk."""
    with contextlib.suppress(OSError), urllib.request.urlopen(
            f"http://127.0.0.1:{port}/-/ready") as answer:
        return answer.status == 200
    return False


def value_of(port, query):
    """The one value of an expression, None if there is none."""
    result = get(port, "query", query=query)["result"]
    return float(result[0]["value"][1]) if len(result) == 1 else None


def firing(port):
    """Names of the alerts that are."""
    return {alert["labels"]["alertname"]
            for alert in get(port, "alerts")["alerts"]
            if alert["state"] == "firing"}


@contextlib.contextmanager
def prometheus(tmp):
    """One that asks a node_exporter for the metrics in a folder."""
    exporter, port = free_port(), free_port()
    text = FLEET.joinpath("prometheus.yml").read_text("ascii")
    for old, new in (("host.example.net:9100", f"127.0.0.1:{exporter}"),
                     ("30s", "1s"),
                     ("divulge.rules.yml", f"{FLEET}/divulge.rules.yml")):
        assert old in text
        text = text.replace(old, new)
    pathlib.Path(f"{tmp}/prometheus.yml").write_text(text, "ascii")
    with Program(tmp, "exporter", "prometheus-node-exporter",
                 "--collector.disable-defaults", "--collector.textfile",
                 f"--collector.textfile.directory={tmp}/textfile",
                 f"--web.listen-address=127.0.0.1:{exporter}") as near, \
         Program(tmp, "prometheus", "prometheus",
                 f"--config.file={tmp}/prometheus.yml",
                 f"--storage.tsdb.path={tmp}/tsdb",
                 f"--web.listen-address=127.0.0.1:{port}") as far:
        near.wait_for(lambda: listens(exporter), "node_exporter")
        far.wait_for(lambda: is_ready(port), "Prometheus")
        yield port


def expressions(dashboard):
    """Queries of a dashboard of Grafana's."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield re.sub(r"label_values\((.*), \w+\)", r"\1",
                         variable["query"])


def scraped(tmp):
    """Prometheus gets each figure, and an alert fires when there is a loss."""
    os.mkdir(f"{tmp}/textfile")
    prom = f"{tmp}/textfile/divulge.prom"
    with prometheus(tmp) as port, \
         outputs.Feed(f"json:{tmp}/json", f"metrics:{prom}") as feed:
        feed.say("p42")
        feed.say("m0")
        outputs.wait_for(lambda: value_of(port, "divulge_records_total") == 42,
                         "42 records", PATIENCE)
        for (name, *labels), value in metrics.samples(prom).items():
            query = name + "{" + ",".join(f"{label}={json.dumps(text)}"
                                          for label, text in labels) + "}"
            assert value_of(port, query) == value, query
        rules = get(port, "rules")["groups"][0]["rules"]
        assert {rule["name"] for rule in rules} == ALERTS, rules
        outputs.wait_for(lambda: not firing(port), "silence")
        feed.say("x7")
        feed.say("m0")
        outputs.wait_for(lambda: firing(port) == {"DivulgeEventsLost"},
                         "the alert", PATIENCE)
        dashboard_asks_what_there_is(port, prom)
        feed.end()


def dashboard_asks_what_there_is(port, prom):
    """Each query of the dashboard can be asked, of metrics that there are."""
    dashboard = json.loads(FLEET.joinpath("grafana.json").read_text("ascii"))
    known = {name for name, *_ in metrics.samples(prom)} | {
        "up", "node_textfile_mtime_seconds"}
    asked = set()
    for query in expressions(dashboard):
        query = query.replace("$__rate_interval", "5m").replace(
            "$instance", ".*").replace("$job", ".*")
        get(port, "query", query=query)
        names = set(re.findall(r"\b(?:divulge|node)_\w+", query))
        assert names and names <= known, names - known
        asked |= names
    assert len(asked) > 15, asked
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids)), ids


def rules_are_tested(_):
    """promtool finds that each alert fires when it is to, and not before."""
    done = subprocess.run(outputs.program("promtool", "test", "rules",
                                          "divulge.test.yml"), cwd=FLEET,
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    text = FLEET.joinpath("divulge.test.yml").read_text("ascii")
    for alert in ALERTS:
        assert re.search(rf"alertname: {alert}\n +exp_alerts", text), alert


if __name__ == "__main__":
    outputs.run([parsed_back, store_away, host_restarts, host_is_killed,
                 both_away, disk_full, rules_are_tested, scraped])

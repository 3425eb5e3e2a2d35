#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""divulged as the service that is installed, under a systemd of its own."""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import common
from peers import IPPROTO_DCCP, SOCK_DCCP, wait_until

PORT = 5900
WATCHED = "/mnt/ext4"
BIRTH = "93372313840f4063b48f4b6a564b85e9"
LOG = "/var/log/divulge/events.json"
METRICS = "/run/divulge/divulge.prom"
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN = 1 << 1, 1 << 2, 1 << 21
PIDFD_GETFD = 438
# The kernel doubles it
EVENT_BUF = 2 * (16 << 20)
# Not UTF-8, and with what ends a line elsewhere
ODD = b"odd\xff\n="
TARGET = """[Unit]
Requires=systemd-journald.service
After=systemd-journald.service
"""
# In a namespace of processes, systemd is the first of them. What this machine
# makes units of at each reload is not needed, nor what it would clear away
START = """mount -t tmpfs none /run &&
mount -t tmpfs none /lib/systemd/system-generators &&
mount --bind /dev/null /usr/lib/tmpfiles.d/tmp.conf &&
export container=divulge &&
exec /lib/systemd/systemd --system --unit=few.target --show-status=no
"""
# Several at once: each time something is started there costs
BEGIN = """rm -rf /var/log/divulge /var/lib/divulge /run/divulge
systemctl daemon-reload
systemctl reset-failed
systemctl start divulged
"""


class Systemd:
    """A system of services, with a journal and little else."""

    def __init__(self):
        # pylint: disable=consider-using-with
        pathlib.Path("/etc/systemd/system/few.target").write_text(
            TARGET, "ascii")
        self.log = tempfile.TemporaryFile()
        self.proc = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount", "--mount-proc",
             "--propagation", "shared", "--kill-child", "sh", "-c", START],
            stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT)
        self.pid = wait_until(self.find, "systemd")
        wait_until(lambda: self.ctl("is-active", "few.target",
                                    check=False) == "active\n", "few.target")

    def find(self):
        """The process that is the first there."""
        path = f"/proc/{self.proc.pid}/task/{self.proc.pid}/children"
        children = pathlib.Path(path).read_text("ascii").split()
        if not children:
            return None
        comm = pathlib.Path(f"/proc/{children[0]}/comm").read_text("ascii")
        return children[0] if comm == "systemd\n" else None

    def run(self, *args, check=True):
        """Run something there; what it says."""
        done = subprocess.run(["nsenter", "-t", self.pid, "-m", "-p", *args],
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT)
        said = done.stdout.decode(errors="surrogateescape")
        if check and done.returncode:
            raise AssertionError(f"{args}: {said}{self.why()}")
        return said

    def ctl(self, *args, check=True):
        """systemctl"""
        return self.run("systemctl", "--no-pager", *args, check=check)

    def why(self):
        """What the journal has of the service."""
        return self.run("journalctl", "--no-pager", "-n", "20", "-u",
                        "divulged", check=False)

    def entries(self):
        """Births in the journal, of the service as it runs now."""
        said = self.run("journalctl", "--no-pager", "-o", "json", "--all",
                        f"MESSAGE_ID={BIRTH}", "SYSLOG_IDENTIFIER=divulged",
                        "_SYSTEMD_INVOCATION_ID=" + self.show("InvocationID"))
        return [json.loads(line) for line in said.splitlines()]

    def show(self, name):
        """A property of the service."""
        return self.ctl("show", "-P", name, "divulged").strip()

    def read(self, path):
        """A file there, "" if there is none."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/root{path}").read_text(
                "utf-8")
        except FileNotFoundError:
            return ""

    def has(self, path):
        """Whether there is such a file there."""
        return os.path.exists(f"/proc/{self.pid}/root{path}")

    def records(self):
        """Whole lines of the log."""
        return [json.loads(line) for line in
                self.read(LOG).split("\n")[:-1]]

    def main_pid(self):
        """The daemon's number outside of the namespace."""
        # Files of /proc there show numbers from there
        inside = self.show("MainPID")
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text("ascii", "replace")
                if re.search(rf"^NSpid:\t\d+\t{inside}$", text, re.M):
                    return status.parent
        raise AssertionError(f"no process {inside}")

    def stop(self):
        """End all of it."""
        self.proc.kill()
        self.proc.wait()


def install():
    """As an operator would."""
    build = os.path.dirname(os.path.dirname(shutil.which("divulged")))
    subprocess.run(["make", "-s", "-C", os.environ["DIVULGE_TOP"] + "/user",
                    f"OUT={build}/user", "PREFIX=/usr", "install"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["systemd-sysusers"], check=True)


SYSTEMD = []


@contextlib.contextmanager
def service(*outputs, more=""):
    """The service, watching one filesystem, with more outputs."""
    systemd = SYSTEMD[0]
    drop = pathlib.Path("/etc/systemd/system/divulged.service.d")
    drop.mkdir(exist_ok=True)
    options = " ".join(f"-o {output}" for output in outputs)
    drop.joinpath("test.conf").write_text(
        f'[Service]\nEnvironment="PATHS={options} --no-dccp {WATCHED}"\n'
        f"{more}\n", "ascii")
    try:
        systemd.run("sh", "-ec", BEGIN)
        yield systemd
    finally:
        systemd.ctl("stop", "divulged", check=False)


def paths(records):
    """Of the births, without the folder."""
    return [os.path.basename(o["path"]) for o in records
            if o["event"] in ("birth", "found")]


def born(systemd, name, event="birth"):
    """Wait until the log has it."""
    try:
        wait_until(lambda: any(o["event"] == event and o["path"].endswith(name)
                               for o in systemd.records()),
                   f"{event} of {name}")
    except AssertionError as err:
        raise AssertionError(f"{err}: {systemd.why()}") from err


@contextlib.contextmanager
def a_file(name):
    """Born and gone again."""
    path = f"{WATCHED}/{name}" if isinstance(name, str) else \
        WATCHED.encode() + b"/" + name
    os.mkfifo(path)
    try:
        yield
    finally:
        os.remove(path)


def it_runs():
    """It is ready when its start is over, and writes as the user it is."""
    with service() as systemd:
        common.same("state", "active", systemd.show("ActiveState"))
        with a_file("runs"):
            born(systemd, "/runs")
        status = os.stat(f"/proc/{systemd.pid}/root{LOG}")
        common.same("mode", 0o640, status.st_mode & 0o777)
        wait_until(lambda: "divulge_info" in systemd.read(METRICS), "metrics")
        assert re.search(r"births, 0 of DCCP, 0 lost; 1 of 1 outputs well",
                         systemd.show("StatusText"))
        uid = int(systemd.run("id", "-u", "divulge"))
        common.same("owner", uid, status.st_uid)
        systemd.ctl("stop", "divulged")
        common.same("result", "success", systemd.show("Result"))


def capabilities(process):
    """Of each thread of a process, the first one first; NoNewPrivs, Seccomp."""
    for task in sorted((process / "task").iterdir(), key=lambda t: int(t.name)):
        text = (task / "status").read_text("ascii")
        yield {name: int(value, 16) for name, value in re.findall(
            r"^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs|Seccomp):\t(\w+)$",
            text, re.M)}


def few_capabilities():
    """Two in the thread that hears the kernel, none in the others."""
    with service("syslog:/dev/tcp/127.0.0.1/1") as systemd:
        first, *others = capabilities(systemd.main_pid())
        same = {"CapInh": 0, "CapAmb": 0, "NoNewPrivs": 1, "Seccomp": 2}
        kept = CAP_DAC_READ_SEARCH | CAP_SYS_ADMIN
        common.same("of the first", {"CapEff": kept, "CapPrm": kept, **same},
                    first)
        # Two outputs, metrics and the state
        common.same("of the others", 4 * [{"CapEff": 0, "CapPrm": 0, **same}],
                    others)


@contextlib.contextmanager
def daemon(caps, *args):
    """divulged, as root with these capabilities alone."""
    with tempfile.TemporaryFile() as err, subprocess.Popen(
            ["setpriv", "--inh-caps=-all", "--bounding-set=" +
             ",".join(["-all", *("+" + cap for cap in caps)]), "divulged",
             *args], stdout=subprocess.DEVNULL, stderr=err) as proc:
        def said():
            return os.pread(err.fileno(), 1 << 16, 0).decode()
        try:
            wait_until(lambda: "ready" in said() or proc.poll() is not None,
                       "ready")
            yield proc, said
        finally:
            proc.terminate()


def receive_buffer(pid):
    """The largest of a process's netlink sockets, in bytes."""
    pidfd = os.pidfd_open(pid)
    libc = ctypes.CDLL(None, use_errno=True)
    sizes = []
    for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        if not os.readlink(path).startswith("socket:"):
            continue
        fd = libc.syscall(PIDFD_GETFD, pidfd, int(path.name), 0)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        with socket.socket(fileno=fd) as sock:
            if sock.family == socket.AF_NETLINK:
                sizes.append(sock.getsockopt(socket.SOL_SOCKET,
                                             socket.SO_RCVBUF))
    os.close(pidfd)
    return max(sizes)


def birth_path(log):
    """Of the one birth in a log."""
    def births():
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in log.read_bytes().splitlines()]
        return []
    return wait_until(births, "a birth")[0]["path"]


def each_is_needed():
    """What is missing without each of the capabilities."""
    with tempfile.TemporaryDirectory() as tmp:
        log = pathlib.Path(tmp, "log")
        args = ("--no-dccp", "-o", f"json:{log}", WATCHED)
        with daemon((), *args) as (proc, said):
            common.same("exit code", 1, proc.wait(30))
            assert "needs CAP_SYS_ADMIN" in said(), said()
        with daemon((), "--no-births") as (proc, said):
            assert "ready" in said(), said()
        with daemon(("sys_admin",), *args) as (proc, said), a_file("a"):
            common.same("path without", None, birth_path(log))
            assert receive_buffer(proc.pid) < EVENT_BUF
        log.unlink()
        with daemon(("sys_admin", "dac_read_search"), *args), a_file("b"):
            common.same("path with", f"{WATCHED}/b", birth_path(log))
        with daemon(("sys_admin", "net_admin"), *args) as (proc, _):
            common.same("buffer", EVENT_BUF, receive_buffer(proc.pid))


def override_where_needed():
    """Logs in a folder that is not root's can be rotated all the same."""
    with tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755)
        os.chown(tmp, 65534, 65534)
        log = pathlib.Path(tmp, "log")
        with daemon(("sys_admin", "dac_read_search", "dac_override"),
                    "--no-dccp", "-o", f"json:{log}", WATCHED) as (proc, said):
            assert f"CAP_DAC_OVERRIDE is kept for '{log}'" in said(), said()
            first, other = capabilities(pathlib.Path(f"/proc/{proc.pid}"))
            common.same("of the first", CAP_DAC_READ_SEARCH | CAP_SYS_ADMIN,
                        first["CapEff"])
            common.same("of the output", CAP_DAC_OVERRIDE, other["CapEff"])
            log.rename(f"{tmp}/log.1")
            proc.send_signal(signal.SIGHUP)
            wait_until(log.exists, "a new log")


@contextlib.contextmanager
def listening(family, kind, address, protocol=0):
    """A socket; what is sent to the first that connects."""
    with socket.socket(family, kind, protocol) as sock:
        sock.bind(address)
        sock.listen()
        sock.settimeout(60 * common.PATIENCE)

        def hears():
            conn, _ = sock.accept()
            with conn:
                return conn.recv(1 << 16)
        yield hears


def outputs_of_all_kinds():
    """Neither its rights nor its sandbox are in the way of any."""
    systemd = SYSTEMD[0]
    local = f"/proc/{systemd.pid}/root/run/out"
    with listening(socket.AF_INET, socket.SOCK_STREAM,
                   ("127.0.0.1", PORT)) as tcp, \
         listening(socket.AF_INET6, SOCK_DCCP, ("::1", PORT),
                   IPPROTO_DCCP) as dccp, \
         listening(socket.AF_UNIX, socket.SOCK_STREAM, local) as unix:
        os.chmod(local, 0o666)
        with service(f"json:/dev/tcp/127.0.0.1/{PORT}",
                     f"json:/dev/dccp/::1/{PORT}", "json:unix:/run/out",
                     "text:/var/log/divulge/births.log",
                     "sqlite:/var/lib/divulge/history.db"):
            with a_file("all"):
                born(systemd, "/all")
                for hears in (tcp, dccp, unix):
                    assert b"/all" in hears(), hears
                wait_until(lambda: "/all" in systemd.read(
                    "/var/log/divulge/births.log"), "a line of text")
                # Its default is that file
                wait_until(lambda: "/all" in systemd.run(
                    "divulge", "history", check=False), "history")
    os.remove(local)


def mounted_again():
    """It keeps nobody from unmounting, and searches what comes back."""
    device = subprocess.run(["findmnt", "-no", "SOURCE", WATCHED], check=True,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    with service() as systemd:
        try:
            systemd.run("umount", WATCHED)
            subprocess.run(["umount", WATCHED], check=True)
            wait_until(lambda: '"unmount"' in systemd.read(LOG), "unmount")
        finally:
            subprocess.run(["mount", device, WATCHED], check=True)
        with a_file("meanwhile"):
            systemd.run("mount", device, WATCHED)
            born(systemd, "/meanwhile", "found")
        with a_file("after"):
            born(systemd, "/after")


def found_at_the_next_start():
    """What is born while it is stopped is found when it is started again."""
    with service() as systemd:
        with a_file("up"):
            born(systemd, "/up")
        systemd.ctl("stop", "divulged")
        common.same("result", "success", systemd.show("Result"))
        with a_file("meanwhile"):
            systemd.ctl("start", "divulged")
            born(systemd, "/meanwhile", "found")
        born(systemd, WATCHED, "down")


def journal_has_all():
    """What journalctl gives back is what was put in."""
    with service("journal:") as systemd:
        with a_file("plain"), a_file(ODD):
            born(systemd, "/plain")
            wait_until(lambda: len(systemd.records()) == 2, "both")
        entries = wait_until(lambda: len(found := systemd.entries()) == 2 and
                             found, "two entries")
        for entry, want in zip(entries, systemd.records()):
            for name in ("seq", "uid", "pid", "ino", "comm", "time", "fs"):
                common.same(name, str(want[name]),
                            entry["DIVULGE_" + name.upper()])
            common.same("unit", "divulged.service", entry["_SYSTEMD_UNIT"])
            common.same("priority", "6", entry["PRIORITY"])
        # What is no text is an array of bytes there
        common.same("name", list(ODD), entries[1]["DIVULGE_NAME"])
        common.same("name", "plain", entries[0]["DIVULGE_NAME"])


def journal_that_restarts():
    """What is said while it is away is there afterwards."""
    with service("journal:") as systemd:
        systemd.ctl("stop", "systemd-journald.socket",
                    "systemd-journald-dev-log.socket", "systemd-journald")
        for number in range(20):
            with a_file(f"away{number}"):
                pass
        born(systemd, "/away19")
        systemd.ctl("start", "systemd-journald")
        names = [f"away{number}" for number in range(20)]
        wait_until(lambda: {entry["DIVULGE_NAME"] for entry in
                            systemd.entries()} >= set(names), "all of them")


def rotated():
    """logrotate has it begin a new log, and none is lost in between."""
    rotate = [os.environ["DIVULGE_TOP"] + "/qemu/programs", "run",
              "logrotate", "-f", "/etc/logrotate.d/divulged"]
    with service() as systemd:
        with a_file("before"):
            born(systemd, "/before")
        systemd.run(*rotate)
        common.same("state", "active", systemd.show("ActiveState"))
        wait_until(lambda: systemd.has(LOG), "a new log")
        with a_file("after"):
            born(systemd, "/after")
        common.same("after", ["after"], paths(systemd.records()))
        common.same("before", ["before"], paths(map(
            json.loads, systemd.read(LOG + ".1").splitlines())))
        systemd.run(*rotate)
        common.same("compressed", ["before"], paths(map(
            json.loads, systemd.run("zcat", LOG + ".2.gz").splitlines())))


def watchdog():
    """A daemon that hangs is started again, one that does not is not."""
    with service(more="WatchdogSec=9\nRestartSec=1") as systemd:
        first = systemd.show("MainPID")
        # Longer than it could be without a word
        time.sleep(10)
        common.same("main process", first, systemd.show("MainPID"))
        systemd.run("kill", "-STOP", first)
        wait_until(lambda: systemd.show("NRestarts") == "1", "another start")
        wait_until(lambda: systemd.show("ActiveState") == "active",
                   "it is back")
        with a_file("back"):
            born(systemd, "/back")
        assert "watchdog" in systemd.why().lower(), systemd.why()


def wrong_configuration():
    """It fails at once, and stays failed."""
    with service() as systemd:
        systemd.ctl("stop", "divulged")
        os.makedirs("/etc/divulge", exist_ok=True)
        conf = pathlib.Path("/etc/divulge/divulged.conf")
        conf.write_text("nonsense = 1\n", "ascii")
        try:
            assert "failed" in systemd.ctl("start", "divulged", check=False)
            # One that waits for another start is activating
            common.same("state", "failed", systemd.show("ActiveState"))
            common.same("starts", "0", systemd.show("NRestarts"))
            assert "divulged.conf:1: there is no key" in systemd.why()
        finally:
            conf.unlink()


def says_so_to_anybody():
    """Each word to a socket of one's own."""
    tmp = tempfile.mkdtemp()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(f"{tmp}/notify")
    sock.settimeout(30)

    def hears(what, times=20):
        for _ in range(times):
            if what in (got := sock.recv(4096).decode()):
                return got
        raise AssertionError(f"not said: {what}")

    env = {**os.environ, "NOTIFY_SOCKET": f"{tmp}/notify",
           "WATCHDOG_USEC": "3000000"}
    with subprocess.Popen(["divulged", "--no-dccp", "-o", f"json:{tmp}/log",
                           WATCHED], env=env, stderr=subprocess.PIPE) as proc:
        try:
            common.same("first", "READY=1", sock.recv(4096).decode())
            begin = time.monotonic()
            for _ in range(4):
                hears("WATCHDOG=1")
            took = time.monotonic() - begin
            assert 2 < took < 6 * common.PATIENCE, took
            proc.send_signal(signal.SIGHUP)
            hears("RELOADING=1")
            common.same("then", "READY=1", sock.recv(4096).decode())
            with a_file("said"):
                hears("STATUS=1 births, 0 of DCCP, 0 lost; 1 of 1 outputs well")
            proc.send_signal(signal.SIGTERM)
            hears("STOPPING=1")
            common.same("exit code", 0, proc.wait(30))
        finally:
            proc.kill()
    shutil.rmtree(tmp)


def main():
    """Run them all."""
    common.need_module()
    if not os.path.exists("/lib/systemd/systemd"):
        print("TAP version 13\n1..0 # SKIP systemd is not installed")
        raise SystemExit(common.ksft.KSFT_SKIP)
    install()
    SYSTEMD.append(Systemd())
    common.begin([(test.__name__, test) for test in (
        it_runs, few_capabilities, each_is_needed,
        override_where_needed, outputs_of_all_kinds, mounted_again,
        found_at_the_next_start, journal_has_all, journal_that_restarts,
        rotated, watchdog, wrong_configuration, says_so_to_anybody)])


if __name__ == "__main__":
    main()

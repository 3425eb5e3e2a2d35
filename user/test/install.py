#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What "make install" installs, and what systemd and logrotate say of it."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

OUT = sys.argv[1]
USER = pathlib.Path(__file__).parents[1]
# In tenths, as systemd 252 finds it; why it is no less is said in the unit
CEILING = 26
FILES = {
    "usr/bin/dccpcat": 0o755,
    "usr/sbin/divulge": 0o755,
    "usr/sbin/divulged": 0o755,
    "usr/share/man/man1/dccpcat.1": 0o644,
    "usr/share/man/man5/divulged.conf.5": 0o644,
    "usr/share/man/man8/divulge.8": 0o644,
    "usr/share/man/man8/divulged.8": 0o644,
    "usr/share/bash-completion/completions/dccpcat": 0o644,
    "usr/share/bash-completion/completions/divulge": 0o644,
    "usr/share/bash-completion/completions/divulged": 0o644,
    "usr/lib/systemd/system/divulged.service": 0o644,
    "usr/lib/sysusers.d/divulged.conf": 0o644,
    "usr/lib/tmpfiles.d/divulged.conf": 0o644,
    "etc/logrotate.d/divulged": 0o644,
}


PROGRAMS = USER.parent / "qemu/programs"


class Skip(Exception):
    """The test cannot run here."""


def tool(name):
    """A program of systemd's."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    assert path, f"there is no {name}: run 'qemu/packages check'"
    return path


def run(*args, code=0):
    """Run something, which must end in that way; what it says."""
    done = subprocess.run(args, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == code, f"{args}: {done.returncode} {done.stdout}"
    return done.stdout


def all_is_there(root):
    """Each file with its mode, below DESTDIR and nowhere else."""
    old = os.umask(0o022)
    run("make", "-s", "-C", str(USER), f"OUT={OUT}", f"DESTDIR={root}",
        "PREFIX=/usr", "install")
    os.umask(old)
    seen = {str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode)
            for path in pathlib.Path(root).rglob("*") if not path.is_dir()}
    fleet = {f"usr/share/divulge/fleet/{path.name}"
             for path in (USER / "fleet").iterdir()}
    assert all(seen.pop(path) == 0o644 for path in fleet), fleet
    assert seen == FILES, seen.items() ^ FILES.items()


def unit_of(root):
    """The unit, with the program where it is."""
    path = pathlib.Path(root, "usr/lib/systemd/system/divulged.service")
    text = path.read_text("ascii")
    assert "ExecStart=/usr/sbin/divulged" in text
    return text.replace("/usr/sbin/divulged", f"{root}/usr/sbin/divulged")


def unit_is_valid(root):
    """systemd knows all that the unit says."""
    with tempfile.TemporaryDirectory() as tmp:
        unit = pathlib.Path(tmp, "divulged.service")
        unit.write_text(unit_of(root), "ascii")
        said = run(tool("systemd-analyze"), "verify", "--man=no",
                   "--recursive-errors=no", str(unit))
        assert not said, said
        unit.write_text(unit_of(root) + "[Service]\nNoSuchKey=1\n", "ascii")
        assert "NoSuchKey" in run(tool("systemd-analyze"), "verify",
                                  "--man=no", "--recursive-errors=no",
                                  str(unit), code=1)


def exposure(tmp, text, ceiling):
    """Whether systemd finds it less exposed than that; what it says."""
    unit = pathlib.Path(tmp, "divulged.service")
    unit.write_text(text, "ascii")
    done = subprocess.run(
        [tool("systemd-analyze"), "security", "--offline=true", "--no-pager",
         f"--threshold={ceiling}", str(unit)], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False)
    assert "Overall exposure" in done.stdout, done.stdout
    return done.returncode == 0, done.stdout


def unit_is_hardened(root):
    """It gets no worse; and were it to, this would tell."""
    text = unit_of(root)
    with tempfile.TemporaryDirectory() as tmp:
        good, said = exposure(tmp, text, CEILING)
        print("#", said.splitlines()[-1])
        assert good, said
        # Each is worth a tenth at least
        for line in ("ProtectSystem=strict", "RestrictNamespaces=yes",
                     "User=divulge", "NoNewPrivileges=yes",
                     "SystemCallFilter=~@privileged @resources @keyring"):
            assert line + "\n" in text, line
            good, said = exposure(tmp, text.replace(line + "\n", ""), CEILING)
            assert not good, f"{line} is not missed: {said}"


def user_and_folders(root):
    """systemd makes the user, and what it needs below /var."""
    if os.geteuid():
        raise Skip("this needs root")
    run(tool("systemd-sysusers"), f"--root={root}")
    passwd = pathlib.Path(root, "etc/passwd").read_text("ascii")
    line, = [line.split(":") for line in passwd.splitlines()
             if line.startswith("divulge:")]
    assert line[5:] == ["/var/lib/divulge", "/usr/sbin/nologin"], line
    run(tool("systemd-tmpfiles"), f"--root={root}", "--create",
        "divulged.conf")
    for path in ("var/log/divulge", "var/lib/divulge"):
        status = os.stat(f"{root}/{path}")
        assert stat.S_IMODE(status.st_mode) == 0o750, path
        assert status.st_uid == int(line[2]), path


def logs_can_be_rotated(root):
    """logrotate takes its file."""
    path = pathlib.Path(root, "etc/logrotate.d/divulged")
    # It looks the user up that there is no need for here
    path.write_text(path.read_text("ascii").replace("su divulge", "su root")
                    .replace(" divulge\n", " root\n"), "ascii")
    said = run(str(PROGRAMS), "run", "logrotate", "-d", "--state",
               f"{root}/state", str(path))
    assert "error" not in said, said
    assert said.count("rotating pattern") == 1, said


TESTS = [all_is_there, unit_is_valid, unit_is_hardened, user_and_folders,
         logs_can_be_rotated]


def main():
    """Run them all, in one folder."""
    signal.alarm(300)
    failed = 0
    with tempfile.TemporaryDirectory() as root:
        for number, test in enumerate(TESTS, 1):
            result, why = "ok", ""
            try:
                test(root)
            except Skip as skip:
                why = f" # SKIP {skip}"
            except Exception as err:  # pylint: disable=broad-except
                failed += 1
                result = "not ok"
                print(f"# {type(err).__name__}: {str(err)[:3000]}")
            print(f"{result} {number} - {test.__doc__}{why}", flush=True)
    print(f"1..{len(TESTS)}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

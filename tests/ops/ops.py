"""Shared by the tests of running a server, on top of the harness of tests/peers."""
import collections
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

from support import (PATIENCE, PROGRAM, SOURCE, Backstop, Case, Cut, FakeClient, FakeServer, Port, Stall, certificate,  # noqa: E402
                     config, copy_for_all, gateway, is_dropped, main, needs, new_bounce, new_mail, wait_until)

ANN, BOB = "ann@example.org", "bob@example.net"
NOBODY = pwd.getpwnam("nobody")


def takes_root(test):
    return unittest.skipIf(os.geteuid() != 0, "takes root")(test)


def inbound(next_hop, more=""):
    return gateway("in", "inbound", next_hop, more)


def outbound(next_hop, more=""):
    return gateway("out", "outbound", next_hop, more)


def url(address):
    return f"smtp://{address[0]}:{address[1]}"


def run(*arguments, program=PROGRAM, **options):
    """Runs the program to its end. Returns its status, its standard output and its standard error."""
    done = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=PATIENCE, check=False, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


PAGE = (SOURCE / "docs/operations.md").read_text() + (SOURCE / "docs/install/postfix-gateway.md").read_text()


def block(part):
    """Returns the block of the two pages that contains this text."""
    found = [text for text in re.findall(r"(?m)^```\n(.*?)^```$", PAGE, re.DOTALL) if part in text]
    assert len(found) == 1, (part, len(found))
    return found[0]


Lines = collections.namedtuple("Lines", "out machine")


def run_lines(folder, text, commands):
    """Runs lines of a page in a shell; they must all succeed.

    `commands` maps commands that they call to scripts. Commands that would change this machine are only recorded, in .machine.
    """
    programs, told = folder / "commands", folder / "machine"
    programs.mkdir(exist_ok=True)
    told.write_text("")
    written_down = {name: f'echo "{name} $*" >>{told}' for name in ("apt-get", "systemctl", "systemd-sysusers")}
    for name, script in {**written_down, **commands}.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    done = subprocess.run(["/bin/sh", "-euc", text], cwd=folder, env={"PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE * 4, check=False)
    assert done.returncode == 0, (text, done)
    return Lines(done.stdout, told.read_text().splitlines())


def as_nobody():
    """Returns the options that make run() run a copy of the program as the user nobody."""
    return {"program": copy_for_all(PROGRAM), "user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}


def give_to_nobody(*paths):
    for path in paths:
        shutil.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)


RELOADED = re.compile('(?: info |")reloaded: ')


class Service(Backstop):
    """Backstop whose log may be a file, or JSON on standard error."""

    def __init__(self, folder, name, text, **more):
        super().__init__(folder, name, text, **more)
        self.log_file = self.folder / "backstop.log"

    def text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def lines(self, part=""):
        """Returns the whole lines of the log that contain this text."""
        return [line for line in self.text().split("\n")[:-1] if part in line]

    def wait_for_line(self, part, times=1):
        found = self.child.wait_for(lambda: len(self.lines(part)) >= times and self.lines(part), f"{times} lines with {part!r}")
        return found[times - 1]

    def reload(self, want=None):
        """Sends SIGHUP and returns the line with this text that follows, by default the one that says that it worked."""
        def told():
            return self.lines(want) if want else [line for line in self.lines() if RELOADED.search(line)]
        before = len(told())
        self.child.signal(signal.SIGHUP)
        return self.child.wait_for(lambda: told()[before:], f"a line with {want or 'reloaded'!r}")[0]

    def rewrite(self, old, new):
        text = self.config.read_text()
        assert old in text, (old, text)
        self.config.write_text(text.replace(old, new))


def send(address, sender=ANN, recipient=BOB, mail=None):
    """Sends one mail in a session of its own. Returns the reply that ended it."""
    with FakeClient(address) as client:
        return client.mail(mail or new_mail(sender, recipient), sender, recipient)


class Supervisor:
    """The socket that systemd gives to a service, to which the service reports its state."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)
        os.chmod(self.path, 0o777)
        self.environment = {"NOTIFY_SOCKET": self.path}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def next(self):
        return self.socket.recv(4096).decode()

    def wait_for(self, state):
        while not self.next().startswith(state):
            pass

    def reload(self, service):
        """Sends SIGHUP and waits until the reload is over, whatever the log says."""
        service.child.signal(signal.SIGHUP)
        self.wait_for("RELOADING=1\n")
        self.wait_for("READY=1\n")


class LowPort:
    """A port that only root may listen at, and that nobody else gets as long as this is open.

    It is bound, but not listened on. SO_REUSEADDR is set after that, so that a server that sets it, too, can bind it and listen.
    """

    def __init__(self, host="127.0.0.1"):
        for self.number in random.sample(range(600, 1024), 400):
            self.held = socket.socket()
            try:
                self.held.bind((host, self.number))
            except OSError:
                self.held.close()
                continue
            self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return
        raise AssertionError("no low port is free")

    def __enter__(self):
        return self.number

    def __exit__(self, *_):
        self.held.close()


__all__ = ["ANN", "BOB", "NOBODY", "PAGE", "PATIENCE", "PROGRAM", "SOURCE", "Case", "Cut", "FakeClient", "FakeServer", "LowPort", "Port", "Service", "Stall",
           "Supervisor", "as_nobody", "block", "certificate", "config", "copy_for_all", "gateway", "give_to_nobody", "inbound", "is_dropped", "json", "main", "needs",
           "new_bounce", "new_mail", "outbound", "run", "run_lines", "send", "takes_root", "unittest", "url", "wait_until"]

"""A real Postfix to be set up, with a milter in place of the service, and what setup made of it."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

from children import Peer  # noqa: E402
from support import PATIENCE, PROGRAM, Case, FakeClient, Postfix, accepts, header_of, new_mail, wait_until  # noqa: E402

ANN, BOB = "ann@example.org", "bob@example.net"
USER = "nobody"
MILTER = "{ unix:backstop/milter.sock, default_action=accept }"
INTERNAL = "{ unix:backstop/internal.sock, default_action=accept }"
NULL_MILTER = pathlib.Path(__file__).resolve().parent / "null_milter.py"


class Outcome:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"


class HomeCase(Case):
    """`self.home` is a Postfix; `self.setup()` runs `backstop setup` on it, with all of its files below self.folder."""

    def start_home(self, main=None, text=None, change=lambda home: None, **more):
        """`main` are settings; `text` replaces main.cf, in which {rest} stands for what the harness needs. `change` is given the Postfix before
        it starts."""
        self.home = Postfix(self.folder, "home", {"maximal_queue_lifetime": "1h", **(main or {})}, **more)
        self.main_cf = self.home.folder / "etc/main.cf"
        if text is not None:
            rest = self.main_cf.read_text()
            # Postfix would warn of what is set twice.
            names = {line.partition(" =")[0] for line in rest.splitlines()}
            lines = [line for line in text.splitlines() if line.partition("=")[0].strip() not in names]
            self.home.write("main.cf", "\n".join(lines).replace("{rest}", rest) + "\n")
        change(self.home)
        self.enterContext(self.home)
        self.before = self.main_cf.read_bytes()
        self.etc, self.data = self.folder / "backstop", self.folder / "data"
        self.pid_file, self.seen = self.folder / "milter.pid", self.folder / "seen"
        self.sockets = self.home.folder / "spool/backstop"
        self.addCleanup(self.stop_milter)

    def stop_milter(self):
        if self.pid_file.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.pid_file.read_text()), signal.SIGKILL)
            self.pid_file.unlink()

    def command(self, *arguments, start=True):
        started = ["--start", f"{NULL_MILTER} {self.sockets} {self.pid_file} {self.seen} >/dev/null 2>&1",
                   "--stop", f"kill $(cat {self.pid_file}) && rm {self.pid_file}"] if start else []
        nowhere = self.folder / "nowhere"
        signers = [] if "--opendkim-config" in arguments else ["--opendkim-config", nowhere]
        signers += [] if "--rspamd-config" in arguments else ["--rspamd-config", nowhere]
        return [str(word) for word in (PROGRAM, "setup", "--postfix-config", self.home.folder / "etc", "-c", self.etc / "backstop.toml",
                                       "--data", self.data, "--user", USER, *signers, *started, *arguments)]

    def setup(self, *arguments, given="", start=True, before=()):
        return Outcome(subprocess.run([*before, *self.command(*arguments, start=start)], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True, timeout=PATIENCE * 4, check=False))

    def good(self, *arguments, **more):
        done = self.setup(*arguments, **more)
        self.assertEqual(done.status, 0, done)
        return done

    def apply(self, *arguments, **more):
        return self.good("--apply", "--yes", *arguments, **more)

    def undo(self):
        return self.good("--undo", "--yes")

    def value(self, name):
        return self.home.command("postconf", "-xh", name).strip()

    def mails_seen(self):
        """Returns what the milter was shown: a dictionary for each message."""
        return [json.loads(line) for line in self.seen.read_text().splitlines()] if self.seen.exists() else []

    def wait_until_seen(self, socket, **wanted):
        def found():
            return [mail for mail in self.mails_seen() if mail["socket"] == socket and all(mail[key] == value for key, value in wanted.items())]
        return wait_until(found, lambda: f"{socket} {wanted} among {self.mails_seen()}\n{self.home.log()[-3000:]}")

    def copies(self):
        return sorted(self.main_cf.parent.glob("main.cf.backstop-*"))

    def left(self):
        """Returns the files that setup could have made and that are there."""
        found = [*self.copies()]
        for folder in (self.etc, self.data, self.sockets):
            found += [folder, *folder.rglob("*")] if folder.exists() else []
        return sorted(str(path.relative_to(self.folder)) for path in found)


class Configuration(HomeCase):
    def send(self, sender, recipient, port=None):
        mail = new_mail(sender, recipient)
        with FakeClient((port or self.home.port).address) as client:
            self.assertEqual(client.mail(mail, sender, recipient).code, 250)
        return header_of(mail, "Message-ID")

    def times_seen(self, sender):
        return sum(mail["sender"].strip("<>") == sender for mail in self.mails_seen())

    def domains(self):
        text = (self.etc / "backstop.toml").read_text()
        return [line.split('"')[1] for line in text.splitlines() if line.startswith("name = ")]


__all__ = ["ANN", "BOB", "Configuration", "INTERNAL", "MILTER", "NULL_MILTER", "PROGRAM", "USER", "HomeCase", "Outcome", "Peer", "accepts", "pathlib", "re", "subprocess", "wait_until"]

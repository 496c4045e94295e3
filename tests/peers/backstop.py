"""Runs `backstop serve` with a configuration that the test writes, and reads its history."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess

from case import PROGRAM
from children import PATIENCE, Peer, wait_until

# A key that is old enough to know all numbers that its ring ever had.
KEYS = "0 exim sign 2020-01-01 not a secret to anybody\n"

READY = re.compile(r"^backstop: ready: (.*)$", re.MULTILINE)
LISTENER = re.compile(r"(\S+) (?:\[([^]]+)\]|([^\s,:]+)):(\d+)")


class Backstop(Peer):
    """Backstop with this configuration: TOML, in which {folder} is replaced by .folder, which holds `keys` and the history.

    .addresses maps the name of each gateway to the (host, port) pairs that it listens at; .address(name) is the first of them.
    """

    def __init__(self, folder, name, config, keys=KEYS, program=PROGRAM, environment=None):
        super().__init__(folder, name)
        self.program = program
        self.environment = environment
        self.config = self.folder / "backstop.toml"
        self.config.write_text(config.replace("{folder}", str(self.folder)))
        if keys is not None:
            (self.folder / "keys").write_text(keys)
            (self.folder / "keys").chmod(0o600)
        self.addresses = {}
        self.is_ready = READY

    def start(self):
        before = len(self.is_ready.findall(self.log()))
        self.run([self.program, "serve", "-c", self.config], "backstop.log", self.environment)
        self.open.callback(self.end, self.child)
        line = self.child.wait_for(lambda: self.is_ready.findall(self.log())[before:], "it says that it is ready")[0]
        self.addresses = {}
        for name, in_brackets, plain, port in LISTENER.findall(line):
            self.addresses.setdefault(name, []).append((in_brackets or plain, int(port)))

    def address(self, name):
        return self.addresses[name][0]

    def log(self):
        path = self.folder / "backstop.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self):
        """Sends SIGTERM, which lets transactions end, and returns the exit status."""
        self.child.signal(signal.SIGTERM)
        return self.child.wait()

    def kill(self):
        """Sends SIGKILL."""
        self.child.signal(signal.SIGKILL)
        return self.child.wait()

    def end(self, child):
        """Stops it at the end of the test, if it still runs. It must exit with 0, which it does not after a finding of a sanitizer."""
        if child.is_running():
            status = child.stop(seconds=PATIENCE)
            assert status == 0, f"{self.name} ended with status {status}\n{self.log()[-5000:]}"

    def open_files(self):
        """Returns how many files and connections the process has open, without those of the history, which come and go."""
        links = []
        for path in pathlib.Path(f"/proc/{self.child.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                links.append(os.readlink(path))
        return sum("/history.db" not in link for link in links)

    def command(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE * 4, check=False)
        assert done.returncode == 0, (arguments, done.returncode, done.stderr.decode(errors="replace"))
        return done.stdout

    def held(self):
        """Returns the addressees of what is held on the way out."""
        lines = self.command("held", "list", "--json", "-c", self.config).splitlines()
        return [recipient for line in lines for recipient in json.loads(line)["recipients"]]

    def history(self, **wanted):
        """Returns the events that have these values, oldest first, as dictionaries with the names of src/store/event.h."""
        path = self.folder / "history.db"
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE)) as database:
            database.row_factory = sqlite3.Row
            events = [dict(row) for row in database.execute("SELECT * FROM event ORDER BY number")]
        return [event for event in events if all(event[name] == value for name, value in wanted.items())]

    def wait_for_events(self, count, **wanted):
        """Waits until there are this many events, since they are written after the reply, and returns them."""
        return wait_until(lambda: len(found := self.history(**wanted)) >= count and found,
                          lambda: f"{count} events of {wanted} among {self.history()}")


def gateway(name, direction, next_hop, more="", port=0):
    return (f'[[gateway]]\nname = "{name}"\ndirection = "{direction}"\nlisten = ["127.0.0.1:{port}"]\nnext_hop = "{next_hop}"\n'
            + ('trusted = ["127.0.0.0/8"]\n' if direction == "outbound" else "") + more + "\n")


def config(*gateways, workers=2, stage="reject", ready="since 2026-01-01", tags=True, domain="example.org", more_server="", more_domain="", more=""):
    """Returns a whole configuration for one domain, which is ready to refuse bounces without a tag.

    Unless `more` says how senders are checked, they are not: with a ledger they would be, and DNS would be asked.
    """
    checks = "" if "[auth]" in more else '[auth]\nspf = "off"\ndmarc = "off"\nsender_domain = "off"\n\n'
    return (f'[server]\nhostname = "mx.example.org"\nworkers = {workers}\n{more_server}\n' + "".join(gateways)
            + f'[[domain]]\nname = "{domain}"\nstage = "{stage}"\nready = "{ready}"\n{more_domain}\n' + checks
            + f'[keys]\nfile = "{{folder}}/keys"\ntags = {str(tags).lower()}\n\n'
            + '[history]\nurl = "sqlite:{folder}/history.db"\nordinary = true\n' + more)


def way_out(resolver, stage="hold", more="", checks=""):
    """Returns the sections that keep answers from people who did not write. Nothing else is needed for that: no tags, no watermark, no
    stage of a domain. `resolver` is the port of a DNS server on this machine; `more` is added to [way_out], `checks` to [auth]."""
    return (f'[proofs]\nwatermark = false\nresolvers = ["127.0.0.1:{resolver}"]\n[ledger]\nurl = "sqlite:{{folder}}/ledger.db"\n'
            f'[auth]\n{checks}\n[way_out]\nstage = "{stage}"\nurl = "sqlite:{{folder}}/held.db"\n{more}\n')

"""The milters of the bench: how each is built, configured and started, and the CPU time that it has used."""
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "bench/relay"), str(ROOT / "tests/peers")]

# pylint: disable=wrong-import-position
import machine  # noqa: E402
from case import UNPACKED, is_there  # noqa: E402
from children import Peer, accepts  # noqa: E402
from open_to_all import copy_for_all  # noqa: E402

DOMAIN = "example.org"


class Milter(Peer):
    """.milter is its address as Postfix writes it: a socket in its folder, or a port with `is_inet`. `trait` tells what it does."""

    trait = ""

    def __init__(self, folder, name, is_inet):
        super().__init__(folder, name)
        self.port = self.reserve() if is_inet else None
        self.socket = self.folder / "milter.sock"
        self.milter = f"inet:127.0.0.1:{self.port}" if is_inet else f"unix:{self.socket}"

    @staticmethod
    def missing():
        return None

    def wait(self):
        self.child.wait_for(lambda: accepts(self.port.address if self.port else self.socket), f"{self.name} listens")
        if not self.port:
            self.socket.chmod(0o666)

    def cpu(self):
        """Seconds that it and its children have used so far."""
        return sum(machine.own_cpu(int(pid)) for pid in [self.child.pid, *machine.children(self.child.pid)])


class Null(Milter):
    """A program of libmilter that does nothing. With `word` "quiet" Postfix doesn't wait for its answers."""

    trait = "does nothing, and answers every event"

    def __init__(self, folder, is_inet, word=""):
        super().__init__(folder, "null-quiet" if word else "null", is_inet)
        self.word = word
        if word:
            self.trait = "does nothing, and answers the end of a mail alone"

    @staticmethod
    def missing():
        return None if pathlib.Path("/usr/include/libmilter/mfapi.h").exists() else "the package libmilter-dev"

    def start(self):
        program = self.folder / "nullmilter"
        subprocess.run(["cc", "-O2", HERE / "nullmilter.c", "-o", program, "-lmilter", "-lpthread"], check=True)
        self.run([program, f"inet:{self.port}@127.0.0.1" if self.port else self.milter, *([self.word] if self.word else [])], "log")
        self.wait()


class Backstop(Milter):
    """Backstop as docs/milter.md sets it up, with one worker, each domain at stage "reject", a watermark and a ledger."""

    trait = "as docs/milter.md sets it up, stage `reject`, watermark and ledger"

    def __init__(self, folder, is_inet, program):
        super().__init__(folder, "backstop", is_inet)
        self.program = program
        (self.folder / "keys").write_text("0 exim sign 2020-01-01 not a secret to anybody\n")
        (self.folder / "keys").chmod(0o600)
        (self.folder / "backstop.toml").write_text(f"""\
[server]
hostname = "mx.{DOMAIN}"
workers = 1

[milter]
listen = ["{self.milter}"]
{'peers = ["127.0.0.1"]' if is_inet else ""}

[[domain]]
name = "{DOMAIN}"
stage = "reject"
ready = "since 2026-01-01"

[keys]
file = "{self.folder}/keys"
tags = false

[ledger]
url = "sqlite:{self.folder}/ledger.db"

[history]
url = "sqlite:{self.folder}/history.db"

[auth]
spf = "off"
dmarc = "off"
sender_domain = "off"
""")

    def start(self):
        self.run([self.program, "serve", "-c", self.folder / "backstop.toml"], "log")
        self.wait()


class OpenDkim(Milter):
    """Verifies. None of the mails has a signature."""

    trait = "verifies signatures, and finds none"

    def __init__(self, folder, is_inet):
        super().__init__(folder, "opendkim", is_inet)
        self.unpacked = copy_for_all(UNPACKED / "opendkim")
        where = f"inet:{self.port}@127.0.0.1" if is_inet else f"local:{self.socket}"
        (self.folder / "opendkim.conf").write_text(f"Mode v\nInternalHosts 192.0.2.1\nSocket {where}\nSyslog no\nBackground no\nUMask 000\n")

    @staticmethod
    def missing():
        return None if is_there("opendkim") else "scripts/fetch-peers gets it"

    def start(self):
        self.run([self.unpacked / "opendkim", "-f", "-x", self.folder / "opendkim.conf"], "log")
        self.open.callback(self.child.stop, seconds=0)  # It would wait 5 s for its threads.
        self.wait()


class Rspamd(Milter):
    """With no rules and no DNS: what its milter and its parsing cost."""

    trait = "without any rule, and without DNS"

    def __init__(self, folder, is_inet):
        super().__init__(folder, "rspamd", is_inet)
        where = f"127.0.0.1:{self.port}" if is_inet else f"{self.socket} mode=0666"
        config = self.folder / "rspamd.conf"
        config.write_text(f"""\
options {{ filters = ""; dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }} hs_cache_dir = "{self.folder}"; }}
logging {{ type = "file"; filename = "{self.folder}/rspamd.log"; level = "error"; }}
metric {{ name = "default"; actions {{ reject = 15; add_header = 6; }} unknown_weight = 1; }}
worker "rspamd_proxy" {{ bind_socket = "{where}"; milter = yes; timeout = 120s; count = 1;
  upstream "local" {{ default = yes; self_scan = yes; }} }}
""")
        user = pwd.getpwnam("_rspamd")
        for path in (self.folder, config):
            os.chown(path, user.pw_uid, user.pw_gid)

    @staticmethod
    def missing():
        return None if shutil.which("rspamd") else "the package rspamd"

    def start(self):
        self.run(["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", self.folder / "rspamd.conf"], "log")
        self.wait()

"""OpenSMTPD, unpacked into var/opensmtpd, with a configuration that only relays."""
import os

from case import UNPACKED
from children import Peer, accepts
from open_to_all import copy_for_all
from private_mounts import with_mounts, with_users

DAEMON, QUEUE = 65501, 65502  # the numbers of its two users


class OpenSmtpd(Peer):
    """`ways` are the ports on this machine that mail is relayed to, by domain. Several can run at once, each in its own view of the
    file system."""

    def __init__(self, folder, name, ways):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.unpacked = copy_for_all(UNPACKED / "opensmtpd")
        for place, user, mode in (("", 0, 0o711), ("offline", 0, 0o770), ("purge", QUEUE, 0o700), ("queue", QUEUE, 0o700),
                                  ("incoming", QUEUE, 0o700), ("temporary", QUEUE, 0o700), ("corrupt", QUEUE, 0o700)):
            path = self.folder / "spool/smtpd" / place
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
            os.chown(path, user, QUEUE if place == "offline" else 0)
        (self.folder / "run").mkdir()
        self.config = self.folder / "smtpd.conf"
        self.config.write_text(f"listen on 127.0.0.1 port {self.port} hostname {name}.test\n" + "".join(
            f'action "to {domain}" relay host smtp://127.0.0.1:{port}\nmatch from any for domain "{domain}" action "to {domain}"\n'
            for domain, port in ways.items()))

    def start(self):
        root = self.unpacked / "root"
        mounts = {"/usr/libexec": root / "usr/libexec", "/var/lib": root / "var/lib", "/var/spool": self.folder / "spool",
                  "/run": self.folder / "run", **with_users(self.folder, opensmtpd=DAEMON, opensmtpq=QUEUE)}
        self.run(with_mounts(mounts, self.unpacked / "smtpd", "-d", "-f", self.config), "smtpd.log")
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")

    def log(self):
        return self.child.log()

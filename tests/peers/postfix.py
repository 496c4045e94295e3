"""Postfix: any number of them, each with its own configuration, queue, mailboxes and log."""
import json
import os
import pwd
import shutil
import subprocess

from children import Peer, accepts, wait_until
from mails import read_maildir

MAIN = {
    "compatibility_level": "3.6",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "alias_maps": "",
    "alias_database": "",
    "smtp_dns_support_level": "disabled",
    "smtpd_peername_lookup": "no",
    "smtp_tls_security_level": "none",
    "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
    "default_transport": "error:5.1.2 no such domain here",
    "smtpd_error_sleep_time": "0",
    "queue_run_delay": "1s",
    "minimal_backoff_time": "1s",
    "maximal_backoff_time": "2s",
}

MASTER = """\
pickup    unix  n  -  n  1   1  pickup
cleanup   unix  n  -  n  -   0  cleanup
qmgr      unix  n  -  n  1   1  qmgr
tlsmgr    unix  -  -  n  1000?  1  tlsmgr
rewrite   unix  -  -  n  -   -  trivial-rewrite
bounce    unix  -  -  n  -   0  bounce
defer     unix  -  -  n  -   0  bounce
trace     unix  -  -  n  -   0  bounce
verify    unix  -  -  n  -   1  verify
flush     unix  n  -  n  1000?  0  flush
proxymap  unix  -  -  n  -   -  proxymap
smtp      unix  -  -  n  -   -  smtp
relay     unix  -  -  n  -   -  smtp
lmtp      unix  -  -  n  -   -  lmtp
showq     unix  n  -  n  -   -  showq
error     unix  -  -  n  -   -  error
retry     unix  -  -  n  -   -  error
discard   unix  -  -  n  -   -  discard
virtual   unix  -  n  n  -   -  virtual
anvil     unix  -  -  n  -   1  anvil
scache    unix  -  -  n  -   1  scache
postlog   unix-dgram  n  -  n  -  1  postlogd
"""


class Postfix(Peer):
    """`main` overrides or adds to main.cf; `services` are SMTP servers by name, each with its own options, of which the
    first is the one at .port; `mailboxes` are addresses that are delivered to a Maildir; `master` is added as it is."""

    def __init__(self, folder, name, main=None, services=None, mailboxes=(), master=""):
        super().__init__(folder, name)
        self.services = services or {"smtp": ""}
        self.ports = {service: self.reserve() for service in self.services}
        self.port = next(iter(self.ports.values()))
        for place in ("etc", "spool", "data", "mail"):
            (self.folder / place).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", "nobody")
        self.main = {}
        self.set(main or {})
        self.write("mailboxes", "".join(f"{address} {address}/\n" for address in mailboxes))
        servers = "".join(f"127.0.0.1:{port} inet n - n - - smtpd {self.services[service]}\n"
                          for service, port in self.ports.items())
        self.write("master.cf", servers + MASTER + master)

    def write(self, name, text):
        path = self.folder / "etc" / name
        path.write_text(text)
        # Postfix waits for files that were just written "to cool down", so they are made to look older.
        os.utime(path, (0, 0))

    def set(self, overrides):
        """Returns more of main.cf; called before the start."""
        self.main.update(overrides)
        nobody = pwd.getpwnam("nobody")
        settings = {
            **MAIN,
            "myhostname": f"{self.name}.test",
            "queue_directory": self.folder / "spool",
            "data_directory": self.folder / "data",
            "maillog_file": self.folder / "postfix.log",
            "maillog_file_prefixes": self.folder,
            "virtual_mailbox_maps": f"texthash:{self.folder}/etc/mailboxes",
            "virtual_mailbox_base": self.folder / "mail",
            "virtual_uid_maps": f"static:{nobody.pw_uid}",
            "virtual_gid_maps": f"static:{nobody.pw_gid}",
            **self.main,
        }
        self.write("main.cf", "".join(f"{key} = {value}\n" for key, value in settings.items()))

    def start(self):
        # This makes the folders of the queue. The daemon itself runs in the foreground, so that its process id is known.
        self.command("postfix", "check")
        where = self.command("postconf", "-h", "daemon_directory").strip()
        self.run([f"{where}/master", "-s", "-c", self.folder / "etc"], "master.log")
        self.child.wait_for(lambda: all(accepts(port.address) for port in self.ports.values()), f"{self.name} listens")

    def command(self, program, *arguments, given=b""):
        option = "-C" if program == "sendmail" else "-c"
        done = subprocess.run([f"/usr/sbin/{program}", option, self.folder / "etc", *arguments], input=given,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise AssertionError(f"{program} of Postfix {self.name}: status {done.returncode}\n{text}")
        return text

    def send(self, mail, sender, *recipients):
        """Submits a mail as a local program would."""
        self.command("sendmail", "-i", "-f", sender, "--", *recipients, given=mail.replace(b"\r\n", b"\n"))

    def mailbox(self, address):
        """Returns the mails of an address, oldest first."""
        return read_maildir(self.folder / "mail" / address)

    def wait_for_mails(self, address, count=1):
        """Waits until an address has this many mails, and returns them."""
        return wait_until(lambda: len(found := self.mailbox(address)) >= count and found,
                          lambda: f"{count} mails for {address} at {self.name}\n{self.log()[-5000:]}")

    def queue(self):
        return [json.loads(line) for line in self.command("postqueue", "-j").splitlines() if line.startswith("{")]

    def log(self):
        path = self.folder / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

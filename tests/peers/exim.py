"""Exim, unpacked into var/exim, with a configuration that the test writes."""
import os
import subprocess

from case import EXIM
from children import Peer, accepts
from open_to_all import copy_for_all

USER = 65500  # Debian-exim's, as in var/exim/passwd

HEAD = """\
primary_hostname = {name}.test
spool_directory = {folder}/spool
log_file_path = {folder}/%slog.log
pid_file_path = {folder}/exim.pid
exim_path = {exim}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
dns_again_means_nonexist = *
dns_dnssec_ok = 0
smtp_accept_queue_per_connection = 0
message_logs = false
log_selector = +all
"""


RELAY = """
begin acl
recipient:
  deny
    !verify = sender/callout=5s,no_cache
  accept
begin routers
relay:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = relay
  self = send
begin transports
relay:
  driver = smtp
  port = PORT
  hosts_avoid_tls = *
begin retry
* * F,1h,1s
"""


def exim_relay(port):
    """Returns sections that send everything to this port. Its ACL `recipient` verifies senders by callouts."""
    return RELAY.replace("PORT", str(port))


class Exim(Peer):
    """`main` has the settings of the first part, `sections` the rest from "begin acl" on. {folder} and {port} are filled in."""

    def __init__(self, folder, name, main="", sections=""):
        super().__init__(folder, name)
        self.port = self.reserve()
        # It runs itself again as its own user.
        self.program = copy_for_all(EXIM.parent) / EXIM.name
        for place in ("spool", "mail"):
            (self.folder / place).mkdir()
            os.chown(self.folder / place, USER, USER)
        # It writes its logs there.
        os.chown(self.folder, USER, USER)
        self.config = self.folder / "exim.conf"
        values = {"name": name, "folder": self.folder, "port": self.port, "exim": self.program}
        text = HEAD + main + sections
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        self.config.write_text(text)

    def start(self):
        self.run([self.program, "-C", self.config, "-bdf", "-q1s"], "exim.log")
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")

    def send(self, mail, sender, *recipients):
        """Submits a mail as a local program would; it is delivered in the background."""
        done = subprocess.run([self.program, "-C", self.config, "-i", "-f", sender, "--", *recipients], input=mail.replace(b"\r\n", b"\n"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise AssertionError(f"exim: status {done.returncode}\n{done.stdout.decode(errors='replace')}")

    def log(self):
        path = self.folder / "mainlog.log"
        return path.read_text(errors="replace") if path.exists() else ""

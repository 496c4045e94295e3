"""Dovecot's LMTP server, which delivers to Maildirs."""
import os
import pwd

from children import Peer, accepts
from mails import read_maildir

CONFIG = """\
protocols = lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
auth_username_format = %Lu
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
service lmtp {{
  unix_listener {folder}/lmtp.sock {{
    mode = 0666
  }}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
{more}
"""


class Dovecot(Peer):
    """Speaks LMTP on .port and at .socket, for the addresses in `users`. `more` is added to the configuration."""

    def __init__(self, folder, name, users, more=""):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.socket = self.folder / "lmtp.sock"
        nobody = pwd.getpwnam("nobody")
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", nobody.pw_uid, nobody.pw_gid)
        (self.folder / "users").write_text("".join(f"{user}:{{PLAIN}}x:{nobody.pw_uid}:{nobody.pw_gid}::{self.folder}/mail/{user}\n"
                                                   for user in users))
        self.config = self.folder / "dovecot.conf"
        self.config.write_text(CONFIG.format(folder=self.folder, port=self.port, more=more))

    def start(self):
        self.run(["/usr/sbin/dovecot", "-c", self.config, "-F"], "master.log")
        # At the end its children would wait five seconds for each other, with nothing left to do.
        self.open.callback(self.child.stop, seconds=0.5)
        self.child.wait_for(lambda: accepts(self.port.address) and accepts(self.socket), f"{self.name} listens")

    def mailbox(self, address):
        """Returns the mails of an address, oldest first."""
        return read_maildir(self.folder / "mail" / address)

    def log(self):
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

"""OpenDKIM, unpacked into var/opendkim: a milter that signs the mail of a domain, or verifies that of strangers."""
import os
import subprocess

from case import UNPACKED
from children import Peer, accepts
from open_to_all import copy_for_all

SELECTOR = "sel"


class OpenDkim(Peer):
    """.milter is its address as Postfix writes it; .record the text of its key's TXT record. `canonical` is as in "relaxed/simple"."""

    def __init__(self, folder, name, domain, canonical):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.domain = domain
        self.milter = f"inet:127.0.0.1:{self.port}"
        self.unpacked = copy_for_all(UNPACKED / "opendkim")
        key = self.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout"], check=True, capture_output=True, text=True).stdout
        self.record = "v=DKIM1; k=rsa; p=" + "".join(line for line in public.splitlines() if not line.startswith("-"))
        os.chmod(key, 0o600)
        self.config = self.folder / "opendkim.conf"
        self.config.write_text(f"Mode s\nDomain {domain}\nSelector {SELECTOR}\nKeyFile {key}\nCanonicalization {canonical}\n"
                               f"Socket inet:{self.port}@127.0.0.1\nRequireSafeKeys no\nSyslog no\nBackground no\n")

    def start(self):
        self.run([self.unpacked / "opendkim", "-f", "-x", self.config], "opendkim.log")
        # It would wait 5 s for its threads.
        self.open.callback(self.child.stop, seconds=0)
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")


class Verifier(Peer):
    """OpenDKIM as Debian sets it up for arriving mail: it writes what it finds under the name of the mail server. `keys` are the texts of
    TXT records by their names."""

    def __init__(self, folder, name, keys):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.milter = f"inet:127.0.0.1:{self.port}"
        self.unpacked = copy_for_all(UNPACKED / "opendkim")
        records = self.folder / "keys"
        records.write_text("".join(f"{key} {record}\n" for key, record in keys.items()))
        self.config = self.folder / "opendkim.conf"
        self.config.write_text(f"Mode v\nInternalHosts 192.0.2.1\nTestPublicKeys {records}\nSocket inet:{self.port}@127.0.0.1\n"
                               "Syslog no\nBackground no\n")

    def start(self):
        self.run([self.unpacked / "opendkim", "-f", "-x", self.config], "opendkim.log")
        self.open.callback(self.child.stop, seconds=0)
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")

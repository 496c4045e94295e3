"""rspamd, with a configuration of its own: a milter that signs the mail of a domain, and scores the rest without DNS."""
import os
import pwd
import subprocess

from children import Peer, accepts

SELECTOR = "rs2026"


class Rspamd(Peer):
    """Signs the mail of a domain. .milter is its address as Postfix writes it, .record the TXT record of its key."""

    def __init__(self, folder, name, domain):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.milter = f"inet:127.0.0.1:{self.port}"
        self.config = self.folder / "rspamd"
        local = self.config / "local.d"
        local.mkdir(parents=True)
        (self.config / "override.d").mkdir()
        key = self.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout"], check=True, capture_output=True, text=True).stdout
        self.record = "v=DKIM1; k=rsa; p=" + "".join(line for line in public.splitlines() if not line.startswith("-"))
        (local / "dkim_signing.conf").write_text(f'domain {{\n  {domain} {{\n    selector = "{SELECTOR}";\n    path = "{key}";\n  }}\n}}\n')
        (local / "worker-proxy.inc").write_text(f'bind_socket = "127.0.0.1:{self.port}";\nmilter = yes;\ntimeout = 60s;\n'
                                                'upstream "local" {\n  default = yes;\n  self_scan = yes;\n}\n')
        for worker in ("normal", "controller", "fuzzy"):
            (local / f"worker-{worker}.inc").write_text("enabled = false;\n")
        (local / "options.inc").write_text('dns {\n  nameserver = ["127.0.0.1:9"];\n  timeout = 0.1s;\n  retransmits = 1;\n}\n')
        (local / "logging.inc").write_text(f'type = "file";\nfilename = "{self.folder}/rspamd.log";\nlevel = "info";\n')
        user = pwd.getpwnam("_rspamd")
        for path in (self.folder, self.config, key, *self.config.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)

    def start(self):
        places = {"LOCAL_CONFDIR": self.config, "DBDIR": self.folder, "RUNDIR": self.folder, "LOGDIR": self.folder}
        self.run(["/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", *(f"--var={name}={path}" for name, path in places.items())], "master.log")
        self.child.wait_for(lambda: accepts(self.port.address), "rspamd listens")

    def log(self):
        return (self.folder / "rspamd.log").read_text(errors="replace")

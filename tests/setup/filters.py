"""amavis as a content filter, and rspamd as a milter that signs, each with a configuration of its own."""
import os
import pwd
import shutil
import subprocess

from home import Peer, accepts

AMAVIS = """use strict;
$max_servers = 2; $daemon_user = 'amavis'; $daemon_group = 'amavis';
$myhostname = 'home.test'; $mydomain = 'example.org';
$MYHOME = '{place}'; $TEMPBASE = '{place}'; $QUARANTINEDIR = undef; $helpers_home = '{place}';
$pid_file = '{place}/amavis.pid'; $lock_file = '{place}/amavis.lock';
$inet_socket_bind = '127.0.0.1'; $inet_socket_port = {port};
$forward_method = 'smtp:[127.0.0.1]:{back}'; $notify_method = $forward_method;
@bypass_virus_checks_maps = (1); @bypass_spam_checks_maps = (1); @bypass_banned_checks_maps = (1); @bypass_header_checks_maps = (1);
@local_domains_maps = (['.example.org']); $enable_db = 0; $enable_dkim_verification = 0;
$do_syslog = 0; $LOGFILE = '{place}/amavis-mail.log'; $log_level = 2;
1;
"""


class Amavis(Peer):
    """Takes mail at .port and brings it back to the port `back`."""

    def __init__(self, folder, name, back):
        super().__init__(folder, name)
        self.port = self.reserve()
        place = self.folder / "place"
        place.mkdir()
        shutil.chown(place, "amavis", "amavis")
        # amavis reads none that it could write itself.
        self.config = self.folder / "amavis.conf"
        self.config.write_text(AMAVIS.format(place=place, port=self.port, back=back))

    def start(self):
        self.run(["/usr/sbin/amavisd", "-c", self.config, "foreground"], "amavis.log")
        self.child.wait_for(lambda: accepts(self.port.address), "amavis listens")


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
        user = pwd.getpwnam("_rspamd")
        for path in (self.folder, self.config, key, *self.config.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)

    def start(self):
        places = {"LOCAL_CONFDIR": self.config, "DBDIR": self.folder, "RUNDIR": self.folder, "LOGDIR": self.folder}
        self.run(["/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", *(f"--var={name}={path}" for name, path in places.items())], "rspamd.log")
        self.child.wait_for(lambda: accepts(self.port.address), "rspamd listens")

"""amavis as a content filter, with a configuration of its own."""
import shutil

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

#!/usr/bin/python3
"""Lines of docs/emit-none.md: with those for Postfix it asks the next server while the sender waits, for mail of strangers alone;
the script lists all names; Exim reads those for it, and listens to nobody but this host at the ports that lead past Backstop; neither
Exim nor OpenSMTPD takes a stranger for this host."""
import subprocess

from case import EXIM
from emit_none_lines import block, shell
from support import Case, Exim, FakeClient, FakeServer, OpenSmtpd, Postfix, main, needs

ANN, NOBODY, BANNED, FAR = "ann@example.org", "nobody@example.org", "banned@example.org", "kim@far.test"
# The settings of a site that the lines must not take away.
SITE = {"smtpd_recipient_restrictions": f"check_recipient_access inline:{{ {{ {BANNED} = 550 5.7.1 banned here }} }}",
        "virtual_mailbox_domains": "example.org", "smtpd_reject_unlisted_recipient": "no", "default_transport": "smtp"}

DEBIAN = """
begin acl
acl_check_rcpt:
  accept
    hosts = +relay_from_hosts
  require
    domains = example.org
  require
    verify = recipient
  accept
begin routers
users:
  driver = accept
  domains = example.org
  local_parts = ANN
  transport = nowhere
far:
  driver = accept
  domains = ! example.org
  transport = nowhere
begin transports
nowhere:
  driver = appendfile
  file = /dev/null
"""


@needs("postfix")
class AsksTheNextServer(Case):
    def setUp(self):
        super().setUp()
        self.world = self.enterContext(FakeServer({"rcpt": "450 4.2.0 greylisted"}))
        self.server = Postfix(self.folder, "ours", {**SITE, "relayhost": f"[127.0.0.1]:{self.world.port}"}, services={"strangers": "", "users": ""}, mailboxes=[ANN])
        line = f"127.0.0.1:{self.server.ports['strangers']} inet n - n - - smtpd \n"
        master = (self.server.folder / "etc/master.cf").read_text()
        self.assertIn(line, master)
        self.server.write("master.cf", master.replace(line, line + shell(self.server, block("reject_unverified_recipient"))))
        self.enterContext(self.server)

    def offer(self, service, recipient, sender=ANN):
        with FakeClient(self.server.ports[service].address) as client:
            return client.envelope(sender, recipient)[-1]

    def test_strangers(self):
        for recipient, want in ((NOBODY, 550), (ANN, 250), (BANNED, 550)):
            with self.subTest(recipient):
                reply = self.offer("strangers", recipient, "bob@far.test")
                self.assertEqual(reply.code, want, reply)
                self.assertEqual("banned here" in str(reply), recipient == BANNED)

    def test_users(self):
        self.assertEqual(self.offer("users", FAR).code, 250)
        self.assertEqual(self.world.commands, [], "no other server is asked")
        self.assertEqual(self.offer("users", BANNED).code, 550)


@needs("postfix")
class ListsTheNames(Case):
    def test_users_and_all_aliases(self):
        """Names in capitals, with a space before the colon, in quotes, and in more than one table; a table that can't be read stops it."""
        etc, wanted = self.folder / "etc", self.folder / "recipients"
        self.write("etc/master.cf", "")
        self.write("etc/aliases", '# no name\nHelp :ann\n"first last": ann\nsales: ann, bob\n  carl\n')
        self.write("etc/lists", 'news: "|/bin/news"\n')
        tables = [f"hash:{etc}/aliases", f"hash:{etc}/lists"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": str(etc)}
        script = self.write("script", block("postalias -s", {"/etc/backstop/recipients": wanted}))
        for more, want in (([], 0), ([f"hash:{etc}/missing"], 1)):
            self.write("etc/main.cf", f"compatibility_level = 3.6\nalias_maps = {', '.join(tables + more)}\n")
            for table in tables:
                subprocess.run(["postalias", table], env=environment, check=True, timeout=60)
            with self.subTest(more):
                self.assertEqual(subprocess.run(["bash", script], env=environment, stderr=subprocess.DEVNULL, check=False, timeout=60).returncode, want)
                lines = wanted.read_text().splitlines()
                names = ("help", '"first last"', "sales", "news", "root")
                self.assertEqual([name for name in names if f"{name}@example.org OK" not in lines], [])
                self.assertEqual([line for line in lines if line.startswith(("@", "YP_", "carl@", "bob@"))], [])


@needs("exim")
class EximReadsThem(Case):
    def test_local_interfaces(self):
        path = self.folder / "exim.conf"
        path.write_text(f"exim_user = 65500\nlog_file_path = {self.folder}/%slog\nacl_smtp_rcpt = acl_check_rcpt\nkeep_environment =\n"
                        "domainlist local_domains = example.org\n" + block("local_interfaces") + "begin acl\n" + block("acl_check_rcpt")
                        + "  accept\nbegin routers\n" + block("route_list") + "begin transports\nremote_smtp:\n  driver = smtp\n")
        done = subprocess.run([EXIM, "-C", path, "-bP", "local_interfaces"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("local_interfaces = 127.0.0.1.10525 : 127.0.0.1.10527 :", done.stdout)

    def test_this_host_is_trusted_at_other_ports_alone(self):
        """Debian's ACL accepts mail of relay_from_hosts before it verifies a recipient."""
        server = Exim(self.folder, "ours", "acl_smtp_rcpt = acl_check_rcpt\n" + block("MAIN_RELAY_NETS =", {"10525": "{port}"})
                      + "hostlist relay_from_hosts = MAIN_RELAY_NETS\n", DEBIAN.replace("ANN", ANN.partition("@")[0]))
        returned, text, old = server.reserve(), server.config.read_text(), f"daemon_smtp_ports = {server.port}"
        self.assertIn(old, text)
        server.config.write_text(text.replace(old, f"{old} : {returned}"))
        self.enterContext(server)
        for port, recipient, want in ((server.port, ANN, 250), (server.port, NOBODY, 550), (server.port, FAR, 550), (returned, FAR, 250)):
            with self.subTest(returned=port == returned, recipient=recipient), FakeClient(port.address) as client:
                reply = client.envelope("bob@far.test", recipient)[-1]
                self.assertEqual(reply.code, want, reply)


@needs("opensmtpd")
class OpenSmtpdReadsThem(Case):
    def test_a_stranger_is_not_local(self):
        server = OpenSmtpd(self.folder, "ours", {})
        returned, users = server.reserve(), server.reserve()
        (self.folder / "recipients").write_text(ANN + "\n")
        server.config.write_text(
            f'listen on 127.0.0.1 port {users}\naction "local" relay host smtp://127.0.0.1:9\n'
            + block("tag STRANGERS\n", {"10525": server.port, "/etc/mail/recipients": self.folder / "recipients"})
            + block("tag RETURNED\n", {"10527": returned}))
        self.enterContext(server)
        for port, recipient, want in ((server.port, ANN, 250), (server.port, NOBODY, 550), (server.port, FAR, 550), (returned, FAR, 250), (users, FAR, 250)):
            with self.subTest(port=port is server.port, recipient=recipient), FakeClient(port.address) as client:
                client.command("MAIL FROM:<bob@far.test>")
                reply = client.command(f"RCPT TO:<{recipient}>")
                self.assertEqual(reply.code, want, reply)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""`backstop setup` on Postfixes as people have them: as Debian ships it, with postscreen and amavis, with domains in SQL, with rspamd."""
import os
import pathlib
import sqlite3
import subprocess
import unittest

from filters import SELECTOR, Amavis, Rspamd
from home import INTERNAL, MILTER, HomeCase
from support import FakeClient, header_of, main, needs, new_mail, wait_until
from zone_server import ZoneServer

ANN, BOB = "ann@example.org", "bob@example.net"
SHIPPED = pathlib.Path("/usr/share/postfix/main.cf.debian")
# What the package's installation adds for an "Internet site".
OF_DEBCONF = """
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
myhostname = mail.example.org
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
mydestination = $myhostname, example.org, mail, localhost.localdomain, localhost
relayhost =
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
mailbox_size_limit = 0
recipient_delimiter = +
inet_interfaces = all
inet_protocols = all
"""


def has_sqlite():
    done = subprocess.run(["/usr/sbin/postconf", "-m"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return "sqlite" in done.stdout.split()


class Configuration(HomeCase):
    def send(self, sender, recipient, port=None):
        mail = new_mail(sender, recipient)
        with FakeClient((port or self.home.port).address) as client:
            self.assertEqual(client.mail(mail, sender, recipient).code, 250)
        return header_of(mail, "Message-ID")

    def times_seen(self, sender):
        return sum(mail["sender"].strip("<>") == sender for mail in self.mails_seen())

    def domains(self):
        text = (self.etc / "backstop.toml").read_text()
        return [line.split('"')[1] for line in text.splitlines() if line.startswith("name = ")]


@needs("postfix")
@unittest.skipUnless(SHIPPED.exists(), "not here: /usr/share/postfix/main.cf.debian")
class AsDebianShipsIt(Configuration):
    def lock_in(self, home):
        """As in Debian's master.cf, what talks to milters can't leave the folder of the queue."""
        text = (home.folder / "etc/master.cf").read_text()
        locked = text.replace("inet n - n - - smtpd", "inet n - y - - smtpd").replace("cleanup   unix  n  -  n", "cleanup   unix  n  -  y")
        self.assertEqual(locked.count(" y "), 2)
        home.write("master.cf", locked)

    def test_it_is_done_and_undone(self):
        self.start_home({"mydestination": "$myhostname, example.org, mail, localhost.localdomain, localhost", "myhostname": "mail.example.org",
                         "recipient_delimiter": "-", "mynetworks": "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128 cidr:/dev/null"},
                        text=SHIPPED.read_text() + OF_DEBCONF + "{rest}", mailboxes=[ANN], change=self.lock_in)
        done = self.apply()
        self.assertEqual(self.domains(), ["mail.example.org", "example.org"])
        self.assertIn("passed over    mail, localhost.localdomain, localhost", done.out)
        self.assertIn("mynetworks: cidr:/dev/null is no network", done.out)
        text = (self.etc / "backstop.toml").read_text()
        self.assertIn('trusted = ["127.0.0.0/8", "::1/128"]', text)
        self.assertIn('delimiter = "-"', text)
        self.assertTrue(self.main_cf.read_bytes().startswith(self.before))
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        # What can't be delivered is bounced, and that bounce is seen, too.
        self.wait_until_seen("internal", sender="", recipients=[ANN])
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))


@needs("postfix", "amavisd")
class WithPostscreenAndAmavis(Configuration):
    def start(self, of_back):
        self.start_home({"virtual_mailbox_domains": "example.org", "content_filter": "to-amavis:[127.0.0.1]:10024", "postscreen_access_list": "permit_mynetworks"},
                        mailboxes=[ANN], services={"screen": "", "back": of_back}, change=self.place_postscreen)
        self.enterContext(self.amavis)

    def place_postscreen(self, home):
        self.amavis = Amavis(self.folder, "amavis", home.ports["back"])
        home.set({"content_filter": f"to-amavis:[127.0.0.1]:{self.amavis.port}"})
        text = (home.folder / "etc/master.cf").read_text()
        port = str(home.ports["screen"])
        line = next(line for line in text.splitlines() if line.startswith(f"127.0.0.1:{port} "))
        home.write("master.cf", text.replace(line, f"127.0.0.1:{port} inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n"
                                                   "to-amavis unix - - n - 2 smtp -o smtp_send_xforward_command=yes\n"))

    def test_mail_is_seen_once(self):
        self.start("-o content_filter= -o smtpd_milters= -o receive_override_options=no_header_body_checks,no_unknown_recipient_checks,no_milters")
        done = self.apply()
        self.assertIn("/inet: mail that comes there is shown to no milter", done.out)
        self.assertNotIn("seen twice", done.out)
        self.send(BOB, ANN)
        self.home.wait_for_mails(ANN)
        self.wait_until_seen("milter", sender=f"<{BOB}>")
        self.assertEqual(self.times_seen(BOB), 1)
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))

    def test_it_tells_if_mail_is_seen_twice(self):
        self.start("-o content_filter=")
        done = self.apply()
        self.assertRegex(done.out, r"Mail is seen twice: it is shown to Backstop at smtpd/pass and, .* at 127\.0\.0\.1:\d+/inet;")
        self.send(BOB, ANN)
        self.home.wait_for_mails(ANN)
        wait_until(lambda: self.times_seen(BOB) == 2, "it was seen twice")

    def test_it_tells_if_mail_is_not_seen(self):
        self.start("-o content_filter= -o receive_override_options=no_milters")
        self.home.write("master.cf", (self.home.folder / "etc/master.cf").read_text().replace("smtpd pass - - n - - smtpd", "smtpd pass - - n - - smtpd -o smtpd_milters="))
        done = self.good()
        self.assertIn("Mail is not seen at all: neither smtpd/pass", done.out)


@needs("postfix")
@unittest.skipUnless(has_sqlite(), "not here: postfix-sqlite")
class WithDomainsInSql(Configuration):
    def start(self):
        database = self.folder / "mail.db"
        with sqlite3.connect(database) as made:
            made.execute("CREATE TABLE domain (name TEXT)")
            made.executemany("INSERT INTO domain VALUES (?)", [("example.org",), ("example.net",), ("example.com",)])
        self.table = self.folder / "domains.cf"
        self.table.write_text(f"dbpath = {database}\nquery = SELECT 'here' FROM domain WHERE name = '%s'\n")
        self.start_home({"virtual_mailbox_domains": f"proxy:sqlite:{self.table}", "myhostname": "mx.example.com", "mydomain": "example.com"}, mailboxes=[ANN],
                        change=lambda home: [(home.folder / "etc" / name).write_bytes(pathlib.Path(f"/etc/postfix/{name}").read_bytes())
                                             for name in ("dynamicmaps.cf",)] + [self.copy_map_types(home)])

    def copy_map_types(self, home):
        folder = home.folder / "etc/dynamicmaps.cf.d"
        folder.mkdir()
        for path in pathlib.Path("/etc/postfix/dynamicmaps.cf.d").iterdir():
            (folder / path.name).write_bytes(path.read_bytes())

    def test_it_asks_for_what_it_cannot_list(self):
        self.start()
        done = self.apply("--domain", "Example.ORG", "--domain", "elsewhere.example")
        self.assertEqual(self.domains(), ["example.org", "example.com", "elsewhere.example"])
        self.assertIn(f"virtual_mailbox_domains: sqlite:{self.table} answers questions, but can't be listed", done.out)
        self.assertIn("elsewhere.example is in none of Postfix's lists", done.out)
        self.send(BOB, ANN)
        self.wait_until_seen("milter", sender=f"<{BOB}>")
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))

    def test_without_a_domain_nothing_is_done(self):
        self.start()
        with sqlite3.connect(self.folder / "mail.db") as made:
            made.execute("DELETE FROM domain")
        done = self.setup("--apply", "--yes")
        self.assertEqual((done.status, self.main_cf.read_bytes(), self.left()), (1, self.before, []), done)
        self.assertIn("name each one with --domain", done.out)


@needs("postfix", "rspamd")
class WithRspamd(Configuration):
    def test_it_is_first_and_what_leaves_is_signed_behind_it(self):
        rspamd = self.enterContext(Rspamd(self.folder, "rspamd-server", "example.org"))
        zone = self.enterContext(ZoneServer((f"{SELECTOR}._domainkey.example.org", "TXT", rspamd.record)))
        self.start_home({"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN],
                        text=f"{{rest}}\nsmtpd_milters =\n  # signs and checks\n  {{ {rspamd.milter}, connect_timeout=5s }}\nnon_smtpd_milters = $smtpd_milters\n"
                        .replace("{{", "{").replace("}}", "}"))
        done = self.apply("--rspamd-config", rspamd.config, "--resolver", f"127.0.0.1:{zone.port}")
        self.assertIn(f"{SELECTOR}._domainkey.example.org: RSA 2048", done.out)
        self.assertIn("are now shown to your other non_smtpd_milters", done.out)
        record = (self.etc / "dkim" / f"{SELECTOR}._domainkey.example.org").read_text()
        self.assertIn(rspamd.record.split("p=")[1][:60], record.replace('"', "").replace("\n", ""))
        signer = f"{{ {rspamd.milter}, connect_timeout=5s }}"
        self.assertEqual((self.value("smtpd_milters"), self.value("non_smtpd_milters")), (f"{MILTER}, {signer}", f"{INTERNAL}, {signer}"))
        self.assertIn("  # signs and checks\n", self.main_cf.read_text())
        self.home.send(new_mail(ANN, ANN), ANN, ANN)
        signed = [mail for mail in self.home.wait_for_mails(ANN) if b"DKIM-Signature" in mail]
        self.assertEqual(len(signed), 1)
        # The null milter was asked before the mail was signed.
        seen = self.wait_until_seen("internal", sender=ANN)[0]
        self.assertNotIn("dkim-signature", [name.lower() for name in seen["fields"]])
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))


if __name__ == "__main__":
    main()

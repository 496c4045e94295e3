#!/usr/bin/python3
"""`backstop setup` on Postfixes as people have them: as Debian ships it, and with domains in SQL."""
import pathlib
import sqlite3
import subprocess
import unittest

from home import ANN, BOB, Configuration
from support import main, needs, new_mail

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
        self.assertIn("mynetworks: cidr:/dev/null can't be written in the configuration", done.out)
        text = (self.etc / "backstop.toml").read_text()
        self.assertIn('trusted = ["127.0.0.0/8", "::1/128"]', text)
        self.assertIn('delimiter = "-"', text)
        self.assertTrue(self.main_cf.read_bytes().startswith(self.before))
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        # What can't be delivered is bounced, and that bounce is seen, too.
        self.wait_until_seen("internal", sender="", recipients=[ANN])
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))


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


if __name__ == "__main__":
    main()

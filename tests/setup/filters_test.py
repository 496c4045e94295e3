#!/usr/bin/python3
"""`backstop setup` on Postfixes with other filters: postscreen and amavis, rspamd, OpenDKIM. All of them are the real ones."""
from filters import Amavis
from home import ANN, BOB, INTERNAL, MILTER, Configuration
from rspamd import SELECTOR, Rspamd
from support import OpenDkim, main, needs, new_mail, wait_until
from zone_server import ZoneServer


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


@needs("postfix", "opendkim")
class WithOpenDkim(Configuration):
    def test_its_key_table_is_read_and_no_private_key(self):
        signer = self.enterContext(OpenDkim(self.folder, "opendkim", "example.org", "relaxed/simple"))
        zone = self.enterContext(ZoneServer(("s2026._domainkey.example.org", "TXT", signer.record)))
        self.start_home({"virtual_mailbox_domains": "example.org", "smtpd_milters": signer.milter, "non_smtpd_milters": "${smtpd_milters}"}, mailboxes=[ANN])
        table, config, trace = self.folder / "KeyTable", self.folder / "opendkim-table.conf", self.folder / "trace"
        table.write_text(f"a example.org:s2026:{signer.folder}/key.pem\nb gone.example:s2025:{signer.folder}/key.pem\n")
        config.write_text(f"KeyTable refile:{table}\nSigningTable refile:/nowhere\n")
        done = self.apply("--opendkim-config", config, "--resolver", f"127.0.0.1:{zone.port}", before=("strace", "-o", trace, "-e", "trace=openat,open"))
        self.assertIn("s2026._domainkey.example.org: RSA 2048", done.out)
        self.assertIn("DKIM: s2025._domainkey.gone.example: DNS has no such key", done.out)
        self.assertIn(str(table), trace.read_text())
        self.assertNotIn("key.pem", trace.read_text())
        self.assertTrue((self.etc / "dkim/s2026._domainkey.example.org").exists())
        self.home.send(new_mail(ANN, ANN), ANN, ANN)
        wait_until(lambda: [mail for mail in self.home.mailbox(ANN) if b"DKIM-Signature" in mail], "a mail that is signed behind Backstop")
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Who sends, with a real Postfix: users who log in (Dovecot's SASL), hosts that relay, forged senders (SPF, DMARC), and Dovecot's vacation
replies by sendmail(1)."""
import base64

from milter_site import ANN, BOB, Site, bounce_of, forged_bounce, main, needs, new_mail, wait_until, way_out
from support import Dovecot
from zone_server import ZoneServer

SASL = """\
auth_mechanisms = plain
service auth {{
  unix_listener {folder}/login.sock {{
    mode = 0666
  }}
}}
"""
AWAY = """\
sendmail_path = {sendmail}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{folder}/away.sieve
  sieve_extensions = +vacation-seconds
  sieve_vacation_min_period = 0
}}
"""
SCRIPT = 'require ["vacation", "vacation-seconds"];\nvacation :seconds 0 :subject "Away" "I am away until Monday.";\n'


@needs("backstop", "postfix", "dovecot")
class LoggedIn(Site):
    def test_their_mail_leaves_from_any_port(self):
        """The service has no name that says so, and the client's network none either: what counts is the login."""
        gate = self.gate()
        dovecot = self.enterContext(Dovecot(self.folder, "dovecot", [ANN], SASL.format(folder=self.folder / "dovecot")))
        self.ours(services={"smtp": f"-o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path={dovecot.folder}/login.sock "
                            "-o smtpd_relay_restrictions=permit_sasl_authenticated,reject_unauth_destination"})
        client = self.client()
        word = base64.b64encode(f"\0{ANN}\0x".encode()).decode()
        self.assertEqual(client.command(f"AUTH PLAIN {word}").code, 235)
        self.assertEqual(client.mail(new_mail(ANN, BOB), ANN, BOB).code, 250)
        left = self.sent()[0].data
        self.assertIn(b"Backstop-Watermark: ", left)
        # The next client of the same Postfix has not logged in, and a stranger's bounce is judged.
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce())[-1].code, 550)
        self.assertEqual(self.send("smtp", "", ANN, bounce_of(left))[-1].code, 250)
        self.assertEqual([(one["direction"], one["done"]) for one in gate.wait_for_events(3)],
                         [("outbound", "delivered"), ("inbound", "refused"), ("inbound", "labelled")])


@needs("backstop", "postfix")
class Strangers(Site):
    def test_a_relay_is_never_refused(self):
        """It has taken the mail already, and would have to bounce it."""
        gate = self.gate(milter='relays = ["127.0.0.3"]\n')
        self.ours()
        client = self.client(source="127.0.0.3")
        self.assertEqual(client.mail(forged_bounce(), "", ANN).code, 250)
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce())[-1].code, 550)
        self.assertEqual([one["done"] for one in gate.wait_for_events(2)], ["labelled", "refused"])

    def check_claim(self, auth, sender, place):
        """The step at this place hears 550, and an honest sender isn't in its way."""
        zone = self.enterContext(ZoneServer(("strict.test", "A", "198.51.100.7"), ("strict.test", "TXT", "v=spf1 -all"),
                                            ("_dmarc.signed.test", "TXT", "v=DMARC1; p=reject"), ("signed.test", "A", "198.51.100.7"),
                                            ("signed.test", "TXT", "v=spf1 -all")))
        self.gate(f'[proofs]\nresolvers = ["127.0.0.1:{zone.port}"]\n[auth]\n{auth}\n')
        postfix = self.ours()
        replies = self.send("smtp", sender, ANN, new_mail(sender, ANN))
        self.assertEqual([reply.code for reply in replies], [250] * place + [550], replies)
        self.assertEqual(self.send("smtp", BOB, ANN, new_mail(BOB, ANN))[-1].code, 250)
        self.assertEqual(len(postfix.wait_for_mails(ANN)), 1)

    def test_spf_refuses_the_recipient(self):
        self.check_claim('spf = "reject"\ndmarc = "off"\n', "eve@strict.test", 1)

    def test_dmarc_refuses_the_mail(self):
        self.check_claim('spf = "record"\ndmarc = "reject"\n', "eve@signed.test", 2)


@needs("backstop", "postfix", "dovecot", "sieve")
class Away(Site):
    def test_only_people_who_wrote_hear_it(self):
        """The reply to a forged sender is held, and Bob, whose mail passes SPF, gets his."""
        zone = self.enterContext(ZoneServer(("example.net", "A", "198.51.100.8"), ("example.net", "TXT", "v=spf1 ip4:127.0.0.0/8 -all"),
                                            ("victim.test", "A", "198.51.100.9"), ("victim.test", "TXT", "v=spf1 -all")))
        place = self.folder / "dovecot"
        # Only root may run sendmail(1) of a Postfix that isn't the machine's, so it is run here with what Dovecot gave it.
        drop, sendmail = self.folder / "drop", self.folder / "sendmail"
        drop.mkdir()
        drop.chmod(0o777)
        sendmail.write_text(f'#!/bin/sh\ncat >{drop}/$$ && printf "%s\\n" "$@" >{drop}/$$.new && mv {drop}/$$.new {drop}/$$.words\n')
        sendmail.chmod(0o755)
        dovecot = self.enterContext(Dovecot(self.folder, "dovecot", [ANN], AWAY.format(folder=place, sendmail=sendmail)))
        (place / "away.sieve").write_text(SCRIPT)
        gate = self.gate(more=way_out(zone.port), stage="observe")
        self.ours(main={"virtual_transport": f"lmtp:unix:{dovecot.socket}"})
        for sender in ("eve@victim.test", BOB):
            self.assertEqual(self.send("smtp", sender, ANN, new_mail(sender, ANN))[-1].code, 250)
        for words in wait_until(lambda: len(found := sorted(drop.glob("*.words"))) == 2 and found, "two replies"):
            self.postfix.command("sendmail", *words.read_text().splitlines(), given=words.with_suffix("").read_bytes())
        self.assertEqual([mail.recipients for mail in self.sent()], [[BOB]])
        wait_until(lambda: gate.held(), lambda: f"the other is held\n{self.postfix.log()[-3000:]}")
        self.assertEqual(gate.held(), ["eve@victim.test"])
        self.assertEqual([mail.recipients for mail in self.sent()], [[BOB]])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Addresses in forms that Postfix takes and RFC 5321 doesn't have: what is delivered is judged, and nobody's mail is lost or comes twice."""
import json

from milter_site import ANN, BOB, Site, bare_bounce, forged_bounce, main, needs, new_mail, wait_until, way_out
from support import FakeServer
from zone_server import ZoneServer

RECIPIENTS = ("<ann@example.org.>", "<ann>", "<ann%example.org>", "<example.org!ann>", "< ann@example.org >", "<ann(c)@example.org>",
              "<\\ann@example.org>", "<ann+a..b@example.org>", f"<ann+{'x' * 70}@example.org>", "<@x.test:ann@example.org>", "<ANN@EXAMPLE.ORG>",
              '<"ann"@example.org>')
SENDERS = ("< >", '<"">', "<(c)>", "<@x.test:>", "<MAILER-DAEMON>", "<mailer-daemon@x.test.>", "<x.test!mailer-daemon>")
FORGED_SENDERS = (f"eve+{'x' * 70}@victim.test", "eve..x@victim.test", "eve.@victim.test", "eve@victim.test.", ".eve@victim.test",
                  "victim.test!eve", "eve%victim.test")


@needs("backstop", "postfix")
class Forms(Site):
    def told(self, sender, recipient, mail):
        """Returns the first reply from MAIL on that is no 2xx, or that of the data."""
        client = self.client()
        for command in (f"MAIL FROM:{sender}", f"RCPT TO:{recipient}"):
            reply = client.command(command)
            if reply.code >= 300:
                return reply
        return client.data(mail)

    def test_no_form_of_a_recipient_or_of_the_null_sender_gets_by(self):
        self.gate()
        postfix = self.ours(main={"myorigin": "example.org"})
        for recipient in RECIPIENTS:
            with self.subTest(recipient):
                self.assertGreaterEqual(self.told("<>", recipient, forged_bounce()).code, 500)
        for sender in SENDERS:
            with self.subTest(sender):
                self.assertGreaterEqual(self.told(sender, f"<{ANN}>", forged_bounce()).code, 500)
        self.assertEqual(postfix.mailbox(ANN), [])
        # Ordinary mail in all these forms arrives.
        for recipient in RECIPIENTS:
            self.told(f"<{BOB}>", recipient, new_mail(BOB, ANN))
        wait_until(lambda: len(postfix.mailbox(ANN)) == len(RECIPIENTS) or not postfix.queue(), postfix.log)

    def test_own_bounces_to_odd_forged_senders_are_held(self):
        zone = self.enterContext(ZoneServer(("victim.test", "A", "198.51.100.9"), ("victim.test", "TXT", "v=spf1 -all")))
        refusing = self.enterContext(FakeServer({"rcpt": "552 5.2.2 the mailbox is full"}))
        gate = self.gate(more=way_out(zone.port), stage="observe")
        self.ours(main={"virtual_transport": f"smtp:[127.0.0.1]:{refusing.port}", "myorigin": "example.org"})
        taken = 0
        for sender in FORGED_SENDERS:
            taken += self.told(f"<{sender}>", f"<{ANN}>", new_mail("eve@victim.test", ANN)).code == 250
        self.assertGreater(taken, 4)
        wait_until(lambda: len(gate.held()) >= taken, lambda: f"{len(gate.held())} of {taken} are held\n{self.postfix.log()[-6000:]}")
        self.assertEqual(self.world.mails, [])
        wait_until(lambda: not self.postfix.queue(), self.postfix.log)

    def test_nobody_elses_copy_is_kept_back(self):
        """A bounce to ann and to somebody of a domain that isn't ours: quarantine would take both copies, so it is labelled."""
        gate = self.gate('[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n', stage="quarantine")
        postfix = self.ours(main={"relay_domains": "relayed.test", "relay_transport": f"smtp:[127.0.0.1]:{self.world.port}"})
        self.assertEqual(self.send("smtp", "", [ANN, "x@relayed.test"], forged_bounce())[-1].code, 250)
        self.assertEqual([mail.recipients for mail in self.sent()], [["x@relayed.test"]])
        self.assertEqual(len(postfix.wait_for_mails(ANN)), 1)
        self.assertEqual(gate.command("quarantine", "list", "--json", "-c", gate.config), b"")
        self.assertEqual(json.loads(gate.wait_for_events(1)[0]["recipients"]), [ANN])

    def test_a_source_route_gets_one_copy(self):
        self.gate(tags=True)
        postfix = self.ours()
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        tagged = self.sent()[0].sender
        for recipient in (f"<@x.test:{tagged}>", f"<{tagged}>"):
            self.assertEqual(self.told("<>", recipient, bare_bounce()).code, 250)
        self.assertEqual(len(postfix.wait_for_mails(ANN, 2)), 2)
        wait_until(lambda: not postfix.queue(), postfix.log)
        self.assertEqual(len(postfix.mailbox(ANN)), 2)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The full circle with a real Sendmail that asks the milter, with what differs from Postfix: its macros, its changes of fields and of
recipients, and its discards.
"""
import json
import re

from milter_site import ANN, BOB, Site, bare_bounce, bounce_of, forged_bounce, header_of, main, needs, new_mail
from support import SOURCE, FakeClient, FakeServer, Sendmail, wait_until

PAGE = (SOURCE / "docs/install/sendmail.md").read_text()
NAME, EQUATES = re.search(r"^INPUT_MAIL_FILTER\(`(\w+)', `(.*)'\)$", PAGE, re.MULTILINE).groups()
INET = '[milter]\nlisten = ["inet:127.0.0.1:0"]\npeers = ["127.0.0.1"]\n'
OURS = "127.0.0.2"  # its mail leaves
# The lines of the page, as m4 writes them. It takes no socket below a folder that everybody may write to, as /tmp.
FILTER = f"O InputMailFilters={NAME}\nX{NAME}, " + EQUATES.replace("local:/var/lib/backstop/milter.sock", "inet:{port}@127.0.0.1")


@needs("backstop", "sendmail")
class WithSendmail(Site):
    def begin(self, more="", **settings):
        self.box = self.enterContext(FakeServer())
        self.backstop = self.gate(more, f'trusted = ["{OURS}"]\n', section=INET, **settings)
        port = re.search(r"milter inet:127\.0\.0\.1:(\d+)", self.backstop.log()).group(1)
        self.sendmail = self.enterContext(Sendmail(self.folder, "mx", {"example.org": self.box.port, "example.net": self.world.port},
                                                   FILTER.format(port=port)))

    def deliver(self, source, sender, recipients, mail):
        """Returns the replies to each RCPT and to the data."""
        with FakeClient(self.sendmail.port.address, source=(source, 0)) as client:
            client.command(f"MAIL FROM:<{sender}>")
            replies = [client.command(f"RCPT TO:<{one}>") for one in recipients]
            return [reply.code for reply in replies] + [client.data(mail).code]

    def arrived(self, server, count=1):
        return wait_until(lambda: len(server.mails) >= count and server.mails, lambda: self.sendmail.log()[-4000:])

    def test_the_circle(self):
        self.begin()
        self.assertEqual(self.deliver(OURS, ANN, [BOB], new_mail(ANN, BOB)), [250, 250])
        left = self.arrived(self.world)[0].data
        self.assertEqual(left.lower().count(b"backstop-watermark: "), 1)
        self.assertEqual(self.deliver("127.0.0.1", "", [ANN], bounce_of(left)), [250, 250])
        self.assertEqual(self.deliver("127.0.0.1", "", [ANN], forged_bounce()), [250, 550])
        self.assertEqual(self.deliver("127.0.0.1", BOB, [ANN], new_mail(BOB, ANN)), [250, 250])
        mails = {header_of(mail.data, "Subject"): mail.data for mail in self.arrived(self.box, 2)}
        self.assertTrue(header_of(mails["Undelivered Mail Returned to Sender"], "Backstop-Verdict").startswith("genuine"))
        self.assertNotIn(b"Backstop", mails["Lunch"])
        events = self.backstop.wait_for_events(4)
        self.assertEqual([(one["direction"], one["done"], one["cause"]) for one in events],
                         [("outbound", "delivered", "ordinary"), ("inbound", "labelled", "watermark"), ("inbound", "refused", "missing"),
                          ("inbound", "delivered", "ordinary")])
        # Sendmail's own ids.
        self.assertRegex(events[0]["id"], r"^[0-9][0-9A-Za-z]{13}$")

    def test_forged_fields_are_taken_out(self):
        self.begin()
        fields = ("Backstop-Verdict: one", "X-Other: kept", "Backstop-Verdict: two", "Backstop-Verdict: three")
        self.assertEqual(self.deliver("127.0.0.1", BOB, [ANN], new_mail(BOB, ANN, headers=fields)), [250, 250])
        mail = self.arrived(self.box)[0].data
        self.assertNotIn(b"Backstop-Verdict", mail)
        self.assertIn(b"X-Other: kept", mail)

    def test_tags(self):
        self.begin("[proofs]\nwatermark = false\n", tags=True)
        self.assertEqual(self.deliver(OURS, ANN, [BOB], new_mail(ANN, BOB)), [250, 250])
        sender = self.arrived(self.world)[0].sender
        self.assertRegex(sender, r"^ann\+prvs=[0-9a-f]{10}@example\.org$")
        self.assertEqual(self.deliver("127.0.0.1", "", [sender], bare_bounce()), [250, 250])
        self.assertEqual(self.arrived(self.box)[0].recipients, [ANN])

    def test_what_is_kept_is_taken_from_the_client(self):
        self.begin('[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n', stage="quarantine")
        self.assertEqual(self.deliver("127.0.0.1", "", [ANN], forged_bounce()), [250, 250])
        listed = self.backstop.command("quarantine", "list", "--json", "-c", self.backstop.config).splitlines()
        self.assertEqual([json.loads(line)["recipients"] for line in listed], [[ANN]])
        self.assertEqual(self.box.mails, [])


if __name__ == "__main__":
    main()

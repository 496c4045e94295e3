#!/usr/bin/python3
"""Domains and names beyond ASCII: every spelling of our domain is ours, and what we write is ASCII where it must be."""
import unicodedata

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, tagged, url
from support import gateway, main, new_mail

ULABEL, ALABEL = "grün.example", "xn--grn-ioa.example"
SPELLINGS = [ULABEL, ALABEL, "GRÜN.Example", "XN--GRN-IOA.EXAMPLE", unicodedata.normalize("NFD", ULABEL), "gr\u00fcn\u3002example",
             "ｇｒüｎ．example", "gr\u00fc\u00adn.example"]
OTHERS = ["grun.example", "gruen.example", "xn--grn-iob.example", "grün.example.example.net", "a.grün.example", "grün\u2028.example"]


class OwnDomains(Dialogue):
    def reply_to(self, address, sender, recipient):
        client = self.client(address)
        client.command(f"MAIL FROM:<{sender}> SMTPUTF8")
        reply = client.command(f"RCPT TO:<{recipient}>")
        client.quit()
        return reply

    def test_each_spelling_is_ours_however_it_is_configured(self):
        for configured in (ULABEL, "GRÜN.example", ALABEL, "XN--GRN-IOA.example"):
            address = self.relay(self.hop(), domain=configured)
            for spelling in SPELLINGS:
                with self.subTest(configured=configured, spelling=spelling):
                    self.assertEqual(self.reply_to(address, ANN, f"dora@{spelling}").code, 250)
            for other in OTHERS:
                with self.subTest(configured=configured, other=other):
                    self.assertEqual(self.reply_to(address, ANN, f"dora@{other}").code, 550)

    def test_subdomains(self):
        for configured in ("*.grün.example", "*.xn--grn-ioa.example"):
            address = self.relay(self.hop(), domain=configured)
            for prefix in ("mail.", "größe.", "mail\u3002"):
                for spelling in SPELLINGS:
                    with self.subTest(configured=configured, spelling=prefix + spelling):
                        self.assertEqual(self.reply_to(address, ANN, f"dora@{prefix}{spelling}").code, 250)
            self.assertEqual(self.reply_to(address, ANN, f"dora@{ULABEL}").code, 550)

    def sent(self, hop, address, sender, recipient):
        """Returns the reverse path that the next hop got."""
        client = self.client(address)
        self.assertEqual(codes(client.envelope(sender, recipient, parameters=" SMTPUTF8")), [250, 250])
        client.quit()
        return [line for line in hop.commands if line.startswith("MAIL")][-1].partition("<")[2].partition(">")[0]

    def test_a_tag_is_the_same_for_each_spelling(self):
        hop = self.hop()
        address = self.start(gateway("out", "outbound", url(hop)), domain=ULABEL).address("out")
        tag = tagged(f"dora@{ALABEL}").rsplit("=", 1)[0]
        for spelling in SPELLINGS:
            with self.subTest(spelling):
                self.assertEqual(self.sent(hop, address, f"Dora@{spelling}", ANN), f"{tag}=Dora@{spelling}")

    def test_a_destination_that_takes_no_tags(self):
        hop = self.hop()
        settings = f'untagged = ["{ULABEL}", "List@größe.example"]\n'
        address = self.start(gateway("out", "outbound", url(hop), settings)).address("out")
        for recipient in (*(f"x@{spelling}" for spelling in SPELLINGS), "list@xn--gre-6ka8i.example", "LIST@GRÖßE.example"):
            with self.subTest(recipient):
                self.assertEqual(self.sent(hop, address, BOB, recipient), BOB)
        for recipient in ("x@xn--gre-6ka8i.example", "x@größe.example", "x@grosse.example"):
            with self.subTest(recipient):
                self.assertEqual(self.sent(hop, address, BOB, recipient), tagged(BOB))

    def test_a_tag_comes_back_in_another_spelling(self):
        hop = self.hop()
        address = self.relay(hop, domain=ULABEL)
        good, forged = tagged(f"dora@{ALABEL}"), tagged(f"dora@{ALABEL}", secret="another")
        for spelling in SPELLINGS:
            for tag, want in ((good, 250), (forged, 550)):
                with self.subTest(spelling, want=want):
                    client = self.client(address)
                    client.command("MAIL FROM:<> SMTPUTF8")
                    recipient = f"{tag.rsplit('=', 1)[0]}=dora@{spelling}"
                    reply = client.command(f"RCPT TO:<{recipient}>")
                    self.assertEqual((client.data(BOUNCE) if reply.code == 250 else reply).code, want)
                    client.quit()
            self.assertIn(f"RCPT TO:<dora@{spelling}>", hop.commands)


class Trace(Dialogue):
    def received(self, greeting, sender="", recipient="bob@example.org", verb="EHLO"):
        hop = self.hop()
        client = self.client(self.relay(hop))
        self.assertEqual(client.command(f"{verb} {greeting}").code, 250)
        self.assertEqual(client.command(f"MAIL FROM:<{ANN}>{sender}").code, 250)
        self.assertEqual(client.command(f"RCPT TO:<{recipient}>").code, 250)
        self.assertEqual(client.data(new_mail()).code, 250)
        return hop.mails[0].data.split(b"\r\nSubject:")[0].decode().split("; ")[0]

    def test_a_name_beyond_ascii(self):
        for verb in ("EHLO", "HELO"):
            for parameter in ("", " SMTPUTF8") if verb == "EHLO" else ("",):
                # The A-label of the second would be too long for a label.
                for greeting, want in (("GRÜN.example", f"from {ALABEL} ("), ("grü" * 30 + ".example", f"from {'gr?' * 30}.example (")):
                    with self.subTest(verb + parameter, greeting=greeting):
                        field = self.received(greeting, parameter, verb=verb)
                        self.assertTrue(field.isascii(), field)
                        self.assertIn(want, field)

    def test_a_recipient_beyond_ascii(self):
        field = self.received("a.test", " SMTPUTF8", "jörg@example.org")
        self.assertIn("\r\n\tfor <jörg@example.org>", field)
        self.assertIn(" with UTF8SMTP id ", field)


class Shown(Dialogue):
    HIDDEN = "\u202e\u2066\u200b\u00ad\u2028\ufeff\u0085\U000e0041"

    def test_nothing_hidden_is_logged_or_answered(self):
        self.relay(self.hop())
        for hidden in self.HIDDEN:
            with self.subTest(hex(ord(hidden))):
                client = self.client()
                client.command(f"EHLO a{hidden}b.test")
                client.command(f'MAIL FROM:<"a{hidden}b"@example.net> SMTPUTF8')
                replies = [client.command(f'RCPT TO:<"x{hidden}y"@else.test>'), client.command(f"RCPT TO:<x{hidden} y@example.org>"),
                           client.command(f"X{hidden}Y"), client.command(f'MAIL FROM:<"a{hidden}b"@example.net> SMTPUTF8')]
                self.assertTrue(all(500 <= reply.code < 600 for reply in replies), codes(replies))
                self.assertNotIn(hidden, "".join(reply.text for reply in replies))
                client.quit()
        log = "".join(str(event) for event in self.events(len(self.HIDDEN))) + self.gate.log()
        self.assertIn("x\ufffdy", log)
        self.assertEqual([hex(ord(one)) for one in self.HIDDEN if one in log], [])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What the milter does with a header and with responses that are kept back, with a real Postfix."""
import json
import signal

from milter_site import ANN, BOB, Site, forged_bounce, header_of, main, needs, new_mail, wait_until

FORGED_FIELDS = ("Backstop-Verdict: genuine", "Subject-Of: x", "backstop-verdict: genuine; cause=tag",
                 "Authentication-Results: mx.example.org; dmarc=pass header.from=example.net",
                 "Authentication-Results: other.test; spf=pass")


@needs("backstop", "postfix")
class Kept(Site):
    def test_label(self):
        self.gate(stage="label")
        postfix = self.ours()
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce())[-1].code, 250)
        mail, = postfix.wait_for_mails(ANN)
        self.assertTrue(header_of(mail, "Backstop-Verdict").startswith("unproven"), mail)
        self.assertTrue(mail.split(b"\r\n")[3].startswith(b"Backstop-Verdict: "), mail[:400])

    def test_quarantine_and_release(self):
        """The client hears 250, nobody has it; a release goes to the port that asks no milter, and reaches its owner."""
        port = self.reserve_port()
        gate = self.gate('[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n', f'next_hop = "smtp://127.0.0.1:{port}"\n', stage="quarantine")
        postfix = self.ours(master=f"127.0.0.1:{port} inet n - n - - smtpd -o smtpd_milters= -o mynetworks=127.0.0.0/8\n")
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce())[-1].code, 250)
        kept, = map(json.loads, gate.command("quarantine", "list", "--json", "-c", gate.config).splitlines())
        self.assertEqual(postfix.mailbox(ANN), [])
        self.assertEqual(gate.wait_for_events(1)[0]["done"], "quarantined")
        gate.command("quarantine", "release", "-c", gate.config, kept["id"])
        self.assertEqual(header_of(postfix.wait_for_mails(ANN)[0], "Subject"), "Undelivered Mail Returned to Sender")

    def test_fields_that_only_we_may_write(self):
        """Forged ones are taken out, others stay where they are. Our own results are written."""
        self.gate('[auth]\nspf = "record"\n[proofs]\nresolvers = ["127.0.0.1:9"]\n')
        postfix = self.ours()
        self.assertEqual(self.send("smtp", BOB, ANN, new_mail(BOB, ANN, headers=FORGED_FIELDS))[-1].code, 250)
        mail, = postfix.wait_for_mails(ANN)
        self.assertEqual(mail.lower().count(b"backstop-verdict"), 0, mail)
        self.assertIn(b"Subject-Of: x\r\n", mail)
        self.assertIn(b"Authentication-Results: other.test; spf=pass\r\n", mail)
        self.assertNotIn(b"dmarc=pass header.from=example.net", mail)
        self.assertTrue(header_of(mail, "Authentication-Results").startswith("mx.example.org; spf=temperror"), mail)

    def test_a_large_bounce_is_judged_by_its_start(self):
        self.gate("[limits]\nheld = \"300KiB\"\n")
        self.ours()
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce() + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 20000)[-1].code, 550)

    def test_settings_of_a_reload_count_for_the_next_message(self):
        gate = self.gate(stage="reject")
        self.ours()
        client = self.client()
        self.assertEqual(client.mail(forged_bounce(), "", ANN).code, 550)
        gate.config.write_text(gate.config.read_text().replace('stage = "reject"', 'stage = "label"'))
        gate.child.signal(signal.SIGHUP)
        wait_until(lambda: "reloaded: " in gate.log(), gate.log)
        self.assertEqual(client.mail(forged_bounce(), "", ANN).code, 250)


if __name__ == "__main__":
    main()

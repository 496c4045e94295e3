#!/usr/bin/python3
"""What left with a tag and what without, and why: in the log, in the history and in what check-config counts."""
import re

from dialogue import ANN, BOB, Dialogue, codes, tagged
from support import gateway, main, new_mail

MORE = 'untagged = ["lists.test", "majordomo@half.test"]\n'
# name, sender, recipient, want the reason, or nothing where it is tagged
REASONS = [
    ("tagged", BOB, ANN, None),
    ("the null sender", "", ANN, "the null reverse path is never tagged: nothing answers it"),
    ("tagged already", tagged(BOB), ANN, "it has a tag already, or begins as one"),
    ("a tag of another product", "btv1==0123456789a==bob@example.org", ANN, "it has a tag already, or begins as one"),
    ("a forwarder's", "SRS0=Xy1z=AB=shop.test=kate@example.org", ANN,
     "it was rewritten by a forwarder (SRS), which takes the answers back itself"),
    ("quoted", '"bob b"@example.org', ANN, "its local part needs quotes, and servers on the way write those differently"),
    ("too long", "x" * 49 + "@example.org", ANN, "its local part is longer than 48 octets: with the tag it would pass the limit of 64"),
    ("another domain", "bob@unknown.example", ANN, "unknown.example is no domain of ours"),
    ("a subdomain", "bob@sub.example.org", ANN, "sub.example.org is no domain of ours"),
    ("a destination", BOB, "kate@lists.test", 'mail to lists.test is in "untagged"'),
    ("one address of a destination", BOB, "majordomo@half.test", 'mail to majordomo@half.test is in "untagged"'),
    ("another address of it", BOB, "kate@half.test", None),
]


class Reasons(Dialogue):
    def send(self, client, sender, recipient):
        self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)

    def test_each_in_the_log_and_the_history(self):
        hop = self.hop()
        client = self.client(self.relay(hop, "outbound", MORE))
        for sender, recipient in ((row[1], row[2]) for row in REASONS):
            self.send(client, sender, recipient)
        logged = self.events(len(REASONS))
        recorded = self.gate.wait_for_events(len(REASONS))
        for (name, sender, _, reason), line, event, taken in zip(REASONS, logged, recorded, hop.mails, strict=True):
            with self.subTest(name):
                tag = "key-0" if reason is None else f"none ({reason})"
                self.assertEqual((line["tag"], event["tag"]), (tag, tag))
                self.assertEqual(taken.sender, tagged(sender) if reason is None else sender)

    def test_without_a_key_that_signs(self):
        for keys in (None, "4 exim verify 2020-01-01 not a secret to anybody\n"):
            client = self.client(self.relay(self.hop(), "outbound", keys=keys))
            self.send(client, BOB, ANN)
            self.assertEqual(self.events()[0]["tag"], "none (the key ring has no key that signs)")

    def test_the_key_that_signs_is_named(self):
        client = self.client(self.relay(self.hop(), "outbound", keys="3 exim sign 2020-01-01 x\n0 exim verify 2020-01-01 y\n"))
        self.send(client, BOB, ANN)
        self.assertEqual(self.events()[0]["tag"], "key-3")

    def test_mail_that_comes_in_says_nothing_of_tags(self):
        client = self.client(self.relay(self.hop()))
        self.send(client, ANN, BOB)
        self.assertEqual(self.events()[0]["tag"], "")

    def test_what_the_commands_say(self):
        """All of it is kept, whether or not ordinary mail is; what has no sender is nobody's loss."""
        hop = self.hop()
        self.relay(hop, "outbound", MORE)
        config = self.gate.config
        config.write_text(config.read_text().replace("ordinary = true", "ordinary = false"))
        self.gate.stop()
        self.gate.start()
        client = self.client(self.gate.address("out"))
        for sender, recipient in ((row[1], row[2]) for row in REASONS):
            self.send(client, sender, recipient)
        want = [reason for name, _, _, reason in REASONS if reason and name != "the null sender"]
        self.gate.wait_for_events(len(want))
        listed = self.gate.command("history", "-c", config, "--untagged", "-v").decode()
        self.assertEqual(len(re.findall(r"(?m)^\d{4}-\d\d-\d\d .*: delivered$", listed)), len(want))
        self.assertEqual(len(self.gate.history()), len(want))
        for reason in want:
            self.assertIn(f"none ({reason})", " ".join(listed.split()))
        counted = self.gate.command("check-config", config).decode()
        self.assertIn(f"  untagged: {len(want)} mails left without a tag in the last 14 days: 2 (it has a tag already, or begins as one), 1 (", counted)


class InBoth(Dialogue):
    def test_a_gateway_in_each_direction(self):
        """A bounce of what left without a tag is not refused for want of one."""
        hop = self.hop()
        url = f"smtp://127.0.0.1:{hop.port}"
        self.start(gateway("in", "inbound", url), gateway("out", "outbound", url, MORE))
        self.client(self.gate.address("out")).mail(new_mail(), "SRS0=Xy1z=AB=shop.test=kate@example.org", ANN)
        left = hop.mails[0].sender
        bounce = (b"From: mailer-daemon@shop.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
                  b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
                  b"Reporting-MTA: dns; mx.shop.test\r\n\r\nFinal-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n")
        for recipient, want in ((left, "untaggable"), (BOB, "bare")):
            client = self.client(self.gate.address("in"))
            self.assertEqual(client.mail(bounce, "", recipient).code, 250 if want == "untaggable" else 550)
        self.assertEqual([event["reason"] for event in self.events(3)[1:]], ["untaggable", "bare"])


if __name__ == "__main__":
    main()

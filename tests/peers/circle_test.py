#!/usr/bin/python3
"""A mail leaves one Postfix through Backstop, another Postfix accepts it and bounces it, and the bounce returns through Backstop."""
import re

from support import (Backstop, Case, Exim, FakeClient, Postfix, body_of, config, exim_relay, gateway, header_of, main, needs, new_mail, wait_until)

ANN, BOB, NOBODY, LIST = "ann@example.org", "bob@example.net", "nobody@example.net", "list@lists.example.net"
TAGGED = re.compile(rb"prvs=[0-9a-f]{10}=ann@example\.org")


class Circle(Case):
    """`home` has example.org and sends all other mail out through the gateway. `far` has example.net, accepts any recipient at
    first, and sends its bounces through the gateway. Tags are the only proof; proofs_test.py has the others."""

    MORE_OUT = ""

    def setUp(self):
        super().setUp()
        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN])
        self.far = Postfix(self.folder, "far", {"virtual_mailbox_domains": "example.net, lists.example.net",
                                                  "smtpd_reject_unlisted_recipient": "no"}, mailboxes=[BOB, LIST])
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.home.port}"),
            gateway("out", "outbound", f"smtp://127.0.0.1:{self.far.port}", self.MORE_OUT), more="[proofs]\nwatermark = false\n")))
        self.inbound = self.gateway.address("in")
        for postfix, name in ((self.home, "out"), (self.far, "in")):
            postfix.set(self.through(name))
            self.enterContext(postfix)

    def through(self, name):
        """Returns the settings of a Postfix that sends all its mail through this gateway."""
        return {"default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.gateway.address(name)[1]}"}

    def real_bounce(self):
        """Returns a bounce that far made and home received, and the tagged address that it was sent to."""
        self.home.send(new_mail(ANN, NOBODY), ANN, NOBODY)
        bounce = self.home.wait_for_mails(ANN)[0]
        # Without the fields that home and the gateway put in front.
        start = re.search(rb"^Received: by far\.test \(Postfix\)", bounce, re.MULTILINE)
        return bounce[start.start():], TAGGED.search(self.far.log().encode())[0].decode()


@needs("backstop", "postfix")
class Bounces(Circle):
    def test_a_genuine_bounce_comes_home(self):
        mail = new_mail(ANN, NOBODY)
        self.home.send(mail, ANN, NOBODY)
        bounce = self.home.wait_for_mails(ANN)[0]
        self.assertEqual((header_of(bounce, "Return-Path"), header_of(bounce, "Delivered-To")), ("<>", ANN))
        self.assertRegex(header_of(bounce, "Content-Type"), "^multipart/report; report-type=delivery-status;")
        self.assertIn(f"Message-ID: {header_of(mail, 'Message-ID')}".encode(), bounce)
        self.assertRegex(header_of(bounce, "Backstop-Verdict"), "^genuine; kind=dsn-failed; certainty=structural; cause=tag; tag=proves")
        # It left with a tag, the bounce came back to the tag, and no queue holds anything.
        wait_until(lambda: re.search(r"from=<prvs=[0-9a-f]{10}=ann@example\.org>", self.far.log()), "it is in the log")
        wait_until(lambda: re.search(r"to=<prvs=[0-9a-f]{10}=ann@example\.org>, .*status=sent", self.far.log()), "it is in the log")
        wait_until(lambda: not self.home.queue() + self.far.queue(), "both queues are empty")
        left = self.gateway.wait_for_events(1, direction="outbound")
        came = self.gateway.wait_for_events(1, direction="inbound")
        self.assertEqual([(event["done"], event["reverse_path"]) for event in left], [("delivered", ANN)])
        self.assertEqual([(event["done"], event["kind"], event["origin"], event["reporting_mta"]) for event in came],
                         [("labelled", "dsn-failed", "genuine", "far.test")])
        self.assertEqual(f"<{came[0]['original_message_id']}>", header_of(mail, "Message-ID"))

    def test_a_delivered_mail_makes_no_bounce(self):
        mail = new_mail(ANN, BOB)
        self.home.send(mail, ANN, BOB)
        arrived = self.far.wait_for_mails(BOB)[0]
        self.assertRegex(header_of(arrived, "Return-Path"), r"^<prvs=[0-9a-f]{10}=ann@example\.org>$")
        self.assertEqual(body_of(arrived), body_of(mail))
        wait_until(lambda: not self.home.queue() + self.far.queue(), "both queues are empty")
        self.assertEqual(self.home.mailbox(ANN), [])

    def test_the_same_bounce_without_its_tag_is_labelled(self):
        """It names our host in a Received field, which anybody could have written, so that is only a hint."""
        bounce, _ = self.real_bounce()
        with FakeClient(self.inbound) as client:
            self.assertEqual(client.mail(bounce, "", ANN).code, 250)
        event = self.gateway.wait_for_events(1, cause="hinted")[0]
        self.assertEqual((event["done"], event["origin"]), ("labelled", "unproven"))

    def test_the_same_bounce_without_any_trace_of_us_is_refused(self):
        bounce, tagged = self.real_bounce()
        bounce = bounce.replace(b"by mx.example.org", b"by mx.example.com")
        with FakeClient(self.inbound) as client:
            self.assertEqual([reply.code for reply in client.envelope("", ANN)], [250, 250])
            refusal = client.data(bounce)
            self.assertEqual(refusal.code, 550)
            self.assertTrue(refusal.text.startswith("5.7.1 "), refusal)
            # With its tag it would have passed, as it did the first time.
            self.assertEqual(client.mail(bounce, "", tagged).code, 250)
        self.assertEqual(len(self.home.wait_for_mails(ANN, 2)), 2)
        refused = self.gateway.wait_for_events(1, done="refused")
        self.assertEqual([(event["kind"], event["origin"], event["cause"]) for event in refused], [("dsn-failed", "unproven", "bare")])

    def test_the_same_bounce_to_a_forged_tag_is_refused(self):
        bounce, tagged = self.real_bounce()
        bounce = bounce.replace(b"by mx.example.org", b"by mx.example.com")
        for name, forged in (("another hash", tagged.replace(tagged[9:15], "abcdef")), ("another day", tagged[:6] + "999" + tagged[9:])):
            with self.subTest(name), FakeClient(self.inbound) as client:
                self.assertNotEqual(forged, tagged)
                # RCPT is accepted, since a sender may only verify the address; the message decides.
                self.assertEqual([reply.code for reply in client.envelope("", forged)], [250, 250])
                self.assertEqual(client.data(bounce).code, 550)
        self.assertEqual({event["cause"] for event in self.gateway.wait_for_events(2, done="refused")}, {"bare"})

    def test_a_forged_bounce_of_a_real_postfix_is_refused(self):
        # A spammer told far that ann had written to an unknown address.
        with FakeClient(self.far.port.address) as client:
            self.assertEqual(client.mail(new_mail(ANN, NOBODY), ANN, NOBODY).code, 250)
        wait_until(lambda: "said: 550 5.7.1" in self.far.log(), "far is told that its bounce is refused")
        wait_until(lambda: not self.far.queue(), "far gives it up")
        self.assertEqual(self.home.mailbox(ANN), [])


@needs("backstop", "postfix")
class Outward(Circle):
    MORE_OUT = 'untagged = ["lists.example.net"]\n'

    def test_a_requested_receipt_comes_home(self):
        # The DSN parameters are passed on whole, so far and not home reports the delivery.
        mail = new_mail(ANN, BOB)
        self.home.command("sendmail", "-i", "-f", ANN, "-N", "success", "-V", "envelope-7", "--", BOB, given=mail)
        receipt = self.home.wait_for_mails(ANN)[0]
        self.assertRegex(header_of(receipt, "Backstop-Verdict"), "^genuine; kind=dsn-delivered;")
        self.assertRegex(receipt, rb"(?m)^Reporting-MTA: dns; far\.test\r$")
        self.assertRegex(receipt, rb"(?m)^Action: delivered\r$")
        self.assertRegex(receipt, rb"(?m)^Original-Envelope-Id: envelope-7\r$")

    def test_strangers_are_offered_no_receipts(self):
        with FakeClient(self.inbound) as client:
            self.assertNotIn("DSN", client.extensions)
            self.assertEqual(client.envelope(BOB, ANN, parameters=" RET=HDRS")[0].code // 100, 5)

    def test_a_tagged_and_an_untagged_recipient_in_one_mail(self):
        # The second recipient gets 452 and home sends again by itself, so nothing is lost or doubled.
        mail = new_mail(ANN, BOB)
        self.home.send(mail, ANN, BOB, LIST)
        for address, want_path in ((BOB, r"^<prvs=[0-9a-f]{10}=ann@example\.org>$"), (LIST, r"^<ann@example\.org>$")):
            arrived = self.far.wait_for_mails(address)[0]
            self.assertRegex(header_of(arrived, "Return-Path"), want_path)
            self.assertEqual(header_of(arrived, "Message-ID"), header_of(mail, "Message-ID"))
        wait_until(lambda: not self.home.queue() + self.far.queue(), "both queues are empty")
        self.assertEqual([len(self.far.mailbox(address)) for address in (BOB, LIST)], [1, 1])
        deferred = self.gateway.wait_for_events(1, done="deferred")
        self.assertEqual([event["cause"] for event in deferred], ["different-policy"])


@needs("backstop", "postfix")
class Callouts(Circle):
    # sender, want_code: the reply of a server that verifies senders through the gateway
    SENDERS = [(ANN, 250), ("gone@example.org", 550)]

    def check(self, address):
        for sender, want_code in self.SENDERS:
            with self.subTest(sender), FakeClient(address) as client:
                self.assertEqual(client.envelope(sender, BOB)[1].code, want_code)
        # home was asked, with the null sender.
        wait_until(lambda: "from=<> to=<gone@example.org>" in self.home.log(), "it is in the log")
        self.assertEqual(self.home.mailbox(ANN), [])

    def test_of_postfix(self):
        asking = self.enterContext(Postfix(self.folder, "asking", {
            "virtual_mailbox_domains": "example.net", **self.through("in"), "smtpd_sender_restrictions": "reject_unverified_sender",
            "address_verify_sender": "<>", "address_verify_map": "", "address_verify_poll_count": "20",
            "address_verify_poll_delay": "1s", "unverified_sender_reject_code": "550"}, mailboxes=[BOB]))
        self.check(asking.port.address)

    @needs("exim")
    def test_of_exim(self):
        asking = self.enterContext(Exim(self.folder, "asking", "acl_smtp_rcpt = recipient\n", exim_relay(self.inbound[1])))
        self.check(asking.port.address)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Inbound recipients: which are ours, what their tags say, and which have to come alone."""
import datetime

from dialogue import ANN, BOB, BOUNCE, CARL, Dialogue, codes, tagged, told, url
from support import gateway, header_of, main, new_mail

NOC, POSTMASTER = "noc@example.org", "postmaster@example.org"
GOOD, EXPIRED, FORGED, FOREIGN, UNKNOWN = (
    tagged(BOB), tagged(BOB, days=-1), tagged(BOB, secret="another"), "btv1==0123456789a==bob@example.org", tagged(BOB, number=5))
NEW_KEYS = f"0 exim sign {datetime.date.today():%Y-%m-%d} not a secret to anybody\n"
DOMAIN = 'never_sends = ["noc"]\n'

# name, sender, recipient, want reply, want recipient at the next hop; at the stage reject
AT_RCPT = [
    ("no tag", ANN, BOB, "250 2.1.5", BOB),
    ("no tag, null sender: a callout", "", BOB, "250 2.1.5", BOB),
    ("good, null sender", "", GOOD, "250 2.1.5", BOB),
    ("good, another sender", ANN, GOOD, "250 2.1.5", BOB),
    ("good, as a sub-address", "", "bob+" + GOOD.split("=bob")[0] + "@example.org", "250 2.1.5", BOB),
    ("good, in other letters", "", GOOD.upper(), "250 2.1.5", "BOB@EXAMPLE.ORG"),
    ("expired, null sender", "", EXPIRED, "550 5.7.1", None),
    ("expired, another sender", ANN, EXPIRED, "250 2.1.5", BOB),
    ("forged, null sender", "", FORGED, "550 5.7.1", None),
    ("forged, another sender", ANN, FORGED, "550 5.7.1", None),
    ("made for another mailbox", "", GOOD.replace("=bob@", "=carl@"), "550 5.7.1", None),
    ("of a key that is not there", "", UNKNOWN, "250 2.1.5", BOB),
    ("of another product", "", FOREIGN, "250 2.1.5", FOREIGN),
    ("never sends, null sender", "", NOC, "550 5.7.1", None),
    ("never sends, another sender", ANN, NOC, "250 2.1.5", NOC),
    ("never sends, with a good tag", "", tagged(NOC), "550 5.7.1", None),
    ("not ours", ANN, "x@else.test", "550 5.7.1", None),
    ("not ours, null sender", "", "x@else.test", "550 5.7.1", None),
    ("a subdomain", ANN, "bob@sub.example.org", "550 5.7.1", None),
    ("a way to another host", ANN, "x%else.test@example.org", "550 5.7.1", None),
    ("a source route", ANN, "@else.test:bob@example.org", "250 2.1.5", BOB),
    ("a route from us to others", ANN, "@example.org:x@else.test", "550 5.7.1", None),
    ("a literal", ANN, "bob@[127.0.0.1]", "550 5.7.1", None),
    ("postmaster without domain", ANN, "postmaster", "250 2.1.5", "postmaster"),
    ("postmaster in other letters", "", "PostMaster", "250 2.1.5", "PostMaster"),
    ("another name without domain", ANN, "bob", "501 5.1.3", None),
    ("our domain in other letters", ANN, "bob@EXAMPLE.Org", "250 2.1.5", "bob@EXAMPLE.Org"),
    ("a quoted local part", ANN, '"bob b"@example.org', "250 2.1.5", '"bob b"@example.org'),
]


class AtRcpt(Dialogue):
    def test_each(self):
        hop = self.hop()
        address = self.relay(hop, more_domain=DOMAIN)
        for name, sender, recipient, want_reply, want_recipient in AT_RCPT:
            with self.subTest(name):
                before = len(hop.commands)
                client = self.client(address)
                replies = client.envelope(sender, recipient)
                self.assertEqual((replies[0].code, told(replies[1])), (250, want_reply))
                offered = [line for line in hop.commands[before:] if line.startswith("RCPT")]
                self.assertEqual(offered, [f"RCPT TO:<{want_recipient}>"] if want_recipient else [])
                client.quit()

    def test_stages_that_refuse_nothing(self):
        for stage in ("observe", "label"):
            hop = self.hop()
            address = self.relay(hop, stage=stage, more_domain=DOMAIN)
            for name, sender, recipient, want_reply, _ in AT_RCPT:
                if "%" in recipient or want_reply != "550 5.7.1" or not recipient.lower().endswith("@example.org"):
                    continue
                with self.subTest(name, stage=stage):
                    client = self.client(address)
                    self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
                    # Who is behind knows no tags.
                    self.assertIn(hop.commands[-1], (f"RCPT TO:<{mailbox}>" for mailbox in (BOB, CARL, NOC)))

    def test_without_keys_tags_are_somebody_elses(self):
        hop = self.hop()
        address = self.relay(hop, keys=None)
        for recipient in (BOB, FORGED, EXPIRED):
            self.assertEqual(codes(self.client(address).envelope("", recipient)), [250, 250])
            self.assertEqual(hop.commands[-1], f"RCPT TO:<{recipient}>")

    def test_a_refusal_says_what_was_found(self):
        address = self.relay(self.hop(), more_domain=DOMAIN, more_server='help_url = "https://example.org/why"')
        for recipient, want in ((FORGED, "tag"), (NOC, "sends no mail"), ("x@else.test", "takes no mail")):
            reply = self.client(address).envelope("", recipient)[1]
            self.assertIn(want, reply.text)
            self.assertIn("; see https://example.org/why", reply.text.replace("\n5.7.1 See", "; see"))

    def test_what_is_recorded(self):
        address = self.relay(self.hop({"rcpt": ["250 ok", "550 5.1.1 who?"]}), more_domain=DOMAIN)
        client = self.client(address)
        client.envelope(ANN, BOB, FORGED, CARL)
        events = self.events(2)
        self.assertEqual([(event["recipients"], event["reason"], event["done"]) for event in events],
                         [([FORGED], "bad-tag", "refused"), ([CARL], "next-hop", "refused")])


class BadTags(Dialogue):
    def test_too_many_of_them(self):
        address = self.relay(self.hop(), limits={"bad_tags": 3, "errors": 100})
        client = self.client(address)
        client.envelope("", FORGED)
        # Forged ones alone count: mail that comes late and mail to a mailbox that is gone are nobody's guesses.
        for _ in range(5):
            client.command(f"RCPT TO:<{EXPIRED}>")
        self.assertEqual(told(client.command(f"RCPT TO:<{FORGED}>")), "550 5.7.1")
        other = self.client(address)
        other.command("MAIL FROM:<>")
        self.assertEqual(codes(other.pipeline(f"RCPT TO:<{FORGED}>", f"RCPT TO:<{FORGED}>")), [550, 421])
        self.assertEqual(other.read().code, 0)
        # Who was connected may go on with what is no guess; who connects anew may not.
        self.assertEqual(client.command(f"RCPT TO:<{BOB}>").code, 250)
        late = self.client(address, hello=None)
        self.assertEqual([late.read().code, late.read().code], [421, 0])


class NullSender(Dialogue):
    def test_it_has_one_recipient(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        replies = client.envelope("", BOB, CARL)
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "250 2.1.5", "550 5.5.3"])
        self.assertEqual(hop.commands[-1], f"RCPT TO:<{BOB}>")

    def test_who_was_refused_does_not_count(self):
        client = self.client(self.relay(self.hop({"rcpt": ["550 5.1.1 who?", "250 ok"]})))
        self.assertEqual(codes(client.envelope("", "gone@example.org", FORGED, BOB, CARL)), [250, 550, 550, 250, 550])

    def test_more_where_that_is_allowed(self):
        client = self.client(self.relay(self.hop(), limits={"null_sender_recipients": 2}))
        self.assertEqual(codes(client.envelope("", BOB, CARL, "dora@example.org")), [250, 250, 250, 550])

    def test_below_reject_all_are_taken(self):
        client = self.client(self.relay(self.hop(), stage="label"))
        self.assertEqual(codes(client.envelope("", BOB, CARL)), [250, 250, 250])


# name, sender, recipient, settings, want reply to the data, want verdict field where it is delivered
AT_THE_END = [
    ("with a good tag", "", GOOD, {}, "250 2.0.0", "genuine; kind=dsn-failed; cause=genuine; tag=proves"),
    ("without a tag", "", BOB, {}, "550 5.7.1", None),
    ("without a tag, to postmaster", "", POSTMASTER, {}, "250 2.0.0", "unproven; kind=dsn-failed; cause=exempt; tag=silent"),
    ("without a tag, within the grace", "", BOB, {"grace": "365d", "keys": NEW_KEYS}, "250 2.0.0",
     "unproven; kind=dsn-failed; cause=unproven-in-grace; tag=silent"),
    ("without a tag, without keys", "", BOB, {"keys": None}, "250 2.0.0", "unproven; kind=dsn-failed; cause=no-keys"),
    ("under its own name", ANN, BOB, {}, "550 5.7.1", None),
    ("under its own name, with an old tag", ANN, EXPIRED, {}, "550 5.7.1", None),
    ("under its own name, with a good tag", ANN, GOOD, {}, "250 2.0.0", "genuine; kind=dsn-failed; cause=genuine; tag=proves"),
    ("of a key that is gone", "", UNKNOWN, {}, "550 5.7.1", None),
    ("at the stage label", "", BOB, {"stage": "label"}, "250 2.0.0", "unproven; kind=dsn-failed; cause=unproven; tag=silent"),
    ("forged, at the stage label", "", FORGED, {"stage": "label"}, "250 2.0.0", "forged; kind=dsn-failed; cause=forged; tag=refutes"),
    ("forged, at the stage observe", "", FORGED, {"stage": "observe"}, "250 2.0.0", None),
    ("without a tag, at the stage observe", "", BOB, {"stage": "observe"}, "250 2.0.0", None),
]


class AtTheEnd(Dialogue):
    def test_each(self):
        hop = self.hop()
        for name, sender, recipient, settings, want_reply, want_field in AT_THE_END:
            with self.subTest(name):
                client = self.client(self.relay(hop, **settings))
                before = len(hop.mails)
                self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
                self.assertEqual(told(client.data(BOUNCE)), want_reply)
                self.assertEqual(len(hop.mails) - before, 1 if want_reply.startswith("250") else 0)
                if want_reply.startswith("250"):
                    self.assertEqual(header_of(hop.mails[-1].data, "Backstop-Verdict"), want_field)

    def test_ordinary_mail_has_no_verdict(self):
        hop = self.hop()
        client = self.client(self.relay(hop, stage="label"))
        for sender in (ANN, ""):
            self.assertEqual(client.mail(new_mail(), sender, BOB).code, 250)
            self.assertIsNone(header_of(hop.mails[-1].data, "Backstop-Verdict"))


class ComeAgain(Dialogue):
    """Recipients that could get another answer to the data than the first have to come alone: 452 4.5.3."""

    def expect_second_deferred(self, client, *recipients, sender=ANN):
        replies = client.envelope(sender, *recipients)
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "250 2.1.5"] + ["452 4.5.3"] * (len(recipients) - 1))
        self.assertEqual(client.data(new_mail()).code, 250)
        for recipient in recipients[1:]:
            self.assertEqual(client.mail(new_mail(), sender, recipient).code, 250)

    def test_another_next_hop(self):
        hop, other = self.hop(), self.hop()
        self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "reject"\ngrace = "0d"\nnext_hop = "{url(other)}"\n')
        self.expect_second_deferred(self.client(), BOB, "x@other.test")
        self.expect_second_deferred(self.client(), "x@other.test", BOB)
        self.assertEqual(([taken.recipients for taken in hop.mails], [taken.recipients for taken in other.mails]),
                         ([[BOB], [BOB]], [["x@other.test"]] * 2))

    def test_the_same_next_hop_written_twice(self):
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "reject"\ngrace = "0d"\nnext_hop = "{url(hop)}"\n')
        self.assertEqual(codes(self.client().envelope(ANN, BOB, "x@other.test")), [250, 250, 250])

    def test_another_stage_or_grace(self):
        for stage, grace in (("label", "0d"), ("reject", "7d")):
            with self.subTest(stage=stage, grace=grace):
                hop = self.hop()
                self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "{stage}"\ngrace = "{grace}"\n')
                self.expect_second_deferred(self.client(), BOB, "x@other.test")

    def test_the_same_policy(self):
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), more='[[domain]]\nname = "other.test"\nstage = "reject"\ngrace = "0d"\n')
        client = self.client()
        self.assertEqual(codes(client.envelope(ANN, BOB, "x@other.test")), [250, 250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, [BOB, "x@other.test"])

    def test_lmtp_and_maildir(self):
        hop = self.hop(lmtp=True)
        self.start(gateway("lmtp", "inbound", url(hop, "lmtp")), gateway("box", "inbound", f"maildir:{self.folder}/mail/%d/%n"))
        self.expect_second_deferred(self.client(self.gate.address("lmtp")), BOB, CARL)
        self.assertEqual([taken.recipients for taken in hop.mails], [[BOB], [CARL]])
        self.expect_second_deferred(self.client(self.gate.address("box")), BOB, CARL, "dora@example.org")
        for name in ("bob", "carl", "dora"):
            self.assertEqual(len(list((self.folder / "mail/example.org" / name / "new").iterdir())), 1)

    def test_lmtp_and_maildir_with_those_that_are_refused(self):
        # All of them in one packet: who was refused does not count as the one that is taken.
        names = ["gone@example.org", "x@else.test", BOB, "<", CARL]
        hop = self.hop({"rcpt": ["550 5.1.1 who?", "250 2.1.5 ok"]}, lmtp=True)
        self.start(gateway("lmtp", "inbound", url(hop, "lmtp")), gateway("box", "inbound", f"maildir:{self.folder}/mail/%d/%n"))
        client = self.client(self.gate.address("lmtp"))
        self.assertEqual(codes(client.envelope(ANN, *names)), [250, 550, 550, 250, 501, 452])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, [BOB])
        client = self.client(self.gate.address("box"))
        # A name that is no folder.
        self.assertEqual(codes(client.envelope(ANN, '".."@example.org', *names[1:])), [250, 550, 550, 250, 501, 452])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(len(list((self.folder / "mail/example.org/bob/new").iterdir())), 1)

    def test_the_first_sets_it_only_once_it_is_taken(self):
        # Who was refused leaves no mark on those who come after.
        hop, other = self.hop({"rcpt": ["550 5.1.1 who?", "250 ok"]}), self.hop()
        self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "label"\nnext_hop = "{url(other)}"\n')
        client = self.client()
        self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 550])
        self.assertEqual(client.command("RCPT TO:<x@other.test>").code, 250)
        self.assertEqual(told(client.command(f"RCPT TO:<{BOB}>")), "452 4.5.3")
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual([taken.recipients for taken in other.mails], [["x@other.test"]])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Inbound recipients: which are ours, tags that are removed and judged with the mail, and recipients that must come alone."""
import datetime

from dialogue import ANN, BOB, BOUNCE, CARL, Dialogue, codes, tagged, told, url
from support import gateway, header_of, main, new_mail

NOC, POSTMASTER = "noc@example.org", "postmaster@example.org"
GOOD, STALE, EXPIRED, FORGED, FOREIGN, UNKNOWN = (
    tagged(BOB), tagged(BOB, days=-1), tagged(BOB, days=-32), tagged(BOB, secret="another"), "btv1==0123456789a==bob@example.org",
    tagged(BOB, number=5))
NEW_KEYS = f"0 exim sign {datetime.date.today():%Y-%m-%d} not a secret to anybody\n"
DOMAIN = 'never_sends = ["noc"]\n'

# Tried at every stage. These prove the wiring; recipient_check_test.cc has the whole table.
# name, sender, recipient, want reply, want recipient at the next hop
AT_RCPT = [
    ("no tag", ANN, BOB, "250 2.1.5", BOB),
    ("good, null sender", "", GOOD, "250 2.1.5", BOB),
    ("forged, null sender: a callout, too", "", FORGED, "250 2.1.5", BOB),
    ("not ours", ANN, "x@else.test", "550 5.7.1", None),
    ("a subdomain", ANN, "bob@sub.example.org", "550 5.7.1", None),
    ("a route from us to others", ANN, "@example.org:x@else.test", "550 5.7.1", None),
    ("postmaster without domain", ANN, "postmaster", "250 2.1.5", "postmaster"),
]


class AtRcpt(Dialogue):
    def test_each_at_every_stage(self):
        for stage in ("observe", "label", "quarantine", "reject"):
            hop = self.hop()
            address = self.relay(hop, stage=stage, more_domain=DOMAIN)
            for name, sender, recipient, want_reply, want_recipient in AT_RCPT:
                with self.subTest(name, stage=stage):
                    before = len(hop.commands)
                    client = self.client(address)
                    replies = client.envelope(sender, recipient)
                    self.assertEqual((replies[0].code, told(replies[1])), (250, want_reply))
                    offered = [line for line in hop.commands[before:] if line.startswith("RCPT")]
                    self.assertEqual(offered, [f"RCPT TO:<{want_recipient}>"] if want_recipient else [])
                    client.quit()

    def test_without_keys_tags_are_somebody_elses(self):
        hop = self.hop()
        address = self.relay(hop, keys=None)
        for recipient in (BOB, FORGED, EXPIRED):
            self.assertEqual(codes(self.client(address).envelope("", recipient)), [250, 250])
            self.assertEqual(hop.commands[-1], f"RCPT TO:<{recipient}>")

    def test_a_refusal_says_what_was_found(self):
        address = self.relay(self.hop(), more_domain=DOMAIN, more_server='help_url = "https://example.org/why"')
        for recipient, want in ((BOB, "carries no tag"), (FORGED, "was not made with our key 0"), (EXPIRED, "was good only until"),
                                (NOC, "sends no mail"), ("x@else.test", "takes no mail")):
            with self.subTest(want):
                client = self.client(address)
                reply = client.envelope("", recipient)[1]
                if reply.code == 250:
                    reply = client.data(BOUNCE)
                self.assertEqual(told(reply), "550 5.7.1")
                self.assertIn(want, reply.text.replace("\n5.7.1 ", " "))
                self.assertIn("; see https://example.org/why", reply.text.replace("\n5.7.1 See", "; see"))

    def test_what_is_recorded(self):
        address = self.relay(self.hop({"rcpt": ["250 ok", "550 5.1.1 who?"]}), more_domain=DOMAIN)
        client = self.client(address)
        client.envelope(ANN, BOB, "x@else.test", CARL)
        events = self.events(2)
        self.assertEqual([(event["recipients"], event["cause"], event["done"]) for event in events],
                         [(["x@else.test"], "relay-denied", "refused"), ([CARL], "next-hop", "refused")])


def guesses(count, of=BOB):
    """Returns this many different tags that are not ours."""
    return [tagged(of, secret=f"guess {i}") for i in range(count)]


class BadTags(Dialogue):
    """A client that guesses tags: its guesses get 450, and everything else from it passes."""

    def rcpt(self, client, *recipients, sender=""):
        """Returns the replies to these recipients, each in a transaction of its own, as in a callout."""
        found = []
        for recipient in recipients:
            replies = client.envelope(sender, recipient)
            client.command("RSET")
            found.append(told(replies[1]))
        return found

    def test_the_sixth_is_deferred(self):
        client = self.client(self.relay(self.hop()))
        self.assertEqual(self.rcpt(client, *guesses(7)), ["250 2.1.5"] * 5 + ["450 4.7.1"] * 2)
        event = self.events(2)[0]
        self.assertEqual((event["cause"], event["done"], event["evidence"][0]["finding"]), ("guessing", "deferred", "silent"))

    def test_in_one_transaction(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"bad_tags": 2}))
        self.assertEqual(codes(client.envelope("", *guesses(3), BOB, GOOD)), [250, 250, 250, 450, 250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, [BOB] * 4)

    def test_all_else_of_that_client_still_flows(self):
        hop = self.hop()
        address = self.relay(hop, limits={"bad_tags": 2})
        client = self.client(address)
        self.rcpt(client, *guesses(2))
        for one in (client, self.client(address)):
            self.assertEqual(self.rcpt(one, FORGED, GOOD, STALE, EXPIRED, FOREIGN, BOB, NOC), ["450 4.7.1"] + ["250 2.1.5"] * 6)
            self.assertEqual(self.rcpt(one, FORGED, BOB, sender=ANN), ["250 2.1.5"] * 2)
            self.assertEqual(one.mail(new_mail(), ANN, FORGED).code, 250)
            self.assertEqual(one.mail(BOUNCE, "", GOOD).code, 250)

    def test_the_same_one_counts_once(self):
        client = self.client(self.relay(self.hop()))
        self.assertEqual(self.rcpt(client, *[FORGED] * 4, FORGED.upper(), *guesses(4), FORGED), ["250 2.1.5"] * 9 + ["450 4.7.1"])

    def test_tags_that_are_not_guesses_do_not_count(self):
        address = self.relay(self.hop(), limits={"bad_tags": 1})
        client = self.client(address)
        late = [tagged(BOB, days=days) for days in range(-40, 0)]
        self.assertEqual(set(self.rcpt(client, *late, FOREIGN, GOOD, BOB)), {"250 2.1.5"})
        self.assertEqual(set(self.rcpt(client, *guesses(5), sender=ANN)), {"250 2.1.5"})
        self.assertEqual(self.rcpt(client, *guesses(2)), ["250 2.1.5", "450 4.7.1"])

    def test_another_client_is_not_affected(self):
        address = self.relay(self.hop(), limits={"bad_tags": 1})
        self.assertEqual(self.rcpt(self.client(address), *guesses(2)), ["250 2.1.5", "450 4.7.1"])
        other = self.client(address, source=("127.0.0.2", 0))
        self.assertEqual(self.rcpt(other, *guesses(2)), ["250 2.1.5", "450 4.7.1"])

    def test_a_relay_is_not_counted(self):
        address = self.relay(self.hop(), more_gateway='relays = ["127.0.0.1"]', limits={"bad_tags": 1})
        self.assertEqual(set(self.rcpt(self.client(address), *guesses(5))), {"250 2.1.5"})
        other = self.client(address, source=("127.0.0.2", 0))
        self.assertEqual(self.rcpt(other, *guesses(2)), ["250 2.1.5", "450 4.7.1"])

    def test_below_reject_nobody_is_deferred(self):
        for stage in ("observe", "label", "quarantine"):
            client = self.client(self.relay(self.hop(), stage=stage, limits={"bad_tags": 1}))
            self.assertEqual(self.rcpt(client, *guesses(4)), ["250 2.1.5"] * 4)


class NullSender(Dialogue):
    def test_a_mail_of_its_may_have_many_recipients(self):
        """As calendars, lists and forwarders send them."""
        hop = self.hop()
        client = self.client(self.relay(hop))
        everybody = [f"user{i}@example.org" for i in range(50)]
        self.assertEqual(codes(client.envelope("", *everybody)), [250] * 51)
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, everybody)
        self.assertIsNone(header_of(hop.mails[0].data, "Backstop-Verdict"))

    def test_a_bounce_to_many_is_refused_for_all(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        self.assertEqual(codes(client.envelope("", *(f"user{i}@example.org" for i in range(50)))), [250] * 51)
        self.assertEqual(told(client.data(BOUNCE)), "550 5.7.1")
        self.assertEqual(hop.mails, [])


FIELD = "unproven; kind=dsn-failed; certainty=structural; "
# name, sender, recipient, settings, want reply to the data, want verdict field if it is delivered
AT_THE_END = [
    ("with a good tag", "", GOOD, {}, "250 2.0.0", "genuine; kind=dsn-failed; certainty=structural; cause=tag; tag=proves"),
    ("without a tag", "", BOB, {}, "550 5.7.1", None),
    ("with a stale tag", "", STALE, {}, "250 2.0.0", FIELD + "cause=stale; tag=hints"),
    ("with a tag that is too old", "", EXPIRED, {}, "550 5.7.1", None),
    ("with a tag of 45 days ago", "", tagged(BOB, days=-31), {}, "250 2.0.0", FIELD + "cause=stale; tag=hints"),
    ("with a forged tag", "", FORGED, {}, "550 5.7.1", None),
    ("with the tag of another mailbox", "", GOOD.replace("=bob@", "=carl@"), {}, "550 5.7.1", None),
    ("without a tag, to postmaster", "", POSTMASTER, {}, "250 2.0.0", FIELD + "cause=exempt; tag=silent"),
    ("without a tag, and the domain is not ready", "", BOB, {"ready": "observed"}, "250 2.0.0", FIELD + "cause=not-ready; tag=silent"),
    ("without a tag, with a key of today", "", BOB, {"keys": NEW_KEYS}, "550 5.7.1", None),
    ("without a tag, without keys", "", BOB, {"keys": None}, "250 2.0.0", FIELD + "cause=not-ready"),
    ("under its own name", ANN, BOB, {}, "250 2.0.0", "unproven; kind=dsn-failed; certainty=guessed; cause=uncertain; tag=silent"),
    ("under its own name, with an old tag", ANN, EXPIRED, {}, "250 2.0.0",
     "unproven; kind=dsn-failed; certainty=guessed; cause=uncertain; tag=silent"),
    ("under its own name, with a good tag", ANN, GOOD, {}, "250 2.0.0", "genuine; kind=dsn-failed; certainty=guessed; cause=tag; tag=proves"),
    ("of a key that never was", "", UNKNOWN, {}, "550 5.7.1", None),
    ("of an unknown key, and the ring is young", "", UNKNOWN, {"keys": NEW_KEYS}, "250 2.0.0", FIELD + "cause=incomplete; tag=silent"),
    ("of another product", "", FOREIGN, {}, "250 2.0.0", FIELD + "cause=untaggable; tag=silent"),
    ("at the stage label", "", BOB, {"stage": "label"}, "250 2.0.0", FIELD + "cause=bare; tag=silent"),
    ("at the stage quarantine, and there is none", "", BOB, {"stage": "quarantine"}, "250 2.0.0", FIELD + "cause=bare; tag=silent"),
    ("forged, at the stage label", "", FORGED, {"stage": "label"}, "250 2.0.0", FIELD + "cause=bare; tag=silent"),
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
    """Recipients that could get another answer to the data than the first must come alone: 452 4.5.3."""

    def expect_second_deferred(self, client, *recipients, sender=ANN):
        replies = client.envelope(sender, *recipients)
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "250 2.1.5"] + ["452 4.5.3"] * (len(recipients) - 1))
        self.assertEqual(client.data(new_mail()).code, 250)
        for recipient in recipients[1:]:
            self.assertEqual(client.mail(new_mail(), sender, recipient).code, 250)

    def test_another_next_hop(self):
        hop, other = self.hop(), self.hop()
        self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "reject"\nready = "since 2026-01-01"\nnext_hop = "{url(other)}"\n')
        self.expect_second_deferred(self.client(), BOB, "x@other.test")
        self.expect_second_deferred(self.client(), "x@other.test", BOB)
        self.assertEqual(([taken.recipients for taken in hop.mails], [taken.recipients for taken in other.mails]),
                         ([[BOB], [BOB]], [["x@other.test"]] * 2))

    def test_the_same_next_hop_written_twice(self):
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "reject"\nready = "since 2026-01-01"\nnext_hop = "{url(hop)}"\n')
        self.assertEqual(codes(self.client().envelope(ANN, BOB, "x@other.test")), [250, 250, 250])

    def test_another_stage_or_readiness(self):
        for stage, ready in (("label", "since 2026-01-01"), ("reject", "observed")):
            with self.subTest(stage=stage, ready=ready):
                hop = self.hop()
                self.start(gateway("in", "inbound", url(hop)), more=f'[[domain]]\nname = "other.test"\nstage = "{stage}"\nready = "{ready}"\n')
                self.expect_second_deferred(self.client(), BOB, "x@other.test")

    def test_other_ceilings(self):
        for kinds, want in (('auto-reply = "reject"', True), ('dsn-failed = "label"', True), ('auto-reply = "label"', False)):
            with self.subTest(kinds):
                hop = self.hop()
                self.start(gateway("in", "inbound", url(hop)),
                           more=f'[[domain]]\nname = "other.test"\nstage = "reject"\nready = "since 2026-01-01"\nkinds = {{ {kinds} }}\n')
                if want:
                    self.expect_second_deferred(self.client(), BOB, "x@other.test")
                    self.expect_second_deferred(self.client(), BOB, "x@other.test", sender="")
                else:
                    self.assertEqual(codes(self.client().envelope(ANN, BOB, "x@other.test")), [250, 250, 250])

    def test_the_same_policy(self):
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), more='[[domain]]\nname = "other.test"\nstage = "reject"\nready = "since 2026-01-01"\n')
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
        # All of them in one packet: a refused recipient does not count as the one that is accepted.
        names = ["gone@example.org", "x@else.test", BOB, "<", CARL]
        hop = self.hop({"rcpt": ["550 5.1.1 who?", "250 2.1.5 ok"]}, lmtp=True)
        self.start(gateway("lmtp", "inbound", url(hop, "lmtp")), gateway("box", "inbound", f"maildir:{self.folder}/mail/%d/%n"))
        client = self.client(self.gate.address("lmtp"))
        self.assertEqual(codes(client.envelope(ANN, *names)), [250, 550, 550, 250, 501, 452])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, [BOB])
        client = self.client(self.gate.address("box"))
        # A name that can't be a folder.
        self.assertEqual(codes(client.envelope(ANN, '".."@example.org', *names[1:])), [250, 550, 550, 250, 501, 452])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(len(list((self.folder / "mail/example.org/bob/new").iterdir())), 1)

    def test_only_an_accepted_recipient_decides_for_the_later_ones(self):
        # A refused recipient does not influence the later ones.
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

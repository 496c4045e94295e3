#!/usr/bin/python3
"""What is done with each kind of response, depending on the findings: the rows of docs/policy.md, at every stage."""
import collections
import datetime

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, tagged, told
from support import gateway, header_of, main, new_bounce, new_mail

NOC = "noc@example.org"
DOMAIN = 'never_sends = ["noc"]\n'
YOUNG = f"4 exim sign {datetime.date.today():%Y-%m-%d} not a secret to anybody\n"
SOON = datetime.date.today() + datetime.timedelta(days=3)
VERIFY = "4 exim verify 2020-01-01 not a secret to anybody\n"
LIST = "list@shop.test"


def mail(sender, subject, text, *headers):
    return new_mail(sender, BOB, subject, text, headers)


def report(kind, parts, **options):
    body = "".join(f"--cut\nContent-Type: {name}\n\n{text}\n\n" for name, text in parts) + "--cut--"
    return mail(options.get("sender", "mailer-daemon@shop.test"), options.get("subject", "Report"), body, "MIME-Version: 1.0",
                f'Content-Type: multipart/report; report-type={kind}; boundary="cut"')


RETURNED = ("text/rfc822-headers", "From: <bob@example.org>\nTo: <kate@shop.test>\nSubject: Order\nMessage-ID: <7.order@example.org>")


TRACED = (RETURNED[0], "Received: from desk.example.org by mx.example.org (Backstop) with ESMTP id 1f; Wed, 25 Nov 2026 04:01:23 +0000\n" + RETURNED[1])


def dsn(action, status, returned=RETURNED):
    return report("delivery-status", [("text/plain", "About your mail to kate@shop.test."), ("message/delivery-status", (
        f"Reporting-MTA: dns; mx.shop.test\n\nFinal-Recipient: rfc822; kate@shop.test\nAction: {action}\nStatus: {status}")), returned])


RECEIPT = report("disposition-notification", [("text/plain", "Your mail was read."), ("message/disposition-notification", (
    "Reporting-UA: shop.test; Reader\nFinal-Recipient: rfc822; kate@shop.test\nOriginal-Message-ID: <7.order@example.org>\n"
    "Disposition: manual-action/MDN-sent-manually; displayed"))], sender="kate@shop.test", subject="Read: Order")
COMPLAINT = report("feedback-report", [("text/plain", "This is an abuse report."), ("message/feedback-report", (
    "Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Mail-From: <bob@example.org>")), RETURNED],
    sender="loop@shop.test", subject="Abuse report")
ABSENT = mail("kate@shop.test", "Automatic reply: Order", "I am out of the office until Monday and will answer then.", "Auto-Submitted: auto-replied",
              "In-Reply-To: <7.order@example.org>")
PROVE = mail("guard@shop.test", "Please confirm your message", "I use a spam filter that asks every new sender. Please click on this link to confirm that you "
             "are a person, and your message will be delivered: https://shop.test/confirm/81", "Auto-Submitted: auto-replied", "Precedence: bulk")
FILTERED = mail("scanner@shop.test", "VIRUS IN YOUR MAIL", "Our virus scanner found a virus in the mail that you have sent to kate@shop.test. It was not "
                "delivered. Virus name: Eicar", "Auto-Submitted: auto-generated")
WAITS = mail(LIST, "Your message to Cooks awaits moderator approval", "Your mail to 'Cooks' is being held until the list moderator can review it for "
             "approval. The reason it is being held: Post by non-member to a members-only list", "Precedence: bulk", "List-Id: <cooks.shop.test>",
             "X-List-Administrivia: yes", "Auto-Submitted: auto-replied")
WORDS = mail("postmaster@shop.test", "Undeliverable: Order", "Your mail to kate@shop.test could not be delivered: user unknown.")

# name, mail, want kind if it comes from the null sender
MAILS = {
    "failed": (dsn("failed", "5.1.1"), "dsn-failed"),
    "traced": (dsn("failed", "5.1.1", TRACED), "dsn-failed"),
    "delayed": (dsn("delayed", "4.4.1"), "dsn-delayed"),
    "delivered": (dsn("delivered", "2.0.0"), "dsn-delivered"),
    "receipt": (RECEIPT, "mdn"),
    "absent": (ABSENT, "auto-reply"),
    "challenge": (PROVE, "challenge"),
    "filter": (FILTERED, "filter-notice"),
    "list": (WAITS, "list-notice"),
    "complaint": (COMPLAINT, "feedback-report"),
    "words": (WORDS, "dsn-failed"),
    "padded": (new_bounce(BOB, "x" * 70 + "\n" * 2 + ("y" * 70 + "\n") * 1500), "dsn-failed"),
    "cut": (mail("mailer-daemon@shop.test", "Undelivered Mail Returned to Sender", "Your mail to kate@shop.test could not be delivered: user unknown.\n"
                 + ("z" * 70 + "\n") * 1500), "dsn-failed"),
    "ordinary": (new_mail(ANN, BOB), "none"),
}
# At each stage. There is no quarantine, so what would be kept back is labelled.
STAGES = ("observe", "label", "quarantine", "reject")
REFUSED = ("delivered", "labelled", "labelled", "refused")
LABELLED = ("delivered", "labelled", "labelled", "labelled")
ACCEPTED = ("delivered",) * 4
SRS0, SRS0_PLUS, SRS1 = "SRS0=Xy1z=AB=shop.test=kate@example.org", "SRS0+Xy1z=AB=shop.test=kate@example.org", "SRS1=ab=mid.test==Xy1z=AB=shop.test=kate@example.org"
OUT = 'untagged = ["shop.test"]'

# name, mail, sender, recipient, settings, want done at each stage, want cause
ROWS = [
    ("a certain failure, no tag", "failed", "", BOB, {}, REFUSED, "bare"),
    ("a certain delay, no tag", "delayed", "", BOB, {}, REFUSED, "bare"),
    ("a certain notice of delivery, no tag", "delivered", "", BOB, {}, REFUSED, "bare"),
    ("a certain failure, good tag", "failed", "", tagged(BOB), {}, LABELLED, "tag"),
    ("a certain failure, bad tag", "failed", "", tagged(BOB, secret="x"), {}, REFUSED, "bare"),
    ("a certain failure, stale tag", "failed", "", tagged(BOB, days=-1), {}, LABELLED, "stale"),
    ("a certain failure, a tag of 45 days ago", "failed", "", tagged(BOB, days=-31), {}, LABELLED, "stale"),
    ("a certain failure, a tag of 46 days ago", "failed", "", tagged(BOB, days=-32), {}, REFUSED, "bare"),
    ("a certain failure of a mail that came through this host", "traced", "", BOB, {}, LABELLED, "hinted"),
    ("the same, bad tag", "traced", "", tagged(BOB, secret="x"), {}, LABELLED, "hinted"),
    ("the same, stale tag", "traced", "", tagged(BOB, days=-1), {}, LABELLED, "stale"),
    ("the same, never sends", "traced", "", NOC, {}, REFUSED, "never-sends"),
    ("a certain failure, a tag dated ahead", "failed", "", tagged(BOB, days=20), {}, LABELLED, "stale"),
    ("a certain failure, a tag dated 60 days ahead", "failed", "", tagged(BOB, days=14 + 60), {}, REFUSED, "bare"),
    ("a certain failure of a daemon with a name", "failed", "mailer-daemon@shop.test", BOB, {}, REFUSED, "bare"),
    ("a failure of a person's name", "failed", "kate@shop.test", BOB, {}, LABELLED, "uncertain"),
    ("words alone, no tag", "words", "", BOB, {}, LABELLED, "uncertain"),
    ("words alone, good tag", "words", "", tagged(BOB), {}, LABELLED, "tag"),
    ("padded", "padded", "", BOB, {"limits": {"held": "64KiB", "header": "64KiB"}}, REFUSED, "padded"),
    ("padded, good tag", "padded", "", tagged(BOB), {"limits": {"held": "64KiB", "header": "64KiB"}}, LABELLED, "tag"),
    ("padded, untaggable", "padded", "", SRS0, {"limits": {"held": "64KiB", "header": "64KiB"}}, REFUSED, "padded"),
    ("not padded, since all was read", "padded", "", BOB, {}, REFUSED, "bare"),
    ("cut", "cut", "", BOB, {"limits": {"held": "64KiB", "header": "64KiB"}}, LABELLED, "incomplete"),
    ("a read receipt", "receipt", "", BOB, {}, LABELLED, "ceiling"),
    ("an automatic reply", "absent", "", BOB, {}, LABELLED, "ceiling"),
    ("an automatic reply of a person's name", "absent", "kate@shop.test", BOB, {}, LABELLED, "ceiling"),
    ("an automatic reply, good tag", "absent", "kate@shop.test", tagged(BOB), {}, LABELLED, "tag"),
    ("a challenge", "challenge", "guard@shop.test", BOB, {}, LABELLED, "ceiling"),
    ("a filter's notice", "filter", "", BOB, {}, LABELLED, "ceiling"),
    ("a list's notice", "list", "", BOB, {}, LABELLED, "ceiling"),
    ("a complaint", "complaint", "loop@shop.test", BOB, {}, ACCEPTED, "ceiling"),
    ("a complaint, good tag", "complaint", "loop@shop.test", tagged(BOB), {}, ACCEPTED, "ceiling"),
    ("ordinary mail of the null sender", "ordinary", "", BOB, {}, ACCEPTED, "ordinary"),
    ("ordinary mail to a bad tag", "ordinary", ANN, tagged(BOB, secret="x"), {}, ACCEPTED, "ordinary"),
    ("not ready", "failed", "", BOB, {"ready": "observed"}, LABELLED, "not-ready"),
    ("not ready, never sends", "failed", "", NOC, {"ready": "observed"}, LABELLED, "not-ready"),
    ("not ready, bad tag", "failed", "", tagged(BOB, secret="x"), {"ready": "observed"}, LABELLED, "not-ready"),
    ("not ready, good tag", "failed", "", tagged(BOB), {"ready": "observed"}, LABELLED, "tag"),
    ("not ready, untaggable", "failed", "", SRS0, {"ready": "observed"}, LABELLED, "not-ready"),
    ("not ready, words alone", "words", "", BOB, {"ready": "observed"}, LABELLED, "uncertain"),
    ("not ready, exempt", "failed", "", "postmaster@example.org", {"ready": "observed"}, LABELLED, "exempt"),
    ("not ready, an automatic reply", "absent", "", BOB, {"ready": "observed"}, LABELLED, "not-ready"),
    ("not ready, a complaint", "complaint", "loop@shop.test", BOB, {"ready": "observed"}, ACCEPTED, "not-ready"),
    ("declared to be ready later", "failed", "", BOB, {"ready": f"since {SOON:%Y-%m-%d}"}, LABELLED, "not-ready"),
    ("declared to be ready, with a key of today", "failed", "", BOB, {"keys": YOUNG}, REFUSED, "bare"),
    ("declared to be ready, but without keys", "failed", "", BOB, {"keys": None}, LABELLED, "not-ready"),
    ("with keys that only verify", "failed", "", BOB, {"keys": VERIFY}, LABELLED, "not-ready"),
    ("with tags off", "failed", "", BOB, {"tags": False}, LABELLED, "no-tags"),
    ("with tags off, good tag", "failed", "", tagged(BOB), {"tags": False}, LABELLED, "tag"),
    ("to an exempt mailbox", "failed", "", "postmaster@example.org", {}, LABELLED, "exempt"),
    ("to a sub-address of an exempt mailbox", "failed", "", "postmaster+x@example.org", {}, LABELLED, "exempt"),
    ("to a sub-address of one that never sends", "failed", "", NOC.replace("@", "+x@"), {}, REFUSED, "never-sends"),
    ("to a mailbox that never sends", "failed", "", NOC, {}, REFUSED, "never-sends"),
    ("words to a mailbox that never sends", "words", "", NOC, {}, LABELLED, "uncertain"),
    ("an automatic reply to a mailbox that never sends", "absent", "", NOC, {}, LABELLED, "ceiling"),
    ("to one that never sends and is exempt", "failed", "", "abuse@example.org", {"more_domain": 'never_sends = ["abuse"]\n'}, REFUSED, "never-sends"),
    ("from a relay", "failed", "", BOB, {"more_gateway": 'relays = ["127.0.0.0/8"]\n'}, LABELLED, "relay"),
    ("from a relay, never sends", "failed", "", NOC, {"more_gateway": 'relays = ["127.0.0.0/8"]\n'}, LABELLED, "relay"),
    ("from a relay, good tag", "failed", "", tagged(BOB), {"more_gateway": 'relays = ["127.0.0.0/8"]\n'}, LABELLED, "tag"),
    ("from another than the relay", "failed", "", BOB, {"more_gateway": 'relays = ["192.0.2.1"]\n'}, REFUSED, "bare"),
    ("an unknown key number, young ring", "failed", "", tagged(BOB, number=5), {"keys": YOUNG}, LABELLED, "incomplete"),
    ("a known key number with a bad hash, young ring", "failed", "", tagged(BOB, number=4, secret="x"), {"keys": YOUNG}, REFUSED, "bare"),
    ("an unknown key number, old ring", "failed", "", tagged(BOB, number=5), {}, REFUSED, "bare"),
    ("SRS0 with =", "failed", "", SRS0, {}, LABELLED, "untaggable"),
    ("SRS0 with +", "failed", "", SRS0_PLUS, {}, LABELLED, "untaggable"),
    ("SRS0 with -", "failed", "", SRS0_PLUS.replace("+", "-"), {}, LABELLED, "untaggable"),
    ("SRS1", "failed", "", SRS1, {}, LABELLED, "untaggable"),
    ("SRS1 with +", "failed", "", SRS1.replace("SRS1=", "SRS1+"), {}, LABELLED, "untaggable"),
    ("srs0 in small letters", "failed", "", SRS0.lower(), {}, LABELLED, "untaggable"),
    ("a VERP address of 48 octets", "failed", "", "v" * 33 + "-kate=shop.test@example.org", {}, REFUSED, "bare"),
    ("a VERP address of 49 octets", "failed", "", "v" * 34 + "-kate=shop.test@example.org", {}, LABELLED, "untaggable"),
    ("a VERP address of 49 octets, at a mailbox that never sends", "failed", "", "v" * 49 + "@example.org",
     {"more_domain": f'never_sends = ["{"v" * 49}"]\n'}, REFUSED, "never-sends"),
    ("a quoted address", "failed", "", '"bob b"@example.org', {}, LABELLED, "untaggable"),
    ("a tag of Barracuda", "failed", "", "btv1==0123456789a==bob@example.org", {}, LABELLED, "untaggable"),
    ("a tag of SparkPost", "failed", "", "msprvs1=20787abc=bob@example.org", {}, LABELLED, "untaggable"),
    ("a tag of Cisco", "failed", "", "prvs=787c97471=bob@example.org", {}, LABELLED, "untaggable"),
    ("about a destination without tags", "failed", "", BOB, {"outbound": OUT}, LABELLED, "untaggable"),
    ("about a destination with tags", "failed", "", BOB, {"outbound": 'untagged = ["else.test"]'}, REFUSED, "bare"),
    ("about a destination without tags, good tag", "failed", "", tagged(BOB), {"outbound": OUT}, LABELLED, "tag"),
    ("kind lowered", "delayed", "", BOB, {"kinds": 'dsn-delayed = "label"'}, LABELLED, "ceiling"),
    ("kind lowered, and not another", "failed", "", BOB, {"kinds": 'dsn-delayed = "label"'}, REFUSED, "bare"),
    ("kind lowered to quarantine", "delayed", "", BOB, {"kinds": 'dsn-delayed = "quarantine"'}, LABELLED, "bare"),
    ("kind lowered to accept", "delivered", "", BOB, {"kinds": 'dsn-delivered = "accept"'}, ACCEPTED, "ceiling"),
    ("kind raised", "absent", "", BOB, {"kinds": 'auto-reply = "reject"'}, REFUSED, "bare"),
    ("kind raised, of a person's name", "absent", "kate@shop.test", BOB, {"kinds": 'auto-reply = "reject"'}, REFUSED, "bare"),
    ("kind raised, good tag", "absent", "", tagged(BOB), {"kinds": 'auto-reply = "reject"'}, LABELLED, "tag"),
    ("kind raised, stale tag", "absent", "", tagged(BOB, days=-1), {"kinds": 'auto-reply = "reject"'}, LABELLED, "stale"),
    ("kind raised, not ready", "absent", "", BOB, {"kinds": 'auto-reply = "reject"', "ready": "observed"}, LABELLED, "not-ready"),
    ("kind raised, untaggable", "absent", "", SRS0, {"kinds": 'auto-reply = "reject"'}, LABELLED, "untaggable"),
    ("kind raised to a label", "complaint", "", BOB, {"kinds": 'feedback-report = "label"'}, LABELLED, "ceiling"),
    ("a challenge, raised", "challenge", "", BOB, {"kinds": 'challenge = "reject"'}, REFUSED, "bare"),
    ("a list's notice, raised", "list", "", BOB, {"kinds": 'list-notice = "reject"'}, REFUSED, "bare"),
    ("a filter's notice, raised", "filter", "", BOB, {"kinds": 'filter-notice = "reject"'}, REFUSED, "bare"),
]


class Rows(Dialogue):
    def relay_with(self, hop, stage, settings):
        settings = dict(settings)
        settings.setdefault("more_domain", DOMAIN)
        if "kinds" in settings:
            settings["more_domain"] += f"kinds = {{ {settings.pop('kinds')} }}\n"
        outbound = settings.pop("outbound", None)
        if outbound is None:
            return self.relay(hop, stage=stage, **settings)
        url = f"smtp://127.0.0.1:{hop.port}"
        return self.start(gateway("in", "inbound", url), gateway("out", "outbound", url, outbound), stage=stage, **settings).address("in")

    def test_each_at_every_stage(self):
        hop = self.hop()
        gates, counts = {}, collections.Counter()
        for number, stage in enumerate(STAGES):
            for name, what, sender, recipient, settings, want, want_cause in ROWS:
                with self.subTest(name, stage=stage):
                    key = stage, repr(sorted(settings.items()))
                    if key not in gates:
                        gates[key] = self.relay_with(hop, stage, settings), self.gate
                    address, self.gate = gates[key]
                    counts[key] += 1
                    before = len(hop.mails)
                    client = self.client(address)
                    self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
                    reply = client.data(MAILS[what][0])
                    event = self.events(counts[key])[-1]
                    self.assertEqual((event["done"], event["cause"], event["kind"]), (want[number], want_cause, MAILS[what][1]))
                    self.assertEqual(told(reply), "550 5.7.1" if want[number] == "refused" else "250 2.0.0")
                    self.assertEqual(event["next_stage"], "" if stage == "reject" or want == ACCEPTED else
                                     {"delivered": "accept", "labelled": "label", "refused": "refuse"}[want[number + 1]])
                    self.assertEqual(len(hop.mails) - before, 0 if want[number] == "refused" else 1)
                    if want[number] != "refused":
                        self.assertEqual(header_of(hop.mails[-1].data, "Backstop-Verdict") is not None, want[number] == "labelled")
                    client.quit()

    def test_each_cause_of_a_message_has_a_row(self):
        self.assertEqual({row[6] for row in ROWS}, {"ordinary", "tag", "never-sends", "padded", "bare", "incomplete", "stale", "hinted", "untaggable", "exempt",
                                                    "relay", "not-ready", "no-tags", "uncertain", "ceiling"})
        self.assertEqual({row[1] for row in ROWS}, set(MAILS))


class Hints(Dialogue):
    def test_five_a_day_for_a_mailbox(self):
        """A deferred mail does not count, and a sub-address counts for the same mailbox. Ten responses at once would be a surge, in which
        a hint past its five is never refused."""
        hop = self.hop({"dot": ["451 4.3.0 later"] * 2 + ["250 2.0.0 ok"] * 6})
        client = self.client(self.relay(hop))

        def answer(recipient):
            self.assertEqual(codes(client.envelope("", recipient)), [250, 250])
            return told(client.data(MAILS["traced"][0]))
        self.assertEqual([answer(BOB) for _ in range(2)], ["451 4.3.0"] * 2)
        self.assertEqual([answer(BOB) for _ in range(6)], ["250 2.0.0"] * 5 + ["550 5.7.1"])
        self.assertEqual([answer("bob+shop@example.org"), answer("kim@example.org")], ["550 5.7.1", "250 2.0.0"])


RELAYS = 'relays = ["192.0.2.7"]\n'
# name, settings, what the client sends before its mail, want done
RELAYED = [
    ("by its connection", 'relays = ["127.0.0.1"]\n', [], "labelled"),
    ("a whole network", 'relays = ["127.0.0.0/8", "2001:db8::/32"]\n', [], "labelled"),
    ("another host", RELAYS, [], "refused"),
    ("told by PROXY", RELAYS + 'proxy_protocol = ["127.0.0.1"]\n', ["PROXY TCP4 192.0.2.7 192.0.2.8 1000 25"], "labelled"),
    ("another told by PROXY", RELAYS + 'proxy_protocol = ["127.0.0.1"]\n', ["PROXY TCP4 192.0.2.9 192.0.2.8 1000 25"], "refused"),
    ("told by XCLIENT", RELAYS + 'xclient = ["127.0.0.1"]\n', ["XCLIENT ADDR=192.0.2.7"], "labelled"),
    ("a relay that tells whose mail it is", 'relays = ["127.0.0.1"]\nxclient = ["127.0.0.1"]\n', ["XCLIENT ADDR=192.0.2.9"], "labelled"),
    ("told by XFORWARD", RELAYS + 'xclient = ["127.0.0.1"]\n', ["XFORWARD ADDR=192.0.2.7"], "refused"),
    ("a relay that forwards", 'relays = ["127.0.0.1"]\nxclient = ["127.0.0.1"]\n', ["XFORWARD ADDR=192.0.2.9"], "labelled"),
]


class Relays(Dialogue):
    def test_who_is_one(self):
        hop = self.hop()
        for name, more_gateway, before, want in RELAYED:
            with self.subTest(name):
                address = self.relay(hop, more_gateway=more_gateway)
                client = self.client(address, hello=None)
                if before and before[0].startswith("PROXY"):
                    client.send(before[0] + "\r\n")
                self.assertEqual(client.read().code, 220)
                client.hello()
                if before and not before[0].startswith("PROXY"):
                    self.assertIn(client.command(before[0]).code, (220, 250))
                    client.hello()
                self.assertEqual(codes(client.envelope("", BOB)), [250, 250])
                client.data(BOUNCE)
                self.assertEqual(self.events()[0]["done"], want)

    def test_it_may_not_send_to_others(self):
        client = self.client(self.relay(self.hop(), more_gateway='relays = ["127.0.0.1"]\n'))
        self.assertEqual([told(reply) for reply in client.envelope("", "x@else.test")], ["250 2.1.0", "550 5.7.1"])


class Callouts(Dialogue):
    def test_a_callout_is_accepted(self):
        """MAIL and RCPT without a mail, as others check that an address exists: at reject, from the null sender and from others."""
        client = self.client(self.relay(self.hop(), more_domain=DOMAIN))
        for sender in ("", ANN):
            for recipient in (BOB, tagged(BOB), tagged(BOB, days=-1), tagged(BOB, days=-40), tagged(BOB, number=5), NOC, SRS0, "postmaster@example.org"):
                with self.subTest(sender=sender, recipient=recipient):
                    self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
                    self.assertEqual(client.command("RSET").code, 250)
        self.assertEqual(client.quit().code, 221)


class Words(Dialogue):
    def test_a_refusal_has_the_cause_and_what_makes_it_certain(self):
        address = self.relay(self.hop(), more_domain=DOMAIN)
        for recipient, want in ((BOB, "carries no tag"), (tagged(BOB, secret="x"), "forged, or was damaged"), (NOC, "sends no mail")):
            reply = self.client(address).mail(BOUNCE, "", recipient)
            self.assertIn(want, " ".join(reply.text.replace("\n5.7.1", "").split()))


if __name__ == "__main__":
    main()

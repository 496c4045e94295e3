#!/usr/bin/python3
"""The checks of arriving mail: what is refused, what is recorded, what is written into the header, and what a broken DNS does."""
import re

from dialogue import BOB, Dialogue, told, url
from ledger import Ledger
from support import gateway, header_of, main, new_mail, wait_until
from way_out_test import bounce
from zone_server import ZoneServer

LEDGER = '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'
FAILED, UNKNOWN, SHARED, PASSED, TRUSTED = 16, 32, 64, 96, 128
SIGNED = 0xE3B0 << 8  # by a signature whose b= a field does not tell
POSTMASTER = "postmaster@example.org"
FORGED, GOOD, BARE, MISSING = "eve@strict.test", "ann@good.test", "ann@bare.test", "ann@none.test"
ZONE = [
    ("strict.test", "TXT", "v=spf1 -all exp=why.strict.test"),
    ("why.strict.test", "TXT", "Our mail comes from elsewhere"),
    ("_dmarc.strict.test", "TXT", "v=DMARC1; p=reject"),
    ("good.test", "TXT", "v=spf1 ip4:127.0.0.1 -all"),
    ("good.test", "MX", "10 mx.good.test"),
    ("_dmarc.good.test", "TXT", "v=DMARC1; p=reject"),
    ("_dmarc.lax.test", "TXT", "v=DMARC1; p=none"),
    ("shared.test", "TXT", "v=spf1 include:amazonses.com -all"),
    ("amazonses.com", "TXT", "v=spf1 ip4:127.0.0.1 -all"),
    ("bare.test", "A", "192.0.2.1"),
    ("null.test", "MX", "0 ."),
    ("failing.test", "FAILED", ""),
    ("_dmarc.failing.test", "FAILED", ""),
    ("client.test", "TXT", "v=spf1 -all"),
    ("1.0.0.127.bl.test", "A", "127.0.0.2"),
    ("1.0.0.127.refusing.test", "A", "127.255.255.254"),
    ("listed.test", "A", "192.0.2.1"),
    ("listed.test.dbl.test", "A", "127.0.1.2"),
]


def signatures(event):
    return [(one["name"], one["finding"]) for one in event["evidence"] if one["name"].startswith("auth-")]


class Authentication(Dialogue):
    def setUp(self):
        super().setUp()
        self.zone = self.enterContext(ZoneServer(*ZONE))
        self.hop_ = None

    def begin(self, *lines, gateway_lines="", more="", ledger=False, limits=None):
        self.hop_ = self.hop()
        text = f'[proofs]\nresolvers = ["127.0.0.1:{self.zone.port}"]\n' + (LEDGER if ledger else "")
        text += "[auth]\n" + "".join(line + "\n" for line in lines) + more
        self.start(gateway("in", "inbound", url(self.hop_), gateway_lines), more=text, limits=limits)

    def send(self, sender, recipient=BOB, mail=None, **options):
        """Returns the reply, as "550 5.7.1"."""
        client = self.client(**options)
        return told(client.mail(mail or new_mail(sender or "MAILER-DAEMON@bare.test", recipient), sender, recipient))

    def delivered(self):
        return self.hop_.mails[-1].data

    def results(self):
        """Returns the Authentication-Results of the mail that was delivered last."""
        return re.findall(rb"^Authentication-Results:[^\r]*(?:\r\n[ \t][^\r]*)*", self.delivered(), re.MULTILINE)

    # SPF.

    def test_spf_refuses(self):
        self.begin('spf = "reject"')
        client = self.client()
        replies = client.envelope(FORGED, BOB, POSTMASTER)
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "550 5.7.23", "250 2.1.5"])
        self.assertIn("strict.test says: Our mail comes from elsewhere", replies[1].text)
        self.assertEqual(self.send(GOOD), "250 2.0.0")
        self.assertEqual(self.send(BARE), "250 2.0.0")
        self.assertEqual(self.send(""), "250 2.0.0", "what HELO's SPF says refuses no bounce")
        self.assertEqual(self.send("eve@failing.test"), "451 4.4.3")
        event = self.events()[0]
        self.assertEqual((event["cause"], event["done"], signatures(event)), ("spf-fail", "refused", [("auth-spf", "fail")]))

    def test_spf_is_recorded(self):
        self.begin(ledger=True)
        self.assertEqual(self.send(FORGED), "250 2.0.0")
        self.assertIn(("auth-spf", "fail"), signatures(self.events()[0]))
        self.assertEqual(self.send("eve@failing.test"), "250 2.0.0")

    def test_relays_and_hosts_of_ours_are_not_refused(self):
        for lines in ('relays = ["127.0.0.1"]\n', ""):
            more = {} if lines else {"more": '[[domain]]\nname = "example.com"\nrelays = ["127.0.0.1"]\n'
                                               '[[domain]]\nname = "example.edu"\nlocal_hosts = ["127.0.0.1"]\n'}
            with self.subTest(lines):
                self.begin('spf = "reject"', 'dmarc = "reject"', gateway_lines=lines, **more)
                for recipient in (BOB,) if lines else ("bob@example.com", "bob@example.edu"):
                    self.assertEqual(self.send(FORGED, recipient), "250 2.0.0")
                if not lines:
                    self.assertEqual(self.send(FORGED), "550 5.7.23")

    # The sender's domain.

    def test_sender_domain_refuses(self):
        self.begin('sender_domain = "reject"')
        self.assertEqual(self.send("ann@null.test"), "550 5.7.27")
        self.assertEqual(self.send(MISSING), "451 4.1.8")
        self.assertEqual(self.send(MISSING), "451 4.1.8", "it is no minute later yet")
        self.assertEqual(self.send("ann@failing.test"), "250 2.0.0")
        self.assertEqual(self.send(BARE), "250 2.0.0")
        self.assertEqual(self.send(""), "250 2.0.0")
        self.zone.mode = "silent"
        self.assertEqual(self.send("ann@other.test"), "250 2.0.0")

    # Lists.

    def test_lists(self):
        self.begin(more='[[auth.list]]\nzone = "bl.test"\nask = "address"\ndo = "reject"\nnull_sender_only = true\n'
                        '[[auth.list]]\nzone = "dbl.test"\nask = "domain"\ndo = "reject"\n'
                        '[[auth.list]]\nzone = "refusing.test"\ndo = "reject"\n'
                        '[[auth.list]]\nzone = "bl.test"\n')
        self.assertEqual(self.send(BARE), "250 2.0.0")
        self.assertIn(("auth-list", "listed"), signatures(self.events()[0]))
        self.assertEqual(self.send("eve@listed.test"), "550 5.7.1")
        self.assertEqual(self.send(""), "550 5.7.1")
        self.assertEqual(self.send("", POSTMASTER), "250 2.0.0")
        self.assertNotIn("A 1.0.0.127.dbl.test", self.zone.asked)

    # DMARC.

    def test_dmarc_refuses(self):
        self.begin('dmarc = "reject"')
        small, large = new_mail(FORGED, BOB), new_mail(FORGED, BOB, text="x" * 70 + "\n" + "\n".join(["y" * 70] * 20000))
        for mail in (small, large):
            with self.subTest(len(mail)):
                self.assertEqual(self.send(BARE, mail=mail), "550 5.7.26")
                client = self.client()
                client.envelope(BARE, BOB)
                self.assertEqual(told(client.bdat(mail[:100], mail[100:])[-1]), "550 5.7.26")
                self.assertEqual(client.mail(new_mail(BARE, BOB), BARE, BOB).code, 250, "the session goes on")
        self.assertTrue(all(b"strict.test" not in one.data for one in self.hop_.mails))
        event = self.events()[0]
        self.assertEqual((event["cause"], event["verdict"], event["done"]), ("dmarc-fail", "refuse", "refused"))
        self.assertEqual(self.send(BARE, mail=new_mail("a@lax.test", BOB)), "250 2.0.0")
        self.assertEqual(self.send(GOOD, mail=new_mail(GOOD, BOB)), "250 2.0.0")
        self.assertEqual(self.send(BARE, POSTMASTER, mail=small), "250 2.0.0")
        self.assertEqual(self.send(BARE, mail=new_mail("a@failing.test", BOB)), "451 4.4.3")

    def test_who_is_exempt_gets_the_mail_in_any_case(self):
        self.begin('dmarc = "reject"')
        for first, second, want in ((POSTMASTER, BOB, "250 2.0.0"), (BOB, POSTMASTER, "550 5.7.26")):
            with self.subTest(first):
                client = self.client()
                self.assertEqual([told(reply) for reply in client.envelope(BARE, first, second)][1:], ["250 2.1.5", "452 4.5.3"])
                self.assertEqual(told(client.data(new_mail(FORGED, BOB))), want)
        self.assertEqual([one.recipients for one in self.hop_.mails], [[POSTMASTER]])

    def test_dmarc_of_a_slow_body(self):
        self.begin('dmarc = "reject"')
        client = self.client()
        client.envelope(BARE, BOB)
        client.command("DATA")
        client.send(new_mail(FORGED, BOB))
        self.hop_.wait_for("body")
        client.send(b"more\r\n.\r\n")
        self.assertEqual(told(client.read()), "550 5.7.26")
        self.assertEqual(self.hop_.mails, [])

    # The field.

    def test_the_field_of_a_streamed_mail(self):
        self.begin(ledger=True)
        forged = ("Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=x.test", "Authentication-Results: else.test; spf=pass")
        self.assertEqual(self.send(GOOD, mail=new_mail(GOOD, BOB, headers=forged)), "250 2.0.0")
        self.assertEqual(self.results(), [b"Authentication-Results: mx.example.org;\r\n\tspf=pass smtp.mailfrom=good.test",
                                          b"Authentication-Results: else.test; spf=pass"])

    def test_a_forged_field_behind_a_dot(self):
        self.begin(ledger=True)
        client = self.client()
        client.envelope(GOOD, BOB)
        client.command("DATA")
        client.send(b".Authentication-Results: mx.example.org; dkim=pass\r\nAuthentication-Results:\r\n.\tMX.example.org; dkim=pass\r\n"
                    + new_mail(GOOD, BOB) + b".\r\n")
        self.assertEqual(client.read().code, 250)
        self.assertEqual(self.results(), [b"Authentication-Results: mx.example.org;\r\n\tspf=pass smtp.mailfrom=good.test"])

    def test_no_field(self):
        self.begin('results = "none"', ledger=True)
        own = "Authentication-Results: mx.example.org; spf=pass"
        self.assertEqual(self.send(GOOD, mail=new_mail(GOOD, BOB, headers=(own,))), "250 2.0.0")
        self.assertEqual(self.results(), [own.encode()])

    def test_nothing_is_asked_if_nothing_uses_it(self):
        self.begin()
        own = "Authentication-Results: mx.example.org; spf=pass"
        self.assertEqual(self.send(FORGED, mail=new_mail(FORGED, BOB, headers=(own,))), "250 2.0.0")
        self.assertEqual((self.zone.asked, self.results()), ([], [own.encode()]))

    def test_the_whole_field(self):
        self.begin('results = "whole"', 'authserv_id = "filter.example.org"', limits={"held": 300000})
        self.assertEqual(self.send(GOOD, mail=new_mail(GOOD, BOB)), "250 2.0.0")
        self.assertEqual(self.results(), [b"Authentication-Results: filter.example.org;\r\n\tspf=pass smtp.mailfrom=good.test;\r\n\tdkim=none;\r\n"
                                          b"\tdmarc=pass header.from=good.test policy.dmarc=reject"])
        self.assertEqual(self.send(GOOD, mail=new_mail(GOOD, BOB, text="x" * 70 + "\n" + "\n".join(["y" * 70] * 6000))), "250 2.0.0")
        self.assertEqual(self.results(), [b"Authentication-Results: filter.example.org;\r\n\tspf=pass smtp.mailfrom=good.test"])

    # What the ledger knows.

    def value(self, mail, address, want):
        """Waits until the row for the address has this value. It is there at once, and again once the checks are done."""
        message_id = header_of(mail, "Message-ID").strip("<>")
        ledger = Ledger(self.gate.folder / "ledger.db")
        wait_until(lambda: ledger.arrived(message_id, address) == want,
                   f"{want} for {address}, but {ledger.arrived(message_id, address)}")

    def test_rows_of_the_ledger(self):
        self.begin(ledger=True)
        for sender, author, want_path, want_from in (
                (GOOD, GOOD, PASSED, PASSED), (FORGED, FORGED, FAILED, FAILED), (BARE, GOOD, FAILED, FAILED), (BARE, BARE, FAILED, FAILED),
                ("ann@shared.test", "ann@shared.test", SHARED, SHARED), ("ann@failing.test", BARE, UNKNOWN, UNKNOWN)):
            with self.subTest(f"{sender} {author}"):
                mail = new_mail(author, BOB)
                self.assertEqual(self.send(sender, mail=mail), "250 2.0.0")
                self.value(mail, sender, want_path)
                self.value(mail, author, want_from)

    def test_through_a_redirect_it_is_shared(self):
        self.zone.rows["redirects.test"] = [("TXT", "v=spf1 redirect=shared.test")]
        self.begin(ledger=True)
        mail = new_mail("ann@redirects.test", BOB)
        self.assertEqual(self.send("ann@redirects.test", mail=mail), "250 2.0.0")
        self.value(mail, "ann@redirects.test", SHARED)

    def test_a_host_of_ours(self):
        self.begin(ledger=True, more='[[domain]]\nname = "example.edu"\nlocal_hosts = ["127.0.0.1"]\n')
        mail = new_mail(BOB, "bob@example.edu")
        self.assertEqual(self.send(FORGED, "bob@example.edu", mail=mail), "250 2.0.0")
        self.value(mail, BOB, TRUSTED)
        self.value(mail, FORGED, UNKNOWN)
        self.assertEqual(self.zone.asked, [])

    def test_a_stop_leaves_no_row_pending(self):
        self.begin('results = "none"', ledger=True)
        self.zone.mode = "silent"
        mail = new_mail(GOOD, BOB)
        self.assertEqual(self.send(GOOD, mail=mail), "250 2.0.0")
        self.assertEqual(self.gate.stop(), 0)
        self.value(mail, GOOD, UNKNOWN)

    def test_a_stop_waits_for_no_checks(self):
        """A row that a killed server left pending stays so."""
        self.hop_, outside = self.hop(), self.hop()
        self.zone.mode = "silent"
        self.start(gateway("in", "inbound", url(self.hop_)), gateway("out", "outbound", url(outside)),
                   more=LEDGER + f'[proofs]\nresolvers = ["127.0.0.1:{self.zone.port}"]\n[auth]\nresults = "none"\n')
        mail = new_mail(GOOD, BOB)
        self.assertEqual(self.client(self.gate.address("in")).mail(mail, GOOD, BOB).code, 250)
        ledger = Ledger(self.gate.folder / "ledger.db")
        wait_until(lambda: ledger.arrived(header_of(mail, "Message-ID").strip("<>"), GOOD) > 0, "the row is there")
        self.gate.kill()
        self.gate.start()
        client = self.client(self.gate.address("out"))
        client.envelope("", GOOD)
        client.command("DATA")
        client.send(bounce(GOOD, self.delivered()) + b".\r\n")
        self.assertEqual(self.gate.stop(), 0)
        self.assertEqual(told(client.read()), "250 2.0.0")
        self.assertEqual(len(outside.mails), 1)

    def test_rows_that_come_after_the_mail(self):
        self.begin('results = "none"', ledger=True)
        self.zone.delay = 0.2
        mail = new_mail(GOOD, BOB)
        self.assertEqual(self.send(GOOD, mail=mail), "250 2.0.0")
        self.value(mail, GOOD, PASSED)

    # What other servers of ours found.

    def test_fields_of_a_hop_of_ours(self):
        self.begin(gateway_lines='relays = ["127.0.0.1"]\ntrusted_authserv = ["front.example.org"]\n', ledger=True)
        field = "Authentication-Results: front.example.org; dkim=pass header.d=good.test; spf=fail smtp.mailfrom=strict.test"
        self.assertEqual(self.send(FORGED, mail=new_mail(GOOD, BOB, headers=(field,))), "250 2.0.0")
        self.assertEqual(self.results(), [field.encode()])
        self.assertEqual(signatures(self.events()[0]), [("auth-spf", "fail"), ("auth-dkim", "pass")])
        mail = new_mail(GOOD, BOB, headers=(field,))
        self.assertEqual(self.send(FORGED, mail=mail), "250 2.0.0")
        self.value(mail, GOOD, SIGNED)
        self.value(mail, FORGED, FAILED)
        self.assertEqual(self.zone.asked, [])

    def test_fields_that_a_sender_wrote_below_those_of_a_hop(self):
        self.begin(gateway_lines='relays = ["127.0.0.1"]\ntrusted_authserv = ["front.example.org"]\n', ledger=True)
        front = "Authentication-Results: front.example.org; "
        bad, good = (f"{front}spf={word} smtp.mailfrom=good.test; dkim={word} header.d=good.test; dmarc={word} header.from=good.test"
                     for word in ("fail", "pass"))
        received = "Received: from x by front.example.org; Mon, 30 Nov 2026 12:00:00 +0000"
        for headers, want in (((bad, good), FAILED), ((good, received, bad), SIGNED), ((received, good), UNKNOWN)):
            with self.subTest(headers):
                mail = new_mail(GOOD, BOB, headers=headers)
                self.assertEqual(self.send(GOOD, mail=mail), "250 2.0.0")
                self.value(mail, GOOD, want)

    def test_a_field_right_below_received(self):
        self.begin(gateway_lines='relays = ["127.0.0.1"]\ntrusted_authserv = ["front.example.org"]\nauthserv_place = "below"\n', ledger=True)
        front = "Authentication-Results: front.example.org; "
        bad, good = (f"{front}spf={word} smtp.mailfrom=good.test; dkim={word} header.d=good.test; dmarc={word} header.from=good.test"
                     for word in ("fail", "pass"))
        received = "Received: from x by front.example.org; Mon, 30 Nov 2026 12:00:00 +0000"
        for headers, want in (((received, good, bad), SIGNED), ((received, bad, good), FAILED), ((received, "X-A: b", good), UNKNOWN)):
            with self.subTest(headers):
                mail = new_mail(GOOD, BOB, headers=headers)
                self.assertEqual(self.send(GOOD, mail=mail), "250 2.0.0")
                self.value(mail, GOOD, want)

    def test_fields_that_strangers_forge(self):
        self.begin(gateway_lines='relays = ["192.0.2.9"]\ntrusted_authserv = ["front.example.org"]\n')
        field = "Authentication-Results: front.example.org; dkim=pass header.d=good.test"
        self.assertEqual(self.send(FORGED, mail=new_mail(GOOD, BOB, headers=(field,))), "250 2.0.0")
        self.assertEqual(self.results(), [])

    # A broken DNS.

    def test_a_broken_dns_delays_no_mail_for_long(self):
        self.begin('time = "1s"', ledger=True)
        for mode in ("failed", "silent", "garbage", "lying"):
            with self.subTest(mode):
                self.zone.mode = mode
                self.assertEqual(self.send(f"ann@{mode}.test"), "250 2.0.0")
        self.zone.close()
        self.assertEqual(self.send("ann@gone.test"), "250 2.0.0")

    def test_a_broken_dns_defers_what_would_be_refused(self):
        self.begin('spf = "reject"', 'dmarc = "reject"', 'sender_domain = "reject"', 'time = "1s"',
                   more='[[auth.list]]\nzone = "bl.test"\ndo = "reject"\n')
        for mode in ("failed", "silent", "garbage", "lying"):
            with self.subTest(mode):
                self.zone.mode = mode
                self.assertEqual(self.send(f"ann@{mode}.test"), "451 4.4.3")
        self.assertEqual(self.send("", mail=new_mail("ann@x.test", BOB)), "451 4.4.3", "DMARC")
        self.assertEqual(self.send("ann@x.test", POSTMASTER), "250 2.0.0")


if __name__ == "__main__":
    main()

"""classify -c: what a configuration would do with a mail, and why, for each recipient."""
import unittest

from output_test import objects, schema
from proofs_test import PLAIN, WATERMARK, ProofCase, bounce
from support import ORDINARY, run

AT = ("--at", "2026-11-24")
CONFIG = (b'[server]\nhostname = "mx.example.org"\n[keys]\nfile = "keys"\ntags = true\n[history]\nenabled = false\n'
          b'[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:0"]\nnext_hop = "smtp://127.0.0.1:25"\n')
DOMAIN = b'[[domain]]\nname = "example.org"\nstage = "%s"\nready = "since 2026-01-01"\n'
FORGED = bounce(b"Subject: nothing else\n")


class Would(ProofCase):
    def configure(self, stage=b"reject", more=b""):
        return self.write("backstop.toml", CONFIG + DOMAIN % stage + more)

    def would(self, mail, config, *arguments):
        outcome = run("classify", "--json", "-c", config, *AT, *arguments, "-", stdin=mail)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        (found,) = objects(outcome)
        schema("classify").validate(found)
        return found["would"]

    def verdicts(self, *arguments):
        return [(one["recipient"], one["action"], one["cause"]) for one in self.would(*arguments)]

    def test_without_a_configuration_nothing_is_said(self):
        (found,) = objects(run("classify", "--json", "--keys", self.keys, "-", stdin=FORGED))
        self.assertIsNone(found["would"])
        self.assertNotIn("Would be", run("classify", "--keys", self.keys, "-", stdin=FORGED).out.decode())

    def test_each_stage_does_its_own(self):
        for stage, want, following in ((b"observe", "accept", "label"), (b"label", "label", "label"), (b"quarantine", "label", "refuse"), (b"reject", "refuse", None)):
            with self.subTest(stage):
                (found,) = self.would(FORGED, self.configure(stage))
                self.assertEqual((found["stage"], found["action"], found["cause"], found["next_stage"]), (stage.decode(), want, "bare", following))
                self.assertTrue(found["explanation"].startswith("Nothing proves that example.org sent the mail that this bounce answers"), found)

    def test_the_quarantine_keeps_if_there_is_one(self):
        config = self.configure(b"quarantine", b'[quarantine]\nurl = "sqlite:quarantine.db"\n')
        self.assertEqual(self.verdicts(FORGED, config), [("ann@example.org", "quarantine", "bare")])

    def test_what_is_proven_is_not_refused(self):
        self.assertEqual(self.verdicts(bounce(WATERMARK + PLAIN), self.configure()), [("ann@example.org", "label", "watermark")])

    def test_a_domain_that_is_not_ready(self):
        config = self.write("backstop.toml", CONFIG + b'[[domain]]\nname = "example.org"\nstage = "reject"\n')
        self.assertEqual(self.verdicts(FORGED, config), [("ann@example.org", "label", "not-ready")])

    def test_ordinary_mail_is_accepted(self):
        self.assertEqual(self.verdicts(ORDINARY, self.configure()), [("ann@example.org", "accept", "ordinary")])

    def test_each_recipient_has_its_own(self):
        config = self.configure(b"reject", b'exempt = ["carl"]\n[[domain]]\nname = "example.com"\nstage = "observe"\n')
        given = [one for address in ("ann@example.org", "carl@example.org", "eve@example.com", "max@example.net", "ann@example.org")
                 for one in ("--rcpt", address)]
        self.assertEqual(self.verdicts(FORGED, config, *given),
                         [("ann@example.org", "refuse", "bare"), ("carl@example.org", "label", "exempt"),
                          ("eve@example.com", "accept", "not-ready"), ("max@example.net", "refuse", "relay-denied")])

    def test_a_route_is_refused_as_at_rcpt(self):
        self.assertEqual(self.verdicts(ORDINARY, self.configure(), "--rcpt", "eve%example.com@example.org"),
                         [("eve%example.com@example.org", "refuse", "relay-denied")])

    def test_the_header_names_recipients_of_ours(self):
        mail = FORGED.replace(b"Delivered-To: ann@example.org", b"X-Original-To: team@example.org\nDelivered-To: carl@example.net\nDelivered-To: ann@example.org")
        self.assertEqual([one[0] for one in self.verdicts(mail, self.configure())], ["team@example.org", "ann@example.org"])
        self.assertEqual(self.verdicts(FORGED.replace(b"example.org", b"example.net"), self.configure()), [])

    def test_what_is_not_asked_is_told(self):
        config = self.configure(b"reject", b'recipients = "file:users"\n')
        self.write("users", b"ann@example.org\n")
        (found,) = self.would(FORGED, config)
        self.assertEqual(found["not_asked"], ["directory", "dkim-lookup"])
        config = self.configure(b"reject", b'[auth]\nspf = "reject"\n[proofs]\ndkim_lookup = false\n')
        (found,) = self.would(FORGED, config)
        self.assertEqual(found["not_asked"], ["sender"])

    def test_an_envelope_sender_that_nobody_tells(self):
        config = self.configure()
        mail = FORGED.replace(b"Return-Path: <>\n", b"")
        self.assertNotEqual(mail, FORGED)
        (found,) = self.would(mail, config)
        self.assertEqual(found["not_asked"], ["envelope-sender", "dkim-lookup"])
        (found,) = self.would(mail, config, "--mail-from", "<>")
        self.assertEqual(found["not_asked"], ["dkim-lookup"])
        page = " ".join(run("classify", "-c", config, *AT, "-", stdin=mail).out.decode().split())
        self.assertIn("not asked who the envelope sender is, since there is no Return-Path: if it is <>, as it is of bounces, this may be judged "
                      "more strictly; say it with --mail-from '<>'; DNS, for our DKIM keys", page)

    def test_only_as_much_is_judged_as_the_gateway_holds(self):
        config = self.configure(b"reject", b'[limits]\nheader = "64 KiB"\nheld = "64 KiB"\n')
        self.assertEqual(self.verdicts(FORGED.replace(b"It failed.", b"It failed.\n" + (b"x" * 78 + b"\n") * 2000), config),
                         [("ann@example.org", "refuse", "padded")])

    def test_page_says_it_in_words(self):
        page = run("classify", "-c", self.configure(b"quarantine"), *AT, "-", stdin=FORGED).out.decode()
        self.assertRegex(page, r"(?m)^  Would be +accepted, with a label at stage quarantine \(bare\)$")
        self.assertRegex(page, r"(?m)^    for +ann@example.org$")
        self.assertRegex(page, r"(?m)^    why +Nothing proves that example.org sent the mail")
        self.assertRegex(page, r"(?m)^    next stage +refused$")
        self.assertRegex(page, r"(?m)^    not asked +DNS, for our DKIM keys$")
        page = run("classify", "-c", self.configure(), "-", stdin=FORGED.replace(b"example.org", b"example.net")).out.decode()
        self.assertRegex(page, r"(?m)^  Would be +not known: no recipient of yours is known")

    def test_scan_takes_no_verdicts(self):
        (found,) = objects(run("scan", "--json", "-c", self.configure(), "-", stdin=FORGED))
        schema("scan").validate(found)


if __name__ == "__main__":
    unittest.main()

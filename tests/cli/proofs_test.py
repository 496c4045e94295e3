"""classify and scan with each proof alone: a watermark, a DKIM signature, a ledger, a tag; and all of a configuration."""
import re
import shutil
import time
import unittest

from support import SOURCE, Case, mbox_of, run
from output_test import objects, schema

FIXTURES = SOURCE / "src" / "dkim" / "fixtures"
SIGNED = (FIXTURES / "opendkim-rsa-relaxed.eml").read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")[0] + b"\n"
SIGNED_AT = int(re.search(rb"t=(\d+)", SIGNED)[1])
LIFE = 30 * 86400
# docs/proofs.md: of ann@example.org on 2026-11-23 at 10:00, made with the secret "secret" under the number 0.
WATERMARK = b"Backstop-Watermark: 1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg\n"
KEYS = b"0 exim sign 2026-11-01 secret\n"
PLAIN = (b"Received: from desk by mx.example.org (Postfix); Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <sent-1@example.org>\n"
         b"From: ann@example.org\nTo: carl@example.net\nSubject: Hello\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n")


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


SIGNED_ON = moment(SIGNED_AT)


def bounce(returned, to=b"ann@example.org"):
    return (b"Return-Path: <>\nDelivered-To: " + to + b"\nFrom: MAILER-DAEMON@mx.example.net\nTo: " + to +
            b"\nSubject: Undelivered Mail\nDate: Mon, 23 Nov 2026 12:00:00 +0000\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n\n"
            b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            b"Final-Recipient: rfc822; carl@example.net\nAction: failed\nStatus: 5.1.1\n\n"
            b"--b\nContent-Type: text/rfc822-headers\n\n" + returned + b"\n--b--\n")


class ProofCase(Case):
    def setUp(self):
        super().setUp()
        self.keys = self.write("keys", KEYS)
        self.keys.chmod(0o600)
        self.dkim = self.folder / "dkim"
        self.dkim.mkdir()
        shutil.copy(FIXTURES / "rsa._domainkey.example.org", self.dkim)

    def make_ledger(self, *ids):
        self.ledger = self.folder / "ledger.db"
        listed = self.write("ids", "".join(f"<{one}>\n" for one in ids).encode())
        outcome = run("ledger", "import", "--ledger", self.ledger, "--ids", listed)
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def classify(self, mail, *arguments):
        outcome = run("classify", "--json", *arguments, "-", stdin=mail)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        (found,) = objects(outcome)
        schema("classify").validate(found)
        return found["origin"]

    def decided(self, mail, *arguments):
        origin = self.classify(mail, *arguments)
        return origin["result"], origin["cause"]

    def proofs(self, mail, *arguments):
        return [(one["name"], one["result"], one["level"]) for one in self.classify(mail, *arguments)["evidence"]]


class Alone(ProofCase):
    def test_watermark(self):
        mail = bounce(WATERMARK + PLAIN)
        for at, want in (("2026-11-23T12:00:00Z", ("genuine", "watermark")), ("2026-12-23T09:59:00Z", ("genuine", "watermark")),
                         ("2026-12-23T10:01:00Z", ("unproven", "incomplete"))):
            with self.subTest(at):
                self.assertEqual(self.decided(mail, "--keys", self.keys, "--at", at), want)
        self.assertEqual(self.proofs(mail, "--keys", self.keys, "--at", "2026-11-24"), [("tag", "silent", ""), ("watermark", "proves", "B")])
        self.assertNotEqual(self.decided(bounce(WATERMARK + PLAIN, b"ben@example.org"), "--keys", self.keys, "--at", "2026-11-24")[0], "genuine")

    def test_signature(self):
        mail = bounce(SIGNED)
        for at, want in ((SIGNED_AT, ("genuine", "dkim")), (SIGNED_AT + LIFE - 1, ("genuine", "dkim")), (SIGNED_AT + LIFE, ("unproven", "incomplete"))):
            with self.subTest(at):
                self.assertEqual(self.decided(mail, "--dkim-keys", self.dkim, "--at", moment(at)), want)
        self.assertEqual(self.proofs(mail, "--dkim-keys", self.dkim, "--at", SIGNED_ON), [("dkim", "proves", "B")])
        self.assertEqual(self.proofs(mail, "--dkim-keys", self.dkim, "--at", SIGNED_ON, "--own-domain", "example.com"), [])
        self.assertEqual(self.proofs(mail.replace(b"Minutes", b"Invoice").replace(b"=?UTF-8?Q?", b"=?UTF-8?q?"),
                                     "--dkim-keys", self.dkim, "--at", SIGNED_ON), [("dkim", "silent", "")])

    def test_ledger(self):
        self.make_ledger("sent-1@example.org")
        later = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 32 * 86400))
        self.assertEqual(self.decided(bounce(PLAIN), "--ledger", self.ledger), ("genuine", "ledger"))
        self.assertEqual(self.proofs(bounce(PLAIN), "--ledger", f"sqlite:{self.ledger}"), [("ledger", "proves", "B")])
        self.assertEqual(self.proofs(bounce(PLAIN), "--ledger", self.ledger, "--at", later), [("ledger", "silent", "")])
        self.assertEqual(self.proofs(bounce(PLAIN.replace(b"sent-1", b"sent-2")), "--ledger", self.ledger), [("ledger", "silent", "")])

    def test_ledger_knows_a_mail_whose_recipient_nobody_knows(self):
        self.make_ledger("sent-1@example.org")
        mail = bounce(PLAIN, b"postmaster").replace(b"Delivered-To: postmaster\n", b"")
        self.assertEqual(self.proofs(mail, "--ledger", self.ledger, "--keys", self.keys), [("ledger", "proves", "B")])
        self.assertEqual(self.proofs(mail, "--ledger", self.ledger, "--own-domain", "example.org"), [])
        self.assertEqual(self.proofs(bounce(WATERMARK + PLAIN.replace(b"sent-1", b"sent-2"), b"postmaster").replace(b"Delivered-To: postmaster\n", b""),
                                     "--ledger", self.ledger, "--keys", self.keys), [("watermark", "silent", ""), ("ledger", "silent", "")])

    def test_tag(self):
        tagged = run("tag", "sign", "--keys", self.keys, "--at", "2026-11-23", "ann@example.org").out.strip()
        mail = bounce(PLAIN, tagged)
        self.assertEqual(self.proofs(mail, "--keys", self.keys), [("tag", "proves", "C")], "by the day on which the mail came")
        for at, want in (("2026-12-07", "genuine"), ("2026-12-09", "unproven"), ("2027-03-01", "unproven")):
            with self.subTest(at):
                self.assertEqual(self.decided(mail, "--keys", self.keys, "--at", at)[0], want)

    def test_a_host_of_ours_is_a_hint(self):
        found = self.classify(bounce(PLAIN), "--own-host", "mx.example.com", "--own-host", "MX.example.org")
        self.assertEqual([(one["name"], one["result"]) for one in found["evidence"]], [("trace", "hints")])

    def test_without_any_nothing_is_looked_for(self):
        origin = self.classify(bounce(WATERMARK + SIGNED))
        self.assertEqual(origin, {"result": "unproven", "cause": "bare", "evidence": []})


class Together(ProofCase):
    def test_the_recipient_is_one_of_ours(self):
        mail = bounce(WATERMARK + PLAIN).replace(b"Delivered-To: ann@example.org", b"X-Original-To: carl@example.com\nDelivered-To: ann@example.org")
        at = ("--keys", self.keys, "--at", "2026-11-24")
        self.assertEqual(self.decided(mail, *at)[0], "unproven")
        self.assertEqual(self.decided(mail, *at, "--own-domain", "example.org"), ("genuine", "watermark"))

    def test_page_names_each_proof_with_its_level(self):
        self.make_ledger("sent-1@example.org")
        outcome = run("classify", "--keys", self.keys, "--dkim-keys", self.dkim, "--ledger", self.ledger, "--at", SIGNED_ON, "-",
                      stdin=bounce(WATERMARK + PLAIN))
        page = outcome.out.decode()
        self.assertRegex(page, r"(?m)^  Origin +genuine \(watermark\)$")
        self.assertRegex(page, r"(?m)^    watermark \(B\) +proves: What came back carries our watermark for\n +ann@example.org")
        self.assertRegex(page, r"(?m)^    ledger \(B\) +proves: The Message-ID sent-1@example.org was imported")

    def test_page_says_why(self):
        page = run("classify", "--dkim-keys", self.dkim, "--at", moment(SIGNED_AT + LIFE), "-", stdin=bounce(SIGNED)).out.decode()
        self.assertRegex(page, r"(?m)^    why +What came back is dated 2026-11-23, when mail of this domain")

    def test_scan_sums_up(self):
        mails = [bounce(WATERMARK + PLAIN), bounce(SIGNED), bounce(PLAIN), bounce(b"Subject: nothing else\n")]
        arguments = ("--keys", self.keys, "--dkim-keys", self.dkim, "--at", SIGNED_ON, "-")
        (found,) = objects(run("scan", "--json", *arguments, stdin=mbox_of(mails)))
        schema("scan").validate(found)
        self.assertEqual(found["by_cause"], {"unproven": {"incomplete": 1, "bare": 1}, "genuine": {"watermark": 1, "dkim": 1}, "forged": {}})
        self.assertEqual([one for one in found["evidence"] if one["result"] == "proves"],
                         [{"name": name, "result": "proves", "level": "B", "count": 1} for name in ("watermark", "dkim")])
        page = run("scan", *arguments, stdin=mbox_of(mails)).out.decode()
        self.assertRegex(page, r"(?s)\nGenuine, by proof\n  dkim .*\n  watermark .*\nUnproven, by cause\n  bare .*\n  incomplete ")
        self.assertNotIn("Forged, by", page)
        self.assertRegex(page, r"\n  watermark \(B\) proves +1 ")

    def test_scan_without_any_has_no_causes(self):
        (found,) = objects(run("scan", "--json", "-", stdin=bounce(PLAIN)))
        self.assertNotIn("by_cause", found)
        self.assertNotIn("evidence", found)
        self.assertNotIn("by cause", run("scan", "-", stdin=bounce(PLAIN)).out.decode())

    def test_a_configuration_has_all_of_it(self):
        self.make_ledger("sent-1@example.org")
        config = self.write("backstop.toml", b'[server]\nhostname = "mx.example.org"\n[keys]\nfile = "keys"\n[ledger]\nurl = "sqlite:ledger.db"\n'
                            b'[history]\nenabled = false\n[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:0"]\n'
                            b'next_hop = "smtp://127.0.0.1:25"\n[[domain]]\nname = "example.org"\n')
        found = self.proofs(bounce(WATERMARK + PLAIN), "-c", config, "--at", "2026-11-24")
        self.assertEqual(found, [("tag", "silent", ""), ("watermark", "proves", "B"), ("ledger", "proves", "B"), ("trace", "hints", "")])
        self.assertEqual(self.proofs(bounce(WATERMARK + PLAIN, b"ann@example.com"), "-c", config), [])

    def test_a_history_that_cant_be_read_is_told(self):
        config = self.write("backstop.toml", b'[server]\nhostname = "mx.example.org"\n[history]\nurl = "sqlite:history.db"\n'
                            b'[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:0"]\n'
                            b'next_hop = "smtp://127.0.0.1:25"\n[[domain]]\nname = "example.org"\n')
        self.assertEqual(run("classify", "-c", config, "-", stdin=bounce(PLAIN)).status, 0, "there may be none yet")
        self.write("history.db", b"x" * 1000)
        outcome = run("classify", "-c", config, "-", stdin=bounce(PLAIN))
        self.assertEqual((outcome.status, outcome.out), (66, b""))
        self.assertIn("it is no SQLite database", outcome.err)
        self.make_unreachable("history.db")
        outcome = run("classify", "-c", config, "-", stdin=bounce(PLAIN))
        self.assertEqual((outcome.status, outcome.out), (66, b""))

    def make_unreachable(self, name):
        """Puts a link to itself there: it can't be told whether there is a file."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.symlink_to(name)

    def test_keys_rotate_before_there_is_a_quarantine(self):
        config = self.write("backstop.toml", b'[server]\nhostname = "mx.example.org"\n[keys]\nfile = "keys"\ntags = false\n'
                            b'[quarantine]\nurl = "sqlite:quarantine.db"\n[history]\nenabled = false\n'
                            b'[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:0"]\n'
                            b'next_hop = "smtp://127.0.0.1:25"\n[[domain]]\nname = "example.org"\n')
        outcome = run("keys", "rotate", self.keys, "-c", config)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertFalse((self.folder / "quarantine.db").exists())
        self.make_unreachable("quarantine.db")
        self.assertEqual(run("keys", "rotate", self.keys, "-c", config).status, 74, "its keys may be in use")
        self.write("backstop.toml", b"[keys\n")
        self.assertEqual(run("keys", "rotate", self.keys, "-c", config).status, 65)

    def test_a_ledger_that_is_not_there_is_not_made(self):
        outcome = run("scan", "--ledger", self.folder / "none.db", "-", stdin=bounce(PLAIN))
        self.assertEqual((outcome.status, outcome.out), (66, b""))
        self.assertIn("there is no such file; a ledger is made by `backstop serve`, or by `backstop ledger import`", outcome.err)
        self.assertFalse((self.folder / "none.db").exists())


if __name__ == "__main__":
    unittest.main()

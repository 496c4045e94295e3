#!/usr/bin/python3
"""Beside OpenDKIM and rspamd in one list of milters: their signatures stay good, what OpenDKIM found out about arriving mail is believed,
and rspamd sees the plain sender."""
import json
import warnings

from milter_site import ANN, BOB, Site, bare_bounce, header_of, main, needs, new_mail, wait_until
from opendkim import OpenDkim, Verifier
from rspamd import SELECTOR, Rspamd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's python3-dkim and what it imports give warnings
    try:
        import dkim
    except ImportError:
        dkim = None


def is_good(mail, record, selector="sel"):
    def look_up(name, timeout=5):
        return record.encode() if name == f"{selector}._domainkey.example.org.".encode() else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dkim.verify(mail, dnsfunc=look_up)


@needs("backstop", "postfix", "opendkim", "dkim")
class BesideOpenDkim(Site):
    def check_signing(self, canonical, **order):
        self.gate()
        self.ours(**order)
        self.send("submission", ANN, BOB, new_mail(ANN, BOB, text="Grüße\n. \n"))
        mail = self.sent()[0].data
        self.assertIn(b"Backstop-Watermark: ", mail)
        self.assertTrue(is_good(mail, self.signer.record), mail)

    def test_it_signs_after_us_and_before_us(self):
        for canonical in ("simple/simple", "relaxed/relaxed"):
            for place in ("last", "first"):
                with self.subTest(canonical=canonical, place=place):
                    self.doCleanups()
                    self.setUp()
                    self.signer = self.enterContext(OpenDkim(self.folder, "signer", "example.org", canonical))
                    self.check_signing(canonical, **{place: [self.signer.milter]})

    def test_what_it_found_is_believed(self):
        signer = self.enterContext(OpenDkim(self.folder, "signer", "example.net", "relaxed/relaxed"))
        verifier = self.enterContext(Verifier(self.folder, "verifier", {"sel._domainkey.example.net": signer.record}))
        gate = self.gate('[auth]\ndmarc = "record"\nspf = "off"\n', 'trusted_authserv = ["mx.example.org"]\n')
        self.ours(first=[signer.milter, verifier.milter])
        self.assertEqual(self.send("smtp", BOB, ANN, new_mail(BOB, ANN))[-1].code, 250)
        event, = gate.wait_for_events(1)
        self.assertEqual(event["done"], "delivered")
        found = [(one["name"], one["finding"]) for one in json.loads(event["evidence"]) if one["name"] == "auth-dkim"]
        self.assertEqual(found, [("auth-dkim", "pass")])


@needs("backstop", "postfix", "rspamd", "dkim")
class BesideRspamd(Site):
    def test_it_signs_and_sees_the_plain_sender(self):
        """Ours is first. The sender gets its tag at the end of the message, when rspamd has its own already."""
        rspamd = self.enterContext(Rspamd(self.folder, "rspamd-server", "example.org"))
        gate = self.gate(tags=True)
        postfix = self.ours(last=[rspamd.milter], main={"milter_macro_v": "{mail_version}"})
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        left = self.sent()[0]
        self.assertRegex(left.sender, r"^ann\+prvs=[0-9a-f]{10}@example\.org$")
        self.assertIn(b"Backstop-Watermark: ", left.data)
        self.assertNotIn(b"backstop-watermark", header_of(left.data, "DKIM-Signature").lower().encode())
        self.assertTrue(is_good(left.data, rspamd.record, SELECTOR), left.data)
        seen = wait_until(lambda: [line for line in rspamd.log().splitlines() if "rspamd_task_write_log" in line], rspamd.log)
        self.assertIn(f"from: <{ANN}>", seen[0])
        # What comes back to the tag is scored by rspamd, too, and arrives at the plain address.
        self.assertEqual(self.send("smtp", "", left.sender, bare_bounce())[-1].code, 250)
        self.assertEqual(len(postfix.wait_for_mails(ANN)), 1)
        self.assertEqual(gate.wait_for_events(2)[1]["cause"], "tag")


if __name__ == "__main__":
    main()

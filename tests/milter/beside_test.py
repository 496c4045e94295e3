#!/usr/bin/python3
"""Beside OpenDKIM in one list of milters: its signatures stay good, and what it found out about arriving mail is believed."""
import warnings

from milter_site import ANN, BOB, Site, main, needs, new_mail
from opendkim import OpenDkim, Verifier

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's python3-dkim and what it imports give warnings
    try:
        import dkim
    except ImportError:
        dkim = None


def is_good(mail, record):
    def look_up(name, timeout=5):
        return record.encode() if name == b"sel._domainkey.example.org." else None
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


if __name__ == "__main__":
    main()

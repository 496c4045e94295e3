#!/usr/bin/python3
"""A real mail server in front of Backstop writes Authentication-Results: what it found is believed, and what a sender forged is not."""
import json

from dkim_test import Signer
from support import Backstop, Case, Exim, FakeClient, FakeServer, Postfix, Verifier, config, exim_relay, gateway, main, needs, new_mail

ANN, BOB = "ann@example.net", "bob@example.org"
FIELD = "Authentication-Results: front.test; "
FORGED = tuple(FIELD + one for one in ("spf=pass smtp.mailfrom=example.net", "dkim=pass header.d=example.net",
                                       "dmarc=pass header.from=example.net") * 2)
MORE = """[proofs]
watermark = false
[ledger]
url = "sqlite:{folder}/ledger.db"
[auth]
results = "none"
"""


class Front(Case):
    """self.gate is behind the server that a test begins under the name `front`; which relays to the port that begin() returns."""

    def begin(self, place):
        hop = self.enterContext(FakeServer())
        self.gate = self.enterContext(Backstop(self.folder, f"gate-{place}", config(gateway(
            "in", "inbound", f"smtp://127.0.0.1:{hop.port}",
            f'relays = ["127.0.0.1"]\ntrusted_authserv = ["front.test"]\nauthserv_place = "{place}"\n'), stage="observe", more=MORE)))
        return self.gate.address("in")[1]

    def found(self, front, mail):
        """Sends the mail to the server in front, and returns what Backstop believes of it."""
        before = len(self.gate.history())
        with FakeClient(front.port.address) as client:
            self.assertEqual(client.mail(mail, ANN, BOB).code, 250)
        event = self.gate.wait_for_events(before + 1)[-1]
        return [(one["name"], one["finding"]) for one in json.loads(event["evidence"]) if one["name"].startswith("auth-")]


@needs("backstop", "postfix", "opendkim", "dkim")
class PostfixWithOpenDkim(Front):
    def setUp(self):
        super().setUp()
        self.signer = Signer(self.folder, "example.net")
        self.filter = self.enterContext(Verifier(self.folder, "filter", {"sel._domainkey.example.net": self.signer.record.decode()}))

    def front(self, place):
        return self.enterContext(Postfix(self.folder, "front", {
            "default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.begin(place)}", "smtpd_milters": self.filter.milter}))

    def test_what_it_found_and_what_was_forged(self):
        front = self.front("above")
        mail = new_mail(ANN, BOB)
        self.assertEqual(self.found(front, self.signer.sign(mail, b"relaxed")), [("auth-dkim", "pass")])
        self.assertEqual(self.found(front, self.signer.sign(mail, b"relaxed").replace(b"noon", b"one")), [("auth-dkim", "fail")])
        # OpenDKIM writes nothing on an unsigned mail, and leaves every other forged field.
        self.assertEqual(self.found(front, new_mail(ANN, BOB, headers=FORGED)), [])
        on_top = "".join(one + "\r\n" for one in FORGED).encode()
        self.assertEqual(self.found(front, on_top + mail), [])
        self.assertEqual(self.found(front, on_top + self.signer.sign(mail, b"relaxed")), [("auth-dkim", "pass")])


@needs("backstop", "exim")
class OfExim(Front):
    def front(self, place, where):
        sections = exim_relay(self.begin(place)).replace("!verify = sender/callout=5s,no_cache", "hosts = 192.0.2.1")
        field = f"data:\n  accept\n    add_header = {where}{FIELD}spf=fail smtp.mailfrom=example.net\n"
        return self.enterContext(Exim(self.folder, "front", "acl_smtp_rcpt = recipient\nacl_smtp_data = data\n",
                                      sections.replace("begin acl\n", f"begin acl\n{field}")))

    def check(self, place, where, want):
        front = self.front(place, where)
        on_top = "".join(one + "\r\n" for one in FORGED[1:]).encode()
        self.assertEqual(self.found(front, on_top + new_mail(ANN, BOB)), want)

    def test_above_its_received(self):
        self.check("above", ":at_start:", [("auth-spf", "fail")])

    def test_right_below_its_received(self):
        self.check("below", ":after_received:", [("auth-spf", "fail")])

    def test_right_below_and_not_looked_for(self):
        self.check("above", ":after_received:", [])


if __name__ == "__main__":
    main()

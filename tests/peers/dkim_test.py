#!/usr/bin/python3
"""A signed mail still verifies after Backstop, in both directions and through Postfix, and its octets are unchanged."""
import base64
import subprocess
import warnings

from support import Backstop, Case, FakeClient, FakeServer, Postfix, config, gateway, header_of, main, needs, new_mail, wait_until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's python3-dkim and what it imports give warnings
    try:
        import dkim
    except ImportError:
        dkim = None

ANN, BOB = "ann@example.org", "bob@example.net"

# Whatever a relay might be tempted to change: folds, spaces, case, 8 bits, dots, empty and long lines, the end.
DELICATE = dict(headers=("X-Folded: one\r\n\t two\r\n   three  ", "x-CASE:no space", "X-Empty: ", "MIME-Version: 1.0",
                         "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"),
                text="Grüße \n.\n..two dots\n\n" + "long " * 180 + "\n \ttrailing \t \n\n\n")


class Signer:
    def __init__(self, folder, domain):
        self.domain = domain
        key = folder / f"{domain}.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.private = key.read_bytes()
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def sign(self, mail, canonical):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            field = dkim.sign(mail, b"sel", self.domain.encode(), self.private, canonicalize=(canonical, canonical),
                              include_headers=[b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Folded", b"x-CASE", b"X-Empty"])
        return field + mail

    def is_good(self, mail):
        def record(name, timeout=5):
            return self.record if name == f"sel._domainkey.{self.domain}.".encode() else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dkim.verify(mail, dnsfunc=record)


@needs("backstop", "dkim")
class Signatures(Case):
    CANONICAL = (b"simple", b"relaxed")

    def setUp(self):
        super().setUp()
        self.signer = Signer(self.folder, "example.org")

    def mails(self, **mail):
        for canonical in self.CANONICAL:
            signed = self.signer.sign(new_mail(ANN, BOB, **mail), canonical)
            self.assertTrue(self.signer.is_good(signed))
            # The verification does verify: another octet makes it fail.
            self.assertFalse(self.signer.is_good(signed.replace(b"\r\n\r\n", b"\r\n\r\nx", 1)))
            yield canonical.decode(), signed

    @needs("postfix")
    def test_out_and_in_through_postfix(self):
        far = self.enterContext(Postfix(self.folder, "far", {"virtual_mailbox_domains": "example.net"}, mailboxes=[BOB]))
        gate = self.enterContext(Backstop(self.folder, "gateway", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{far.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{far.port}"),
            domain="example.net")))
        for name in ("out", "in"):
            home = self.enterContext(Postfix(self.folder, f"home-{name}", {"default_transport": "smtp",
                                                                          "relayhost": f"[127.0.0.1]:{gate.address(name)[1]}"}))
            for canonical, signed in self.mails(**DELICATE):
                with self.subTest(name, canonical=canonical):
                    before = len(far.mailbox(BOB))
                    home.send(signed, ANN, BOB)
                    arrived = wait_until(lambda: far.mailbox(BOB)[before:], "it has arrived")[0]
                    self.assertEqual(header_of(arrived, "Message-ID"), header_of(signed, "Message-ID"))
                    self.assertTrue(self.signer.is_good(arrived), arrived.decode(errors="replace"))

    def test_every_octet_stays(self):
        # The gateway puts fields in front and changes nothing else, whether the client sends DATA or chunks.
        with FakeServer() as server:
            gate = self.enterContext(Backstop(self.folder, "gateway", config(
                gateway("in", "inbound", f"smtp://127.0.0.1:{server.port}"), domain="example.net", stage="label")))
            for (canonical, signed), form in ((mail, form) for mail in self.mails(**DELICATE) for form in ("data", "chunks")):
                with self.subTest(canonical, form=form), FakeClient(gate.address("in")) as client:
                    client.envelope(ANN, BOB)
                    reply = client.data(signed) if form == "data" else client.bdat(signed[:700], signed[700:])[-1]
                    self.assertEqual(reply.code, 250)
                    arrived = server.mails[-1].data
                    self.assertTrue(arrived.endswith(signed), arrived)
                    self.assertRegex(arrived[:-len(signed)], rb"\AReceived: from client\.test [^\0]*\r\n\Z")

    def test_a_response_that_is_labelled(self):
        # It is held, judged and given a field.
        bounce = dict(subject="Undelivered Mail Returned to Sender", headers=(
            "Auto-Submitted: auto-replied", "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'),
            text="--b\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
                 "Final-Recipient: rfc822; carl@example.org\nAction: failed\nStatus: 5.1.1\n--b--\n")
        with FakeServer() as server:
            gate = self.enterContext(Backstop(self.folder, "gateway", config(
                gateway("in", "inbound", f"smtp://127.0.0.1:{server.port}"), domain="example.net", stage="label")))
            for canonical, signed in self.mails(**bounce):
                with self.subTest(canonical), FakeClient(gate.address("in")) as client:
                    self.assertEqual(client.mail(signed, "", BOB).code, 250)
                    arrived = server.mails[-1].data
                    self.assertRegex(header_of(arrived, "Backstop-Verdict"), "^unproven; kind=dsn-failed;")
                    self.assertTrue(arrived.endswith(signed), arrived)
                    self.assertTrue(self.signer.is_good(arrived))


if __name__ == "__main__":
    main()

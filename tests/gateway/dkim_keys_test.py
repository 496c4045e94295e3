#!/usr/bin/python3
"""A bounce that returns our own DKIM signature is genuine, with a key of the folder or of DNS; when DNS is silent nothing is refused."""
import base64
import signal
import subprocess
import time
import warnings

from dialogue import ANN, BOB, CARL, Dialogue, told, url
from support import gateway, main, needs, wait_until
from zone_server import ZoneServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's python3-dkim and what it imports give warnings
    try:
        import dkim
    except ImportError:
        dkim = None

PROOFS = '[proofs]\nwatermark = false\n{more}'
RELOADED = '"message":"reloaded: '


@needs("backstop", "dkim")
class DkimKeys(Dialogue):
    def setUp(self):
        super().setUp()
        self.resolver = None
        key = self.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.private = key.read_bytes()
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        self.keys = self.folder / "dkim"
        self.keys.mkdir()

    def put_key(self):
        (self.keys / "s._domainkey.example.org").write_bytes(self.record + b"\n")

    def begin(self, *lines):
        self.hop_ = self.hop()
        more = PROOFS.format(more="".join(line + "\n" for line in lines))
        self.start(gateway("in", "inbound", url(self.hop_)), tags=False, more=more)

    def begin_with_resolver(self):
        self.resolver = self.enterContext(ZoneServer(("s._domainkey.example.org", "TXT", self.record.decode())))
        # A key of the folder, with which nothing was signed here, makes the domain one whose mail is signed.
        (self.keys / "old._domainkey.example.org").write_bytes(self.record + b"\n")
        self.begin(f'resolvers = ["127.0.0.1:{self.resolver.port}"]', f'dkim_keys = "{self.keys}"')

    def returned(self, selector=b"s", sender=BOB):
        """A mail of ours that was signed as it left, as it comes back."""
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - 3600))
        mail = (f"Received: from desk by mx.example.net; {date}\r\nFrom: {sender}\r\nTo: gone@example.net\r\nSubject: Lunch\r\n"
                f"Date: {date}\r\nMessage-ID: <1.lunch@example.org>\r\n\r\nAt noon?\r\n").encode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            field = dkim.sign(mail, selector, b"example.org", self.private, canonicalize=(b"relaxed", b"relaxed"),
                              include_headers=[b"From", b"To", b"Date", b"Message-ID"])
        return (field + mail).split(b"\r\n\r\n")[0] + b"\r\n"

    def bounce(self, header, recipient=BOB):
        """Returns the reply, with the cause and the origin that the history has."""
        mail = (b"From: MAILER-DAEMON@mail.example.net\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
                b'Content-Type: multipart/report; report-type=delivery-status; boundary="xx"\r\n\r\n--xx\r\n\r\nfailed\r\n--xx\r\n'
                b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.net\r\n\r\n"
                b"Final-Recipient: rfc822; gone@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--xx\r\n"
                b"Content-Type: text/rfc822-headers\r\n\r\n" + header + b"\r\n--xx--\r\n")
        before = len(self.gate.history())
        reply = told(self.client(self.gate.address("in")).mail(mail, "", recipient))
        event = self.gate.wait_for_events(before + 1)[-1]
        return reply, event["cause"]

    def test_a_key_of_the_folder(self):
        self.put_key()
        self.begin(f'dkim_keys = "{self.keys}"', "dkim_lookup = false")
        self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "dkim"))
        self.assertEqual(self.bounce(self.returned().replace(b"Lunch", b"Other")), ("250 2.0.0", "dkim"), "Subject was not signed")
        self.assertEqual(self.bounce(self.returned().replace(b"gone@", b"else@")), ("550 5.7.1", "missing"))
        self.assertEqual(self.bounce(self.returned(), CARL), ("250 2.0.0", "hinted"), "it is of another mailbox")

    def test_a_reload_reads_the_folder_again(self):
        self.put_key()
        (self.keys / "s._domainkey.example.org").rename(self.folder / "kept")
        (self.keys / "x._domainkey.example.org").write_bytes(self.record + b"\n")
        self.begin(f'dkim_keys = "{self.keys}"', "dkim_lookup = false")
        self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "hinted"), "the key is not known")
        (self.folder / "kept").rename(self.keys / "s._domainkey.example.org")
        before = self.gate.log().count(RELOADED)
        self.gate.child.signal(signal.SIGHUP)
        wait_until(lambda: self.gate.log().count(RELOADED) > before, "it says that it has reloaded")
        self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "dkim"))

    def test_a_key_of_dns(self):
        self.begin_with_resolver()
        for _ in range(3):
            self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "dkim"))
        self.assertEqual(self.resolver.asked, ["TXT s._domainkey.example.org"])

    def test_dns_that_does_not_answer(self):
        self.begin_with_resolver()
        for mode in ("failed", "silent"):
            with self.subTest(mode):
                self.resolver.mode = mode
                self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "incomplete"))
        self.resolver.mode = "answer"
        self.assertEqual(self.bounce(self.returned()), ("250 2.0.0", "dkim"))

    def test_invented_selectors(self):
        # Five are a hint for that day; past the budget of look-ups nothing is asked.
        self.begin_with_resolver()
        told_ = [self.bounce(self.returned(b"x%d" % i)) for i in range(25)]
        self.assertEqual(told_, [("250 2.0.0", "hinted")] * 5 + [("550 5.7.1", "missing")] * 5 + [("250 2.0.0", "worn")] * 15,
                         "ten within a minute are a surge, in which a hint that counted often enough is never refused")
        self.assertEqual(len(self.resolver.asked), 20)


if __name__ == "__main__":
    main()

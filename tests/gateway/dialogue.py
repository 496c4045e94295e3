"""A gateway between clients and next hops that a test makes up; the base of the dialogues here."""
import hashlib
import hmac
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

# pylint: disable=wrong-import-position  # the folder must be known first
from backstop import KEYS  # noqa: E402
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, new_mail, wait_until  # noqa: E402

ANN, BOB, CARL, EVE = "ann@example.net", "bob@example.org", "carl@example.org", "eve@example.net"
SECRET = KEYS.rstrip("\n").split(" ", 4)[4]
TODAY = int(time.time() // 86400)

# A bounce of a mail of Bob's, as Postfix writes it.
BOUNCE = b"""\
From: MAILER-DAEMON@mail.example.net (Mail Delivery System)\r
To: bob@example.org\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <20261001.bounce@mail.example.net>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"\r
\r
--xx\r
Content-Type: text/plain\r
\r
<gone@example.net>: unknown user\r
--xx\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example.net\r
\r
Final-Recipient: rfc822; gone@example.net\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 unknown user\r
\r
--xx\r
Content-Type: text/rfc822-headers\r
\r
From: bob@example.org\r
To: gone@example.net\r
Subject: Lunch\r
Message-ID: <1.lunch@example.org>\r
\r
--xx--\r
"""


def tagged(address, days=14, secret=SECRET, number=0):
    """Returns the address with a tag that is good for this many more days; docs/tags.md describes the form."""
    digits = f"{number}{(TODAY + days) % 1000:03}"
    mac = hmac.new(secret.encode(), (digits + address.lower()).encode(), hashlib.sha1).hexdigest()[:6]
    return f"prvs={digits}{mac}={address}"


def codes(replies):
    return [reply.code for reply in replies]


def told(reply):
    """Returns the code and the enhanced status: "550 5.7.1"."""
    return f"{reply.code} {reply.text.split(' ')[0]}"


def without_trace(mail):
    """Returns a mail that came through the gateway, without what the gateway put in front: the Received field, and above it what
    only mail that leaves gets."""
    rest = re.sub(rb"\A(?:Backstop-Watermark: \S*\r\n)?(?:Message-ID: <[0-9a-f]+@mx\.example\.org>\r\n)?Received: .*?\r\n(?![ \t])", b"", mail,
                  count=1, flags=re.DOTALL)
    assert rest != mail, mail
    return rest


def url(hop, scheme="smtp"):
    return f"{scheme}://127.0.0.1:{hop.port}"


class Dialogue(Case):
    """self.gate is the gateway, after start() or relay(). It has one worker, so that all its sessions share one pool."""

    gate = None

    def hop(self, answers=None, **options):
        return self.enterContext(FakeServer(answers, keep=True, **options))

    def start(self, *gateways, more="", limits=None, keys=KEYS, **settings):
        """Starts Backstop with these gateways, and without keys if `keys` is None."""
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in (limits or {}).items())
        more += '[log]\nformat = "json"\n' + (f"[limits]\n{text}" if limits else "")
        text = config(*gateways, workers=1, more=more, **settings)
        if keys is None:
            text = text.replace('[keys]\nfile = "{folder}/keys"\ntags = true\n', "")
        self.gate = Backstop(self.folder, f"gate{len(list(self.folder.glob('gate*')))}", text, keys)
        self.gate.is_ready = re.compile(r'"message":"ready: ([^"]*)"')
        return self.enterContext(self.gate)

    def relay(self, hop, direction="inbound", more_gateway="", scheme="smtp", **settings):
        """Starts one gateway in front of this next hop. Returns its address."""
        name = "in" if direction == "inbound" else "out"
        return self.start(gateway(name, direction, url(hop, scheme), more_gateway), **settings).address(name)

    def client(self, address=None, **options):
        return self.enterContext(FakeClient(address or next(iter(self.gate.addresses.values()))[0], **options))

    def settle(self, hop, address):
        """Waits until the gateway no longer asks the next hop what it offers, which takes a session of its own at the start.

        Two mails pass meanwhile.
        """
        for _ in range(2):
            with FakeClient(address) as client:
                assert client.mail(new_mail(), ANN, BOB).code == 250
            wait_until(lambda: hop.steps["ehlo"] == hop.steps["connect"], "each session is greeted")

    def events(self, count=1):
        """Waits until this many decisions are in the log, since they are written after the reply, and returns them."""
        def logged():
            lines = [json.loads(line) for line in self.gate.log().rpartition("\n")[0].splitlines() if line.startswith('{"time"')]
            return [line for line in lines if "done" in line]
        return wait_until(lambda: len(logged()) >= count and logged(), f"{count} events")

    def rss(self):
        """Returns the resident memory of the gateway, in octets."""
        status = pathlib.Path(f"/proc/{self.gate.child.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

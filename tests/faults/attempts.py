"""Mails that are identified by their Message-ID, and attempts to hand such a mail to a server."""
import collections
import pathlib
import re
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

# pylint: disable=wrong-import-position  # the folder must be known first
from connections import is_dropped  # noqa: E402
from support import FakeClient, dotted  # noqa: E402

GREETING_SECONDS = 10  # soon enough for a client that tries again

STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "half", "dot", "answered")

MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)

REPORT = """\
From: MAILER-DAEMON@{domain}
To: {recipient}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{name}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

The mail system at {domain} could not deliver your mail.

{filling}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {domain}

Final-Recipient: rfc822; nobody@{domain}
Action: failed
Status: 5.1.1

--b--
"""
ORDINARY = """\
From: <ann@{domain}>
To: <{recipient}>
Subject: Lunch
Message-ID: <{name}>

Shall we meet at noon?
{filling}
"""


class Mail:
    """`is_report`: it is a bounce, which the gateway holds until its end. `chunks`: it is sent with BDAT in this many; 0: with DATA."""

    def __init__(self, name, recipient, size=0, is_report=False, chunks=0):
        self.name = name
        self.recipient = recipient
        self.sender = "" if is_report else "ann@sender.test"
        self.chunks = chunks
        filling = "\n".join(["." + "x" * 70] * (size // 72))
        text = (REPORT if is_report else ORDINARY).format(domain="sender.test", recipient=recipient, name=name, filling=filling)
        self.text = text.replace("\n", "\r\n").encode()

    def parts(self):
        """Returns the two halves of what follows the command that begins the data; the second has the end of data."""
        octets = b"".join(self.bdat()) if self.chunks else dotted(self.text)
        middle = len(octets) // 2
        return octets[:middle], octets[middle:]

    def bdat(self):
        size = -(-len(self.text) // self.chunks)
        pieces = [self.text[i:i + size] for i in range(0, len(self.text), size)]
        return [b"BDAT %d%s\r\n%s" % (len(piece), b" LAST" if i + 1 == len(pieces) else b"", piece)
                for i, piece in enumerate(pieces)]


class Attempt:
    """.step is the last of STEPS that was reached; .code that of the last reply, 0 if the connection ended instead.

    .is_ungreeted: it connected and got no greeting in `greeting` seconds. .is_forsaken: the same, but the kernel dropped the last
    packet of its handshake, so that the server never had the connection. `at` is called with each step once it is reached:
    "half" when half of the data has been sent, "dot" when all has been sent, before the answer is read.
    """

    def __init__(self, at=lambda step: None, greeting=None):
        self.at = at
        self.greeting = greeting
        self.step = None
        self.code = 0
        self.is_ungreeted = False
        self.is_forsaken = False

    def reach(self, step):
        self.step = step
        self.at(step)

    def connect(self, address):
        """Returns the client, or None if it could not connect or was not welcome."""
        try:
            client = FakeClient(address, hello=None)
        except OSError:
            return None
        patience, begin = client.connection.gettimeout(), time.monotonic()
        greeting = self.greeting or GREETING_SECONDS
        client.connection.settimeout(greeting)
        is_greeted = self.expect(client, None, "connect", 220)
        client.connection.settimeout(patience)
        if not is_greeted and time.monotonic() - begin >= greeting:
            self.is_forsaken = is_dropped(client.connection)
            self.is_ungreeted = not self.is_forsaken
            client.close()
            return None
        if is_greeted and self.expect(client, "EHLO client.test", "ehlo", 250):
            return client
        client.close()
        return None

    def expect(self, client, line, step, code):
        try:
            self.code = (client.read() if line is None else client.command(line)).code
        except (OSError, AssertionError):  # also a connection that ends within a reply
            self.code = 0
        if self.code == code:
            self.reach(step)
        return self.code == code

    def send(self, client, mail):
        """Returns whether the mail was answered 250."""
        good = (self.expect(client, f"MAIL FROM:<{mail.sender}>", "mail", 250)
                and self.expect(client, f"RCPT TO:<{mail.recipient}>", "rcpt", 250)
                and (mail.chunks or self.expect(client, "DATA", "data", 354)))
        return bool(good) and self.send_data(client, mail)

    def send_data(self, client, mail):
        self.code = 0
        first, second = mail.parts()
        try:
            client.send(first)
            self.reach("half")
            self.step = "dot"  # from here on all of it may have arrived
            client.send(second)
            self.at("dot")
            replies = [client.read().code for _ in range(len(mail.bdat()) if mail.chunks else 1)]
        except (OSError, AssertionError):
            return False
        self.code = next((code for code in replies if code != 250), 250)
        if self.code == 250:
            self.reach("answered")
        return self.code == 250


class Record:
    """What clients know of their mails at the end. Thread-safe."""

    def __init__(self):
        self.lock = threading.Lock()
        self.accepted = set()
        self.unanswered = collections.Counter()  # attempts that sent all of a mail and got no answer, by its name
        self.ended_at = collections.Counter()  # attempts whose connection the server ended, by their last step
        self.refused = collections.Counter()  # attempts by the code that ended them

    def add(self, mail, attempt):
        with self.lock:
            if attempt.step == "answered":
                self.accepted.add(mail.name)
            elif attempt.code:
                self.refused[attempt.code] += 1
            else:
                self.ended_at[attempt.step] += 1
                self.unanswered[mail.name] += attempt.step == "dot"


def names_in(mails):
    """Counts the mails by their Message-ID."""
    found = [MESSAGE_ID.search(mail) for mail in mails]
    return collections.Counter(one.group(1).decode() if one else "?" for one in found)

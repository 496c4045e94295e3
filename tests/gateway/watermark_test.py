#!/usr/bin/python3
"""What is added to mail that leaves: the watermark of docs/proofs.md, which this file makes anew by itself, and a Message-ID."""
import base64
import contextlib
import hashlib
import hmac
import re
import signal
import sqlite3
import time

from dialogue import ANN, BOB, BOUNCE, CARL, SECRET, Dialogue, tagged, url, without_trace
from support import Postfix, gateway, header_of, main, needs, new_mail, swaks, wait_until

FIELD = re.compile(rb"^Backstop-Watermark: (.*)\r\n", re.MULTILINE)
FORM = re.compile(r"1;0;([0-9a-f]{8});([\w-]{11});([\w-]{14})?(?:;([\w-]{14}))?")
STRANGER = "bob@unknown.example"
RELOADED = '"message":"reloaded: '
COUNTS = ("left", "watermark", "dkim", "message", "tag")


def key_of(secret):
    """HKDF-SHA256 (RFC 5869) with no salt, 32 bytes: one block."""
    prk = hmac.new(bytes(32), secret.encode(), hashlib.sha256).digest()
    return hmac.new(prk, b"backstop watermark 1\x01", hashlib.sha256).digest()


def mac_of(owner, minutes, identity):
    mac = hmac.new(key_of(SECRET), f"bw1;0;{minutes};{identity};{owner}".encode(), hashlib.sha256).digest()[:10]
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def mail_with(*fields):
    return "\r\n".join([*fields, "", "Hello", ""]).encode()


def signature(domain, names):
    """A DKIM-Signature that nobody could verify, which is not what it is looked at for."""
    return f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; h={names}; bh={base64.b64encode(bytes(32)).decode()}; b=QUJD"


DATE, FROM_BOB, ID = "Date: Mon, 23 Nov 2026 10:00:00 +0000", f"From: Bob <{BOB}>", "Message-ID: <1.lunch@example.org>"
NEW_ID = "<[0-9a-f]+@mx\\.example\\.org>"

# name, sender, mail, want owners of M and F (None: no watermark; "": left out), want Message-ID
ROWS = [
    ("ours", BOB, mail_with(FROM_BOB, ID), (BOB, ""), "<1.lunch@example.org>"),
    ("in other letters, with a sub-address", "Bob+Shop@Example.ORG", mail_with(FROM_BOB, ID), (BOB, ""), "<1.lunch@example.org>"),
    ("with a tag", tagged(BOB), mail_with(FROM_BOB, ID), (BOB, ""), "<1.lunch@example.org>"),
    ("another From", "bounces@example.org", mail_with(FROM_BOB, ID), ("bounces@example.org", BOB), "<1.lunch@example.org>"),
    ("From: of another, folded", BOB, mail_with(f"from:\r\n {CARL}", ID), (BOB, CARL), "<1.lunch@example.org>"),
    ("a foreign sender", STRANGER, mail_with(FROM_BOB, ID), (STRANGER, BOB), "<1.lunch@example.org>"),
    ("the null path", "", mail_with(FROM_BOB, ID), ("", BOB), "<1.lunch@example.org>"),
    ("the null path of a daemon elsewhere", "", BOUNCE, None, "<20261001.bounce@mail.example.net>"),
    ("a stranger's", STRANGER, mail_with(f"From: {STRANGER}"), None, None),
    ("no From", BOB, mail_with(ID), (BOB, ""), "<1.lunch@example.org>"),
    ("a From of rubbish", BOB, mail_with("From: \x80@@<", ID), (BOB, ""), "<1.lunch@example.org>"),
    ("no Message-ID", BOB, mail_with(FROM_BOB), (BOB, ""), NEW_ID),
    ("no Message-ID, and signed", BOB, mail_with(signature("example.org", "From:Date"), FROM_BOB, DATE), (BOB, ""), NEW_ID),
    ("signed as without a Message-ID", BOB, mail_with(signature("example.org", "From:Date:Message-ID"), FROM_BOB, DATE), (BOB, ""), None),
    ("no header", BOB, b"\r\nHello\r\n", (BOB, ""), NEW_ID),
]


class Leaving(Dialogue):
    def send(self, hop, mail, sender):
        self.assertEqual(self.client(self.gate.address("out")).mail(mail, sender, ANN).code, 250)
        return hop.mails[-1].data

    def expect(self, left, owners):
        values = FIELD.findall(left)
        if owners is None:
            return self.assertEqual(values, [])
        self.assertEqual(len(values), 1, left)
        minutes, identity, sender, source = FORM.fullmatch(values[0].decode()).groups("")
        want = [mac_of(owner, minutes, identity) if owner else "" for owner in owners]
        self.assertEqual([sender, source], want)
        self.assertLessEqual(abs(int(minutes, 16) - time.time() // 60), 2)
        self.assertTrue(left.startswith(b"Backstop-Watermark: "), left)


class Watermarks(Leaving):
    def test_each(self):
        hop = self.hop()
        self.relay(hop, "outbound", tags=False)
        for name, sender, mail, owners, want_id in ROWS:
            with self.subTest(name):
                left = self.send(hop, mail, sender)
                self.expect(left, owners)
                found = header_of(left, "Message-ID")
                self.assertRegex(found, f"^{want_id}$") if want_id else self.assertIsNone(found)
                # Nothing else is changed.
                self.assertEqual(without_trace(left), mail)

    def test_in_chunks(self):
        hop = self.hop()
        self.relay(hop, "outbound", tags=False)
        client = self.client(self.gate.address("out"))
        mail = new_mail(BOB, ANN)
        client.envelope(BOB, ANN)
        for at in range(0, len(mail), 50):
            part = mail[at:at + 50]
            client.send(f"BDAT {len(part)}{' LAST' if at + 50 >= len(mail) else ''}\r\n".encode() + part)
            self.assertEqual(client.read().code, 250)
        self.expect(hop.mails[0].data, (BOB, ""))
        self.assertEqual(without_trace(hop.mails[0].data), mail)

    def test_no_two_are_alike(self):
        hop = self.hop()
        self.relay(hop, "outbound")
        left = [self.send(hop, mail_with(FROM_BOB), BOB) for _ in range(3)]
        self.assertEqual(len({FIELD.search(one)[1] for one in left}), 3)
        self.assertEqual(len({header_of(one, "Message-ID") for one in left}), 3)

    def test_those_of_others_stay(self):
        """As behind another Backstop, or in a mail that came in and is forwarded."""
        hop = self.hop()
        self.relay(hop, "outbound")
        foreign = "Backstop-Watermark: 1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg"
        left = self.send(hop, mail_with(foreign, FROM_BOB, ID), BOB)
        first, second = FIELD.findall(left)
        self.assertNotEqual(first, second)
        self.assertEqual(second.decode(), foreign.partition(" ")[2])

    def test_off(self):
        for name, settings in (("watermark = false", {"more": "[proofs]\nwatermark = false\n"}), ("no keys", {"keys": None}),
                               ("no key signs", {"keys": "0 exim verify 2020-01-01 not a secret to anybody\n"})):
            with self.subTest(name):
                hop = self.hop()
                self.relay(hop, "outbound", **settings)
                mail = mail_with(FROM_BOB)
                left = self.send(hop, mail, BOB)
                self.assertTrue(left.startswith(b"Received: "), left)
                self.assertEqual(without_trace(left), mail)

    def test_mail_that_comes_in_gets_none(self):
        hop = self.hop()
        self.relay(hop)
        mail = mail_with(FROM_BOB)
        self.assertEqual(self.client().mail(mail, BOB, CARL).code, 250)
        self.assertTrue(hop.mails[0].data.startswith(b"Received: "))

    def test_the_message_id_is_in_the_event(self):
        hop = self.hop()
        self.relay(hop, "outbound")
        left = self.send(hop, mail_with(FROM_BOB), BOB)
        self.assertEqual(f"<{self.events()[0]['message_id']}>", header_of(left, "Message-ID"))

    def test_a_reload_turns_them_off_and_on(self):
        hop = self.hop()
        self.relay(hop, "outbound", more="[proofs]\nwatermark = true\n")
        self.expect(self.send(hop, mail_with(FROM_BOB, ID), BOB), (BOB, ""))
        text = self.gate.config.read_text()
        for was, now, owners in (("true", "false", None), ("false", "true", (BOB, ""))):
            text = text.replace(f"watermark = {was}", f"watermark = {now}")
            self.gate.config.write_text(text)
            before = self.gate.log().count(RELOADED)
            self.gate.child.signal(signal.SIGHUP)
            wait_until(lambda: self.gate.log().count(RELOADED) > before, "it says that it has reloaded")
            self.expect(self.send(hop, mail_with(FROM_BOB, ID), BOB), owners)


class Sums(Leaving):
    """The daily sums, of which `backstop ready` tells."""

    MORE_DOMAIN = '[[domain]]\nname = "other.example"\n'

    def sums(self):
        self.assertEqual(self.gate.stop(), 0)
        with contextlib.closing(sqlite3.connect(self.gate.folder / "history.db")) as database:
            return {domain: counts for domain, *counts in database.execute(f"SELECT domain, {', '.join(COUNTS)} FROM day_sum")}

    def start_out(self, hop, **settings):
        self.start(gateway("out", "outbound", url(hop)), more_domain=self.MORE_DOMAIN, **settings)

    def test_each_domain_is_counted(self):
        hop = self.hop()
        self.start_out(hop)
        for sender, fields in ((BOB, [FROM_BOB, ID]), (BOB, ["From: dan@other.example", ID]), (STRANGER, ["From: dan@other.example", ID]),
                               ("", [FROM_BOB, ID]), (STRANGER, [f"From: {STRANGER}", ID]),
                               (BOB, [signature("example.org", "From:Date"), FROM_BOB, ID]), (BOB, [signature("sub.example.org", "From:Date"), FROM_BOB, ID])):
            self.send(hop, mail_with(*fields), sender)
        self.assertEqual(self.sums(), {"example.org": [4, 4, 1, 4, 4], "other.example": [2, 2, 0, 2, 1]})

    def test_signatures_count_without_watermarks(self):
        hop = self.hop()
        self.start_out(hop, keys=None)
        self.send(hop, mail_with(signature("example.org", "From:Date"), FROM_BOB, ID), BOB)
        self.send(hop, mail_with(FROM_BOB, ID), BOB)
        self.assertEqual(self.sums(), {"example.org": [2, 0, 1, 1, 0]})


@needs("postfix", "swaks")
class BesidePostfix(Leaving):
    def test_it_arrives(self):
        far = self.enterContext(Postfix(self.folder, "far", {"virtual_mailbox_domains": "example.net"}, mailboxes=[ANN]))
        self.start(gateway("out", "outbound", url(far)))
        done = swaks(self.gate.address("out"), "--from", BOB, "--to", ANN, mail=mail_with(FROM_BOB, "Subject: Lunch"))
        self.assertEqual(done.status, 0, done)
        arrived = far.wait_for_mails(ANN)[0]
        self.assertEqual(len(FIELD.findall(arrived)), 1)
        self.expect(arrived[arrived.index(b"Backstop-Watermark: "):], (BOB, ""))
        self.assertRegex(header_of(arrived, "Message-ID"), f"^{NEW_ID}$")


if __name__ == "__main__":
    main()

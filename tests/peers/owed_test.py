#!/usr/bin/python3
"""What must leave, though forged senders get nothing: answers to people who wrote, and mail of programs that is no answer."""
import contextlib

from accepting import DeliveringPostfix, OurPostfix
from spam import FULL, Catcher
from support import Backstop, Case, FakeClient, FakeServer, Port, Postfix, body_of, config, gateway, header_of, main, needs, new_mail, wait_until, way_out
from zone_server import ZoneServer

ANN, BOB = "ann@example.org", "bob@example.net"
ZOE, STRANGER, SINCERE = "zoe@bare1.test", "eve@bare2.test", "kim@sincere.test"

# bare1.test and bare2.test say nothing about who sends their mail.
ROWS = [(name, "A", "198.51.100.7") for name in ("example.net", "bare1.test", "bare2.test", "sincere.test")]
ROWS.append(("sincere.test", "TXT", "v=spf1 ip4:127.0.0.0/8 -all"))
RECIPIENTS = "ann@example.org\nfull@example.org\nsales@example.org\npostmaster@example.org\n"

# A program's mail: name, envelope sender, recipient, header and body.
OF_PROGRAMS = [
    ("a DMARC report", "dmarc@example.org", "dmarc-reports@far.test", """\
From: DMARC reports of example.org <dmarc@example.org>
To: dmarc-reports@far.test
Subject: Report Domain: far.test Submitter: example.org Report-ID: <2026.11.29@example.org>
Date: Mon, 30 Nov 2026 00:10:00 +0000
Message-ID: <2026.11.29.far.test@example.org>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="report"

--report
Content-Type: text/plain

This is an aggregate report.
--report
Content-Type: application/gzip; name="example.org!far.test!1796169600!1796255999.xml.gz"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="example.org!far.test!1796169600!1796255999.xml.gz"

H4sIAAAAAAAAA7PJKM3NSVVILMpLzEm1jcwvLVJIzk9JtdEvSExPBQDTDkMYGwAAAA==
--report--
"""),
    ("a DMARC report with a null path", "", "dmarc-reports@other.test", """\
From: noreply@example.org
To: dmarc-reports@other.test
Subject: Report Domain: other.test Submitter: example.org Report-ID: <2026.11.29.2@example.org>
Date: Mon, 30 Nov 2026 00:11:00 +0000
Message-ID: <2026.11.29.other.test@example.org>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: application/gzip; name="example.org!other.test!1796169600!1796255999.xml.gz"
Content-Transfer-Encoding: base64

H4sIAAAAAAAAA7PJKM3NSVVILMpLzEm1jcwvLVJIzk9JtdEvSExPBQDTDkMYGwAAAA==
"""),
    ("a mail of cron", "root@example.org", "admin@elsewhere.test", """\
From: root@example.org (Cron Daemon)
To: admin@elsewhere.test
Subject: Cron <root@mail> /usr/local/bin/backup || echo failed
Date: Mon, 30 Nov 2026 04:00:01 +0000
Message-ID: <20261130040001.1A2B3C@mail.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Auto-Submitted: auto-generated
X-Cron-Env: <SHELL=/bin/sh>
X-Cron-Env: <LOGNAME=root>

backup: delivery of the archive failed permanently
.
"""),
    ("a mail about a password", "", "customer@shop.test", """\
From: Example <no-reply@example.org>
To: customer@shop.test
Subject: Reset your password
Date: Mon, 30 Nov 2026 09:12:00 +0000
Message-ID: <reset.8842@example.org>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Somebody asked for a new password for your account.
https://www.example.org/reset/8842
"""),
    # As Mailman's Bouncer makes it of a post that it refuses.
    ("a refused post, of Mailman", "walkers-bounces@lists.example.org", "subscriber@one.test", """\
Subject: Next walk
From: walkers-owner@lists.example.org
To: subscriber@one.test
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="===============6405173870203941"
Message-ID: <mailman.14.1796030000.2211.walkers@lists.example.org>
Date: Mon, 30 Nov 2026 09:15:00 +0000
Precedence: bulk
X-BeenThere: walkers@lists.example.org
X-Mailman-Version: 2.1.39
List-Id: <walkers.lists.example.org>
X-List-Administrivia: yes
Errors-To: walkers-bounces@lists.example.org
Sender: "Walkers" <walkers-bounces@lists.example.org>

--===============6405173870203941
Content-Type: text/plain; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit

You are not allowed to post to this mailing list, and your message has
been automatically rejected.
--===============6405173870203941
Content-Type: message/rfc822
MIME-Version: 1.0

From: subscriber@one.test
To: walkers@lists.example.org
Subject: Next walk
Date: Mon, 30 Nov 2026 09:14:00 +0000
Message-ID: <walk.1@one.test>

On Sunday?
--===============6405173870203941--
"""),
    # As Mailman's bounce runner makes it once a subscriber's mail has bounced too often: it returns the last bounce.
    ("a probe of a subscriber, of Mailman", "walkers-bounces+d41d8cd98f00b204e9800998ecf8427e@lists.example.org", "subscriber@two.test", """\
Subject: Walkers mailing list probe message
From: walkers-bounces+d41d8cd98f00b204e9800998ecf8427e@lists.example.org
To: subscriber@two.test
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="===============1733000000000002"
Message-ID: <mailman.15.1796030100.2211.walkers@lists.example.org>
Date: Mon, 30 Nov 2026 09:16:40 +0000
Precedence: bulk
X-BeenThere: walkers@lists.example.org
X-Mailman-Version: 2.1.39
List-Id: <walkers.lists.example.org>
X-List-Administrivia: yes

--===============1733000000000002
Content-Type: text/plain; charset="us-ascii"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit

This is a probe message.  You can ignore this message.

The walkers mailing list has received a number of bounces from you,
indicating that there may be a problem delivering messages to
subscriber@two.test.  A sample is attached below.
--===============1733000000000002
Content-Type: message/rfc822
MIME-Version: 1.0

Received: from mx.two.test (mx.two.test [198.51.100.9]) by lists.example.org; Mon, 30 Nov 2026 08:00:00 +0000
From: MAILER-DAEMON@mx.two.test
To: walkers-bounces@lists.example.org
Subject: Undelivered Mail Returned to Sender
Date: Mon, 30 Nov 2026 08:00:00 +0000
Message-ID: <bounce.1@mx.two.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="inner"

--inner
Content-Type: text/plain

<subscriber@two.test>: mailbox is full
--inner
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.two.test

Final-Recipient: rfc822; subscriber@two.test
Action: failed
Status: 5.2.2
--inner--
--===============1733000000000002--
"""),
]


class Behind(Case):
    """Our wrongly set up Postfix stands between two gateways; the catcher is the world."""

    STAGE = "hold"

    def setUp(self):
        super().setUp()
        self.catcher = self.enterContext(Catcher(self.folder))
        self.partner = self.enterContext(FakeServer({"rcpt": "550 5.7.1 not wanted here"}))
        self.server, next_hop = self.make_server()
        zone = self.enterContext(ZoneServer(*ROWS))
        recipients = self.write("recipients", RECIPIENTS)
        lists = '[[domain]]\nname = "lists.example.org"\n'
        self.gate = self.enterContext(Backstop(self.folder, "backstop", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.server.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{next_hop}"),
            tags=False, stage="observe", more_domain=f'recipients = "file:{recipients}"',
            more=way_out(zone.port, self.STAGE) + lists)))
        self.server.send_out(self.gate.address("out")[1])
        self.enterContext(self.server)

    def make_server(self):
        """Returns our server, and the port to which the gateway passes what leaves."""
        return OurPostfix(self.folder, self.partner.port), self.catcher.port

    def write_in(self, sender, recipient):
        with FakeClient(self.gate.address("in")) as client:
            return client.mail(new_mail(sender, recipient), sender, recipient)


@needs("backstop", "postfix")
class Answers(Behind):
    def test_a_mistyped_address_is_answered_in_the_session(self):
        # Bob's own server hears it and tells him, in our words.
        far = self.enterContext(Postfix(self.folder, "far", {
            "virtual_mailbox_domains": "example.net", "default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.gate.address('in')[1]}"},
            mailboxes=[BOB]))
        far.send(new_mail(BOB, "an@example.org"), BOB, "an@example.org")
        told = body_of(far.wait_for_mails(BOB)[0])
        self.assertIn(b"said: 550 5.1.1", told)
        self.assertIn(b"There is no mailbox of this name", told.replace(b"\n", b" ").replace(b"    ", b""))
        self.assertNotIn("an@example.org", self.server.log())

    def test_somebody_to_whom_one_of_ours_wrote_gets_the_bounce(self):
        # Neither domain says anything about its senders; Ann wrote to Zoe.
        self.server.send(new_mail(ANN, ZOE), ANN, ZOE)
        self.catcher.wait_for(ZOE)
        for sender in (ZOE, STRANGER):
            self.assertEqual(self.write_in(sender, FULL).code, 250)
        wait_until(lambda: self.gate.held() == [STRANGER], lambda: f"the stranger's is held: {self.gate.held()}")
        mails = self.catcher.wait_for(ZOE, 2)
        wait_until(self.server.is_idle, "the server has nothing left to do")
        self.assertEqual(self.catcher.counts(), {ZOE: 2})
        bounce = next(mail for mail in mails if b"report-type=delivery-status" in mail)
        self.assertIn(b"X-Mail-Args: <>", bounce)

    def test_somebody_whose_mail_passes_spf_gets_the_bounce(self):
        self.assertEqual(self.write_in(SINCERE, FULL).code, 250)
        self.catcher.wait_for(SINCERE)
        wait_until(self.server.is_idle, "the server has nothing left to do")
        self.assertEqual((self.catcher.counts(), self.gate.held()), ({SINCERE: 1}, []))


@needs("backstop", "postfix")
class DeliversItself(Behind):
    """Our server has no smarthost: its bounces go through the gateway and come back, and it delivers them."""

    def make_server(self):
        server = DeliveringPostfix(self.folder, self.partner.port, self.catcher.port)
        return server, server.returned

    def test_its_bounces(self):
        for sender in (SINCERE, STRANGER):
            self.assertEqual(self.write_in(sender, FULL).code, 250)
        self.catcher.wait_for(SINCERE)
        wait_until(lambda: self.gate.held() == [STRANGER], lambda: f"the stranger's is held: {self.gate.held()}")
        wait_until(self.server.is_idle, "the server has nothing left to do")
        self.assertEqual((self.catcher.counts(), self.server.told()), ({SINCERE: 1}, False))


@needs("backstop", "postfix")
class OfPrograms(Behind):
    STAGE = "strict"

    def test_leave_byte_for_byte(self):
        for name, sender, recipient, text in OF_PROGRAMS:
            with self.subTest(name):
                self.server.send(text.encode(), sender, recipient)
                arrived = self.catcher.wait_for(recipient)[0]
                wait_until(lambda recipient=recipient, text=text: self.catcher.mails_for(recipient)[0].rstrip(b"\n").endswith(text.encode().rstrip(b"\n")),
                           lambda recipient=recipient: f"as it was written: {self.catcher.mails_for(recipient)}")
                self.assertIn(f"X-Mail-Args: <{sender}>".encode(), arrived)
        wait_until(self.server.is_idle, "the server has nothing left to do")
        self.assertEqual(self.catcher.counts(), {recipient: 1 for _, _, recipient, _ in OF_PROGRAMS})
        self.assertEqual(self.gate.held(), [])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A joe job: somebody sends mail in the name of a user of ours, and the responses of thousands of hosts come back at once; genuine
bounces of the user's own mail are among them. A replaying one: the forger has header blocks of mails that the user really sent.

BACKSTOP_RESPONSES sets how many responses come (5000 at least), BACKSTOP_RATE how many in a second at most. The figures are printed,
and no time is taken as a proof.
"""
import contextlib
import email.utils
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import time

from attempts import Attempt, Mail
from support import Backstop, Case, FakeClient, FakeServer, SmtpSink, config, gateway, main, needs, wait_until

RESPONSES = int(os.environ.get("BACKSTOP_RESPONSES", "50000"))
RATE = int(os.environ.get("BACKSTOP_RATE", "0"))
GENUINE, BLOCKS, COPIES = 200, 100, 20
BEFORE_ALARM = 100  # responses
SESSIONS, NETWORKS = 8, 400
BOB = "bob@example.org"
ALONE = 3  # seconds of ordinary mail before the flood

HEADER = """\
Received: from pc.example.org ([192.0.2.1])
\tby {relay} with ESMTP id {number}; {date}
From: Bob <bob@example.org>
To: <{addressee}>
Subject: Lunch
Date: {date}
Message-ID: <{number}@{domain}>
"""
BOUNCE = """\
From: MAILER-DAEMON@mail.example.net (Mail Delivery System)
To: bob@example.org
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{{number}}.bounce@mail.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; {addressee}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user

{returned}--part--
"""
RETURNED = "--part\nContent-Type: text/rfc822-headers\n\n"


def now():
    return email.utils.formatdate()


def bounce(addressee, header=None):
    """Returns a bounce as a flood sends it, which returns this header or nothing."""
    return BOUNCE.format(date=now(), addressee=addressee, returned=f"{RETURNED}{header}\n" if header else "")


def forged(relay="mx.example.com", more=""):
    return bounce("x{number}@example.net", more + HEADER.format(relay=relay, number="{number}", domain="mail.example.org", date=now(),
                                                                addressee="x{number}@example.net"))


# Some forgers know what our mail looks like.
FORGED = [*[forged() for _ in range(8)], forged("mx.example.org"), forged(more="Backstop-Watermark: 1;0;01c8bfb7;AAECAwQFBgc;gEYe68UfzTq8Zg\n")]
BARE = [bounce("x{number}@example.net")]


@needs("backstop", "postfix")
class JoeJob(Case):
    """Mail leaves to `hop`, which records it, and what comes in goes to `sink`, which forgets it."""

    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        sink = self.enterContext(SmtpSink(self.folder, "sink", keep=False))
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{sink.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{self.hop.port}"),
            tags=False, more='[proofs]\nwatermark = true\n[ledger]\nurl = "sqlite:{folder}/ledger.db"\n[log]\nlevel = "warning"\n')))
        self.times(0.5)
        self.alone = self.times(ALONE)

    def leave(self, name, count):
        """Sends mails of Bob's, each to an addressee of its own. Returns addressees and the headers that they got."""
        addressees = [f"{name}{number}@example.net" for number in range(count)]
        before = len(self.hop.mails)
        with FakeClient(self.backstop.address("out")) as client:
            for addressee in addressees:
                header = HEADER.format(relay="home.example.org", number=addressee.partition("@")[0], domain="example.org", date=now(), addressee=addressee)
                self.assertEqual(client.mail((header + "\nNoon?\n").replace("\n", "\r\n").encode(), BOB, addressee).code, 250)
        blocks = [taken.data.decode().replace("\r\n", "\n").partition("\n\n")[0] + "\n" for taken in self.hop.mails[before:]]
        return list(zip(addressees, blocks, strict=True))

    def times(self, seconds, goes_on=lambda: True):
        """Sends ordinary mails for this long. Returns the seconds that each took, from connecting to the last answer."""
        times, end = [], time.monotonic() + seconds
        while (begin := time.monotonic()) < end and goes_on():
            attempt = Attempt()
            with attempt.connect(self.backstop.address("in")) as client:
                self.assertTrue(attempt.send(client, Mail(f"{len(times)}@sender.test", "carl@example.org", 4000)))
            times.append(time.monotonic() - begin)
        return times

    def flood(self, **kinds):
        """Sends all these responses beside ordinary mail, and returns the codes of each kind."""
        plan = self.write("plan.json", json.dumps({"address": self.backstop.address("in"), "recipient": BOB, "sessions": SESSIONS,
                                                   "networks": NETWORKS, "rate": RATE, "kinds": kinds}))
        begin = time.monotonic()
        flood = pathlib.Path(__file__).with_name("flood.py")
        with subprocess.Popen([sys.executable, flood, plan], stdout=subprocess.PIPE, text=True) as process:
            beside = self.times(float("inf"), lambda: process.poll() is None)
            codes = json.loads(process.stdout.read())
        self.assertEqual(process.returncode, 0)
        seconds, count = time.monotonic() - begin, sum(sum(one.values()) for one in codes.values())
        print(f"{count} responses in {seconds:.0f} s, {count / seconds:.0f} a second: {codes}")
        for name, times in (("before", self.alone), ("meanwhile", beside)):
            centiles = statistics.quantiles(times, n=100)
            print(f"{len(times)} ordinary mails {name}: median {centiles[49] * 1000:.2f} ms, 99 % within {centiles[98] * 1000:.2f} ms")
        return codes

    def ask(self, query, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.backstop.folder}/history.db?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(query, values).fetchall()

    def wait_for(self, count):
        """Waits until the history has this many responses."""
        def there():
            return self.ask("SELECT count(*) FROM event WHERE direction = 'inbound' AND kind = 'dsn-failed'")[0][0]
        wait_until(lambda: there() >= count, lambda: f"{count} responses, but {there()}", seconds=60)
        self.assertEqual(there(), count)

    def check_alarm(self):
        """There is one surge of this mailbox, and it was seen soon."""
        alarms = self.ask("SELECT time FROM event WHERE cause = 'surge' AND recipients = ?", json.dumps([BOB]))
        self.assertEqual(len(alarms), 1)
        before = self.ask("SELECT count(*) FROM event WHERE kind = 'dsn-failed' AND origin = 'unproven' AND time < ?", *alarms[0])
        self.assertLess(before[0][0], BEFORE_ALARM)

    def genuine(self):
        """Returns how often a response to each mail was genuine, by its Message-ID."""
        return dict(self.ask("SELECT original_message_id, count(*) FROM event WHERE origin = 'genuine' GROUP BY 1"))

    def test_forged(self):
        left = self.leave("gone", GENUINE)
        bare = (RESPONSES - GENUINE) // 5
        codes = self.flood(forged={"texts": FORGED, "count": RESPONSES - GENUINE - bare}, bare={"texts": BARE, "count": bare},
                           genuine={"texts": [bounce(*one) for one in left], "count": GENUINE})
        self.assertEqual(codes["genuine"], {"250": GENUINE})
        self.wait_for(RESPONSES)
        self.assertEqual(self.genuine(), {f"gone{number}@example.org": 1 for number in range(GENUINE)})
        self.check_alarm()
        print(self.ask("SELECT origin, cause, done, count(*) FROM event WHERE kind = 'dsn-failed' GROUP BY 1, 2, 3"))

    def test_replayed(self):
        harvested, left = self.leave("harvested", BLOCKS), self.leave("gone", GENUINE - BLOCKS)
        count = RESPONSES - len(left)
        codes = self.flood(copies={"texts": [bounce("x{number}@example.net", block) for _, block in harvested], "count": count},
                           genuine={"texts": [bounce(*one) for one in left], "count": len(left)})
        self.assertEqual(codes["genuine"], {"250": len(left)})
        self.wait_for(RESPONSES)
        genuine = self.genuine()
        copies = [genuine.pop(f"harvested{number}@example.org", 0) for number in range(BLOCKS)]
        self.assertEqual(genuine, {f"gone{number}@example.org": 1 for number in range(len(left))})
        self.assertEqual(copies, [COPIES] * BLOCKS)
        # The true bounces of the mails whose copies are worn.
        with FakeClient(self.backstop.address("in")) as client:
            for addressee, block in harvested:
                text = bounce(addressee, block).replace("{number}", addressee).replace("\n", "\r\n")
                self.assertEqual(client.mail(text.encode(), "", BOB).code, 250)
        self.wait_for(RESPONSES + BLOCKS)
        genuine = self.genuine()
        self.assertEqual([genuine[f"harvested{number}@example.org"] - copies[number] for number in range(BLOCKS)], [1] * BLOCKS)
        self.check_alarm()
        print(self.ask("SELECT origin, cause, done, count(*) FROM event WHERE kind = 'dsn-failed' GROUP BY 1, 2, 3"))


if __name__ == "__main__":
    main()

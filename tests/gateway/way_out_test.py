#!/usr/bin/python3
"""Responses that leave: which are held, which leave within the rates, and what leaves untouched."""
import json
import re
import subprocess

import jsonschema

from dialogue import ANN, BOB, CARL, EVE, Dialogue, told, url, without_trace
from support import SOURCE, gateway, header_of, main

LEDGER = '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'
SPAM = b"From: Eve <eve@example.net>\r\nTo: nobody@example.org\r\nSubject: Win\r\nMessage-ID: <spam%d@example.net>\r\n\r\nNow.\r\n"

BOUNCE = b"""\
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)\r
To: %(to)s\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <bounce@mail.example.org>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"\r
\r
--xx\r
Content-Type: text/plain\r
\r
<nobody@example.org>: unknown user\r
--xx\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example.org\r
\r
Final-Recipient: rfc822; nobody@example.org\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 unknown user\r
\r
--xx\r
Content-Type: message/rfc822\r
\r
%(original)s\r
--xx--\r
"""

UNTOUCHED = {
    "cron": ("root@example.org", b"From: root@example.org (Cron Daemon)\r\nTo: eve@example.net\r\nSubject: Cron <root@mail> backup\r\n"
             b"Auto-Submitted: auto-generated\r\nX-Cron-Env: <SHELL=/bin/sh>\r\nMessage-ID: <c@example.org>\r\n\r\ndone\r\n"),
    "password": ("noreply@example.org", b"From: noreply@example.org\r\nTo: eve@example.net\r\nSubject: Your new password\r\n"
                 b"Auto-Submitted: auto-generated\r\nMessage-ID: <p@example.org>\r\n\r\nSet it here: https://example.org/\r\n"),
    "password, null path": ("", b"From: noreply@example.org\r\nTo: eve@example.net\r\nSubject: Your new password\r\n"
                            b"Message-ID: <q@example.org>\r\n\r\nSet it here: https://example.org/\r\n"),
    "dmarc report": ("", b"From: dmarc@example.org\r\nTo: reports@example.net\r\nSubject: Report Domain: example.net Submitter: example.org\r\n"
                     b"Message-ID: <d@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: application/gzip; name=\"r.xml.gz\"\r\n"
                     b"Content-Transfer-Encoding: base64\r\n\r\nH4sIAAAAAAAAAwMAAAAAAAAAAAA=\r\n"),
    "receipt": ("", b"From: bob@example.org\r\nTo: eve@example.net\r\nSubject: Read: hi\r\nMIME-Version: 1.0\r\nMessage-ID: <m@example.org>\r\n"
                b"In-Reply-To: <1@example.net>\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
                b"--b\r\n\r\nRead.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; bob@example.org\r\n"
                b"Original-Message-ID: <1@example.net>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"),
}

# What programs of ours send with a path of ours. It shows nobody who wrote.
PROGRAMS = {
    "acknowledgement": ("help@example.org", b"From: help@example.org\r\nSubject: [#12] Win\r\nAuto-Submitted: auto-generated\r\n\r\nWe got it.\r\n"),
    "list mail": ("list-bounces@example.org", b"From: list@example.org\r\nSubject: [l] hello\r\nList-Id: <l.example.org>\r\n\r\nhello\r\n"),
    "bulk": ("news@example.org", b"From: news@example.org\r\nSubject: News\r\nPrecedence: bulk\r\n\r\nnews\r\n"),
    "challenge": (BOB, b"From: bob@example.org\r\nSubject: Your email requires verification verify#abc\r\nX-Boxtrapper: x\r\n\r\n"
                       b"The message you sent requires that you verify\r\n"),
    "read receipt": (BOB, b"From: bob@example.org\r\nSubject: Read: Win\r\nMIME-Version: 1.0\r\n"
                          b"Content-Type: multipart/report; report-type=disposition-notification; boundary=t\r\n\r\n"
                          b"--t\r\n\r\nread\r\n--t\r\nContent-Type: message/disposition-notification\r\n\r\n"
                          b"Final-Recipient: rfc822;bob@example.org\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--t--\r\n"),
}


def bounce(to, original):
    return BOUNCE % {b"to": to.encode(), b"original": original}


def vacation(author=BOB, to=EVE, answers="<spam1@example.net>", number=1, text="I am away on holiday."):
    return (f"From: {author}\r\nTo: {to}\r\nSubject: Auto: Win\r\nMessage-ID: <v{number}.{author}>\r\nIn-Reply-To: {answers}\r\n"
            f"Auto-Submitted: auto-replied (vacation)\r\n\r\n{text}\r\n").encode()


class WayOut(Dialogue):
    def run_both(self, stage="hold", ledger=LEDGER, more="", domain="example.org"):
        """Starts a gateway for each direction. Returns the next hop of what comes in, and that of what leaves."""
        inside, outside = self.hop(), self.hop()
        url_of_held = "" if stage == "observe" else 'url = "sqlite:{folder}/held.db"\n'
        self.start(gateway("in", "inbound", url(inside)), gateway("out", "outbound", url(outside)), stage="observe", domain=domain, tags=False,
                   more=ledger + f'[way_out]\nstage = "{stage}"\n{url_of_held}{more}')
        return inside, outside

    def arrive(self, inside, sender=EVE, number=1, more=b""):
        """Brings a spam in, and returns it as the server behind has it."""
        self.assertEqual(self.client(self.gate.address("in")).mail(more + SPAM % number, sender, BOB).code, 250)
        return inside.mails[-1].data

    def leave(self, message, to=EVE, sender=""):
        return self.client(self.gate.address("out")).mail(message, sender, to)

    def last_event(self, count):
        """Returns the last of this many events."""
        return self.events(count)[-1]


class Bounces(WayOut):
    def test_one_to_somebody_who_did_not_write_is_held(self):
        inside, outside = self.run_both()
        spam = self.arrive(inside, sender="spammer@bad.test").replace(b"From: Eve", b"From: Eva")
        reply = self.leave(bounce(CARL.replace("example.org", "victim.test"), spam), "carl@victim.test")
        self.assertEqual(told(reply), "250 2.0.0")
        self.assertIn("Taken, and held", reply.text)
        self.assertEqual((outside.mails, outside.steps["data"]), ([], 0))
        event = self.last_event(2)
        self.assertEqual((event["cause"], event["verdict"], event["done"], event["kind"]),
                         ("not-owed", "quarantine", "quarantined", "dsn-failed"))
        self.assertIn("from another address", event["explanation"])
        listed = subprocess.run([self.gate.program, "held", "list", "--json", "-c", self.gate.config], capture_output=True, timeout=60, check=True)
        one, = [json.loads(line) for line in listed.stdout.splitlines()]
        self.assertEqual((one["cause"], one["recipients"]), ("not-owed", ["carl@victim.test"]))

    def test_at_observe_it_leaves_and_the_event_says_more(self):
        inside, outside = self.run_both("observe")
        spam = self.arrive(inside, sender="spammer@bad.test")
        message = bounce("carl@victim.test", spam)
        self.assertEqual(self.leave(message, "carl@victim.test").code, 250)
        self.assertEqual(without_trace(outside.mails[0].data), message)
        event = self.last_event(2)
        self.assertEqual((event["cause"], event["verdict"], event["next_stage"], event["done"]),
                         ("not-owed", "accept", "quarantine", "delivered"))

    def test_what_is_unclear_leaves_within_the_rates(self):
        inside, outside = self.run_both()
        for number in range(5):
            spam = self.arrive(inside, number=number)
            self.assertEqual(self.leave(bounce(EVE, spam)).code, 250)
        self.assertEqual(len(outside.mails), 3)
        self.assertEqual(self.last_event(10)["cause"], "rated")

    def test_strict_holds_what_is_unclear(self):
        inside, outside = self.run_both("strict")
        self.assertIn("held", self.leave(bounce(EVE, self.arrive(inside))).text)
        self.assertEqual(outside.mails, [])

    def test_whoever_one_of_ours_wrote_to_is_told(self):
        inside, outside = self.run_both("strict")
        self.assertEqual(self.leave(b"From: bob@example.org\r\nMessage-ID: <h@example.org>\r\n\r\nHello\r\n", EVE, BOB).code, 250)
        message = bounce(EVE, self.arrive(inside))
        for _ in range(4):
            self.assertEqual(self.leave(message).code, 250)
        self.assertEqual([without_trace(mail.data) for mail in outside.mails[1:]], [message] * 4)
        self.assertEqual(self.last_event(6)["cause"], "owed")

    def test_one_to_a_mailbox_of_ours_leaves(self):
        _, outside = self.run_both("strict")
        self.assertEqual(self.leave(bounce(CARL, b"From: carl@example.org\r\nMessage-ID: <x@example.org>\r\n\r\nhi\r\n"), CARL).code, 250)
        self.assertEqual(len(outside.mails), 1)

    def test_without_a_ledger_the_rates_leave_and_at_strict_none(self):
        for stage, want in (("hold", 3), ("strict", 0)):
            _, outside = self.run_both(stage, ledger="")
            for _ in range(5):
                self.assertEqual(self.leave(bounce(EVE, SPAM % 1)).code, 250)
            self.assertEqual(len(outside.mails), want, stage)

    def test_a_long_one_is_judged_and_held_by_its_start(self):
        inside, outside = self.run_both()
        self.assertEqual(self.leave(b"From: bob@example.org\r\nMessage-ID: <h@example.org>\r\n\r\nHello\r\n", EVE, BOB).code, 250)
        padding = (b"x" * 70 + b"\r\n") * 200_000
        forged = bounce("victim@victim.test", self.arrive(inside, sender="spammer@bad.test") + padding)
        for _ in range(2):
            self.assertIn("held", self.leave(forged, "victim@victim.test").text)
        self.assertEqual(len(outside.mails), 1)
        event = self.last_event(4)
        self.assertEqual((event["cause"], event["done"]), ("not-owed", "quarantined"))
        self.assertEqual(event["size"], len(forged))
        whole = subprocess.run([self.gate.program, "held", "show", "--whole", "-c", self.gate.config, event["id"]],
                               capture_output=True, timeout=60, check=True).stdout
        self.assertIn(b"Final-Recipient: rfc822; nobody@example.org", whole)
        self.assertIn(b"Message-ID: <spam1@example.net>", whole)
        self.assertLess(len(whole), 4000)
        owed = bounce(EVE, self.arrive(inside, number=2) + padding)
        self.assertEqual(told(self.leave(owed)), "250 2.0.0")
        self.assertEqual(without_trace(outside.mails[-1].data), owed)

    def test_what_the_next_hop_does_not_take_has_no_place(self):
        inside, outside = self.run_both()
        outside.answer("dot", ["450 4.0.0 later"] * 5 + ["250 2.0.0 taken"])
        spam = self.arrive(inside)
        for _ in range(5):
            self.assertEqual(self.leave(bounce(EVE, spam)).code, 450)
        self.assertEqual(self.leave(bounce(EVE, spam)).code, 250)
        self.assertEqual(len(outside.mails), 1)


class Schema(WayOut):
    def test_events_fit_at_each_stage(self):
        validator = jsonschema.Draft7Validator(json.loads((SOURCE / "docs/history.schema.json").read_text()))
        for stage, forged, next_stage in (("observe", "accept", "quarantine"), ("hold", "quarantine", "quarantine"), ("strict", "quarantine", "")):
            with self.subTest(stage):
                inside, _ = self.run_both(stage)
                spam = self.arrive(inside, sender="spammer@bad.test")
                self.assertEqual(self.leave(bounce("carl@victim.test", spam), "carl@victim.test").code, 250)
                self.assertEqual(self.leave(vacation(), EVE, BOB).code, 250)
                self.gate.wait_for_events(4)
                found = [json.loads(line) for line in self.gate.command("history", "--json", "-c", self.gate.config).splitlines()]
                for event in found:
                    validator.validate(event)
                outbound = [event for event in found if event["direction"] == "outbound"]
                self.assertEqual([(event["cause"], event["stage"]) for event in outbound if event["done"]],
                                 [("unclear", stage), ("not-owed", stage)])
                self.assertEqual([(event["cause"], event["stage"]) for event in outbound if not event["done"]], [("late-unknown", "")])
                self.assertEqual([(event["verdict"], event["next_stage"]) for event in outbound if event["cause"] == "not-owed"], [(forged, next_stage)])


class Writers(WayOut):
    def test_bounces_from_a_path_of_ours_show_no_writer(self):
        inside, outside = self.run_both()
        forged = bounce("victim@victim.test", self.arrive(inside, sender="spammer@bad.test"))
        for _ in range(5):
            self.assertEqual(self.leave(forged, "victim@victim.test", "MAILER-DAEMON@example.org").code, 250)
        self.assertEqual(outside.mails, [])
        unknown = bounce(EVE, self.arrive(inside, number=2))
        for _ in range(5):
            self.assertEqual(self.leave(unknown, EVE, "MAILER-DAEMON@example.org").code, 250)
        self.assertEqual(len(outside.mails), 3)

    def test_at_observe_what_leaves_shows_none_either(self):
        inside, outside = self.run_both("observe")
        forged = bounce("victim@victim.test", self.arrive(inside, sender="spammer@bad.test"))
        for count in (2, 3):
            self.assertEqual(self.leave(forged, "victim@victim.test", "MAILER-DAEMON@example.org").code, 250)
            self.assertEqual(self.last_event(count)["cause"], "not-owed")
        self.assertEqual(len(outside.mails), 2)

    def test_programs_unlock_nothing_and_a_user_does(self):
        inside, outside = self.run_both()
        spam = self.arrive(inside, sender="spammer@bad.test")
        for number, (name, (sender, message)) in enumerate(PROGRAMS.items(), 1):
            victim = f"v{number}@victim.test"
            self.assertEqual(self.leave(b"Message-ID: <%d@example.org>\r\n" % number + message, victim, sender).code, 250, name)
            self.assertEqual(len(outside.mails), number, name)
            self.assertIn("held", self.leave(bounce(victim, spam), victim).text, name)
        person = b"From: bob@example.org\r\nSubject: Re: Win\r\nIn-Reply-To: <spam1@example.net>\r\n\r\nNo.\r\n"
        self.assertEqual(self.leave(person, "victim@victim.test", BOB).code, 250)
        before = len(outside.mails)
        self.assertEqual(self.leave(bounce("victim@victim.test", spam), "victim@victim.test").code, 250)
        self.assertEqual(len(outside.mails), before + 1)


class Forwarded(WayOut):
    def test_bounces_that_came_in_here_leave_as_they_are(self):
        for stage in ("hold", "strict"):
            inside, outside = self.run_both(stage)
            for number in range(5):
                genuine = bounce(BOB, b"From: bob@example.org\r\nMessage-ID: <%d@example.org>\r\n\r\nhi\r\n" % number)
                self.assertEqual(self.client(self.gate.address("in")).mail(genuine, "", BOB).code, 250)
                came = inside.mails[-1].data
                self.assertEqual(self.leave(came, "bob@private.test").code, 250)
                self.assertEqual(without_trace(outside.mails[-1].data), came)
            self.assertEqual(len(outside.mails), 5, stage)
            self.assertEqual({event["kind"] for event in self.events(10) if event["direction"] == "outbound"}, {"none"})

    def test_a_forged_id_helps_nobody(self):
        inside, outside = self.run_both("strict")
        self.assertEqual(self.client(self.gate.address("in")).mail(bounce(BOB, SPAM % 1), "", BOB).code, 250)
        forged, count = re.subn(rb" id [0-9a-f]+", b" id 0123abcd", inside.mails[-1].data, count=1)
        self.assertEqual(count, 1)
        self.assertIn("held", self.leave(forged, EVE).text)
        self.assertEqual(outside.mails, [])

    def test_what_was_judged_is_not_judged_again(self):
        _, outside = self.run_both()
        self.assertEqual(self.leave(vacation(), EVE, BOB).code, 250)
        once = outside.mails[-1].data
        self.assertEqual(self.leave(once, EVE, BOB).code, 250)
        self.assertEqual([without_trace(mail.data) for mail in outside.mails], [vacation(), once])
        events = self.events(2)
        self.assertEqual([event["cause"] for event in events][0], "unclear")
        self.assertNotIn("vacation-again", [event["cause"] for event in events])


class Others(WayOut):
    def test_they_leave_byte_for_byte(self):
        _, outside = self.run_both("strict")
        for name, (sender, message) in UNTOUCHED.items():
            self.assertEqual(self.leave(message, EVE, sender).code, 250, name)
            self.assertEqual(without_trace(outside.mails[-1].data), message, name)
        self.assertEqual({event["kind"] for event in self.events(len(UNTOUCHED))}, {"none"})

    def test_a_double_bounce_leaves(self):
        _, outside = self.run_both("strict")
        self.assertEqual(self.leave(bounce("postmaster@example.net", SPAM % 1), "postmaster@example.net", "double-bounce@example.org").code, 250)
        self.assertEqual(len(outside.mails), 1)


class Vacation(WayOut):
    def test_one_an_addressee_in_seven_days(self):
        inside, outside = self.run_both()
        self.assertEqual(self.leave(b"From: bob@example.org\r\nMessage-ID: <h@example.org>\r\n\r\nHello\r\n", EVE, BOB).code, 250)
        self.arrive(inside)
        for number in range(4):
            self.assertEqual(self.leave(vacation(number=number), EVE, BOB).code, 250)
        self.assertEqual(len(outside.mails), 2, "the mail, and one reply")
        self.assertEqual(self.last_event(6)["cause"], "vacation-again")
        self.assertEqual(outside.mails[1].sender, BOB, "its path stays")

    def test_another_text_is_another_reply(self):
        inside, outside = self.run_both()
        self.arrive(inside)
        for text in ("Ticket 1 is yours.", "Ticket 2 is yours.", "Ticket 2 is yours."):
            self.assertEqual(self.leave(vacation(text=text), EVE, BOB).code, 250)
        self.assertEqual(len(outside.mails), 2)
        self.assertEqual(self.last_event(4)["cause"], "vacation-again")

    def test_none_to_a_list(self):
        inside, outside = self.run_both()
        self.arrive(inside, sender="list-bounces@lists.test", more=b"List-Id: <l.lists.test>\r\n")
        self.assertIn("held", self.leave(vacation(to="eve@example.net"), EVE, BOB).text)
        self.assertIn("held", self.leave(vacation(to="list-bounces@lists.test", answers="<other@x.test>"), "list-bounces@lists.test", BOB).text)
        self.assertEqual(outside.mails, [])
        self.assertEqual({event["cause"] for event in self.events(3) if event["direction"] == "outbound"}, {"vacation-unwanted"})

    def test_left_alone_by_choice(self):
        _, outside = self.run_both(more='vacation = "leave"\n')
        for number in range(4):
            self.assertEqual(self.leave(vacation(number=number), EVE, BOB).code, 250)
        self.assertEqual(len(outside.mails), 4)

    def test_two_that_answer_everything_write_once_each(self):
        ours = self.run_both("hold")
        our_gate = self.gate
        theirs = self.run_both("hold", domain="example.net")
        their_gate = self.gate
        sides = {BOB: (our_gate, ours), ANN: (their_gate, theirs)}
        self.gate = our_gate
        first = b"From: bob@example.org\r\nTo: ann@example.net\r\nSubject: hi\r\nMessage-ID: <first@example.org>\r\n\r\nHello\r\n"
        self.assertEqual(self.leave(first, ANN, BOB).code, 250)
        message, author, reader = ours[1].mails[-1].data, BOB, ANN
        replies = []
        for number in range(10):
            gate, (inside, outside) = sides[reader]
            self.gate = gate
            self.assertEqual(self.client(gate.address("in")).mail(message, author, reader).code, 250)
            answers = header_of(inside.mails[-1].data, "Message-ID")
            before = len(outside.mails)
            self.assertEqual(self.leave(vacation(reader, author, answers, number), author, reader).code, 250)
            if len(outside.mails) == before:
                break
            replies.append(reader)
            message, author, reader = outside.mails[-1].data, reader, author
        self.assertLessEqual(max(replies.count(BOB), replies.count(ANN)), 1, replies)
        self.assertIn(ANN, replies, "the first reply is wanted")


if __name__ == "__main__":
    main()

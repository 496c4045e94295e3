#!/usr/bin/python3
"""Responses that are kept back: what client and next hop hear, what is kept, and what `backstop quarantine` does with it."""
import contextlib
import json
import sqlite3
import subprocess

from dialogue import BOB, BOUNCE, CARL, Dialogue, codes, tagged, told, url
from support import Stall, gateway, header_of, main, wait_until

QUARANTINE = '[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n'
FAILED = b"Subject: Undelivered Mail Returned to Sender"


class Kept(Dialogue):
    def keep(self, hop=None, more=QUARANTINE, stage="quarantine", **settings):
        """Starts a gateway with a quarantine; returns the next hop."""
        hop = hop or self.hop()
        self.relay(hop, stage=stage, more=more, **settings)
        return hop

    def send(self, *recipients, message=BOUNCE):
        client = self.client()
        self.assertEqual(codes(client.envelope("", *(recipients or (BOB,)))), [250] * (1 + len(recipients or (BOB,))))
        reply = client.data(message)
        client.quit()
        return reply

    def command(self, *arguments, status=0):
        done = subprocess.run([self.gate.program, "quarantine", arguments[0], "-c", self.gate.config, *arguments[1:]], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout if status == 0 else done.stderr.decode()

    def listed(self, *arguments):
        return [json.loads(line) for line in self.command("list", "--json", *arguments).splitlines()]

    def restart(self):
        self.assertEqual(self.gate.stop(), 0)
        self.gate.start()

    def change(self, sql):
        with contextlib.closing(sqlite3.connect(self.gate.folder / "quarantine.db", timeout=20)) as database:
            database.execute(sql)
            database.commit()

    def first(self, sql):
        """Returns the first column of the first row."""
        with contextlib.closing(sqlite3.connect(self.gate.folder / "quarantine.db", timeout=20)) as database:
            return database.execute(sql).fetchone()[0]


class OnTheWay(Kept):
    def test_the_client_is_told_and_the_next_hop_gets_nothing(self):
        hop = self.keep()
        reply = self.send()
        self.assertEqual(told(reply), "250 2.0.0")
        self.assertIn("kept back in quarantine", reply.text)
        event = self.events()[0]
        self.assertEqual((event["done"], event["verdict"], event["cause"]), ("quarantined", "quarantine", "bare"))
        hop.wait_for("rset")
        self.assertEqual((hop.mails, hop.steps["data"]), ([], 0))
        one, = self.listed()
        self.assertEqual({name: one[name] for name in ("id", "reverse_path", "recipients", "kind", "cause", "reporting_mta", "gateway", "told")},
                         {"id": event["id"], "reverse_path": "", "recipients": [BOB], "kind": "dsn-failed", "cause": "bare",
                          "reporting_mta": "mail.example.net", "gateway": "in", "told": False})

    def test_the_session_goes_on(self):
        hop = self.keep()
        client = self.client()
        for sender, want in (("", 0), ("ann@example.net", 1), ("", 1)):
            self.assertEqual(codes(client.envelope(sender, BOB)), [250, 250])
            self.assertEqual(client.data(BOUNCE if not sender else b"Subject: Lunch\r\n\r\nAt one?\r\n").code, 250)
            self.assertEqual(len(hop.mails), want)

    def test_the_least_favourable_recipient_decides_for_all(self):
        hop = self.keep()
        self.assertIn("kept back", self.send(tagged(BOB), CARL).text)
        self.assertEqual(self.listed()[0]["recipients"], [BOB, CARL])
        self.assertEqual(hop.mails, [])

    def test_a_genuine_one_is_delivered(self):
        hop = self.keep()
        self.assertEqual(told(self.send(tagged(BOB))), "250 2.0.0")
        self.assertEqual(len(hop.mails), 1)
        self.assertEqual(self.listed(), [])

    def test_what_is_doubtful_is_kept_at_reject(self):
        self.keep(stage="reject")
        self.assertIn("kept back", self.send(tagged(BOB, days=-1)).text)
        self.assertEqual(self.send().code, 550)

    def test_a_longer_one_than_is_held_is_labelled(self):
        hop = self.keep(limits={"held": "64KiB", "header": "64KiB"})
        long = BOUNCE.replace(b"Subject: Lunch\r\n", b"Subject: Lunch\r\n" + b"X-Filler: x\r\n" * 20_000)
        reply = self.send(message=long)
        self.assertNotIn("kept back", reply.text)
        self.assertIsNotNone(header_of(hop.mails[0].data, "Backstop-Verdict"))
        event = self.events()[0]
        self.assertEqual(event["done"], "labelled")
        self.assertIn("could not be kept back: it is longer than what is held in memory", event["explanation"])

    def test_chunks(self):
        hop = self.keep()
        client = self.client()
        self.assertEqual(codes(client.envelope("", BOB)), [250, 250])
        client.send(b"BDAT %d LAST\r\n" % len(BOUNCE) + BOUNCE)
        self.assertIn("kept back", client.read().text)
        self.assertEqual(hop.mails, [])


class Command(Kept):
    def test_release_hands_it_over_as_it_came(self):
        hop = self.keep()
        self.send(message=BOUNCE.replace(b"<gone@example.net>", b"..dots\r\n<gone@example.net>"))
        one, = self.listed()
        whole = self.command("show", "--whole", one["id"])
        self.assertEqual(self.command("release", one["id"]), f"{one['id']} is released.\n".encode())
        self.assertEqual([(mail.sender, mail.recipients) for mail in hop.mails], [("", [BOB])])
        self.assertEqual(hop.mails[0].data, whole)
        self.assertIn(b"\r\n..dots\r\n", whole)
        self.assertIsNone(header_of(whole, "Backstop-Verdict"))
        self.assertEqual(self.listed(), [])

    def test_it_stays_if_the_next_hop_does_not_take_it(self):
        hop = self.keep()
        self.send()
        one, = self.listed()
        for step, answer in (("dot", "451 4.3.0 later"), ("rcpt", "550 5.1.1 no such user"), ("connect", "421 4.3.2 busy"), ("mail", "550 5.7.1 no")):
            with self.subTest(step):
                good = hop.answers[step]
                hop.answer(step, answer)
                said = self.command("release", one["id"], status=69)
                self.assertIn(f"{one['id']} is still kept back; ", said)
                self.assertIn(answer, said)
                hop.answer(step, good)
                self.assertEqual(len(self.listed()), 1)
        self.command("release", one["id"])
        self.assertEqual(len(hop.mails), 1)

    def test_two_at_once_release_it_once(self):
        hop = self.keep()
        self.send()
        one = self.listed()[0]["id"]
        stall = Stall("250 2.0.0 taken")
        hop.answer("dot", stall)
        first = subprocess.Popen([self.gate.program, "quarantine", "release", "-c", self.gate.config, one], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE)
        with first:
            hop.wait_for("dot")
            self.assertIn(f"{one} is still kept back; another command is releasing it", self.command("release", one, status=69))
            stall.release()
            self.assertEqual(first.communicate(timeout=60)[0], f"{one} is released.\n".encode())
        self.assertEqual((len(hop.mails), self.listed()), (1, []))

    def test_a_release_that_is_killed_loses_nothing(self):
        hop = self.keep()
        self.send()
        one = self.listed()[0]["id"]
        hop.answer("dot", [Stall(), "250 2.0.0 taken"])
        with subprocess.Popen([self.gate.program, "quarantine", "release", "-c", self.gate.config, one], stdin=subprocess.DEVNULL) as first:
            hop.wait_for("dot")
            first.kill()
        self.command("release", one)
        self.assertEqual(self.listed(), [])

    def test_into_a_maildir(self):
        self.keep_in_maildir()
        self.send()
        self.command("release", self.listed()[0]["id"])
        mail, = self.gate.folder.glob("mail/bob/new/*")
        self.assertIn(FAILED, mail.read_bytes())
        self.assertRegex(mail.read_bytes(), rb"\AReturn-Path: <>\r?\nReceived: ")

    def keep_in_maildir(self):
        self.start(gateway("in", "inbound", "maildir:{folder}/mail/%n"), stage="quarantine", more=QUARANTINE)

    def test_delete(self):
        hop = self.keep()
        self.send()
        one, = self.listed()
        self.assertEqual(self.command("delete", one["id"]), f"{one['id']} is deleted.\n".encode())
        self.assertEqual((self.listed(), hop.mails), ([], []))
        for action in ("show", "release", "delete"):
            self.assertIn(f"nothing is kept back as {one['id']}", self.command(action, one["id"], status=66))

    def test_who_looked_is_in_the_history(self):
        self.keep()
        self.send()
        one, = self.listed()
        self.gate.wait_for_events(1)
        self.assertIn(FAILED, self.command("show", one["id"]))
        self.assertNotIn(b"unknown user", self.command("show", one["id"]))
        self.command("release", one["id"])
        events = self.gate.history(id=one["id"])
        self.assertEqual([event["cause"] for event in events], ["bare", "opened", "opened", "released"])
        self.assertRegex(events[1]["explanation"], r"^root( for \w+)? opened what was kept back as " + one["id"])

    def test_it_is_not_shown_if_that_can_not_be_recorded(self):
        self.keep()
        self.send()
        one, = self.listed()
        self.gate.stop()
        (self.gate.folder / "history.db").write_bytes(b"x" * 1000)
        self.assertIn("not shown, since it can't be recorded who looked at it", self.command("show", one["id"], status=73))

    def test_an_address(self):
        self.keep()
        self.send()
        self.send(CARL)
        self.assertEqual([one["recipients"] for one in self.listed("--address", tagged(CARL))], [[CARL]])
        self.assertEqual(self.listed("--address", "eve@example.net"), [])
        below = CARL.replace("@", "+news@")
        self.send(below)
        self.assertEqual([one["recipients"] for one in self.listed("--address", CARL)], [[below], [CARL]], "of the owner")
        self.assertEqual([one["recipients"] for one in self.listed("--address", below)], [[below]])
        table = self.command("list").decode().splitlines()
        self.assertEqual(len(table), 4)
        self.assertRegex(table[0], "^ID  +KEPT  +UNTIL  +TO  +CAUSE  +FROM HOST$")

    def test_without_a_quarantine(self):
        self.keep(more="")
        self.assertIn("there is no quarantine: [quarantine] has no url", self.command("list", status=65))
        self.assertEqual(told(self.send()), "250 2.0.0")
        self.assertEqual(self.events()[0]["done"], "labelled")


class Keys(Kept):
    NEXT_YEAR = "2027-12-24"

    def rotate(self, at, *more):
        return subprocess.run([self.gate.program, "keys", "rotate", "--at", at, self.gate.folder / "keys", *more], capture_output=True, check=True, timeout=60)

    def test_a_key_in_use_is_not_dropped(self):
        self.keep()
        self.send()
        one, = self.listed()
        self.rotate("2026-12-01")
        self.rotate(self.NEXT_YEAR, "-c", self.gate.config)
        self.assertIn("0 exim retired:2026-12-01", (self.gate.folder / "keys").read_text())
        self.assertIn(FAILED, self.command("show", one["id"]))
        self.command("delete", one["id"])
        self.rotate("2029-12-24", "-c", self.gate.config)
        self.assertNotIn("0 exim", (self.gate.folder / "keys").read_text())

    def state(self, *more):
        table = subprocess.run([self.gate.program, "keys", "list", "--at", self.NEXT_YEAR, self.gate.folder / "keys", *more], capture_output=True, check=True, timeout=60)
        return next(line for line in table.stdout.decode().splitlines() if line.startswith("0 "))

    def test_without_the_configuration_no_key_is_dropped(self):
        self.keep()
        self.send()
        one, = self.listed()
        self.rotate("2026-12-01")
        self.rotate(self.NEXT_YEAR)
        self.assertIn("0 exim retired:2026-12-01", (self.gate.folder / "keys").read_text())
        self.assertIn(FAILED, self.command("show", one["id"]))
        self.assertIn("expired; -c CONFIG tells whether something kept needs it", self.state())
        self.assertIn("expired, but something kept needs it", self.state("-c", self.gate.config))
        self.command("delete", one["id"])
        self.assertIn("expired, its number is free", self.state("-c", self.gate.config))

    def test_after_a_rotation_the_new_key_encrypts(self):
        self.keep()
        self.send()
        self.rotate("2026-12-01")
        self.gate.child.signal(1)
        wait_until(lambda: "reloaded: " in self.gate.log(), "it reloads")
        self.send(CARL)
        self.assertEqual(len(self.listed()), 2)

    def test_a_lost_key(self):
        self.keep()
        self.send()
        one = self.listed()[0]["id"]
        (self.gate.folder / "keys").write_text("7 exim sign 2026-01-01 another secret\n")
        self.assertIn(f"1 can't be read ({one}); of the first one: it was encrypted with key 0, which the key file doesn't have", self.command("list", status=1))
        self.restart()
        self.command("delete", one)
        self.assertIn("something is encrypted with key 0, which the key file doesn't have", self.gate.log())


class Digest(Kept):
    def next_day(self):
        """Restarts it as if a day had passed."""
        self.assertEqual(self.gate.stop(), 0)
        self.change("UPDATE state SET value = value - 1 WHERE name = 'digest_day'")
        self.gate.start()

    def wait_for_day(self):
        wait_until(lambda: self.first("SELECT count(*) FROM state") > 0, "the first look")

    def test_the_owner_is_told_once(self):
        hop = self.keep()
        self.wait_for_day()
        self.send()
        self.send()
        self.next_day()
        mail = wait_until(lambda: hop.mails, "a digest")[0]
        self.assertEqual((mail.sender, mail.recipients), ("", [BOB]))
        self.assertEqual(header_of(mail.data, "Auto-Submitted"), "auto-generated")
        self.assertEqual(header_of(mail.data, "Subject"), "2 responses are kept back")
        self.assertIn(b"  2 from mail.example.net, at [127.0.0.1]\r\n", mail.data)
        self.assertIn(b"ask postmaster@example.org\r\n", mail.data)
        wait_until(lambda: all(one["told"] for one in self.listed()), "it is remembered")
        self.restart()
        self.next_day()
        self.send(CARL)
        self.next_day()
        wait_until(lambda: len(hop.mails) > 1, "another owner's digest")
        self.assertEqual([mail.recipients for mail in hop.mails], [[BOB], [CARL]])

    def test_a_failure_is_tried_the_next_day(self):
        hop = self.keep()
        self.wait_for_day()
        self.send()
        hop.answer("dot", "451 4.3.0 later")
        self.next_day()
        wait_until(lambda: "owners told what is kept back for them: 0 of 1" in self.gate.log(), "a try")
        hop.answer("dot", "250 2.0.0 ok")
        self.next_day()
        wait_until(lambda: "owners told what is kept back for them: 1 of 1" in self.gate.log(), "the next day's")
        self.assertEqual(len(hop.mails), 1)

    def test_off(self):
        hop = self.keep()
        self.wait_for_day()
        self.send()
        self.send(CARL)
        self.assertEqual(self.gate.stop(), 0)
        self.change("UPDATE state SET value = value - 1 WHERE name = 'digest_day'")
        self.change("UPDATE kept SET time = 0 WHERE rowid = 1")
        before = self.first("SELECT value FROM state WHERE name = 'digest_day'")
        self.gate.config.write_text(self.gate.config.read_text().replace("[quarantine]\n", "[quarantine]\ndigest = false\n"))
        self.gate.start()
        self.assertIn("may be unlawful", self.gate.log())
        wait_until(lambda: self.first("SELECT count(*) FROM kept") == 1, "the first look, which deletes what is too old")
        self.send()
        self.assertEqual(self.gate.stop(), 0)
        self.assertEqual((hop.mails, self.first("SELECT value FROM state WHERE name = 'digest_day'")), ([], before))


if __name__ == "__main__":
    main()

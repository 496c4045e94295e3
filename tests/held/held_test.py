#!/usr/bin/python3
"""Responses that are held on their way out: what `backstop held`, `report` and `keys` make of them, and that none is lost once it
is said to be held. hold_response stands in for the gateway that judges them."""
import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent / name) for name in ("gateway", "faults")]

# pylint: disable=wrong-import-position  # the folders must be known first
from dialogue import BOB, BOUNCE, EVE, Dialogue, url  # noqa: E402
from disks import Disk, needs_mounts  # noqa: E402
from support import Stall, gateway, main, wait_until  # noqa: E402

HOLD = os.environ["HOLD_RESPONSE"]
SECRET = b"These words are nobody's business."
# What a server of ours returns to Eve, who wrote nothing.
RETURNED = (BOUNCE.replace(b"To: bob@example.org", b"To: eve@example.net").replace(b"mail.example.net", b"mail.example.org")
            .replace(b"text/rfc822-headers", b"message/rfc822").replace(b"\r\n\r\n--xx--", b"\r\n\r\n" + SECRET + b"\r\n--xx--"))
KILLS = 10


class Held(Dialogue):
    def keep(self, place="{folder}", more=""):
        """Starts an outbound gateway with a held store; returns its next hop."""
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), gateway("out", "outbound", url(hop)),
                   more=f'[way_out]\nurl = "sqlite:{place}/held.db"\n{more}')
        return hop

    def hold(self, name="1f", recipients=(EVE,), mail=RETURNED, path=""):
        """Returns what is said of it, and the process, which is killed."""
        with subprocess.Popen([HOLD, self.gate.config, name, path, *recipients], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            child.stdin.write(mail)
            child.stdin.close()
            said = child.stdout.readline().decode().rstrip("\n")
            child.kill()
        return said

    def run_program(self, *arguments, status=0):
        done = subprocess.run([self.gate.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout if status == 0 else done.stderr.decode()

    def command(self, action, *more, status=0):
        return self.run_program("held", action, "-c", self.gate.config, *more, status=status)

    def listed(self, *more):
        return [json.loads(line) for line in self.command("list", "--json", *more).splitlines()]

    def ids(self):
        return sorted(one["id"] for one in self.listed())

    def database(self):
        return contextlib.closing(sqlite3.connect(self.gate.folder / "held.db", timeout=20))


class Command(Held):
    def test_list(self):
        self.keep()
        self.assertEqual(self.command("list"), b"Nothing is held.\n")
        self.assertEqual(self.hold(), "1f is held")
        self.hold("2f", ["zoe@elsewhere.example"])
        one, = self.listed("--address", EVE)
        self.assertEqual({name: one[name] for name in ("id", "gateway", "reverse_path", "recipients", "kind", "cause")},
                         {"id": "1f", "gateway": "out", "reverse_path": "", "recipients": [EVE], "kind": "dsn-failed", "cause": "not-owed"})
        kept, until = (datetime.datetime.fromisoformat(one[name].replace("Z", "+00:00")) for name in ("time", "until"))
        self.assertEqual(until - kept, datetime.timedelta(days=7))
        self.assertEqual(self.ids(), ["1f", "2f"])
        self.assertEqual(self.command("list", "--address", BOB), b"Nothing that is held is from or to bob@example.org.\n")
        self.assertRegex(self.command("list").decode().splitlines()[0], "^ID  +KEPT  +UNTIL  +TO  +CAUSE  +FROM HOST$")

    def test_nothing_but_the_report_is_kept(self):
        self.keep()
        self.hold()
        whole = self.command("show", "--whole", "1f")
        self.assertIn(b"Final-Recipient: rfc822; gone@example.net\r\n", whole)
        self.assertIn(b"Message-ID: <1.lunch@example.org>\r\n", whole)
        self.assertNotIn(SECRET, whole)
        page = self.command("show", "1f").decode()
        self.assertIn("not-owed: Nothing shows that this address wrote", page)
        self.assertNotIn("Final-Recipient", page)
        self.assertNotIn(EVE.encode(), (self.gate.folder / "held.db").read_bytes())

    def test_release_hands_it_to_the_next_hop_of_the_outbound_gateway(self):
        hop = self.keep()
        self.hold(recipients=[EVE, BOB])
        whole = self.command("show", "--whole", "1f")
        self.assertEqual(self.command("release", "1f"), b"1f is released.\n")
        self.assertEqual([(mail.sender, mail.recipients) for mail in hop.mails], [("", [EVE, BOB])])
        self.assertEqual(hop.mails[0].data, whole)
        self.assertEqual(self.ids(), [])
        events = self.gate.history(id="1f")
        self.assertEqual([(event["cause"], event["direction"], event["done"]) for event in events],
                         [("opened", "outbound", "quarantined"), ("released", "outbound", "delivered")])
        self.assertRegex(events[1]["explanation"], "^root( for .+)? released what was held as 1f$")

    def test_a_vacation_reply_keeps_its_path(self):
        hop = self.keep()
        self.hold(path=BOB, mail=b"Subject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n")
        self.command("release", "1f")
        self.assertEqual([(mail.sender, mail.recipients) for mail in hop.mails], [(BOB, [EVE])])
        self.assertTrue(hop.mails[0].data.endswith(b"\r\n\r\nI am away.\r\n"))

    def test_it_stays_if_the_next_hop_does_not_take_it(self):
        hop = self.keep()
        self.hold()
        for step, answer in (("dot", "451 4.3.0 later"), ("rcpt", "550 5.1.1 no such user"), ("connect", "421 4.3.2 busy")):
            with self.subTest(step):
                good = hop.answers[step]
                hop.answer(step, answer)
                self.assertIn("1f is still held; ", self.command("release", "1f", status=69))
                hop.answer(step, good)
                self.assertEqual(self.ids(), ["1f"])

    def test_a_next_hop_that_wants_a_login(self):
        hop = self.keep()
        self.hold()
        hop.answer("mail", "530 5.7.0 Authentication required")
        said = self.command("release", "1f", status=69)
        self.assertRegex(said, "1f is still held; .*: 530 5.7.0 Authentication required; if it wants a login, which a release doesn't have, see ")

    def test_a_key_that_is_lost(self):
        self.keep()
        self.hold()
        (self.gate.folder / "keys").unlink()
        self.run_program("keys", "new", self.gate.folder / "keys")
        done = subprocess.run([self.gate.program, "held", "list", "-c", self.gate.config], capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        # The new key gets any number, so perhaps that of the old one.
        self.assertRegex(done.stderr.decode(), r"^backstop: 1 can't be read \(1f\); of the first one: it (was encrypted with key 0|is damaged, or was encrypted with another key)")

    def test_two_at_once_release_it_once(self):
        hop = self.keep()
        self.hold()
        stall = Stall("250 2.0.0 taken")
        hop.answer("dot", stall)
        with subprocess.Popen([self.gate.program, "held", "release", "-c", self.gate.config, "1f"], stdout=subprocess.PIPE) as first:
            hop.wait_for("dot")
            self.assertIn("1f is still held; another command is releasing it", self.command("release", "1f", status=69))
            stall.release()
            self.assertEqual(first.communicate(timeout=60)[0], b"1f is released.\n")
        self.assertEqual((len(hop.mails), self.ids()), (1, []))

    def test_delete(self):
        hop = self.keep()
        self.hold()
        self.assertEqual(self.command("delete", "1f"), b"1f is deleted.\n")
        self.assertEqual((self.ids(), hop.mails), ([], []))
        for action in ("show", "release", "delete"):
            self.assertIn("nothing is held as 1f", self.command(action, "1f", status=66))

    def test_without_a_held_store(self):
        self.start(gateway("out", "outbound", "smtp://127.0.0.1:1"))
        self.assertIn("there is no held store: [way_out] has no url", self.command("list", status=65))

    def test_what_is_too_old_is_gone(self):
        self.keep(more='keep = "1h"\n')
        for name in ("1f", "2f"):
            self.hold(name)
        with self.database() as database:
            database.execute("UPDATE kept SET time = time - 3600001 WHERE id = '1f'")
            database.commit()
        self.assertEqual(self.ids(), ["2f"])
        self.assertIn("nothing is held as 1f", self.command("show", "1f", status=66))
        self.assertEqual(self.gate.stop(), 0)
        self.gate.start()
        with self.database() as database:
            wait_until(lambda: database.execute("SELECT id FROM kept").fetchall() == [("2f",)], "the old one is deleted")

    def test_the_report_counts_them(self):
        self.keep()
        for name in ("1f", "2f", "3f"):
            self.hold(name)
        self.command("release", "1f")
        self.command("delete", "2f")
        found = json.loads(self.run_program("report", "-c", self.gate.config, "--json"))["way_out"]
        self.assertEqual((found["waiting"], found["released"], found["deleted"]), (1, 1, 1))
        page = self.run_program("report", "-c", self.gate.config).decode()
        self.assertRegex(page, r"Still wait +1\n +Released +1\n +Deleted +1\n")

    def test_its_keys_stay(self):
        self.keep()
        self.hold()
        keys = self.gate.folder / "keys"
        for day in ("2026-12-24", "2027-12-24"):
            self.run_program("keys", "rotate", "--at", day, keys)
        state = self.run_program("keys", "list", "--at", "2028-12-24", "-c", self.gate.config, keys).decode()
        self.assertIn("expired, but something kept needs it", state)
        self.run_program("keys", "rotate", "--at", "2028-12-24", keys, "-c", self.gate.config)
        self.assertEqual(self.ids(), ["1f"])
        self.command("delete", "1f")
        state = self.run_program("keys", "list", "--at", "2028-12-24", "-c", self.gate.config, keys).decode()
        self.assertNotIn("something kept needs it", state)

    def test_it_is_no_quarantine(self):
        self.keep()
        self.hold()
        self.gate.stop()
        config = pathlib.Path(self.gate.config)
        config.write_text(config.read_text().replace("[way_out]", "[quarantine]"))
        self.assertIn("quarantine", self.run_program("quarantine", "list", "-c", config, status=66))


class Fault(Held):
    def test_killed_once_it_is_held(self):
        """held-and-killed: each process is killed as soon as it says that a response is held, and all of them are there."""
        self.keep()
        for number in range(KILLS):
            self.assertEqual(self.hold(f"{number}f"), f"{number}f is held")
        self.assertEqual(self.ids(), [f"{number}f" for number in range(KILLS)])

    @needs_mounts
    def test_a_full_disk(self):
        disk = self.enterContext(Disk(self.folder / "disk", "4m"))
        self.keep(disk.path)
        self.hold("0f")
        disk.fill()
        number = 1
        while (said := self.hold(f"{number}f")).endswith("is held"):
            number += 1
            self.assertLess(number, 100)
        self.assertIn(f"held store {disk.path}/held.db: the disk is full", said)
        self.assertEqual(len(self.ids()), number)
        disk.free()
        self.assertEqual(self.hold("ff"), "ff is held")

    def test_a_file_that_is_locked(self):
        self.keep()
        self.hold("1f")
        with self.database() as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            self.assertIn("another process holds it locked", self.hold("2f"))
            other.execute("ROLLBACK")
        self.assertEqual(self.hold("2f"), "2f is held")
        self.assertEqual(self.ids(), ["1f", "2f"])

    def test_a_file_that_is_gone(self):
        self.keep()
        self.hold("1f")
        for path in self.gate.folder.glob("held.db*"):
            path.unlink()
        self.assertEqual(self.hold("2f"), "2f is held")
        self.assertEqual(self.ids(), ["2f"])

    def test_a_file_with_its_most_octets(self):
        self.keep(more='most_bytes = "1MiB"\n')
        number = 0
        while (said := self.hold(f"{number}f", mail=b"Subject: Away\r\n\r\n" + os.urandom(9000).hex().encode())).endswith("is held"):
            number += 1
            self.assertLess(number, 300)
        self.assertIn("it is full: it may have 1MiB", said)
        self.assertGreater(number, 20)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The ledger fails while the gateway runs: it is removed, locked, replaced by an old copy, and its disk is full. Mail flows, and
what can't be written waits. If something may be missing in the end, coverage starts anew, and no bounce is refused for what is
missing.
"""
import contextlib
import email.utils
import shutil
import sqlite3
import time

import attempts  # noqa: F401  # makes known where the rest is
from disks import Disk, needs_mounts
from ledger import Ledger
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, main, new_bounce, wait_until

ANN, ZOE = "ann@example.org", "zoe@example.com"
MAILS = 30

DAY = 86400

# A header whose watermark was removed on the way, so that the ledger alone can prove it.
ORIGINAL = """\
Received: from pc.example.org by mx.example.com; {date}
From: <{author}>
Date: {date}
Message-ID: <{name}>

--part--
"""
BY_LEDGER, INCOMPLETE, REFUSED = (250, "genuine", "ledger"), (250, "unproven", "incomplete"), (550, "unproven", "missing")


def ledger_text(place):
    return f'[ledger]\nurl = "sqlite:{place}/ledger.db"\n[log]\nlevel = "warning"\n'


class Faults(Case):
    def begin(self, place):
        self.hop = self.enterContext(FakeServer())
        self.home = self.enterContext(FakeServer())
        text = config(gateway("out", "outbound", f"smtp://127.0.0.1:{self.hop.port}"),
                      gateway("in", "inbound", f"smtp://127.0.0.1:{self.home.port}"), tags=False, more=ledger_text(place),
                      ready=time.strftime("since %Y-%m-%d", time.gmtime()))
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))
        self.ledger = Ledger(place / "ledger.db")
        self.sent = 0
        self.mails()
        self.written()
        self.make_old()
        self.assertEqual([self.bounce(name) for name in ("0@example.org", "unknown@example.org")], [BY_LEDGER, REFUSED])

    def make_old(self):
        """Makes the ledger two days old, so that it has all of yesterday, when mail was not known to carry watermarks."""
        self.assertEqual(self.backstop.stop(), 0)
        with contextlib.closing(sqlite3.connect(self.ledger.path)) as database, database:
            database.execute("UPDATE meta SET born = born - ?1, covered_since = covered_since - ?1", (2 * DAY,))
        self.backstop.start()

    def mails(self):
        """Sends some mails, all of which the next hop must take, and returns their Message-IDs."""
        first, self.sent = self.sent, self.sent + MAILS
        names = [f"{number}@example.org" for number in range(first, self.sent)]
        with FakeClient(self.backstop.address("out")) as client:
            for name in names:
                self.assertEqual(client.mail(f"From: <{ANN}>\r\nMessage-ID: <{name}>\r\n\r\nHi\r\n".encode(), ANN, ZOE).code, 250)
        self.assertEqual(len(self.hop.mails), self.sent)
        return names

    def has(self, name):
        # A file that is being made has nothing yet.
        with contextlib.suppress(sqlite3.OperationalError, FileNotFoundError, KeyError, TypeError):
            return self.ledger.sent(ANN, name) == 1
        return False

    def written(self):
        """Waits until the last mail is in the file: rows are written in their order."""
        wait_until(lambda: self.has(f"{self.sent - 1}@example.org"), "it is written", seconds=60)

    def bounce(self, name, days=1):
        """Sends a bounce of a mail that left this many days ago. Returns what became of it."""
        original = ORIGINAL.format(date=email.utils.formatdate(time.time() - days * DAY), author=ANN, name=name)
        before, _, _ = new_bounce(ANN).partition(b"From: <ann@example.org>\r\nTo: <gone@example.net>")
        count = len(self.backstop.history(direction="inbound"))
        with FakeClient(self.backstop.address("in")) as client:
            code = client.mail(before + original.replace("\n", "\r\n").encode(), "", ANN).code
        event = self.backstop.wait_for_events(count + 1, direction="inbound")[-1]
        return code, event["origin"], event["cause"]

    def end(self):
        """Ends the gateway and returns since when the ledger has all."""
        self.assertEqual(self.backstop.stop(), 0)
        return self.ledger.marks()[1]

    def wait_a_second(self):
        """Coverage counts whole seconds."""
        now = int(time.time())
        wait_until(lambda: int(time.time()) > now, "the next second")

    def test_removed(self):
        self.begin(self.folder)
        self.wait_a_second()
        for path in self.folder.glob("ledger.db*"):
            path.unlink()
        now = int(time.time())
        self.mails()
        self.written()
        self.assertIn("the file is gone from its place; a new one is begun", self.backstop.log())
        self.assertEqual(self.bounce(f"{MAILS}@example.org"), BY_LEDGER)
        self.assertEqual([self.bounce("unknown@example.org", days) for days in (1, 0)], [INCOMPLETE, REFUSED])
        self.assertGreaterEqual(self.end(), now)

    def test_locked(self):
        self.begin(self.folder)
        since = self.ledger.marks()[1]
        self.wait_a_second()
        other = sqlite3.connect(self.folder / "ledger.db", isolation_level=None, timeout=20)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        names = self.mails()
        self.assertFalse(self.has(names[-1]))
        self.assertEqual([self.bounce(name) for name in ("0@example.org", names[-1])], [BY_LEDGER] * 2)
        other.execute("ROLLBACK")
        self.written()
        self.assertEqual([name for name in names if not self.has(name)], [])
        self.assertEqual(self.end(), since, "nothing is missing")

    @needs_mounts
    def test_a_full_disk(self):
        disk = self.enterContext(Disk(self.folder / "disk", "16m"))
        self.begin(disk.path)
        since = self.ledger.marks()[1]
        self.wait_a_second()
        disk.fill()
        names = self.mails()
        wait_until(lambda: "could not be written" in self.backstop.log() or "full" in self.backstop.log(), "it says so", seconds=60)
        self.assertEqual([self.bounce(name) for name in ("0@example.org", names[-1])], [BY_LEDGER] * 2)
        disk.free()
        names += self.mails()
        self.written()
        self.assertEqual([name for name in names if not self.has(name)], [])
        self.assertEqual(self.end(), since, "nothing is missing")

    def test_an_end_while_it_is_locked(self):
        """The gateway ends all the same. What was not written is missing, and the next start knows that."""
        self.begin(self.folder)
        self.wait_a_second()
        other = sqlite3.connect(self.folder / "ledger.db", isolation_level=None, timeout=20)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        now = int(time.time())
        self.mails()
        self.assertEqual(self.backstop.stop(), 0)
        other.execute("ROLLBACK")
        self.backstop.start()
        self.assertEqual(self.bounce("unknown@example.org"), INCOMPLETE)
        self.mails()
        self.written()
        self.assertGreaterEqual(self.end(), now)

    def test_killed(self):
        self.begin(self.folder)
        self.wait_a_second()
        now = int(time.time())
        self.backstop.kill()
        self.backstop.start()
        self.assertTrue(self.has("0@example.org"))
        self.assertEqual([self.bounce(name) for name in ("0@example.org", "unknown@example.org")], [BY_LEDGER, INCOMPLETE])
        self.mails()
        self.written()
        self.assertGreaterEqual(self.end(), now)

    def test_replaced_by_an_old_copy(self):
        self.begin(self.folder)
        copy = self.folder / "copy"
        copy.mkdir()
        with contextlib.closing(sqlite3.connect(self.folder / "ledger.db")) as database:
            database.execute("VACUUM INTO ?", (str(copy / "ledger.db"),))
        shutil.copy2(self.folder / "ledger.db.keys", copy)
        self.mails()
        self.written()
        self.wait_a_second()
        now = int(time.time())
        for path in self.folder.glob("ledger.db-*"):
            path.unlink()
        for name in ("ledger.db", "ledger.db.keys"):
            (copy / name).rename(self.folder / name)
        self.mails()
        self.written()
        self.assertTrue(self.has("0@example.org"), "what the copy has")
        self.assertEqual([self.bounce(name) for name in ("0@example.org", "unknown@example.org")], [BY_LEDGER, INCOMPLETE])
        self.assertGreaterEqual(self.end(), now)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The ledger fails while the gateway runs: it is removed, locked, replaced by an old copy, and its disk is full. Mail flows, and
what can't be written waits. If something may be missing in the end, coverage starts anew.
"""
import contextlib
import shutil
import sqlite3
import time

import attempts  # noqa: F401  # makes known where the rest is
from disks import Disk, needs_mounts
from ledger import Ledger
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, main, wait_until

ANN, ZOE = "ann@example.org", "zoe@example.com"
MAILS = 30


def ledger_text(place):
    return f'[ledger]\nurl = "sqlite:{place}/ledger.db"\n[log]\nlevel = "warning"\n'


class Faults(Case):
    def begin(self, place):
        self.hop = self.enterContext(FakeServer())
        text = config(gateway("out", "outbound", f"smtp://127.0.0.1:{self.hop.port}"), tags=False, more=ledger_text(place))
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))
        self.ledger = Ledger(place / "ledger.db")
        self.sent = 0
        self.mails()
        self.written()

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
        self.assertGreaterEqual(self.end(), now)


if __name__ == "__main__":
    main()

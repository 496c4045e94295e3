#!/usr/bin/python3
"""What is kept back is on the disk before its 250: kill -9 loses none of it. What can't be kept is labelled and delivered."""
import json
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "gateway"))

# pylint: disable=wrong-import-position  # the folder must be known first
from dialogue import BOB, BOUNCE  # noqa: E402
from disks import Disk, needs_mounts  # noqa: E402
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, header_of, main  # noqa: E402

KILLS = 20


class Quarantine(Case):
    def begin(self, place):
        self.hop = self.enterContext(FakeServer())
        text = config(gateway("in", "inbound", f"smtp://127.0.0.1:{self.hop.port}"), stage="quarantine",
                      more=f'[quarantine]\nurl = "sqlite:{place}/quarantine.db"\n')
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))

    def send(self, number=0):
        """Sends a bounce, and returns the text of the answer to it."""
        message = BOUNCE.replace(b"20261001.bounce", b"%d.bounce" % number)
        with FakeClient(self.backstop.address("in")) as client:
            client.envelope("", BOB)
            return client.data(message).text

    def kept(self):
        lines = self.backstop.command("quarantine", "list", "--json", "-c", self.backstop.config).splitlines()
        return [json.loads(line)["id"] for line in lines]

    def expect_delivered(self, why, mails=1):
        self.assertEqual(len(self.hop.mails), mails)
        self.assertIsNotNone(header_of(self.hop.mails[-1].data, "Backstop-Verdict"))
        event = self.backstop.wait_for_events(1, done="labelled")[-1]
        self.assertIn(f"it could not be kept back: quarantine {self.place}/quarantine.db: {why}", event["explanation"])

    def test_kept_and_killed(self):
        """kept-and-killed: after each 250 the gateway is killed at once, and everything that it took is there."""
        self.begin(self.folder)
        for number in range(KILLS):
            self.assertIn("kept back", self.send(number))
            self.backstop.kill()
            self.backstop.start()
        ids = self.kept()
        self.assertEqual(len(ids), KILLS)
        found = {number for number in range(KILLS) for one in ids
                 if b"<%d.bounce@" % number in self.backstop.command("quarantine", "show", "--whole", "-c", self.backstop.config, one)}
        self.assertEqual(found, set(range(KILLS)))
        self.assertEqual(self.hop.mails, [])

    @needs_mounts
    def test_kept_but_full(self):
        """kept-but-full: with a full disk it is labelled and delivered, and once there is room it is kept again."""
        disk = self.enterContext(Disk(self.folder / "disk", "4m"))
        self.place = disk.path
        self.begin(disk.path)
        self.assertIn("kept back", self.send())
        disk.fill()
        # The files have room for some more: the log begins anew once what was in it is in the database.
        kept = 1
        while "kept back" in self.send():
            kept += 1
            self.assertLess(kept, 50)
        for _ in range(2):
            self.assertNotIn("kept back", self.send())
        self.expect_delivered("the disk is full", 3)
        self.assertIn("a response that can't be kept is labelled and delivered", self.backstop.log())
        self.assertEqual(len(self.kept()), kept)
        disk.free()
        self.assertIn("kept back", self.send())
        self.assertEqual(len(self.kept()), kept + 1)

    def test_locked(self):
        self.place = self.folder
        self.begin(self.folder)
        other = sqlite3.connect(self.folder / "quarantine.db", isolation_level=None, timeout=20)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        self.assertNotIn("kept back", self.send())
        self.assertLess(time.monotonic() - begun, 30)
        self.expect_delivered("another process holds it locked")
        other.execute("ROLLBACK")
        self.assertIn("kept back", self.send())


if __name__ == "__main__":
    main()

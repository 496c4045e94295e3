#!/usr/bin/python3
"""Full disks and a locked history. Without space for a mail the answer is 452, and nothing is left of the mail. Without space for
the history mail flows as before, and the events that could not be recorded are counted."""
import concurrent.futures
import contextlib
import re
import sqlite3
import statistics
import time

from attempts import Attempt, Mail, names_in
from disks import Disk, needs_mounts
from support import Backstop, Case, FakeServer, config, gateway, main, read_maildir, wait_until

MOST_FACTOR = 3
ROUNDS, MAILS = 3, 150
BUFFER = 100

LOST = re.compile(r"(\d+) events? (?:was|were) lost")


@needs_mounts
class Maildir(Case):
    def begin(self, size, most_files=0):
        self.disk = self.enterContext(Disk(self.folder / "disk", size, most_files))
        text = config(gateway("in", "inbound", f"maildir:{self.disk.path}/%n"), stage="observe")
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))

    def send(self, mail):
        """Sends a mail and returns the code of the last reply."""
        attempt = Attempt()
        with attempt.connect(self.backstop.address("in")) as client:
            attempt.send(client, mail)
        return attempt.code

    def check(self, mails, codes):
        """Checks that every accepted mail is there whole, and nothing else."""
        self.assertEqual(set(codes), {250, 452})
        taken = {mail.name for mail, code in zip(mails, codes) if code == 250}
        boxes = [box for box in self.disk.path.iterdir() if box.is_dir()]
        arrived = [one for box in boxes for one in read_maildir(box)]
        self.assertEqual(dict(names_in(arrived)), {name: 1 for name in taken})
        texts = {mail.name: mail.text for mail in mails}
        for name, one in zip([next(iter(names_in([one]))) for one in arrived], arrived):
            self.assertTrue(one.endswith(texts[name]), name)
        self.assertEqual([path for box in boxes for path in box.glob("tmp/*")], [])
        print(f"{len(mails)} mails, {len(taken)} answered 250, {len(mails) - len(taken)} answered 452")

    def test_the_disk_fills_up(self):
        """Several clients at the same time send mails of all forms and sizes."""
        self.begin("8m")
        mails = [Mail(f"{i}@sender.test", f"bob{i % 3}@example.org", [2000, 70_000, 600_000][i % 3], i % 4 == 1, 3 * (i % 4 == 2)) for i in range(90)]
        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            codes = list(threads.map(self.send, mails))
        self.check(mails, codes)
        for path in self.disk.path.glob("*/new/*"):
            path.unlink()
        self.assertEqual(self.send(Mail("later@sender.test", "bob1@example.org", 600_000)), 250)

    def test_no_more_files(self):
        """Each mailbox needs a few folders: some mails fail when these are made, some at their own file."""
        for most_files in range(12, 24):
            with self.subTest(most_files):
                self.folder = self.folder / str(most_files)
                self.folder.mkdir()
                self.begin("8m", most_files)
                mails = [Mail(f"{i}@sender.test", f"bob{i % 4}@example.org") for i in range(24)]
                self.check(mails, [self.send(mail) for mail in mails])


class History(Case):
    def begin(self, place):
        self.hop = self.enterContext(FakeServer())
        text = config(gateway("in", "inbound", f"smtp://127.0.0.1:{self.hop.port}"), stage="observe", workers=1)
        text = text.replace("sqlite:{folder}/history.db", f"sqlite:{place}/history.db") + f'buffer = {BUFFER}\nbatch = "10ms"\n[log]\nlevel = "warning"\n'
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))
        self.place = place
        self.sent = 0

    def ask(self, question, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.place}/history.db?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(question, values).fetchone()[0]

    def events(self):
        return self.ask("SELECT count(*) FROM event")

    def has_event(self, name):
        return self.ask("SELECT count(*) FROM event WHERE message_id = ?", name) > 0

    def times(self, mails):
        """Sends this many mails, and returns the seconds that each took."""
        times = []
        attempt = Attempt()
        with attempt.connect(self.backstop.address("in")) as client:
            for _ in range(mails):
                begin = time.monotonic()
                self.assertTrue(attempt.send(client, Mail(f"{self.sent}@sender.test", "bob@example.org")))
                times.append(time.monotonic() - begin)
                self.sent += 1
        return times

    def lost(self):
        return sum(int(number) for number in LOST.findall(self.backstop.log()))

    def catch_up(self):
        """Sends mails until the event of one is written. By then each earlier event is written or lost, since they are written
        in order. No single event can be waited for: any is lost if it finds the buffer full, and on a busy machine the buffer
        fills without a fault, too.
        """
        for _ in range(60):
            self.times(1)
            with contextlib.suppress(AssertionError):
                return wait_until(lambda: self.has_event(f"{self.sent - 1}@sender.test"), "written", seconds=1)
        raise AssertionError("events are not written again")

    def check(self, break_it, mend_it):
        """Alternates rounds with and without the fault, so that other load on the machine is in both."""
        self.times(MAILS)
        well, broken = [], []
        for _ in range(ROUNDS):
            self.catch_up()
            well += self.times(MAILS)
            self.catch_up()
            break_it()
            broken += self.times(MAILS)
            mend_it()
            self.catch_up()
        self.assertEqual(self.backstop.stop(), 0)
        ratio = statistics.median(broken) / statistics.median(well)
        print(f"{self.sent} mails, {self.events()} events, {self.lost()} lost; median {statistics.median(well) * 1000:.2f} ms, "
              f"with the fault {statistics.median(broken) * 1000:.2f} ms: {ratio:.2f} times")
        self.assertEqual(len(self.hop.mails), self.sent)
        self.assertGreater(self.lost(), 0)
        self.assertEqual(self.events() + self.lost(), self.sent)
        self.assertLess(ratio, MOST_FACTOR)

    @needs_mounts
    def test_full(self):
        disk = self.enterContext(Disk(self.folder / "disk", "16m"))
        self.begin(disk.path)
        self.check(disk.fill, disk.free)

    def test_locked(self):
        self.begin(self.folder)
        other = sqlite3.connect(self.folder / "history.db", isolation_level=None, timeout=20)
        self.addCleanup(other.close)
        self.check(lambda: other.execute("BEGIN EXCLUSIVE"), lambda: other.execute("ROLLBACK"))

    def test_an_end_while_it_is_locked(self):
        """The gateway ends all the same, and says how many events it lost."""
        self.begin(self.folder)
        self.times(MAILS)
        self.catch_up()
        other = sqlite3.connect(self.place / "history.db", isolation_level=None, timeout=20)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        self.times(MAILS)
        begin = time.monotonic()
        self.assertEqual(self.backstop.stop(), 0)
        took = time.monotonic() - begin
        other.execute("ROLLBACK")
        self.assertLess(took, 20)
        self.assertEqual(self.events() + self.lost(), self.sent)
        self.assertGreater(self.lost(), 0)
        print(f"ended after {took:.1f} s; {self.sent} mails, {self.events()} events, {self.lost()} lost")


if __name__ == "__main__":
    main()

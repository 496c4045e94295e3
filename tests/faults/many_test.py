#!/usr/bin/python3
"""Very many clients: idle sessions cost little memory, and sessions that send one octet now and then do not slow ordinary mail
down."""
import pathlib
import re
import resource
import statistics
import threading
import time
import unittest

from attempts import Attempt, Mail
from fake_client import FakeClient
from support import Backstop, Case, FakeServer, config, gateway, main, wait_until

IDLE = 10_000
WITH_MAIL = 1000  # of these have sent a mail before
MOST_BYTES = 10 * 1024  # of memory for each
SLOW = 2000
GAP = 1.0  # seconds between two octets of a slow client
TURNS = 20  # groups of slow clients, which take turns within a gap
MOST_FACTOR = 3
ROUNDS = 3
FEW_FILES = 500  # beside the connections
FROM_EACH = 90  # of one address, from which the gateway accepts 100


def can_open(files):
    """Raises the limit of open files for this process and its children."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(files, 1024), max(files, most)))
    except (ValueError, OSError):
        return False
    return True


def address_of(number):
    return f"127.1.{number // FROM_EACH // 250}.{number // FROM_EACH % 250 + 1}", 0


@unittest.skipUnless(can_open(IDLE + FEW_FILES), f"{IDLE} connections take as many open files (ulimit -n)")
class Many(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        text = config(gateway("in", "inbound", f"smtp://127.0.0.1:{self.hop.port}"), stage="observe", domain="smtp.test",
                      more='[[domain]]\nname = "maildir.test"\nstage = "observe"\nnext_hop = "maildir:{folder}/mail/%n"\n[log]\nlevel = "error"\n')
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))
        self.address = self.backstop.address("in")
        self.clients = []
        self.addCleanup(self.close_clients)

    def close_clients(self):
        for client in self.clients:
            client.close()
        self.clients = []

    def open_clients(self, count):
        for number in range(len(self.clients), len(self.clients) + count):
            self.clients.append(FakeClient(self.address, source=address_of(number)))

    def memory(self):
        """Returns the private memory of the process, in octets."""
        status = pathlib.Path(f"/proc/{self.backstop.child.pid}/smaps_rollup").read_text()
        return sum(int(size) * 1024 for size in re.findall(r"^(?:Private_Clean|Private_Dirty|Swap):\s+(\d+) kB$", status, re.MULTILINE))

    def times(self, name, seconds):
        """Sends ordinary mails for this long. Returns the seconds that each took, from connecting to the last answer."""
        times = []
        end = time.monotonic() + seconds
        while (begin := time.monotonic()) < end:
            attempt = Attempt()
            with attempt.connect(self.address) as client:
                self.assertTrue(attempt.send(client, Mail(f"{name}.{len(times)}@sender.test", "bob@smtp.test", 4000)))
            times.append(time.monotonic() - begin)
        return times


class Idle(Many):
    def test_memory(self):
        self.times("before", 0.5)
        before, files = self.memory(), self.backstop.open_files()
        self.open_clients(IDLE)
        self.assertGreaterEqual(self.backstop.open_files(), IDLE)
        fresh = (self.memory() - before) / IDLE
        for number, client in enumerate(self.clients[:WITH_MAIL]):
            self.assertEqual(client.mail(Mail(f"{number}@sender.test", "bob@smtp.test", 20_000).text, "ann@sender.test", "bob@smtp.test").code, 250)
        used = (self.memory() - before) / IDLE
        print(f"{IDLE} sessions: {fresh:.0f} octets each after EHLO, {used:.0f} once {WITH_MAIL} of them have sent a mail")
        self.assertLess(fresh, MOST_BYTES)
        self.assertLess(used, MOST_BYTES)
        for client in self.clients:
            client.send("NOOP\r\n")
        self.assertEqual({client.read().code for client in self.clients}, {250})
        self.close_clients()
        # Only pooled sessions with the next hop are left.
        wait_until(lambda: self.backstop.open_files() <= files + 20, lambda: f"{files} open files, as at the start, but {self.backstop.open_files()}")


class Slow(Many):
    """Clients that send an octet now and then, of a command or of the header of a mail."""

    def trickle(self):
        octets = b"NOOP" + b" x" * 200
        while not self.is_over.wait(GAP / TURNS):
            for client in self.clients[self.turns % TURNS::TURNS]:
                client.send(octets[self.turns // TURNS:][:1])
            self.turns += 1

    def beside_slow_ones(self, name):
        """Measures as times() does, with the slow clients there."""
        self.open_clients(SLOW)
        for client in self.clients[::2]:
            self.assertEqual([reply.code for reply in client.envelope("ann@sender.test", "bob@maildir.test")], [250, 250])
            self.assertEqual(client.command("DATA").code, 354)
        self.is_over, self.turns = threading.Event(), 0
        trickling = threading.Thread(target=self.trickle)
        trickling.start()
        try:
            times = self.times(name, 2 * GAP)
        finally:
            self.is_over.set()
            trickling.join()
        self.assertGreater(self.turns, TURNS, "each has said something")
        self.assertGreaterEqual(self.backstop.open_files(), SLOW)
        self.close_clients()
        wait_until(lambda: self.backstop.open_files() < 100, "the slow ones are gone")
        return times

    def test_ordinary_mail_is_as_quick(self):
        self.times("warm", 0.5)
        alone, beside = [], []
        # In turns, so that other load on the machine is in both.
        for number in range(ROUNDS):
            alone += self.times(f"alone.{number}", GAP)
            beside += self.beside_slow_ones(f"beside.{number}")
        ratio = statistics.median(beside) / statistics.median(alone)
        print(f"median {statistics.median(alone) * 1000:.2f} ms of {len(alone)} mails alone, {statistics.median(beside) * 1000:.2f} ms of {len(beside)} "
              f"beside {SLOW} slow clients: {ratio:.2f} times")
        self.assertLess(ratio, MOST_FACTOR)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""kill -9 of the gateway at every step of a transaction: no mail that was answered 250 is missing at the next hop, and only a
mail whose client got no answer may be there twice."""
import contextlib
import random
import socket
import statistics
import threading
import time
import unittest
from unittest import mock

import attempts
import connections
from attempts import STEPS, Attempt, Mail, Record, names_in
from connections import has_other_side
from fake_client import reset
from support import Backstop, Case, FakeServer, Port, Stall, config, gateway, main, read_maildir

SEED = 20240229
CLIENTS, MAILS = 8, 500
STEPS_BETWEEN_KILLS = 400
MOST_SECONDS = 60
TCP_REPAIR = 19
PAUSE = 0.01  # seconds, before a client that could not connect tries again


def configuration(port, hop):
    """Returns a configuration in which mail to smtp.test goes to the recording server and mail to maildir.test into a Maildir."""
    maildir = '[[domain]]\nname = "maildir.test"\nstage = "observe"\nnext_hop = "maildir:{folder}/mail/%n"\n'
    return config(gateway("in", "inbound", f"smtp://127.0.0.1:{hop.port}").replace(":0\"]", f":{port}\"]"),
                  stage="observe", domain="smtp.test", more=maildir + '[log]\nlevel = "warning"\n')


def can_vanish():
    with socket.socket() as one, contextlib.suppress(PermissionError):
        one.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        return True
    return False


class OtherSide(Case):
    """Recognises clients that the kernel dropped, so that the gateway never had their connections."""

    def connect(self, family=socket.AF_INET, host="127.0.0.1", server_host=None):
        listener = self.enterContext(socket.create_server((server_host or host, 0), family=family, dualstack_ipv6=server_host == "::"))
        client = self.enterContext(socket.create_connection((host, listener.getsockname()[1]), 10))
        return listener, client, (client.getsockname(), client.getpeername())

    def test_a_table(self):
        table = ("  sl  local_address rem_address   st\n"
                 "   0: 0100007F:0019 00000000:0000 0A\n"
                 "   1: 0100007F:0019 0200007F:C001 01\n"
                 "   2: 0000000000000000FFFF00000100007F:0019 0000000000000000FFFF00000300007F:C001 01\n"
                 "   3: 00000000000000000000000001000000:0019 00000000000000000000000001000000:C001 03\n")
        path = self.write("table", table)
        with mock.patch.object(connections, "TABLES", (str(path), str(self.folder / "missing"))), \
                mock.patch.object(connections.sys, "byteorder", "little"):
            for client, server, want in ((("127.0.0.2", 49153), ("127.0.0.1", 25), True),
                                         (("127.0.0.1", 25), ("127.0.0.2", 49153), False),
                                         (("127.0.0.2", 49154), ("127.0.0.1", 25), False),
                                         (("127.0.0.4", 49153), ("127.0.0.1", 25), False),
                                         (("127.0.0.3", 49153), ("127.0.0.1", 25), True),
                                         (("::1", 49153, 0, 0), ("::1", 25, 0, 0), True),
                                         (("::1", 49153, 0, 0), ("::2", 25, 0, 0), False)):
                with self.subTest(client=client, server=server):
                    self.assertEqual(has_other_side(client, server), want)

    def test_the_states_of_a_connection(self):
        listener, _, ends = self.connect()
        self.assertTrue(has_other_side(*ends), "connected, and not accepted")
        accepted, _ = listener.accept()
        self.assertTrue(has_other_side(*ends), "accepted")
        reset(accepted)
        self.assertFalse(has_other_side(*ends), "reset")
        self.assertFalse(has_other_side(*reversed(ends)))

    def test_addresses_of_both_kinds(self):
        for family, host, server_host in ((socket.AF_INET6, "::1", None), (socket.AF_INET6, "127.0.0.1", "::")):
            with self.subTest(host):
                _, _, ends = self.connect(family, host, server_host)
                self.assertTrue(has_other_side(*ends))

    def attempt(self, end):
        """Returns how a client that hears nothing is classed after `end` was applied to the server's socket."""
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def look(*ends):
            accepted, _ = listener.accept()
            self.addCleanup(accepted.close)
            end(accepted)
            return has_other_side(*ends)

        attempt = Attempt()
        with mock.patch.object(attempts, "GREETING_SECONDS", 0.1), mock.patch.object(connections, "has_other_side", look):
            self.assertIsNone(attempt.connect(listener.getsockname()))
        return attempt.is_ungreeted, attempt.is_forsaken

    @unittest.skipUnless(can_vanish(), "a socket without an end takes the right to administer the network")
    def test_a_connection_that_the_kernel_dropped_is_told_apart(self):
        def vanish(accepted):
            # In this mode (linux/tcp.h) the socket vanishes without a packet to the client, as when the kernel drops it.
            accepted.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            accepted.close()

        for end, want in ((lambda accepted: None, (True, False)), (reset, (True, False)), (vanish, (False, True))):
            with self.subTest(end):
                self.assertEqual(self.attempt(end), want)


class Kill(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        self.port = self.enterContext(contextlib.closing(Port()))
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", configuration(self.port, self.hop)))

    def arrived(self):
        """Counts how often each mail is at one of the next hops."""
        delivered = read_maildir(self.backstop.folder / "mail/bob")
        return names_in([taken.data for taken in self.hop.mails] + delivered)

    def restart(self):
        self.backstop.kill()
        self.backstop.start()


class EveryStep(Kill):
    """One client; the gateway is killed at a known step."""

    def attempt(self, mail, at=lambda step: None):
        attempt = Attempt(at)
        client = attempt.connect(self.port.address)
        if client is not None:
            with client:
                attempt.send(client, mail)
        return attempt

    def check(self, mail, step, want_first, want_all):
        """Kills the gateway at that step of the first attempt, and sends the mail again if it got no answer."""
        killed = []

        def kill(reached):
            if reached == step:
                self.restart()
                killed.append(step)

        first = self.attempt(mail, kill)
        self.assertEqual((killed, first.code), ([step], 250 if step == "answered" else 0))
        self.assertEqual(self.arrived()[mail.name], want_first)
        if step != "answered":
            self.assertEqual(self.attempt(mail).step, "answered")
        self.assertEqual(self.arrived()[mail.name], want_all)

    def test_smtp(self):
        for step in STEPS:
            for form in ("ordinary", "report", "chunks"):
                mail = Mail(f"{step}.{form}@sender.test", "bob@smtp.test", 3000, form == "report", 3 if form == "chunks" else 0)
                if step == "dot" or (step == "data" and mail.chunks):
                    continue
                with self.subTest(step=step, form=form):
                    self.check(mail, step, int(step == "answered"), 1)

    def test_smtp_before_the_answer(self):
        """The next hop has the whole mail, and answers when the gateway is gone."""
        for form in ("ordinary", "report", "chunks"):
            with self.subTest(form):
                mail = Mail(f"dot.{form}@sender.test", "bob@smtp.test", 3000, form == "report", 3 if form == "chunks" else 0)
                stall = Stall("250 2.0.0 taken")
                self.hop.answer("dot", [stall, "250 2.0.0 taken"])
                before = self.hop.steps["dot"]

                def kill(step):
                    if step == "dot":
                        self.hop.wait_for("dot", before + 1)
                        self.restart()

                first = self.attempt(mail, kill)
                self.assertEqual((first.step, first.code, self.arrived()[mail.name]), ("dot", 0, 0))
                stall.release()
                self.assertEqual(self.attempt(mail).step, "answered")
                self.hop.cut_sessions()
                # The client got no answer to the first, so that one may be there too. A client that got one does not send again.
                self.assertEqual(self.arrived()[mail.name], 2)

    def test_maildir(self):
        for step in STEPS:
            if step != "dot":
                with self.subTest(step):
                    self.check(Mail(f"{step}@sender.test", "bob@maildir.test", 3000), step, int(step == "answered"), 1)

    def time_to_answer(self, name):
        """Returns the seconds from the end of data to the answer, of a mail to the Maildir."""
        times = []
        attempt = self.attempt(Mail(name, "bob@maildir.test", 300_000), lambda _: times.append(time.monotonic()))
        self.assertEqual(attempt.step, "answered")
        return times[-1] - times[-2]

    def test_maildir_while_it_is_written(self):
        """Between the end of data and the answer there are a write, two syncs and a link; the kill comes somewhere among them."""
        rng = random.Random(SEED)
        most = 1.2 * statistics.median(self.time_to_answer(f"{i}@sender.test") for i in range(9))
        found = []
        for i in range(30):
            mail = Mail(f"dot.{i}@sender.test", "bob@maildir.test", 300_000)
            delay = rng.uniform(0, most)

            def kill(step):
                if step == "dot":
                    time.sleep(delay)
                    self.restart()

            first = self.attempt(mail, kill)
            arrived = self.arrived()[mail.name]
            found.append((first.step, arrived))
            if first.step == "answered":
                self.assertEqual(arrived, 1)
            else:
                self.assertEqual((first.step, first.code), ("dot", 0))
                self.assertIn(arrived, (0, 1))
                self.assertEqual(self.attempt(mail).step, "answered")
                self.assertEqual(self.arrived()[mail.name], arrived + 1)
        print(f"seed {SEED}: of {len(found)} kills, {sum(one == ('dot', 0) for one in found)} before the mail was there, "
              f"{sum(one == ('dot', 1) for one in found)} after that and before the answer, "
              f"{sum(one[0] == 'answered' for one in found)} after the answer")


class Clients:
    """Threads that send mails, several on a connection, and send each again until it is answered 250."""

    def __init__(self, address, at):
        self.address = address
        self.at = at
        self.record = Record()
        self.ungreeted, self.forsaken = [], []
        self.mails = []
        self.deadline = time.monotonic() + MOST_SECONDS
        self.threads = [threading.Thread(target=self.run, args=(self.mails_of(number),)) for number in range(CLIENTS)]

    def mails_of(self, number):
        rng = random.Random(f"{SEED} {number}")
        mails = [Mail(f"{number}.{i}@sender.test", rng.choice(["bob@smtp.test", "bob@maildir.test"]),
                      rng.choice([0, 500, 5000, 200_000]), rng.random() < 0.2, rng.choice([0, 0, 0, 1, 4])) for i in range(MAILS)]
        self.mails += mails
        return mails

    def run(self, mails):
        client = None
        for mail in mails:
            is_taken = False
            while not is_taken and time.monotonic() < self.deadline:
                attempt = Attempt(self.at)
                client = client or attempt.connect(self.address)
                if attempt.is_ungreeted:
                    self.ungreeted.append(mail.name)
                if attempt.is_forsaken:
                    self.forsaken.append(mail.name)
                is_taken = client is not None and attempt.send(client, mail)
                if attempt.step is not None:
                    self.record.add(mail, attempt)
                elif client is None:
                    time.sleep(PAUSE)
                if not is_taken and client is not None:
                    client.close()
                    client = None
        if client is not None:
            client.close()


class Killer:
    """Restarts the gateway a random moment after the clients have made a random number of steps, again and again."""

    def __init__(self, restart):
        self.rng = random.Random(SEED)
        self.restart = restart
        self.lock = threading.Lock()
        self.wake = threading.Event()
        self.left = self.draw()
        self.kills = 0
        self.is_done = False
        self.thread = threading.Thread(target=self.run)

    def draw(self):
        return self.rng.randint(1, 2 * STEPS_BETWEEN_KILLS)

    def at(self, _):
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.wake.set()

    def run(self):
        while True:
            self.wake.wait()
            self.wake.clear()
            if self.is_done:
                return
            time.sleep(self.rng.uniform(0, 0.003))
            self.restart()
            with self.lock:
                self.kills += 1
                self.left = self.draw()

    def stop(self):
        self.is_done = True
        self.wake.set()
        self.thread.join()


class Load(Kill):
    """Many clients, with the gateway killed at random moments."""

    def test_thousands_of_mails(self):
        killer = Killer(self.restart)
        clients = Clients(self.port.address, killer.at)
        killer.thread.start()
        for thread in clients.threads:
            thread.start()
        for thread in clients.threads:
            thread.join()
        killer.stop()
        record = clients.record
        self.assertEqual(self.backstop.stop(), 0)
        self.hop.cut_sessions()
        arrived = self.arrived()
        twice = {name: count for name, count in arrived.items() if count > 1}
        print(f"seed {SEED}: {len(clients.mails)} mails, {len(record.accepted)} answered 250, {killer.kills} kills, attempts "
              f"cut short after {dict(record.ended_at)}, refused {dict(record.refused)}; {len(twice)} there more than once, "
              f"{len(clients.forsaken)} times the kernel dropped a client that took itself for connected")
        self.assertGreater(killer.kills, 10)
        self.assertEqual(clients.ungreeted, [], "connected at both sides, and not greeted")
        self.assertEqual(len(record.accepted), CLIENTS * MAILS)
        self.assertEqual(record.accepted - set(arrived), set(), "answered 250, and not there")
        self.assertEqual({name: count for name, count in twice.items() if count > 1 + record.unanswered[name]}, {})
        self.assertEqual(set(arrived) - record.accepted, set())
        self.assertEqual(sum(record.refused.values()), 0)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""SIGTERM and SIGHUP while mail flows: at SIGTERM transactions may end, at SIGHUP sessions stay. No mail that was answered 250 is
missing, and the history has every event."""
import concurrent.futures
import contextlib
import os
import random
import re
import signal
import time

from attempts import Attempt, Mail, Record, names_in
from fake_client import FakeClient
from support import Backstop, Case, FakeServer, Stall, accepts, config, dotted, gateway, main, new_mail, read_maildir, wait_until

SEED = 20240302
CLIENTS = 8
STOPS = 4
RELOADS = 30
MOST_SECONDS = 10  # seconds, for an end that no client delays
SECOND_KEY = "1 exim sign 2020-01-02 another secret\n0 exim verify 2020-01-01 not a secret to anybody\n"


class Crowd:
    """Clients that send one mail after the other, several on a connection, until they are told to stop or turned away.

    `shut_out` has the codes that clients got in place of a greeting, 0 for none.
    """

    def __init__(self, address, name):
        self.address = address
        self.name = name
        self.record = Record()
        self.sent = 0
        self.is_over = False
        self.shut_out = []
        self.pool = concurrent.futures.ThreadPoolExecutor(CLIENTS)
        self.clients = []

    def __enter__(self):
        self.clients = [self.pool.submit(self.run, number) for number in range(CLIENTS)]
        return self

    def __exit__(self, kind, *_):
        self.is_over = True
        self.pool.shutdown()
        if kind is None:
            for client in self.clients:
                client.result()

    def ended(self):
        """Returns how many clients have stopped sending."""
        return sum(client.done() for client in self.clients)

    def run(self, number):
        rng = random.Random(f"{SEED} {self.name} {number}")
        count, left, client = 0, 0, None
        while not self.is_over:
            if left == 0:
                if client is not None:
                    client.close()
                first = Attempt()
                left, client = rng.randint(1, 50), first.connect(self.address)
                if client is None:
                    self.shut_out.append(first.code)
                    break
            count, left = count + 1, left - 1
            mail = Mail(f"{self.name}.{number}.{count}@sender.test", rng.choice(["bob@smtp.test", "bob@maildir.test"]),
                        rng.choice([0, 5000, 100_000]), rng.random() < 0.2, rng.choice([0, 0, 3]))
            attempt = Attempt()
            good = attempt.send(client, mail)
            attempt.step = attempt.step or "waiting"
            self.record.add(mail, attempt)
            self.sent += 1
            if not good:
                break
        if client is not None:
            client.close()

    def wait_for(self, more):
        """Waits until this many more mails have been sent."""
        want = self.sent + more
        wait_until(lambda: self.sent >= want or self.ended() == CLIENTS, f"{want} mails")


class Signals(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        self.other = self.enterContext(FakeServer())

    def text(self, stage="observe", more=""):
        return config(gateway("in", "inbound", f"smtp://127.0.0.1:{self.hop.port}") + gateway("out", "outbound", f"smtp://127.0.0.1:{self.other.port}"),
                      stage=stage, domain="smtp.test",
                      more='[[domain]]\nname = "maildir.test"\nstage = "observe"\nnext_hop = "maildir:{folder}/mail/%n"\n' + more)

    def begin(self):
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", self.text()))
        return self.backstop

    def arrived(self):
        return names_in([taken.data for taken in self.hop.mails] + read_maildir(self.backstop.folder / "mail/bob"))


class Stop(Signals):
    def test_under_load(self):
        self.begin()
        accepted = set()
        for number in range(STOPS):
            with Crowd(self.backstop.address("in"), str(number)) as crowd:
                crowd.wait_for(random.Random(f"{SEED} {number}").randint(50, 400))
                self.assertEqual((crowd.shut_out, crowd.ended()), ([], 0))
                begin = time.monotonic()
                self.assertEqual(self.backstop.stop(), 0)
                took = time.monotonic() - begin
            self.assertLess(took, MOST_SECONDS)
            # Clients in a transaction could end it; the others got 421.
            self.assertEqual(set(crowd.record.refused) - {421}, set())
            self.assertEqual(set(crowd.record.ended_at) - {"waiting"}, set())
            self.assertLessEqual(set(crowd.shut_out), {0, 421})
            accepted |= crowd.record.accepted
            print(f"seed {SEED}: ended after {took:.2f} s; {len(crowd.record.accepted)} answered 250, turned away "
                  f"{dict(crowd.record.refused)} {dict(crowd.record.ended_at)}")
            self.backstop.start()
        self.assertEqual(self.backstop.stop(), 0)
        self.assertEqual(self.arrived(), {name: 1 for name in accepted})
        events = self.backstop.history(done="delivered")
        self.assertEqual(sorted(event["message_id"] for event in events), sorted(accepted))

    def client(self, name="in"):
        return self.enterContext(FakeClient(self.backstop.address(name)))

    def test_each_at_its_own_step(self):
        """A client that is between transactions gets 421 at once, one in a transaction may end it, and nobody else gets in."""
        self.begin()
        stall = Stall("250 2.0.0 taken")
        idle, in_data, answered, silent = self.client(), self.client(), self.client(), self.client()
        mail = Mail("in.data@sender.test", "bob@smtp.test", 3000)
        first, second = mail.parts()
        in_data.envelope(mail.sender, mail.recipient)
        self.assertEqual(in_data.command("DATA").code, 354)
        in_data.send(first)
        silent.envelope("ann@sender.test", "bob@smtp.test")
        self.hop.wait_for("body")
        self.hop.answer("dot", [stall, "250 2.0.0 taken"])
        other = Mail("answered@sender.test", "bob@smtp.test")
        answered.envelope(other.sender, other.recipient)
        answered.command("DATA")
        answered.send(dotted(other.text))
        self.hop.wait_for("dot")
        self.backstop.child.signal(signal.SIGTERM)
        self.assertEqual([idle.read().code, idle.read().code], [421, 0])
        wait_until(lambda: not accepts(self.backstop.address("in")), "no worker listens")
        in_data.send(second)
        self.assertEqual([in_data.read().code, in_data.read().code, in_data.read().code], [250, 421, 0])
        stall.release()
        self.assertEqual([answered.read().code, answered.read().code, answered.read().code], [250, 421, 0])
        self.assertTrue(self.backstop.child.is_running())
        # It has a few seconds to send something, and not the minutes that it would have otherwise.
        self.assertEqual([silent.read().code, silent.read().code], [421, 0])
        self.assertEqual(self.backstop.child.wait(), 0)
        self.assertEqual(self.arrived(), {mail.name: 1, other.name: 1})

    def test_a_second_signal_waits_for_nobody(self):
        """Whatever the next hop or the client is doing, and however long that may take."""
        self.hop.answer("mail", ["250 2.1.0 ok", Stall()])
        self.hop.answer("connect", ["220 fake.test ESMTP", Stall()])
        self.other.answer("dot", Stall())
        text = self.text().replace("workers = 2", "workers = 1")
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text))
        pooled, final, in_data = self.client(), self.client("out"), self.client()
        # The pooled session of the first mail is silent at the next one, and the session opened in its place gets no greeting.
        self.assertEqual(pooled.mail(new_mail(), "ann@sender.test", "bob@smtp.test").code, 250)
        in_data.envelope("ann@sender.test", "bob@maildir.test")
        self.assertEqual(in_data.command("DATA").code, 354)
        final.envelope("ann@sender.test", "bob@elsewhere.test")
        final.command("DATA")
        final.send(dotted(new_mail()))
        self.other.wait_for("dot")
        pooled.send("MAIL FROM:<ann@sender.test>\r\nRCPT TO:<bob@smtp.test>\r\n")
        self.hop.wait_for("mail", 2)
        self.backstop.child.signal(signal.SIGTERM)
        wait_until(lambda: not accepts(self.backstop.address("in")), "no worker listens")
        begin = time.monotonic()
        self.assertEqual(self.backstop.stop(), 0)
        self.assertLess(time.monotonic() - begin, MOST_SECONDS)
        self.assertEqual([client.read().code for client in (final, in_data)], [0, 421])
        self.assertEqual((len(self.hop.mails), self.other.mails), (1, []))
        self.assertEqual(read_maildir(self.backstop.folder / "mail/bob"), [])


class Reload(Signals):
    def reload(self, text=None, keys=None, want="reloaded: "):
        """Sends SIGHUP with these files in place, and waits until the log tells the result."""
        folder = self.backstop.folder
        if text is not None:
            self.backstop.config.write_text(text.replace("{folder}", str(folder)))
        if keys is not None:
            (folder / "keys").write_text(keys)
        before = len(re.findall(f"^.*{want}", self.backstop.log(), re.MULTILINE))
        self.backstop.child.signal(signal.SIGHUP)
        self.backstop.child.wait_for(lambda: len(re.findall(f"^.*{want}", self.backstop.log(), re.MULTILINE)) > before, f"it logs {want}")

    def test_under_load(self):
        """Good and broken files in turns: no session is dropped, and no mail is refused."""
        self.begin()
        rng = random.Random(SEED)
        keys = (self.backstop.folder / "keys").read_text()
        broken = [{"text": self.text().replace("hostname", "hostnam")}, {"text": "[server"}, {"text": ""},
                  {"text": self.text(), "keys": "0 exim sign\n"}]
        with Crowd(self.backstop.address("in"), "reload") as crowd:
            for i in range(RELOADS):
                crowd.wait_for(rng.randint(1, 60))
                if i % 2:
                    self.reload(**rng.choice(broken), want="not reloaded: ")
                else:
                    self.reload(self.text(rng.choice(["observe", "label"])), keys)
            self.assertEqual((crowd.shut_out, crowd.ended()), ([], 0))
        record = crowd.record
        print(f"seed {SEED}: {crowd.sent} mails while it read its files {RELOADS} times")
        self.assertEqual((dict(record.ended_at), dict(record.refused), crowd.shut_out), ({}, {}, []))
        self.assertEqual(self.backstop.stop(), 0)
        self.assertEqual(self.arrived(), {name: 1 for name in record.accepted})

    def test_the_next_transaction_sees_it(self):
        """Also in a session from before the reload; an open transaction ends with the settings that it began with."""
        self.begin()
        client = self.enterContext(FakeClient(self.backstop.address("in")))

        def send_report(name, between=lambda: None):
            mail = Mail(f"{name}@sender.test", "bob@smtp.test", is_report=True)
            self.assertEqual([reply.code for reply in client.envelope("", mail.recipient)], [250, 250])
            between()
            return client.data(mail.text).code

        self.assertEqual(send_report("first"), 250)
        self.assertEqual(send_report("second", lambda: self.reload(self.text("reject"))), 250)
        self.assertEqual(send_report("third"), 550)
        self.reload(self.text("observe").replace("hostname", "hostnam"), want="not reloaded: ")
        self.assertEqual(send_report("fourth"), 550)
        self.reload(self.text("observe"))
        self.assertEqual(send_report("fifth"), 250)
        self.assertEqual(set(self.arrived()), {f"{name}@sender.test" for name in ("first", "second", "fifth")})

    def test_a_key_that_changes(self):
        self.begin()
        client = self.enterContext(FakeClient(self.backstop.address("out")))

        def numbers():
            """Returns the numbers of the keys that the mails so far were tagged with."""
            return [re.match(r"prvs=(\d)", taken.sender)[1] for taken in self.other.mails]

        def send():
            self.assertEqual(client.mail(new_mail(), "bob@smtp.test", "eve@elsewhere.test").code, 250)

        send()
        self.reload(keys=SECOND_KEY)
        send()
        self.reload(keys="1 exim sign 2020-01-02\n", want="not reloaded: ")
        send()
        with contextlib.suppress(FileNotFoundError):
            (self.backstop.folder / "keys").unlink()
        self.reload(want="not reloaded: ")
        send()
        self.assertEqual(numbers(), ["0", "1", "1", "1"])
        # Answers to mail that was tagged with the old key still get in.
        bounce = self.enterContext(FakeClient(self.backstop.address("in")))
        self.assertEqual(bounce.envelope("", self.other.mails[0].sender)[1].code, 250)


class Others(Signals):
    """Signals at odd moments, and signals that mean something to other programs: none of them ends it."""

    def send_all(self, *more):
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGPIPE, *more):
            for _ in range(3):
                self.backstop.child.signal(number)

    def test_while_it_starts(self):
        """It reads its configuration from a pipe, and waits for that meanwhile."""
        backstop = self.backstop = Backstop(self.folder, "backstop", self.text())
        text = backstop.config.read_text()
        backstop.config.unlink()
        os.mkfifo(backstop.config)

        def feed():
            with open(backstop.config, "w", encoding="ascii") as pipe:
                self.send_all(signal.SIGHUP)
                pipe.write(text)
            # SIGHUP was kept until the start was over, and now it reads the pipe again.
            wait_until(lambda: backstop.is_ready.search(backstop.log()), "it has started")
            with open(backstop.config, "w", encoding="ascii") as pipe:
                pipe.write(text)

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            fed = pool.submit(feed)
            self.enterContext(backstop)
            fed.result()
        backstop.child.wait_for(lambda: "reloaded: " in backstop.log(), "it has read its configuration again")
        self.expect_service()

    def expect_service(self):
        with FakeClient(self.backstop.address("in")) as client:
            self.assertEqual(client.mail(new_mail(), "ann@sender.test", "bob@smtp.test").code, 250)
        self.assertEqual(self.backstop.stop(), 0)

    def test_while_mail_flows(self):
        self.begin()
        with Crowd(self.backstop.address("in"), "others") as crowd:
            for _ in range(RELOADS):
                crowd.wait_for(5)
                self.send_all(signal.SIGHUP)
            self.assertEqual((crowd.shut_out, crowd.ended()), ([], 0))
        self.assertEqual((dict(crowd.record.ended_at), dict(crowd.record.refused)), ({}, {}))
        self.expect_service()

    def test_while_it_stops(self):
        self.begin()
        client = self.enterContext(FakeClient(self.backstop.address("in")))
        client.envelope("ann@sender.test", "bob@smtp.test")
        self.assertEqual(client.command("DATA").code, 354)
        self.backstop.child.signal(signal.SIGTERM)
        wait_until(lambda: not accepts(self.backstop.address("in")), "no worker listens")
        self.send_all(signal.SIGHUP)
        client.send(dotted(new_mail()))
        self.assertEqual([client.read().code, client.read().code], [250, 421])
        self.assertEqual(self.backstop.child.wait(), 0)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Faults around the milter: Backstop is killed, stopped or without its ledger, peers send rubbish or never end, a thousand connections
are held open. No mail that Postfix took is lost, and none is refused that would not be refused without the fault.
"""
import contextlib
import os
import random
import re
import resource
import socket
import sqlite3
import struct
import threading
import time

from milter_site import ANN, BOB, Site, bounce_of, config, forged_bounce, main, milter_section, needs, new_mail, wait_until
from support import PATIENCE, Backstop, FakeClient

CLIENTS, MAILS, KILLS = 4, 40, 6
CONNECTIONS = 1000
PIECE = b"x" * 60_000
ORDINARY = ((b"L", b"Subject\0 hi\0"), (b"N", b""))
BOUNCE = ((b"L", b"Content-Type\0 multipart/report; report-type=delivery-status; boundary=x\0"), (b"N", b""))
SUBJECT = re.compile(rb"^Subject: number (\S+)", re.MULTILINE)


class RawServer:
    """A mail server at the milter's socket that sends just what a test needs."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.input = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def say(self, letter, data=b""):
        self.send(struct.pack("!I", len(data) + 1) + letter + data)

    def answer(self):
        """Returns the letter of the next answer, and its data."""
        while len(self.input) < 4 or len(self.input) < 4 + struct.unpack("!I", self.input[:4])[0]:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the milter closed the connection")
            self.input += more
        size = 4 + struct.unpack("!I", self.input[:4])[0]
        packet, self.input = self.input[:size], self.input[size:]
        return packet[4:5].decode(), packet[5:]

    def hello(self):
        self.say(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff))
        letter, _ = self.answer()
        assert letter == "O", letter
        self.say(b"C", b"client.test\0" + b"4" + struct.pack("!H", 25) + b"192.0.2.1\0")
        self.say(b"H", b"client.test\0")

    def begin(self, sender=b"<bob@example.net>", header=()):
        """Begins a message; returns the answers to its recipient and to the end of its header, if that is in `header`."""
        self.say(b"M", sender + b"\0")
        self.say(b"R", b"<ann@example.org>\0")
        for letter, data in header:
            self.say(letter, data)
        return [self.answer()[0] for _ in range(2 if header else 1)]

    def is_closed(self):
        """Returns whether the milter closes the connection; waits for that."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True


def resident(pid):
    """Returns the octets of memory that a process has."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def numbered(number):
    return new_mail(BOB, ANN, subject=f"number {number}")


@needs("backstop", "postfix")
class Killed(Site):
    def numbers(self):
        return {SUBJECT.search(mail).group(1).decode() for mail in self.postfix.mailbox(ANN)}

    @staticmethod
    def try_to_send(client, number):
        """Returns the code of the first reply that says no, or of the end of the data."""
        code = 250
        for step in (lambda: client.command(f"MAIL FROM:<{BOB}>"), lambda: client.command(f"RCPT TO:<{ANN}>"), lambda: client.data(numbered(number))):
            if code == 250:
                code = step().code
        return code

    def send_all(self, name, taken, codes):
        for count in range(MAILS):
            number = f"{name}-{count}"
            with contextlib.closing(FakeClient(self.postfix.port.address)) as client:
                code = self.try_to_send(client, number)
            codes.append(code)
            if code == 250:
                taken.append(number)

    def kill_often(self, gate, is_over):
        dice = random.Random(20240229)
        kills = 0
        while kills < KILLS or not is_over():
            time.sleep(dice.uniform(0.05, 0.25))
            gate.kill()
            kills += 1
            time.sleep(dice.uniform(0, 0.1))
            gate.start()
        return kills

    def run_with(self, action):
        gate = self.gate()
        self.ours(action=action)
        taken, codes = [], []
        threads = [threading.Thread(target=self.send_all, args=(name, taken, codes)) for name in range(CLIENTS)]
        for thread in threads:
            thread.start()
        self.kill_often(gate, lambda: not any(thread.is_alive() for thread in threads))
        for thread in threads:
            thread.join()
        self.assertEqual(len(codes), CLIENTS * MAILS)
        self.assertGreater(len(taken), 0)
        wait_until(lambda: self.numbers() >= set(taken), lambda: f"missing: {set(taken) - self.numbers()}")
        wait_until(lambda: not self.postfix.queue(), lambda: f"in the queue: {self.postfix.queue()}")
        self.assertEqual(len(self.postfix.mailbox(ANN)), len(taken), "none arrives twice, and none that was not taken")
        self.assertEqual([one.code for one in self.send("smtp", "", ANN, forged_bounce())], [250, 250, 550], "it judges again")
        return codes

    def test_all_is_taken_with_accept(self):
        self.assertEqual(set(self.run_with("accept")), {250})

    def test_all_else_must_come_again_with_tempfail(self):
        codes = set(self.run_with("tempfail"))
        self.assertLessEqual({code for code in codes if code != 250}, {421, 450, 451, 452})

    def during(self, action):
        """Returns the replies to mail whose milter is killed after its recipient, and to the one after that on the same connection."""
        gate = self.gate()
        self.ours(action=action)
        client = self.client()
        client.command(f"MAIL FROM:<{BOB}>")
        self.assertEqual(client.command(f"RCPT TO:<{ANN}>").code, 250)
        gate.kill()
        first = client.data(numbered("first"))
        gate.start()
        second = self.try_to_send(client, "second")
        third = self.send("smtp", BOB, ANN, numbered("third"))[-1]
        return first.code, second, third.code

    def test_during_a_message_with_accept(self):
        self.assertEqual(self.during("accept"), (250, 250, 250))
        self.postfix.wait_for_mails(ANN, 3)
        self.assertEqual(self.numbers(), {"first", "second", "third"})

    def test_during_a_message_with_tempfail(self):
        first, second, third = self.during("tempfail")
        self.assertEqual((first // 100, second // 100, third), (4, 4, 250))
        self.postfix.wait_for_mails(ANN, 1)
        self.assertEqual(self.numbers(), {"third"})


@needs("backstop", "postfix")
class WithoutLedger(Site):
    def send_around(self, break_it):
        """A mail leaves, the ledger breaks, and mail goes both ways."""
        gate = self.gate()
        postfix = self.ours()
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        left = self.sent()[0]
        with break_it(gate.folder / "ledger.db"):
            for _ in range(3):
                self.assertEqual([one.code for one in self.send("smtp", BOB, ANN, new_mail(BOB, ANN))], [250, 250, 250])
                self.assertEqual([one.code for one in self.send("submission", ANN, BOB, new_mail(ANN, BOB))], [250, 250, 250])
            genuine = self.send("smtp", "", ANN, bounce_of(left.data))
            self.assertEqual([one.code for one in genuine], [250, 250, 250], genuine)
            self.sent(4)
            postfix.wait_for_mails(ANN, 4)
        self.assertEqual(gate.stop(), 0)

    def test_its_file_is_locked(self):
        @contextlib.contextmanager
        def lock(path):
            with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                yield
                database.execute("ROLLBACK")
        self.send_around(lock)

    def test_its_file_is_gone(self):
        @contextlib.contextmanager
        def remove(path):
            for one in path.parent.glob("ledger.db*"):
                one.unlink()
            path.mkdir()
            yield
        self.send_around(remove)


@needs("backstop")
class Peers(Site):
    """Without Postfix: peers at the socket that are no good mail servers."""

    def begin(self):
        self.backstop = self.enterContext(Backstop(self.folder, "gate", config(
            tags=False, more=milter_section(self.sockets).replace('group = "postfix"\n', "") + '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n')))

    def raw(self):
        return self.enterContext(RawServer(self.sockets / "milter.sock"))

    def assert_works(self):
        one = self.raw()
        one.hello()
        self.assertEqual(one.begin(header=ORDINARY), ["c", "a"])

    def test_a_body_that_does_not_end(self):
        """It costs no more than is held of one response, and others go on."""
        self.begin()
        self.assert_works()
        before = resident(self.backstop.child.pid)
        one = self.raw()
        one.hello()
        self.assertEqual(one.begin(b"<>", BOUNCE), ["c", "c"])
        answers = []
        for _ in range(500):
            one.say(b"B", PIECE)
            answers.append(one.answer()[0])
        self.assertEqual(set(answers), {"c", "s"})
        self.assertEqual(answers.index("s"), 4 * 1024 * 1024 // len(PIECE), "what is held of one response")
        self.assertEqual(set(answers[answers.index("s"):]), {"s"})
        self.assert_works()
        self.assertLess(resident(self.backstop.child.pid) - before, 24 * 1024 * 1024, "of 30 MB")

    def test_rubbish(self):
        self.begin()
        dice = random.Random(20240229)
        rubbish = [b"GET / HTTP/1.1\r\n\r\n", b"EHLO client.test\r\n", bytes(4), b"\xff" * 100, struct.pack("!I", 1) + b"Z"]
        rubbish += [struct.pack("!I", size) + dice.randbytes(size) for size in range(1, 60)]
        for octets in rubbish:
            with RawServer(self.sockets / "milter.sock") as one:
                one.send(octets)
                one.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(one.is_closed(), octets[:20])
            with RawServer(self.sockets / "milter.sock") as one:
                one.hello()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    one.send(octets)
                    one.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(one.is_closed(), octets[:20])
        self.assert_works()
        told = [line for line in self.backstop.log().splitlines() if "milter: the connection of" in line]
        self.assertEqual(len(told), 1, "a line a minute")

    def test_a_stop_lets_a_message_end(self):
        self.begin()
        idle, busy = self.raw(), self.raw()
        idle.hello()
        busy.hello()
        self.assertEqual(busy.begin(b"<>", BOUNCE), ["c", "c"])
        stopping = threading.Thread(target=lambda: codes.append(self.backstop.stop()))
        codes = []
        stopping.start()
        self.assertTrue(idle.is_closed(), "there is no message, so it need not wait")
        busy.say(b"B", forged_bounce().partition(b"\r\n\r\n")[2])
        busy.say(b"E")
        answers = [busy.answer()[0]]
        while answers[-1] not in "aydrt" or len(answers) < 2:
            answers.append(busy.answer()[0])
        self.assertEqual(answers[0], "c")
        self.assertTrue(busy.is_closed())
        stopping.join()
        self.assertEqual(codes, [0])

    def test_many_connections(self):
        """Each is held open, first between messages and then within one."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * CONNECTIONS), hard))
        self.begin()
        self.assert_works()
        pid = self.backstop.child.pid
        before = resident(pid)
        many = [self.raw() for _ in range(CONNECTIONS)]
        for one in many:
            one.hello()
        idle = (resident(pid) - before) / CONNECTIONS
        for one in many:
            self.assertEqual(one.begin(), ["c"])
        within = (resident(pid) - before) / CONNECTIONS
        if "BACKSTOP_FIGURES" in os.environ:
            print(f"memory of a connection: {idle / 1024:.1f} KiB between messages, {within / 1024:.1f} KiB within one")
        self.assertLess(idle, 16 * 1024)
        self.assertLess(within, 32 * 1024)
        self.assert_works()
        for one in many:
            for letter, data in ORDINARY:
                one.say(letter, data)
            self.assertEqual(one.answer()[0], "a")


@needs("backstop", "postfix")
class Stopped(Site):
    def test_while_a_message_runs(self):
        gate = self.gate()
        self.ours(action="tempfail")
        client = self.client()
        client.command(f"MAIL FROM:<{BOB}>")
        self.assertEqual(client.command(f"RCPT TO:<{ANN}>").code, 250)
        codes = []
        stopping = threading.Thread(target=lambda: codes.append(gate.stop()))
        stopping.start()
        wait_until(lambda: "stopping: " in gate.log(), gate.log)
        self.assertEqual(client.data(new_mail(BOB, ANN)).code, 250)
        stopping.join()
        self.assertEqual(codes, [0])
        self.postfix.wait_for_mails(ANN, 1)


if __name__ == "__main__":
    main()

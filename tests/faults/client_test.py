#!/usr/bin/python3
"""Clients that leave, by FIN or by RST, after every octet that they have to send. The next hop never completes a mail whose end
the client did not send, and completes each whose end it did send, unless it reset the connection. The gateway keeps nothing."""
import concurrent.futures
import contextlib
import random

from attempts import Attempt, Mail, names_in
from fake_client import FakeClient
from support import Backstop, Case, FakeServer, config, dotted, gateway, main, read_maildir, wait_until

SEED = 20240301
THREADS = 12
LARGE_CUTS = 60

# Without a pool, every session with the next hop belongs to a client, so that the tests can wait for the end of all.
TEXT = config(gateway("in", "inbound", "smtp://127.0.0.1:{port}", "pool = 0\n"), stage="observe", domain="smtp.test", workers=2,
              more='[[domain]]\nname = "maildir.test"\nstage = "observe"\nnext_hop = "maildir:{folder}/mail/%n"\n'
                   '[limits]\nsessions_per_client = 1000\nnext_hop_sessions = 100000\n[log]\nlevel = "warning"\n')


class Stream:
    """All that a client sends in one session, and where its mail ends.

    `pauses` says after which octets it must read replies before it may go on, and how many: the greeting, and those up to 354.
    """

    def __init__(self, mail):
        self.mail = mail
        begin = b"EHLO client.test\r\n"
        envelope = f"MAIL FROM:<{mail.sender}>\r\nRCPT TO:<{mail.recipient}>\r\n".encode()
        if mail.chunks:
            data = b"".join(mail.bdat())
            self.pauses = [(0, 1), (len(begin), 1)]
        else:
            envelope += b"DATA\r\n"
            data = dotted(mail.text)
            self.pauses = [(0, 1), (len(begin), 1), (len(begin + envelope), 3)]
        self.data_begins = len(begin + envelope)
        self.end = len(begin + envelope + data)
        self.octets = begin + envelope + data + b"QUIT\r\n"

    def send(self, address, size, leave):
        """Sends the first `size` octets; then the client leaves."""
        client = FakeClient(address, hello=None)
        with client:
            sent = 0
            for pause, replies in self.pauses:
                if pause > size:
                    break
                client.send(self.octets[sent:pause])
                sent = pause
                for _ in range(replies):
                    client.read()
            client.send(self.octets[sent:size])
            leave(client)


def fin(client):
    """Closes in order, and reads nothing more."""
    client.close()


def half(client):
    """Ends sending in order, and reads all answers."""
    client.end_sending()
    with contextlib.suppress(AssertionError, OSError):
        while client.read().code:
            pass


def rst(client):
    client.cut()


class Leaves(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", TEXT.replace("{port}", str(self.hop.port))))
        self.address = self.backstop.address("in")
        self.hop.wait_for("quit")  # the gateway has asked the next hop what it offers
        wait_until(lambda: not self.hop.sessions, "the first session has ended")
        self.open_files = self.backstop.open_files()

    def check(self, cuts):
        """Runs each (name, stream, size, leave), and checks what the next hop and the gateway have then; the name is in the mail."""
        with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(lambda cut: cut[1].send(self.address, cut[2], cut[3]), cuts))
        wait_until(lambda: self.backstop.open_files() <= self.open_files,
                   lambda: f"{self.open_files} open files, as at the start, but {self.backstop.open_files()}")
        wait_until(lambda: not self.hop.sessions, "every session with the next hop has ended")
        arrived = names_in([taken.data for taken in self.hop.mails] + read_maildir(self.backstop.folder / "mail/bob"))
        whole = {name for name, stream, size, _ in cuts if size >= stream.end}
        in_order = {name for name, stream, size, leave in cuts if size >= stream.end and leave is not rst}
        self.assertGreater(len(in_order), 0)
        self.assertEqual(set(arrived) - whole, set(), "there, though its end was never sent")
        self.assertEqual(in_order - set(arrived), set(), "not there, though it was sent whole")
        self.assertEqual({name for name, count in arrived.items() if count != 1}, set())
        tmp = self.backstop.folder / "mail/bob/tmp"
        self.assertEqual(list(tmp.iterdir()) if tmp.exists() else [], [])
        self.check_that_it_goes_on()
        print(f"{len(cuts)} cuts, {len(arrived)} mails arrived, {len(whole)} were sent whole")

    def check_that_it_goes_on(self):
        for recipient in ("bob@smtp.test", "bob@maildir.test"):
            attempt = Attempt()
            with attempt.connect(self.address) as client:
                self.assertTrue(attempt.send(client, Mail("last@sender.test", recipient)))

    def everywhere(self, form, make):
        """Cuts before and after each octet, in each way to leave."""
        cuts = []
        for leave in (fin, half, rst):
            size = most = 0
            while size <= most:
                name = f"{form}.{leave.__name__}.{size:04}@sender.test"
                stream = Stream(make(name))
                cuts.append((name, stream, size, leave))
                size, most = size + 1, len(stream.octets)
        self.check(cuts)

    def test_data(self):
        self.everywhere("data", lambda name: Mail(name, "bob@smtp.test", 144))

    def test_chunks(self):
        self.everywhere("chunks", lambda name: Mail(name, "bob@smtp.test", 0, chunks=2))

    def test_report(self):
        """The gateway holds it until its end."""
        self.everywhere("report", lambda name: Mail(name, "bob@smtp.test", 0, is_report=True))

    def test_maildir(self):
        self.everywhere("maildir", lambda name: Mail(name, "bob@maildir.test"))

    def test_large_mails(self):
        """Cuts anywhere in mails that pass in many pieces, and close to their ends."""
        rng = random.Random(SEED)
        cuts = []
        for form in ("data", "chunks", "report", "maildir"):
            for i in range(LARGE_CUTS):
                name = f"large.{form}.{i}@sender.test"
                recipient = "bob@maildir.test" if form == "maildir" else "bob@smtp.test"
                stream = Stream(Mail(name, recipient, 700_000, form == "report", 4 if form == "chunks" else 0))
                size = rng.choice([rng.randint(stream.data_begins, stream.end), stream.end - rng.randint(0, 6)])
                # An answer between chunks, to a client that has closed, makes the client's system drop what it has not sent yet.
                cuts.append((name, stream, size, rng.choice([half, rst] if form == "chunks" else [fin, half, rst])))
        self.check(cuts)
        print(f"seed {SEED}")

    def test_before_the_first_octet(self):
        """Connections that are reset at once, even before they are accepted."""
        for _ in range(300):
            FakeClient(self.address, hello=None).cut()
        wait_until(lambda: self.backstop.open_files() <= self.open_files, "the open files of the start")
        self.check_that_it_goes_on()


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Each limit of the configuration, at the limit and one past it."""
import concurrent.futures
import contextlib
import threading
import time

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, told, url
from connections import is_silent
from support import FakeClient, gateway, main, new_mail, wait_until

HEAD = b"From: <ann@example.net>\r\nSubject: long\r\n"
KIB = 1024


def filled(size):
    """Returns a mail of this many octets, in lines of 80."""
    text = HEAD + b"\r\n"
    text += (b"x" * 78 + b"\r\n") * ((size - len(text)) // 80 - 1)
    text += b"x" * (size - len(text) - 2) + b"\r\n"
    assert len(text) == size, len(text)
    return text


class Sizes(Dialogue):
    def test_command_line(self):
        client = self.client(self.relay(self.hop(), limits={"command_line": "512B"}))
        self.assertEqual(client.command("NOOP " + "x" * 505).code, 250)
        client.send("NOOP " + "x" * 506 + "\r\nNOOP\r\n")
        self.assertEqual([told(client.read()), client.read().code], ["500 5.5.2", 0])

    def test_command_line_without_end(self):
        client = self.client(self.relay(self.hop(), limits={"command_line": "512B"}))
        client.send("x" * 513)
        self.assertEqual([told(client.read()), client.read().code], ["500 5.5.2", 0])

    def test_header(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"header": "4KiB"}))
        for size, want in ((4 * KIB, "250 2.0.0"), (4 * KIB + 1, "552 5.3.4"), (40 * KIB, "552 5.3.4")):
            for sender in (ANN, ""):
                for form in ("DATA", "BDAT"):
                    with self.subTest(size, sender=sender, form=form):
                        header = HEAD + b"X: " + b"x" * (size - len(HEAD) - 7) + b"\r\n\r\n"
                        client.envelope(sender, BOB)
                        reply = client.data(header + b"body\r\n") if form == "DATA" else client.bdat(header + b"body\r\n")[0]
                        self.assertEqual((len(header), told(reply)), (size, want))
        self.assertEqual(len(hop.mails), 4)

    def test_fields_of_a_header(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        for fields, sender, want in ((1000, "", "250 2.0.0"), (1001, "", "552 5.3.4"), (3000, "", "552 5.3.4"), (3000, ANN, "250 2.0.0")):
            with self.subTest(fields, sender=sender):
                client.envelope(sender, BOB)
                self.assertEqual(told(client.data(b"X: x\r\n" * fields + b"\r\nbody\r\n")), want)
        self.assertEqual(len(hop.mails), 2)

    def test_header_that_does_not_end(self):
        client = self.client(self.relay(self.hop(), limits={"header": "4KiB"}))
        client.envelope(ANN, BOB)
        self.assertEqual(told(client.data(b"X: x\r\n" * 1000)), "552 5.3.4")

    def test_message(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"message": "64KiB"}))
        self.assertEqual(client.extensions["SIZE"], str(64 * KIB))
        for size, want in ((64 * KIB, "250 2.0.0"), (64 * KIB + 1, "552 5.3.4"), (64 * KIB + 3, "552 5.3.4"), (640 * KIB, "552 5.3.4")):
            for form in ("DATA", "BDAT", "BDAT in two"):
                with self.subTest(size, form=form):
                    mail = filled(size)
                    self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 250])
                    if form == "DATA":
                        replies = [client.data(mail)]
                    else:
                        replies = client.bdat(mail) if form == "BDAT" else client.bdat(mail[:-1], mail[-1:])
                    # A chunk after the refused one comes too late.
                    self.assertEqual(told(next((reply for reply in replies if reply.code != 250), replies[-1])), want)
        self.assertEqual([len(taken.data) > 64 * KIB for taken in hop.mails], [True] * 3)

    def test_doubled_dots_do_not_count(self):
        # RFC 1870, 3.
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"message": "64KiB"}))
        dots = b".\r\n..\r\n.x\r\n" * 1000
        for size, want in ((64 * KIB, "250 2.0.0"), (64 * KIB + 1, "552 5.3.4")):
            with self.subTest(size):
                mail = filled(size - len(dots)) + dots
                client.envelope(ANN, BOB)
                self.assertEqual((len(mail), told(client.data(mail))), (size, want))
        self.assertEqual(len(hop.mails), 1)
        self.assertEqual(self.events(2)[0]["size"], 64 * KIB)

    def test_message_in_data_cut_anywhere_near_its_end(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"message": "64KiB"}))
        stuffed = filled(64 * KIB) + b".\r\n"
        for cut in range(1, 6):
            client.envelope(ANN, BOB)
            client.command("DATA")
            client.send(stuffed[:-cut])
            wait_until(lambda cut=cut: hop.reads(stuffed[-cut - 40:-cut]), "the next hop has all but the end")
            client.send(stuffed[-cut:])
            self.assertEqual(told(client.read()), "250 2.0.0", cut)
            for stream in hop.streams:
                stream.reads.clear()

    def test_announced_size(self):
        hop = self.hop(extensions=("SIZE 100000", "PIPELINING"))
        client = self.client(self.relay(hop))
        self.assertEqual(client.extensions["SIZE"], "100000")
        for size, want in ((100_000, "250 2.1.0"), (100_001, "552 5.3.4"), (2**63, "552 5.3.4")):
            with self.subTest(size):
                self.assertEqual(told(client.command(f"MAIL FROM:<{ANN}> SIZE={size}")), want)
                client.command("RSET")

    def test_held(self):
        hop = self.hop()
        address = self.relay(hop, stage="label", limits={"held": "64KiB", "header": "64KiB"})
        for size, want_streams in ((64 * KIB, False), (64 * KIB + 1, True)):
            with self.subTest(size):
                client = self.client(address)
                client.envelope("", BOB)
                client.command("DATA")
                mail = BOUNCE + filled(size - len(BOUNCE))
                client.send(mail)
                if want_streams:
                    wait_until(lambda: hop.reads(b"DATA"), "the next hop has it before its end")
                else:
                    # Meanwhile a whole mail of another client passes.
                    self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
                    self.assertEqual((hop.commands.count("DATA"), hop.reads(b"Undelivered")), (1, []))
                client.send(b".\r\n")
                self.assertEqual(client.read().code, 250)
                self.assertTrue(hop.mails[-1].data.endswith(mail))
                for stream in hop.streams:
                    stream.reads.clear()

    def test_no_more_is_held_than_the_share_of_a_network(self):
        hop = self.hop()
        # A bounce that comes alone is held up to an eighth of held_total, and is never deferred for lack of room.
        client = self.client(self.relay(hop, stage="label", limits={"held": "1MiB", "held_total": "1MiB"}))
        client.envelope("", BOB)
        client.command("DATA")
        client.send(BOUNCE + filled(200 * KIB))
        wait_until(lambda: hop.reads(b"DATA"), "the next hop has it before its end")
        client.send(b".\r\n")
        self.assertEqual(client.read().code, 250)
        self.assertIn(b"Backstop-Verdict: unproven", hop.mails[0].data)


class Counts(Dialogue):
    def test_recipients(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"recipients": 3}))
        self.assertEqual(client.extensions["LIMITS"], "RCPTMAX=3")
        names = [f"user{i}@example.org" for i in range(5)]
        self.assertEqual([told(reply) for reply in client.envelope(ANN, *names)][1:], ["250 2.1.5"] * 3 + ["452 4.5.3"] * 2)
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, names[:3])
        # One by one; recipients that were not accepted don't count.
        client.command(f"MAIL FROM:<{ANN}>")
        self.assertEqual([client.command(f"RCPT TO:<{name}>").code for name in ("x@else.test", *names)], [550, 250, 250, 250, 452, 452])

    def test_recipients_that_are_not_accepted(self):
        """A thousand of them are not an error. Those past the limit make one event in each transaction."""
        past = [f"RCPT TO:<user{i}@example.org>" for i in range(1000)]
        hop = self.hop()
        for name, direction, answer, want, want_events in (("past the limit", "inbound", "250 ok", 452, 1),
                                                           ("put off", "inbound", "450 4.2.0 later", 450, 1000),
                                                           ("refused outbound", "outbound", "550 5.1.1 who?", 550, 1000)):
            with self.subTest(name):
                client = self.client(self.relay(hop, direction, limits={"recipients": 1, "errors": 3, "commands_without_mail": 10000}))
                client.command(f"MAIL FROM:<{ANN}>")
                hop.answer("rcpt", answer)
                taken = 1 if name == "past the limit" else 0
                self.assertEqual(codes(client.pipeline(*[f"RCPT TO:<{BOB}>"] * taken)), [250] * taken)
                self.assertEqual({client.command(line).code for line in past}, {want})
                self.assertEqual(len(self.events(want_events)), want_events)
                # Each transaction counts its own recipients, and the session counts the errors.
                self.assertEqual(codes(client.pipeline("RSET", f"MAIL FROM:<{ANN}>")), [250, 250])
                hop.answer("rcpt", "250 ok")
                self.assertEqual(codes(client.pipeline(f"RCPT TO:<{BOB}>", *past[:3])), [250, 452, 452, 452])
                event = self.events(want_events + 1)[-1]
                self.assertEqual((event["cause"], event["done"], event["recipients"]), ("limit", "deferred", ["user0@example.org"]))
                self.assertEqual([client.command("NOOP").code, client.command(past[3]).code], [250, 452])
                self.assertEqual([told(client.read()), client.read().code], ["421 4.7.0", 0])
                self.assertEqual(len(self.events(want_events + 1)), want_events + 1)

    def test_delivered_mail_resets_the_count_of_recipients(self):
        client = self.client(self.relay(self.hop(), limits={"recipients": 1, "errors": 1}))
        for _ in range(3):
            replies = codes(client.envelope(ANN, BOB, *[BOB] * 1000))
            self.assertEqual((replies[:2], set(replies[2:])), ([250, 250], {452}))
            self.assertEqual(client.data(new_mail()).code, 250)

    def test_commands_without_mail(self):
        address = self.relay(self.hop(), limits={"commands_without_mail": 5})
        client = self.client(address)
        self.assertEqual(codes(client.pipeline("NOOP", "RSET", "VRFY x", "HELP")), [250, 250, 252, 214])
        self.assertEqual([told(client.command("NOOP")), client.read().code], ["421 4.7.0", 0])
        # Delivered mail resets the count.
        client = self.client(address)
        for _ in range(3):
            client.pipeline("NOOP", "NOOP", "NOOP")
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_errors(self):
        for name, line in (("unknown", b"FOO\r\n"), ("too early", b"DATA\r\n"), ("not text", b"NOOP\n"), ("NUL", b"NO\0OP\r\n"), ("refused", b"RCPT TO:<x@else.test>\r\n")):
            with self.subTest(name):
                client = self.client(self.relay(self.hop(), limits={"errors": 3}))
                if name == "refused":
                    client.command(f"MAIL FROM:<{ANN}>")
                for _ in range(3):
                    client.send(line)
                    self.assertEqual(client.read().code // 100, 5)
                self.assertEqual(client.command("NOOP").code, 250)
                client.send(line)
                self.assertEqual([client.read().code // 100, told(client.read()), client.read().code], [5, "421 4.7.0", 0])

    def test_received_fields(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"received_fields": 10}))
        for count, want in ((9, "250 2.0.0"), (10, "554 5.4.6")):
            client.envelope(ANN, BOB)
            self.assertEqual(told(client.data(b"Received: a\r\n" * count + HEAD + b"\r\nx\r\n")), want)
        wait_until(lambda: len(self.events(2)) == 2, "both are recorded")
        self.assertEqual([event["cause"] for event in self.events(2)], ["ordinary", "limit"])

    def test_sessions(self):
        address = self.relay(self.hop(), limits={"sessions": 3})
        clients = [self.client(address) for _ in range(3)]
        late = self.client(address, hello=None)
        self.assertEqual([told(late.read()), late.read().code], ["421 4.3.2", 0])
        clients[0].quit()
        self.wait_for_room(address)

    def test_next_hop_sessions(self):
        hop = self.hop()
        address = self.relay(hop, limits={"next_hop_sessions": 2})
        self.settle(hop, address)
        # Each has an address of its own, since one address has only a share.
        busy = [self.client(address, source=(f"127.0.0.{host}", 0)) for host in (1, 2)]
        for client in busy:
            self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 250])
        for host in (3, 4, 5):
            client = self.client(address, source=(f"127.0.0.{host}", 0))
            self.assertEqual(told(client.envelope(ANN, BOB)[1]), "451 4.4.5")
        self.assertEqual(len(hop.sessions), 2)
        # When a client is done, the next one uses its session, and no third one is opened.
        self.assertEqual(busy[0].data(new_mail()).code, 250)
        self.assertEqual(client.command(f"RCPT TO:<{BOB}>").code, 250)
        self.assertEqual((client.data(new_mail()).code, busy[1].data(new_mail()).code), (250, 250))
        self.assertEqual(hop.steps["connect"], 2)
        self.events(8)
        self.assertEqual(self.gate.log().count("a client was put off: there are 2 sessions with next hop "), 1)

    def test_sessions_per_client(self):
        self.start(gateway("in", "inbound", url(self.hop())).replace('"127.0.0.1:0"', '"0.0.0.0:0"'), limits={"sessions_per_client": 2})
        address = ("127.0.0.1", self.gate.address("in")[1])
        clients = [self.client(address) for _ in range(2)]
        late = self.client(address, hello=None)
        self.assertEqual([told(late.read()), late.read().code], ["421 4.7.0", 0])
        # Another client has its own limit.
        self.assertIn("SIZE", self.client(address, source=("127.0.0.2", 0)).extensions)
        clients[0].cut()
        self.wait_for_room(address)

    def wait_for_room(self, address):
        """Waits until a new session is let in, since a session that has ended no longer counts."""
        def is_let_in():
            with FakeClient(address, hello=None) as client:
                return client.read().code == 220
        wait_until(is_let_in, "there is room again")


# name, what a client sends before it falls silent, limits, want last reply
SILENCE = [
    ("before the first command", "", {"command": "1s"}, "421 4.4.2"),
    ("within a command", "NO", {"command": "1s"}, "421 4.4.2"),
    ("within a transaction", f"MAIL FROM:<{ANN}>\r\n", {"command": "1s"}, "421 4.4.2"),
    ("within the header", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nFrom: x\r\n", {"data_block": "1s"}, "421 4.4.2"),
    ("within the body", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nFrom: x\r\n\r\nx\r\n", {"data_block": "1s"}, "421 4.4.2"),
    ("within a chunk", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 100 LAST\r\nFrom: x\r\n", {"data_block": "1s"}, "421 4.4.2"),
    ("between chunks", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 9\r\nFrom: x\r\n", {"command": "1s"}, "421 4.4.2"),
    ("within a chunk that nobody wants", "BDAT 100 LAST\r\nx", {"data_block": "1s"}, "421 4.4.2"),
]
# A few octets every now and then hold no session either. All other times are much longer than the tests wait.
# name, what a client sends first, what it goes on to send, the limit that ends it
SLOWNESS = [
    ("commands", "N", b"O", "command"),
    ("data", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n", b"x", "data_total"),
    ("a chunk", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 1000 LAST\r\n", b"x", "data_total"),
    ("chunks", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\n", b"BDAT 1\r\nx", "data_total"),
    ("what comes between chunks", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 1\r\nx", b"NOOP\r\n", "data_total"),
]


class Times(Dialogue):
    def begin(self, rows):
        """Starts Backstop for each row, since limits apply to all gateways. Returns the clients, which have sent their octets."""
        clients = []
        for _, octets, *_, limits in rows:
            client = self.client(self.relay(self.hop(), limits=limits))
            client.send(octets)
            clients.append(client)
        return clients

    def last_of(self, client):
        """Returns the last reply before the connection ends."""
        last = None
        while (reply := client.read()).code:
            last = reply
        return last

    def test_silence(self):
        # Each is ended by its limit: the other times are longer than these clients wait.
        clients = self.begin([row[:3] for row in SILENCE])
        for (name, _, _, want), client in zip(SILENCE, clients):
            with self.subTest(name):
                last = self.last_of(client)
                self.assertEqual(told(last) if want else last, want)

    def trickle(self, address, begin, octets):
        """Sends these octets again and again until the end. Returns how often that was possible, and the last reply."""
        sent, last = 0, None
        with FakeClient(address) as client:
            client.send(begin)
            patience = time.monotonic() + client.connection.gettimeout()
            client.connection.settimeout(0.1)
            while time.monotonic() < patience:
                with contextlib.suppress(ConnectionError):
                    client.send(octets)
                    sent += 1
                with contextlib.suppress(TimeoutError):
                    while (reply := client.read()).code:
                        last = reply
                    return sent, last
        raise AssertionError(f"still served after {sent} times")

    def test_slowness(self):
        # Side by side; each time begins with a client's own first octet.
        addresses = [self.relay(self.hop(), limits={limit: "2s"}) for *_, limit in SLOWNESS]
        with concurrent.futures.ThreadPoolExecutor(len(SLOWNESS)) as pool:
            begun = [pool.submit(self.trickle, address, *row[1:3]) for row, address in zip(SLOWNESS, addresses)]
        for (name, *_), one in zip(SLOWNESS, begun):
            with self.subTest(name):
                sent, last = one.result()
                self.assertEqual(told(last), "421 4.4.2")
                # It was not ended by the first octets.
                self.assertGreater(sent, 3)

    def flood(self, client, done):
        """Sends chunks of one octet, thousands in each packet: more than can be answered."""
        with contextlib.suppress(OSError):
            while not done.is_set():
                client.send(b"BDAT 1\r\nx" * 5000)

    def test_chunks_that_keep_the_input_full(self):
        """The gateway never waits for such a client, so no wait runs out of time. The message ends in time all the same."""
        client = self.client(self.relay(self.hop(), limits={"data_total": "1s"}))
        # A bounce is held, so that nothing but the client sets the pace.
        self.assertEqual(codes(client.envelope("", BOB)), [250, 250])
        client.send(f"BDAT {len(BOUNCE)}\r\n".encode() + BOUNCE)
        self.assertEqual(client.read().code, 250)
        done = threading.Event()
        sender = threading.Thread(target=self.flood, args=(client, done))
        sender.start()
        patience = time.monotonic() + client.connection.gettimeout()
        told_last = b""
        try:
            while b"421 " not in told_last and time.monotonic() < patience:
                octets = client.connection.recv(1 << 20)
                self.assertTrue(octets, told_last)
                told_last = told_last[-100:] + octets
        finally:
            done.set()
            client.cut()
            sender.join()
        self.assertRegex(told_last, rb"250 2\.0\.0 [^\r]*\r\n421 4\.4\.2 [^\r]*\r\n\Z")

    def test_greeting(self):
        # Of two balancers that send no header, one has more time.
        proxied = 'proxy_protocol = ["127.0.0.1"]\n'
        patient = self.client(self.relay(self.hop(), more_gateway=proxied, limits={"greeting": "1h"}), hello=None)
        address = self.relay(self.hop(), more_gateway=proxied, limits={"greeting": "1s"})
        for octets in (b"", b"PROXY TCP4"):
            client = self.client(address, hello=None)
            client.send(octets)
            self.assertEqual(client.read().code, 0)
        self.assertTrue(is_silent(patient.connection))


if __name__ == "__main__":
    main()

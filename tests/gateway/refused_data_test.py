#!/usr/bin/python3
"""Data that is refused early is read to its end, so that an honest client learns why, and no connection is reset."""
import os
import select

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, told
from support import certificate, main, new_mail, wait_until

HEAD = b"From: <ann@example.net>\r\nSubject: much\r\n"
LINE = b"y" * 76 + b"\r\n"
MEGABYTE = LINE * (1_000_000 // len(LINE))
END = b".\r\n"
MIB = 1024 * 1024
KNOWN_LIMITS = {"message": "256KiB", "header": "16KiB", "held": "64KiB", "received_fields": 10}

# name, sender, how the mail begins, want reply, whether the end of data is certain; each is refused long before its end
REFUSALS = [
    ("a bare LF", ANN, HEAD + b"\r\na\nb\r\n", "550 5.5.2", False),
    ("a bare LF in the header", ANN, b"From: <ann@example.net>\nSubject: x\r\n\r\n", "550 5.5.2", False),
    ("a bare CR", ANN, HEAD + b"\r\na\rb\r\n", "550 5.5.2", False),
    ("a NUL", ANN, HEAD + b"\r\na\0b\r\n", "550 5.5.2", False),
    ("a bare LF in a bounce", "", BOUNCE + b"a\nb\r\n", "550 5.5.2", False),
    ("the size", ANN, HEAD + b"\r\n", "552 5.3.4", True),
    ("the header", ANN, HEAD + (b"X: " + b"x" * 70 + b"\r\n") * 1000, "552 5.3.4", True),
    ("a loop", ANN, b"Received: from a by b\r\n" * 11 + HEAD + b"\r\n", "554 5.4.6", True),
    ("a verdict", "", BOUNCE, "550 5.7.1", True),
]
LARGE = {"the size", "a loop", "a verdict"}


class RefusedData(Dialogue):
    def setUp(self):
        super().setUp()
        self.taking = self.hop()

    def begin(self, address, sender=ANN):
        client = self.client(address)
        self.assertEqual(codes(client.envelope(sender, BOB)), [250, 250])
        return client

    def begin_data(self, address, sender=ANN):
        client = self.begin(address, sender)
        self.assertEqual(client.command("DATA").code, 354)
        return client

    def expect_end(self, client, is_certain):
        """Checks that the session goes on after a refusal, or ends in order and not with a reset."""
        if is_certain:
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            client.quit()
            return
        self.assertEqual(told(client.read()), "421 4.7.0")
        self.expect_no_reset(client)

    def expect_no_reset(self, client):
        self.assertEqual((client.connection.recv(1), client.buffer), (b"", b""))
        client.close()

    def test_much_of_it(self):
        """Clients write everything before they read."""
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, sender, start, want, is_certain in REFUSALS:
            with self.subTest(name):
                client = self.begin_data(address, sender)
                client.send(start + MEGABYTE * 7 + END)
                self.assertEqual(told(client.read()), want)
                self.expect_end(client, is_certain)
        self.assertEqual({len(taken.data) < MIB for taken in self.taking.mails}, {True})

    def test_slowly(self):
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, sender, start, want, is_certain in REFUSALS:
            with self.subTest(name):
                client = self.begin_data(address, sender)
                client.send(start)
                for _ in range(8):
                    # The gateway answers only after the end.
                    self.assertEqual(select.select([client.connection], [], [], 0.02)[0], [])
                    client.send(LINE * 500)
                client.send(END)
                self.assertEqual(told(client.read()), want)
                self.expect_end(client, is_certain)

    def test_byte_by_byte_to_its_end(self):
        address = self.relay(self.taking)
        for end in (b"\r\n.\r\n", b"\r\n..\r\n\r\n.\r\n", b"\n\r\n.\r\n", b"\r\r\n.\r\n", b"\r\n.\r\r\n.\r\n", b"\0\r\n.\r\n"):
            with self.subTest(end):
                client = self.begin_data(address)
                for octet in HEAD + b"\r\na\nb" + end:
                    client.send(bytes([octet]))
                self.assertEqual(told(client.read()), "550 5.5.2")
                self.expect_end(client, False)

    def test_what_follows_is_no_command(self):
        address = self.relay(self.taking)
        for end in (b"\n.\r\n", b"\n.\n", b"\r\n.\r\n"):
            client = self.begin_data(address)
            client.send(HEAD + b"\r\na\nb" + end + f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n".encode() + HEAD + b"\r\n.\r\n" + LINE * 100)
            self.assertEqual(told(client.read()), "550 5.5.2")
            self.expect_end(client, False)
        self.assertEqual(self.taking.mails, [])

    def test_by_tls(self):
        ours = certificate(self.folder)
        os.chmod(ours[1], 0o600)
        address = self.relay(self.taking, more_gateway='tls = "starttls"\n', limits=KNOWN_LIMITS,
                             more=f'[tls]\ncertificate = "{ours[0]}"\nkey = "{ours[1]}"\n')
        for name, sender, start, want, is_certain in REFUSALS:
            with self.subTest(name):
                client = self.client(address)
                client.start_tls()
                client.envelope(sender, BOB)
                self.assertEqual(client.command("DATA").code, 354)
                client.send(start + MEGABYTE * 6 + END)
                self.assertEqual(told(client.read()), want)
                if is_certain:
                    self.expect_end(client, True)
                else:
                    self.assertEqual(told(client.read()), "421 4.7.0")
                    self.assertEqual(client.connection.recv(1), b"", "it ends with close_notify")

    def test_in_chunks(self):
        """Each chunk is read and the session goes on. Chunks after the refused one belong to no message."""
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, sender, start, want, _ in REFUSALS:
            body = start + MEGABYTE * 6
            for cut in (len(body), 3 * MIB):
                with self.subTest(name, cut=cut):
                    client = self.begin(address, sender)
                    replies = client.bdat(*(part for part in (body[:cut], body[cut:]) if part))
                    # The verdict on a bounce needs all of it, or as much as may be held.
                    self.assertEqual([told(reply) for reply in replies], [want, "503 5.5.1"][:len(replies)])
                    self.expect_end(client, True)

    def test_a_fault_after_a_refusal(self):
        """The first refusal remains the answer."""
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, sender, start, want, is_certain in REFUSALS:
            if is_certain:
                with self.subTest(name):
                    client = self.begin_data(address, sender)
                    client.send(start + MEGABYTE + b"a\nb\r\n" + MEGABYTE + END)
                    self.assertEqual(told(client.read()), want)
                    self.expect_end(client, False)

    def test_a_client_whose_lines_end_in_lf(self):
        """Its end of data is not valid, but it waits for an answer then."""
        address = self.relay(self.taking)
        for end in (b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r"):
            with self.subTest(end):
                client = self.begin_data(address)
                client.send(b"From: ann@example.net\nSubject: x\n\nhello" + end)
                self.assertEqual(told(client.read()), "550 5.5.2")
                client.send(b"QUIT\n")
                client.end_sending()
                self.expect_no_reset(client)
        # More of the mail may follow such a line; it is answered once.
        client = self.begin_data(address)
        client.send(HEAD + b"\r\nx\n.\n")
        self.assertEqual(told(client.read()), "550 5.5.2")
        client.send(MEGABYTE + END)
        self.expect_end(client, False)

    def test_one_that_never_ends(self):
        """It is cut at 64 MiB, or at twice the size limit of a message."""
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, _, start, want, _ in REFUSALS[:1] + REFUSALS[5:6]:
            for form in ("DATA", "BDAT"):
                with self.subTest(name, form=form):
                    client = self.begin(address)
                    if form == "DATA":
                        self.assertEqual(client.command("DATA").code, 354)
                    else:
                        client.send(b"BDAT %d LAST\r\n" % (1 << 62))
                    client.send(start)
                    sent = 0
                    while not select.select([client.connection], [], [], 0)[0] and sent < 100 * MIB:
                        client.send(LINE * 800)
                        sent += 800 * len(LINE)
                    self.assertEqual([told(client.read()), told(client.read())], [want, "421 4.7.0"])
                    self.assertGreaterEqual(sent, 64 * MIB)
                    self.assertLess(sent, 100 * MIB)
                    client.close()

    def test_one_that_stops(self):
        address = self.relay(self.taking, limits={**KNOWN_LIMITS, "data_block": "1s"})
        for name, sender, start, want, _ in REFUSALS:
            with self.subTest(name):
                client = self.begin_data(address, sender)
                client.send(start + (LINE * 4000 if name in LARGE else b""))
                self.assertEqual([told(client.read()), told(client.read())], [want, "421 4.4.2"])
                self.expect_no_reset(client)
        client = self.begin(address)
        client.send(b"BDAT 1000000 LAST\r\n" + HEAD + b"\r\na\nb")
        self.assertEqual([told(client.read()), told(client.read())], ["550 5.5.2", "421 4.4.2"])

    def test_one_that_leaves(self):
        address = self.relay(self.taking)
        client = self.begin_data(address)
        client.send(HEAD + b"\r\na\nb\r\n")
        client.close()
        event = self.events(1)[0]
        self.assertEqual((event["done"], event["client_gone"]), ("failed", True))

    def ended_transactions(self):
        return self.taking.steps["rset"] + sum(stream.is_over for stream in self.taking.streams)

    def test_the_next_hop_does_not_wait_for_it(self):
        address = self.relay(self.taking, limits=KNOWN_LIMITS)
        for name, sender, start, want, _ in REFUSALS:
            with self.subTest(name):
                client = self.begin(address, sender)
                # It is reset, or cut within its data. A session of the pool may have it, so each of them counts.
                before = self.ended_transactions()
                self.assertEqual(client.command("DATA").code, 354)
                client.send(start + (LINE * 4000 if name in LARGE else LINE))
                wait_until(lambda before=before: self.ended_transactions() > before, "the transaction with the next hop has ended")
                client.send(END)
                self.assertEqual(told(client.read()), want)
                client.close()
        self.assertEqual(self.taking.mails, [])

    def test_a_close_that_does_not_reset(self):
        """Also for other reasons to end a session while its client still writes."""
        address = self.relay(self.taking, limits={"commands_without_mail": 10, "errors": 10})
        rest = b"NOOP\r\n" * 50_000
        for name, start, want in (("a long line", b"x" * 5000 + b"\r\n", "500 5.5.2"), ("a bad chunk", b"BDAT x\r\n", "501 5.5.4"),
                                  ("errors", b"WHAT\r\n" * 10, "500 5.5.2"), ("idle commands", b"", "250 2.0.0"),
                                  ("a web client", b"GET / HTTP/1.1\r\n", "221 2.7.0")):
            with self.subTest(name):
                client = self.client(address)
                client.send(start + rest)
                self.assertEqual(told(client.read()), want)
                # A reset would raise an exception.
                while client.connection.recv(65536):
                    pass
                client.close()


if __name__ == "__main__":
    main()

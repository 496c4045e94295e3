#!/usr/bin/python3
"""Ordinary mail streams as it arrives. If it turns out to be forbidden on the way, the next hop never gets its end."""
import time

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, told, without_trace
from support import Stall, header_of, main, new_mail, wait_until

HEAD = b"From: <ann@example.net>\r\nSubject: long\r\nMessage-ID: <1.long@example.net>\r\n\r\n"
MIDDLE = b"a line of the middle\r\n" * 20

# name, how a client leaves, and whether it still reads what is sent to it
WAYS_TO_LEAVE = [
    ("in order", lambda client: client.close(), False),
    ("by a reset", lambda client: client.cut(), False),
    ("half", lambda client: client.end_sending(), True),
]


class Streaming(Dialogue):
    def begin(self, hop, **settings):
        """Begins a mail that streams: the next hop already has its middle, but not its end. Returns the client."""
        client = self.client(self.relay(hop, **settings))
        client.envelope(ANN, BOB)
        self.assertEqual(client.command("DATA").code, 354)
        client.send(HEAD + MIDDLE)
        wait_until(lambda: hop.reads(MIDDLE[-40:]), "the middle arrived")
        self.assertEqual(hop.mails, [])
        return client

    def test_it_streams(self):
        hop = self.hop()
        client = self.begin(hop)
        client.send(b"and the end\r\n.\r\n")
        self.assertEqual(told(client.read()), "250 2.0.0")
        self.assertEqual(without_trace(hop.mails[0].data), HEAD + MIDDLE + b"and the end\r\n")

    def test_a_header_in_pieces(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.command("DATA")
        for octet in HEAD + b"x\r\n.\r\n":
            client.send(bytes([octet]))
        self.assertEqual(client.read().code, 250)
        self.assertEqual(without_trace(hop.mails[0].data), HEAD + b"x\r\n")

    def test_every_octet_arrives(self):
        body = bytes(octet for octet in range(256) if octet not in b"\0\r\n") + b"\r\n" + b"x" * 5000 + b"\r\n" + b".\r\n..\r\n.x\r\n\r\n\r\n"
        for name, form in (("DATA", lambda client, mail: client.data(mail)), ("BDAT", lambda client, mail: client.bdat(mail)[0]),
                           ("BDAT in parts", lambda client, mail: client.bdat(*(mail[i:i + 7] for i in range(0, len(mail), 7)))[-1])):
            for extensions in (("PIPELINING",), ("PIPELINING", "CHUNKING")):
                with self.subTest(name, extensions=extensions):
                    hop = self.hop(extensions=extensions)
                    client = self.client(self.relay(hop))
                    client.envelope(ANN, BOB)
                    self.assertEqual(form(client, HEAD + body).code, 250)
                    self.assertEqual(without_trace(hop.mails[0].data), HEAD + body)
                    self.assertEqual("DATA" in hop.commands, name == "DATA" or "CHUNKING" not in extensions)

    def test_a_fault_in_the_middle_cuts_the_next_hop(self):
        for name, fault in (("LF", b"a\nb"), ("CR", b"a\rb"), ("NUL", b"a\0b"), ("LF at the start of a line", b"\nb")):
            with self.subTest(name):
                hop = self.hop()
                client = self.begin(hop)
                client.send(fault + b"\r\n.\r\n" + b"NOOP\r\n")
                self.assertEqual(told(client.read()), "550 5.5.2")
                self.assertEqual([told(client.read()), client.read().code], ["421 4.7.0", 0])
                self.expect_cut(hop)
                self.assertEqual(self.events()[0]["done"], "failed")

    def expect_cut(self, hop):
        """Checks that the next hop's connection ended within the message: no end of data, no RSET, and no mail accepted."""
        stream = next(stream for stream in hop.streams if MIDDLE[-40:] in stream.octets)
        wait_until(lambda: stream.is_over, "the next hop's connection ended")
        message = stream.octets.partition(b"DATA\r\n")[2]
        self.assertNotIn(b"\r\n.\r\n", message)
        self.assertNotIn(b"RSET", message)
        self.assertTrue(message.startswith(b"Received: "), message)
        self.assertEqual(hop.mails, [])

    def test_a_client_that_leaves(self):
        for name, leave, _ in WAYS_TO_LEAVE:
            with self.subTest(name):
                hop = self.hop()
                leave(self.begin(hop))
                self.expect_cut(hop)
                event = self.events()[0]
                self.assertEqual((event["done"], event["client_gone"]), ("failed", True))

    def test_a_client_that_leaves_before_the_answer(self):
        """The next hop has the whole mail, so its answer counts even if no client is there to get it."""
        for name, leave, is_listening in WAYS_TO_LEAVE:
            for answer, want_done in (("250 2.0.0 taken", "delivered"), ("550 5.1.1 no", "refused"), ("451 4.3.0 later", "deferred")):
                with self.subTest(name, answer=answer):
                    stall = Stall(answer)
                    hop = self.hop({"dot": stall})
                    client = self.begin(hop)
                    client.send(b"and the end\r\n.\r\n")
                    hop.wait_for("dot")
                    leave(client)
                    # The gateway checks whether the client is there only if the answer took more than 50 ms.
                    time.sleep(0.1)
                    self.assertEqual(hop.mails, [])
                    stall.release()
                    # A client that only ended its sending counts as gone, too, but gets the answer.
                    if is_listening:
                        reply = client.read()
                        self.assertEqual((f"{reply.code} {reply.text}", client.read().code), (answer, 0))
                    event = self.events()[0]
                    self.assertEqual((event["done"], event["client_gone"], event["reply"]), (want_done, True, answer))
                    mails = [HEAD + MIDDLE + b"and the end\r\n"] if want_done == "delivered" else []
                    self.assertEqual([without_trace(mail.data) for mail in hop.mails], mails)
                    self.assertEqual(hop.steps["dot"], 1)

    def test_a_message_that_grows_too_large(self):
        hop = self.hop()
        client = self.begin(hop, limits={"message": "64KiB"})
        client.send(MIDDLE * 200 + b".\r\n")
        self.assertEqual(told(client.read()), "552 5.3.4")
        self.expect_cut(hop)
        # The session goes on.
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_rset_and_quit_between_chunks(self):
        for command in ("RSET", "QUIT", None):
            with self.subTest(command):
                hop = self.hop(extensions=("CHUNKING",))
                client = self.client(self.relay(hop))
                client.envelope(ANN, BOB)
                client.send(f"BDAT {len(HEAD + MIDDLE)}\r\n".encode() + HEAD + MIDDLE)
                self.assertEqual(client.read().code, 250)
                if command:
                    self.assertEqual(client.command(command).code // 100, 2)
                else:
                    client.cut()
                stream = next(stream for stream in hop.streams if b"BDAT" in stream.octets)
                wait_until(lambda stream=stream: stream.is_over, "the next hop's connection ended")
                self.assertEqual(hop.mails, [])
                self.assertNotIn(b"LAST", stream.octets)

    def test_a_next_hop_that_refuses_a_chunk(self):
        hop = self.hop({"bdat": "552 5.3.4 too much"}, extensions=("CHUNKING",))
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.send(f"BDAT {len(HEAD)}\r\n".encode() + HEAD)
        self.assertEqual(told(client.read()), "552 5.3.4")
        # What the client had already sent after it is read and refused.
        client.send(b"BDAT 5\r\nabc\r\nBDAT 0 LAST\r\nNOOP\r\n")
        self.assertEqual([client.read().code for _ in range(3)], [503, 503, 250])
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)


class Held(Dialogue):
    def test_a_response_is_held_until_it_is_judged(self):
        hop = self.hop()
        client = self.client(self.relay(hop, stage="label"))
        client.envelope("", BOB)
        self.assertEqual(client.data(BOUNCE).code, 250)
        # All of it came with the first octets after DATA.
        reads = hop.reads(b"Received: from client.test")
        self.assertEqual(len(reads), 1)
        self.assertTrue(reads[0].endswith(b"--xx--\r\n.\r\n"))
        self.assertEqual(header_of(hop.mails[0].data, "Backstop-Verdict"), "unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent")

    def test_past_the_cap_it_is_judged_and_streams(self):
        hop = self.hop()
        client = self.client(self.relay(hop, stage="label", limits={"held": "64KiB", "header": "64KiB"}))
        client.envelope("", BOB)
        client.command("DATA")
        client.send(BOUNCE[:-8])
        client.send(MIDDLE * 160)
        wait_until(lambda: hop.reads(MIDDLE), "the next hop has what was held")
        client.send(b"--xx--\r\n.\r\n")
        self.assertEqual(client.read().code, 250)
        self.assertEqual(header_of(hop.mails[0].data, "Backstop-Verdict"), "unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent")
        self.assertTrue(hop.mails[0].data.endswith(BOUNCE[:-8] + MIDDLE * 160 + b"--xx--\r\n"))

    def test_past_the_cap_it_is_refused_and_the_rest_is_read(self):
        hop = self.hop()
        client = self.client(self.relay(hop, limits={"held": "64KiB", "header": "64KiB"}))
        client.envelope("", BOB)
        self.assertEqual(told(client.data(BOUNCE + MIDDLE * 1000)), "550 5.7.1")
        self.assertNotIn("DATA", hop.commands)
        self.assertEqual(client.command("NOOP").code, 250)

    def test_a_client_that_stops_between_chunks(self):
        ways = (("leaves", lambda client: client.cut(), True), ("says RSET", lambda client: client.command("RSET"), False),
                ("says QUIT", lambda client: client.quit(), False))
        for name, stop, want_gone in ways:
            with self.subTest(name):
                hop = self.hop()
                client = self.client(self.relay(hop))
                client.envelope(ANN, BOB)
                self.assertEqual(client.command("BDAT 9\r\nFrom: x\r\n").code, 250)
                stop(client)
                event = self.events()[0]
                self.assertEqual((event["done"], event["client_gone"], event["size"]), ("failed", want_gone, 9))
                self.assertEqual(hop.mails, [])

    def test_a_client_that_leaves_within(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope("", BOB)
        client.command("DATA")
        client.send(BOUNCE[:-8])
        client.cut()
        hop.wait_for("rset")
        self.assertNotIn("DATA", hop.commands)
        self.assertEqual(self.events()[0]["client_gone"], True)


OURS = b"Backstop-Verdict: genuine; kind=dsn-failed\r\n"

# name, a header with one of our fields, written by a stranger, and the header without it
FORGED = [
    ("first", OURS + HEAD, HEAD),
    ("last", HEAD[:-2] + OURS + b"\r\n", HEAD),
    ("folded", HEAD[:-2] + b"Backstop-Verdict:\r\n genuine;\r\n\tkind=dsn-failed\r\n\r\n", HEAD),
    ("twice, in other letters", b"BACKSTOP-VERDICT: a\r\nbackstop-verdict:b\r\n" + HEAD, HEAD),
    ("with white space before the colon", b"Backstop-Verdict \t: a\r\n" + HEAD, HEAD),
    ("the only one", OURS + b"\r\n", b"\r\n"),
    ("another name", b"Backstop-Verdicts: a\r\nX-Backstop-Verdict: b\r\n" + HEAD, b"Backstop-Verdicts: a\r\nX-Backstop-Verdict: b\r\n" + HEAD),
]


class OwnFields(Dialogue):
    def test_those_of_strangers_are_removed(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        for name, header, want_header in FORGED:
            with self.subTest(name):
                client.envelope(ANN, BOB)
                self.assertEqual(client.data(header + b"x\r\n" + OURS).code, 250)
                self.assertEqual(without_trace(hop.mails[-1].data), want_header + b"x\r\n" + OURS)

    def test_after_a_dot_that_the_next_hop_removes(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.command("DATA")
        client.send(b"." + OURS + b". folded\r\n" + HEAD + b"x\r\n.\r\n")
        self.assertEqual(client.read().code, 250)
        self.assertEqual(without_trace(hop.mails[0].data), HEAD + b"x\r\n")

    def test_in_chunks(self):
        for extensions in ((), ("CHUNKING",)):
            with self.subTest(extensions):
                hop = self.hop(extensions=extensions)
                client = self.client(self.relay(hop))
                client.envelope(ANN, BOB)
                self.assertEqual(codes(client.bdat(OURS[:5], OURS[5:] + HEAD, b"x\r\n")), [250, 250, 250])
                self.assertEqual(without_trace(hop.mails[0].data), HEAD + b"x\r\n")


class Loops(Dialogue):
    def test_fifty_received_fields(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        for count, want in ((49, "250 2.0.0"), (50, "554 5.4.6"), (500, "554 5.4.6")):
            for sender in (ANN, ""):
                with self.subTest(count, sender=sender):
                    client.envelope(sender, BOB)
                    fields = b"Received: from a by b;\r\n Mon, 1 Jan 2024 00:00:00 +0000\r\n" * count
                    self.assertEqual(told(client.data(fields + HEAD + b"x\r\n")), want)
        self.assertEqual(len(hop.mails), 2)


class Trace(Dialogue):
    def test_the_received_field(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.data(HEAD + b"x\r\n")
        self.assertRegex(header_of(hop.mails[0].data, "Received"),
                         r"^from client\.test \(\[127\.0\.0\.1\]\) by mx\.example\.org \(Backstop\) with ESMTP id [0-9a-f]+ for <bob@example\.org>; "
                         r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$")
        client.hello(verb="HELO")
        client.envelope(ANN, BOB, "carl@example.org")
        self.assertEqual(client.data(b"x\r\n").code, 250)
        # Recipients do not see each other.
        self.assertRegex(header_of(hop.mails[1].data, "Received"), r" with SMTP id [0-9a-f]+; ")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Nothing can be smuggled: whatever some server could take for an end of data, though it is not one, is refused and never passed on.

See CVE-2023-51764 and similar ones. The next hop records every octet that it gets.
"""
from dialogue import ANN, BOB, Dialogue, codes, told, without_trace
from support import main, wait_until

HEAD = b"From: <ann@example.net>\r\nSubject: two\r\n\r\nthe first\r\n"
SMUGGLED = b"MAIL FROM:<root@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"

# Some server takes these for the end of data; to us they are faults.
FAULTS = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n", b"\n\n.\n\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n",
    b"\r\n.\r\0\n", b"\0\r\n.\n", b"\r\r\n.\r\r\n", b"\r\n.\r\r\n", b"\r\r\n.\r\n", b"\n\r.\n\r", b"\r\n.\n\r\n", b"\r\n\n.\r\n",
    b"\r\n\r.\r\n", b"\n", b"\r", b"\0", b"\n\r\n", b"\r\r\n",
]
# These are neither an end of data nor a fault: how the rest of the mail must look at the next hop.
HARMLESS = [
    (b"\r\n..\r\n", b"\r\n.\r\n"), (b"\r\n.x\r\n", b"\r\nx\r\n"), (b"x.\r\n", b"x.\r\n"), (b"\r\n ..\r\n", b"\r\n ..\r\n"), (b"\r\n...\r\n", b"\r\n..\r\n"),
    (b"\r\n\x0b.\x0b\r\n", b"\r\n\x0b.\x0b\r\n"), ("\r\n\u2028.\u2028\r\n".encode(), "\r\n\u2028.\u2028\r\n".encode()),
    (b"\r\n\x85.\x85\r\n", b"\r\n\x85.\x85\r\n"), (b"\r\n. \r\n", b"\r\n \r\n"),
]


class Smuggling(Dialogue):
    def setUp(self):
        super().setUp()
        self.hops = {"DATA": self.hop(extensions=("PIPELINING",)), "BDAT": self.hop(extensions=("PIPELINING", "CHUNKING"))}

    def begin(self, hop):
        client = self.client(self.relay(hop, limits={"sessions_per_client": 1000}) if hop not in self.addresses else self.addresses[hop])
        self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 250])
        return client

    addresses = {}

    def each_hop(self):
        for name, hop in self.hops.items():
            self.addresses = {hop: self.relay(hop)}
            yield name, hop

    def expect_closed(self, client):
        """Checks that nothing after the data is taken for a command."""
        self.assertEqual([told(client.read()), client.read().code], ["421 4.7.0", 0])
        client.close()

    def expect_refused(self, client, hop):
        self.assertEqual(told(client.read()), "550 5.5.2")
        self.expect_closed(client)
        self.assertEqual(hop.mails, [])
        wait_until(lambda: all(stream.is_over for stream in hop.streams if b"the first" in stream.octets), "the next hop is cut off")
        for stream in hop.streams:
            self.assertNotIn(b"smuggled", stream.octets)
            self.assertNotIn(b"root@example.org", stream.octets)

    def test_in_data(self):
        for name, hop in self.each_hop():
            for fault in FAULTS:
                with self.subTest(hop=name, fault=fault):
                    client = self.begin(hop)
                    self.assertEqual(client.command("DATA").code, 354)
                    client.send(HEAD + fault + SMUGGLED + b"\r\n.\r\n")
                    self.expect_refused(client, hop)

    def test_in_data_cut_anywhere(self):
        _, hop = next(self.each_hop())
        for fault in FAULTS:
            for cut in range(1, len(fault) + 1):
                with self.subTest(fault=fault, cut=cut):
                    client = self.begin(hop)
                    self.assertEqual(client.command("DATA").code, 354)
                    client.send(HEAD + b"x" + fault[:cut])
                    client.send(fault[cut:] + SMUGGLED + b"\r\n.\r\n")
                    self.expect_refused(client, hop)

    def test_in_chunks(self):
        for name, hop in self.each_hop():
            for fault in FAULTS:
                for parts in ((HEAD + fault + SMUGGLED,), (HEAD, fault, SMUGGLED), (HEAD + fault[:1], fault[1:] + SMUGGLED)):
                    with self.subTest(hop=name, fault=fault, parts=len(parts)):
                        client = self.begin(hop)
                        client.send(b"".join(b"BDAT %d%s\r\n" % (len(part), b" LAST" if part is parts[-1] else b"") + part for part in parts))
                        reply = client.read()
                        while reply.code == 250:
                            reply = client.read()
                        self.assertEqual(told(reply), "550 5.5.2")
                        # A chunk says where it ends, so commands follow, and chunks outside of a transaction.
                        client.send("QUIT\r\n")
                        left = [client.read().code]
                        while left[-1] == 503:
                            left.append(client.read().code)
                        self.assertEqual((left[-1], client.read().code), (221, 0))
                        self.assertEqual(hop.mails, [])
                        self.assertEqual([stream for stream in hop.streams if b"smuggled" in stream.octets], [])

    def test_a_carriage_return_at_the_end_of_the_last_chunk(self):
        for _, hop in self.each_hop():
            client = self.begin(hop)
            client.send(b"BDAT %d LAST\r\n" % (len(HEAD) + 1) + HEAD + b"\r")
            self.assertEqual(told(client.read()), "550 5.5.2")
            self.assertEqual([reply.code for reply in client.envelope(ANN, BOB)], [250, 250])
            self.assertEqual(hop.mails, [])

    def test_an_end_of_data_in_a_chunk(self):
        for name, hop in self.each_hop():
            for body in (HEAD + b".\r\n" + SMUGGLED + b"\r\n", HEAD + b".\r\n", b".\r\n" + HEAD, HEAD + b"\r\n.", HEAD + b"\r\n.\r\n.\r\n"):
                with self.subTest(hop=name, body=body):
                    client = self.begin(hop)
                    self.assertEqual(client.bdat(body)[0].code, 250)
                    taken = without_trace(hop.mails[-1].data)
                    # DATA can't end within a line.
                    self.assertEqual(taken, body if name == "BDAT" or body.endswith(b"\r\n") else body + b"\r\n")
            self.assertEqual({(taken.sender, *taken.recipients) for taken in hop.mails}, {(ANN, BOB)})
            self.assertEqual(len(hop.mails), 5)

    def test_what_is_harmless(self):
        for name, hop in self.each_hop():
            for part, want_part in HARMLESS:
                with self.subTest(hop=name, part=part):
                    client = self.begin(hop)
                    client.send(b"DATA\r\n" + HEAD + b"x" + part + b"y\r\n.\r\n")
                    self.assertEqual([client.read().code for _ in range(2)], [354, 250])
                    self.assertEqual(without_trace(hop.mails[-1].data), HEAD + b"x" + want_part + b"y\r\n")

    def test_in_commands(self):
        # name, octets, want_codes; none of them reaches the next hop as a line of its own
        _, hop = next(self.each_hop())
        for octets in (b"RCPT TO:<bob@example.org>\nRSET\r\n", b"RCPT TO:<bob@example.org\rRSET>\r\n", b"RCPT TO:<bob@example.org>\r\r\n",
                       b"RCPT TO:<bob\0@example.org>\r\n", b"RCPT TO:<\"bob\rRSET\r\"@example.org>\r\n", b"RCPT TO:<\"bob\nRSET\n\"@example.org>\r\n"):
            with self.subTest(octets):
                client = self.begin(hop)
                client.send(octets + b"QUIT\r\n")
                replies = []
                while (reply := client.read()).code:
                    replies.append(reply.code)
                self.assertEqual((replies[0], replies[-1]), (500, 221))
        self.assertEqual(set(hop.commands) - {"EHLO mx.example.org", "RSET", f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>"}, set())


if __name__ == "__main__":
    main()

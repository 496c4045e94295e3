#!/usr/bin/python3
"""What one client, or one network, takes of what all share leaves room for the others."""

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, told
from support import main, new_mail

KIB = 1024
# One network may hold two such pieces of a response, and all together sixteen.
MEMORY = {"held": "64KiB", "header": "64KiB", "held_total": "1MiB"}
PIECE = 64 * KIB


def padded(octets, size):
    """So many octets that begin like that: a piece of a text."""
    return octets + (b"x" * 78 + b"\r\n") * ((size - len(octets)) // 80) + b"x" * ((size - len(octets)) % 80)


class Memory(Dialogue):
    def begin(self, source, octets, sender=""):
        """A client whose mail has begun with a chunk, and the answer to that."""
        client = self.client(source=(source, 0))
        self.assertEqual(codes(client.envelope(sender, BOB)), [250, 250])
        client.send(b"BDAT %d\r\n" % len(octets) + octets)
        return client, client.read()

    def fill(self, networks):
        """Each of these networks holds all that it may."""
        clients = []
        for network in networks:
            for host in (1, 2):
                client, reply = self.begin(f"127.0.{network}.{host}", padded(BOUNCE, PIECE))
                self.assertEqual(told(reply), "250 2.0.0")
                clients.append(client)
        return clients

    def expect_put_off(self, hop, source):
        """A bounce in pieces is put off, in either form; the session goes on, and the next hop has heard nothing of it."""
        before = hop.commands.count("DATA")
        _, reply = self.begin(source, BOUNCE[:-10])
        self.assertEqual(told(reply), "452 4.3.1")
        client = self.client(source=(source, 0))
        client.envelope("", BOB)
        self.assertEqual(told(client.data(padded(BOUNCE, 20 * KIB) + b"\r\n")), "452 4.3.1")
        self.assertEqual(client.command("NOOP").code, 250)
        self.assertEqual(hop.commands.count("DATA"), before)

    def expect_ordinary_mail(self, hop, source):
        """It is taken, whole or with a header in pieces."""
        before = len(hop.mails)
        self.assertEqual(self.client(source=(source, 0)).mail(new_mail(), ANN, BOB).code, 250)
        client, reply = self.begin(source, padded(b"From: <ann@example.net>\r\nX-Long: ", 8 * KIB), ANN)
        self.assertEqual(told(reply), "250 2.0.0")
        end = b"\r\nSubject: a\r\n\r\nbody\r\n"
        client.send(b"BDAT %d LAST\r\n" % len(end) + end)
        self.assertEqual(told(client.read()), "250 2.0.0")
        self.assertEqual(len(hop.mails), before + 2)

    def test_a_network_has_an_eighth(self):
        for stage in ("observe", "label", "reject"):
            with self.subTest(stage):
                hop = self.hop()
                self.relay(hop, stage=stage, limits=MEMORY)
                busy = self.fill([1])
                self.expect_put_off(hop, "127.0.1.3")
                self.expect_ordinary_mail(hop, "127.0.1.3")
                # Another network has its own, for as much.
                others = self.fill([2])
                self.expect_ordinary_mail(hop, "127.0.2.3")
                for client in (*busy, *others):
                    client.send(b"BDAT 2 LAST\r\n\r\n")
                    self.assertEqual(client.read().code, 550 if stage == "reject" else 250)
                # What was held is given back.
                self.fill([1])

    def test_all_networks_together(self):
        hop = self.hop()
        self.relay(hop, stage="observe", limits=MEMORY)
        busy = self.fill(range(1, 9))
        self.expect_put_off(hop, "127.0.9.1")
        self.expect_ordinary_mail(hop, "127.0.9.1")
        self.assertEqual([event["reason"] for event in self.events(4)].count("limit"), 2)
        busy.pop().cut()
        self.assertEqual(busy.pop().command("RSET").code, 250)
        _, reply = self.begin("127.0.9.1", BOUNCE[:-10])
        self.assertEqual(told(reply), "250 2.0.0")

    def test_headers_that_do_not_end(self):
        hop = self.hop()
        self.relay(hop, stage="observe", limits=MEMORY)
        # All memory for responses is gone as well.
        busy = self.fill(range(1, 9))
        header = padded(b"From: <ann@example.net>\r\nX-Long: ", 60 * KIB)
        clients = [self.begin(f"127.0.10.{host}", header, ANN) for host in (1, 2)]
        self.assertEqual([told(reply) for _, reply in clients], ["250 2.0.0", "452 4.3.1"])
        self.expect_ordinary_mail(hop, "127.0.10.3")
        # A long one of another network finds room.
        client, reply = self.begin("127.0.11.1", header, ANN)
        self.assertEqual(told(reply), "250 2.0.0")
        client.send(b"BDAT 8 LAST\r\n\r\n\r\nab\r\n")
        self.assertEqual(told(client.read()), "250 2.0.0")
        self.assertEqual(len(busy), 16)


if __name__ == "__main__":
    main()

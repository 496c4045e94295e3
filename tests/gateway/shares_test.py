#!/usr/bin/python3
"""One client, or one network, can use only a share of what all use together, so that others have room."""

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, tagged, told, url
from fake_server import EXTENSIONS
from support import gateway, main, new_mail, wait_until

KIB = 1024
# One network may hold two such pieces of a response, and all networks together sixteen.
MEMORY = {"held": "64KiB", "header": "64KiB", "held_total": "1MiB"}
PIECE = 64 * KIB


def padded(octets, size):
    """Returns this many octets of text that begin with these."""
    return octets + (b"x" * 78 + b"\r\n") * ((size - len(octets)) // 80) + b"x" * ((size - len(octets)) % 80)


class Memory(Dialogue):
    def begin(self, source, octets, sender=""):
        """Begins a mail with a chunk. Returns the client and the answer to the chunk."""
        client = self.client(source=(source, 0))
        self.assertEqual(codes(client.envelope(sender, BOB)), [250, 250])
        client.send(b"BDAT %d\r\n" % len(octets) + octets)
        return client, client.read()

    def fill(self, networks):
        """Lets each of these networks hold all that it may."""
        clients = []
        for network in networks:
            for host in (1, 2):
                client, reply = self.begin(f"127.0.{network}.{host}", padded(BOUNCE, PIECE))
                self.assertEqual(told(reply), "250 2.0.0")
                clients.append(client)
        return clients

    def expect_put_off(self, hop, source):
        """Checks that a bounce in pieces is deferred, in either form, that the session goes on, and that the next hop got nothing of it."""
        before = hop.commands.count("DATA")
        _, reply = self.begin(source, BOUNCE[:-10])
        self.assertEqual(told(reply), "452 4.3.1")
        client = self.client(source=(source, 0))
        client.envelope("", BOB)
        self.assertEqual(told(client.data(padded(BOUNCE, 20 * KIB) + b"\r\n")), "452 4.3.1")
        self.assertEqual(client.command("NOOP").code, 250)
        self.assertEqual(hop.commands.count("DATA"), before)

    def expect_ordinary_mail(self, hop, source):
        """Checks that an ordinary mail is accepted, whole or with its header in pieces."""
        before = len(hop.mails)
        self.assertEqual(self.client(source=(source, 0)).mail(new_mail(), ANN, BOB).code, 250)
        client, reply = self.begin(source, padded(b"From: <ann@example.net>\r\nX-Long: ", 8 * KIB), ANN)
        self.assertEqual(told(reply), "250 2.0.0")
        end = b"\r\nSubject: a\r\n\r\nbody\r\n"
        client.send(b"BDAT %d LAST\r\n" % len(end) + end)
        self.assertEqual(told(client.read()), "250 2.0.0")
        self.assertEqual(len(hop.mails), before + 2)

    def test_a_network_has_an_eighth(self):
        for stage in ("observe", "label", "quarantine", "reject"):
            with self.subTest(stage):
                hop = self.hop()
                self.relay(hop, stage=stage, limits=MEMORY)
                busy = self.fill([1])
                self.expect_put_off(hop, "127.0.1.3")
                self.expect_ordinary_mail(hop, "127.0.1.3")
                # Another network has its own share of the same size.
                others = self.fill([2])
                self.expect_ordinary_mail(hop, "127.0.2.3")
                for client in (*busy, *others):
                    client.send(b"BDAT 2 LAST\r\n\r\n")
                    self.assertEqual(client.read().code, 550 if stage == "reject" else 250)
                # The held memory is free again.
                self.fill([1])

    def test_all_networks_together(self):
        hop = self.hop()
        self.relay(hop, stage="observe", limits=MEMORY)
        busy = self.fill(range(1, 9))
        self.expect_put_off(hop, "127.0.9.1")
        self.expect_ordinary_mail(hop, "127.0.9.1")
        self.assertEqual([event["cause"] for event in self.events(4)].count("limit"), 2)
        busy.pop().cut()
        self.assertEqual(busy.pop().command("RSET").code, 250)
        _, reply = self.begin("127.0.9.1", BOUNCE[:-10])
        self.assertEqual(told(reply), "250 2.0.0")

    def test_memory_full(self):
        """A genuine bounce is put off while the memory is used up, and is genuine when it comes again."""
        hop = self.hop()
        self.relay(hop, stage="reject", limits=MEMORY)
        busy = self.fill(range(1, 9))

        def send():
            client = self.client(source=("127.0.9.1", 0))
            self.assertEqual(codes(client.envelope("", tagged(BOB))), [250, 250])
            return told(client.data(padded(BOUNCE, 20 * KIB) + b"\r\n"))

        self.assertEqual((send(), hop.mails), ("452 4.3.1", []))
        for client in busy:
            self.assertEqual(client.command("RSET").code, 250)
        self.assertEqual((send(), len(hop.mails)), ("250 2.0.0", 1))
        self.assertEqual([event["origin"] for event in self.events(len(busy) + 2)][-1], "genuine")

    def test_headers_that_do_not_end(self):
        hop = self.hop()
        self.relay(hop, stage="observe", limits=MEMORY)
        # All memory for responses is used up as well.
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


# What a client sends before it falls silent, and the reply that it gets first; each keeps a session with the next hop.
KEPT = [
    ("after RCPT", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\n", 2, 250),
    ("within a command", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDA", 2, 250),
    ("within the header", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nFrom: x\r\n", 3, 354),
    ("within the body", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nFrom: x\r\n\r\nx\r\n", 3, 354),
    ("between chunks", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 9\r\nFrom: x\r\n", 3, 250),
    ("within a chunk", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nBDAT 99\r\nFrom: x\r\n", 2, 250),
]
AUTH = (*EXTENSIONS, "AUTH LOGIN")
FULL = "451 4.4.5"


class NextHopSessions(Dialogue):
    def keep(self, octets, replies, want, address=None, source="127.0.0.1"):
        """Sends these octets. Returns the client, which then is silent, and the last reply."""
        client = self.client(address, source=(source, 0), timeout=60)
        client.send(octets)
        last = [client.read() for _ in range(replies)][-1]
        if want is not None:
            self.assertEqual(last.code, want)
        return client, last

    def expect_full(self, source):
        self.assertEqual(told(self.client(source=(source, 0)).envelope(ANN, BOB)[1]), FULL)

    def test_one_address_has_an_eighth(self):
        for name, octets, replies, want in KEPT:
            with self.subTest(name):
                hop = self.hop()
                self.relay(hop, limits={"next_hop_sessions": 16})
                busy = [self.keep(octets, replies, want)[0] for _ in range(2)]
                for _ in range(20):
                    self.expect_full("127.0.0.1")
                self.assertEqual(self.client(source=("127.0.0.2", 0)).mail(new_mail(), ANN, BOB).code, 250)
                # A session that ends makes room.
                busy.pop().cut()
                wait_until(lambda: self.client().mail(new_mail(), ANN, BOB).code == 250, "there is room again")
                self.events(20)
                self.assertEqual(self.gate.log().count("a client was put off: it uses 2 sessions with next hops"), 1)

    def test_mails_one_after_the_other_are_not_limited(self):
        # Sessions that idle in the pool count for nobody.
        hop = self.hop()
        address = self.relay(hop, limits={"next_hop_sessions": 8})
        for _ in range(3):
            first, second = self.client(address), self.client(address)
            for client in (first, second, first):
                self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_logins(self):
        # A login keeps one while it goes on, and also after it succeeded.
        hop = self.hop({"auth": ["334 VXNlcm5hbWU6", "235 2.7.0 welcome"]}, extensions=AUTH)
        text = gateway("out", "outbound", url(hop)).replace('trusted = ["127.0.0.0/8"]\n', "")
        self.start(text, limits={"next_hop_sessions": 16})
        for want in (334, 235):
            self.keep("AUTH LOGIN\r\n", 1, want)
        hop.answer("auth", "235 2.7.0 welcome")
        self.assertEqual(told(self.client().command("AUTH LOGIN")), FULL)
        self.assertEqual(self.client(source=("127.0.0.2", 0)).command("AUTH LOGIN").code, 235)

    def test_a_client_that_speaks_for_many_has_no_share(self):
        hop = self.hop()
        self.relay(hop, "outbound", limits={"next_hop_sessions": 4})
        for _ in range(4):
            self.assertEqual(codes(self.client().envelope(BOB, ANN)), [250, 250])
        self.expect_full("127.0.0.1")
        self.relay(hop, more_gateway='xclient = ["127.0.0.1"]\n', limits={"next_hop_sessions": 4})
        for number in range(4):
            client = self.client()
            client.command(f"XFORWARD ADDR=192.0.2.{number}")
            self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 250])

    def test_silence_is_short_while_they_are_scarce(self):
        hop = self.hop({"auth": "334 VXNlcm5hbWU6"}, extensions=AUTH)
        other = self.hop()
        text = gateway("in", "inbound", url(hop)) + gateway("calm", "inbound", url(other))
        out = gateway("out", "outbound", url(hop)).replace('trusted = ["127.0.0.0/8"]\n', "")
        self.start(text + out, limits={"next_hop_sessions": len(KEPT) + 1})
        inbound, login = self.gate.address("in"), self.gate.address("out")
        calm, _ = self.keep(*KEPT[0][1:], address=self.gate.address("calm"))
        idle = self.client(inbound, timeout=60)
        busy = [self.keep(octets, replies, want, inbound, f"127.0.0.{number + 2}")[0]
                for number, (_, octets, replies, want) in enumerate(KEPT)]
        busy.append(self.keep("AUTH LOGIN\r\n", 1, 334, login, "127.0.0.100")[0])
        self.assertEqual(told(self.client(inbound, source=("127.0.0.101", 0)).envelope(ANN, BOB)[1]), FULL)
        for client, name in zip(busy, [name for name, *_ in KEPT] + ["within a login"]):
            with self.subTest(name):
                self.assertEqual([told(client.read()), client.read().code], ["421 4.4.2", 0])
        # Clients that keep no session have their full time.
        self.assertEqual([calm.command("NOOP").code, idle.command("NOOP").code], [250, 250])
        self.assertEqual(self.client(inbound, source=("127.0.0.101", 0)).mail(new_mail(), ANN, BOB).code, 250)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Vacation replies of Dovecot's Sieve: to forged senders, to people who wrote, and of two servers to each other."""
import contextlib
import os

from away import Away
from spam import Catcher, Spam, send_all, sender_of, spam, zone_of
from support import Backstop, Case, FakeClient, Port, config, gateway, header_of, main, needs, new_mail, wait_until, way_out
from zone_server import ZoneServer

FEWER = int(os.environ.get("BACKSTOP_SPAMS", "1000")) // 5
ANN, BOB = "ann@example.org", "bob@example.net"
# Their mail passes SPF.
SINCERE = [row for name in ("example.net", "example.org") for row in
           ((name, "TXT", "v=spf1 ip4:127.0.0.0/8 -all"), (name, "A", "198.51.100.8"))]


def settings(zone, *gateways, domain="example.org"):
    return config(*gateways, tags=False, stage="observe", domain=domain, more=way_out(zone.port))


def to_ann(number):
    one = spam(number)
    return Spam(one.sender, ANN, one.mail.replace(b"To: <" + one.recipient.encode() + b">", b"To: <" + ANN.encode() + b">"))


@needs("postfix", "dovecot", "sieve")  # the catcher is Postfix's
class ToTheWorld(Case):
    def setUp(self):
        super().setUp()
        self.catcher = self.enterContext(Catcher(self.folder))
        # Dovecot and the gateway must know each other's ports before they start.
        self.out = self.enterContext(contextlib.closing(Port()))

    def begin(self, keeps_path):
        self.dovecot = self.enterContext(Away(self.folder, "ours", [ANN], self.out, keeps_path))
        zone = self.enterContext(ZoneServer(*zone_of(FEWER), *SINCERE))
        self.gate = self.enterContext(Backstop(self.folder, "backstop", settings(
            zone, gateway("in", "inbound", f"lmtp://127.0.0.1:{self.dovecot.port}"),
            gateway("out", "outbound", f"smtp://127.0.0.1:{self.catcher.port}", port=self.out))))

    def test_without(self):
        dovecot = self.enterContext(Away(self.folder, "ours", [ANN], self.catcher.port))
        with FakeClient(dovecot.port.address, verb="LHLO") as client:
            for one in map(to_ann, range(FEWER)):
                self.assertEqual(client.mail(one.mail, one.sender, ANN).code, 250)
        wait_until(lambda: self.catcher.counts().total() >= FEWER, lambda: f"all replies: {self.catcher.counts().total()}")
        self.assertEqual(self.catcher.counts(), {sender_of(number): 1 for number in range(FEWER)})

    def check_with(self, keeps_path):
        """No forged sender gets a reply, and all of them are held. Bob, whose mail passes SPF, gets his."""
        self.begin(keeps_path)
        self.assertEqual(send_all(self.gate.address("in"), [*map(to_ann, range(FEWER)), Spam(BOB, ANN, new_mail(BOB, ANN))]), {250: FEWER + 1})
        wait_until(lambda: len(self.gate.held()) >= FEWER, lambda: f"all are held: {len(self.gate.held())}")
        self.assertEqual(sorted(self.gate.held()), sorted(sender_of(number) for number in range(FEWER)))
        reply = self.catcher.wait_for(BOB)[0]
        self.assertEqual(self.catcher.counts(), {BOB: 1})
        # The path is left as it was, since some refuse a null path for DMARC.
        self.assertIn(f"X-Mail-Args: <{ANN if keeps_path else ''}>".encode(), reply)

    @needs("backstop")
    def test_with_a_null_path(self):
        self.check_with(False)

    @needs("backstop")
    def test_with_a_path(self):
        self.check_with(True)


@needs("backstop", "dovecot", "sieve")
class ToEachOther(Case):
    """Both users are away. What leaves the one gateway arrives at the other."""

    MAILS = 5

    def begin(self, keeps_path):
        ways_in, ways_out = ([self.enterContext(contextlib.closing(Port())) for _ in range(2)] for _ in range(2))
        zone = self.enterContext(ZoneServer(*SINCERE))
        self.boxes, self.gates = [], []
        for number, (name, user) in enumerate((("left", ANN), ("right", BOB))):
            domain = user.partition("@")[2]
            self.boxes.append(self.enterContext(Away(self.folder, name, [user], ways_out[number], keeps_path)))
            self.gates.append(self.enterContext(Backstop(self.folder, f"gate-{name}", settings(
                zone, gateway("in", "inbound", f"lmtp://127.0.0.1:{self.boxes[number].port}", port=ways_in[number]),
                gateway("out", "outbound", f"smtp://127.0.0.1:{ways_in[1 - number]}", port=ways_out[number]),
                domain=domain).replace("mx.example.org", f"mx.{domain}"))))

    def replies(self, number):
        """Returns what became of the replies that left this server."""
        return sorted(event["done"] for event in self.gates[number].history(direction="outbound", kind="auto-reply"))

    def mailbox(self, number):
        """Returns how many mails of a person and how many replies this user has."""
        mails = self.boxes[number].mailbox((ANN, BOB)[number])
        replies = sum((header_of(mail, "Auto-Submitted") or "no") != "no" for mail in mails)
        return len(mails) - replies, replies

    def check(self, keeps_path):
        self.begin(keeps_path)
        for number, (sender, recipient) in enumerate(((ANN, BOB), (BOB, ANN))):
            with FakeClient(self.gates[number].address("out")) as client:
                for _ in range(self.MAILS):
                    self.assertEqual(client.mail(new_mail(sender, recipient), sender, recipient).code, 250)
        for number in range(2):
            # Dovecot's Sieve answers each mail of a person, and no reply.
            wait_until(lambda number=number: len(self.replies(number)) >= self.MAILS, lambda: f"all replies: {list(map(self.replies, range(2)))}")
            wait_until(lambda number=number: sum(self.mailbox(number)) > self.MAILS, "the reply is there")
        self.assertEqual([self.replies(number) for number in range(2)], [["delivered"] + ["quarantined"] * (self.MAILS - 1)] * 2)
        self.assertEqual([self.mailbox(number) for number in range(2)], [(self.MAILS, 1)] * 2)

    def test_with_null_paths(self):
        self.check(False)

    def test_with_paths(self):
        self.check(True)


if __name__ == "__main__":
    main()

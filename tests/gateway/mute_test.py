#!/usr/bin/python3
"""With `mute`, the next hop is asked to report nothing on mail whose SPF failed."""
from dialogue import BOB, Dialogue, url
from support import gateway, main, new_mail, way_out
from zone_server import ZoneServer

# sender, what SPF says of it, want NOTIFY
SENDERS = [("eve@strict.test", "v=spf1 -all", " NOTIFY=NEVER"), ("eve@soft.test", "v=spf1 ~all", ""), ("eve@good.test", "v=spf1 ip4:127.0.0.0/8 -all", ""),
           ("eve@bare.test", None, ""), ("", None, "")]
ROWS = [(sender.partition("@")[2], kind, data) for sender, record, _ in SENDERS for kind, data in (("A", "198.51.100.7"), ("TXT", record)) if data]


class Mute(Dialogue):
    def begin(self, more, **hop):
        self.zone = self.enterContext(ZoneServer(*ROWS))
        self.next_hop = self.hop(**hop)
        return self.start(gateway("in", "inbound", url(self.next_hop)), tags=False, more=way_out(self.zone.port, "observe", more)).address("in")

    def offered(self, address, sender):
        """Returns what follows the recipient of a mail by this sender, as the next hop hears it."""
        with self.client(address) as client:
            self.assertEqual(client.mail(new_mail(sender or "eve@bare.test", BOB), sender, BOB).code, 250)
        line = next(line for line in reversed(self.next_hop.commands) if line.startswith("RCPT"))
        return line.partition(">")[2]

    def test_each_sender(self):
        address = self.begin("mute = true\n")
        for sender, _, want in SENDERS:
            with self.subTest(sender):
                self.assertEqual(self.offered(address, sender), want)

    def test_nobody_by_default(self):
        address = self.begin("")
        self.assertEqual(self.offered(address, "eve@strict.test"), "")

    def test_a_next_hop_without_dsn_is_asked_nothing(self):
        address = self.begin("mute = true\n", extensions=("PIPELINING", "8BITMIME"))
        self.assertEqual(self.offered(address, "eve@strict.test"), "")

    def test_a_resolver_that_is_silent(self):
        address = self.begin("mute = true\n")
        self.zone.mode = "silent"
        self.assertEqual(self.offered(address, "eve@strict.test"), "")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Wrongly set up mail servers get spam in forged names: they take all of it and bounce it later. A catcher in place of the rest of the
world counts what reaches the forged senders, without Backstop and with it.
"""
import os

from accepting import OurExim, OurOpenSmtpd, OurPostfix, OurSendmail
from spam import Catcher, send_all, sender_of, spam, zone_of
from support import Backstop, Case, FakeServer, config, gateway, main, needs, wait_until, way_out
from zone_server import ZoneServer

SPAMS = int(os.environ.get("BACKSTOP_SPAMS", "1000"))
FEWER = SPAMS // 5
FEWEST = SPAMS // 10  # OpenSMTPD waits 40 ms before each mail's end
PATIENCE = 120


class EmitNone(Case):
    """self.catcher takes what leaves. `partner` is the server that an alias leads to."""

    def setUp(self):
        super().setUp()
        self.catcher = self.enterContext(Catcher(self.folder))
        self.partner = self.enterContext(FakeServer({"rcpt": "550 5.7.1 not wanted here"}))

    def flood(self, address, count):
        self.assertEqual(send_all(address, [spam(number) for number in range(count)]), {250: count})

    def check_without(self, server, count):
        """Every forged sender gets one bounce."""
        server.send_out(self.catcher.port)
        self.enterContext(server)
        self.flood(server.port.address, count)
        wait_until(server.is_idle, lambda: f"all bounces: {self.catcher.counts().total()}", seconds=PATIENCE)
        self.assertEqual(self.catcher.counts(), {sender_of(number): 1 for number in range(count)})

    def check_with(self, server, count):
        """Nobody gets any. All of them are held and listed, the server has nothing left to do, and its postmaster hears nothing."""
        zone = self.enterContext(ZoneServer(*zone_of(count)))
        gate = self.enterContext(Backstop(self.folder, "backstop", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{server.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{self.catcher.port}"),
            tags=False, stage="observe", more=way_out(zone.port))))
        server.send_out(gate.address("out")[1])
        self.enterContext(server)
        self.flood(gate.address("in"), count)
        # A server enqueues its bounce before it removes the mail.
        wait_until(server.is_idle, "the server has nothing left to do", seconds=PATIENCE)
        self.assertEqual(sorted(gate.held()), sorted(sender_of(number) for number in range(count)))
        self.assertEqual((self.catcher.counts(), server.told()), ({}, False))


@needs("postfix")
class OfPostfix(EmitNone):
    def test_without(self):
        self.check_without(OurPostfix(self.folder, self.partner.port), SPAMS)

    @needs("backstop")
    def test_with(self):
        self.check_with(OurPostfix(self.folder, self.partner.port), SPAMS)


@needs("postfix", "exim")  # the catcher is Postfix's
class OfExim(EmitNone):
    def test_without(self):
        self.check_without(OurExim(self.folder, self.partner.port), FEWER)

    @needs("backstop")
    def test_with(self):
        self.check_with(OurExim(self.folder, self.partner.port), FEWER)


@needs("postfix", "sendmail")
class OfSendmail(EmitNone):
    def test_without(self):
        self.check_without(OurSendmail(self.folder, self.partner.port), FEWER)

    @needs("backstop")
    def test_with(self):
        self.check_with(OurSendmail(self.folder, self.partner.port), FEWER)


@needs("postfix", "opensmtpd", "dovecot")
class OfOpenSmtpd(EmitNone):
    def test_without(self):
        self.check_without(OurOpenSmtpd(self.folder, self.partner.port), FEWEST)

    @needs("backstop")
    def test_with(self):
        self.check_with(OurOpenSmtpd(self.folder, self.partner.port), FEWEST)


if __name__ == "__main__":
    main()

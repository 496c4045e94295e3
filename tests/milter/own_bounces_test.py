#!/usr/bin/python3
"""Postfix's own bounces under the milter (internal_mail_filter_classes = bounce): none leaves to people who did not write, those that are
owed leave, and the originals don't stay in the queue.
"""
import os

from milter_site import ANN, BOB, Site, element, header_of, main, milter_section, needs, wait_until, way_out
from accepting import OurPostfix
from spam import Catcher, send_all, sender_of, spam, zone_of
from support import Backstop, FakeServer, config, new_mail
from zone_server import ZoneServer

SPAMS = int(os.environ.get("BACKSTOP_SPAMS", "300"))
PATIENCE = 120


class TakingAll(OurPostfix):
    """A server that takes mail for any name, and learns later that it can't deliver it."""

    def __init__(self, folder, sockets, partner):
        super().__init__(folder, partner)
        self.set({"smtpd_milters": element(sockets, "milter"), "non_smtpd_milters": element(sockets, "internal"),
                  "internal_mail_filter_classes": "bounce", "myhostname": "mx.example.org"})


@needs("backstop", "postfix")
class OwnBounces(Site):
    def begin(self, stage="hold", count=SPAMS):
        self.catcher = self.enterContext(Catcher(self.folder))
        partner = self.enterContext(FakeServer({"rcpt": "550 5.7.1 not wanted here"}))
        zone = self.enterContext(ZoneServer(*zone_of(count)))
        self.backstop = self.enterContext(Backstop(self.folder, "gate", config(
            tags=False, stage="observe", more=milter_section(self.sockets) + way_out(zone.port, stage))))
        self.postfix = TakingAll(self.folder, self.sockets, partner.port)
        self.postfix.send_out(self.catcher.port)
        self.enterContext(self.postfix)

    def test_nobody_gets_one(self):
        self.begin()
        self.assertEqual(send_all(self.postfix.port.address, [spam(number) for number in range(SPAMS)]), {250: SPAMS})
        wait_until(self.postfix.is_idle, lambda: f"the queue is empty\n{self.postfix.log()[-3000:]}", seconds=PATIENCE)
        self.assertEqual(sorted(self.backstop.held()), sorted(sender_of(number) for number in range(SPAMS)))
        self.assertEqual((self.catcher.counts(), self.postfix.told()), ({}, False))

    def test_without_a_place_they_stay_with_postfix(self):
        """The held store is gone: nothing leaves past the rates, and nothing is lost."""
        self.begin(count=12)
        (self.backstop.folder / "held.db").unlink()
        (self.backstop.folder / "held.db").mkdir()
        self.assertEqual(send_all(self.postfix.port.address, [spam(number) for number in range(12)]), {250: 12})
        wait_until(lambda: len(self.postfix.queue()) + sum(self.catcher.counts().values()) >= 12, lambda: self.postfix.log()[-3000:], seconds=PATIENCE)


@needs("backstop", "postfix")
class Owed(Site):
    def test_one_that_is_owed_leaves(self):
        """Of mail by sendmail(1), and of mail that a user sends by SMTP, to the user and to nobody else."""
        zone = self.enterContext(ZoneServer(*zone_of(1)))
        gate = self.gate(more=way_out(zone.port), stage="observe")
        self.world.answers["rcpt"] = "550 5.1.1 no such user"
        postfix = self.ours()
        postfix.send(new_mail(ANN, BOB), ANN, BOB)
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        for mail in postfix.wait_for_mails(ANN, 2):
            self.assertEqual(header_of(mail, "Subject"), "Undelivered Mail Returned to Sender")
        self.assertEqual(gate.held(), [])
        self.assertEqual([one["cause"] for one in gate.wait_for_events(2, reverse_path="", direction="outbound")], ["owed", "owed"])


if __name__ == "__main__":
    main()

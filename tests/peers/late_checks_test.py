#!/usr/bin/python3
"""Slow DNS of a spammer: more bounces than may wait come before it is known who wrote the mails that they answer."""
from accepting import OurPostfix
from spam import Catcher, Spam, send_all
from support import Backstop, Case, FakeServer, config, gateway, main, needs, new_mail, wait_until, way_out
from zone_server import ZoneServer

WAITING = 10  # the most that wait
SPAMS = WAITING + 30
KIM = "kim@sincere.test"  # her mail passes SPF
# Each look-up takes DELAY, and the records need one after the other: longer than it takes to send all mails.
DELAY, STEPS = 1.5, 8
CHAIN = " ".join(f"include:step{number}.test" for number in range(STEPS))
ZONE = [("slow.test", "TXT", f"v=spf1 {CHAIN} -all"), ("sincere.test", "TXT", f"v=spf1 {CHAIN} ip4:127.0.0.0/8 -all"),
        *((f"step{number}.test", "TXT", "v=spf1 -all") for number in range(STEPS))]
BUSY = {"default_destination_concurrency_limit": "100", "initial_destination_concurrency": "100", "default_process_limit": "200"}


def victim(number):
    return f"victim{number}@slow.test"


def spam(sender, number):
    recipient = f"nobody{number}@example.org"
    return Spam(sender, recipient, new_mail(sender, recipient, f"Your parcel {number}"))


@needs("backstop", "postfix")
class LateChecks(Case):
    def begin(self, stage):
        """Starts a Postfix that accepts everything and bounces later, between the two gateways."""
        self.catcher = self.enterContext(Catcher(self.folder))
        self.zone = self.enterContext(ZoneServer(*ZONE))
        self.zone.delay = DELAY
        self.server = OurPostfix(self.folder, self.enterContext(FakeServer({})).port)
        self.gate = self.enterContext(Backstop(self.folder, "backstop", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.server.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{self.catcher.port}"),
            tags=False, stage="observe", more=way_out(self.zone.port, stage, checks='results = "none"'))))
        self.server.set(BUSY)
        self.server.send_out(self.gate.address("out")[1])
        self.enterContext(self.server)

    def test_each_is_judged_once_its_mail_is_checked(self):
        self.begin("hold")
        mails = [spam(victim(number), number) for number in range(SPAMS)] + [spam(KIM, SPAMS)]
        self.assertEqual(send_all(self.gate.address("in"), mails), {250: len(mails)})
        put_off = self.gate.wait_for_events(SPAMS - WAITING, cause="not-checked-yet")
        self.assertEqual({(event["done"], event["verdict"], event["stage"]) for event in put_off}, {("deferred", "defer", "hold")})
        self.assertEqual({event["reply"].partition(" Whether the addressee of this ")[0] for event in put_off}, {"451 4.3.2"})
        self.assertEqual(self.catcher.counts(), {}, "nothing leaves that is not known")
        wait_until(self.server.is_idle, "the server has nothing left to do", seconds=120)
        self.assertEqual(sorted(self.gate.held()), sorted(map(victim, range(SPAMS))))
        self.assertEqual((self.catcher.counts(), self.server.told()), ({KIM: 1}, False))
        self.assertIn("status=deferred", self.server.log())
        why = self.gate.command("why", "-c", self.gate.config, put_off[0]["id"])
        self.assertIn(b"still being checked", b" ".join(why.split()))
        self.assertIn(b"while the mail that they answer was checked", self.gate.command("report", "-c", self.gate.config))


if __name__ == "__main__":
    main()

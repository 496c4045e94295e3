#!/usr/bin/python3
"""Several recipients of one response: the verdict of the least favourable is carried out for all, and none is deferred."""
import itertools

from dialogue import ANN, BOB, BOUNCE, Dialogue, codes, tagged, told
from support import header_of, main, new_mail

DOMAIN = 'never_sends = ["noc"]\nexempt = ["postmaster"]\n'
# name, recipient, want cause of a certain bounce to it alone at reject
RECIPIENTS = {
    "good tag": (tagged(BOB), "tag"),
    "bad tag": (tagged("carl@example.org", secret="x"), "bare"),
    "no tag": ("dora@example.org", "bare"),
    "stale": (tagged("emil@example.org", days=-3), "stale"),
    "expired": (tagged("fred@example.org", days=-50), "bare"),
    "exempt": ("postmaster@example.org", "exempt"),
    "never sends": ("noc@example.org", "never-sends"),
    "untaggable": ("SRS0=Xy1z=AB=shop.test=kate@example.org", "untaggable"),
}
REFUSED = {"bare", "never-sends"}


def want(first, second):
    """Returns what is done with a bounce to both, and the causes that may be named. A mail is exempt only if all its recipients are."""
    causes = {RECIPIENTS[name][1] for name in (first, second)}
    if "exempt" in causes and causes != {"exempt"}:
        causes = causes - {"exempt"} | {"bare"}
    if causes & REFUSED:
        return "refused", causes & REFUSED
    return "labelled", causes if len(causes) == 1 else causes - {"tag"}


class Pairs(Dialogue):
    def send(self, client, first, second, mail=BOUNCE, sender=""):
        """Returns the reply to the data; both recipients have been accepted."""
        self.assertEqual(codes(client.envelope(sender, RECIPIENTS[first][0], RECIPIENTS[second][0])), [250, 250, 250])
        return told(client.data(mail))

    def test_every_pair_at_reject(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_domain=DOMAIN, limits={"bad_tags": 1000, "commands_without_mail": 1000}))
        for count, (first, second) in enumerate(itertools.product(RECIPIENTS, repeat=2), 1):
            with self.subTest(first, second=second):
                before = len(hop.mails)
                reply = self.send(client, first, second)
                event = self.events(count)[-1]
                done, causes = want(first, second)
                self.assertEqual((event["done"], reply), (done, "550 5.7.1" if done == "refused" else "250 2.0.0"))
                self.assertIn(event["cause"], causes)
                # It is carried out for both.
                self.assertEqual(len(event["recipients"]), 2)
                self.assertEqual(len(hop.mails) - before, 0 if done == "refused" else 1)
                if done == "labelled":
                    self.assertEqual(len(hop.mails[-1].recipients), 2)
                    self.assertIn(f"; cause={event['cause']};", header_of(hop.mails[-1].data, "Backstop-Verdict"))

    def test_every_pair_below_reject(self):
        for stage, done in (("observe", "delivered"), ("label", "labelled")):
            hop = self.hop()
            client = self.client(self.relay(hop, stage=stage, more_domain=DOMAIN, limits={"bad_tags": 1000, "commands_without_mail": 1000}))
            for count, (first, second) in enumerate(itertools.product(RECIPIENTS, repeat=2), 1):
                with self.subTest(first, second=second, stage=stage):
                    self.assertEqual(self.send(client, first, second), "250 2.0.0")
                    event = self.events(count)[-1]
                    self.assertEqual(event["done"], done)
                    self.assertIn(event["cause"], want(first, second)[1])
            self.assertEqual(len(hop.mails), len(RECIPIENTS) ** 2)

    def test_ordinary_mail_goes_to_every_pair(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_domain=DOMAIN))
        for sender in ("", ANN):
            for first, second in itertools.product(RECIPIENTS, repeat=2):
                with self.subTest(first, second=second, sender=sender):
                    self.assertEqual(self.send(client, first, second, new_mail(), sender), "250 2.0.0")
                    self.assertIsNone(header_of(hop.mails[-1].data, "Backstop-Verdict"))
        self.assertEqual(len(hop.mails), 2 * len(RECIPIENTS) ** 2)

    def test_list_two_of_us(self):
        """Ordinary mail of a list, with the null sender, for two of us."""
        hop = self.hop()
        client = self.client(self.relay(hop, more_domain=DOMAIN))
        mail = (b"From: Ann Moor <ann@example.net>\r\nTo: board@lists.example.net\r\nSubject: Agenda\r\nList-Id: <board.lists.example.net>\r\n"
                b"Precedence: list\r\nMessage-ID: <7@example.net>\r\n\r\nWe meet at noon.\r\n")
        self.assertEqual(codes(client.envelope("", "ann@example.org", "ben@example.org")), [250, 250, 250])
        self.assertEqual(told(client.data(mail)), "250 2.0.0")
        (taken,) = hop.mails
        self.assertEqual(len(taken.recipients), 2)
        self.assertIsNone(header_of(taken.data, "Backstop-Verdict"))

    def test_one_proof_among_many_does_not_save_the_mail(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_domain=DOMAIN))
        for many in ([tagged(f"user{i}@example.org") for i in range(20)] + ["last@example.org"], ["first@example.org"] + ["postmaster@example.org"] * 20):
            self.assertEqual(set(codes(client.envelope("", *many))), {250})
            self.assertEqual(told(client.data(BOUNCE)), "550 5.7.1")
        self.assertEqual(set(codes(client.envelope("", *(tagged(f"user{i}@example.org") for i in range(20))))), {250})
        self.assertEqual(told(client.data(BOUNCE)), "250 2.0.0")
        self.assertRegex(header_of(hop.mails[0].data, "Backstop-Verdict"), "^genuine; ")

    def test_one_that_the_next_hop_refused_does_not_count(self):
        hop = self.hop({"rcpt": ["550 5.1.1 who?", "250 2.1.5 ok"]})
        client = self.client(self.relay(hop, more_domain=DOMAIN))
        self.assertEqual(codes(client.envelope("", "dora@example.org", tagged(BOB))), [250, 550, 250])
        self.assertEqual(told(client.data(BOUNCE)), "250 2.0.0")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A Postfix sends a mail to recipients that can't share one answer: each gets the mail once."""
from support import Backstop, Case, FakeClient, Postfix, config, gateway, main, needs, new_mail, wait_until

ANN, KATE, LEO, BOB = "ann@example.org", "kate@example.com", "leo@sub.example.com", "bob@example.net"


@needs("backstop", "postfix")
class Recipients(Case):
    def setUp(self):
        super().setUp()
        self.first = self.enterContext(Postfix(self.folder, "first", {"virtual_mailbox_domains": "example.org, sub.example.com"},
                                               mailboxes=[ANN, LEO]))
        self.second = self.enterContext(Postfix(self.folder, "second", {"virtual_mailbox_domains": "example.com"}, mailboxes=[KATE]))
        # example.com has another next hop, its subdomains another stage.
        others = (f'[[domain]]\nname = "example.com"\nstage = "reject"\nready = "since 2026-01-01"\nnext_hop = "smtp://127.0.0.1:{self.second.port}"\n'
                  f'[[domain]]\nname = "*.example.com"\nstage = "observe"\nready = "since 2026-01-01"\n')
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.first.port}"), more=others)))

    def counts(self):
        return [len(box) for box in (self.first.mailbox(ANN), self.second.mailbox(KATE), self.first.mailbox(LEO))]

    def test_postfix_brings_one_mail_to_all(self):
        far = self.enterContext(Postfix(self.folder, "far", {
            "default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.gateway.address('in')[1]}"}))
        far.send(new_mail(BOB, ANN), BOB, ANN, KATE, LEO)
        wait_until(lambda: min(self.counts()) > 0, "all have got it")
        wait_until(lambda: not far.queue(), "the queue is empty")
        self.assertEqual(self.counts(), [1, 1, 1])
        deferred = self.gateway.wait_for_events(2, done="deferred")
        self.assertEqual({event["cause"] for event in deferred}, {"different-policy"})

    def test_word_for_word(self):
        with FakeClient(self.gateway.address("in")) as client:
            replies = client.envelope(BOB, KATE, ANN, LEO)
            self.assertEqual([reply.code for reply in replies], [250, 250, 452, 452])
            self.assertEqual([reply.text[:6] for reply in replies[2:]], ["4.5.3 ", "4.5.3 "])
            self.assertEqual(client.data(new_mail(BOB, KATE)).code, 250)
        wait_until(lambda: self.counts()[1] and not self.first.queue() + self.second.queue(), "it has arrived")
        self.assertEqual(self.counts(), [0, 1, 0])

    def test_the_null_sender_may_have_several(self):
        with FakeClient(self.gateway.address("in")) as client:
            self.assertEqual([reply.code for reply in client.envelope("", ANN, ANN, KATE)], [250, 250, 250, 452])
            self.assertEqual(client.data(new_mail(BOB, ANN)).code, 250)
        delivered = self.gateway.wait_for_events(1, done="delivered")
        self.assertEqual([event["recipients"] for event in delivered], [f'["{ANN}","{ANN}"]'])


@needs("backstop", "postfix")
class WaysToOtherServers(Case):
    """Postfix would relay "user%host@example.org" to that host for every client that it trusts, and it trusts the gateway."""

    def test_the_gateway_accepts_none(self):
        home = self.enterContext(Postfix(self.folder, "home", {
            "mydestination": "example.org", "local_recipient_maps": "", "default_transport": "discard"}))
        gate = self.enterContext(Backstop(self.folder, "gateway", config(gateway("in", "inbound", f"smtp://127.0.0.1:{home.port}"))))
        for local in ("kate%example.com", "example.com!kate", '"kate@example.com"'):
            with self.subTest(local):
                for address, want in ((home.port.address, 250), (gate.address("in"), 550)):
                    with FakeClient(address) as client:
                        self.assertEqual([reply.code for reply in client.envelope(BOB, f"{local}@example.org")], [250, want])
        refused = gate.wait_for_events(3, done="refused")
        self.assertEqual({event["cause"] for event in refused}, {"relay-denied"})


if __name__ == "__main__":
    main()

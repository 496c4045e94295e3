#!/usr/bin/python3
"""Dovecot's LMTP server as next hop, on TCP and on a socket: one recipient at a time, and refusals in Dovecot's words."""
from support import (Backstop, Case, Dovecot, FakeClient, Postfix, body_of, config, gateway, header_of, main, needs, new_mail, wait_until)

ANN, CARL, DORA, NOBODY = (f"{name}@example.org" for name in ("ann", "carl", "dora", "nobody"))
BOB = "bob@example.net"


@needs("backstop", "dovecot")
class DovecotBehind(Case):
    def setUp(self):
        super().setUp()
        self.dovecot = self.enterContext(Dovecot(self.folder, "box", [ANN, CARL, DORA]))
        self.next_hops = {"tcp": f"lmtp://127.0.0.1:{self.dovecot.port}", "socket": f"lmtp:{self.dovecot.socket}"}
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            *(gateway(name, "inbound", next_hop) for name, next_hop in self.next_hops.items()))))

    def each(self, check):
        """Runs the check with a client of each gateway and the number of the round."""
        for count, name in enumerate(self.next_hops, start=1):
            with self.subTest(name), FakeClient(self.gateway.address(name)) as client:
                check(client, count)

    def counts(self):
        return [len(self.dovecot.mailbox(one)) for one in (ANN, CARL, DORA)]

    def test_a_mail_is_there_once_it_is_answered(self):
        def check(client, count):
            mail = new_mail(BOB, ANN, text=".\n..\nthe end")
            # Dovecot's own answer.
            self.assertRegex(client.mail(mail, BOB, ANN).text, "^2.0.0 <ann@example.org> .* Saved$")
            self.assertEqual(len(self.dovecot.mailbox(ANN)), count)
            arrived = self.dovecot.mailbox(ANN)[-1]
            self.assertEqual((header_of(arrived, "Return-Path"), header_of(arrived, "Message-ID"), body_of(arrived)),
                             (f"<{BOB}>", header_of(mail, "Message-ID"), body_of(mail)))
        self.each(check)

    def test_the_second_recipient_comes_alone(self):
        def check(client, count):
            mail = new_mail(BOB, ANN)
            replies = client.envelope(BOB, ANN, CARL, DORA)
            self.assertEqual([reply.code for reply in replies], [250, 250, 452, 452])
            self.assertTrue(replies[2].text.startswith("4.5.3 "), replies)
            self.assertEqual(client.data(mail).code, 250)
            self.assertEqual(self.counts(), [count, count - 1, 0])
            self.assertEqual(client.mail(mail, BOB, CARL).code, 250)
            self.assertEqual(self.counts(), [count, count, 0])
        self.each(check)

    def test_an_unknown_recipient_is_refused_in_dovecots_words(self):
        def check(client, _):
            self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 250)
            refusal = client.command(f"RCPT TO:<{NOBODY}>")
            self.assertEqual((refusal.code, refusal.text), (550, f"5.1.1 <{NOBODY}> User doesn't exist: {NOBODY}"))
            # A refused recipient does not count as the first of the mail.
            self.assertEqual(client.command(f"RCPT TO:<{ANN}>").code, 250)
            self.assertEqual(client.data(new_mail(BOB, ANN)).code, 250)
        self.each(check)

    def test_a_mailbox_that_fails_is_not_answered_250(self):
        box = self.dovecot.folder / "mail" / DORA
        box.mkdir()
        box.chmod(0)
        replies = []

        def check(client, _):
            self.assertEqual([reply.code for reply in client.envelope(BOB, DORA)], [250, 250])
            reply = client.data(new_mail(BOB, DORA))
            self.assertEqual(reply.code // 100, 4, reply)
            replies.append(f"{reply.code} {reply.text}")
            # The session goes on.
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.each(check)
        events = self.gateway.wait_for_events(2, done="deferred")
        self.assertEqual([(event["cause"], event["reply"]) for event in events], [("next-hop", reply) for reply in replies])

    def test_a_server_that_is_gone(self):
        self.dovecot.child.stop()
        self.each(lambda client, _: self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 451))
        self.assertEqual(self.dovecot.mailbox(ANN), [])

    @needs("postfix")
    def test_postfix_brings_a_mail_to_three(self):
        # It gets 452 for two of them and sends again by itself, so nothing is lost or doubled.
        for count, name in enumerate(self.next_hops, start=1):
            with self.subTest(name), Postfix(self.folder, f"far-{name}", {
                    "default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.gateway.address(name)[1]}"}) as far:
                far.send(new_mail(BOB, ANN), BOB, ANN, CARL, DORA)
                wait_until(lambda: min(self.counts()) >= count, "all have got it")
                wait_until(lambda: not far.queue(), "the queue is empty")
                self.assertEqual(self.counts(), [count] * 3)


if __name__ == "__main__":
    main()

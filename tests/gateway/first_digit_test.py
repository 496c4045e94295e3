#!/usr/bin/python3
"""Replies of a next hop count by their first digit (RFC 5321, 4.2), and the client gets a code that fits its command."""
from dialogue import ANN, BOB, CARL, Dialogue, codes, told, url
from fake_answers import Raw
from support import gateway, main, new_mail

EVERY = ("200 fine", "220 2.0.0 hello", "251 elsewhere", "252 2.1.5 I think", "259 odd", "299-2.0.0 odd\r\n299 2.0.0 and long")


class FirstDigit(Dialogue):
    def expect_mail(self, client, hop, want_rcpt=250):
        before = len(hop.mails)
        self.assertEqual(codes(client.envelope(ANN, BOB)), [250, want_rcpt])
        self.assertEqual(told(client.data(new_mail())).split(".")[0], "250 2")
        self.assertEqual(len(hop.mails), before + 1)

    def test_each_step(self):
        for extensions in (("PIPELINING",), ()):
            hop = self.hop(extensions=extensions)
            address = self.relay(hop, more_gateway="pool = 0\n")
            for step in ("connect", "mail", "rcpt", "dot"):
                good = hop.answers[step]
                for answer in EVERY:
                    with self.subTest(step, answer=answer, extensions=extensions):
                        hop.answer(step, answer)
                        self.expect_mail(self.client(address), hop, 251 if (step, answer[:3]) == ("rcpt", "251") else 250)
                hop.answer(step, good)

    def test_what_it_offers(self):
        for code in ("200", "220", "299"):
            hop = self.hop({"ehlo": f"{code}-fake.test\r\n{code}-8BITMIME\r\n{code} SIZE 1000000"})
            client = self.client(self.relay(hop))
            self.assertEqual(client.extensions["SIZE"], "1000000")
            self.expect_mail(client, hop)

    def test_an_invitation_to_send_data(self):
        hop = self.hop()
        address = self.relay(hop)
        for answer, want in (("300 go on", 250), ("353 go on", 250), ("399-go\r\n399 on", 250)):
            hop.answer("data", answer)
            client = self.client(address)
            client.envelope(ANN, BOB)
            self.assertEqual(client.data(new_mail()).code, want)
        # Neither a reply to a login nor a success fits here: the server is out of step, and gets no line of the mail.
        for octets in (b"334 VXNlcm5hbWU6\r\n", b"250 taken\r\n", b"200 taken\r\n"):
            hop.answer("data", Raw(octets))
            client = self.client(address)
            client.envelope(ANN, BOB)
            self.assertEqual(told(client.data(new_mail())), "451 4.5.0")
        self.assertEqual(len(hop.mails), 3)
        self.assertEqual([line for line in hop.commands if line.startswith("Subject")], [])

    def test_no_success(self):
        """3xx is neither yes nor no if nothing is to follow."""
        hop = self.hop()
        address = self.relay(hop)
        for step in ("mail", "rcpt", "dot"):
            good = hop.answers[step]
            for octets in (b"300 hm\r\n", b"354 go on\r\n"):
                hop.answer(step, Raw(octets))
                client = self.client(address)
                replies = client.envelope(ANN, BOB)
                reply = client.data(new_mail()) if step == "dot" else replies[1]
                self.assertEqual(told(reply), "451 4.5.0", step)
            hop.answer(step, good)
        self.assertEqual(hop.mails, [])

    def test_chunks(self):
        hop = self.hop({"bdat": "200 more", "dot": "252 I think"}, extensions=("CHUNKING",))
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        self.assertEqual(codes(client.bdat(new_mail(), b"more\r\n")), [250, 250])
        self.assertEqual(len(hop.mails), 1)

    def test_reset(self):
        """The session is used again."""
        hop = self.hop({"rset": "200 done"})
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.command("RSET")
        self.expect_mail(client, hop)
        self.assertEqual(len([stream for stream in hop.streams if b"MAIL" in stream.octets]), 1)

    def test_lmtp(self):
        hop = self.hop({"ehlo": "200 fake.test", "rcpt": "220 fine", "dot": "252 I think"}, lmtp=True)
        client = self.client(self.relay(hop, scheme="lmtp"))
        self.expect_mail(client, hop)
        self.assertEqual(codes(client.envelope(ANN, BOB, CARL)), [250, 250, 452])

    def test_xclient(self):
        hop = self.hop({"xclient": "250 2.0.0 ok"}, extensions=("XCLIENT ADDR",))
        self.expect_mail(self.client(self.relay(hop, more_gateway='identity = "xclient"\n')), hop)

    def test_login(self):
        """The exception: a client that has logged in may send to everybody, so only the code of a login counts as one."""
        for answer in ("200 welcome", "250 2.7.0 welcome", "354 go on"):
            hop = self.hop({"auth": answer}, extensions=("AUTH PLAIN LOGIN",))
            self.start(gateway("out", "outbound", url(hop)).replace('trusted = ["127.0.0.0/8"]\n', ""))
            client = self.client()
            self.assertEqual(told(client.command("AUTH PLAIN AGJvYgB4")), "451 4.5.0")
            self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 530)


if __name__ == "__main__":
    main()

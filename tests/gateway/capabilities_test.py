#!/usr/bin/python3
"""The extensions that the gateway offers its clients: those that it has itself, and those of the next hop."""
from dialogue import ANN, BOB, Dialogue, codes, told, url
from fake_server import hello
from support import gateway, main, new_mail, wait_until

OURS = {"PIPELINING": "", "ENHANCEDSTATUSCODES": "", "CHUNKING": "", "SIZE": "52428800", "LIMITS": "RCPTMAX=1000"}

# name, what the next hop offers, want_inbound and want_outbound besides those that are always there
OFFERS = [
    ("nothing", (), {}, {}),
    ("8BITMIME", ("8BITMIME",), {"8BITMIME": ""}, {"8BITMIME": ""}),
    ("SMTPUTF8", ("SMTPUTF8",), {"SMTPUTF8": ""}, {"SMTPUTF8": ""}),
    ("DSN", ("DSN",), {}, {"DSN": ""}),
    ("a smaller SIZE", ("SIZE 1000000",), {"SIZE": "1000000"}, {"SIZE": "1000000"}),
    ("a larger SIZE", ("SIZE 99999999999",), {}, {}),
    ("SIZE without a number", ("SIZE",), {}, {}),
    ("SIZE 0", ("SIZE 0",), {}, {}),
    ("AUTH", ("AUTH PLAIN LOGIN",), {}, {"AUTH": "PLAIN LOGIN"}),
    ("AUTH as old servers write it", ("AUTH=PLAIN",), {}, {"AUTH": "PLAIN"}),
    ("what is not passed on", ("BINARYMIME", "CHUNKING", "XFORWARD NAME ADDR", "XCLIENT NAME ADDR", "VRFY", "ETRN", "HELP", "REQUIRETLS",
                               "DELIVERBY", "BURL imap", "MT-PRIORITY MIXER"), {}, {}),
    ("in lower case", ("8bitmime", "smtputf8", "dsn"), {"8BITMIME": "", "SMTPUTF8": ""}, {"8BITMIME": "", "SMTPUTF8": "", "DSN": ""}),
]


class Offers(Dialogue):
    def test_they_follow_the_next_hop(self):
        hops = [self.hop(extensions=offered) for _, offered, _, _ in OFFERS]
        self.start(*(gateway(f"{side}-{i}", f"{side}bound", url(hop)) for i, hop in enumerate(hops) for side in ("in", "out")))
        for i, (name, _, want_inbound, want_outbound) in enumerate(OFFERS):
            for side, want in (("in", want_inbound), ("out", want_outbound)):
                with self.subTest(name, side=side):
                    self.assertEqual(self.client(self.gate.address(f"{side}-{i}")).extensions, {**OURS, **want})

    def test_help_lists_what_is_offered(self):
        hop = self.hop(extensions=("AUTH PLAIN",))
        self.start(gateway("in", "inbound", url(hop)), gateway("out", "outbound", url(hop), 'xclient = ["127.0.0.1"]\n'))
        always = "2.0.0 HELO EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP"
        for side, want in (("in", always), ("out", always + " AUTH XCLIENT XFORWARD")):
            with self.subTest(side):
                self.assertEqual(self.client(self.gate.address(side)).command("HELP").text, want)

    def test_a_next_hop_that_knows_only_helo(self):
        hop = self.hop({"ehlo": ["502 what?", "250 fake.test"]})
        client = self.client(self.relay(hop))
        self.assertEqual(client.extensions, OURS)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        # Another connection may have asked at the same time.
        begin = b"EHLO mx.example.org\r\nHELO mx.example.org\r\n"
        self.assertTrue(any(stream.octets.startswith(begin) for stream in hop.streams), hop.commands)

    def test_a_client_that_says_helo(self):
        client = self.client(self.relay(self.hop()), verb="HELO")
        self.assertEqual((client.extensions, client.mail(new_mail(), ANN, BOB).code), ({}, 250))

    def test_a_next_hop_that_is_down_at_the_start(self):
        hop = self.hop({"connect": ["421 4.3.2 not yet", "220 fake.test ESMTP"]}, extensions=("8BITMIME",))
        address = self.relay(hop)
        hop.wait_for("connect")
        self.assertIn("8BITMIME", self.client(address).extensions)

    def test_they_are_refreshed(self):
        hop = self.hop(extensions=("8BITMIME",))
        address = self.relay(hop)
        client = self.client(address)
        self.assertNotIn("SMTPUTF8", client.extensions)
        hop.answer("ehlo", hello(("SMTPUTF8",)))
        hop.cut_sessions()
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        client.hello()
        self.assertEqual(client.extensions, {**OURS, "SMTPUTF8": ""})

    def test_of_several_next_hops_it_offers_what_all_offer(self):
        hop, other = self.hop(extensions=("8BITMIME", "SMTPUTF8", "SIZE 2000000")), self.hop(extensions=("8BITMIME", "SIZE 3000000"))
        self.start(gateway("in", "inbound", url(hop)), more_domain=f'next_hop = "{url(other)}"')
        self.assertEqual(self.client().extensions, {**OURS, "8BITMIME": "", "SIZE": "2000000"})

    def test_lmtp(self):
        hop = self.hop(lmtp=True, extensions=("8BITMIME",))
        client = self.client(self.relay(hop, scheme="lmtp"))
        self.assertEqual(client.extensions, {**OURS, "8BITMIME": "", "LIMITS": "RCPTMAX=1"})
        self.assertEqual(hop.commands[0], "LHLO mx.example.org")

    def test_a_maildir(self):
        self.start(gateway("in", "inbound", f"maildir:{self.folder}/mail/%n"))
        self.assertEqual(self.client().extensions, {**OURS, "8BITMIME": "", "SMTPUTF8": "", "LIMITS": "RCPTMAX=1"})


# name, what the next hop offers, MAIL's parameters, want_reply to MAIL, want at the next hop
PARAMETERS = [
    ("BODY", ("8BITMIME",), " BODY=8BITMIME", "250 2.1.0", "MAIL FROM:<ann@example.net> BODY=8BITMIME"),
    ("BODY that is not offered", (), " BODY=8BITMIME", "555 5.5.4", None),
    ("BINARYMIME", ("8BITMIME", "BINARYMIME", "CHUNKING"), " BODY=BINARYMIME", "501 5.5.4", None),
    ("SIZE", ("SIZE 5000",), " SIZE=100", "250 2.1.0", "MAIL FROM:<ann@example.net> SIZE=100"),
    ("SIZE that the next hop does not know", (), " SIZE=100", "250 2.1.0", "MAIL FROM:<ann@example.net>"),
    ("SMTPUTF8", ("SMTPUTF8",), " SMTPUTF8", "250 2.1.0", "MAIL FROM:<ann@example.net> SMTPUTF8"),
    ("SMTPUTF8 that is not offered", (), " SMTPUTF8", "555 5.5.4", None),
    ("DSN, which strangers are not offered", ("DSN",), " RET=HDRS", "555 5.5.4", None),
    ("DSN's identity", ("DSN",), " ENVID=x", "555 5.5.4", None),
]


class Parameters(Dialogue):
    def test_each(self):
        hops = [self.hop(extensions=offered) for _, offered, *_ in PARAMETERS]
        self.start(*(gateway(f"in-{i}", "inbound", url(hop)) for i, hop in enumerate(hops)))
        for i, (name, _, parameters, want_reply, want_command) in enumerate(PARAMETERS):
            with self.subTest(name):
                replies = self.client(self.gate.address(f"in-{i}")).envelope(ANN, BOB, parameters=parameters)
                self.assertEqual(told(replies[0]), want_reply)
                self.assertEqual(replies[1].code, 250 if want_command else 503)
                self.assertEqual([line for line in hops[i].commands if line.startswith("MAIL")], [want_command] if want_command else [])

    def test_internationalised_addresses_without_the_extension(self):
        client = self.client(self.relay(self.hop()))
        self.assertEqual(told(client.command("MAIL FROM:<änn@example.net>")), "553 5.6.7")
        self.assertEqual(codes(client.pipeline(f"MAIL FROM:<{ANN}>", "RCPT TO:<böb@example.org>")), [250, 553])

    def test_internationalised_addresses_with_it(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        self.assertEqual(codes(client.pipeline("MAIL FROM:<änn@example.net> SMTPUTF8", "RCPT TO:<böb@example.org>")), [250, 250])
        self.assertEqual(hop.commands[-2:], ["MAIL FROM:<änn@example.net> SMTPUTF8", "RCPT TO:<böb@example.org>"])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertIn(b" with UTF8SMTP id ", hop.mails[0].data)

    def test_a_next_hop_that_lost_it(self):
        hop = self.hop(extensions=("SMTPUTF8", "PIPELINING"))
        client = self.client(self.relay(hop))
        self.assertIn("SMTPUTF8", client.extensions)
        hop.answer("ehlo", hello(("PIPELINING",)))
        hop.cut_sessions()
        replies = client.envelope(ANN, BOB, parameters=" SMTPUTF8")
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "550 5.6.7"])
        self.assertNotIn("MAIL", {line[:4] for line in hop.commands})
        # Only this mail can't go there; the next one can.
        self.assertEqual(client.command("RSET").code, 250)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        wait_until(lambda: len(hop.mails) == 1, "the next mail")


if __name__ == "__main__":
    main()

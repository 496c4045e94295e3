#!/usr/bin/python3
"""How the next hop learns who the client is, and which sessions with it clients may share."""
from dialogue import ANN, BOB, CARL, Dialogue
from fake_answers import Answer, Text
from fake_server import hello
from support import Postfix, gateway, main, needs, new_mail, wait_until

XFORWARD = ("PIPELINING", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE")
NOBODY = "[UNAVAILABLE]"
XCLIENT = ("PIPELINING", "XCLIENT NAME ADDR PORT PROTO HELO LOGIN")


def told_by(hop, verb):
    """Returns the attributes of each command with that verb, without the port, which the test can't know."""
    return [{key: value for key, _, value in (word.partition("=") for word in line.split(" ")[1:]) if key != "PORT"}
            for line in hop.commands if line.startswith(verb + " ")]


class UntilXclient(Answer):
    """Offers XCLIENT to the host that connected, but not to the client that this host then names, as Postfix does."""

    def perform(self, session):
        is_trusted = b"XCLIENT" not in session.stream.octets
        return Text(hello(XCLIENT if is_trusted else ("PIPELINING",))).perform(session)


class Identity(Dialogue):
    def send(self, hop, identity, helos=("one.test", "two.test"), **settings):
        """Sends a mail from each of these clients, one after the other."""
        address = self.relay(hop, more_gateway=f'identity = "{identity}"\n', **settings)
        if identity != "proxy":
            hop.wait_for("ehlo")
        for helo in helos:
            client = self.client(address, hello=helo)
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            client.quit()
        self.assertEqual(len(hop.mails), len(helos))

    def sessions_with_mail(self, hop):
        return len([stream for stream in hop.streams if b"MAIL" in stream.octets])

    def test_none(self):
        hop = self.hop(extensions=(*XFORWARD, *XCLIENT))
        self.send(hop, "none")
        self.assertEqual((told_by(hop, "XFORWARD"), told_by(hop, "XCLIENT")), ([], []))
        self.assertEqual(self.sessions_with_mail(hop), 1)

    def test_xforward(self):
        hop = self.hop(extensions=XFORWARD)
        self.send(hop, "xforward")
        self.assertEqual(told_by(hop, "XFORWARD"),
                         [{"NAME": NOBODY, "ADDR": "127.0.0.1", "PROTO": "ESMTP", "HELO": helo, "IDENT": NOBODY, "SOURCE": NOBODY}
                          for helo in ("one.test", "two.test")])
        self.assertEqual(self.sessions_with_mail(hop), 1)
        # It is sent together with MAIL and RCPT.
        self.assertEqual([read.split(b" ", 1)[0] for read in hop.reads(b"MAIL")], [b"XFORWARD"] * 2)

    def test_a_next_hop_that_does_not_offer_it_is_told_once(self):
        for identity, extensions, want in (("xclient", XFORWARD, "XCLIENT"), ("xforward", XCLIENT, "XFORWARD"), ("xclient", XCLIENT, ""),
                                           ("xforward", XFORWARD, ""), ("none", (), "")):
            with self.subTest((identity, extensions)):
                hop = self.hop(extensions=extensions)
                address = self.relay(hop, more_gateway=f'identity = "{identity}"\npool = 0\n')
                for _ in range(2):
                    self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
                self.assertEqual(self.sessions_with_mail(hop), 2)
                self.events(2)
                self.assertEqual(self.gate.log().count(f"does not offer {want}"), 1 if want else 0, self.gate.log())

    def test_xforward_to_a_next_hop_without_pipelining(self):
        hop = self.hop(extensions=XFORWARD[1:])
        self.send(hop, "xforward")
        self.assertEqual([attributes["HELO"] for attributes in told_by(hop, "XFORWARD")], ["one.test", "two.test"])
        self.assertEqual(hop.reads(b"XFORWARD"), [read for read in hop.reads(b"XFORWARD") if b"MAIL" not in read])

    def test_xforward_that_is_refused_does_not_stop_mail(self):
        hop = self.hop({"xforward": "550 5.7.0 not you"}, extensions=XFORWARD)
        self.send(hop, "xforward")

    def test_xforward_names_no_more_than_is_taken(self):
        hop = self.hop(extensions=("XFORWARD ADDR",))
        self.send(hop, "xforward", helos=("one.test",))
        self.assertEqual(told_by(hop, "XFORWARD"), [{"ADDR": "127.0.0.1"}])

    def test_what_is_not_offered_is_not_sent(self):
        for identity in ("xforward", "xclient"):
            with self.subTest(identity):
                hop = self.hop(extensions=("PIPELINING",))
                self.send(hop, identity)
                self.assertEqual({line.split(" ")[0] for line in hop.commands}, {"EHLO", "MAIL", "RCPT", "DATA"})

    def test_xclient_on_a_session_that_stays_open_to_all(self):
        hop = self.hop(extensions=XCLIENT)
        self.send(hop, "xclient")
        self.assertEqual(told_by(hop, "XCLIENT"),
                         [{"NAME": NOBODY, "ADDR": "127.0.0.1", "PROTO": "ESMTP", "HELO": helo, "LOGIN": NOBODY}
                          for helo in ("one.test", "two.test")])
        # It is sent again on each use, and the client's own name comes last.
        self.assertEqual(self.sessions_with_mail(hop), 1)
        self.assertEqual([line for line in hop.commands if line.startswith("EHLO")][-2:], ["EHLO one.test", "EHLO two.test"])

    def test_xclient_on_a_session_that_then_offers_it_no_more(self):
        hop = self.hop({"ehlo": UntilXclient()})
        self.send(hop, "xclient")
        self.assertEqual([attributes["HELO"] for attributes in told_by(hop, "XCLIENT")], ["one.test", "two.test"])
        self.assertEqual(self.sessions_with_mail(hop), 2)
        hop.wait_for("quit", 2)

    def test_proxy(self):
        hop = self.hop(proxy=True)
        self.send(hop, "proxy")
        headers = [line for line in hop.commands if line.startswith("PROXY")]
        for header in headers:
            self.assertRegex(header, r"^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+$")
            self.assertEqual(header.split(" ")[5], str(self.gate.address("in")[1]))
        # One connection asks what it offers, and each mail has one; all begin with a header.
        self.assertEqual((len(headers), self.sessions_with_mail(hop)), (len(hop.streams), 2))

    def test_a_reset_transaction_leaves_the_session_to_others(self):
        hop = self.hop()
        address = self.relay(hop)
        hop.wait_for("ehlo")
        client = self.client(address)
        client.envelope(ANN, BOB)
        client.command("RSET")
        client.envelope(ANN, CARL)
        client.cut()
        hop.wait_for("rset", 2)
        self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(self.sessions_with_mail(hop), 1)

    def test_no_pool(self):
        hop = self.hop()
        address = self.relay(hop, more_gateway="pool = 0\n")
        for _ in range(2):
            self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(self.sessions_with_mail(hop), 2)
        hop.wait_for("quit", 2)


@needs("postfix")
class BesidePostfix(Dialogue):
    def test_it_sees_the_clients_name(self):
        home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org"}, services={
            "xclient": "-o smtpd_authorized_xclient_hosts=127.0.0.1", "xforward": "-o smtpd_authorized_xforward_hosts=127.0.0.1"}, mailboxes=[BOB]))
        self.start(*(gateway(name, "inbound", f"smtp://127.0.0.1:{port}", f'identity = "{name}"\nxclient = ["127.0.0.1"]\n')
                     for name, port in home.ports.items()))
        clients = [(name, i) for name in home.ports for i in range(3)]
        for name, i in clients:
            client = self.client(self.gate.address(name), hello="proxy.test")
            client.command(f"XCLIENT ADDR=192.0.2.{i} NAME=far.test")
            client.hello(f"client{i}.test")
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            self.assertEqual(client.envelope(ANN, "nobody@example.org")[1].code, 550)

        def refusals():
            return [line for line in home.log().splitlines() if "NOQUEUE: reject" in line]
        wait_until(lambda: len(refusals()) == len(clients), "Postfix has told of each refusal")
        for (name, i), line in zip(clients, refusals()):
            with self.subTest(name, client=i):
                self.assertIn(f"RCPT from far.test[192.0.2.{i}]: 550" if name == "xclient" else "RCPT from unknown[127.0.0.1]: 550", line)
                self.assertIn(f"helo=<client{i}.test>" if name == "xclient" else "helo=<mx.example.org>", line)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""docs/install/exchange.md as it is written, with loopback in place of its addresses: a mail leaves, its bounce and a forged one come in."""
import re

from support import SOURCE, Backstop, Case, FakeClient, Postfix, header_of, main, needs, new_bounce, new_mail, wait_until

ANN, NOBODY = "ann@example.org", "nobody@example.net"
PAGE = (SOURCE / "docs/install/exchange.md").read_text()


def settings_of_page(exchange, relay):
    """Returns the configuration of the page. It changes where things are, and leaves out TLS and DNS, which loopback doesn't have."""
    text, = re.findall(r"^```\n(\[server\].*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    swaps = {'"0.0.0.0:25"': '"127.0.0.1:0"', '"192.0.2.10:10526"': '"127.0.0.1:0"', "smtp://exchange.example.org:25": f"smtp://127.0.0.1:{exchange}",
             "smtp://relay.provider.example:25": f"smtp://127.0.0.1:{relay}", '"192.0.2.20"': '"127.0.0.2"', 'tls = "starttls"\n': "",
             "/etc/backstop/": "{folder}/", "/var/lib/backstop/": "{folder}/"}
    for old, new in swaps.items():
        assert old in text, old
        text = text.replace(old, new)
    text = re.sub(r"^\[tls\]\n(?:\w+ = .*\n)*", "", text, flags=re.MULTILINE)
    return text + '\n[auth]\nspf = "off"\ndmarc = "off"\nsender_domain = "off"\n'


@needs("backstop", "postfix")
class Page(Case):
    """One Postfix stands for Exchange, and one for the server that delivers to the world, which takes any recipient and bounces."""

    def setUp(self):
        super().setUp()
        self.exchange = Postfix(self.folder, "exchange", {"virtual_mailbox_domains": "example.org", "smtp_bind_address": "127.0.0.2"}, mailboxes=[ANN])
        self.relay = Postfix(self.folder, "relay", {"virtual_mailbox_domains": "example.net", "smtpd_reject_unlisted_recipient": "no"})
        self.gate = self.enterContext(Backstop(self.folder, "gate", settings_of_page(self.exchange.port, self.relay.port)))
        for server, name in ((self.exchange, "out"), (self.relay, "in")):
            server.set({"default_transport": "smtp", "relayhost": f"[127.0.0.1]:{self.gate.address(name)[1]}"})
            self.enterContext(server)

    def test_a_bounce_of_what_left_is_genuine_and_a_forged_one_is_not(self):
        self.exchange.send(new_mail(ANN, NOBODY), ANN, NOBODY)
        bounce = self.exchange.wait_for_mails(ANN)[0]
        self.assertIn(b"Backstop-Watermark: 1;", bounce)
        came, = self.gate.wait_for_events(1, direction="inbound")
        self.assertEqual((came["origin"], came["origin_cause"], came["stage"], came["done"]), ("genuine", "watermark", "observe", "delivered"))

        with FakeClient(self.gate.address("in")) as client:
            self.assertEqual([client.command("MAIL FROM:<>").code, client.command(f"RCPT TO:<{ANN}>").code, client.data(new_bounce(ANN)).code], [250] * 3)
        forged = self.gate.wait_for_events(2, direction="inbound")[1]
        self.assertEqual((forged["origin"], forged["done"]), ("unproven", "delivered"))
        self.assertEqual(header_of(self.exchange.wait_for_mails(ANN, 2)[1], "Subject"), header_of(new_bounce(ANN), "Subject"))

    def test_nobody_else_may_send_through_it(self):
        with FakeClient(self.gate.address("out"), source=("127.0.0.3", 0)) as client:
            self.assertEqual(client.command(f"MAIL FROM:<{ANN}>").code, 550)

    def test_a_bounce_of_exchange_is_judged_on_its_way_out(self):
        with FakeClient(self.gate.address("out"), source=("127.0.0.2", 0)) as client:
            client.command("MAIL FROM:<>")
            client.command("RCPT TO:<stranger@example.net>")
            self.assertEqual(client.data(new_bounce("stranger@example.net")).code, 250)
        event = wait_until(lambda: self.gate.history(direction="outbound"), "an event of it")[0]
        self.assertEqual((event["stage"], event["done"], event["cause"]), ("observe", "delivered", "unclear"))


if __name__ == "__main__":
    main()

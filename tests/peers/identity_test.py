#!/usr/bin/python3
"""A balancer or a trusted host tells Backstop who the client is, and Backstop tells the Postfix behind it."""
import json

from support import Backstop, Case, FakeClient, Postfix, config, gateway, header_of, main, needs, new_mail, swaks, wait_until

ANN, BOB = "ann@example.org", "bob@example.net"
CLIENT, OTHER = "192.0.2.7", "198.51.100.9"

PROXIED = ["--proxy-source", CLIENT, "--proxy-source-port", "40000", "--proxy-dest", "203.0.113.1",
           "--proxy-dest-port", "25"]


@needs("backstop", "postfix", "swaks")
class Identity(Case):
    # how Backstop tells Postfix, the setting by which Postfix allows it
    OUTWARD = {
        "xclient": "-o smtpd_authorized_xclient_hosts=127.0.0.1",
        "xforward": "-o smtpd_authorized_xforward_hosts=127.0.0.1",
        "proxy": "-o smtpd_upstream_proxy_protocol=haproxy",
        "none": "",
    }

    def setUp(self):
        super().setUp()
        self.home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "inet_protocols": "all"},
                                              services=self.OUTWARD, mailboxes=[ANN]))
        next_hops = {name: f"smtp://127.0.0.1:{port}" for name, port in self.home.ports.items()}
        told = 'xclient = ["127.0.0.1"]\n'
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            *(gateway(name, "inbound", next_hop, f'identity = "{name}"\n{told}') for name, next_hop in next_hops.items()),
            gateway("balanced", "inbound", next_hops["xclient"], 'identity = "xclient"\nproxy_protocol = ["127.0.0.1"]\n'),
            gateway("closed", "inbound", next_hops["none"]))))

    def arrived(self, count):
        return self.home.wait_for_mails(ANN, count)[-1]

    def client_of_event(self, count):
        return self.gateway.wait_for_events(count)[-1]["client"]

    def clients(self, count):
        """Returns what home logged of its clients, or nothing until there are this many."""
        lines = [line for line in self.home.log().splitlines() if ": client=" in line]
        return lines if len(lines) >= count else None

    def test_postfix_learns_of_the_client(self):
        # One session of the pool serves one client after the other.
        count = 0
        for name in self.OUTWARD:
            for address in (CLIENT, OTHER, CLIENT, "IPv6:2001:db8::7"):
                with self.subTest(name, address=address):
                    count += 1
                    done = swaks(self.gateway.address(name), "--from", BOB, "--to", ANN, "--xclient",
                                 f"ADDR={address} NAME=far.example.net")
                    self.assertEqual(done.status, 0, done)
                    arrived = self.arrived(count).decode()
                    plain = address.removeprefix("IPv6:")
                    self.assertEqual(self.client_of_event(count), plain)
                    # The Received field that Backstop adds names the client in any case.
                    self.assertRegex(arrived, rf"Received: from client\.test \(far\.example\.net \[{address}\]\)\s+by mx\.example\.org")
                    last = wait_until(lambda wanted=count: self.clients(wanted), "it is in the log")[-1]
                    if name == "none":
                        self.assertIn("client=unknown[127.0.0.1]", last)
                    elif name == "xforward":
                        self.assertIn("client=unknown[127.0.0.1]", last)
                        self.assertIn(f"orig_client=far.example.net[{plain}]", last)
                    elif name == "xclient":
                        self.assertIn(f"client=far.example.net[{plain}]", last)
                    else:
                        self.assertIn(f"client=unknown[{plain}]", last)

    def test_a_balancer_tells_the_client(self):
        ways = [["--proxy-version", "1", "--proxy-family", "TCP4", *PROXIED],
                ["--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-command", "PROXY", "--proxy-protocol", "STREAM", *PROXIED]]
        for count, way in enumerate(ways, start=1):
            with self.subTest(way):
                done = swaks(self.gateway.address("balanced"), "--from", BOB, "--to", ANN, *way)
                self.assertEqual(done.status, 0, done)
                self.assertIn(f"[{CLIENT}]", header_of(self.arrived(count), "Received"))
                self.assertEqual(self.client_of_event(count), CLIENT)

    def test_a_client_that_is_not_trusted_tells_nothing(self):
        # XCLIENT is neither offered nor accepted, and a PROXY header is not a command.
        with FakeClient(self.gateway.address("closed")) as client:
            self.assertNotIn("XCLIENT", client.extensions)
            self.assertEqual(client.command(f"XCLIENT ADDR={CLIENT}").code // 100, 5)
            self.assertEqual(client.command(f"PROXY TCP4 {CLIENT} 203.0.113.1 40000 25").code // 100, 5)
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.assertEqual(self.client_of_event(1), "127.0.0.1")
        # If a balancer is configured, a connection from it without a header gets no service.
        with FakeClient(self.gateway.address("balanced"), hello=None) as client:
            client.send("EHLO client.test\r\n")
            self.assertNotEqual(client.read().code, 220)
        self.assertEqual(json.loads(self.gateway.history()[-1]["recipients"]), [ANN])


if __name__ == "__main__":
    main()

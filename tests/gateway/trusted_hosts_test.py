#!/usr/bin/python3
"""Balancers with PROXY headers and trusted hosts with XCLIENT and XFORWARD may name another client, and nobody else may."""
import ipaddress

from dialogue import ANN, BOB, Dialogue, codes, told, url
from support import gateway, header_of, main, new_mail

NOBODY = "[UNAVAILABLE]"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
BALANCER = 'proxy_protocol = ["127.0.0.1"]\n'
TRUSTED = 'xclient = ["127.0.0.1"]\n'


def version_2(source, destination, command=1, protocol=1, more=b""):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    body = source.packed + destination.packed + (1000).to_bytes(2, "big") + (25).to_bytes(2, "big") + more
    family = (1 if source.version == 4 else 2) << 4 | protocol
    return SIGNATURE + bytes([0x20 | command, family]) + len(body).to_bytes(2, "big") + body


# name, header, want client
GOOD = [
    ("version 1", b"PROXY TCP4 192.0.2.7 192.0.2.8 1000 25\r\n", "192.0.2.7"),
    ("version 1, IPv6", b"PROXY TCP6 2001:db8::7 2001:db8::8 1000 25\r\n", "2001:db8::7"),
    ("version 1, unknown", b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    ("version 1, unknown with more", b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "127.0.0.1"),
    ("version 2", version_2("192.0.2.7", "192.0.2.8"), "192.0.2.7"),
    ("version 2, IPv6", version_2("2001:db8::7", "2001:db8::8"), "2001:db8::7"),
    ("version 2, a mapped address", version_2("::ffff:192.0.2.7", "::ffff:192.0.2.8"), "192.0.2.7"),
    ("version 2, local", version_2("192.0.2.7", "192.0.2.8", command=0), "127.0.0.1"),
    ("version 2, with more", version_2("192.0.2.7", "192.0.2.8", more=b"\x04\x00\x01x" * 100), "192.0.2.7"),
    ("version 2, as long as may be", version_2("192.0.2.7", "192.0.2.8", more=b"\x04\x0f\xf1" + b"x" * 4081), "192.0.2.7"),
]
BAD = [
    ("none", b"EHLO client.test\r\n"),
    ("another word", b"PROXIES TCP4 192.0.2.7 192.0.2.8 1000 25\r\n"),
    ("a bad address", b"PROXY TCP4 192.0.2.777 192.0.2.8 1000 25\r\n"),
    ("the other family", b"PROXY TCP6 192.0.2.7 192.0.2.8 1000 25\r\n"),
    ("a bare LF", b"PROXY TCP4 192.0.2.7 192.0.2.8 1000 25\nEHLO x\r\n"),
    ("endless", b"PROXY UNKNOWN " + b"x" * 200),
    ("version 3", b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c" + b"\0" * 12),
    ("version 2, too long", version_2("192.0.2.7", "192.0.2.8", more=b"x" * 4085)),
    ("version 2, too short", SIGNATURE + b"\x21\x11\0\x04\0\0\0\0"),
]


def attributes_of(commands, verb):
    """Returns the attributes of each command with that verb."""
    return [dict(word.split("=", 1) for word in line.split(" ")[1:]) for line in commands if line.startswith(verb + " ")]


def expect_one_session_each(test, address):
    """Checks that a client whom the balancer names twice is refused the second time, and that another one is let in."""
    found = []
    for source in ("192.0.2.7", "192.0.2.7", "192.0.2.9"):
        client = test.client(address, hello=None)
        client.send(f"PROXY TCP4 {source} 192.0.2.8 1000 25\r\n")
        found.append(client.read().code)
    test.assertEqual(found, [220, 421, 220])


class Balancers(Dialogue):
    def test_headers(self):
        hop = self.hop()
        address = self.relay(hop, more_gateway=BALANCER)
        for name, header, want_client in GOOD:
            for form, pieces in (("whole", [header]), ("with the first command", [header + b"EHLO client.test\r\n"]),
                                 ("in two", [header[:9], header[9:]])):
                with self.subTest(name, form=form):
                    client = self.client(address, hello=None)
                    for piece in pieces:
                        client.send(piece)
                    self.assertEqual(client.read().code, 220)
                    if form == "with the first command":
                        self.assertEqual(client.read().code, 250)
                    else:
                        client.hello()
                    self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
                    literal = f"[IPv6:{want_client}]" if ":" in want_client else f"[{want_client}]"
                    self.assertIn(f"({literal})", header_of(hop.mails[-1].data, "Received"))
                    client.quit()

    def test_octets_that_are_no_header(self):
        address = self.relay(self.hop(), more_gateway=BALANCER)
        for name, octets in BAD:
            with self.subTest(name):
                client = self.client(address, hello=None)
                client.send(octets)
                self.assertEqual(client.read().code, 0)

    def test_from_others_it_is_an_unknown_command(self):
        address = self.relay(self.hop(), more_gateway='proxy_protocol = ["192.0.2.0/24"]\n')
        client = self.client(address)
        self.assertEqual(told(client.command("PROXY TCP4 192.0.2.7 192.0.2.8 1000 25")), "500 5.5.2")
        # The gateway does not wait for one either.
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_the_named_client_decides_who_may_send(self):
        self.start(gateway("out", "outbound", url(self.hop()), BALANCER).replace('"127.0.0.0/8"', '"192.0.2.0/24"'))
        for source, want in (("192.0.2.7", 250), ("198.51.100.7", 550)):
            client = self.client(hello=None)
            client.send(f"PROXY TCP4 {source} 192.0.2.8 1000 25\r\n")
            self.assertEqual(client.read().code, 220)
            client.hello()
            self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, want)

    def test_each_of_its_clients_has_its_own_limits(self):
        address = self.relay(self.hop(), more_gateway=BALANCER, limits={"sessions_per_client": 1})
        expect_one_session_each(self, address)


class Xclient(Dialogue):
    def test_offered_to_the_trusted(self):
        client = self.client(self.relay(self.hop(), more_gateway=TRUSTED))
        self.assertEqual(client.extensions["XCLIENT"], "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT")
        self.assertEqual(client.extensions["XFORWARD"], "NAME ADDR PORT PROTO HELO IDENT SOURCE")

    def test_not_offered_to_others(self):
        client = self.client(self.relay(self.hop(), more_gateway='xclient = ["192.0.2.0/24"]\n'))
        self.assertEqual({"XCLIENT", "XFORWARD"} & set(client.extensions), set())
        self.assertEqual([told(client.command(f"{verb} ADDR=192.0.2.7")) for verb in ("XCLIENT", "XFORWARD")], ["502 5.5.1"] * 2)

    def test_a_host_that_claims_to_be_a_trusted_one_is_not_trusted(self):
        # Even by XCLIENT: the connection is trusted, not the client that it names.
        address = self.relay(self.hop(), more_gateway='xclient = ["192.0.2.0/24"]\nproxy_protocol = ["127.0.0.1"]\n')
        client = self.client(address, hello=None)
        client.send("PROXY TCP4 192.0.2.7 192.0.2.8 1000 25\r\n")
        client.read()
        client.hello()
        self.assertNotIn("XCLIENT", client.extensions)

    def test_the_session_begins_anew(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_gateway=TRUSTED))
        reply = client.command("XCLIENT ADDR=192.0.2.7 NAME=far.test HELO=theirs.test PROTO=SMTP")
        self.assertEqual(reply.code, 220)
        self.assertEqual(told(client.command(f"MAIL FROM:<{ANN}>")), "503 5.5.1")
        client.hello("now.test")
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertIn("from now.test (far.test [192.0.2.7])", header_of(hop.mails[0].data, "Received"))
        self.assertEqual(self.events()[0]["client"], "192.0.2.7")
        # The same for another client, on the same connection.
        client.command("XCLIENT ADDR=IPV6:2001:db8::7 NAME=[UNAVAILABLE]")
        client.hello("later.test")
        client.mail(new_mail(), ANN, BOB)
        self.assertIn("from later.test ([IPv6:2001:db8::7])", header_of(hop.mails[1].data, "Received"))

    def test_each_client_has_its_own_commands_without_mail(self):
        client = self.client(self.relay(self.hop(), more_gateway=TRUSTED, limits={"commands_without_mail": 5}))
        for i in range(10):
            with self.subTest(client=i):
                self.assertEqual(client.command(f"XCLIENT ADDR=192.0.2.{i}").code, 220)
                self.assertEqual([client.command(line).code for line in ("EHLO far.test", "NOOP", "NOOP")], [250] * 3)
        self.assertIn(421, [client.command("NOOP").code for _ in range(4)])

    def test_nothing_of_the_former_client_is_left(self):
        """In whatever way the second client is named, and whether or not there was mail in between."""
        first = "XCLIENT ADDR=192.0.2.7 PORT=1000 NAME=far.test LOGIN=ann HELO=theirs.test PROTO=SMTP DESTADDR=192.0.2.9 DESTPORT=25"
        for second, with_mail, with_hello, want_address in (
                ("XCLIENT ADDR=192.0.2.8", True, True, "192.0.2.8"), ("XCLIENT ADDR=192.0.2.8", False, True, "192.0.2.8"),
                ("XCLIENT ADDR=192.0.2.8", False, False, "192.0.2.8"), ("XCLIENT NAME=[UNAVAILABLE]", True, True, "127.0.0.1"),
                ("XCLIENT LOGIN=[UNAVAILABLE] ADDR=[UNAVAILABLE]", False, False, NOBODY), ("XCLIENT DESTPORT=587", True, True, "127.0.0.1")):
            with self.subTest(second, with_mail=with_mail, with_hello=with_hello):
                hop = self.hop(extensions=("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",))
                client = self.client(self.relay(hop, more_gateway=TRUSTED + 'identity = "xclient"\n'))
                client.command(first)
                if with_hello:
                    client.hello("first.test")
                if with_mail:
                    self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
                    self.assertEqual(attributes_of(hop.commands, "XCLIENT")[-1], {
                        "NAME": "far.test", "ADDR": "192.0.2.7", "PORT": "1000", "PROTO": "SMTP", "HELO": "first.test", "LOGIN": "ann",
                        "DESTADDR": "192.0.2.9", "DESTPORT": "25"})
                self.assertEqual(client.command(second).code, 220)
                client.hello("second.test")
                self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
                told_on = attributes_of(hop.commands, "XCLIENT")[-1]
                if want_address != "127.0.0.1":
                    self.assertEqual(told_on.pop("PORT"), NOBODY)
                else:
                    told_on.pop("PORT")
                want_port = "587" if "DESTPORT" in second else NOBODY
                self.assertEqual(told_on, {"NAME": NOBODY, "ADDR": want_address, "PROTO": "ESMTP", "HELO": "second.test", "LOGIN": NOBODY,
                                           "DESTADDR": NOBODY, "DESTPORT": want_port})
                received = header_of(hop.mails[-1].data, "Received")
                self.assertIn("from second.test (unknown)" if want_address == NOBODY else f"from second.test ([{want_address}])", received)

    def test_a_shared_session_of_the_next_hop_forgets_the_former_client(self):
        hop = self.hop(extensions=("PIPELINING", "XCLIENT NAME ADDR LOGIN"))
        address = self.relay(hop, more_gateway=TRUSTED + 'identity = "xclient"\n')
        for words in ("ADDR=192.0.2.7 NAME=one.test LOGIN=ann", "ADDR=192.0.2.8"):
            client = self.client(address)
            client.command(f"XCLIENT {words}")
            client.hello()
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            client.quit()
        self.assertEqual(attributes_of(hop.commands, "XCLIENT"), [{"NAME": "one.test", "ADDR": "192.0.2.7", "LOGIN": "ann"},
                                                                  {"NAME": NOBODY, "ADDR": "192.0.2.8", "LOGIN": NOBODY}])
        self.assertEqual(len([stream for stream in hop.streams if b"MAIL" in stream.octets]), 1)

    def test_one_client_in_several_commands(self):
        """Attributes that are too long for one command may come in several, in any order, as Postfix's XCLIENT_README says."""
        for commands in (("NAME=far.test ADDR=192.0.2.7", "HELO=theirs.test LOGIN=ann"), ("LOGIN=ann", "NAME=far.test", "PORT=1000", "ADDR=192.0.2.7")):
            hop = self.hop(extensions=("XCLIENT NAME ADDR LOGIN",))
            client = self.client(self.relay(hop, more_gateway=TRUSTED + 'identity = "xclient"\n'))
            client.command("XCLIENT ADDR=192.0.2.6 NAME=former.test LOGIN=eve")
            client.hello()
            for words in commands:
                self.assertEqual(client.command(f"XCLIENT {words}").code, 220)
            client.hello()
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            self.assertEqual(attributes_of(hop.commands, "XCLIENT")[-1], {"NAME": "far.test", "ADDR": "192.0.2.7", "LOGIN": "ann"})

    def test_its_clients_have_the_limits_and_it_has_none(self):
        address = self.relay(self.hop(), more_gateway=TRUSTED, limits={"sessions_per_client": 2})
        # Before they name a client.
        clients = [self.client(address) for _ in range(8)]
        found = [clients[i].command(f"XCLIENT ADDR=192.0.2.{i // 4}").code for i in range(8)]
        self.assertEqual(found, [220, 220, 421, 421] * 2)
        self.assertEqual([clients[i].read().code for i in (2, 3)], [0, 0])
        # Naming another client on the same connection frees the place of the former one; a refused client took none.
        self.assertEqual([clients[0].command("XCLIENT ADDR=192.0.2.9").code, clients[1].command("XCLIENT ADDR=192.0.2.9").code], [220, 220])
        self.assertEqual([self.client(address).command(f"XCLIENT ADDR=192.0.2.{i}").code for i in (0, 0, 9)], [220, 220, 421])
        # Its own address counts like any other once it is named; here the port makes it another client.
        self.assertEqual([self.client(address).command("XCLIENT ADDR=127.0.0.1").code for _ in range(3)], [220, 220, 421])

    def test_a_refused_client_says_so_and_all_sessions_count(self):
        address = self.relay(self.hop(), more_gateway=TRUSTED, limits={"sessions_per_client": 1, "sessions": 3})
        clients = [self.client(address) for _ in range(3)]
        self.assertEqual([told(client.command("XCLIENT ADDR=192.0.2.7"))[:4] for client in clients[:1]], ["220 "])
        self.assertEqual(told(clients[1].command("XCLIENT ADDR=192.0.2.7")), "421 4.7.0")
        self.assertEqual(clients[1].read().code, 0)
        clients[1].close()

    def test_a_client_that_a_balancer_named_counts(self):
        # The balancer may use XCLIENT as well, and its clients still have their limits.
        address = self.relay(self.hop(), more_gateway=TRUSTED + BALANCER, limits={"sessions_per_client": 1})
        expect_one_session_each(self, address)

    def test_errors_are_each_clients_own(self):
        client = self.client(self.relay(self.hop(), more_gateway=TRUSTED, limits={"errors": 3}))
        for i in range(3):
            self.assertEqual(client.command(f"XCLIENT ADDR=192.0.2.{i}").code, 220)
            client.hello()
            self.assertEqual([client.command("WHAT").code for _ in range(3)], [500] * 3)
        self.assertEqual(client.command("WHAT").code, 500)
        self.assertEqual(told(client.read()), "421 4.7.0")

    def test_an_address_that_nobody_knows_is_none_of_ours(self):
        self.start(gateway("out", "outbound", url(self.hop()), TRUSTED))
        client = self.client()
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 250)
        client.command("RSET")
        client.command("XCLIENT ADDR=[UNAVAILABLE]")
        client.hello()
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 550)

    def test_what_is_no_attribute(self):
        client = self.client(self.relay(self.hop(), more_gateway=TRUSTED))
        for words in ("", "ADDR", "ADDR=", "ADDR=192.0.2.777", "FOO=bar", "PORT=70000", "NAME=a+0D+0AEvil: b", "HELO=a+00", "NAME=a+2"):
            self.assertEqual(told(client.command(f"XCLIENT {words}".rstrip())), "501 5.5.4", words)
        client.command(f"MAIL FROM:<{ANN}>")
        self.assertEqual(told(client.command("XCLIENT ADDR=192.0.2.7")), "503 5.5.1")

    def test_a_name_can_not_forge_a_field(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_gateway=TRUSTED))
        client.command("XCLIENT ADDR=192.0.2.7 NAME=x+29+3B+28by")
        client.hello()
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertIn("(x???by [192.0.2.7])", header_of(hop.mails[0].data, "Received"))

    def test_a_named_client_has_no_login(self):
        hop = self.hop(extensions=("AUTH PLAIN",))
        self.start(gateway("out", "outbound", url(hop), TRUSTED).replace('trusted = ["127.0.0.0/8"]\n', ""))
        client = self.client()
        self.assertEqual(client.command("AUTH PLAIN AGJvYgB4").code, 235)
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 250)
        client.command("RSET")
        client.command("XCLIENT ADDR=192.0.2.7")
        client.hello()
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 550)


class Xforward(Dialogue):
    def test_it_speaks_of_the_next_mail_alone(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_gateway=TRUSTED))
        self.assertEqual(codes(client.pipeline("XFORWARD ADDR=192.0.2.7 NAME=far.test", "XFORWARD HELO=theirs.test PROTO=SMTP")), [250, 250])
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        first, second = (header_of(taken.data, "Received") for taken in hop.mails)
        self.assertRegex(first, r"^from theirs\.test \(far\.test \[192\.0\.2\.7\]\) .* with SMTP id")
        self.assertRegex(second, r"^from client\.test \(\[127\.0\.0\.1\]\) .* with ESMTP id")
        self.assertEqual([event["client"] for event in self.events(2)], ["192.0.2.7", "127.0.0.1"])

    def test_it_changes_nothing_in_how_the_session_is_spoken(self):
        client = self.client(self.relay(self.hop(), more_gateway=TRUSTED))
        client.command("XFORWARD PROTO=SMTP ADDR=192.0.2.7")
        client.envelope(ANN, BOB)
        self.assertEqual(codes(client.bdat(new_mail())), [250])

    def test_it_ends_with_rset(self):
        hop = self.hop()
        client = self.client(self.relay(hop, more_gateway=TRUSTED))
        client.command("XFORWARD ADDR=192.0.2.7")
        client.command("RSET")
        client.mail(new_mail(), ANN, BOB)
        self.assertIn("[127.0.0.1]", header_of(hop.mails[0].data, "Received"))

    def test_nothing_of_the_former_client_is_left(self):
        hop = self.hop(extensions=("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",))
        client = self.client(self.relay(hop, more_gateway=TRUSTED + 'identity = "xforward"\n'))
        client.command("XCLIENT ADDR=192.0.2.6 NAME=own.test LOGIN=eve")
        client.hello("own.test")
        wants = []
        for words in ("ADDR=192.0.2.7 NAME=far.test PORT=1000 HELO=theirs.test PROTO=SMTP IDENT=ABC SOURCE=REMOTE", "ADDR=192.0.2.8", "NAME=other.test IDENT=DEF"):
            client.command(f"XFORWARD {words}")
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            told_now = dict(word.split("=") for word in words.split(" "))
            wants.append({"NAME": NOBODY, "ADDR": "192.0.2.6", "PORT": NOBODY, "PROTO": "ESMTP", "HELO": NOBODY, "IDENT": NOBODY, "SOURCE": NOBODY, **told_now})
        # The last mail is the client's own again.
        client.mail(new_mail(), ANN, BOB)
        wants.append({"NAME": "own.test", "ADDR": "192.0.2.6", "PORT": NOBODY, "PROTO": "ESMTP", "HELO": "own.test", "IDENT": NOBODY, "SOURCE": NOBODY})
        self.assertEqual(attributes_of(hop.commands, "XFORWARD"), wants)

    def test_passed_on(self):
        hop = self.hop(extensions=("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",))
        client = self.client(self.relay(hop, more_gateway=TRUSTED + 'identity = "xforward"\n'))
        client.command("XFORWARD ADDR=192.0.2.7 NAME=far.test PORT=1000 HELO=theirs.test PROTO=SMTP IDENT=ABC SOURCE=REMOTE")
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        told_on = [line for line in hop.commands if line.startswith("XFORWARD")]
        self.assertEqual(told_on, ["XFORWARD NAME=far.test ADDR=192.0.2.7 PORT=1000 PROTO=SMTP HELO=theirs.test IDENT=ABC SOURCE=REMOTE"])


if __name__ == "__main__":
    main()

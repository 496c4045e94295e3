#!/usr/bin/python3
"""TLS on both sides, independent of each other; anything that came before the handshake is discarded (CVE-2011-0411)."""
import contextlib
import os
import ssl

from dialogue import ANN, BOB, Dialogue, codes, told
from fake_answers import Answer, Text
from fake_client import trusting_context
from fake_server import EXTENSIONS
from support import Cut, Raw, Stall, certificate, gateway, main, new_mail, wait_until


class Tls(Dialogue):
    def setUp(self):
        super().setUp()
        self.ours = certificate(self.folder)
        os.chmod(self.ours[1], 0o600)
        self.theirs = certificate(self.folder, "fake.test")

    def section(self, more=""):
        return f'[tls]\ncertificate = "{self.ours[0]}"\nkey = "{self.ours[1]}"\n{more}'

    def front(self, tls, hop=None, more_gateway="", **settings):
        """Starts a gateway with this kind of TLS for its clients. Returns its address."""
        return self.relay(hop or self.hop(), more_gateway=f'tls = "{tls}"\n{more_gateway}', more=self.section(), **settings)


class ToClients(Tls):
    def test_starttls(self):
        hop = self.hop()
        client = self.client(self.front("starttls", hop))
        self.assertIn("STARTTLS", client.extensions)
        self.assertEqual(client.start_tls().code, 250)
        self.assertNotIn("STARTTLS", client.extensions)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertRegex(hop.mails[0].data.decode(), r"\(using TLSv1\.3 with cipher TLS_\w+\)\s+by mx\.example\.org \(Backstop\) with ESMTPS id ")
        self.assertEqual(told(client.command("STARTTLS")), "503 5.5.1")

    def test_not_offered(self):
        for settings in ({}, {"more_gateway": 'tls = "none"\n', "more": self.section()}):
            client = self.client(self.relay(self.hop(), **settings))
            self.assertNotIn("STARTTLS", client.extensions)
            self.assertEqual(told(client.command("STARTTLS")), "502 5.5.1")

    def test_octets_injected_before_the_handshake(self):
        for injected in ("RSET\r\n", f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\n", "\0", "E"):
            with self.subTest(injected):
                hop = self.hop()
                client = self.client(self.front("starttls", hop))
                client.send("STARTTLS\r\n" + injected)
                self.assertEqual(told(client.read()), "501 5.5.1")
                self.assertEqual(client.read().code, 0)
                self.assertNotIn("MAIL", {line[:4] for line in hop.commands})

    def test_octets_injected_in_place_of_the_handshake(self):
        # They are not TLS, so the handshake fails.
        hop = self.hop()
        client = self.client(self.front("starttls", hop))
        self.assertEqual(client.command("STARTTLS").code, 220)
        client.send(f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\n")
        with contextlib.suppress(ConnectionResetError):
            while octets := client.connection.recv(4096):
                self.assertNotIn(b"250", octets)
        self.assertNotIn("MAIL", {line[:4] for line in hop.commands})

    def test_a_transaction_before_it_is_forgotten(self):
        client = self.client(self.front("starttls"))
        client.envelope(ANN, BOB)
        self.assertEqual(told(client.command("STARTTLS")), "503 5.5.1")
        client.command("RSET")
        self.assertEqual(client.command("STARTTLS").code, 220)
        client.connection = trusting_context().wrap_socket(client.connection)
        self.assertEqual(told(client.command(f"MAIL FROM:<{ANN}>")), "503 5.5.1")
        client.hello()
        self.assertEqual(codes(client.envelope(ANN, BOB)), [250, 250])

    def test_a_login_before_it_is_forgotten(self):
        hop = self.hop(extensions=(*EXTENSIONS, "AUTH PLAIN"))
        out = gateway("out", "outbound", f"smtp://127.0.0.1:{hop.port}", 'tls = "starttls"\n').replace('trusted = ["127.0.0.0/8"]\n', "")
        self.start(out, more=self.section())
        client = self.client()
        self.assertEqual(client.command("AUTH PLAIN AGJvYgB4").code, 235)
        client.start_tls()
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 530)
        self.assertEqual(client.command("AUTH PLAIN AGJvYgB4").code, 235)
        self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)
        self.assertIn(b" with ESMTPSA id ", hop.mails[0].data)

    def test_required(self):
        client = self.client(self.front("required"))
        for line in (f"MAIL FROM:<{ANN}>", "VRFY bob", f"RCPT TO:<{BOB}>", "DATA"):
            self.assertEqual(told(client.command(line)), "530 5.7.0", line)
        self.assertEqual(codes(client.pipeline("NOOP", "RSET", "HELP")), [250, 250, 214])
        client.start_tls()
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_implicit(self):
        hop = self.hop()
        address = self.front("implicit", hop)
        client = self.client(address, hello=None)
        client.connection = trusting_context().wrap_socket(client.connection)
        self.assertEqual(client.read().code, 220)
        client.hello()
        self.assertNotIn("STARTTLS", client.extensions)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertIn(b" with ESMTPS id ", hop.mails[0].data)
        # A client without TLS gets no reply.
        plain = self.client(address, hello=None)
        plain.send("EHLO client.test\r\n")
        with contextlib.suppress(ConnectionResetError):
            self.assertNotIn(b"220", plain.connection.recv(4096))

    def test_old_versions_are_refused(self):
        client = self.client(self.front("starttls"))
        self.assertEqual(client.command("STARTTLS").code, 220)
        context = trusting_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        # Python warns of such an old version, which is used here on purpose.
        with self.assertWarns(DeprecationWarning):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(client.connection)

    def test_a_balancer_in_front_of_implicit_tls(self):
        hop = self.hop()
        address = self.front("implicit", hop, more_gateway='proxy_protocol = ["127.0.0.1"]\n')
        # The header and the first octets of the handshake in one packet.
        client = self.client(address, hello=None)
        context = trusting_context()
        inbox, outbox = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(inbox, outbox)
        with self.assertRaises(ssl.SSLWantReadError):
            session.do_handshake()
        client.send(b"PROXY TCP4 192.0.2.7 192.0.2.8 1000 465\r\n" + outbox.read())
        while True:
            inbox.write(client.connection.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                session.do_handshake()
                break
        client.send(outbox.read())
        greeting = b""
        while not greeting.endswith(b"\r\n"):
            with contextlib.suppress(ssl.SSLWantReadError):
                greeting += session.read()
                continue
            inbox.write(client.connection.recv(65536))
        self.assertTrue(greeting.startswith(b"220 mx.example.org"), greeting)


# next_hop_tls, what the next hop does, want reply to RCPT, want TLS
HOPS = [
    ("never", {"certificate": True}, "250 2.1.5", False),
    ("offered", {}, "250 2.1.5", False),
    ("offered", {"certificate": True}, "250 2.1.5", True),
    ("offered", {"certificate": True, "starttls": "454 4.7.0 not now"}, "250 2.1.5", False),
    ("required", {"certificate": True}, "250 2.1.5", True),
    ("required", {}, "451 4.7.5", False),
    ("required", {"certificate": True, "starttls": "454 4.7.0 not now"}, "451 4.7.5", False),
    ("required", {"certificate": True, "starttls": Raw(b"220 go ahead\r\n", good=False)}, "451 4.7.5", False),
    ("offered", {"certificate": True, "starttls": Raw(b"220 go ahead\r\n250 ok\r\n", good=True)}, "451 4.5.0", False),
    ("required", {"certificate": True, "starttls": Raw(b"220 go ahead\r\n250-fake.test\r\n250 AUTH PLAIN\r\n", good=True)}, "451 4.5.0", False),
]


class WithinTls(Answer):
    """One reply within TLS, another before it."""

    def __init__(self, within, before):
        self.within, self.before = Text(within), Text(before)

    def perform(self, session):
        return (self.within if session.stream.is_tls else self.before).perform(session)


class InHandshake(Answer):
    """Answers 220, and sends something other than TLS once the client has begun the handshake."""

    def __init__(self, then):
        self.then = then

    def perform(self, session):
        Text("220 2.0.0 go ahead").perform(session)
        if not session.buffer:
            session.more()
        return self.then.perform(session)


# name, what comes in the handshake, want reply to RCPT, want line in the log
HANDSHAKES = [
    ("ended", Cut(reset=False), "451 4.4.2", "ended the connection: the connection was lost"),
    ("reset", Cut(), "451 4.4.2", "ended the connection: the connection was lost"),
    ("ended within a record", Cut(b"\x16\x03\x03\x00\x7a\x02", reset=False), "451 4.4.2", "ended the connection: the connection was lost"),
    ("silent", Stall(), "451 4.4.2", "did not answer in time"),
    ("no TLS but SMTP", Raw(b"250 2.0.0 ok\r\n" * 100), "451 4.7.5", "has no TLS as the configuration demands"),
    ("octets", Raw(bytes(range(255, -1, -1))), "451 4.7.5", "has no TLS as the configuration demands"),
    ("refused by an alert", Raw(b"\x15\x03\x03\x00\x02\x02\x28"), "451 4.7.5", "has no TLS as the configuration demands"),
]


class ToNextHops(Tls):
    def through(self, hop, mode, scheme="smtp", host="127.0.0.1", more=""):
        self.start(gateway("in", "inbound", f"{scheme}://{host}:{hop.port}", f'next_hop_tls = "{mode}"\n'), more=more, limits={"next_hop_connect": "2s"})
        return self.client()

    def test_each(self):
        for mode, how, want_reply, want_tls in HOPS:
            with self.subTest(mode, **how):
                answers = {"starttls": how["starttls"]} if "starttls" in how else {}
                hop = self.hop(answers, certificate=self.theirs if how.get("certificate") else None)
                client = self.through(hop, mode)
                self.assertEqual(told(client.envelope(ANN, BOB)[1]), want_reply)
                is_tls = any(stream.is_tls for stream in hop.streams if b"MAIL" in stream.octets)
                self.assertEqual(is_tls, want_tls)
                if want_reply.startswith("451"):
                    self.assertNotIn("MAIL", {line[:4] for line in hop.commands})

    def test_octets_of_a_next_hop_before_the_handshake(self):
        """Anybody could have sent them, so there is no handshake after them (CVE-2011-0411)."""
        for mode in ("offered", "required"):
            with self.subTest(mode):
                hop = self.hop({"starttls": Raw(b"220 go ahead\r\n250 ok\r\n", good=True)}, certificate=self.theirs)
                client = self.through(hop, mode)
                self.assertEqual(told(client.envelope(ANN, BOB)[1]), "451 4.5.0")
                wait_until(lambda: "it spoke before the TLS handshake" in self.gate.log(), "the log says so")
                wait_until(lambda hop=hop: all(stream.is_over for stream in hop.streams), "the gateway has closed each connection")
                self.assertFalse(any(stream.is_tls for stream in hop.streams))

    def test_a_handshake_that_fails(self):
        for name, answer, want_reply, want_line in HANDSHAKES:
            for mode in ("offered", "required"):
                with self.subTest(name, mode=mode):
                    hop = self.hop({"starttls": InHandshake(answer)}, certificate=self.theirs)
                    client = self.through(hop, mode)
                    replies = client.envelope(ANN, BOB)
                    self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", want_reply])
                    self.assertNotIn(250, codes(client.pipeline("DATA", "QUIT")))
                    self.assertFalse({"MAIL", "RCPT", "DATA"}.intersection(line[:4] for line in hop.commands))
                    self.assertEqual(hop.mails, [])
                    line = f"next hop smtp://127.0.0.1:{hop.port} {want_line}"
                    wait_until(lambda line=line: line in self.gate.log(), line)

    def test_only_extensions_within_tls_count(self):
        hop = self.hop({"ehlo": WithinTls("250-fake.test\r\n250 8BITMIME", before="250-fake.test\r\n250 STARTTLS")}, certificate=self.theirs)
        client = self.through(hop, "required")
        self.assertIn("8BITMIME", client.extensions)

    def test_a_certificate_that_is_good(self):
        for scheme in ("smtp", "smtps"):
            with self.subTest(scheme):
                hop = self.hop(certificate=self.theirs, implicit=scheme == "smtps")
                client = self.through(hop, "verified", scheme, more=f'[tls]\nnext_hop_ca = "{self.theirs[0]}"\n')
                self.assertEqual(told(client.mail(new_mail(), ANN, BOB)), "250 2.0.0")

    def test_a_certificate_that_is_not(self):
        wrong_name = certificate(self.folder, "other.test", address="192.0.2.1")
        # name, certificate of the next hop, authorities
        for name, shown, believed in (("of nobody we know", self.theirs, self.ours[0]), ("for another host", wrong_name, wrong_name[0])):
            for scheme in ("smtp", "smtps"):
                with self.subTest(name, scheme=scheme):
                    hop = self.hop(certificate=shown, implicit=scheme == "smtps")
                    client = self.through(hop, "verified", scheme, more=f'[tls]\nnext_hop_ca = "{believed}"\n')
                    self.assertEqual(told(client.envelope(ANN, BOB)[1]), "451 4.7.5")
                    self.assertNotIn("MAIL", {line[:4] for line in hop.commands})

    def test_a_certificate_is_checked_only_if_configured(self):
        hop = self.hop(certificate=self.theirs, implicit=True)
        client = self.through(hop, "required", "smtps")
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_no_tls_where_it_was_promised(self):
        for scheme, mode in (("smtps", "required"), ("smtps", "offered")):
            client = self.through(self.hop(), mode, scheme)
            self.assertEqual(told(client.envelope(ANN, BOB)[1]), "451 4.7.5")

    def test_a_pooled_session(self):
        hop = self.hop(certificate=self.theirs)
        client = self.through(hop, "required")
        for _ in range(3):
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(len([stream for stream in hop.streams if b"MAIL" in stream.octets]), 1)
        hop.cut_sessions()
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)

    def test_both_sides(self):
        hop = self.hop(certificate=self.theirs)
        client = self.client(self.front("starttls", hop, 'next_hop_tls = "required"\n'))
        client.start_tls()
        mail = new_mail(text="x" * 70 + "\n" * 2) + b"y" * 300_000 + b"\r\n"
        self.assertEqual(client.mail(mail, ANN, BOB).code, 250)
        self.assertTrue(hop.mails[0].data.endswith(mail))


if __name__ == "__main__":
    main()

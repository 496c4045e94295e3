#!/usr/bin/python3
"""swaks and Python's smtplib as clients: TLS in each form, parameters of MAIL and RCPT, and the words of refusals."""
import contextlib
import smtplib
import ssl

from support import (Backstop, Case, Dovecot, FakeClient, Postfix, body_of, certificate, config, gateway, header_of, main, needs, new_mail,
                     swaks, wait_until)

ANN, BOB, CARL, GONE = "ann@example.org", "bob@example.net", "carl@example.org", "gone@example.org"
CARL_UTF8 = "jürgen@example.org"


class Behind(Case):
    """A gateway for each form of TLS, in front of one Postfix that speaks TLS itself at a second port."""

    FORMS = {"none": "", "starttls": 'tls = "starttls"\n', "required": 'tls = "required"\n', "implicit": 'tls = "implicit"\n'}

    def setUp(self):
        super().setUp()
        certificate_path, key_path = certificate(self.folder)
        tls = f"-o smtpd_tls_security_level=encrypt -o smtpd_tls_chain_files={key_path},{certificate_path}"
        self.home = self.enterContext(Postfix(
            self.folder, "home", {"virtual_mailbox_domains": "example.org", "message_size_limit": 500_000},
            services={"smtp": "", "tls": tls}, mailboxes=[ANN, CARL, CARL_UTF8]))
        forms = [gateway(name, "inbound", f"smtp://127.0.0.1:{self.home.port}", more) for name, more in self.FORMS.items()]
        behind_tls = gateway("verified", "inbound", f"smtp://127.0.0.1:{self.home.ports['tls']}", 'next_hop_tls = "verified"\n')
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            *forms, behind_tls,
            more=f'[tls]\ncertificate = "{certificate_path}"\nkey = "{key_path}"\nnext_hop_ca = "{certificate_path}"\n')))

    def arrived(self, address=ANN, count=1):
        return self.home.wait_for_mails(address, count)[-1]


@needs("backstop", "postfix", "swaks")
class Swaks(Behind):
    # gateway, options of swaks, want_protocol: as the Received field has it
    WAYS = [
        ("none", [], "ESMTP"),
        ("none", ["--protocol", "SMTP"], "SMTP"),
        ("none", ["--pipeline"], "ESMTP"),
        ("starttls", [], "ESMTP"),
        ("starttls", ["--tls"], "ESMTPS"),
        ("starttls", ["--tls", "--tls-protocol", "tlsv1_2"], "ESMTPS"),
        ("starttls", ["--tls", "--pipeline"], "ESMTPS"),
        ("required", ["--tls"], "ESMTPS"),
        ("implicit", ["--tls-on-connect"], "ESMTPS"),
        ("verified", [], "ESMTP"),
    ]

    def test_ways(self):
        for count, (name, options, want_protocol) in enumerate(self.WAYS, start=1):
            with self.subTest(name, options=options):
                mail = new_mail(BOB, ANN, text=f"the {count}th\n.\n..")
                done = swaks(self.gateway.address(name), "--from", BOB, "--to", ANN, *options, mail=mail)
                self.assertEqual(done.status, 0, done)
                arrived = self.arrived(count=count)
                self.assertEqual((header_of(arrived, "Message-ID"), body_of(arrived).rstrip()),
                                 (header_of(mail, "Message-ID"), body_of(mail).rstrip()))
                self.assertRegex(arrived.decode(), rf"by mx\.example\.org \(Backstop\) with {want_protocol} id ")

    # gateway, options of swaks, want_reply: the line that refuses
    REFUSALS = [
        ("none", ["--from", BOB, "--to", BOB], r"550 5\.7\.1 "),
        ("none", ["--from", BOB, "--to", GONE], r"550 5\.1\.1 <gone@example\.org>: Recipient address rejected: User unknown"),
        ("none", ["--from", "bob@[", "--to", ANN], r"5\d\d 5\.1\.7 |501 5\.\d\.\d "),
        ("required", ["--from", BOB, "--to", ANN], r"530 5\.7\.0 "),
        ("none", ["--from", BOB, "--to", ANN, "--tls"], None),
        ("starttls", ["--from", BOB, "--to", ANN, "--tls", "--tls-protocol", "tlsv1_1"], None),
        ("none", ["--from", BOB, "--to", ANN, "--auth", "PLAIN", "--auth-user", "ann", "--auth-password", "x"], None),
    ]

    def test_refusals(self):
        for name, options, want_reply in self.REFUSALS:
            with self.subTest(name, options=options):
                done = swaks(self.gateway.address(name), *options)
                self.assertNotEqual(done.status, 0, done)
                if want_reply:
                    self.assertRegex("\n".join(done.replies()), f"(?m)^({want_reply})", done)
        self.assertEqual(self.home.mailbox(ANN), [])


@needs("backstop", "postfix")
class Smtplib(Behind):
    @contextlib.contextmanager
    def client(self, name, tls=False):
        context = ssl.create_default_context(cafile=self.folder / "mx.example.org.crt")
        with smtplib.SMTP(*self.gateway.address(name), local_hostname="client.test", timeout=60) as client:
            if tls:
                client.starttls(context=context)
            yield client

    def test_8bitmime(self):
        mail = new_mail(BOB, ANN, text="Grüße", headers=("MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                                                         "Content-Transfer-Encoding: 8bit"))
        with self.client("starttls", tls=True) as client:
            client.ehlo()
            self.assertTrue(client.has_extn("8bitmime"))
            client.sendmail(BOB, [ANN, CARL], mail, mail_options=["BODY=8BITMIME"])
        for address in (ANN, CARL):
            self.assertEqual(body_of(self.arrived(address)), "Grüße\n".encode())

    def test_smtputf8(self):
        mail = new_mail("björn@example.net", CARL_UTF8, subject="Grüße")
        with self.client("starttls", tls=True) as client:
            client.ehlo()
            client.sendmail("björn@example.net", [CARL_UTF8], mail, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        arrived = self.arrived(CARL_UTF8)
        self.assertEqual(header_of(arrived, "Return-Path"), "<björn@example.net>")
        self.assertIn(" with UTF8SMTPS ", arrived.decode())

    def test_size(self):
        # The next hop's SIZE is offered. A mail past it is refused before it is sent, and also if the client announced a smaller size.
        with self.client("none") as client:
            client.ehlo()
            self.assertEqual(client.esmtp_features["size"], "500000")
            # MAIL or RCPT is answered so, and the data is never sent.
            large = new_mail(BOB, ANN, text="long line\n" * 60_000)
            replies = client.mail(BOB, [f"SIZE={len(large)}"]), client.rcpt(ANN)
            self.assertIn(552, [code for code, _ in replies], replies)
        with FakeClient(self.gateway.address("none")) as client:
            self.assertEqual(client.mail(new_mail(BOB, ANN, text="long line\n" * 60_000), BOB, ANN).code, 552)
        self.assertEqual(self.home.mailbox(ANN), [])

    def test_nothing_survives_starttls(self):
        # Octets that a man in the middle put behind STARTTLS must not be taken for the client's.
        with FakeClient(self.gateway.address("starttls")) as client:
            client.send(f"STARTTLS\r\nMAIL FROM:<{BOB}>\r\nRCPT TO:<{ANN}>\r\n")
            self.assertEqual([client.read().code, client.read().code], [501, 0])

    def test_many_mails_in_one_session(self):
        with self.client("starttls", tls=True) as client:
            for number in range(50):
                client.sendmail(BOB, [ANN], new_mail(BOB, ANN))
                if number % 10 == 0:
                    with self.assertRaises(smtplib.SMTPRecipientsRefused):
                        client.sendmail(BOB, [GONE], new_mail(BOB, GONE))
        self.arrived(count=50)
        self.assertEqual(len(self.home.mailbox(ANN)), 50)


@needs("backstop", "postfix", "dovecot", "swaks")
class Auth(Case):
    """A client outside the trusted networks must log in at the next hop: a Postfix whose users are Dovecot's."""

    def setUp(self):
        super().setUp()
        users = self.enterContext(Dovecot(self.folder, "users", [ANN],
                                          "service auth {\n  unix_listener {folder}/auth.sock {\n    mode = 0666\n  }\n}\n"
                                          .replace("{folder}", str(self.folder / "users")) + "auth_mechanisms = plain login\n"))
        self.submission = self.enterContext(Postfix(self.folder, "submission", {
            "virtual_mailbox_domains": "example.net", "smtpd_sasl_auth_enable": "yes", "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": users.folder / "auth.sock"}, mailboxes=[BOB]))
        certificate_path, key_path = certificate(self.folder)
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            gateway("out", "outbound", f"smtp://127.0.0.1:{self.submission.port}", 'tls = "starttls"\n')
            .replace("127.0.0.0/8", "192.0.2.0/24"),
            more=f'[tls]\ncertificate = "{certificate_path}"\nkey = "{key_path}"\n')))

    def send(self, *options):
        return swaks(self.gateway.address("out"), "--from", ANN, "--to", BOB, *options)

    def test_a_stranger_is_told_to_log_in(self):
        done = self.send("--tls")
        self.assertNotEqual(done.status, 0)
        self.assertRegex("\n".join(done.replies()), r"(?m)^530 5\.7\.0 ")

    def test_a_client_that_logs_in_may_send(self):
        for count, mechanism in enumerate(("PLAIN", "LOGIN"), start=1):
            with self.subTest(mechanism):
                done = self.send("--tls", "--auth", mechanism, "--auth-user", ANN, "--auth-password", "x")
                self.assertEqual(done.status, 0, done)
                mails = self.submission.wait_for_mails(BOB, count)
                self.assertRegex(header_of(mails[-1], "Return-Path"), r"^<prvs=[0-9a-f]{10}=ann@example\.org>$")
                self.assertIn(" with ESMTPSA ", mails[-1].decode())
        wait_until(lambda: f"sasl_username={ANN}" in self.submission.log(), "it is in the log")

    def test_the_next_hop_refuses_a_wrong_password(self):
        done = self.send("--tls", "--auth", "PLAIN", "--auth-user", ANN, "--auth-password", "wrong")
        self.assertNotEqual(done.status, 0)
        self.assertRegex("\n".join(done.replies()), r"(?m)^535 5\.7\.8 ")
        self.assertEqual(self.submission.mailbox(BOB), [])


if __name__ == "__main__":
    main()

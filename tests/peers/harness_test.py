#!/usr/bin/python3
"""The mail servers by themselves, without Backstop, since the other tests here rely on them."""
import os
import pathlib
import subprocess
import warnings

from open_to_all import copy_for_all, is_open, open_place
from support import (Case, Dovecot, Exim, FakeClient, FakeServer, OpenDkim, OpenSmtpd, Postfix, Sendmail, SmtpSink, body_of, certificate, exim_relay,
                     header_of, main, needs, new_mail, smtp_source, swaks, wait_until)

ANN, BOB, NOBODY = "ann@example.org", "bob@example.net", "nobody@example.net"


class OpenToAll(Case):
    """Files that other users run and read must be reachable even if the clone is in a folder that only its owner can enter."""

    def setUp(self):
        super().setUp()
        self.closed = self.folder / "closed"
        (self.closed / "inner").mkdir(parents=True)
        self.closed.chmod(0o700)

    def test_a_closed_folder_is_no_place(self):
        for folder, want in ((self.folder, True), (self.closed, False), (self.closed / "inner", False), (self.folder / "gone", False)):
            with self.subTest(folder):
                self.assertEqual(is_open(folder), want)
        self.assertEqual(open_place(self.folder), self.folder)
        self.assertIn(open_place(self.closed / "inner"), ("/tmp", "/var/tmp"))

    def test_a_copy_can_be_reached(self):
        tree = self.closed / "tree"
        for name, mode in (("program", 0o4700), ("deep/data", 0o600)):
            path = self.write(tree / name, "#!/bin/sh\nexec cat \"${0%/*}/deep/data\"\n" if name == "program" else "read by all")
            path.chmod(mode)
        (tree / "deep").chmod(0o700)
        (tree / "link").symlink_to("deep/data")
        copy = copy_for_all(tree)
        self.assertEqual(copy_for_all(tree), copy)
        self.assertTrue(is_open(copy / "deep"))
        self.assertEqual([(copy / name).stat().st_mode & 0o7777 for name in ("program", "deep/data")], [0o755, 0o644])
        self.assertEqual(os.readlink(copy / "link"), "deep/data")
        other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([copy / "program"], capture_output=True, text=True, check=False, **other)
        self.assertEqual((done.returncode, done.stdout), (0, "read by all"), done.stderr)

    def test_one_file_is_copied_alone(self):
        path = self.write(self.closed / "one", "x")
        copy = copy_for_all(path)
        self.assertEqual((copy.read_text(), [one.name for one in copy.parent.iterdir()]), ("x", ["one"]))

    def test_copies_go_with_the_process(self):
        code = ("import pathlib, sys; from open_to_all import copy_for_all; "
                "copy = copy_for_all(pathlib.Path(sys.argv[1])); print(copy, copy.exists())")
        path = self.write("mine", "x")
        done = subprocess.run(["/usr/bin/python3", "-W", "error", "-c", code, path], capture_output=True, text=True, check=True,
                              cwd=pathlib.Path(__file__).parent)
        copy, was_there = done.stdout.split()
        self.assertEqual((was_there, pathlib.Path(copy).parent.exists(), done.stderr), ("True", False, ""))


@needs("postfix")
class TwoPostfixes(Case):
    def setUp(self):
        super().setUp()
        # Each relays what it does not deliver itself to the other, and learns only after accepting a mail whether its mailbox exists.
        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "smtpd_reject_unlisted_recipient": "no"},
                            mailboxes=[ANN])
        self.far = Postfix(self.folder, "far", {"virtual_mailbox_domains": "example.net", "smtpd_reject_unlisted_recipient": "no"},
                           mailboxes=[BOB])
        for one, other in ((self.home, self.far), (self.far, self.home)):
            one.set({"default_transport": "smtp", "relayhost": f"[127.0.0.1]:{other.port}"})
            self.enterContext(one)

    def test_a_mail_is_relayed(self):
        mail = new_mail(ANN, BOB)
        self.home.send(mail, ANN, BOB)
        arrived = self.far.wait_for_mails(BOB)[0]
        self.assertEqual((header_of(arrived, "Return-Path"), header_of(arrived, "Message-ID")), (f"<{ANN}>", header_of(mail, "Message-ID")))
        self.assertEqual(body_of(arrived), body_of(mail))

    def test_an_unknown_recipient_is_bounced(self):
        mail = new_mail(ANN, NOBODY)
        with FakeClient(self.far.port.address) as client:
            self.assertEqual(client.mail(mail, ANN, NOBODY).code, 250)
        bounce = self.home.wait_for_mails(ANN)[0]
        self.assertEqual(header_of(bounce, "Return-Path"), "<>")
        self.assertRegex(header_of(bounce, "Content-Type"), "^multipart/report; report-type=delivery-status;")
        self.assertIn(f"Message-ID: {header_of(mail, 'Message-ID')}".encode(), body_of(bounce))
        wait_until(lambda: not self.home.queue() + self.far.queue(), "both queues are empty")


@needs("postfix")
class PostfixCallout(Case):
    def test_a_sender_is_verified(self):
        home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN]))
        far = self.enterContext(Postfix(self.folder, "far", {
            "virtual_mailbox_domains": "example.net", "default_transport": "smtp", "relayhost": f"[127.0.0.1]:{home.port}",
            "smtpd_sender_restrictions": "reject_unverified_sender", "address_verify_sender": "<>", "address_verify_map": "",
            "address_verify_poll_count": "20", "address_verify_poll_delay": "1s", "unverified_sender_reject_code": "550",
        }, mailboxes=[BOB]))
        for sender, want_code in ((ANN, 250), ("gone@example.org", 550)):
            with self.subTest(sender), FakeClient(far.port.address) as client:
                self.assertEqual(client.envelope(sender, BOB)[1].code, want_code)
        wait_until(lambda: "from=<> to=<gone@example.org> proto=ESMTP helo=<far.test>" in home.log(), "it is in the log")


@needs("postfix", "exim")
class EximPeers(Case):
    def test_it_sends(self):
        sink = self.enterContext(SmtpSink(self.folder, "sink"))
        exim = self.enterContext(Exim(self.folder, "exim", "acl_smtp_rcpt = accept\n", exim_relay(sink.port)))
        mail = new_mail(ANN, BOB)
        exim.send(mail, ANN, BOB)
        with FakeClient(exim.port.address) as client:
            self.assertEqual(client.mail(mail, ANN, BOB).code, 250)
        mails = wait_until(lambda: len(sink.mails()) == 2 and sink.mails(), "two mails in the sink")
        for taken in mails:
            self.assertIn(f"X-Mail-Args: <{ANN}>".encode(), taken)
            self.assertTrue(taken.replace(b"\r\n", b"\n").rstrip().endswith(b"Shall we meet at noon?"), taken)

    def test_it_verifies_a_sender(self):
        home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN]))
        exim = self.enterContext(Exim(self.folder, "exim", "acl_smtp_rcpt = recipient\n", exim_relay(home.port)))
        for sender, want_code in ((ANN, 250), ("gone@example.org", 550)):
            with self.subTest(sender), FakeClient(exim.port.address) as client:
                self.assertEqual(client.envelope(sender, BOB)[1].code, want_code)
        wait_until(lambda: "from=<> to=<gone@example.org>" in home.log(), "it is in the log")


class Bouncing(Case):
    """They relay to a server that refuses the recipient, and send the bounce to another one."""

    def check(self, start):
        refusing, back = self.enterContext(FakeServer({"rcpt": "550 5.1.1 who?"})), self.enterContext(FakeServer())
        far = self.enterContext(start({"example.net": refusing.port, "example.org": back.port}))
        mail = new_mail(ANN, NOBODY)
        with FakeClient(far.port.address) as client:
            # OpenSMTPD wants a command at a time.
            self.assertEqual([client.command(line).code for line in (f"MAIL FROM:<{ANN}>", f"RCPT TO:<{NOBODY}>")], [250, 250])
            self.assertEqual(client.data(mail).code, 250)
        bounce = wait_until(lambda: back.mails and back.mails[0], "the bounce")
        self.assertEqual((bounce.sender, bounce.recipients), ("", [ANN]))
        self.assertIn(f"Message-ID: {header_of(mail, 'Message-ID')}".encode(), body_of(bounce.data))
        self.assertIn(b"MAILER-DAEMON@far.test", bounce.data)

    @needs("sendmail")
    def test_sendmail(self):
        self.check(lambda ways: Sendmail(self.folder, "far", ways))

    @needs("opensmtpd")
    def test_opensmtpd(self):
        self.check(lambda ways: OpenSmtpd(self.folder, "far", ways))


@needs("postfix", "opendkim", "dkim")
class Signing(Case):
    def test_opendkim(self):
        import dkim  # pylint: disable=import-outside-toplevel  # it may be missing
        back = self.enterContext(FakeServer())
        signer = self.enterContext(OpenDkim(self.folder, "signer", "example.org", "relaxed/simple"))
        home = self.enterContext(Postfix(self.folder, "home", {"default_transport": "smtp", "relayhost": f"[127.0.0.1]:{back.port}",
                                                                "non_smtpd_milters": signer.milter}))
        home.send(new_mail(ANN, BOB), ANN, BOB)
        signed = wait_until(lambda: back.mails and back.mails[0].data, "it has arrived")
        names = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertTrue(dkim.verify(signed, dnsfunc=lambda name, timeout=5: names.append(name) or signer.record.encode()))
        self.assertEqual(set(names), {b"sel._domainkey.example.org."})


@needs("dovecot", "swaks")
class DovecotLmtp(Case):
    def test_it_takes_a_mail(self):
        dovecot = self.enterContext(Dovecot(self.folder, "box", [BOB]))
        for count, where in enumerate((dovecot.port.address, dovecot.socket), start=1):
            with self.subTest(where):
                mail = new_mail(ANN, BOB)
                done = swaks(where, "--protocol", "LMTP", "--from", ANN, "--to", BOB, mail=mail)
                self.assertEqual(done.status, 0, done)
                # Dovecot answers 250 only once the mail is there.
                self.assertEqual(len(dovecot.mailbox(BOB)), count)
                # swaks adds a line at the end.
                self.assertEqual(body_of(dovecot.mailbox(BOB)[-1]).rstrip(), body_of(mail).rstrip())

    def test_it_refuses_an_unknown_recipient(self):
        dovecot = self.enterContext(Dovecot(self.folder, "box", [BOB]))
        with FakeClient(dovecot.port.address, verb="LHLO") as client:
            self.assertEqual([reply.code for reply in client.envelope(ANN, BOB, NOBODY)], [250, 250, 550])


@needs("swaks")
class Swaks(Case):
    def test_it_speaks_tls(self):
        with FakeServer(certificate=certificate(self.folder)) as server:
            done = swaks(server.address, "--tls", "--from", ANN, "--to", BOB)
            self.assertEqual((done.status, len(server.mails)), (0, 1), done)
            self.assertIn("STARTTLS", server.commands)

    def test_it_tells_a_refusal(self):
        with FakeServer({"rcpt": "550 5.1.1 who?"}) as server:
            done = swaks(server.address, "--from", ANN, "--to", BOB)
            self.assertNotEqual(done.status, 0)
            self.assertIn("550 5.1.1 who?", done.replies())


@needs("postfix")
class Load(Case):
    def test_source_fills_sink(self):
        sink = self.enterContext(SmtpSink(self.folder, "sink"))
        done = smtp_source(sink.port.address, "-s", 4, "-m", 50, sender=ANN, recipient=BOB)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(len(sink.mails()), 50)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Exim as a client: in chunks, pipelined, under TLS; and as a server that bounces."""
import re

from support import (Backstop, Case, Exim, FakeClient, Postfix, body_of, certificate, config, gateway, header_of, main, needs, new_mail,
                     wait_until)

ANN, CARL, GONE = (f"{name}@example.org" for name in ("ann", "carl", "gone"))
BOB, NOBODY = "bob@example.net", "nobody@example.net"

# example.net is its own. It learns only after accepting a mail that every user but bob is unknown. All else goes to the gateway.
SECTIONS = """
begin acl
recipient:
  accept
begin routers
own:
  driver = accept
  domains = example.net
  local_parts = bob
  transport = box
unknown:
  driver = redirect
  domains = example.net
  allow_fail
  data = :fail: no such user here
relay:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = relay
  self = send
begin transports
box:
  driver = appendfile
  maildir_format
  directory = {folder}/mail/bob
relay:
  driver = smtp
  port = GATEWAY
  hosts_require_tls = *
  tls_verify_certificates =
begin retry
* * F,1h,1s
"""


@needs("backstop", "postfix", "exim")
class EximSends(Case):
    def setUp(self):
        super().setUp()
        self.home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org"}, services={
            "smtp": "", "plain": "-o smtpd_discard_ehlo_keywords=chunking,pipelining,8bitmime,dsn"}, mailboxes=[ANN, CARL]))
        certificate_path, key_path = certificate(self.folder)
        self.gateway = self.enterContext(Backstop(self.folder, "gateway", config(
            *(gateway(service, "inbound", f"smtp://127.0.0.1:{port}", 'tls = "starttls"\n') for service, port in self.home.ports.items()),
            more=f'[tls]\ncertificate = "{certificate_path}"\nkey = "{key_path}"\n')))

    def exim(self, service):
        return self.enterContext(Exim(self.folder, f"exim-{service}", "acl_smtp_rcpt = recipient\n",
                                      SECTIONS.replace("GATEWAY", str(self.gateway.address(service)[1]))))

    def test_chunks_pipelining_and_tls(self):
        text = ".\n..\n.a line\n" + "".join(f"line {i} of a mail of some size\n" for i in range(30_000)) + "\n\n."
        for count, service in enumerate(self.home.ports, start=1):
            with self.subTest(service):
                exim = self.exim(service)
                mail = new_mail(BOB, ANN, text=text)
                exim.send(mail, BOB, ANN, CARL)
                for address in (ANN, CARL):
                    arrived = self.home.wait_for_mails(address, count)[-1]
                    self.assertTrue(body_of(arrived) == body_of(mail), "the text is another")
                    header = arrived.partition(b"\r\n\r\n")[0].decode()
                    self.assertRegex(header, r"Received: from exim-[a-z]+\.test \(\[127\.0\.0\.1\]\)\s[^;]*"
                                             r"by mx\.example\.org[^;]* with ESMTPS ")
                wait_until(lambda log=exim.log: " Completed" in log(), "Exim is done with it")
                # Exim's log has K for CHUNKING, L for PIPELINING, X for TLS.
                lines = [line for line in exim.log().splitlines() if " => " in line or " -> " in line]
                self.assertEqual(len(lines), 2, exim.log())
                for line in lines:
                    self.assertRegex(line, r" L ")
                    self.assertRegex(line, r" K ")
                    self.assertRegex(line, r" X=TLS1\.[23]:")
                    self.assertRegex(line, r' C="250 2\.0\.0 Ok: .*queued as ')

    def test_a_recipient_that_home_refuses(self):
        exim = self.exim("smtp")
        exim.send(new_mail(BOB, ANN), BOB, ANN, GONE)
        self.home.wait_for_mails(ANN, 1)
        # Exim reports home's words to its own user.
        notice = wait_until(lambda: list((exim.folder / "mail/bob/new").glob("*")), "bob is told")[0].read_text()
        self.assertIn(GONE, notice)
        self.assertRegex(notice, r"550 5\.1\.1 <gone@example\.org>: Recipient address rejected: User unknown")

    def test_its_bounce_of_our_mail_is_accepted_and_of_a_forged_one_refused(self):
        """The tag alone is a doubtful proof, since our mail has watermarks and the header that comes back has none."""
        exim = self.exim("smtp")
        tagged = self.gateway.command("tag", "sign", "--keys", self.gateway.folder / "keys", ANN).decode().strip()
        for sender in (tagged, ANN):
            with FakeClient(exim.port.address) as client:
                self.assertEqual(client.mail(new_mail(ANN, NOBODY), sender, NOBODY).code, 250)
        bounce = self.home.wait_for_mails(ANN, 1)[0]
        self.assertRegex(header_of(bounce, "Backstop-Verdict"), "^unproven; kind=dsn-failed; certainty=structural; cause=tag-only;")
        self.assertEqual((header_of(bounce, "Return-Path"), header_of(bounce, "X-Failed-Recipients")), ("<>", NOBODY))
        wait_until(lambda: re.search(r"\*\* ann@example\.org .*550 5\.7\.1 ", exim.log()), "Exim is told that the other one is refused")
        events = self.gateway.wait_for_events(2, kind="dsn-failed")
        self.assertEqual({(event["cause"], event["done"]) for event in events}, {("tag-only", "labelled"), ("missing", "refused")})
        self.assertEqual(len(self.home.mailbox(ANN)), 1)


if __name__ == "__main__":
    main()

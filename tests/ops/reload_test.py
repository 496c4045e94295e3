#!/usr/bin/python3
"""SIGHUP: what takes effect, what is named, and what a broken file changes (nothing)."""
import re
import shutil
import ssl

from ops import ANN, BOB, Case, FakeClient, FakeServer, Service, certificate, config, inbound, main, new_mail, outbound, send, url, wait_until

TAG = re.compile(r"^prvs=(\d)")


def bounce(recipient=ANN):
    return new_mail("MAILER-DAEMON@example.net", recipient, "Undelivered Mail Returned to Sender", "could not be delivered",
                    headers=("Auto-Submitted: auto-replied",))


class Reload(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def start(self, *gateways, **options):
        return self.enterContext(Service(self.folder, "backstop", config(*gateways or (inbound(url(self.hop.address)),), **options)))

    def test_a_new_certificate_is_served_to_the_next_client(self):
        for name in ("first.example.org", "second.example.org"):
            certificate(self.folder, name)
        self.use("first.example.org")
        service = self.start(inbound(url(self.hop.address), 'tls = "starttls"'),
                             more=f'[tls]\ncertificate = "{self.folder}/chain"\nkey = "{self.folder}/key"\n')
        with FakeClient(service.address("in")) as early:
            first = self.certificate_of(early)
            self.use("second.example.org")
            service.reload()
            with FakeClient(service.address("in")) as late:
                self.assertNotEqual(self.certificate_of(late), first)
            # A session that has its TLS goes on.
            self.assertEqual(early.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        # A key of another certificate changes nothing.
        shutil.copy(self.folder / "first.example.org.key", self.folder / "key")
        self.assertIn("certificate: ", service.reload("not reloaded: "))
        with FakeClient(service.address("in")) as client:
            self.assertNotEqual(self.certificate_of(client), first)

    def use(self, name):
        shutil.copy(self.folder / f"{name}.crt", self.folder / "chain")
        shutil.copy(self.folder / f"{name}.key", self.folder / "key")
        (self.folder / "key").chmod(0o600)

    @staticmethod
    def certificate_of(client):
        client.start_tls()
        return ssl.DER_cert_to_PEM_cert(client.connection.getpeercert(binary_form=True))

    def test_a_rotated_key_signs_and_the_old_one_verifies(self):
        service = self.start(inbound(url(self.hop.address)), outbound(url(self.hop.address)))
        with FakeClient(service.address("out")) as client:
            client.mail(new_mail(ANN, BOB), ANN, BOB)
            service.command("keys", "rotate", service.folder / "keys")
            # The file is there; nothing happens until it is said.
            client.mail(new_mail(ANN, BOB), ANN, BOB)
            service.reload()
            client.mail(new_mail(ANN, BOB), ANN, BOB)
        senders = [mail.sender for mail in self.hop.mails]
        self.assertEqual([TAG.match(sender).group(1) for sender in senders], ["0", "0", "1"])
        for sender in senders:
            self.assertEqual(send(service.address("in"), "", sender, bounce(sender)).code, 250, sender)
        self.assertRegex(service.lines(" keys: ")[-1], f" info keys: 2 in {service.folder}/keys, key 1 signs$")

    def test_a_session_takes_the_new_settings_with_its_next_mail(self):
        service = self.start(stage="observe")
        with FakeClient(service.address("in")) as client:
            self.assertEqual(client.mail(bounce(), "", ANN).code, 250)
            service.rewrite('"observe"', '"reject"')
            service.reload()
            self.assertEqual(client.mail(bounce(), "", ANN).code, 550)
        self.assertTrue(service.lines(" domains: ")[-1].endswith(" info domains: 1, 1 at stage reject"))

    def test_a_transaction_ends_as_it_began(self):
        service = self.start(stage="observe")
        with FakeClient(service.address("in")) as client:
            client.envelope("", ANN)
            service.rewrite('"observe"', '"reject"')
            service.reload()
            self.assertEqual(client.data(bounce()).code, 250)

    def test_a_broken_file_keeps_the_old_and_says_why(self):
        service = self.start(stage="observe")
        good = service.config.read_text()
        breaks = (
            ("mistake", lambda: service.config.write_text(good.replace('"observe"', '"rejekt"')), 'stage: found the text "rejekt"'),
            ("no TOML", lambda: service.config.write_text("[server"), "backstop.toml:1:"),
            ("no file", service.config.unlink, "backstop.toml: no such file"),
            ("key file open to all", lambda: (service.folder / "keys").chmod(0o644), "others than its owner can reach it"),
            ("broken key file", lambda: (service.folder / "keys").write_text("0 exim sign\n"), "key file "),
            ("no key file", (service.folder / "keys").unlink, "can't open it: No such file or directory"),
        )
        for count, (name, break_it, want) in enumerate(breaks, 1):
            with self.subTest(name):
                service.config.write_text(good)
                break_it()
                self.assertIn(want, service.reload(" error not reloaded: "))
                self.assertEqual(send(service.address("in"), "", ANN, bounce()).code, 250)
                self.assertEqual(len(self.hop.mails), count)
        self.assertEqual(service.lines(" info reloaded: "), [])

    def test_what_takes_a_restart_is_named_and_the_rest_is_taken(self):
        service = self.start(inbound(url(self.hop.address)), outbound(url(self.hop.address)), stage="observe", more_domain="# here\n")
        text = service.config.read_text()
        out = text[text.index('[[gateway]]\nname = "out"'):text.index("[[domain]]")]
        service.rewrite(out, out.replace('"out"', '"other"'))
        service.rewrite("workers = 2", "workers = 3")
        service.rewrite('"observe"', '"reject"')
        service.rewrite("history.db", "another.db")
        service.reload()
        wanted = ("gateway other is new: it opens with the next restart",
                  "gateway out is gone: its clients are turned away until its addresses are given up with the next restart",
                  '"workers" has changed, which takes a restart', "[history] has changed, which takes a restart")
        for line in wanted:
            self.assertEqual(len(service.lines(f" warning {line}")), 1, line)
        self.assertEqual(send(service.address("in"), "", ANN, bounce()).code, 550)
        with FakeClient(service.address("out"), hello=None) as client:
            self.assertEqual(client.read().code, 0)
        # As long as it stands so, it is said.
        service.reload()
        for line in wanted:
            self.assertEqual(len(service.lines(f" warning {line}")), 2, line)

    def test_a_session_of_a_gateway_that_is_gone_is_told(self):
        service = self.start(inbound(url(self.hop.address)), outbound(url(self.hop.address)))
        with FakeClient(service.address("out")) as client:
            service.rewrite('name = "out"', 'name = "new"')
            service.reload()
            self.assertEqual(client.command(f"MAIL FROM:<{ANN}>").code, 421)

    def test_the_log_is_opened_anew(self):
        service = self.start(more='[log]\nfile = "{folder}/log"\n')
        service.log_file = service.folder / "log"
        old = service.folder / "log.1"
        # As logrotate does it: the file is renamed, and a signal says so.
        send(service.address("in"), BOB, ANN)
        service.wait_for_line(" info delivered ")
        service.log_file.rename(old)
        send(service.address("in"), BOB, ANN)
        wait_until(lambda: old.read_text().count(" info delivered ") == 2, "the second event is in the old file")
        service.reload()
        send(service.address("in"), BOB, ANN)
        service.wait_for_line(" info delivered ")
        self.assertEqual(old.read_text().count(" info delivered "), 2)
        # A mistake in the configuration does not keep it from that.
        service.rewrite("[history]", "[histery]")
        service.log_file.rename(service.folder / "log.2")
        service.reload("not reloaded: ")
        # Nor does it end where there is no way to open a new one.
        service.log_file.unlink()
        service.log_file.mkdir()
        service.child.signal(1)
        service.log_file = service.folder / "backstop.log"
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)

    def test_the_log_takes_its_new_settings(self):
        service = self.start()
        service.config.write_text(service.config.read_text() + '[log]\nformat = "json"\nlevel = "warning"\n')
        service.child.signal(1)
        service.rewrite('level = "warning"', 'level = "info"')
        service.reload('"level":"info","message":"reloaded: ')
        send(service.address("in"), BOB, ANN)
        self.assertTrue(service.wait_for_line('"done":"delivered"').startswith("{"))


if __name__ == "__main__":
    main()

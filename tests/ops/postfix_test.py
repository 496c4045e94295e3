#!/usr/bin/python3
"""The lines that docs/operations.md has for Postfix, and packaging/backstop.toml, with real Postfixes: one of ours, one of somebody else."""
import re

from ops import ANN, Case, FakeClient, FakeServer, Service, SOURCE, main, needs, new_mail, wait_until
from support import Postfix, accepts, header_of

BOB, GONE, LATER = "bob@example.net", "gone@example.net", "later@elsewhere.test"
TAGGED = re.compile(r"prvs=[0-9]{4}[0-9a-f]{6}=ann@example\.org")
PAGE = (SOURCE / "docs/operations.md").read_text()


def block(part):
    """The block of the page that holds this text."""
    found = [text for text in re.findall(r"(?m)^```\n(.*?)^```$", PAGE, re.DOTALL) if part in text]
    assert len(found) == 1, (part, len(found))
    return found[0]


def settings(text):
    """Lines of main.cf."""
    return dict(re.match(r"(\S+) = (.*)", line).groups() for line in text.splitlines())


class Documented(Case):
    def replaced(self, text, values):
        for old, new in values.items():
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        # The queue of a test has no chroot.
        return text.replace("n   -       y ", "n   -       n ")

    def start_backstop(self, next_hops, change=lambda text: text):
        """The example, at ports that are free and with files of the test."""
        text = (SOURCE / "packaging/backstop.toml").read_text()
        for old, new in (('"0.0.0.0:25", "[::]:25"', '"127.0.0.1:0"'), ("127.0.0.1:10026", "127.0.0.1:0"), ("/etc/backstop/", "{folder}/"),
                         ("/var/lib/backstop/", "{folder}/"), ('"observe"', '"reject"\ngrace = "0d"'), *next_hops.items()):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.backstop = self.enterContext(Service(self.folder, "backstop", change(text)))
        return self.backstop.address("out")[1]

    def start_far(self):
        """A server that takes mail for whomever at first, and answers later; through our gateway."""
        self.far = Postfix(self.folder, "far", {
            "virtual_mailbox_domains": "example.net, elsewhere.test", "smtpd_reject_unlisted_recipient": "no", "default_transport": "smtp",
            "relayhost": f"[127.0.0.1]:{self.backstop.address('in')[1]}",
            "smtpd_recipient_restrictions": f"check_recipient_access inline:{{ {{ {GONE} = 550 5.1.1 nobody of that name }} }}, permit"},
            mailboxes=[BOB])
        self.enterContext(self.far)

    def arrived(self, postfix, address, count=1):
        return wait_until(lambda: len(postfix.mailbox(address)) >= count and postfix.mailbox(address),
                          lambda: f"{count} mails for {address}\n{postfix.log()}")


@needs("backstop", "postfix")
class OnePostfix(Documented):
    """Postfix delivers itself: mail of users goes out to Backstop and back before it leaves."""

    def setUp(self):
        super().setUp()
        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "default_transport": "smtp"},
                            services={"submission": ""}, mailboxes=[ANN])
        behind_in, behind_out = self.home.reserve(), self.home.reserve()
        out = self.start_backstop({"127.0.0.1:10025": f"127.0.0.1:{behind_in}", "127.0.0.1:10027": f"127.0.0.1:{behind_out}"})
        self.start_far()
        self.home.set({"relayhost": f"[127.0.0.1]:{self.far.port}"})
        untag = self.home.folder / "etc/backstop-untag"
        untag.write_text(block("/^prvs="))
        self.home.set(settings(self.replaced(block("recipient_canonical_maps"), {"/etc/postfix/backstop-untag": untag})))
        option = self.replaced(re.search(r"(?m)^```\n(  -o content_filter=.*\n)```", PAGE).group(1), {"10026": out})
        master = self.home.folder / "etc/master.cf"
        text = master.read_text()
        for name in ("smtpd", "pickup"):
            # The options of these two services come behind their lines.
            text, count = re.subn(rf"(?m)^(.*\s{name}\s*)$", lambda line: f"{line.group(1).rstrip()}\n{option}".rstrip(), text, count=1)
            self.assertEqual(count, 1)
        text += self.replaced(block("127.0.0.1:10025 inet"), {"10025": behind_in})
        text += self.replaced(block("127.0.0.1:10027 inet"), {"10027": behind_out})
        master.write_text(text)
        self.enterContext(self.home)
        # The harness waits for the services that it knows.
        wait_until(lambda: accepts(behind_in.address) and accepts(behind_out.address), "Postfix listens behind us")

    def submit(self, recipient):
        mail = new_mail(ANN, recipient)
        with FakeClient(self.home.port.address) as client:
            self.assertEqual(client.mail(mail, ANN, recipient).code, 250)
        return mail

    def test_mail_of_users_leaves_with_a_tag(self):
        mail = self.submit(BOB)
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        for arrived in self.arrived(self.far, BOB, 2):
            self.assertRegex(header_of(arrived, "Return-Path"), rf"^<{TAGGED.pattern}>$")
        self.assertIn(header_of(mail, "Message-ID"), {header_of(one, "Message-ID") for one in self.far.mailbox(BOB)})

    def test_a_bounce_from_elsewhere_comes_home(self):
        mail = self.submit(LATER)
        bounce = self.arrived(self.home, ANN)[0]
        self.assertEqual((header_of(bounce, "Return-Path"), header_of(bounce, "Delivered-To")), ("<>", ANN))
        self.assertRegex(header_of(bounce, "Backstop-Verdict"), "^genuine; kind=dsn-failed;")
        self.assertIn(header_of(mail, "Message-ID").encode(), bounce)
        self.backstop.wait_for_line(" kind=dsn-failed origin=genuine ")

    def test_a_bounce_of_our_own_comes_home(self):
        mail = self.submit(GONE)
        bounce = self.arrived(self.home, ANN)[0]
        self.assertEqual((header_of(bounce, "Return-Path"), header_of(bounce, "Delivered-To")), ("<>", ANN))
        self.assertIn(header_of(mail, "Message-ID").encode(), bounce)
        # Postfix delivers first, and logs it then.
        came = re.compile(rf"to=<{re.escape(ANN)}>, orig_to=<{TAGGED.pattern}>, relay=virtual")
        wait_until(lambda: came.search(self.home.log()), "it came to the tagged address")
        wait_until(lambda: not self.home.queue(), "the queue is empty")

    def test_a_forged_bounce_is_refused(self):
        with FakeClient(self.backstop.address("in")) as client:
            bounce = new_mail("MAILER-DAEMON@example.net", ANN, "Undelivered Mail Returned to Sender", headers=("Auto-Submitted: auto-replied",))
            self.assertEqual(client.mail(bounce, "", ANN).code, 550)
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.assertEqual(len(self.arrived(self.home, ANN)), 1)

    def test_postfix_sees_the_client_itself(self):
        with FakeClient(self.backstop.address("in"), source=("127.0.0.9", 0)) as client:
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.arrived(self.home, ANN)
        wait_until(lambda: re.search(r"postfix/backstop/smtpd\[\d+\]: \w+: client=unknown\[127\.0\.0\.9\]", self.home.log()), "it is in the log")

    def test_nobody_is_relayed(self):
        with FakeClient(self.backstop.address("in")) as client:
            self.assertEqual(client.mail(new_mail("x@elsewhere.test", BOB), "x@elsewhere.test", BOB).code, 550)

    def test_mail_within_the_house_stays_there(self):
        self.submit(ANN)
        self.assertEqual(header_of(self.arrived(self.home, ANN)[0], "Delivered-To"), ANN)
        self.assertEqual(len(self.home.mailbox(ANN)), 1)

    def test_mail_waits_while_backstop_is_away(self):
        self.assertEqual(self.backstop.stop(), 0)
        self.submit(BOB)
        # Postfix took it and keeps it. While it moves the file from one queue to another, its list may miss it.
        wait_until(lambda: "status=deferred (connect to " in self.home.log(), "Postfix has found nobody")
        wait_until(lambda: len(self.home.queue()) == 1, "it is in the queue")
        self.assertNotIn("removed", self.home.log())


@needs("backstop", "postfix")
class Smarthost(Documented):
    """All mail leaves through somebody else's server."""

    def start(self, server, more_main=None):
        def change(text):
            return re.sub(r'(next_hop = ")smtp://127\.0\.0\.1:10027"', rf'\1smtp://{server[0]}:{server[1]}"', text)

        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "default_transport": "smtp", **(more_main or {})},
                            mailboxes=[ANN])
        out = self.start_backstop({"127.0.0.1:10025": f"127.0.0.1:{self.home.port}"}, change)
        self.home.set(settings(self.replaced(block("relayhost = "), {"10026": out})))
        return out

    def test_mail_leaves_with_a_tag_and_its_bounce_comes_home(self):
        server = self.enterContext(FakeServer({"rcpt": "550 5.1.1 nobody"}))
        self.start(server.address)
        self.enterContext(self.home)
        self.home.send(new_mail(ANN, GONE), ANN, GONE)
        # Postfix knows nothing of tags here, so its own bounce has no need of any map.
        self.assertEqual(header_of(self.arrived(self.home, ANN)[0], "Delivered-To"), ANN)
        self.assertRegex("\n".join(server.commands), rf"MAIL FROM:<{TAGGED.pattern}>")

    def test_postfix_logs_in_through_backstop(self):
        server = self.enterContext(FakeServer({"other": "235 2.7.0 welcome"}, extensions=("PIPELINING", "8BITMIME", "AUTH PLAIN")))
        out = self.start(server.address, {"smtp_sasl_password_maps": f"inline:{{ {{ [127.0.0.1]:OUT = ann:secret }} }}"})
        main_settings = settings(block("smtp_sasl_auth_enable"))
        self.assertNotEqual(main_settings, {})
        self.home.set({**main_settings, "smtp_sasl_password_maps": f"inline:{{ {{ [127.0.0.1]:{out} = ann:secret }} }}"})
        self.enterContext(self.home)
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        wait_until(lambda: server.mails, lambda: f"the mail is there\n{self.home.log()}\n{server.commands}")
        self.assertIn("AUTH PLAIN AGFubgBzZWNyZXQ=", server.commands)
        self.assertRegex(server.mails[0].sender, rf"^{TAGGED.pattern}$")
        # What was handed through is nobody's to read.
        self.assertNotIn("AGFubgBzZWNyZXQ=", self.backstop.text())


if __name__ == "__main__":
    main()

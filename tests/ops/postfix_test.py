#!/usr/bin/python3
"""The lines for Postfix in docs/operations.md, and packaging/backstop.toml, with two real Postfixes: ours, and somebody else's."""
import email.utils
import os
import re

from ops import ANN, Case, FakeClient, FakeServer, PAGE, PROGRAM, Service, SOURCE, block, main, needs, new_bounce, new_mail, run_lines, wait_until
from support import Postfix, accepts, header_of

BOB, GONE, LATER = "bob@example.net", "gone@example.net", "later@elsewhere.test"
TAGGED = re.compile(r"prvs=[0-9]{4}[0-9a-f]{6}=ann@example\.org")
# Commands of the page that change the configuration of Postfix.
OF_POSTFIX = ("postconf", "postfix", "postmap", "postsuper")


class Documented(Case):
    has_tags = False

    def replaced(self, text, values):
        for old, new in values.items():
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        # The queue of a test is no chroot.
        return text.replace("n   -       y ", "n   -       n ")

    def lines(self, part, values=None, postfix=None):
        """Runs the lines of the page that contain this text. Returns their output, and the commands that would have changed the machine."""
        postfix = postfix or self.home
        commands = {name: f'exec /usr/sbin/{name} -c {postfix.folder}/etc "$@"' for name in OF_POSTFIX}
        done = run_lines(self.folder, self.replaced(block(part), values or {}), {**commands, "backstop": f'exec "{PROGRAM}" "$@"'})
        for name in ("main.cf", "master.cf"):
            # Postfix waits for files that were just written, as in the harness.
            os.utime(postfix.folder / "etc" / name, (0, 0))
        return done

    def start_backstop(self, next_hops, change=lambda text: text):
        """Returns the example with free ports and the files of the test."""
        text = (SOURCE / "packaging/backstop.toml").read_text()
        self.assertIn("tags = false", text)
        if self.has_tags:
            text = text.replace("tags = false", "tags = true")
        for old, new in (('"0.0.0.0:25", "[::]:25"', '"127.0.0.1:0"'), ("127.0.0.1:10526", "127.0.0.1:0"), ("/etc/backstop/", "{folder}/"),
                         ("/var/lib/backstop/", "{folder}/"),
                         ('#[auth]\n#sender_domain = "reject"', '[auth]\nspf = "off"\ndmarc = "off"\nsender_domain = "off"'),  # no DNS is asked
                         ('stage = "observe"\nnever_sends', 'stage = "reject"\nready = "since 2026-01-01"\nnever_sends'), *next_hops.items()):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.backstop = self.enterContext(Service(self.folder, "backstop", change(text)))
        return self.backstop.address("out")[1]

    def start_far(self):
        """A server that accepts mail for anybody at first and bounces it later, through our gateway."""
        self.far = Postfix(self.folder, "far", {
            "virtual_mailbox_domains": "example.net, elsewhere.test", "smtpd_reject_unlisted_recipient": "no", "default_transport": "smtp",
            "relayhost": f"[127.0.0.1]:{self.backstop.address('in')[1]}",
            "smtpd_recipient_restrictions": f"check_recipient_access inline:{{ {{ {GONE} = 550 5.1.1 nobody of that name }} }}, permit"},
            mailboxes=[BOB])
        self.enterContext(self.far)


class DeliversItself(Documented):
    """Postfix delivers by itself: mail of users goes to Backstop and back before it leaves."""

    def set_up(self, main=None, own_maps=""):
        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "default_transport": "smtp", **(main or {})},
                            services={"submission": ""}, mailboxes=[ANN])
        self.behind_in, self.behind_out = self.home.reserve(), self.home.reserve()
        self.out = self.start_backstop({"127.0.0.1:10525": f"127.0.0.1:{self.behind_in}", "127.0.0.1:10527": f"127.0.0.1:{self.behind_out}"})
        self.start_far()
        self.home.set({"relayhost": f"[127.0.0.1]:{self.far.port}"})
        self.before = self.configuration()
        untag = self.home.folder / "etc/backstop-untag"
        self.untag = {"/etc/postfix/backstop-untag": untag}
        if self.has_tags:
            untag.write_text(block("/^prvs="))
            self.lines("recipient_canonical_classes=", self.untag)
        self.option = self.replaced(re.search(r"(?m)^```\n(  -o content_filter=.*\n)```", PAGE).group(1), {"10526": self.out})
        self.master = self.home.folder / "etc/master.cf"
        text = self.master.read_text()
        for name in ("smtpd", "pickup"):
            # The options of these two services follow their lines.
            text, count = re.subn(rf"(?m)^(.*\s{name}\s*)$", lambda line: f"{line.group(1).rstrip()}\n{self.option}".rstrip(), text, count=1)
            self.assertEqual(count, 1)
        self.services = (self.replaced(block("127.0.0.1:10525 inet"), {"10525": self.behind_in, "canonical_maps=": f"canonical_maps={own_maps}"})
                         + self.replaced(block("127.0.0.1:10527 inet"), {"10527": self.behind_out}))
        self.home.write("master.cf", text + self.services)
        self.enterContext(self.home)
        # The harness waits for the services that it started.
        wait_until(lambda: accepts(self.behind_in.address) and accepts(self.behind_out.address), "Postfix listens behind us")

    def configuration(self):
        """Returns the settings of main.cf, without empty ones."""
        return [line for line in self.home.command("postconf", "-n").splitlines() if not line.endswith("=")]

    def submit(self, recipient):
        mail = new_mail(ANN, recipient)
        with FakeClient(self.home.port.address) as client:
            self.assertEqual(client.mail(mail, ANN, recipient).code, 250)
        return mail

    def check_that_mail_leaves(self, reverse_path):
        mail = self.submit(BOB)
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        for arrived in self.far.wait_for_mails(BOB, 2):
            self.assertRegex(header_of(arrived, "Return-Path"), rf"^<{reverse_path}>$")
            self.assertRegex(header_of(arrived, "Backstop-Watermark"), r"^1;\d;")
        self.assertIn(header_of(mail, "Message-ID"), {header_of(one, "Message-ID") for one in self.far.mailbox(BOB)})

    def check_that_a_bounce_comes_home(self, recipient):
        mail = self.submit(recipient)
        bounce = self.home.wait_for_mails(ANN)[0]
        self.assertEqual((header_of(bounce, "Return-Path"), header_of(bounce, "Delivered-To")), ("<>", ANN))
        self.assertIn(header_of(mail, "Message-ID").encode(), bounce)
        wait_until(lambda: not self.home.queue(), "the queue is empty")
        return bounce

    def check_that_it_is_refused(self, bounce):
        with FakeClient(self.backstop.address("in")) as client:
            self.assertEqual(client.mail(bounce, "", ANN).code, 550)
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.assertEqual(len(self.home.wait_for_mails(ANN)), 1)


@needs("backstop", "postfix")
class OnePostfix(DeliversItself):
    def setUp(self):
        super().setUp()
        self.set_up()

    def test_mail_of_users_leaves_with_a_watermark(self):
        self.check_that_mail_leaves(re.escape(ANN))

    def test_a_bounce_from_elsewhere_comes_home(self):
        bounce = self.check_that_a_bounce_comes_home(LATER)
        self.assertRegex(header_of(bounce, "Backstop-Verdict"), "^genuine; kind=dsn-failed;")
        self.backstop.wait_for_line(" kind=dsn-failed certainty=structural origin=genuine cause=watermark ")

    def test_a_bounce_of_our_own_comes_home(self):
        self.assertIsNone(header_of(self.check_that_a_bounce_comes_home(GONE), "Backstop-Verdict"))

    def test_a_forged_bounce_is_refused(self):
        whole = f"Date: {email.utils.formatdate()}\r\nReceived: from a.example by b.example; {email.utils.formatdate()}\r\nSubject: Lunch\r\n"
        self.check_that_it_is_refused(new_bounce(ANN).replace(b"Subject: Lunch\r\n", whole.encode()))

    def test_postfix_sees_the_client_itself(self):
        with FakeClient(self.backstop.address("in"), source=("127.0.0.9", 0)) as client:
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.home.wait_for_mails(ANN)
        wait_until(lambda: re.search(r"postfix/backstop/smtpd\[\d+\]: \w+: client=unknown\[127\.0\.0\.9\]", self.home.log()), "it is in the log")

    def test_nobody_is_relayed(self):
        with FakeClient(self.backstop.address("in")) as client:
            self.assertEqual(client.mail(new_mail("x@elsewhere.test", BOB), "x@elsewhere.test", BOB).code, 550)

    def test_local_mail_stays_local(self):
        self.submit(ANN)
        self.assertEqual(header_of(self.home.wait_for_mails(ANN)[0], "Delivered-To"), ANN)
        self.assertEqual(len(self.home.mailbox(ANN)), 1)

    def submit_in_vain(self):
        self.assertEqual(self.backstop.stop(), 0)
        self.submit(BOB)
        # Postfix keeps the mail. Its list can miss a mail while the file moves from one queue to another.
        wait_until(lambda: "status=deferred (connect to " in self.home.log(), "Postfix has found nobody")
        wait_until(lambda: len(self.home.queue()) == 1, "it is in the queue")

    def test_mail_waits_while_backstop_is_away(self):
        self.submit_in_vain()
        self.assertNotIn("removed", self.home.log())

    @needs("swaks")
    def test_the_bounce_that_the_page_sends(self):
        values = {"127.0.0.1:25 ": f"127.0.0.1:{self.backstop.address('in')[1]} ", "127.0.0.1:10526 ": f"127.0.0.1:{self.out} ",
                  "you@example.org": ANN}
        self.assertIn("apt-get install swaks netbase", self.lines("--data @bounce.eml", values).machine)
        mail, bounce = sorted(self.home.wait_for_mails(ANN, 2), key=lambda one: header_of(one, "Return-Path") == "<>")
        self.assertRegex(header_of(mail, "Backstop-Watermark"), r"^1;\d;")
        self.assertRegex(header_of(bounce, "Backstop-Verdict"), "^genuine; kind=dsn-failed;")
        self.assertEqual(header_of(bounce, "Delivered-To"), ANN)
        self.assertIn(" gateway=in ", self.backstop.wait_for_line(" kind=dsn-failed certainty=structural origin=genuine cause=ledger "))

    def test_removing_it_restores_the_configuration(self):
        self.submit_in_vain()
        text = self.master.read_text()
        self.assertEqual(text.count(self.option), 2)
        self.home.write("master.cf", text.replace(self.option, ""))
        self.lines("postsuper -r ALL")
        arrived = self.far.wait_for_mails(BOB)[0]
        self.assertEqual(header_of(arrived, "Return-Path"), f"<{ANN}>")
        self.assertEqual(self.lines("systemctl disable", self.untag).machine,
                         ["systemctl disable --now backstop", "systemctl restart postfix"])
        self.assertEqual(self.configuration(), self.before)

    def test_removing_it_takes_bounces_out_of_the_map(self):
        name, own = "sender_dependent_default_transport_maps", "inline:{ { desk@example.org = smtp } }"
        self.home.command("postconf", "-e", f"{name} = inline:{{ {{ <> = smtp:[127.0.0.1]:10528 }} }} {own}")
        self.lines(f"{name} =")
        self.assertEqual(self.home.command("postconf", "-h", name).strip(), own)


@needs("backstop", "postfix")
class Tagged(DeliversItself):
    """Tags are on, and Postfix has the map that removes them."""

    has_tags = True

    def setUp(self):
        super().setUp()
        self.set_up()

    def test_mail_of_users_leaves_with_a_tag(self):
        self.check_that_mail_leaves(TAGGED.pattern)

    def test_a_bounce_of_our_own_comes_home(self):
        self.check_that_a_bounce_comes_home(GONE)
        # Postfix delivers first, and logs it then.
        came = re.compile(rf"to=<{re.escape(ANN)}>, orig_to=<{TAGGED.pattern}>, relay=virtual")
        wait_until(lambda: came.search(self.home.log()), "it came to the tagged address")

    def test_a_forged_bounce_that_returns_nothing_is_refused(self):
        self.check_that_it_is_refused(new_bounce(ANN))

    def test_a_name_does_not_exist_because_of_its_tag(self):
        """The map that removes tags could make Postfix believe that they exist, and it would bounce the mail."""
        unknown = "prvs=0000000000=nobody@example.org"
        for port, want in ((self.home.port, 250), (self.behind_in, 550)):
            with FakeClient(port.address) as client:
                self.assertEqual([reply.code for reply in client.envelope("", unknown, ANN)], [250, want, 250])


@needs("backstop", "postfix")
class OwnMaps(DeliversItself):
    """A site with maps of its own keeps them."""

    has_tags = True

    def setUp(self):
        super().setUp()
        self.own = f"texthash:{self.write('own', f'info@example.org {ANN}')}"
        self.set_up({"recipient_canonical_maps": self.own}, self.own)

    def test_they_work_beside_ours(self):
        with FakeClient(self.backstop.address("in")) as client:
            self.assertEqual(client.mail(new_mail(BOB, "info@example.org"), BOB, "info@example.org").code, 250)
            self.assertEqual(client.envelope(BOB, "prvs=9999000000=nobody@example.org")[1].code, 550)
        self.home.wait_for_mails(ANN)
        self.submit(GONE)
        self.assertEqual({header_of(mail, "Delivered-To") for mail in self.home.wait_for_mails(ANN, 2)}, {ANN})
        self.assertNotIn("recipient_canonical_classes", self.configuration())

    def test_they_stay_when_ours_go(self):
        self.assertNotEqual(self.configuration(), self.before)
        self.lines("systemctl disable", self.untag)
        self.assertEqual(self.configuration(), self.before)


@needs("backstop", "postfix")
class Domains(Documented):
    """Each domain that Postfix accepts mail for needs a section."""

    def test_the_page_finds_all(self):
        classes = {"mydestination": "localhost, own.example", "virtual_mailbox_domains": "box.example", "relay_domains": "relay.example",
                   "virtual_alias_domains": "$alias_domain", "alias_domain": "alias.example"}
        self.home = Postfix(self.folder, "home", {**classes, "smtpd_reject_unlisted_recipient": "no"})
        self.enterContext(self.home)
        found = self.lines("postconf -xh mydestination").out.replace(",", " ").split()
        self.assertEqual(found, ["localhost", "own.example", "box.example", "alias.example", "relay.example"])

        def change(text):
            section = re.search(r"(?ms)^\[\[domain\]\]\n.*?\n\n", text).group(0)
            return text.replace(section, "".join(section.replace("example.org", name) for name in found if name != "localhost"))

        self.start_backstop({"127.0.0.1:10525": f"127.0.0.1:{self.home.port}"}, change)
        for domain, want, want_of_postfix in (*((name, 250, 250) for name in found if name != "localhost"), ("sub.relay.example", 550, 250)):
            with self.subTest(domain), FakeClient(self.backstop.address("in")) as client, FakeClient(self.home.port.address) as direct:
                self.assertEqual(client.envelope(BOB, f"ann@{domain}")[1].code, want)
                self.assertEqual(direct.envelope(BOB, f"ann@{domain}")[1].code, want_of_postfix)


@needs("backstop", "postfix")
class Smarthost(Documented):
    """All mail leaves through another provider's server."""

    has_tags = True

    def start(self, server, more_main=None):
        def change(text):
            return re.sub(r'(next_hop = ")smtp://127\.0\.0\.1:10527"', rf'\1smtp://{server[0]}:{server[1]}"', text)

        self.home = Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "default_transport": "smtp", **(more_main or {})},
                            mailboxes=[ANN])
        out = self.start_backstop({"127.0.0.1:10525": f"127.0.0.1:{self.home.port}"}, change)
        self.lines("relayhost = ", {"10526": out})
        return out

    def test_mail_leaves_with_a_tag_and_its_bounce_comes_home(self):
        server = self.enterContext(FakeServer({"rcpt": "550 5.1.1 nobody"}))
        self.start(server.address)
        self.enterContext(self.home)
        self.home.send(new_mail(ANN, GONE), ANN, GONE)
        # Postfix never sees tags here, so its own bounce needs no map.
        self.assertEqual(header_of(self.home.wait_for_mails(ANN)[0], "Delivered-To"), ANN)
        self.assertRegex("\n".join(server.commands), rf"MAIL FROM:<{TAGGED.pattern}>")

    def test_postfix_logs_in_through_backstop(self):
        server = self.enterContext(FakeServer({"other": "235 2.7.0 welcome"}, extensions=("PIPELINING", "8BITMIME", "AUTH PLAIN")))
        # A provider may be as strict as this.
        passwords = self.folder / "passwords"
        out = self.start(server.address, {"smtp_sasl_password_maps": f"texthash:{passwords}", "smtp_tls_security_level": "encrypt",
                                          "smtp_tls_wrappermode": "yes", "smtp_tls_policy_maps": "inline:{ mx.example.net=verify }"})
        passwords.write_text(f"[127.0.0.1]:{out} ann:secret\n")
        def policies():
            return self.home.command("postconf", "-h", "smtp_tls_policy_maps").strip()

        before = policies()
        # Our settings come and go, and the site's own stay.
        for _ in range(2):
            self.assertEqual(self.lines("smtp_sasl_auth_enable", {"10526": out}).machine, ["apt-get install libsasl2-modules"])
            self.assertEqual(policies(), f"{before} inline:{{ {{ [127.0.0.1]:{out} = none }} }}")
            self.lines("systemctl disable", {"10526": out})
            self.assertEqual(policies(), before)
        self.lines("smtp_sasl_auth_enable", {"10526": out})
        self.enterContext(self.home)
        self.home.send(new_mail(ANN, BOB), ANN, BOB)
        wait_until(lambda: server.mails, lambda: f"the mail is there\n{self.home.log()}\n{server.commands}")
        self.assertIn("AUTH PLAIN AGFubgBzZWNyZXQ=", server.commands)
        self.assertRegex(server.mails[0].sender, rf"^{TAGGED.pattern}$")
        # The password that was passed through is in no log.
        self.assertNotIn("AGFubgBzZWNyZXQ=", self.backstop.text())


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A real OpenSMTPD that asks the milter through `backstop opensmtpd-filter`, with the lines of docs/install/opensmtpd.md: the full circle,
its own bounces, what a filter can't do, and what happens without the service.
"""
import os
import re
import subprocess
import threading

from milter_site import ANN, BOB, Site, bounce_of, forged_bounce, header_of, main, needs, new_mail, wait_until, way_out
from emit_none_lines import block
from opensmtpd import DAEMON, QUEUE
from private_mounts import with_mounts, with_users
from support import PATIENCE, PROGRAM, SOURCE, FakeClient, FakeServer, OpenSmtpd, certificate, copy_for_all
from zone_server import ZoneServer

PAGE = SOURCE / "docs/install/opensmtpd.md"
NOBODY, TOM, KIM = "nobody@example.org", "tom@example.org", "kim@example.org"
SPAMMED = "victim@far.test"
SPAMS = int(os.environ.get("BACKSTOP_SPAMS", "300")) // 10
SESSIONS, MAILS = 20, 5
# With OpenSSL 3, OpenSMTPD 6.8 can do no TLS, and without TLS it lets nobody log in: our users come to a listener of their own.
RULES = """
mta limit conn-delay-route 0
pki mx.example.org cert "{chain}"
pki mx.example.org key "{key}"
table users {{ ann = "not a hash" }}
# the page
action "box" relay host smtp://127.0.0.1:{box}
action "partner" relay host smtp://127.0.0.1:{partner}
action "world" relay host smtp://127.0.0.1:{world}
match from any for rcpt-to {{ "ann@example.org", "tom@example.org" }} action "box"
match from any for rcpt-to "kim@example.org" action "partner"
match from any for domain "example.org" reject
match from local for any action "world"
match from any tag OURS for any action "world"
"""


class OurOpenSmtpd(OpenSmtpd):
    """It has ann and tom, relays kim's mail to a partner, and sends all other mail of ours to the world."""

    def __init__(self, folder, gate, options="", **ports):
        super().__init__(folder, "mx", {})
        self.submission, login = self.reserve(), self.reserve()
        # sendmail(1) is the same program, and wants its group.
        control = self.unpacked / "root/usr/sbin/smtpctl"
        os.chown(control, 0, QUEUE)
        control.chmod(0o2755)
        chain, key = certificate(self.folder)
        key.chmod(0o600)
        values = {"/usr/bin/backstop opensmtpd-filter": f"{copy_for_all(PROGRAM)} opensmtpd-filter -c {gate.config} {options}".strip(),
                  'user "backstop"': 'user "backstop" group "postfix"'}
        listeners = {f"on 0.0.0.0 port {port} ": f"on 127.0.0.1 port {ours} hostname mx.example.org " for port, ours in ((25, self.port), (587, login))}
        rules = RULES.format(chain=chain, key=key, **ports).split("# the page\n")
        self.config.write_text(rules[0] + block("listen on socket", {**values, **listeners}, PAGE) + block("ORIGINATING", values, PAGE)
                               + f'listen on 127.0.0.1 port {self.submission} hostname mx.example.org tag OURS filter "backstop-out"\n' + rules[1])

    def start(self):
        root = self.unpacked / "root"
        mounts = {"/usr/libexec": root / "usr/libexec", "/var/lib": root / "var/lib", "/var/spool": self.folder / "spool",
                  "/run": self.folder / "run", **with_users(self.folder, opensmtpd=DAEMON, opensmtpq=QUEUE, backstop=65503)}
        self.run(with_mounts(mounts, self.unpacked / "smtpd", "-d", "-f", self.config), "smtpd.log")
        self.child.wait_for(lambda: "smtp-in: accepting" in self.log() or self._accepts(), "it listens")

    def _accepts(self):
        try:
            FakeClient(self.port.address).close()
        except (OSError, AssertionError):
            return False
        return True

    def sendmail(self, sender, recipient, mail):
        """Runs sendmail(1) where this OpenSMTPD is; returns its exit status and what it said."""
        command = ["nsenter", "--mount", "--target", self.child.pid, self.unpacked / "root/usr/sbin/sendmail", "-f", sender, recipient]
        done = subprocess.run([str(word) for word in command], input=mail.replace(b"\r\n", b"\n"), timeout=PATIENCE, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def queue(self):
        """Returns the envelopes in the queue."""
        return [path for path in (self.folder / "spool/smtpd/queue").rglob("*") if path.is_file() and re.fullmatch("[0-9a-f]{16}", path.name)]


class OpenSmtpdSite(Site):
    def begin(self, more="", options="", **settings):
        self.box, self.partner = self.enterContext(FakeServer()), self.enterContext(FakeServer({"rcpt": "550 5.7.1 not wanted here"}))
        section = block("[milter]", {"/var/lib/backstop": self.sockets}, PAGE)
        self.backstop = self.gate(more, 'group = "postfix"\n', section=section, **settings)
        self.server = self.enterContext(OurOpenSmtpd(self.folder, self.backstop, options, box=self.box.port, partner=self.partner.port,
                                                     world=self.world.port))

    def deliver(self, sender, recipients, mail, port=None):
        """Returns the replies to each RCPT and, if one was taken, to the data."""
        with FakeClient((port or self.server.port).address) as client:
            codes = self.say(client, sender, recipients, mail)
            client.command("QUIT")
        return codes

    @staticmethod
    def say(client, sender, recipients, mail):
        client.command(f"MAIL FROM:<{sender}>")
        replies = [client.command(f"RCPT TO:<{one}>") for one in recipients]
        if any(reply.code == 250 for reply in replies):
            replies.append(client.data(mail))
        return [reply.code for reply in replies]

    def submit(self, recipient, mail):
        """By the listener whose filter says that its mail leaves."""
        self.assertEqual(self.deliver(ANN, [recipient], mail, self.server.submission), [250, 250])

    def arrived(self, server, count=1):
        return wait_until(lambda: len(server.mails) >= count and server.mails, lambda: f"{count} mails\n{self.server.log()[-6000:]}")


@needs("backstop", "opensmtpd", "postfix")
class Circle(OpenSmtpdSite):
    def test_the_circle(self):
        self.begin()
        self.submit(BOB, new_mail(ANN, BOB))
        left = self.arrived(self.world)[0].data
        lines = left.decode().split("\r\n")
        self.assertTrue(lines[0].startswith("Backstop-Watermark: "), lines[:4])
        self.assertTrue(lines[1].startswith("Received: "), lines[:4])
        self.assertEqual(self.deliver("", [ANN], bounce_of(left)), [250, 250])
        self.assertEqual(self.deliver("", [ANN], forged_bounce()), [250, 550])
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN)), [250, 250])
        mails = {header_of(mail.data, "Subject"): mail.data for mail in self.arrived(self.box, 2)}
        self.assertTrue(header_of(mails["Undelivered Mail Returned to Sender"], "Backstop-Verdict").startswith("genuine"))
        self.assertNotIn(b"Backstop", mails["Lunch"])
        events = self.backstop.wait_for_events(4)
        self.assertEqual([(one["direction"], one["done"], one["cause"]) for one in events],
                         [("outbound", "delivered", "ordinary"), ("inbound", "labelled", "watermark"), ("inbound", "refused", "missing"),
                          ("inbound", "delivered", "ordinary")])
        # OpenSMTPD's own ids.
        self.assertIn(f"msgid={events[0]['id']}", self.server.log())
        self.assertEqual([one["client"] for one in events], ["127.0.0.1"] * 4)

    def test_by_the_ledger(self):
        """Nothing is added to the mail."""
        self.begin("[proofs]\nwatermark = false\n")
        self.submit(BOB, new_mail(ANN, BOB))
        left = self.arrived(self.world)[0].data
        self.assertNotIn(b"Backstop", left)
        self.assertEqual(self.deliver("", [ANN], bounce_of(left)), [250, 250])
        self.assertRegex(header_of(self.arrived(self.box)[0].data, "Backstop-Verdict"), "^genuine.*ledger")

    def test_of_mail_by_sendmail(self):
        self.begin()
        self.assertEqual(self.server.sendmail(ANN, BOB, new_mail(ANN, BOB)), (0, b""))
        self.assertEqual(self.arrived(self.world)[0].data.count(b"Backstop-Watermark: "), 1)
        self.assertEqual(self.backstop.wait_for_events(1)[0]["client"], "local")

    def test_lines_come_through_as_they_are(self):
        self.begin()
        long = "x" * 1990  # OpenSMTPD 6.8 would cut it
        text = "\n".join([".", "..", ".dots", "a|b|", "", long, "y" * 5000, "end"])
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN, text=text, headers=("X-Long: " + "word " * 800 + "end",))), [250, 250])
        mail = self.arrived(self.box)[0].data
        body = mail.partition(b"\r\n\r\n")[2].decode()
        self.assertEqual(body.replace("\r\n", ""), text.replace("\n", ""))
        self.assertTrue(body.startswith(".\r\n..\r\n.dots\r\na|b|\r\n\r\n"), body[:40])
        self.assertEqual(header_of(mail, "X-Long").split(), ["word"] * 800 + ["end"])

    def test_a_large_bounce_waits_in_a_file(self):
        self.begin()
        self.submit(BOB, new_mail(ANN, BOB))
        genuine = bounce_of(self.arrived(self.world)[0].data)
        more = b"".join(b"line %d of a long text\r\n" % number for number in range(40_000))
        whole = genuine.replace(b"--part--\r\n", more + b"--part--\r\n")
        self.assertGreater(len(whole), 4 * 256 * 1024)
        self.assertEqual(self.deliver("", [ANN], whole), [250, 250])
        self.assertTrue(self.arrived(self.box)[0].data.endswith(whole.partition(b"\r\n\r\n")[2]))
        self.assertEqual(self.deliver("", [ANN], forged_bounce().replace(b"--part--\r\n", more + b"--part--\r\n")), [250, 550])

    def test_forged_fields_are_taken_out(self):
        self.begin()
        fields = ("Backstop-Verdict: one", "X-Other: kept", "Backstop-Verdict: two\n folded")
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN, headers=fields)), [250, 250])
        mail = self.arrived(self.box)[0].data
        self.assertNotIn(b"Backstop-Verdict", mail)
        self.assertNotIn(b"folded", mail)
        self.assertIn(b"X-Other: kept", mail)

    def test_whom_the_server_refuses_is_not_judged(self):
        self.begin()
        self.assertEqual(self.deliver("", [NOBODY, ANN, NOBODY], forged_bounce()), [550, 250, 550, 550])
        event, = self.backstop.wait_for_events(1)
        self.assertIn(ANN, str(event["recipients"]))
        self.assertNotIn(NOBODY, str(event["recipients"]))

    def test_what_can_not_be_kept_is_labelled(self):
        self.begin('[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n', stage="quarantine")
        self.assertEqual(self.deliver("", [ANN], forged_bounce()), [250, 250])
        self.assertTrue(header_of(self.arrived(self.box)[0].data, "Backstop-Verdict").startswith("unproven"))
        self.assertEqual(self.backstop.wait_for_events(1)[0]["done"], "labelled")

    def test_many_sessions_at_once(self):
        self.begin()
        codes = []

        def session(client, number):
            with client:
                for one in range(MAILS):
                    mail = forged_bounce() if one % 2 else new_mail(BOB, ANN, f"number {number} {one}", ("y" * 70 + "\n") * 500)
                    codes.extend(self.say(client, "" if one % 2 else BOB, [ANN], mail))

        # OpenSMTPD lets five connections wait.
        clients = [FakeClient(self.server.port.address) for _ in range(SESSIONS)]
        threads = [threading.Thread(target=session, args=(client, number)) for number, client in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = SESSIONS * (MAILS // 2)
        self.assertEqual((codes.count(550), codes.count(250)), (refused, SESSIONS * MAILS * 2 - refused))
        self.assertEqual(len(self.arrived(self.box, SESSIONS * MAILS - refused)), SESSIONS * MAILS - refused)


@needs("backstop", "opensmtpd", "postfix")
class OwnBounces(OpenSmtpdSite):
    """OpenSMTPD took kim's mail, which the partner's server refuses."""

    def begin_way_out(self, **settings):
        rows = [("far.test", "A", "198.51.100.7"), ("far.test", "MX", "10 mx.far.test"), ("mx.far.test", "A", "198.51.100.7"), ("far.test", "TXT", "v=spf1 -all")]
        zone = self.enterContext(ZoneServer(*rows))
        self.begin(way_out(zone.port), stage="observe", **settings)

    def spam(self, count=SPAMS):
        for number in range(count):
            self.assertEqual(self.deliver(SPAMMED, [KIM], new_mail(SPAMMED, KIM, f"Your parcel {number}")), [250, 250])

    def test_nobody_gets_one(self):
        self.begin_way_out()
        self.spam()
        wait_until(lambda: len(self.backstop.held()) == SPAMS and not self.server.queue(), lambda: f"the queue is empty\n{self.server.log()[-3000:]}", seconds=60)
        self.assertEqual(self.backstop.held(), [SPAMMED] * SPAMS)
        self.assertEqual([one.data for one in self.world.mails + self.box.mails], [])
        self.assertIn("PermFail injecting failure report", self.server.log())

    def test_one_that_is_owed_leaves(self):
        self.begin_way_out()
        self.submit(KIM, new_mail(ANN, KIM))
        self.assertEqual(self.server.sendmail(ANN, KIM, new_mail(ANN, KIM)), (0, b""))
        for mail in self.arrived(self.box, 2):
            self.assertIn("Delivery status notification", header_of(mail.data, "Subject"))
        self.assertEqual(self.backstop.held(), [])
        self.assertEqual([one["cause"] for one in self.backstop.wait_for_events(2, reverse_path="", direction="outbound")], ["owed", "owed"])

    def test_without_a_place_they_stay_in_the_queue(self):
        self.begin_way_out()
        (self.backstop.folder / "held.db").unlink()
        (self.backstop.folder / "held.db").mkdir()
        self.spam(12)
        wait_until(lambda: "TempFail injecting failure report" in self.server.log(), lambda: self.server.log()[-3000:], seconds=60)
        # As with Postfix, nothing leaves past the rates, and nothing is lost.
        wait_until(lambda: len(self.server.queue()) + len(self.world.mails) == 12, lambda: f"{len(self.server.queue())}\n{self.server.log()[-3000:]}")
        self.assertGreater(len(self.server.queue()), 6)
        self.assertNotIn("PermFail injecting failure report", self.server.log())


@needs("backstop", "opensmtpd", "postfix")
class WithoutTheService(OpenSmtpdSite):
    def test_mail_goes_on(self):
        self.begin()
        self.backstop.stop()
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN)), [250, 250])
        self.assertEqual(self.deliver("", [ANN], forged_bounce()), [250, 250])
        self.arrived(self.box, 2)
        self.assertIn("a mail goes on unjudged", self.server.log())
        self.backstop.start()
        self.assertEqual(self.deliver("", [ANN], forged_bounce()), [250, 550])

    def test_or_waits(self):
        self.begin(options="--if-down tempfail")
        self.backstop.stop()
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN)), [451])
        self.backstop.start()
        self.assertEqual(self.deliver(BOB, [ANN], new_mail(BOB, ANN)), [250, 250])
        self.arrived(self.box)

    def test_a_restart_within_a_mail(self):
        self.begin()
        for how in (self.backstop.stop, self.backstop.kill):
            with self.subTest(how=how.__name__), FakeClient(self.server.port.address) as client:
                client.command("MAIL FROM:<>")
                self.assertEqual(client.command(f"RCPT TO:<{ANN}>").code, 250)
                how()
                self.backstop.start()
                self.assertEqual(client.command(f"RCPT TO:<{TOM}>").code, 250)
                self.assertEqual(client.data(forged_bounce()).code, 550)
        self.assertNotIn("unjudged", self.server.log())

    def test_killed_among_many_mails(self):
        """Every mail is taken and arrives once, whole."""
        self.begin()
        text, codes, running = ("z" * 70 + "\n") * 200, [], threading.Event()

        def session(client, number):
            with client:
                for one in range(MAILS * 3):
                    codes.extend(self.say(client, BOB, [ANN], new_mail(BOB, ANN, f"{number} {one}", text)))
                    running.set()

        clients = [FakeClient(self.server.port.address) for _ in range(4)]
        threads = [threading.Thread(target=session, args=(client, number)) for number, client in enumerate(clients)]
        for thread in threads:
            thread.start()
        for _ in range(4):
            running.wait(PATIENCE)
            running.clear()
            self.backstop.kill()
            self.backstop.start()
        for thread in threads:
            thread.join()
        count = 4 * MAILS * 3
        self.assertEqual(codes, [250] * count * 2)
        mails = self.arrived(self.box, count)
        self.assertEqual(sorted(header_of(mail.data, "Subject") for mail in mails), sorted(f"{number} {one}" for number in range(4) for one in range(MAILS * 3)))
        for mail in mails:
            self.assertEqual(mail.data.count(b"z" * 70 + b"\r\n"), 200)

    def test_it_starts_without_a_configuration(self):
        self.begin()
        text = self.backstop.config.read_text()
        self.server.__exit__()
        self.backstop.config.write_text("nothing that is TOML")
        server = OurOpenSmtpd(self.folder / "sockets", self.backstop, box=self.box.port, partner=self.partner.port, world=self.world.port)
        self.server = self.enterContext(server)
        self.assertEqual(self.deliver("", [ANN], forged_bounce()), [250, 250])
        self.backstop.config.write_text(text)
        wait_until(lambda: self.deliver("", [ANN], forged_bounce()) == [250, 550], "it is asked again", seconds=60)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Tags in front of the address (prvs=...=ann), with a real Postfix: it asks Backstop's socketmap for the mailbox of a recipient, and its
milter for the verdict. `ann` is the only mailbox.
"""
import re
import socket

from milter_site import ANN, BOB, SOURCE, OurPostfix, Site, bare_bounce, header_of, main, needs, new_mail

TAGGED = r"^prvs=[0-9a-f]{10}=ann@example\.org$"
BAD = "prvs=0999ffffff=ann@example.org"
NOBODY = "nobody@example.org"


def lookup(sockets):
    """Returns the lines of docs/milter.md for main.cf, which name the sockets from the queue's folder."""
    page = (SOURCE / "docs" / "milter.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^(recipient_canonical_\w+) = (.*)$", page, re.MULTILINE))
    lines["recipient_canonical_maps"] = lines["recipient_canonical_maps"].replace("unix:backstop/", f"unix:{sockets}/")
    return lines


@needs("backstop", "postfix")
class Socketmap(Site):
    def open_gate(self):
        return self.gate(f'[proofs]\nwatermark = false\n[socketmap]\nlisten = ["unix:{self.sockets}/socketmap.sock"]\ngroup = "postfix"\n',
                         tags='true\nform = "prefix"')

    def open(self, change=str):
        """`change` makes another text of recipient_canonical_maps."""
        gate = self.open_gate()
        lines = lookup(self.sockets)
        self.ours(main={**lines, "recipient_canonical_maps": change(lines["recipient_canonical_maps"])})
        return gate

    def tagged(self):
        """Sends a mail of ann's, and returns the tagged address with which it left."""
        count = len(self.world.mails)
        self.assertEqual([one.code for one in self.send("submission", ANN, BOB, new_mail(ANN, BOB))], [250, 250, 250])
        sender = self.sent(count + 1)[-1].sender
        self.assertRegex(sender, TAGGED)
        return sender

    def test_the_circle(self):
        """Nothing of the mail's header comes back: the tag alone proves the bounce, and the milter sees it."""
        gate = self.open()
        sender = self.tagged()
        replies = self.send("smtp", "", sender, bare_bounce())
        self.assertEqual([one.code for one in replies], [250, 250, 250], replies)
        mail, = self.postfix.wait_for_mails(ANN, 1)
        self.assertEqual(header_of(mail, "Delivered-To"), ANN)
        event, = gate.wait_for_events(1, kind="dsn-failed")
        self.assertEqual((event["cause"], event["done"]), ("tag", "labelled"))

    def test_of_capital_letters(self):
        """Servers change the case of what they return to."""
        gate = self.open()
        sender = self.tagged().upper()
        self.assertEqual([one.code for one in self.send("smtp", "", sender, bare_bounce())], [250, 250, 250])
        self.assertEqual(len(self.postfix.wait_for_mails(ANN, 1)), 1)
        self.assertEqual(gate.wait_for_events(1, kind="dsn-failed")[0]["cause"], "tag")

    def test_of_daemons_in_a_chroot(self):
        """Debian's are, so the sockets are in the queue's folder, and main.cf names them from there."""
        self.postfix = OurPostfix(self.folder, "backstop", self.world.port, main=lookup("backstop"))
        master = (self.postfix.folder / "etc" / "master.cf").read_text(encoding="utf-8")
        jailed = master.replace(" inet n - n ", " inet n - y ").replace("cleanup   unix  n  -  n", "cleanup   unix  n  -  y")
        self.assertEqual(jailed.count(" y "), 3, jailed)
        self.postfix.write("master.cf", jailed)
        self.sockets = self.postfix.folder / "spool" / "backstop"
        self.sockets.mkdir()
        self.open_gate()
        self.enterContext(self.postfix)
        self.assertEqual(self.send("smtp", "", BAD, bare_bounce())[1].code, 550)
        replies = self.send("smtp", "", self.tagged(), bare_bounce())
        self.assertEqual([one.code for one in replies], [250, 250, 250], replies)
        self.assertEqual(len(self.postfix.wait_for_mails(ANN, 1)), 1)

    def test_of_a_bad_tag(self):
        self.open()
        for recipient in (BAD, NOBODY):
            reply = self.send("smtp", "", recipient, bare_bounce())[1]
            self.assertEqual(reply.code, 550, reply)
            self.assertRegex(reply.text, r"5\.1\.1 .*User unknown", reply)
        self.assertEqual(self.postfix.mailbox(ANN), [])

    def test_a_bounce_without_a_tag_is_refused(self):
        gate = self.open()
        replies = self.send("smtp", "", ANN, bare_bounce())
        self.assertEqual([one.code for one in replies], [250, 250, 550], replies)
        self.assertEqual(gate.wait_for_events(1, kind="dsn-failed")[0]["cause"], "bare")

    def test_ordinary_mail_to_a_tagged_address(self):
        """People save such addresses; the header is not touched."""
        self.open()
        sender = self.tagged()
        self.assertEqual([one.code for one in self.send("smtp", BOB, sender, new_mail(BOB, sender))], [250, 250, 250])
        mail, = self.postfix.wait_for_mails(ANN, 1)
        self.assertEqual(header_of(mail, "To"), f"<{sender}>")

    def test_our_own_bounce_finds_ann(self):
        """The world refuses her mail, and Postfix itself reports to the tagged sender."""
        self.open()
        self.world.answer("rcpt", "550 5.1.1 no such user")
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        mail, = self.postfix.wait_for_mails(ANN, 1)
        self.assertIn(b"no such user", mail)

    def test_while_backstop_is_down(self):
        """Only what comes to a tagged address is put off, and no bad tag is refused for good."""
        gate = self.open()
        sender = self.tagged()
        gate.stop()
        for recipient in (sender, BAD):
            reply = self.send("smtp", BOB, recipient, new_mail(BOB, ANN))[1]
            self.assertEqual(reply.code, 451, reply)
        self.assertEqual([one.code for one in self.send("smtp", BOB, ANN, new_mail(BOB, ANN))], [250, 250, 250])
        self.assertEqual(self.send("smtp", BOB, NOBODY, new_mail(BOB, ANN))[1].code, 550)

    def test_the_table_alone(self):
        """Without the pattern in front of it Postfix asks about every recipient, and can take none while Backstop is down."""
        gate = self.open(lambda text: re.search(r"socketmap:\S+", text)[0])
        sender = self.tagged()
        self.assertEqual([one.code for one in self.send("smtp", "", sender, bare_bounce())], [250, 250, 250])
        self.assertEqual(len(self.postfix.wait_for_mails(ANN, 1)), 1)
        self.assertEqual(self.send("smtp", "", BAD, bare_bounce())[1].code, 550)
        self.assertEqual(self.send("smtp", "", NOBODY, bare_bounce())[1].code, 550)
        gate.stop()
        self.assertEqual(self.send("smtp", BOB, ANN, new_mail(BOB, ANN))[1].code, 451)

    def test_of_another_map(self):
        self.open(lambda text: text.replace(":backstop }", ":other }"))
        self.assertEqual(self.send("smtp", "", BAD, bare_bounce())[1].code, 451)
        self.assertIn("the only map is", self.postfix.log())

    def test_the_pattern_in_a_file(self):
        """As the page says for a Postfix older than 3.7."""
        pattern = self.folder / "prvs"
        pattern.write_text("/^(prvs=.*)/ $1\n")
        pattern.chmod(0o644)
        self.folder.chmod(0o755)
        self.open(lambda text: re.sub(r"regexp:\{ \{.*?\} \}", f"regexp:{pattern}", text))
        self.assertIn(f"pipemap:{{ regexp:{pattern}, socketmap:", self.postfix.command("postconf", "recipient_canonical_maps"))
        self.assertEqual([one.code for one in self.send("smtp", "", self.tagged(), bare_bounce())], [250, 250, 250])
        self.assertEqual(self.send("smtp", "", BAD, bare_bounce())[1].code, 550)

    def test_rubbish_ends_its_own_connection_alone(self):
        gate = self.open()
        with socket.socket(socket.AF_UNIX) as rubbish:
            rubbish.connect(f"{self.sockets}/socketmap.sock")
            rubbish.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(rubbish.recv(100), b"")
        self.assertIn("what came is no netstring", gate.log())
        self.assertEqual(self.send("smtp", "", self.tagged(), bare_bounce())[1].code, 250)


if __name__ == "__main__":
    main()

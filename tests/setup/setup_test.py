#!/usr/bin/python3
"""`backstop setup` on real Postfixes: what it finds, what it changes, and that it takes back just that."""
import os
import shutil

from home import INTERNAL, MILTER, HomeCase
from support import FakeClient, main, needs, new_mail

ANN = "ann@example.org"


@needs("postfix")
class Plain(HomeCase):
    def set_up_home(self, **more):
        self.start_home({"virtual_mailbox_domains": "example.org", "mydestination": "$myhostname, localhost.$mydomain, localhost", **more.pop("main", {})},
                        mailboxes=[ANN], **more)

    def test_it_shows_and_changes_nothing(self):
        self.set_up_home()
        done = self.good()
        self.assertIn("example.org", done.out)
        self.assertIn("+smtpd_milters = " + MILTER, done.out)
        self.assertIn("Nothing was changed", done.out)
        self.assertEqual(self.main_cf.read_bytes(), self.before)
        self.assertEqual(self.left(), [])

    def test_it_asks_and_takes_no_for_an_answer(self):
        self.set_up_home()
        for answer in ("", "n\n", "maybe\n"):
            done = self.setup("--apply", given=answer)
            self.assertEqual((done.status, self.main_cf.read_bytes(), self.left()), (1, self.before, []), done)

    def test_it_is_done_and_undone(self):
        self.set_up_home()
        done = self.setup("--apply", given="y\n")
        self.assertEqual(done.status, 0, done)
        self.assertEqual((self.value("smtpd_milters"), self.value("non_smtpd_milters"), self.value("internal_mail_filter_classes")),
                         (MILTER, INTERNAL, "bounce"))
        self.assertEqual(self.copies()[0].read_bytes(), self.before)
        self.assertNotIn("spool/backstop", self.home.command("postfix", "check"))
        with FakeClient(self.home.port.address) as client:
            self.assertEqual(client.mail(new_mail("bob@example.net", ANN), "bob@example.net", ANN).code, 250)
        self.wait_until_seen("milter", sender="<bob@example.net>")
        self.home.send(new_mail(ANN, ANN), ANN, ANN)
        self.wait_until_seen("internal", sender=ANN)
        again = self.apply()
        self.assertIn("nothing to do", again.out)
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))
        self.assertEqual(self.setup("--undo", "--yes").status, 66)

    def test_a_test_mail_that_is_refused_puts_main_cf_back(self):
        self.set_up_home(main={"smtpd_recipient_restrictions": "reject"})
        # Postfix takes mail to a bare postmaster in any case.
        done = self.setup("--apply", "--yes", "--test-to", ANN)
        self.assertEqual((done.status, self.main_cf.read_bytes()), (69, self.before), done)
        self.assertRegex(done.err, r"the test mail was not taken: RCPT TO:<ann@example.org>: 554 .*; main\.cf is what it was\n")
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))

    def test_a_postfix_that_is_broken_is_left_alone(self):
        self.set_up_home()
        self.home.write("master.cf", (self.home.folder / "etc/master.cf").read_text() + "broken\n")
        done = self.setup("--apply", "--yes")
        self.assertEqual((done.status, self.main_cf.read_bytes(), self.left()), (66, self.before, []), done)
        self.assertIn("bad field count", done.err)

    def test_a_service_that_does_not_start_leaves_main_cf_alone(self):
        self.set_up_home()
        done = self.setup("--apply", "--yes", "--start", "echo no such service >&2; false", start=False)
        self.assertEqual((done.status, self.main_cf.read_bytes()), (69, self.before), done)
        self.assertIn("the service doesn't start: no such service", done.err)
        # Without a way to start it, it must run already.
        done = self.setup("--apply", "--yes", start=False)
        self.assertEqual((done.status, self.main_cf.read_bytes()), (69, self.before), done)
        self.assertIn("nobody listens there", done.err)
        self.undo()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []))

    def test_what_others_change_stays(self):
        self.set_up_home(main={"smtpd_milters": ""})
        self.apply()
        self.home.command("postconf", "-e", f"smtpd_milters={MILTER}, inet:127.0.0.1:9", "header_size_limit=99999")
        toml = self.etc / "backstop.toml"
        toml.write_text(toml.read_text().replace("observe", "label"))
        done = self.undo()
        self.assertIn("+header_size_limit = 99999\n", done.out)
        self.assertIn(f"{toml}: it was changed since", done.out)
        self.assertEqual((self.value("smtpd_milters"), self.value("non_smtpd_milters"), self.value("header_size_limit")), ("inet:127.0.0.1:9", "", "99999"))
        self.assertEqual(self.left(), ["backstop", "backstop/backstop.toml", str(self.copies()[0].relative_to(self.folder))])

    def test_notes_that_another_user_could_have_written_are_not_followed(self):
        self.set_up_home()
        self.apply()
        shutil.chown(self.data / "setup", "nobody")
        done = self.setup("--undo", "--yes")
        self.assertEqual(done.status, 66, done)
        self.assertIn("it could have been written by another user", done.err)
        self.assertIn(MILTER, self.main_cf.read_text())
        shutil.chown(self.data / "setup", "root")
        self.undo()

    def test_a_link_in_the_folder_of_the_service_is_not_followed(self):
        """That folder belongs to the service's user, and setup is root."""
        self.start_home({"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN])
        victim = self.folder / "victim"
        victim.mkdir(mode=0o755)
        self.data.mkdir()
        (self.data / "setup.backstop-new").symlink_to(victim)
        done = self.setup("--apply", "--yes")
        self.assertEqual(done.status, 69, done)
        self.assertIn("setup.backstop-new: it is there already, and can't be removed", done.err)
        self.assertEqual(victim.stat().st_mode & 0o7777, 0o755)
        self.assertEqual(self.main_cf.read_bytes(), self.before)

    def test_undo_finds_ours_in_every_line_of_a_setting(self):
        """Postfix takes the last one; without it the one before would count, which is ours, too."""
        self.start_home({"virtual_mailbox_domains": "example.org"}, mailboxes=[ANN])
        self.apply()
        self.main_cf.write_bytes(self.main_cf.read_bytes() + f"smtpd_milters = {MILTER}\n".encode())
        os.utime(self.main_cf, (0, 0))
        self.assertEqual(self.setup("--undo", "--yes").status, 0)
        self.assertNotIn("backstop/milter.sock", self.main_cf.read_text())

    def test_it_prints_what_to_add_to_others(self):
        self.set_up_home()
        for server, part in (("exim", "driver = manualroute"), ("opensmtpd", "tag STRANGERS"), ("sendmail", "INPUT_MAIL_FILTER(`backstop'")):
            self.assertIn(part, self.good("--for", server).out)


if __name__ == "__main__":
    main()

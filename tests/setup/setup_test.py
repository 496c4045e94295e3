#!/usr/bin/python3
"""`backstop setup` on real Postfixes: what it finds, what it changes, and that it takes back just that."""
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


if __name__ == "__main__":
    main()

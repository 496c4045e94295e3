#!/usr/bin/python3
"""`backstop test` with a real Postfix that asks the milter: what it sends, what it says of that, and its exit status."""
import json
import subprocess

from milter_site import ANN, BOB, Site, header_of, main, needs
from children import PATIENCE

STEPS = ["server", "out", "ordinary", "forged", "back"]


@needs("backstop", "postfix")
class TestCommand(Site):
    def begin(self, more="", milter="", main=None, **settings):
        self.backstop = self.gate(more, milter, **settings)
        self.ours(main=main)
        self.sendmail = self.folder / "sendmail"
        self.sendmail.write_text(f'#!/bin/sh\nexec /usr/sbin/sendmail -C {self.postfix.folder}/etc "$@"\n')
        self.sendmail.chmod(0o755)

    def keep_no_ordinary_mail(self):
        text = self.backstop.config.read_text()
        self.backstop.stop()
        self.backstop.config.write_text(text.replace("ordinary = true", "ordinary = false"))
        self.backstop.start()

    def run_it(self, *arguments, given=True, says=False, user=None):
        """Returns the exit status and what it printed; `says` if that is an error. `given`: the places are."""
        server = ["--server", f"127.0.0.1:{self.postfix.port}", "--sendmail", self.sendmail] if given else []
        done = subprocess.run([self.backstop.program, "test", "-c", self.backstop.config, *server, *arguments], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 4 + 60, check=False, user=user,
                              group=user and "nogroup", extra_groups=user and [])
        if says:
            return done.returncode, done.stderr.decode()
        self.assertEqual(done.stderr, b"")
        return done.returncode, done.stdout.decode()

    def steps_of(self, *arguments, user=None):
        """Returns the exit status, and each step by its name."""
        status, out = self.run_it("--json", *arguments, user=user)
        told = json.loads(out)
        self.assertEqual([step["name"] for step in told["steps"]], STEPS)
        self.assertEqual(told["good"], status == 0, told)
        return status, {step["name"]: step for step in told["steps"]}

    def test_all_is_good_at_reject(self):
        self.begin()
        status, steps = self.steps_of("--from", ANN, "--to", BOB)
        self.assertEqual([(name, step["state"]) for name, step in steps.items()], [(name, "good") for name in STEPS], steps)
        self.assertEqual(status, 0)
        left, = self.sent()
        self.assertEqual((left.sender, left.recipients), (ANN, [BOB]))
        self.assertIn(b"Backstop-Watermark: ", left.data)
        self.assertIn("The ledger has recorded it.", steps["out"]["means"])
        self.assertIn("550 5.7.1", steps["forged"]["happened"])
        self.assertIn("watermark and ledger", steps["back"]["means"])
        # The forged one was refused.
        mails = self.postfix.wait_for_mails(ANN, 2)
        self.assertEqual(len(mails), 2)
        for mail in [left.data, *mails]:
            self.assertRegex(header_of(mail, "Subject"), "^Backstop test, can be deleted: ")
        self.assertEqual({header_of(mail, "Message-ID") for mail in [left.data, *mails]},
                         {f"<{steps[name]['message_id']}>" for name in ("out", "ordinary", "back")})

    def test_of_the_table(self):
        self.begin(stage="observe")
        status, out = self.run_it("--from", ANN, "--to", BOB)
        self.assertEqual(status, 0, out)
        self.assertIn("  good       A forged bounce comes in\n", out)
        self.assertIn("at stage observe", out)
        self.assertIn("Stage reject would refuse it.", out)
        self.assertIn("All is as it should be.", out)
        self.assertEqual(len(self.postfix.wait_for_mails(ANN, 3)), 3)

    def test_the_default_mailbox_is_exempt(self):
        self.begin(main={"virtual_alias_maps": "inline:{postmaster@example.org=ann@example.org}"})
        status, steps = self.steps_of()
        self.assertEqual([step["state"] for step in steps.values()], ["good"] * len(STEPS), steps)
        self.assertEqual(status, 0)
        self.assertIn("a mailbox that is not exempt", steps["forged"]["means"])
        self.assertIn("The ledger has recorded it.", steps["out"]["means"])

    def test_mail_that_backstop_does_not_see(self):
        self.begin(main={"smtpd_milters": "", "non_smtpd_milters": ""})
        status, steps = self.steps_of("--from", ANN, "--to", BOB)
        self.assertEqual([(name, step["state"]) for name, step in steps.items()],
                         [("server", "good"), ("out", "wrong"), ("ordinary", "good"), ("forged", "wrong"), ("back", "wrong")], steps)
        self.assertEqual(status, 1)
        for name in ("out", "forged", "back"):
            self.assertIn("Backstop has not seen it", steps[name]["means"])

    def test_a_server_that_trusts_this_host(self):
        self.begin(milter='trusted = ["127.0.0.0/8"]\n')
        self.keep_no_ordinary_mail()
        status, steps = self.steps_of("--from", ANN, "--to", BOB)
        self.assertEqual([(name, step["state"]) for name, step in steps.items()],
                         [("server", "good"), ("out", "good"), ("ordinary", "not tried"), ("forged", "not tried"), ("back", "not tried")], steps)
        self.assertEqual(status, 1)
        self.assertIn("It counts as mail that leaves", steps["forged"]["means"])

    def test_mail_by_submission(self):
        self.begin()
        _, steps = self.steps_of("--from", ANN, "--to", BOB, "--submission", f"127.0.0.1:{self.postfix.ports['submission'].number}")
        self.assertEqual([step["state"] for step in steps.values()], ["good"] * len(STEPS), steps)
        self.assertEqual(self.sent()[0].recipients, [BOB])
        # The other service is for strangers.
        status, steps = self.steps_of("--from", ANN, "--submission", f"127.0.0.1:{self.postfix.port}")
        self.assertEqual((status, steps["out"]["state"]), (1, "wrong"), steps)
        self.assertIn("counts as mail that comes in", steps["out"]["means"])

    def test_without_the_ordinary_mail_in_the_history(self):
        """As most histories are: then the sums tell of what left."""
        self.begin()
        self.keep_no_ordinary_mail()
        status, steps = self.steps_of("--from", ANN, "--to", BOB)
        self.assertEqual([step["state"] for step in steps.values()], ["good"] * len(STEPS), steps)
        self.assertEqual(status, 0)
        self.assertEqual((steps["out"]["event"], steps["ordinary"]["event"]), ("", ""))
        self.assertIn("One mail of the domain left, with a watermark.", steps["out"]["means"])

    def test_nothing_is_sent_if_no_server_runs(self):
        self.begin()
        self.backstop.stop()
        status, out = self.run_it("--from", ANN, "--to", BOB, says=True)
        self.assertEqual(status, 1)
        self.assertIn("no server answers at ", out)
        self.assertEqual((self.world.mails, self.postfix.mailbox(ANN)), ([], []))

    def test_a_user_who_may_not_read_the_keys(self):
        self.begin()
        for folder in (self.folder, self.backstop.folder):
            folder.chmod(0o711)
        self.backstop.config.chmod(0o644)
        status, steps = self.steps_of("--from", ANN, "--submission", f"127.0.0.1:{self.postfix.ports['submission'].number}", user="nobody")
        self.assertEqual(status, 1)
        self.assertEqual([(name, step["state"]) for name, step in steps.items()],
                         [("server", "not tried"), ("out", "not tried"), ("ordinary", "good"), ("forged", "not tried"), ("back", "not tried")], steps)
        for name in ("out", "forged", "back"):
            self.assertIn("run this as root", steps[name]["means"])
        self.assertIn("It carried the Message-ID of the mail that left.", steps["back"]["happened"])

    def test_addresses_that_are_none_of_ours(self):
        self.begin()
        for arguments in (["--from", BOB], ["--from", "ann"], ["--to", "bob"], ["--to", "a b@c"], ["--server", "lmtp:/x"]):
            status, out = self.run_it(*arguments, given=False, says=True)
            self.assertEqual(status, 64, (arguments, out))
        self.assertEqual(self.world.mails, [])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""`backstop test` through gateways, with a Postfix behind the inbound one: with each proof that it can make, and without any."""
import json
import socket
import subprocess
import time

from support import PATIENCE, Backstop, Case, FakeServer, Postfix, config, gateway, header_of, main, needs

ANN, BOB = "ann@example.org", "bob@example.net"
STEPS = ["server", "out", "ordinary", "forged", "back"]
GOOD = dict.fromkeys(STEPS, "good")
LEDGER = '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'
NO_WATERMARK = "[proofs]\nwatermark = false\n"
NO_KEYS = '[keys]\nfile = "{folder}/keys"\n'


@needs("backstop", "postfix")
class TestCommand(Case):
    """`home` has example.org, and `world` is everybody else."""

    def begin(self, more="", outbound="", directions=("inbound", "outbound"), world=None, **settings):
        self.world = self.enterContext(FakeServer(world or {}))
        self.home = self.enterContext(Postfix(self.folder, "home", {"virtual_mailbox_domains": "example.org", "recipient_delimiter": "+"},
                                              mailboxes=[ANN]))
        gateways = {"inbound": gateway("in", "inbound", f"smtp://127.0.0.1:{self.home.port}"),
                    "outbound": gateway("out", "outbound", f"smtp://127.0.0.1:{self.world.port}", outbound)}
        text = config(*(gateways[direction] for direction in directions), more=more, **settings)
        if "tags" not in settings:
            text = text.replace(NO_KEYS + "tags = true\n", "")
        self.gate = self.enterContext(Backstop(self.folder, "gate", text))

    def run_it(self, *arguments):
        """Returns the exit status, and each step by its name."""
        done = subprocess.run([self.gate.program, "test", "-c", self.gate.config, "--json", "--from", ANN, *arguments], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 4 + 60, check=False)
        self.assertEqual(done.stderr, b"")
        told = json.loads(done.stdout)
        self.assertEqual([step["name"] for step in told["steps"]], STEPS)
        self.assertEqual(told["good"], done.returncode == 0, told)
        return done.returncode, {step["name"]: step for step in told["steps"]}

    def states(self, steps):
        return {name: step["state"] for name, step in steps.items()}

    def test_a_watermark_and_the_ledger(self):
        self.begin(LEDGER, tags=False)
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, GOOD), steps)
        left, = self.world.mails
        self.assertEqual((left.sender, left.recipients), (ANN, [BOB]))
        self.assertIn(b"Backstop-Watermark: ", left.data)
        self.assertIn("550 5.7.1", steps["forged"]["happened"])
        self.assertIn("proven by watermark and ledger", steps["back"]["means"])
        mails = self.home.wait_for_mails(ANN, 2)
        self.assertEqual({header_of(mail, "Message-ID") for mail in mails}, {f"<{steps[name]['message_id']}>" for name in ("ordinary", "back")})

    def test_both_a_watermark_and_tags_and_nobody_elsewhere(self):
        self.begin(LEDGER, tags=True)
        status, steps = self.run_it()
        self.assertEqual((status, self.states(steps)), (0, GOOD), steps)
        self.assertEqual(self.world.mails[0].recipients, [ANN])
        self.assertIn("The ledger has recorded it.", steps["out"]["means"])

    def test_the_ledger_alone(self):
        self.begin(NO_WATERMARK + LEDGER, tags=False)
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, GOOD), steps)
        self.assertIn("It carried the Message-ID of the mail that left.", steps["back"]["happened"])
        self.assertIn("proven by ledger", steps["back"]["means"])

    def test_tags_alone(self):
        self.begin(NO_WATERMARK, tags=True)
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, GOOD), steps)
        self.assertRegex(self.world.mails[0].sender, "^prvs=")
        self.assertIn("with a tag.", steps["out"]["means"])
        self.assertIn("a tag that was made here with key 0", steps["back"]["happened"])
        self.assertIn("proven by tag", steps["back"]["means"])

    def test_no_proof_at_all(self):
        self.begin(NO_WATERMARK)
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, {**GOOD, "back": "left out"}), steps)
        self.assertEqual(steps["back"]["message_id"], "")

    def test_mail_comes_in_only(self):
        self.begin(directions=["inbound"], tags=False)
        status, steps = self.run_it()
        self.assertEqual((status, self.states(steps)), (0, {**GOOD, "out": "left out"}), steps)

    def test_mail_leaves_only(self):
        self.begin(directions=["outbound"], tags=False)
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, {**GOOD, "ordinary": "left out", "forged": "left out", "back": "left out"}), steps)

    def test_the_way_out_wants_a_login(self):
        self.begin(tags=False, world={"rcpt": "550 5.7.1 Relaying denied"})
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (1, {**GOOD, "out": "wrong"}), steps)
        self.assertIn("a login", steps["out"]["means"])

    def test_what_the_domain_is_not_ready_for(self):
        self.begin(tags=False, ready="observed")
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (0, GOOD), steps)
        self.assertIn("Delivered with a label, at stage reject.", steps["forged"]["happened"])
        self.assertIn("when mail of this domain was not known to carry proofs", steps["forged"]["means"])

    def test_a_next_hop_that_is_down(self):
        self.begin(tags=False)
        self.home.child.stop()
        status, steps = self.run_it("--to", BOB)
        self.assertEqual((status, self.states(steps)), (1, {**GOOD, "ordinary": "not tried", "forged": "not tried", "back": "not tried"}), steps)

    def test_a_server_that_never_answers(self):
        self.begin(tags=False)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            begin = time.monotonic()
            status, steps = self.run_it("--to", BOB, "--server", f"127.0.0.1:{silent.getsockname()[1]}")
            self.assertLess(time.monotonic() - begin, 60)
        self.assertEqual((status, self.states(steps)), (1, {**GOOD, "ordinary": "wrong", "forged": "not tried", "back": "not tried"}), steps)


if __name__ == "__main__":
    main()

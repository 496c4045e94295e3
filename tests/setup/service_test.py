#!/usr/bin/python3
"""`backstop setup` with the real service: what it wrote is read by `backstop serve`, which judges what Postfix shows it."""
import json

from home import PROGRAM, HomeCase, subprocess
from support import FakeClient, header_of, main, needs, new_bounce, new_mail, wait_until

ANN, BOB = "ann@example.org", "bob@example.net"


@needs("postfix")
class WithTheService(HomeCase):
    def setUp(self):
        super().setUp()
        self.start_home({"virtual_mailbox_domains": "example.org", "virtual_alias_maps": f"texthash:{self.folder}/virtual", "default_transport": "smtp"}, mailboxes=[ANN])
        (self.folder / "virtual").write_text(f"info@example.org {ANN}\npostmaster@example.org {ANN}\n")
        self.log_file = self.folder / "serve.log"

    def command(self, *arguments, start=True):
        serve = f"setsid {PROGRAM} serve -c {self.etc}/backstop.toml >{self.log_file} 2>&1 </dev/null & echo $! >{self.pid_file}"
        more = ["--start", serve, "--stop", f"kill $(cat {self.pid_file}) && rm {self.pid_file}"] if start else []
        return [*super().command(*arguments, start=False), *map(str, more)]

    def history(self):
        done = subprocess.run([PROGRAM, "history", "-c", self.etc / "backstop.toml", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_it_is_read_and_works(self):
        done = self.apply()
        self.assertIn("Backstop has seen it", done.out)
        self.assertIn('aliases = "', (self.etc / "backstop.toml").read_text())
        events = wait_until(lambda: len(found := self.history()) >= 1 and found, "the test mail in the history")
        self.assertEqual((events[-1]["kind"], events[-1]["stage"], events[-1]["done"]), ("dsn-failed", "observe", "delivered"))
        with FakeClient(self.home.port.address) as client:
            self.assertEqual(client.mail(new_bounce(ANN), "", ANN).code, 250)
        wait_until(lambda: len(self.history()) == len(events) + 1, "the bounce in the history")
        self.home.send(new_mail(ANN, ANN, "From ann to herself"), ANN, ANN)
        wait_until(lambda: [mail for mail in self.home.mailbox(ANN) if b"herself" in mail and header_of(mail, "Backstop-Watermark").startswith("1;")],
                   "the mail with a watermark")
        undone = self.undo()
        self.assertIn("It is undone", undone.out)
        self.assertEqual(self.main_cf.read_bytes(), self.before)
        self.assertEqual([path for path in self.left() if not path.startswith("data")], [])
        self.assertEqual((self.data / "history.db").exists(), True)

    def test_a_mistake_in_the_configuration_changes_nothing(self):
        self.apply()
        self.undo()
        self.etc.mkdir()
        text = (f'[server]\nhostname = "home.test"\nstage = 1\n[milter]\nlisten = ["unix:{self.sockets}/milter.sock"]\n'
                f'internal = ["unix:{self.sockets}/internal.sock"]\n')
        (self.etc / "backstop.toml").write_text(text)
        done = self.setup("--apply", "--yes")
        self.assertEqual((done.status, self.main_cf.read_bytes(), (self.etc / "backstop.toml").read_text()), (69, self.before, text), done)
        self.assertIn("check-config", done.err)

    def test_a_configuration_that_is_there_is_kept(self):
        self.etc.mkdir()
        (self.etc / "backstop.toml").write_text('[server]\nhostname = "home.test"\n')
        done = self.setup("--apply", "--yes")
        self.assertEqual((done.status, self.main_cf.read_bytes(), self.left()), (1, self.before, ["backstop", "backstop/backstop.toml"]), done)
        self.assertIn(f'[milter]\nlisten = ["unix:{self.sockets}/milter.sock"]', done.out)


if __name__ == "__main__":
    main()

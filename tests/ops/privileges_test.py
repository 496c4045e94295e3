#!/usr/bin/python3
"""If it is started as root, it binds its ports and then becomes its own user for good."""
import os
import pathlib
import re

from ops import (ANN, BOB, NOBODY, Case, FakeServer, LowPort, Service, config, give_to_nobody, inbound, main, outbound, run, send,
                 takes_root, unittest, url)

LOW_PORTS = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
TAG = re.compile(r"^prvs=(\d)")


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: value.split() for name, _, value in (line.partition(":") for line in text.splitlines())}


@takes_root
class Privileges(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def service(self, more_server='user = "nobody"', keys_of_nobody=True, gateway=None, more=""):
        service = Service(self.folder, "backstop", config(gateway or outbound(url(self.hop.address)), more_server=more_server, more=more))
        give_to_nobody(service.folder)
        if keys_of_nobody:
            give_to_nobody(service.folder / "keys")
        return service

    def start(self, **what):
        return self.enterContext(self.service(**what))

    def test_it_gives_up_everything_of_root(self):
        service = self.start()
        for task in pathlib.Path(f"/proc/{service.child.pid}/task").iterdir():
            status = status_of(f"{service.child.pid}/task/{task.name}")
            self.assertEqual((status["Uid"], status["Gid"]), ([str(NOBODY.pw_uid)] * 4, [str(NOBODY.pw_gid)] * 4))
            self.assertLessEqual(set(status["Groups"]), {str(NOBODY.pw_gid)})
            self.assertEqual({status[name][0].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {""})

    def test_it_keeps_a_low_port_that_only_root_may_bind(self):
        port = self.enterContext(LowPort())
        gateway = outbound(url(self.hop.address)).replace("127.0.0.1:0", f"127.0.0.1:{port}")
        service = self.start(gateway=gateway)
        self.assertEqual(service.address("out"), ("127.0.0.1", port))
        self.assertEqual(send(service.address("out")).code, 250)
        self.assertEqual(len(self.hop.mails), 1)

    @unittest.skipIf(int(LOW_PORTS.read_text()) < 600, "every user may listen at low ports here")
    def test_a_low_port_waits_for_a_restart(self):
        port = self.enterContext(LowPort())
        service = self.start()
        service.rewrite('["127.0.0.1:0"]', f'["127.0.0.1:0", "127.0.0.1:{port}"]')
        self.assertTrue(service.reload("not reloaded: ").endswith(
            f" error not reloaded: can't listen on 127.0.0.1:{port}: permission denied; ports below 1024 need root, or the capability "
            "CAP_NET_BIND_SERVICE; a restart binds such ports before it becomes the user nobody"))
        self.assertEqual(send(service.address("out")).code, 250)
        service.stop()
        service.start()
        self.assertEqual(send(("127.0.0.1", port)).code, 250)
        # It keeps its port, and may open others.
        service.rewrite(f'"127.0.0.1:0", "127.0.0.1:{port}"', f'"127.0.0.1:{port}", "127.0.0.2:0"')
        service.reload()
        self.assertEqual(send(("127.0.0.1", port)).code, 250)

    def test_all_addresses_in_place_of_what_root_has_opened_wait_for_a_restart(self):
        service = self.start()
        host, port = service.address("out")
        service.rewrite("127.0.0.1:0", f"0.0.0.0:{port}")
        self.assertTrue(service.reload("not reloaded: ").endswith(
            f" error not reloaded: can't listen on 0.0.0.0:{port} as long as gateway out listens on {host}:{port}, which it gives up by "
            "this: a restart does both"))
        self.assertEqual(send(service.address("out")).code, 250)

    def test_files_that_it_makes_are_its_own(self):
        service = self.start(more='[log]\nfile = "{folder}/log"\n')
        send(service.address("out"))
        service.wait_for_events(1)
        for path in service.folder.glob("history.db*"):
            self.assertEqual((path.stat().st_uid, path.stat().st_gid), (NOBODY.pw_uid, NOBODY.pw_gid), path)
        log = service.folder / "log"
        self.assertEqual((log.stat().st_uid, log.stat().st_mode & 0o777), (NOBODY.pw_uid, 0o640))

    def test_a_maildir_is_its_own(self):
        (self.folder / "mail").mkdir()
        give_to_nobody(self.folder / "mail")
        service = self.start(gateway=inbound(f"maildir:{self.folder}/mail/%n"))
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        mail, = (self.folder / "mail/ann/new").iterdir()
        self.assertEqual(mail.stat().st_uid, NOBODY.pw_uid)

    def test_a_report_goes_into_a_maildir_as_its_own_user(self):
        (self.folder / "mail").mkdir()
        give_to_nobody(self.folder / "mail")
        service = self.start(gateway=inbound(f"maildir:{self.folder}/mail/%n"))
        self.assertEqual(run("report", "-c", service.config, "--mail", ANN)[0::2], (0, ""))
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        owners = {path.stat().st_uid for path in (self.folder / "mail/ann").rglob("*")}
        self.assertEqual((owners, len(list((self.folder / "mail/ann/new").iterdir()))), ({NOBODY.pw_uid}, 2))

    def test_no_core_is_dumped_and_nobody_can_trace_it(self):
        service = self.start()
        limits = pathlib.Path(f"/proc/{service.child.pid}/limits").read_text()
        self.assertRegex(limits, r"(?m)^Max core file size +0 +0 ")
        # The kernel gives these files to root if other processes of the same user may not look into this one.
        self.assertEqual(os.stat(f"/proc/{service.child.pid}/mem").st_uid, 0)

    def test_a_rotated_key_signs_after_a_reload(self):
        service = self.start()
        send(service.address("out"))
        # root rotates the key, and the file keeps its owner.
        service.command("keys", "rotate", service.folder / "keys")
        self.assertEqual((service.folder / "keys").stat().st_uid, NOBODY.pw_uid)
        service.reload()
        send(service.address("out"))
        self.assertEqual([TAG.match(mail.sender).group(1) for mail in self.hop.mails], ["0", "1"])

    def test_it_warns_of_a_key_file_of_root(self):
        service = self.start(keys_of_nobody=False)
        keys = service.folder / "keys"
        warning = f'file: the user "nobody" can\'t read {keys}, so a reload would fail; run: chown nobody {keys}'
        self.assertRegex(service.wait_for_line("so a reload would fail"), rf" warning {service.config}:\d+:8: warning: {re.escape(warning)}$")
        # The keys that were read before stay in use.
        send(service.address("out"))
        self.assertRegex(service.reload("not reloaded: "), rf" error not reloaded: {service.config}:\d+:8: file: key file {keys}: "
                         "no permission to read it; it must belong to the user that Backstop runs as, and that user must be able to enter its folder$")
        send(service.address("out"))
        self.assertEqual([TAG.match(mail.sender).group(1) for mail in self.hop.mails], ["0", "0"])
        # The warning names the remedy.
        give_to_nobody(keys)
        service.reload()

    def test_check_config_warns_of_every_file_that_the_user_can_not_read(self):
        service = self.service(keys_of_nobody=False)
        service.config.chmod(0o600)
        status, out, err = run("check-config", service.config)
        self.assertEqual((status, err.count("\n")), (0, 2), err)
        self.assertIn(f'{service.config}:1:1: warning: the user "nobody" can\'t read {service.config}, so a reload would fail; '
                      "let that user read it, and enter its folder\n", err)
        give_to_nobody(service.config, service.folder / "keys")
        self.assertEqual(run("check-config", service.config), (0, out, ""))
        service.folder.chmod(0o700)
        os.chown(service.folder, 0, 0)
        status, out, err = run("check-config", service.config)
        self.assertEqual((status, err.count("can't read")), (0, 2), err)

    def test_check_config_warns_of_a_history_that_the_user_can_not_write(self):
        """In each row, `serve` would fail with status 69 once it is that user."""
        def warning(service, place, remedy):
            line = service.config.read_text().partition('url = "sqlite')[0].count("\n") + 1
            return (f'{service.config}:{line}:7: warning: url: the user "nobody" can\'t write to {place}, so `serve` can\'t open the history; '
                    f"{remedy}\n")

        service = self.service()
        text = service.config.read_text()
        self.assertIn('url = "sqlite:', text)
        open_folder = service.folder / "open"
        closed = service.folder / "closed"
        for folder in (open_folder, closed):
            folder.mkdir()
        give_to_nobody(open_folder)
        of_root = open_folder / "history.db"
        of_root.touch(mode=0o640)
        rows = [
            ("a folder of its own", open_folder / "new.db", None),
            ("a folder that is made in one of its own", open_folder / "below/new.db", None),
            ("a folder of root", closed / "new.db", (closed, "let that user write there")),
            ("a folder that would be made in one of root", closed / "below/new.db", (closed, "let that user write there")),
            ("a file of root", of_root, (of_root, f"run: chown nobody {of_root}")),
        ]
        for name, path, want in rows:
            with self.subTest(name):
                service.config.write_text(re.sub('url = "sqlite:[^"]*"', f'url = "sqlite:{path}"', text))
                status, _, err = run("check-config", service.config)
                self.assertEqual((status, err), (0, warning(service, *want) if want else ""))
                if want:
                    status, _, err = run("serve", "-c", service.config)
                    self.assertEqual(status, 69, err)
                    self.assertRegex(err, r"\Abackstop: history [^\n]+\n\Z")

    def test_check_config_warns_of_secrets_of_the_ledger_that_the_user_can_not_write(self):
        service = self.service(more="[log]\n")
        folder = service.folder / "open"
        folder.mkdir()
        give_to_nobody(folder)
        secrets = folder / "ledger.db.keys"
        secrets.touch(mode=0o600)
        service.config.write_text(service.config.read_text() + f'[ledger]\nurl = "sqlite:{folder}/ledger.db"\n')
        line = service.config.read_text().count("\n")
        status, _, err = run("check-config", service.config)
        self.assertEqual((status, err), (0, f'{service.config}:{line}:7: warning: url: the user "nobody" can\'t write to {secrets}, so `serve` '
                                            f"can't open the ledger; run: chown nobody {secrets}\n"))

    def test_no_warning_of_a_history_that_is_off(self):
        service = self.service(more="[log]\n")
        service.config.write_text(re.sub('url = "sqlite:[^"]*"', 'enabled = false\nurl = "sqlite:/proc/history.db"', service.config.read_text()))
        status, _, err = run("check-config", service.config)
        self.assertEqual(status, 0)
        self.assertNotIn("write", err, "it is opened by nobody")

    def test_no_warning_without_a_change_of_user(self):
        service = self.service(more_server="", keys_of_nobody=False)
        status, _, err = run("check-config", service.config)
        self.assertEqual((status, err), (0, ""))


if __name__ == "__main__":
    main()

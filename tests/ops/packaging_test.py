#!/usr/bin/python3
"""The unit and the example that are installed: they are correct by themselves, and right for the program."""
import pathlib
import re
import shutil
import subprocess

from confined import settings
from ops import (ANN, BOB, NOBODY, PROGRAM, SOURCE, Case, FakeClient, FakeServer, LowPort, Service, block, certificate, config, copy_for_all, give_to_nobody,
                 inbound, main, needs, new_mail, outbound, run, run_lines, send, takes_root, unittest, url)

HERE = pathlib.Path(__file__).resolve().parent
BUILD = PROGRAM.parent
UNIT = BUILD / "packaging/backstop.service"
WORST_EXPOSURE = 20  # the most that systemd-analyze security may find: 2.0, as docs/operations.md says


class Unit(Case):
    def setUp(self):
        super().setUp()
        text = UNIT.read_text()
        self.assertIn("/bin/backstop serve -c /etc/backstop/backstop.toml", text)
        self.unit = self.write("backstop.service", re.sub(r"(?m)(=)\S*/bin/backstop ", lambda found: f'{found[1]}"{PROGRAM}" ', text))

    @needs("systemd-analyze")
    def test_systemd_understands_it(self):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", self.unit], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        # A check that accepts everything would accept this as well.
        self.unit.write_text(self.unit.read_text().replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", self.unit], capture_output=True, text=True, check=False)
        self.assertIn("NoNewPrivilege", done.stderr)

    @needs("systemd-analyze")
    def test_little_is_exposed(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", self.unit], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Overall exposure level", done.stdout)

    def test_it_waits_longer_than_the_program_does(self):
        code = (SOURCE / "src/service/service.cc").read_text()
        drain, flush = (int(re.search(rf"seconds {name}{{(\d+)}}", code).group(1)) for name in ("kDrainTime", "kFlushTime"))
        self.assertGreater(int(settings(UNIT)["TimeoutStopSec"]), drain + flush)

    def test_it_allows_the_files_that_the_default_of_sessions_takes(self):
        sessions = int(re.search(r"\| `sessions` \|.*?\| `(\d+)` \|", (SOURCE / "docs/configuration.md").read_text()).group(1))
        workers = 256
        self.assertGreaterEqual(int(settings(UNIT)["LimitNOFILE"]), 2 * sessions + 64 + 64 * workers)


@needs("systemd-analyze", "seccomp")
@takes_root
class Sandbox(Case):
    def test_the_unit_allows_all_that_the_program_does(self):
        chain, key = certificate(self.folder)
        port = self.enterContext(LowPort())
        hop = self.enterContext(FakeServer())
        # A name, so that the system's resolver is used as well.
        text = config(inbound(f"smtp://localhost:{hop.port}", 'tls = "starttls"').replace("127.0.0.1:0", f"127.0.0.1:{port}"),
                      outbound(url(hop.address)), inbound(f"maildir:{self.folder}/mail/%n").replace('"in"', '"box"'),
                      more=f'[tls]\ncertificate = "{chain}"\nkey = "{key}"\n[log]\nfile = "{{folder}}/log"\n')
        confined = self.write("confined", f'#!/bin/sh\nexec /usr/bin/python3 "{HERE}/confined.py" "{UNIT}" "{copy_for_all(PROGRAM)}" "$@"\n')
        confined.chmod(0o755)
        service = Service(self.folder, "backstop", text, program=confined)
        service.log_file = service.folder / "log"
        (self.folder / "mail").mkdir()
        give_to_nobody(service.folder, service.folder / "keys", chain, key, self.folder / "mail")
        self.enterContext(service)
        status = pathlib.Path(f"/proc/{service.child.pid}/status").read_text()
        for line in ("Seccomp:\t2", "NoNewPrivs:\t1", "CapEff:\t0000000000000400", f"Uid:\t{NOBODY.pw_uid}\t"):
            self.assertIn(line, status)
        self.speak(service, hop, port)
        maps = pathlib.Path(f"/proc/{service.child.pid}/maps").read_text()
        self.assertEqual([line for line in maps.splitlines() if re.match(r"\S+ .wx", line)], [])
        self.assertEqual(service.stop(), 0)
        self.assertEqual(service.lines(" error "), [])

    def speak(self, service, hop, port):
        self.assertEqual(service.address("in"), ("127.0.0.1", port))
        with FakeClient(service.address("in")) as client:
            client.start_tls()
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.assertEqual(send(service.address("out")).code, 250)
        self.assertTrue(hop.mails[-1].sender.startswith("prvs="))
        self.assertEqual(send(service.address("box"), BOB, ANN).code, 250)
        self.assertEqual(len(list((self.folder / "mail/ann/new").iterdir())), 1)
        service.wait_for_events(3)
        # A reload can open ports below 1024, too.
        other = self.enterContext(LowPort())
        service.rewrite(f'"127.0.0.1:{port}"', f'"127.0.0.1:{port}", "127.0.0.1:{other}"')
        service.reload()
        self.assertEqual(send(("127.0.0.1", other), BOB, ANN).code, 250)


@takes_root
class Readers(Case):
    """The group of the unit's user may read the history, as docs/operations.md says, and nobody else."""

    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        unit = settings(UNIT)
        # The unit's umask and folder.
        program = self.write("program", f'#!/bin/sh\numask {unit["UMask"]}\nexec "{PROGRAM}" "$@"\n')
        program.chmod(0o755)
        self.service = Service(self.folder, "backstop", config(inbound(url(self.hop.address)), more_server='user = "nobody"',
                                                               more='[log]\nfile = "{folder}/log"\n'), program=program)
        self.service.log_file = self.service.folder / "log"
        give_to_nobody(self.service.folder, self.service.folder / "keys")
        self.service.folder.chmod(int(unit["StateDirectoryMode"], 8))
        self.assertEqual(unit["LogsDirectoryMode"], unit["StateDirectoryMode"])
        self.enterContext(self.service)
        self.assertEqual(send(self.service.address("in"), BOB, ANN).code, 250)
        self.service.wait_for_events(1)

    def read(self, *arguments, groups=(NOBODY.pw_gid,)):
        """Runs the program as another user, who may be in more groups than his own."""
        return run(*arguments, program=copy_for_all(PROGRAM), user="daemon", group="daemon", extra_groups=groups)

    def test_the_group_reads_the_history(self):
        for state in ("it runs", "it was stopped"):
            with self.subTest(state):
                for what in (("-c", self.service.config), ("--db", self.service.folder / "history.db")):
                    status, out, err = self.read("history", *what)
                    self.assertEqual((status, err), (0, ""))
                    self.assertIn(BOB, out)
                if self.service.child.is_running():
                    self.assertEqual(self.service.stop(), 0)

    def test_the_group_reads_the_log_and_no_keys(self):
        log = self.service.log_file.stat()
        self.assertEqual((log.st_gid, log.st_mode & 0o777), (NOBODY.pw_gid, 0o640))
        status, _, err = self.read("keys", "list", self.service.folder / "keys")
        self.assertEqual(status, 66)
        self.assertIn(f"key file {self.service.folder}/keys: no permission to read it; ", err)

    def test_others_read_nothing(self):
        self.assertEqual(self.read("history", "--db", self.service.folder / "history.db", groups=())[0], 66)


@takes_root
class Certificates(Case):
    def test_the_hook_of_the_page(self):
        live = self.folder / "letsencrypt/live/mx.example.org"
        live.mkdir(parents=True)
        for name in ("fullchain.pem", "privkey.pem"):
            (live / name).write_text(f"first {name}")
        text = block("RENEWED_LINEAGE")
        for old, new in (("/etc/backstop/tls", self.folder / "tls"), ("/etc/letsencrypt", self.folder / "letsencrypt"), ("-o backstop ", "-o nobody ")):
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        self.assertEqual(run_lines(self.folder, text, {}).machine, ["systemctl try-reload-or-restart backstop"])
        chain, key = self.folder / "tls/fullchain.pem", self.folder / "tls/key.pem"
        self.assertEqual((chain.read_text(), key.read_text()), ("first fullchain.pem", "first privkey.pem"))
        self.assertEqual((chain.stat().st_mode & 0o777, key.stat().st_mode & 0o777, key.stat().st_uid), (0o644, 0o600, NOBODY.pw_uid))
        # certbot runs the hook like this after a renewal.
        (live / "privkey.pem").write_text("second")
        hook = self.folder / "letsencrypt/renewal-hooks/deploy/backstop"
        run_lines(self.folder, f"RENEWED_LINEAGE={live} {hook}", {})
        self.assertEqual(key.read_text(), "second")


class Example(Case):
    def test_it_is_good(self):
        text = (SOURCE / "packaging/backstop.toml").read_text()
        self.assertIn('"/etc/backstop/keys"', text)
        path = self.write("backstop.toml", text.replace("/etc/backstop/keys", str(self.folder / "keys")))
        self.assertEqual(run("keys", "new", self.folder / "keys")[0], 0)
        status, out, err = run("check-config", path)
        self.assertEqual((status, out.splitlines()[0], err), (0, f"{path}: good: 2 gateways, 1 domain", ""))

    def test_commented_settings_are_good_too(self):
        chain, key = certificate(self.folder)
        (self.folder / "dkim").mkdir()
        text = re.sub(r'(?m)^#(\[\w+\]|\w+ = )', r"\1", (SOURCE / "packaging/backstop.toml").read_text())
        for old, new in (("/etc/backstop/keys", self.folder / "keys"), ("/etc/backstop/dkim", self.folder / "dkim"),
                         ("/etc/backstop/tls/fullchain.pem", chain), ("/etc/backstop/tls/key.pem", key),
                         ("/var/log/backstop/", f"{self.folder}/")):
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        path = self.write("backstop.toml", text)
        self.assertEqual(run("keys", "new", self.folder / "keys")[0], 0)
        status, out, err = run("check-config", path)
        self.assertEqual((status, out.splitlines()[0], err), (0, f"{path}: good: 2 gateways, 1 domain", ""))


class Install(Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "place"

    def install(self, folder):
        script = BUILD / folder / "cmake_install.cmake"
        subprocess.run([shutil.which("cmake"), f"-DCMAKE_INSTALL_PREFIX={self.prefix}", "-P", script], check=True, capture_output=True)

    def found(self):
        return {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}

    def test_every_file_is_installed_in_its_place(self):
        self.install("packaging")
        docs = {f"share/doc/backstop/{path.relative_to(SOURCE / 'docs')}" for path in (SOURCE / "docs").rglob("*") if path.is_file()}
        self.assertIn("share/doc/backstop/operations.md", docs)
        self.assertEqual(self.found(), docs | {"lib/systemd/system/backstop.service", "lib/sysusers.d/backstop.conf", "share/doc/backstop/LICENSE",
                                               "share/doc/backstop/CHANGELOG.md", "share/doc/backstop/examples/backstop.socket",
                                               "share/doc/backstop/examples/backstop.toml"})

    @needs("systemd-analyze")
    @unittest.skipUnless((BUILD / "share/man/man1").is_dir(), "the manual pages are not built")
    def test_the_unit_names_the_installed_program(self):
        self.install("packaging")
        self.install("src/app")
        self.install("src/demo")
        unit = self.prefix / "lib/systemd/system/backstop.service"
        # systemd-analyze looks for the program that the unit starts.
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        text = unit.read_text()
        named = set(re.findall(rf"{self.prefix}\S*", text))
        self.assertEqual(named, {f"{self.prefix}/bin/backstop", f"{self.prefix}/share/doc/backstop/operations.md"})
        for name in named:
            self.assertTrue(pathlib.Path(name).is_file(), name)
        self.assertIn("man:backstop(1)", text)
        templates = {f"share/backstop/samples/demo/{path.relative_to(SOURCE / 'samples/demo')}"
                     for path in (SOURCE / "samples/demo").rglob("*.eml")}
        self.assertGreater(len(templates), 30)
        self.assertLessEqual({"share/man/man1/backstop.1", "share/man/man5/backstop.toml.5", "share/backstop/samples/joe-job.mbox",
                              "share/bash-completion/completions/backstop"}, self.found())
        self.assertEqual(templates, {name for name in self.found() if name.startswith("share/backstop/samples/demo/")})
        # The installed program runs, with the files that it needs.
        program = self.prefix / "bin/backstop"
        subprocess.run([program, "demo", "--once", "--fast", "--folder", self.folder / "demo"], check=True, capture_output=True, timeout=120)
        # The example fits the paths of the unit.
        example = (self.prefix / "share/doc/backstop/examples/backstop.toml").read_text()
        self.assertIn(f"/{settings(unit)['StateDirectory']}/history.db", example)
        self.assertIn(f"/var/log/{settings(unit)['LogsDirectory']}/backstop.log", example)

    @takes_root
    def test_the_first_configuration(self):
        """Runs the lines of the page that come after the installation."""
        self.install("packaging")
        lines = block("systemd-sysusers").partition("systemd-sysusers\n")
        text = "".join(lines[1:])
        for old, new in (("/usr/share", self.prefix / "share"), ("/etc/backstop", self.folder / "etc/backstop"), ("chown backstop:", "chown nobody:")):
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        self.assertEqual(run_lines(self.folder, text, {"backstop": f'exec "{PROGRAM}" "$@"'}).machine,
                         ["systemd-sysusers ", "systemctl daemon-reload"])
        keys = (self.folder / "etc/backstop/keys").stat()
        self.assertEqual((keys.st_uid, keys.st_mode & 0o777), (NOBODY.pw_uid, 0o600))
        example = self.folder / "etc/backstop/backstop.toml"
        example.write_text(example.read_text().replace("/etc/backstop", str(self.folder / "etc/backstop")))
        self.assertEqual(run("check-config", example)[0], 0)

    @needs("systemd-sysusers")
    @takes_root
    def test_the_user_is_made(self):
        root = self.folder / "root"
        (root / "etc").mkdir(parents=True)
        shutil.copy(SOURCE / "packaging/backstop.sysusers", self.folder / "backstop.conf")
        subprocess.run(["systemd-sysusers", f"--root={root}", self.folder / "backstop.conf"], check=True, capture_output=True)
        self.assertRegex((root / "etc/passwd").read_text(), r"(?m)^backstop:x:\d+:\d+:Backstop mail gateway:/var/lib/backstop:/usr/sbin/nologin$")


if __name__ == "__main__":
    main()

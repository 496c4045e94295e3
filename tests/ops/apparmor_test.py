#!/usr/bin/python3
"""The profile for AppArmor: it is correct by itself, and allows every file that the service opens."""
import os
import re
import subprocess

from ops import (ANN, BOB, PROGRAM, SOURCE, Case, FakeServer, Service, certificate, config, inbound, main, needs, run, send)

PROFILE = SOURCE / "packaging/debian/apparmor/backstop"
OPENED = re.compile(r'^(?P<call>\w+)\((?P<first>[^"]*)"(?P<path>[^"]*)"(?P<rest>.*)\) = \d')
WRITING = {"mkdir", "mkdirat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "chmod", "fchmodat", "chown", "fchownat", "creat", "truncate"}
LOOKING = {"stat", "newfstatat", "statx", "lstat", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "statfs", "chdir", "getcwd"}


class Profile:
    """The rules for files of a profile, with all that it includes."""

    def __init__(self, path):
        text = subprocess.run(["apparmor_parser", "--preprocess", path], capture_output=True, text=True, check=True).stdout
        self.variables = {}
        for name, sign, values in re.findall(r"(?m)^\s*@\{(\w+)\}\s*(\+?=)\s*(.*)$", text):
            known = self.variables.setdefault(name, [])
            known.extend(values.replace('"', "").split())
        self.rules = []
        for path, letters in re.findall(r"(?m)^\s*(?:owner\s+)?((?:/|@\{)\S*)\s+([a-zA-Z]+)(?:\s*->.*)?,", text):
            self.rules.append((re.compile(self.expression(path)), letters))

    def expression(self, pattern):
        """Returns the regular expression of a pattern."""
        done = ""
        while pattern:
            token = re.match(r"@\{\w+\}|\*\*|\[.*?\]|\\.|.", pattern).group()
            pattern = pattern[len(token):]
            if token.startswith("@"):
                values = self.variables[token[2:-1]]
                # "@{PROC}/sys" is "/proc/sys", though the variable ends with a slash.
                if pattern.startswith("/"):
                    values = [value.removesuffix("/") for value in values]
                done += "(?:" + "|".join(map(self.expression, values)) + ")"
            elif token.startswith("\\"):
                done += re.escape(token[1:])
            elif token.startswith("[") and len(token) > 1:
                done += token
            else:
                done += {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}.get(token, re.escape(token))
        return done

    def allows(self, path, letter):
        return any(letter in letters for rule, letters in self.rules if rule.fullmatch(path))


@needs("apparmor_parser")
class Rules(Case):
    def test_the_parser_understands_it(self):
        check = ["apparmor_parser", "--skip-kernel-load", "--skip-cache"]
        self.assertEqual(subprocess.run([*check, PROFILE], capture_output=True, check=False).returncode, 0)
        wrong = self.write("wrong", PROFILE.read_text().replace("network inet stream,", "network inet streams,"))
        self.assertNotEqual(subprocess.run([*check, wrong], capture_output=True, check=False).returncode, 0)

    def test_the_unit_asks_for_it(self):
        self.assertIn("\nAppArmorProfile=-backstop\n", (SOURCE / "packaging/backstop.service.in").read_text())

    def test_what_it_allows(self):
        profile = Profile(PROFILE)
        for path, letter, want in (("/etc/backstop/keys", "r", True), ("/etc/backstop/keys", "w", False), ("/var/lib/backstop/history.db-wal", "w", True),
                                   ("/usr/bin/backstop", "r", True), ("/etc/shadow", "r", False), ("/home/ann/mail", "r", False),
                                   ("/proc/12/status", "r", True), ("/var/lib/other/file", "w", False), ("/bin/sh", "x", False)):
            with self.subTest(path, letter=letter):
                self.assertEqual(profile.allows(path, letter), want)


@needs("apparmor_parser", "strace")
class Opened(Case):
    def test_it_allows_every_file_that_the_service_opens(self):
        chain, key = certificate(self.folder)
        hop = self.enterContext(FakeServer())
        traces = self.folder / "traces"
        traces.mkdir()
        # strace stays in the background, so that the service has the number that the tests know.
        program = self.write("program", f'#!/bin/sh\nexec strace -D -ff -qq -s 4096 -e trace=%file,connect,bind -o "{traces}/trace" "{PROGRAM}" "$@"\n')
        program.chmod(0o755)
        text = config(inbound(f"smtp://localhost:{hop.port}", 'tls = "starttls"'),
                      more=f'[tls]\ncertificate = "{chain}"\nkey = "{key}"\n[log]\nfile = "{{folder}}/log"\n'
                           '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n'
                           '[milter]\nlisten = ["unix:{folder}/milter.sock"]\n[auth]\nspf = "off"\ndmarc = "off"\nsender_domain = "off"\n')
        service = Service(self.folder, "backstop", text, program=program)
        service.log_file = service.folder / "log"
        self.enterContext(service)
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        service.reload()
        self.assertEqual(run("status", "-c", service.config)[0], 0)
        # The unit checks the file before a reload, within the same profile.
        subprocess.run([program, "check-config", "--offline", service.config], check=True, capture_output=True)
        self.assertEqual(service.stop(), 0)
        self.check("".join(one.read_text(errors="replace") for one in traces.iterdir()), service.folder)

    def place_of(self, path, folder):
        """Returns where the unit and the example have that file."""
        path = os.path.normpath(path)
        if path == str(PROGRAM):
            return "/usr/bin/backstop"
        if path.startswith(str(SOURCE)):
            return "/usr/share/backstop/" + os.path.relpath(path, SOURCE)
        if path == str(folder):
            return "/var/lib/backstop/"
        if not path.startswith(str(self.folder)):
            return path
        name = os.path.basename(path)
        if name == "milter.sock":
            return f"/var/spool/postfix/backstop/{name}"
        if name in ("backstop.toml", "keys") or name.endswith((".crt", ".key")):
            return f"/etc/backstop/{name}"
        return ("/var/log/backstop/" if name == "log" else "/var/lib/backstop/") + name

    def check(self, trace, folder):
        profile = Profile(PROFILE)
        seen, missing = set(), set()
        for line in trace.splitlines():
            found = OPENED.match(line)
            if not found or not found["path"].startswith("/"):
                continue
            call = found["call"]
            if call in LOOKING:
                continue
            if call == "execve":
                letters = "r"  # systemd changes the profile as it starts the program
            elif call in WRITING or call in ("bind", "connect"):
                letters = "w"
            elif call == "inotify_add_watch":
                letters = "r"
            else:
                letters = {"O_RDONLY": "r", "O_WRONLY": "w"}.get(re.search(r"O_RDONLY|O_WRONLY|O_RDWR", line)[0], "rw")
            path = self.place_of(found["path"], folder)
            seen.add(path)
            missing.update(f"{call} {path} {letter}" for letter in letters if not profile.allows(path, letter) and not profile.allows(path + "/", letter))
        self.assertEqual(missing, set())
        self.assertLessEqual({"/etc/backstop/backstop.toml", "/etc/backstop/keys", "/var/lib/backstop/history.db", "/var/lib/backstop/ledger.db",
                              "/var/log/backstop/log", "/var/spool/postfix/backstop/milter.sock"}, seen)
        self.assertTrue(seen & {"/etc/hosts", "/etc/resolv.conf"}, seen)


if __name__ == "__main__":
    main()

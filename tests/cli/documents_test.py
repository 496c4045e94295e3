"""The help, the manual pages and the completion are made from one source and agree."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import unittest

from support import PROGRAM, SOURCE, Case, run


def help_of(*command):
    outcome = run(*command, "--help")
    assert (outcome.status, outcome.err) == (0, ""), outcome.err
    return outcome.out.decode()


def commands_in(text):
    listed = re.search(r"(?ms)^Subcommands:\n(.*?)(\n\n|\Z)", text)
    return re.findall(r"(?m)^  ([a-z-]+)", listed.group(1)) if listed else []


def options_in(text):
    return set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", text))


def tree():
    """Returns every command, as a tuple of words, with the options that its help lists."""
    found = {(): options_in(help_of())}
    for command in commands_in(help_of()):
        found[(command,)] = options_in(help_of(command))
        for inner in commands_in(help_of(command)):
            found[(command, inner)] = options_in(help_of(command, inner))
    return found


TREE = tree()


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, command, environment):
        self.shown = b""
        self.ours, its = pty.openpty()
        self.process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True)
        os.close(its)

    def read(self, seconds):
        """Reads what comes next; returns False if nothing did in time, or if the command has closed the terminal."""
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self.ours, 65536)
        except OSError:
            more = b""
        self.shown += more
        return bool(more)

    def type(self, keys, awaited, seconds=20):
        """Types `keys` and waits for the text that they bring forth; returns what was shown since."""
        self.shown = b""
        os.write(self.ours, keys)
        while awaited not in self.shown and self.read(seconds):
            pass
        return self.shown

    def end(self):
        """Returns all that was shown until the command ended."""
        while self.read(60):
            pass
        os.close(self.ours)
        self.process.wait(timeout=60)
        return self.shown


class Pages(Case):
    def setUp(self):
        super().setUp()
        outcome = run("man", "--into", self.folder)
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_every_command_is_in_the_tree(self):
        self.assertTrue({("classify",), ("scan",), ("history",), ("demo",), ("keys",), ("tag",), ("check-config",), ("completion",), ("man",), ("help",)} <= set(TREE), TREE)

    def test_every_command_and_option_is_in_the_manual(self):
        for command, options in TREE.items():
            with self.subTest(command):
                page = (self.folder / "man1" / ("-".join(("backstop", *command[:1])) + ".1")).read_text(encoding="utf-8")
                plain = page.replace("\\-", "-")
                for option in options:
                    self.assertIn(f"\\fB{option}\\fR", plain)
                if len(command) == 2:
                    self.assertIn(f".SS backstop {command[0]} {command[1]}", plain)

    def test_pages_of_the_build_are_these(self):
        built = pathlib.Path(PROGRAM).parent / "share" / "man"
        self.assertEqual({page.relative_to(built): page.read_bytes() for page in built.rglob("*.?")},
                         {page.relative_to(self.folder): page.read_bytes() for page in self.pages()})

    def pages(self):
        pages = sorted(self.folder.rglob("*.?"))
        self.assertEqual({page.parent.name for page in pages}, {"man1", "man5"})
        self.assertGreater(len(pages), 15)
        return pages

    def test_every_option_of_the_manual_is_in_the_help(self):
        for command, options in TREE.items():
            if len(command) == 1:
                page = (self.folder / "man1" / f"backstop-{command[0]}.1").read_text(encoding="utf-8").replace("\\-", "-")
                named = set(re.findall(r"\\fB(--[a-z-]+)\\fR", page.partition(".SH OPTIONS")[2].partition(".SH")[0]))
                inner = set().union(*(TREE[longer] for longer in TREE if longer[:1] == command))
                self.assertEqual(named, inner | options, command)

    def test_every_page_has_its_sections(self):
        for page in self.pages():
            text = page.read_text(encoding="utf-8")
            found = re.findall(r"(?m)^\.SH (.*)$", text)
            with self.subTest(page.name):
                self.assertEqual(len(found), len(set(found)))
                self.assertEqual((found[0], found[-1]), ("NAME", "SEE ALSO"))
                if page.suffix == ".1":
                    self.assertEqual(found[1], "SYNOPSIS")
                    self.assertIn("EXIT STATUS", found)
                    self.assertRegex(text, r"(?s)\.SH EXIT STATUS\n.*?64")
                if "\\-\\-config" in text:
                    self.assertIn("FILES", found)
        for name, want in (("backstop-serve.1", ["SIGNALS", "FILES"]), ("backstop-demo.1", ["SIGNALS", "FILES"]), ("backstop.1", ["ENVIRONMENT", "FILES"])):
            found = re.findall(r"(?m)^\.SH (.*)$", (self.folder / "man1" / name).read_text(encoding="utf-8"))
            self.assertTrue(set(want) <= set(found), (name, found))

    def test_each_command_has_exit_statuses_of_its_own(self):
        found = {}
        for page in self.pages():
            if page.suffix == ".1":
                found.setdefault(page.read_text(encoding="utf-8").partition(".SH EXIT STATUS\n")[2].partition(".SH")[0], []).append(page.name)
        self.assertEqual([names for names in found.values() if len(names) > 1], [])

    def test_defaults_are_in_the_manual(self):
        page = (self.folder / "man1" / "backstop-history.1").read_text(encoding="utf-8")
        self.assertIn("\n.br\nThe default is \\fB100\\fR.\n", page)

    def test_the_page_of_the_configuration_has_every_setting(self):
        page = (self.folder / "man5" / "backstop.toml.5").read_text(encoding="utf-8").replace("\\-", "-")
        table = (SOURCE / "docs" / "configuration.md").read_text(encoding="utf-8")
        sections = re.findall(r"(?m)^## `(.*)`$", table)
        self.assertGreater(len(sections), 10)
        for section in sections:
            self.assertIn(f'.SH "{section}"\n', page)
            rows = re.findall(r"(?m)^\| `([a-z_]+)` \|", table.partition(f"## `{section}`\n")[2].partition("\n## ")[0])
            part = page.partition(f'.SH "{section}"\n')[2].partition("\n.SH ")[0]
            self.assertEqual(re.findall(r"(?m)^\.TP\n\\fB([a-z_]+)\\fR$", part), rows)

    @unittest.skipUnless(shutil.which("groff") and shutil.which("man"), "groff or man is missing")
    def test_groff_finds_nothing_wrong(self):
        for page in self.pages():
            with self.subTest(page.name):
                done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, check=False,
                                      env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is missing")
    def test_mandoc_finds_nothing_wrong(self):
        pages = self.pages()
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is missing")
    def test_text_that_looks_like_roff_is_escaped(self):
        text = subprocess.run(["mandoc", "-T", "ascii", self.folder / "man1" / "backstop-classify.1"], capture_output=True, check=True).stdout
        plain = re.sub(rb".\x08", b"", text).decode()
        self.assertIn("backstop classify --keys keys --rcpt prvs=0787c97471=ann@example.org - < mail", plain)


class Man(Case):
    """backstop man, without a terminal and on one."""

    def test_without_a_terminal_it_is_roff(self):
        for name, title in (([], "BACKSTOP 1"), (["backstop"], "BACKSTOP 1"), (["scan"], "BACKSTOP-SCAN 1"), (["backstop-scan"], "BACKSTOP-SCAN 1"),
                            (["backstop.toml"], "BACKSTOP.TOML 5")):
            outcome = run("man", *name)
            self.assertEqual((outcome.status, outcome.err), (0, ""))
            self.assertTrue(outcome.out.decode().startswith(f".TH {title} "), name)

    def on_a_terminal(self, *programs):
        """Returns what a terminal shows if only these programs are in PATH."""
        for program in programs:
            (self.folder / program).symlink_to(shutil.which(program))
        shown = Terminal([PROGRAM, "man", "scan"], {"PATH": str(self.folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}).end()
        return re.sub(r".\x08|\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")

    def check(self, shown):
        for word in ("NAME\n", "SYNOPSIS\n", "backstop scan", "--json", "EXIT STATUS\n", "SEE ALSO\n"):
            self.assertIn(word, shown)
        self.assertNotIn("\n.", shown)
        self.assertNotIn("\\f", shown)

    def test_without_any_formatter_it_is_plain_text(self):
        shown = self.on_a_terminal()
        self.check(shown)
        self.assertNotIn("\x1b", shown)
        self.assertTrue(all(len(line) <= 80 for line in shown.splitlines()))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is missing")
    def test_with_mandoc(self):
        self.check(self.on_a_terminal("mandoc"))

    @unittest.skipUnless(shutil.which("groff"), "groff is missing")
    def test_with_groff(self):
        self.check(self.on_a_terminal("groff", "troff", "grotty"))

    @unittest.skipUnless(shutil.which("man") and shutil.which("groff"), "man or groff is missing")
    def test_with_man(self):
        shown = Terminal([PROGRAM, "man", "scan"], {**os.environ, "MANPAGER": "cat", "TERM": "dumb", "LC_ALL": "C.UTF-8"}).end()
        self.check(re.sub(r".\x08|\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n"))


class Completion(Case):
    def completed(self, *words):
        script = run("completion").out.decode()
        line = " ".join(f"'{word}'" for word in ("backstop", *words))
        ask = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _backstop; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", ask], capture_output=True, check=True)
        self.assertEqual(done.stderr, b"")
        return set(done.stdout.decode().split())

    def test_every_command_and_option_is_offered(self):
        for command, options in TREE.items():
            with self.subTest(command):
                self.assertTrue(options <= self.completed(*command, "-"))
                inner = {longer[len(command)] for longer in TREE if len(longer) == len(command) + 1 and longer[:len(command)] == command}
                if command not in (("help",), ("man",)):
                    self.assertEqual(self.completed(*command, ""), inner)

    def test_what_was_typed_is_completed(self):
        self.assertEqual(self.completed("cla"), {"classify"})
        self.assertEqual(self.completed("classify", "--js"), {"--json"})
        self.assertEqual(self.completed("classify", "--json", "mail"), set())

    def test_values_are_completed(self):
        kinds = set(json.loads((SOURCE / "docs" / "history.schema.json").read_text(encoding="utf-8"))["properties"]["kind"]["enum"]) - {""} | {"bounce", "dsn", "response", "ordinary"}
        commands = {command[0] for command in TREE if len(command) == 1}
        for words, want in ((["history", "--kind", ""], kinds), (["history", "--kind", "dsn-f"], {"dsn-failed"}), (["history", "--kind", "=", "md"], {"mdn"}),
                            (["history", "--kind", "="], kinds), (["history", "-c", "x", "--done", "re"], {"refused"}), (["history", "--cause", "surge"], {"surge", "surge-over"}),
                            (["history", "--next-stage", "q"], {"quarantine"}), (["history", "--direction", ""], {"inbound", "outbound"}),
                            (["history", "--count", "ca"], {"cause"}), (["history", "--kind", "mdn", "--j"], {"--json"}), (["history", "--since", ""], set()),
                            (["history", ""], set()), (["history", "-c", ""], set()), (["help", "cl"], {"classify"}), (["help", ""], commands), (["help", "keys", ""], {"new", "rotate", "list", "dkim-import"}),
                            (["help", "keys", "n"], {"new"}), (["help", "keys", "new", ""], set()), (["help", "history", ""], set()),
                            (["man", ""], commands | {"backstop.toml"}), (["man", "back"], {"backstop.toml"}), (["keys", "new", ""], set())):
            with self.subTest(words):
                self.assertEqual(self.completed(*words), want)

    def test_a_shell_with_a_terminal_completes(self):
        """Types into bash, with the script sourced as the installation has it."""
        script = self.write("completion", run("completion").out)
        (self.folder / "only.toml").touch()
        (self.folder / "folder").mkdir()
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], {**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null", "PS1": "", "HISTFILE": ""})
        shell.type(f"source '{script}'; cd '{self.folder}'; PS1='rea''dy> '\n".encode(), b"ready> ")
        for typed, want in ((b"history --kind dsn-f\t", b"history --kind dsn-failed"), (b"history --kind=dsn-f\t", b"history --kind=dsn-failed"),
                            (b"serve -c on\t", b"serve -c only.toml"), (b"keys dkim-import --into f\t", b"--into folder/"),
                            (b"check-c\t", b"backstop check-config"), (b"history --since on\t", b"--since on\x07")):
            with self.subTest(typed):
                shown = shell.type(b"backstop " + typed, want)
                self.assertIn(want, shown)
                self.assertNotIn(b"compopt", shown)
                # Ctrl-U empties the line.
                self.assertIn(b"ready> ", shell.type(b"\x15\n", b"ready> "))
        os.write(shell.ours, b"exit\n")
        shell.end()


class Help(Case):
    def test_help_is_the_same_as_the_option(self):
        for command in TREE:
            with self.subTest(command):
                outcome = run("help", *command)
                self.assertEqual((outcome.status, outcome.out.decode(), outcome.err), (0, help_of(*command), ""))

    def test_is_laid_out_well(self):
        for command in TREE:
            text = help_of(*command)
            with self.subTest(command):
                self.assertNotIn("\n\n\n", text)
                self.assertFalse(text.endswith("\n\n"))
                self.assertNotIn("Excludes", text)
                # No sentence breaks long before the end of its line, unless it ends there.
                for line, following in zip(text.splitlines(), text.splitlines()[1:]):
                    if line and following and not line.startswith(" ") and not following.startswith((" ", "Usage: ")) and not line.endswith((".", ":")):
                        self.assertGreater(len(line) + len(following.split()[0]), 76, line)

    def test_fits_a_terminal(self):
        for command in TREE:
            for line in help_of(*command).splitlines():
                with self.subTest(command, line=line):
                    self.assertLessEqual(len(line), 80, line)

    def test_version(self):
        outcome = run("--version")
        self.assertEqual(outcome.status, 0)
        version = re.search(r"project\(backstop VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
        self.assertEqual(outcome.out.decode().strip(), f"backstop {version}")

    def test_documented_commands_are_there(self):
        documented = (SOURCE / "docs" / "command-line.md").read_text(encoding="utf-8")
        for command in TREE:
            if len(command) == 1:
                self.assertIn(f"`backstop {command[0]}", documented)


if __name__ == "__main__":
    unittest.main()

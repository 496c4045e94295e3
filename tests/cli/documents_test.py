"""The help, the manual pages and the completion are made from one source and agree."""
import pathlib
import re
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


class Pages(Case):
    def setUp(self):
        super().setUp()
        outcome = run("man", "--into", self.folder)
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_every_command_is_in_the_tree(self):
        self.assertTrue({("classify",), ("scan",), ("history",), ("demo",), ("keys",), ("tag",), ("check-config",), ("completion",), ("man",)} <= set(TREE), TREE)

    def test_every_command_and_option_is_in_the_manual(self):
        for command, options in TREE.items():
            with self.subTest(command):
                page = (self.folder / "-".join(("backstop", *command[:1]))).with_suffix(".1").read_text(encoding="utf-8")
                plain = page.replace("\\-", "-")
                for option in options:
                    self.assertIn(f"\\fB{option}\\fR", plain)
                if len(command) == 2:
                    self.assertIn(f".SS backstop {command[0]} {command[1]}", plain)

    def test_pages_of_the_build_are_these(self):
        built = pathlib.Path(PROGRAM).parent / "share" / "man" / "man1"
        self.assertEqual({page.name: page.read_bytes() for page in built.iterdir()},
                         {page.name: page.read_bytes() for page in self.folder.iterdir()})

    def test_mandoc_finds_nothing_wrong(self):
        pages = sorted(self.folder.iterdir())
        self.assertGreater(len(pages), 5)
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_text_that_looks_like_roff_is_escaped(self):
        text = subprocess.run(["mandoc", "-T", "ascii", self.folder / "backstop-classify.1"], capture_output=True, check=True).stdout
        plain = re.sub(rb".\x08", b"", text).decode()
        self.assertIn("backstop classify --keys keys --rcpt prvs=0787c97471=ann@example.org - < mail", plain)


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
                self.assertEqual(self.completed(*command, ""), inner)

    def test_what_was_typed_is_completed(self):
        self.assertEqual(self.completed("cla"), {"classify"})
        self.assertEqual(self.completed("classify", "--js"), {"--json"})
        self.assertEqual(self.completed("classify", "--json", "mail"), set())


class Help(Case):
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

"""The scripts ./run, ./check and scripts/install-packages, as far as they say something before they change the machine."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from ops import SOURCE

NOBODY = 65534


def run(*command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120, **more)


class CheckArguments(unittest.TestCase):
    def test_help_explains_from_any_folder(self):
        done = run(SOURCE / "check", "--help", cwd="/")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words in ("Installs what is missing", "40 minutes", "N passed, N failed, N skipped", "ctest --preset release -R NAME"):
            self.assertIn(words, done.stdout)
        self.assertNotIn("set -uo", done.stdout)

    def test_unknown_argument_starts_nothing(self):
        done = run(SOURCE / "check", "--hepl")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (64, "", "check: --hepl is not known; see ./check --help\n"))


class Scripts(unittest.TestCase):
    """A tree in a path with a space, with programs that stand in for those that a script calls."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="backstop scripts ")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.place.chmod(0o755)
        (self.place / "tmp").mkdir()
        (self.place / "tools").mkdir()
        self.environment = {"PATH": f"{self.place}/tools:/usr/bin:/bin:/usr/sbin:/sbin", "TMPDIR": str(self.place / "tmp")}

    def copy(self, *names):
        for name in names:
            (self.place / name).parent.mkdir(exist_ok=True)
            shutil.copy(SOURCE / name, self.place / name)

    def program(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)

    def run_here(self, *command):
        return run(*command, env=self.environment, cwd="/")

    def interrupt(self, signum, whole_group, *command):
        """Starts it, sends the signal as soon as a tool has written "begun", and returns its status and what it wrote."""
        begun = self.place / "begun"
        os.mkfifo(begun)
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=self.environment, cwd="/", start_new_session=True) as process:
            tool = int(begun.read_text())
            if whole_group:
                os.killpg(process.pid, signum)
            else:
                process.send_signal(signum)
            # The pipe closes when the last of its writers is gone, the tool among them.
            said, _ = process.communicate(timeout=60)
        begun.unlink()
        with self.assertRaises(ProcessLookupError):
            os.kill(tool, 0)
        self.assertEqual(list((self.place / "tmp").iterdir()), [])
        return process.returncode, said


# Tells who it is, and runs until a signal ends it.
UNTIL_A_SIGNAL = 'echo $$ >"${0%/*/*}/begun"; exec sleep 600\n'
INTERRUPTIONS = ((signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGHUP, False))


class Run(Scripts):
    def setUp(self):
        super().setUp()
        self.copy("run", "CMakePresets.json")
        self.program("scripts/install-packages", "")
        (self.place / "scripts" / "packages-build.txt").write_text("dpkg\n")
        self.program("built", 'printf "%s\\n" "program:" "$@"\n')

    def build(self):
        (self.place / "build" / "release").mkdir(parents=True)
        shutil.copy(self.place / "built", self.place / "build" / "release" / "backstop")

    def test_help_installs_and_builds_nothing(self):
        for name in ("scripts/install-packages", "tools/cmake", "tools/ninja"):
            self.program(name, "echo called; exit 9\n")
        for word in ("--help", "-h"):
            with self.subTest(word):
                done = self.run_here(self.place / "run", word)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                for words in ("./run [ARGUMENT...]", "Installs what is missing", "./run help [COMMAND]", "root or sudo"):
                    self.assertIn(words, done.stdout)
                self.assertNotIn("called", done.stdout)
                self.assertNotIn("set -e", done.stdout)
                self.assertNotIn("program:", done.stdout)
        self.assertFalse((self.place / "build").exists())

    def test_help_is_followed_by_that_of_a_program_that_is_built(self):
        self.build()
        done = self.run_here(self.place / "run", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Installs what is missing", done.stdout)
        self.assertTrue(done.stdout.endswith("\n\nThe program:\n\nprogram:\n--help\n"), done.stdout)

    def test_arguments_are_the_programs(self):
        self.program("tools/cmake", 'echo "a line of cmake"; mkdir -p "$2/build/release" && touch "$2/build/release/build.ninja"\n')
        self.program("tools/ninja", 'if [ "$3" = -n ]; then echo "[1/1] a step"; exit; fi\necho "a line of ninja"; cp "${2%/*/*}/built" "$2/backstop"\n')
        for arguments, want in ((["a b", "--help"], "program:\na b\n--help\n"), ([], "program:\ndemo\n")):
            with self.subTest(arguments):
                done = self.run_here(self.place / "run", *arguments)
                self.assertEqual((done.returncode, done.stdout), (0, want))
                self.assertRegex(done.stderr, r"\Abackstop: building the release takes about 1 min on [0-9]+ idle processors \(steps: 1\)\n\Z")

    def test_failure_of_a_tool_is_shown(self):
        self.program("tools/cmake", "echo why; exit 3\n")
        done = self.run_here(self.place / "run", "classify")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "", "why\n"))

    def test_interruption_is_one_line_and_leaves_nothing(self):
        self.program("tools/cmake", "echo a line of cmake\n" + UNTIL_A_SIGNAL)
        for signum, whole_group in INTERRUPTIONS:
            with self.subTest("cmake", signum=signum, whole_group=whole_group):
                self.assertEqual(self.interrupt(signum, whole_group, self.place / "run"),
                                 (-signum, "backstop: interrupted; what is built stays, and ./run goes on from there\n"))
        self.build()
        (self.place / "build" / "release" / "build.ninja").touch()
        self.program("tools/ninja", 'if [ "$3" = -n ]; then echo "[1/1] a step"; exit; fi\necho "a line of ninja"\n' + UNTIL_A_SIGNAL)
        for signum, whole_group in INTERRUPTIONS:
            with self.subTest("ninja", signum=signum, whole_group=whole_group):
                status, said = self.interrupt(signum, whole_group, self.place / "run")
                self.assertEqual(status, -signum)
                self.assertRegex(said, r"\Abackstop: building the release takes [^\n]+\nbackstop: interrupted; what is built stays, and ./run goes on from there\n\Z")

    @unittest.skipUnless(shutil.which("dpkg-query") and os.geteuid() == 0, "only root installs without sudo")
    def test_interrupted_download_is_one_line_and_leaves_nothing(self):
        self.copy("scripts/install-packages", "scripts/supported")
        (self.place / "scripts" / "packages-build.txt").write_text("no-such-package\n")
        self.program("tools/apt-get", UNTIL_A_SIGNAL)
        for signum, whole_group in INTERRUPTIONS:
            with self.subTest(signum=signum, whole_group=whole_group):
                self.assertEqual(self.interrupt(signum, whole_group, self.place / "run"),
                                 (-signum, "backstop: packages are missing: no-such-package\nbackstop: interrupted; nothing was installed\n"))


class Check(Scripts):
    def setUp(self):
        super().setUp()
        self.copy("check")
        for name in ("scripts/supported", "scripts/install-packages", "scripts/fetch-peers", "scripts/lint", "scripts/package", "tools/git", "tools/cmake"):
            self.program(name, "")
        self.program("tools/ctest", 'while [ "$1" != --output-junit ]; do shift; done; echo "100% tests passed, 0 tests failed out of 2"; echo "Total Test time (real) = 1 sec"\n'
                     """echo '<testsuite tests="2" failures="0" disabled="0" skipped="1">' >"$2"\n""")

    def test_all_of_it_in_a_path_with_a_space(self):
        done = self.run_here(self.place / "check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.endswith("7 passed, 0 failed, 2 skipped\n"), done.stdout)

    def test_packages_that_cannot_be_tried_are_skipped(self):
        for status, want in ((77, "6 passed, 0 failed, 3 skipped"), (1, "6 passed, 1 failed, 2 skipped")):
            with self.subTest(status):
                self.program("scripts/package", f"exit {status}\n")
                done = self.run_here(self.place / "check")
                self.assertEqual((done.returncode, done.stderr), (int(status == 1), ""))
                self.assertTrue(done.stdout.endswith(f"{want}\n"), done.stdout)
                self.assertRegex(done.stdout, r"\n==> packages: (skipped|FAILED) \(\d+ s\)\n")

    def test_interruption_is_one_line_and_leaves_nothing(self):
        for tool, last in (("scripts/install-packages", "; see ./check --help"), ("tools/cmake", "==> building the release")):
            for signum, whole_group in INTERRUPTIONS:
                with self.subTest(tool, signum=signum, whole_group=whole_group):
                    self.program(tool, UNTIL_A_SIGNAL)
                    status, said = self.interrupt(signum, whole_group, self.place / "check")
                    self.assertEqual(status, -signum)
                    self.assertTrue(said.endswith(f"{last}\ncheck: interrupted; what is built stays\n"), said)
            self.program(tool, "")


ON = ": Backstop is built and tested on Debian 12 and 13\n"
SYSTEMS = (  # the file that tells what the system is, and the line about it
    ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n', ""),
    ('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_CODENAME=trixie\n', ""),
    ('PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\nID=debian\nVERSION_CODENAME=bullseye\n',
     "backstop: Debian GNU/Linux 11 (bullseye) is not supported" + ON),
    ('PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_CODENAME=noble\n', "backstop: on Ubuntu 24.04.1 LTS it builds and runs, but not all is tested there" + ON),
    ('PRETTY_NAME="Fedora Linux 41"\nID=fedora\n', "backstop: Fedora Linux 41 is not supported" + ON),
)


class Systems(Scripts):
    """The first line names a system that isn't supported."""

    def test_each_script_says_it_once_and_first(self):
        self.copy("run", "check", "scripts/supported", "scripts/install-packages")
        (self.place / "scripts/packages-build.txt").write_text("bash\n")
        (self.place / "scripts/packages-check.txt").write_text("bash\n")
        for name in ("scripts/fetch-peers", "scripts/lint", "scripts/package", "tools/git", "tools/cmake", "tools/ctest"):
            self.program(name, "exit 9\n")
        release = self.place / "os-release"
        self.environment["BACKSTOP_OS_RELEASE"] = str(release)
        for text, line in SYSTEMS:
            release.write_text(text)
            for command in (["run", "classify"], ["check"], ["scripts/install-packages", self.place / "scripts/packages-build.txt"]):
                with self.subTest(text, command=command[0]):
                    done = self.run_here(self.place / command[0], *command[1:])
                    said = done.stderr + done.stdout
                    self.assertEqual(said.count(ON), int(bool(line)), said)
                    self.assertTrue(said.startswith(line), said)

    def test_a_system_without_a_name(self):
        self.copy("scripts/supported")
        self.environment["BACKSTOP_OS_RELEASE"] = f"{self.place}/none"
        done = self.run_here(self.place / "scripts/supported")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(done.stderr, f"backstop: this system, which has no {self.place}/none, is not supported" + ON)


@unittest.skipUnless(shutil.which("dpkg-query") and shutil.which("apt-get"), "this is no Debian")
class InstallPackages(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.place.chmod(0o755)

    def install(self, text, **more):
        # A user who may not enter the folder of the sources gets a copy.
        script, names = self.place / "install-packages", self.place / "names"
        shutil.copy(SOURCE / "scripts" / "install-packages", script)
        script.chmod(0o755)
        shutil.copy(SOURCE / "scripts" / "supported", self.place / "supported")
        names.write_text(text)
        return run(script, names, **more)

    def test_is_silent_if_nothing_is_missing(self):
        done = self.install("# the first is in every Debian\ndpkg\nno-such-package | bash\n")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_without_root_it_prints_the_line_to_run(self):
        # A PATH without sudo, whether or not this machine has one.
        tools = self.place / "tools"
        tools.mkdir()
        for name in ("apt-get", "apt-cache", "bash", "cat", "dirname", "dpkg-query", "env", "grep", "id", "sed"):
            (tools / name).symlink_to(shutil.which(name))
        done = self.install("dpkg\nno-such-package\nno-such-either | nor-this\n", user=NOBODY, group=NOBODY, extra_groups=[], env={"PATH": str(tools)})
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "backstop: installing takes root, and there is no sudo here; run this once as root, then try again:\n"
                         "  apt-get update && apt-get install --no-install-recommends no-such-package no-such-either\n")

    @unittest.skipUnless(os.geteuid() == 0, "only root installs without sudo")
    def test_says_how_much_and_downloads_before_it_changes_anything(self):
        tools = self.place / "tools"
        tools.mkdir()
        for name, text in (("apt-cache", 'echo "  Candidate: 1.0"'),
                           ("apt-get", f'echo "$*" >>"{self.place}/calls"; echo "Need to get 53.1 kB/60 kB of archives."; '
                                       'echo "After this operation, 284 kB of additional disk space will be used."'),
                           ("install", f'echo policy >>"{self.place}/calls"')):
            (tools / name).write_text(f"#!/bin/bash\n{text}\n")
            (tools / name).chmod(0o755)
        done = self.install("no-such-package\n", env={"PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(done.stderr, "backstop: packages are missing: no-such-package\n"
                         "backstop: installing them with what they need: 53.1 kB to download, 284 kB on the disk; this takes about a minute for each 150 MB\n"
                         "backstop: installed\n")
        calls = [call for call in (self.place / "calls").read_text().splitlines() if call != "policy"]
        self.assertEqual([("--print-uris" in call, "--download-only" in call, " install " in call) for call in calls],
                         [(False, False, False), (True, False, True), (False, True, True), (False, False, True)])


if __name__ == "__main__":
    unittest.main()

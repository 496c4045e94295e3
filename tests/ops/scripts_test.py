"""The scripts ./run, ./check and scripts/install-packages, as far as they say something before they change the machine."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from ops import SOURCE

NOBODY = 65534


def run(*command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120, **more)


class Check(unittest.TestCase):
    def test_help_explains_from_any_folder(self):
        done = run(SOURCE / "check", "--help", cwd="/")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words in ("Installs what is missing", "40 minutes", "N passed, N failed, N skipped", "ctest --preset release -R NAME"):
            self.assertIn(words, done.stdout)
        self.assertNotIn("set -uo", done.stdout)

    def test_unknown_argument_starts_nothing(self):
        done = run(SOURCE / "check", "--hepl")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (64, "", "check: --hepl is not known; see ./check --help\n"))


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
        for name in ("apt-get", "apt-cache", "bash", "cat", "dpkg-query", "env", "grep", "id", "sed"):
            (tools / name).symlink_to(shutil.which(name))
        done = self.install("dpkg\nno-such-package\nno-such-either | nor-this\n", user=NOBODY, group=NOBODY, extra_groups=[], env={"PATH": str(tools)})
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "backstop: installing takes root, and there is no sudo here; run this once as root, then try again:\n"
                         "  apt-get update && apt-get install --no-install-recommends no-such-package no-such-either\n")


if __name__ == "__main__":
    unittest.main()

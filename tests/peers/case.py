"""A test with a folder of its own, skipping tests whose programs are missing, and the exit status of a file of tests."""
import ctypes.util
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from open_to_all import open_place

SOURCE = pathlib.Path(os.environ.get("BACKSTOP_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = pathlib.Path(os.environ.get("BACKSTOP", SOURCE / "build/release/backstop"))
UNPACKED = SOURCE / "var"
EXIM = UNPACKED / "exim/exim"
PROGRAMS = {"exim": EXIM, "sendmail": UNPACKED / "sendmail/sendmail", "opensmtpd": UNPACKED / "opensmtpd/smtpd",
            "opendkim": UNPACKED / "opendkim/opendkim"}
MOUNTING = ("sendmail", "opensmtpd")  # started by private_mounts.py
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
MOST_LOG = 20_000

# Servers that run as other users must reach the files of the tests, whatever umask the tests were started with.
os.umask(0o022)


@functools.cache
def can_mount():
    return subprocess.run(["unshare", "--mount", "--propagation", "private", "mount", "--bind", "/", "/"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def is_there(name):
    if name == "backstop":
        return PROGRAM.exists()
    if name in PROGRAMS:
        return PROGRAMS[name].exists() and (name not in MOUNTING or can_mount())
    if name == "dovecot":
        return pathlib.Path("/usr/lib/dovecot/lmtp").exists()
    if name == "sieve":
        return pathlib.Path("/usr/lib/dovecot/modules/lib90_sieve_plugin.so").exists()
    if name == "dkim":
        return subprocess.run([sys.executable, "-c", "import dkim"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    if name == "seccomp":
        return ctypes.util.find_library("seccomp") is not None
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def needs(*names):
    """Skips the test if one of these is missing. Mail servers change their user, so all of them need root."""
    missing = [name for name in names if not is_there(name)]
    if os.geteuid() != 0 and set(names) & {"postfix", "dovecot", *PROGRAMS}:
        return unittest.skip("mail servers are started as root")
    return unittest.skipIf(missing, f"not here: {', '.join(missing)}; scripts/fetch-peers gets what Debian has")


class Case(unittest.TestCase):
    """self.folder is empty at first, can be entered by every user, and is removed after the test. If the test fails, its logs are shown."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="backstop-", dir=open_place())
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        # Cleanups run backwards: the servers have ended when this runs, and the folder is still there.
        self.addCleanup(self._show_logs)

    def run(self, result=None):
        self._result = result if result is not None else self.defaultTestResult()
        self._failed_before = self._failures()
        return super().run(self._result)

    def _failures(self):
        return len(self._result.failures) + len(self._result.errors)

    def _show_logs(self):
        if self._failures() == self._failed_before:
            return
        for path in sorted((*self.folder.glob("*.log"), *self.folder.glob("*/*.log"))):
            text = path.read_text(errors="replace")
            cut = f"[the last {MOST_LOG} characters]\n" if len(text) > MOST_LOG else ""
            print(f"\n---- {self.id()}: {path.relative_to(self.folder)}\n{cut}{text[-MOST_LOG:]}", file=sys.stderr)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def main():
    """Runs the tests of the file. If any was skipped, the whole file counts as skipped, so that it is never taken for passed."""
    result = unittest.main(exit=False, verbosity=2).result
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped else 0)

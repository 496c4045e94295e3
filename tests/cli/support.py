"""Shared by the tests of the command line: running the program, mails for it, and a temporary folder for each test."""
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

from open_to_all import copy_for_all  # noqa: E402

PROGRAM = os.environ["BACKSTOP"]
SOURCE = pathlib.Path(os.environ["BACKSTOP_SOURCE_DIR"])
SAMPLE = SOURCE / "samples" / "joe-job.mbox"

ORDINARY = (b"From: Bob <bob@example.com>\nTo: ann@example.org\nSubject: Lunch\nDate: Thu, 1 Jan 2026 10:00:00 +0000\n"
            b"Message-ID: <1@example.com>\n\nShall we meet at noon?\n")

BOUNCE = (b"Return-Path: <>\nDelivered-To: ann@example.org\nFrom: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\n"
          b"Subject: Undelivered Mail Returned to Sender\nDate: Thu, 1 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
          b"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
          b"--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n"
          b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
          b"Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n"
          b"Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
          b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <2@example.org>\nFrom: ann@example.org\nTo: bob@example.net\n"
          b"Subject: Hello\n\nHello Bob\n\n--b--\n")

POSTMARK = b"From MAILER-DAEMON Thu Jan  1 10:00:00 2026\n"


class Outcome:
    """How a run of the program ended, and what it used: CPU seconds, memory, and octets that it read (sockets and pipes too)."""

    def __init__(self, status, out, err, usage, octets_read):
        self.status = status
        self.out = out
        self.err = err
        self.seconds = usage.ru_utime + usage.ru_stime
        self.memory_mb = usage.ru_maxrss / 1024
        self.octets_read = octets_read


def octets_read_by(pid):
    """Returns what a process has read by system calls; works for one that has ended, until it is reaped."""
    return int(re.search(r"(?m)^rchar: (\d+)$", pathlib.Path(f"/proc/{pid}/io").read_text())[1])


def run(*arguments, stdin=b"", before=(), timeout=120):
    """Runs the program, with a file as standard input so that no pipe can stall; `timeout` is in seconds of CPU time."""
    # Root without its capabilities may not enter the home folder that the program is in.
    program = copy_for_all(pathlib.Path(PROGRAM)) if before else PROGRAM
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        # Under the name that messages show.
        name = {"executable": program} if not before else {}
        process = subprocess.Popen([*before, program if before else "backstop", *map(str, arguments)], stdin=given, stdout=out, stderr=err, **name,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (timeout, timeout)))
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        octets_read = octets_read_by(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = err.read().decode().replace(str(program), "backstop") if before else err.read().decode()
        return Outcome(process.returncode, out.read(), said, usage, octets_read)


def without_privileges():
    """Returns a command to put before the program, which takes away root's right to read everything."""
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def mbox_of(mails):
    return b"".join(POSTMARK + mail + b"\n" for mail in mails)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

"""The demo: its numbers agree with its history and its Maildirs; it ends when it should and leaves nothing running."""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import smtplib
import socket
import sqlite3
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from support import PROGRAM, SOURCE, Case, run

ROW = re.compile(r"^  (\S.*?) {2,}(none needed|mark or tag|none) +(\d+) +(\d+)   (as it is|refused|labelled as \w+)$", re.M)
FORGED_AND_OTHER_ANSWERS = 300
# The rows of the table, and the causes that the history records for each.
REFUSED = {"bare", "missing"}
# Brings the genuine bounce of a mail that left by another server. It has no proof, and is no row of the table.
ELSEWHERE = "mail.ferry.test"
FORGED = {"bounces of the spam": REFUSED}
WELCOME = {"ordinary mail": {"ordinary"}, "answers to Ann's mail": {"tag", "watermark"}, "other answers to it": {"ceiling", "uncertain"}}


def table_of(text):
    """Returns {what came: (got in, refused)} of the last table; on a terminal others were drawn before it."""
    return {row[0]: (int(row[2]), int(row[3])) for row in ROW.findall(text)[-4:]}


def ports_of(text):
    return [int(port) for port in re.findall(r"(?m)^  (?:in|out) +127\.0\.0\.1:(\d+)", text)]


def tagged_of(text):
    return re.search(r"ann@example\.org -> (\S+)", text).group(1)


def plain(address):
    return re.sub(r"^prvs=[0-9a-f]+=", "", address).lower()


def mails_in(folder):
    return [path for path in pathlib.Path(folder).rglob("new/*") if path.is_file()]


def events_in(folder):
    with contextlib.closing(sqlite3.connect(folder / "history.db")) as history:
        history.row_factory = sqlite3.Row
        return history.execute("SELECT * FROM event").fetchall()


def is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Once(unittest.TestCase):
    """One run, checked in all respects."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.folder = pathlib.Path(place.name) / "demo"
        cls.outcome = run("demo", "--once", "--fast", "--folder", cls.folder)
        cls.text = cls.outcome.out.decode()
        cls.table = table_of(cls.text)
        events = events_in(cls.folder)
        cls.events = [event for event in events if event["helo"] != ELSEWHERE]
        cls.elsewhere = [event for event in events if event["helo"] == ELSEWHERE]

    def test_ends_well(self):
        self.assertEqual((self.outcome.status, self.outcome.err), (0, ""), self.text)

    def test_forged_are_refused_and_the_others_get_in(self):
        self.assertEqual(set(self.table), {*FORGED, *WELCOME})
        for what in FORGED:
            self.assertEqual(self.table[what][0], 0, what)
            self.assertGreater(self.table[what][1], 100, what)
        for what in WELCOME:
            self.assertEqual(self.table[what][1], 0, what)
            self.assertGreaterEqual(self.table[what][0], 10, what)
        self.assertEqual(self.table["bounces of the spam"][1] + self.table["other answers to it"][0], FORGED_AND_OTHER_ANSWERS)

    def test_history_has_the_numbers_of_the_table(self):
        inbound = [event for event in self.events if event["direction"] == "inbound" and event["cause"] != "surge"]
        for what, reasons in {**FORGED, **WELCOME}.items():
            done = [event["done"] for event in inbound if event["cause"] in reasons]
            counted = (sum(one in ("delivered", "labelled") for one in done), done.count("refused"))
            self.assertEqual(counted, self.table[what], what)
            self.assertEqual(sum(counted), len(done), what)
        self.assertEqual(len(inbound), sum(map(sum, self.table.values())))

    def test_maildirs_hold_what_the_history_delivered(self):
        for direction, place in (("inbound", "mail"), ("outbound", "outside")):
            delivered = [event["message_id"] for event in self.events
                         if event["direction"] == direction and event["done"] in ("delivered", "labelled")]
            held = [re.search(rb"(?m)^Message-ID: <(.*)>$", path.read_bytes()).group(1).decode()
                    for path in mails_in(self.folder / place)]
            self.assertEqual(sorted(held), sorted(delivered))
        self.assertEqual(len(mails_in(self.folder / "mail")), len(mails_in(self.folder / "mail" / "example.org" / "ann")))

    def test_stated_sum_is_the_sum(self):
        text = " ".join(self.text.split())
        answers, ann, outside = map(int, re.search(r"agrees with the (\d+) answers .* Maildirs: (\d+) mails for Ann, (\d+) in the world", text).groups())
        self.assertEqual(answers, 1 + sum(event["cause"] != "surge" for event in self.events))
        self.assertEqual(answers, 1 + outside + sum(map(sum, self.table.values())))
        self.assertEqual(ann, sum(self.table[what][0] for what in WELCOME))
        self.assertEqual(outside, 12)

    def test_inbox_without_and_with_backstop(self):
        text = " ".join(self.text.split())
        self.assertTrue(text.startswith("Without Backstop: 325 mails in Ann's inbox, 300 of them not hers. "), text)
        inbound = 1 + sum(map(sum, self.table.values()))
        self.assertEqual(inbound, 325)
        got = sum(self.table[what][0] for what in WELCOME)
        self.assertIn(f"With Backstop: {got} mails in Ann's inbox, {self.table['other answers to it'][0]} of them not hers, each with a label.", text)

    def test_genuine_bounce_without_a_proof_meets_each_stage(self):
        (event,) = self.elsewhere
        self.assertEqual((event["done"], event["origin"], event["cause"], event["reverse_path"]), ("refused", "unproven", "missing", ""))
        said = dict(re.findall(r"(?m)^  (observe|label|quarantine|reject) +(.*)$", self.text))
        want = {"observe": "gets in as it is", "label": "gets in, labelled as unproven",
                "quarantine": "is kept back, and Ann can have it released", "reject": "is refused, and the sending server is told why"}
        self.assertEqual(said, want)

    def test_says_nothing_twice_and_how_to_go_on(self):
        self.assertNotRegex(self.text, r"\bthe same\b(?! day)")
        self.assertRegex(self.text, r"To put Backstop before a Postfix .*\n  docs/operations\.md, \"Install\" and \"Ten minutes with Postfix\"\n")
        manual = (SOURCE / "docs" / "operations.md").read_text()
        for heading in ("## Install\n", "## Ten minutes with Postfix\n"):
            self.assertIn(heading, manual)

    def test_genuine_ones_came_from_the_null_sender_to_the_tag(self):
        genuine = [event for event in self.events if event["cause"] in WELCOME["answers to Ann's mail"]]
        self.assertEqual({event["reverse_path"] for event in genuine}, {""})
        self.assertEqual({event["recipients"] for event in genuine}, {f'["{tagged_of(self.text)}"]'})
        self.assertEqual({event["kind"] for event in genuine}, {"dsn-failed", "dsn-delayed", "auto-reply", "mdn"})

    def test_flood_comes_from_many_and_in_many_forms(self):
        forged = [event for event in self.events if event["cause"] in {"bare", "missing", "ceiling", "uncertain"}]
        for column in ("client", "helo"):
            self.assertGreater(len({event[column] for event in forged}), 50, column)
        bounces = {(event["kind"], event["origin"]) for event in forged if event["cause"] in REFUSED}
        self.assertEqual(bounces, {("dsn-failed", "unproven"), ("dsn-delayed", "unproven")})
        self.assertEqual({event["certainty"] for event in forged if event["cause"] in REFUSED} - {"marked", "structural"}, set())
        others = {event["kind"] for event in forged if event["cause"] not in REFUSED}
        self.assertLessEqual({"auto-reply", "challenge", "filter-notice", "list-notice"}, others)

    def test_some_of_the_flood_have_a_tag_that_is_not_good(self):
        tags = [json.loads(event["evidence"])[0]["detail"] for event in self.events if event["cause"] in REFUSED]
        for words in ("carries no tag", "was good only until", "is forged"):
            self.assertGreater(sum(words in detail for detail in tags), 5, words)

    def test_shown_refusal_was_given(self):
        shown = re.search(r"(?s)one of the bounces:\n(.*?)\n\n", self.text).group(1)
        self.assertIn(" ".join(shown.split()), {event["reply"] for event in self.events})

    def test_fits_a_terminal(self):
        for line in self.text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_its_ports_are_closed(self):
        ports = ports_of(self.text)
        self.assertEqual(len(set(ports)), 2)
        for port in ports:
            self.assertFalse(is_taken(port), port)

    def test_its_configuration_works_for_serve(self):
        outcome = run("check-config", self.folder / "backstop.toml")
        self.assertEqual((outcome.status, outcome.err), (0, ""), outcome.out)
        process = subprocess.Popen([PROGRAM, "serve", "-c", self.folder / "backstop.toml"], stderr=subprocess.PIPE)
        try:
            self.assertRegex(process.stderr.readline().decode(), r"\Abackstop: ready: in 127\.0\.0\.1:\d+, out 127\.0\.0\.1:\d+, http 127\.0\.0\.1:\d+\n\Z")
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 0)

    def test_shown_history_command_works(self):
        (command,) = re.findall(r"(?m)^    (.* history (?:.*\\\n)?.*)$", self.text)
        name, *arguments = shlex.split(command.replace("\\\n", ""))
        self.assertEqual(name, "backstop")
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"ann@example.org", done.stdout)

    def asked(self, *arguments):
        outcome = run("history", "--db", self.folder / "history.db", "--json", "-n", 100_000, *arguments)
        self.assertEqual((outcome.status, outcome.err), (0, ""), arguments)
        return [json.loads(line) for line in outcome.out.splitlines()]

    def test_every_filter_finds_exactly_its_events(self):
        every = self.asked()
        middle = every[len(every) // 2]["time"]
        found = {("--since", middle): [one for one in every if one["time"] >= middle],
                 ("--until", middle): [one for one in every if one["time"] < middle],
                 ("--since", "1h"): every, ("--until", "1h"): [],
                 ("--kind", "dsn-failed", "--origin", "genuine"): [one for one in every if (one["kind"], one["origin"]) == ("dsn-failed", "genuine")]}
        for name in ("kind", "origin", "verdict", "done", "direction", "client", "id"):
            values = sorted({one[name] for one in every if one[name]})
            self.assertGreater(len(values), 1, name)
            for value in values[:20]:
                found[f"--{name}", value] = [one for one in every if one[name] == value]
        addresses = {address for one in every for address in (one["reverse_path"], *one["recipients"]) if address}
        for address in sorted(addresses)[:20] + [tagged_of(self.text)]:
            found["--address", address] = [one for one in every if plain(address) in map(plain, (one["reverse_path"], *one["recipients"]))]
        for arguments, want in found.items():
            with self.subTest(arguments):
                self.assertEqual(self.asked(*arguments), want)


class Staying(Case):
    def start(self, *arguments, name="demo"):
        process = subprocess.Popen([PROGRAM, "demo", "--folder", self.folder / name, *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def read_until(self, process, words):
        """Returns what it printed, up to and including the line with these words."""
        text = ""
        for line in process.stdout:
            text += line.decode()
            if words in text:
                return text
        self.fail(text)

    def check_end(self, process, number, status):
        process.send_signal(number)
        rest, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (status, b""), rest)
        with self.assertRaises(ProcessLookupError, msg="something of its session is left"):
            os.killpg(process.pid, 0)
        return rest.decode()

    def test_every_signal_ends_it_well(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                process = self.start("--fast", "--stay", name=number.name)
                self.read_until(process, "until Ctrl-C")
                self.check_end(process, number, 0)

    def test_gateway_that_stays_works(self):
        process = self.start("--fast", "--stay")
        text = self.read_until(process, "take swaks")
        inbound, outbound = ports_of(text)
        forged = (self.folder / "demo" / "forged.eml").read_bytes().replace(b"\n", b"\r\n")
        with smtplib.SMTP("127.0.0.1", inbound) as client:
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                client.sendmail("", "ann@example.org", forged)
            self.assertEqual(refused.exception.smtp_code, 550)
            self.assertRegex(refused.exception.smtp_error, rb"\A5\.7\.1 Nothing proves that example\.org sent")
            before = len(mails_in(self.folder / "demo" / "mail"))
            self.assertEqual(client.sendmail("", tagged_of(text), forged), {})
            self.assertEqual(len(mails_in(self.folder / "demo" / "mail")), before + 1)
        with smtplib.SMTP("127.0.0.1", outbound) as client:
            self.assertEqual(client.sendmail("ann@example.org", "new@friend.test", b"Subject: Hello\r\n\r\nHello!\r\n"), {})
        (left,) = mails_in(self.folder / "demo" / "outside" / "friend.test" / "new")
        self.assertTrue(left.read_bytes().startswith(b"Return-Path: <" + tagged_of(text).encode() + b">\n"))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.check_end(process, signal.SIGINT, 0)


class Terminal(Case):
    def on_terminal(self, *arguments, name="demo", rows=24, columns=80, kind="xterm", until=None):
        """Runs the demo on a terminal of that size. Returns what it printed, and the exit status. Types Ctrl-C after the words `until`."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen([PROGRAM, "demo", "--folder", self.folder / name, *arguments], stdin=slave, stdout=slave, stderr=slave,
                                   env={**os.environ, "TERM": kind}, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        text = b""
        with contextlib.suppress(OSError):  # the terminal has ended, since no process has it open any more
            while True:
                self.assertTrue(select.select([master], [], [], 60)[0], text)
                part = os.read(master, 65536)
                text += part
                if not part:
                    break
                if until is not None and until in text:
                    self.assertIsNone(process.poll(), text)
                    os.write(master, b"\x03")
                    until = None
        self.assertIsNone(until, text)
        return text.decode(), process.wait(timeout=60)

    def test_stays_until_ctrl_c_and_counts_live(self):
        text, status = self.on_terminal(until=b"until Ctrl-C")
        self.assertEqual(status, 0)
        self.assertGreater(text.count("\x1b[J"), 20, "drawn ten times a second, over some seconds")
        counted = [int(row[3]) for row in ROW.findall(text.replace("\r\n", "\n")) if row[0] == "bounces of the spam"]
        self.assertEqual(counted, sorted(counted))
        self.assertGreater(len(set(counted)), 20, "it is paced for people")

    def test_interrupted_before_the_end(self):
        text, status = self.on_terminal(until=b"Now mail comes")
        self.assertEqual(status, 1)
        self.assertIn("Interrupted before the end.", text)
        self.assertNotIn("This is from the history", text)
        self.assertLess(len(events_in(self.folder / "demo")), FORGED_AND_OTHER_ANSWERS, "the flood did not go on")

    def test_once_ends(self):
        text, status = self.on_terminal("--once", "--fast")
        self.assertEqual(status, 0)
        self.assertEqual(set(table_of(text.replace("\r\n", "\n"))), {*FORGED, *WELCOME})

    def test_terminals_that_can_not_redraw(self):
        for name, shape in (("dumb", {"kind": "dumb"}), ("narrow", {"columns": 79}), ("flat", {"rows": 9}), ("of no size", {"rows": 0, "columns": 0})):
            with self.subTest(name):
                text, status = self.on_terminal("--once", "--fast", name=name, **shape)
                self.assertEqual(status, 0)
                self.assertNotIn("\x1b", text)


class Edges(Case):
    def test_without_arguments(self):
        outcome = run(before=("env", f"TMPDIR={self.folder}"))
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        (made,) = self.folder.iterdir()
        self.assertRegex(made.name, r"\Abackstop-demo\.\w{6}\Z")
        self.assertIn(f"All its files are in {made}\n", outcome.out.decode())
        self.assertNotIn("\x1b", outcome.out.decode())

    def test_per_cent_signs_in_the_path_are_escaped(self):
        place = self.folder / "50%d and 100%"
        place.mkdir()
        outcome = run("demo", "--once", "--fast", before=("env", f"TMPDIR={place}"))
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual([path.name for path in self.folder.iterdir()], [place.name])
        (made,) = place.iterdir()
        self.assertTrue(mails_in(made / "mail/example.org/ann"))
        self.assertIn(f"gateway in: inbound, listens on 127.0.0.1:0, next hop maildir:{str(made).replace('%', '%%')}/mail/%d/%n\n",
                      run("check-config", made / "backstop.toml").out.decode())
        self.assertIn(b"ann@example.org", run("history", "-c", made / "backstop.toml").out)

    def test_folder_that_holds_something_stays_as_it_is(self):
        kept = self.write("demo/kept", b"mine")
        outcome = run("demo", "--fast", "--folder", kept.parent)
        self.assertEqual((outcome.status, outcome.out), (73, b""))
        self.assertEqual(outcome.err, f"backstop: {kept.parent}: the folder is not empty\n")
        self.assertEqual(list(kept.parent.iterdir()), [kept])

    def test_options_that_exclude_each_other(self):
        for arguments in (["--once", "--stay"], ["--mailbox", "--fast"], ["--mailbox", "--once"], ["--mailbox", "--stay"],
                          ["--mailbox", "--folder", self.folder / "x"]):
            with self.subTest(arguments):
                outcome = run("demo", *arguments)
                self.assertEqual((outcome.status, outcome.out), (64, b""), outcome.err)

    def test_broken_mail_template_is_named(self):
        """The templates beside the program go before those of the source tree."""
        program = self.folder / "bin" / "backstop"
        program.parent.mkdir()
        shutil.copy(PROGRAM, program)
        samples = self.folder / "share" / "backstop" / "samples"
        shutil.copytree(SOURCE / "samples", samples)
        broken = samples / "demo" / "ordinary" / "01-dinner.eml"
        broken.write_bytes(broken.read_bytes().replace(b"{date}", b"{when}"))
        done = subprocess.run([program, "demo", "--once", "--fast", "--folder", self.folder / "demo"], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertEqual(done.stderr.decode(), f"backstop: {broken}: {{when}} is no placeholder here; these are: {{date}} {{tagged}}\n")
        self.assertFalse((self.folder / "demo").exists())

    def test_disk_that_is_full(self):
        for ending in ("--once", "--stay"):
            with self.subTest(ending), open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, "demo", "--fast", ending, "--folder", self.folder / ending], stdout=full,
                                      stderr=subprocess.PIPE, check=False, timeout=60)
                self.assertEqual((done.returncode, done.stderr), (74, b"backstop: standard output can't be written\n"))


if __name__ == "__main__":
    unittest.main()

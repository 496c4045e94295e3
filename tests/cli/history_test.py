"""backstop history: what it lists, for people and as JSON. The tests write the file themselves, as docs/history.md describes it."""
import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
import unittest

import jsonschema

from support import PROGRAM, SOURCE, Case, run, without_privileges

SCHEMA = json.loads((SOURCE / "docs" / "history.schema.json").read_text(encoding="utf-8"))
ALSO_KINDS = ["bounce", "dsn", "response", "ordinary"]  # which --kind takes beside the kinds themselves
TABLES = re.search(r"```sql\n(.*?)```", (SOURCE / "docs" / "history.md").read_text(encoding="utf-8"), re.S).group(1)
UTC = ("env", "TZ=UTC")
BERLIN = ("env", "TZ=CET-1CEST,M3.5.0,M10.5.0/3")
NOON = 1795435200000  # 2026-11-23 12:00 UTC

EVENT = {
    "time": NOON, "id": "00662a1", "gateway": "in", "direction": "inbound", "client": "203.0.113.7", "helo": "mx.example.net",
    "reverse_path": "", "recipients": ["prvs=0787c97471=ann@example.org"], "size": 4321, "message_id": "1@example.net",
    "kind": "dsn-failed", "certainty": "structural", "reporting_mta": "mx.example.net", "original_message_id": "2@example.org",
    "evidence": [{"name": "tag", "finding": "silent", "level": "", "detail": "The address carries no tag."}], "origin": "unproven", "origin_cause": "bare", "facts": "ready-messages ready-tags sought-tag", "verdict": "refuse",
    "cause": "bare", "explanation": "Nothing proves that you wrote it.", "tag": "", "stage": "reject", "done": "refused", "next_stage": "",
    "reply": "550 5.7.1 no", "took": 12, "client_gone": 0, "contradiction": 0,
}


def plain(address):
    return re.sub(r"^prvs=\d{4}[0-9a-f]{6}=", "", address).lower()


class History(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "history.db"
        self.database = sqlite3.connect(self.path)
        self.addCleanup(self.database.close)
        self.database.executescript(TABLES)

    def add(self, **changed):
        event = {**EVENT, **changed}
        row = {**event, "recipients": json.dumps(event["recipients"]), "evidence": json.dumps(event["evidence"])}
        with self.database:
            done = self.database.execute(f"INSERT INTO event ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            addresses = {plain(address) for address in (event["reverse_path"], *event["recipients"]) if address}
            for rank, address in enumerate(addresses):
                self.database.execute("INSERT INTO event_address VALUES (?, ?, ?)", (done.lastrowid * 65536 + rank, address, event["time"]))

    def history(self, *arguments, **given):
        return run("history", "--db", self.path, *arguments, **given)

    def objects(self, *arguments, **given):
        outcome = self.history("--json", *arguments, **given)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return [json.loads(line) for line in outcome.out.decode("utf-8").splitlines()]

    def ids(self, *arguments, **given):
        return [one["id"] for one in self.objects(*arguments, **given)]


class Json(History):
    def check(self, found):
        jsonschema.Draft7Validator.check_schema(SCHEMA)
        for one in found:
            jsonschema.Draft7Validator(SCHEMA).validate(one)
            self.assertEqual(list(one), SCHEMA["required"])

    def test_an_event_has_all_its_fields(self):
        self.add()
        (found,) = self.objects()
        self.check([found])
        want = {**EVENT, "time": "2026-11-23T12:00:00.000Z", "took_ms": 12, "client_gone": False, "contradiction": False,
                "facts": ["ready-messages", "ready-tags", "sought-tag"]}
        del want["took"]
        self.assertEqual(found, want)

    def test_every_word_of_the_schema(self):
        for key in ("kind", "certainty", "origin", "origin_cause", "verdict", "stage", "done", "next_stage", "direction"):
            for word in SCHEMA["properties"][key]["enum"]:
                self.add(**{key: word})
        self.check(self.objects("-n", "1000"))

    def test_filters_take_the_words_of_the_schema(self):
        help_text = " ".join(run("history", "--help").out.decode().split())
        for key in ("kind", "origin", "verdict", "done", "direction"):
            words = [word for word in SCHEMA["properties"][key]["enum"] if word]
            listed = re.search(rf"--{key} [A-Z]+ [^:]+: ((?:[a-z-]+, )*[a-z-]+)", help_text).group(1).split(", ")
            also = ALSO_KINDS if key == "kind" else []
            self.assertEqual(sorted(words + also), sorted(listed))

    def test_documented_fields_are_those_of_the_schema(self):
        page = (SOURCE / "docs" / "history.md").read_text(encoding="utf-8")
        event = page.partition("\n## An event\n")[2].partition("\n## ")[0]
        self.assertEqual(re.findall(r"(?m)^\| `([a-z_]+)` \|", event), SCHEMA["required"])

    def test_odd_rows_are_still_json(self):
        self.add(helo="a\x1b[31m\n\"\\", explanation="\u00fc\U0001F4E7", recipients=["\x00", "\u2028"])
        with self.database:
            self.database.execute("UPDATE event SET helo = CAST(x'ff61' AS TEXT), reply = x'fffe', evidence = 'no json', recipients = '{}'")
        (found,) = self.objects()
        self.check([found])
        self.assertEqual((found["helo"], found["evidence"], found["recipients"]), ("\ufffda", [], []))


class Filters(History):
    def setUp(self):
        super().setUp()
        self.add(id="a", time=NOON - 3 * 3600_000, client="2001:db8::1", direction="outbound", reverse_path="ann@example.org", recipients=["bob@example.net"],
                 tag="none (lists.example is no domain of ours)")
        self.add(id="b", time=NOON - 2 * 3600_000, kind="none", origin="", verdict="accept", cause="stale", next_stage="label", done="delivered",
                 reverse_path="Bob@Example.net")
        self.add(id="c", time=NOON - 1 * 3600_000, origin="forged", kind="auto-reply", recipients=["cem@example.org"])
        self.add(id="c", time=NOON)

    def test_untagged(self):
        """Lists the mail that left with a sender but without a tag, and nothing else."""
        self.add(id="tagged", direction="outbound", reverse_path="ann@example.org", tag="key-1")
        self.add(id="null", direction="outbound", reverse_path="", tag="none (the null reverse path is never tagged)")
        self.add(id="srs", direction="outbound", reverse_path="SRS0=x=1=a=b@example.org", tag="none (it was rewritten by a forwarder)")
        self.assertEqual(self.ids("--untagged"), ["srs", "a"])
        self.assertEqual(self.ids("--untagged", "--address", "bob@example.net"), ["a"])
        text = self.history("--id", "a").out.decode()
        self.assertRegex(text, r"(?m)^  \S.* +none \(lists.example is no domain of ours\)$")

    def test_each(self):
        for arguments, want in [
                ([], "ccba"), (["-n", "2"], "cc"), (["--most", "3"], "ccb"),
                (["--address", "bob@example.net"], "ba"), (["--address", "<BOB@example.net>"], "ba"),
                (["--address", "ann@example.org"], "cba"), (["--address", "prvs=1111aaaaaa=ann@example.org", "-n", "1"], "c"),
                (["--client", "2001:db8::1"], "a"), (["--kind", "none"], "b"), (["--kind", "auto-reply"], "c"), (["--origin", "forged"], "c"),
                (["--verdict", "accept"], "b"), (["--cause", "stale"], "b"), (["--next-stage", "label"], "b"), (["--done", "delivered"], "b"), (["--direction", "outbound"], "a"),
                (["--id", "c"], "cc"), (["--id", "c", "--kind", "auto-reply"], "c"), (["--id", "gone"], ""),
                (["--since", "2026-11-23T11:00:00Z"], "cc"), (["--since", "2026-11-23T11:00:00.001Z"], "c"),
                (["--until", "2026-11-23T11:00:00Z"], "ba"), (["--since", "2026-11-23 10:00Z", "--until", "2026-11-23 12:00Z"], "cb")]:
            with self.subTest(arguments):
                self.assertEqual("".join(self.ids(*arguments)), want)

    def test_times_are_of_this_machines_zone(self):
        self.assertEqual("".join(self.ids("--since", "2026-11-23 12:00", before=UTC)), "c")
        self.assertEqual("".join(self.ids("--since", "2026-11-23 12:00", before=BERLIN)), "cc")
        self.assertEqual("".join(self.ids("--until", "2026-11-23", before=UTC)), "")

    def test_times_before_now(self):
        now = int(time.time() * 1000)
        self.add(id="young", time=now - 3000_000)
        self.add(id="old", time=now - 2 * 86400_000)
        self.assertEqual(self.ids("--since", "1h")[-1], "young")
        self.assertIn("old", self.ids("--since", "3d"))
        self.assertNotIn("old", self.ids("--since", "1d12h"))
        self.assertNotIn("young", self.ids("--until", "1h"))


class ForPeople(History):
    def test_table(self):
        self.add()
        self.add(time=NOON + 86400_000, reverse_path="bob@example.com", recipients=["ann@example.org", "b@example.org"], kind="none",
                 done="delivered", cause="ordinary")
        outcome = self.history(before=BERLIN)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(outcome.out.decode(),
                         "  Time      Id       Done       Kind        Client       From -> To                             Cause\n"
                         "2026-11-24 (CET)\n"
                         "  13:00:00  00662a1  delivered  none        203.0.113.7  bob@example.com -> ann@example.org +1  ordinary\n"
                         "2026-11-23 (CET)\n"
                         "  13:00:00  00662a1  refused    dsn-failed  203.0.113.7  <> -> ann@example.org                  bare\n")

    def test_says_that_there_are_more(self):
        for number in range(3):
            self.add(time=NOON + number)
        self.assertNotIn("there are more", self.history("-n", "3").out.decode())
        self.assertTrue(self.history("-n", "2").out.decode().endswith("\nThese are the newest 2; there are more (-n).\n"))
        self.assertEqual(len(self.objects("-n", "2")), 2)

    def test_nothing_matches(self):
        for arguments, want in (([], b"No event matches.\n"), (["--json"], b"")):
            outcome = self.history(*arguments)
            self.assertEqual((outcome.status, outcome.out, outcome.err), (0, want, ""))

    def test_one_event_in_full(self):
        self.add()
        self.add(id="other")
        text = self.history("--id", "00662a1", before=UTC).out.decode()
        self.assertTrue(text.startswith("2026-11-23 12:00:00 UTC: refused\n  Nothing proves that you wrote it.\n\n  Id "), text)
        self.assertRegex(text, r"(?m)^  To +prvs=0787c97471=ann@example.org$")
        self.assertRegex(text, r"(?m)^    tag +silent: The address carries no tag.$")
        both = self.history("-v", before=UTC).out.decode()
        self.assertEqual(both.count("2026-11-23 12:00:00 UTC: refused"), 2)
        self.assertIn("\n\n2026-11-23", both)

    def test_nothing_steers_the_terminal(self):
        hostile = "\x1b[31m\r\n\x07\u009b" * 40
        self.add(**{key: hostile for key, value in EVENT.items() if isinstance(value, str)}, recipients=[hostile])
        for arguments in ([], ["-v"]):
            out = self.history(*arguments).out.decode("utf-8")
            self.assertFalse([c for c in out if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)])
            self.assertTrue(all(len(line) <= 120 for line in out.splitlines()) or arguments, out)


class Count(History):
    def setUp(self):
        super().setUp()
        for number in range(12):
            self.add(time=NOON + number * 3600_000)  # the last one begins a new day in UTC
        self.add(time=NOON - 86400_000, kind="mdn", cause="tag", done="delivered")

    def test_alone_it_counts_days_kinds_and_causes(self):
        outcome = self.history("--count", before=BERLIN)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(outcome.out.decode(), "Day         Events\n2026-11-22       1\n2026-11-23      11\n2026-11-24       1\n\n"
                                               "Kind        Events\ndsn-failed      12\nmdn              1\n\n"
                                               "Cause  Events\nbare       12\ntag         1\n")

    def test_each_sort(self):
        for arguments, want in ((["--count", "kind"], "Kind        Events\ndsn-failed      12\nmdn              1\n"),
                                (["--count=done"], "Done       Events\nrefused        12\ndelivered       1\n"),
                                (["--count", "cause", "gateway"], "Cause  Events\nbare       12\ntag         1\n\nGateway  Events\nin           13\n"),
                                (["--count", "kind", "--count", "kind", "--kind", "mdn"], "Kind  Events\nmdn        1\n"),
                                (["--count", "--kind", "challenge"], "No event matches.\n")):
            with self.subTest(arguments):
                outcome = self.history(*arguments, before=UTC)
                self.assertEqual((outcome.status, outcome.err, outcome.out.decode()), (0, "", want))

    def test_the_sorts_are_those_of_the_help(self):
        text = " ".join(run("help", "history").out.decode().split())
        for sort in re.search(r"by one or several of: ([a-z, ]+)\.", text).group(1).split(", "):
            outcome = self.history("--count", sort, "--json")
            self.assertEqual((outcome.status, sum(one["count"] for one in json.loads(outcome.out)[sort])), (0, 13))

    def test_json(self):
        (found,) = self.objects("--count", "--since", "2026-11-23", before=UTC)
        self.assertEqual(found, {"events": 12, "day": [{"day": "2026-11-23", "count": 12, "too_high_by": 0}],
                                 "kind": [{"kind": "dsn-failed", "count": 12, "too_high_by": 0}],
                                 "cause": [{"cause": "bare", "count": 12, "too_high_by": 0}]})


class Follow(History):
    def setUp(self):
        super().setUp()
        self.database.execute("PRAGMA journal_mode = WAL")

    def follow(self, *arguments):
        follower = subprocess.Popen([PROGRAM, "history", "--db", self.path, "--follow", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    text=True, env={**os.environ, "TZ": "UTC"})
        self.addCleanup(follower.communicate)
        self.addCleanup(follower.kill)
        return follower

    def test_it_shows_the_newest_and_then_each_that_comes(self):
        for number in range(12):
            self.add(id=f"old{number}", time=NOON + number)
        follower = self.follow()
        self.assertRegex(follower.stdout.readline(), "^  Time +Id ")
        self.assertEqual(follower.stdout.readline(), "2026-11-23 (UTC)\n")
        self.assertEqual([follower.stdout.readline().split()[1] for _ in range(10)], [f"old{number}" for number in range(2, 12)])
        # One that was decided before those above, but recorded after them.
        self.add(id="late", time=NOON - 1000)
        self.assertEqual(follower.stdout.readline().split()[:2], ["11:59:59", "late"])
        self.add(id="new", time=NOON + 86400_000)
        self.assertEqual(follower.stdout.readline(), "2026-11-24 (UTC)\n")
        self.assertEqual(follower.stdout.readline().split()[1], "new")
        follower.send_signal(signal.SIGINT)
        out, err = follower.communicate(timeout=20)
        self.assertEqual((follower.returncode, out, err), (-signal.SIGINT, "", ""))

    def test_filters_and_json(self):
        self.add(id="a", recipients=["ben@example.org"])
        self.add(id="b")
        follower = self.follow("--json", "-n", "1", "--address", "ann@example.org", "--done", "refused")
        self.assertEqual(json.loads(follower.stdout.readline())["id"], "b")
        self.add(id="c", done="delivered")
        self.add(id="d", recipients=["ben@example.org"])
        self.add(id="e")
        self.assertEqual(json.loads(follower.stdout.readline())["id"], "e")

    def test_more_than_it_takes_at_once_comes_in_order(self):
        self.add(id="first")
        follower = self.follow("--json")
        self.assertEqual(json.loads(follower.stdout.readline())["id"], "first")
        with self.database:
            columns = [row[1] for row in self.database.execute("PRAGMA table_info(event)") if row[1] not in ("number", "id")]
            self.database.executemany(f"INSERT INTO event (id, {', '.join(columns)}) SELECT ?, {', '.join(columns)} FROM event WHERE id = 'first'",
                                      [(str(number),) for number in range(2500)])
        self.assertEqual([json.loads(follower.stdout.readline())["id"] for _ in range(2500)], [str(number) for number in range(2500)])

    def test_each_in_full(self):
        self.add(id="a")
        follower = self.follow("-v")
        while line := follower.stdout.readline():
            if line.split() == ["Took", "12", "ms"]:
                break
        self.add(id="b")
        self.assertEqual([follower.stdout.readline() for _ in range(2)], ["\n", "2026-11-23 12:00:00 UTC: refused\n"])

    def test_a_new_history_in_its_place_is_followed(self):
        self.add(id="a")
        follower = self.follow("--json")
        self.assertEqual(json.loads(follower.stdout.readline())["id"], "a")
        self.database.close()
        for path in self.folder.glob("history.db*"):
            path.unlink()
        self.database = sqlite3.connect(self.path)
        self.addCleanup(self.database.close)
        self.database.executescript(TABLES)
        self.add(id="b")
        self.assertEqual(json.loads(follower.stdout.readline())["id"], "b")

    def test_it_ends_if_nobody_reads(self):
        self.add()
        follower = self.follow("--json")
        follower.stdout.readline()
        follower.stdout.close()
        self.assertEqual((follower.wait(timeout=20), follower.stderr.read()), (0, ""))
        follower.stdout = None

    def test_without_a_history(self):
        outcome = run("history", "--db", self.folder / "gone", "--follow")
        self.assertEqual((outcome.status, outcome.err), (66, f"backstop: history {self.folder}/gone: there is no such file\n"))


class Places(History):
    CONFIG = ('[server]\nhostname = "mx.example.org"\n[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:2525"]\n'
              'next_hop = "smtp://127.0.0.1:10025"\n[[domain]]\nname = "example.org"\n[keys]\nfile = "not-there"\ntags = true\n')

    def test_path_and_url(self):
        self.add()
        for database in (self.path, f"sqlite:{self.path}"):
            self.assertEqual(run("history", "--db", database, "--json").out.count(b"\n"), 1)

    def test_configuration(self):
        self.add()
        config = self.write("backstop.toml", (self.CONFIG + '[history]\nurl = "sqlite:history.db"\n').encode())
        outcome = run("history", "-c", config, "--json")
        self.assertEqual((outcome.status, outcome.err), (0, ""), "relative to the file, and without its keys")
        self.assertEqual(outcome.out.count(b"\n"), 1)

    def untagged_line(self, more=""):
        """Returns what check-config says of mail that left without a tag, or nothing."""
        self.write("not-there", b"0 exim sign 2020-01-01 not a secret to anybody\n").chmod(0o600)
        config = self.write("backstop.toml", (self.CONFIG + '[history]\nurl = "sqlite:history.db"\n' + more).encode())
        outcome = run("check-config", config)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertIn(b"\n  history: ", outcome.out)
        return "".join(line for line in outcome.out.decode().splitlines() if "untagged" in line)

    def test_check_config_counts_what_left_without_a_tag(self):
        now = int(time.time() * 1000)
        left = {"direction": "outbound", "reverse_path": "ann@example.org", "done": "delivered", "kind": "none", "time": now}
        self.add(**left, tag="key-1")
        self.assertEqual(self.untagged_line(), "")
        for _ in range(3):
            self.add(**left, tag="none (unknown.example is no domain of ours)")
        self.add(**left, tag="none (its local part needs quotes)")
        # Mail that is older, did not leave, or has the null sender is not counted.
        self.add(**{**left, "time": now - 15 * 86400_000}, tag="none (old)")
        self.add(**{**left, "done": "refused"}, tag="none (refused)")
        self.add(**{**left, "reverse_path": ""}, tag="none (null)")
        self.assertEqual(self.untagged_line(), "  untagged: 4 mails left without a tag in the last 14 days: 3 (unknown.example is no domain of ours), "
                                               "1 (its local part needs quotes)")
        self.assertEqual(self.untagged_line("enabled = false\n"), "")

    def test_check_config_without_a_history_or_with_a_file_that_is_none(self):
        self.path.unlink()
        self.assertEqual(self.untagged_line(), "")
        self.path.write_bytes(b"Dear Sir,\n" * 100)
        self.assertEqual(self.untagged_line(), f"  untagged: not counted: history {self.path}: it is no SQLite database")

    def test_configuration_with_a_mistake(self):
        config = self.write("backstop.toml", self.CONFIG.replace("hostname", "hostnam").encode())
        outcome = run("history", "-c", config)
        self.assertEqual((outcome.status, outcome.out), (65, b""))
        self.assertIn(f'{config}:2:1: unknown key "hostnam"', outcome.err)
        gone = run("history", "-c", self.folder / "gone.toml")
        self.assertEqual((gone.status, gone.err), (66, f"backstop: {self.folder}/gone.toml: no such file\n"))

    def of_version(self, version):
        """Makes a history file without events whose version is this."""
        path = self.folder / f"version{version}.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.executescript(TABLES + f"PRAGMA user_version = {version};")
        return path

    def test_what_can_not_be_read(self):
        text = self.write("text", b"Dear Sir,\n" * 100)
        newer, older = self.of_version(6), self.of_version(1)
        closed = self.write("closed", b"")
        closed.chmod(0)
        for path, want in [(self.folder / "gone", "there is no such file"), (text, "it is no SQLite database"), (self.folder, "it is no plain file"),
                           (newer, "it was made by a newer Backstop: its schema is version 6, this program knows those up to 5"),
                           (older, "it was made by an older Backstop; `backstop serve` upgrades it when it starts"),
                           (closed, "it can't be opened: Permission denied"), (self.write("empty", b""), "it holds no history yet")]:
            with self.subTest(path):
                outcome = run("history", "--db", path, before=without_privileges())
                self.assertEqual((outcome.status, outcome.out), (66, b""))
                self.assertEqual(outcome.err, f"backstop: history {path}: {want}\n")
        self.assertEqual(text.read_bytes(), b"Dear Sir,\n" * 100)
        self.assertFalse((self.folder / "gone").exists())

    def test_reads_while_another_writes(self):
        self.add()
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("UPDATE event SET id = 'changed'")
        self.assertEqual(self.ids(), ["00662a1"])
        self.database.rollback()

    def test_disk_that_is_full(self):
        self.add()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "history", "--db", self.path], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (74, b"backstop: standard output can't be written\n"))

    def test_a_wrong_word_is_answered_with_the_right_ones(self):
        policy = (SOURCE / "docs" / "policy.md").read_text(encoding="utf-8").partition("## Causes")[2].partition("\n## ")[0]
        causes = re.findall(r"(?m)^\| `([a-z-]+)` \|", policy) + ["next-hop", "late-unknown", "limit", "failed", "opened", "released", "deleted", "surge", "surge-over"]
        self.assertGreater(len(causes), 20)
        for option, word, want, end in (("--cause", "baer", causes, "; did you mean bare? See"),
                                        ("--kind", "virus", [word for word in SCHEMA["properties"]["kind"]["enum"] if word] + ALSO_KINDS, "; see")):
            with self.subTest(option):
                told = re.fullmatch(rf"backstop: {option}: {word} is not one of: (.*){re.escape(end)} backstop history --help\n",
                                    self.history(option, word).err)
                self.assertEqual(sorted(told[1].split(", ")), sorted(want))

    def test_wrong_command_lines(self):
        for arguments in ([], ["--db", ""], ["--db", self.path, "-c", self.path], ["--db", self.path, "more"], ["--db", self.path, "-n", "0"],
                          ["--db", self.path, "-n", "100001"], ["--db", self.path, "-n", "x"], ["--db", self.path, "--kind", "virus"],
                          ["--db", self.path, "--origin", "none"], ["--db", self.path, "--verdict", "refused"], ["--db", self.path, "--cause", "unproven"], ["--db", self.path, "--done", "refuse"],
                          ["--db", self.path, "--direction", "in"], ["--db", self.path, "--since", "yesterday"], ["--db", self.path, "--until", "2026-02-30"],
                          ["--db", self.path, "--client", ""], ["--db", self.path, "--id", ""], ["--db", self.path, "--address", "<>"],
                          ["--db", self.path, "--address", "anna"], ["--db", self.path, "--count", "size"], ["--db", self.path, "--count", "-n", "3"],
                          ["--db", self.path, "--count", "-v"], ["--db", self.path, "--count", "--follow"],
                          ["--db", self.path, "--follow", "--until", "1d"]):
            with self.subTest(arguments):
                outcome = run("history", *arguments)
                self.assertEqual((outcome.status, outcome.out), (64, b""))
                self.assertRegex(outcome.err, r"\Abackstop: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()

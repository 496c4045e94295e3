"""backstop why, report and replay, on a history that the tests write as docs/history.md describes it."""
import json
import re
import socket
import sqlite3
import threading
import time
import unittest

import jsonschema

from history_test import EVENT, SCHEMA, TABLES
from support import Case, run

UTC = ("env", "TZ=UTC")

CONFIG = """[server]
hostname = "mx.example.org"
[[gateway]]
name = "in"
direction = "inbound"
listen = ["127.0.0.1:0"]
next_hop = "smtp://127.0.0.1:{port}"
[[domain]]
name = "example.org"
stage = "label"
[[domain]]
name = "elsewhere.example"
next_hop = "maildir:outside/%n"
[history]
url = "sqlite:history.db"
"""


class NextHop:
    """Takes one mail, or refuses its recipient, and keeps what it was told."""

    def __init__(self, refuses=False):
        self.refuses = refuses
        self.lines = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        connection, _ = self.listener.accept()
        connection.settimeout(60)
        with connection, connection.makefile("rwb") as stream:
            self.say(stream, "220 hop.test ESMTP")
            in_data = False
            for raw in stream:
                line = raw.decode().rstrip("\r\n")
                self.lines.append(line)
                if in_data:
                    if line == ".":
                        in_data = False
                        self.say(stream, "250 2.0.0 taken")
                    continue
                verb = line.split(" ")[0]
                in_data = verb == "DATA"
                refused = verb == "RCPT" and self.refuses
                self.say(stream, "550 5.1.1 who?" if refused else "354 go on" if in_data else "250-hop.test\r\n250 8BITMIME" if verb == "EHLO" else "250 2.0.0 ok")

    @staticmethod
    def say(stream, line):
        stream.write(line.encode() + b"\r\n")
        stream.flush()

    def end(self):
        self.thread.join(60)
        self.listener.close()


class Told(Case):
    def setUp(self):
        super().setUp()
        self.now = int(time.time() * 1000)
        self.database = sqlite3.connect(self.folder / "history.db")
        self.addCleanup(self.database.close)
        self.database.executescript(TABLES)
        self.config = self.configured(9)

    def configured(self, port, name="backstop.toml", **changed):
        text = CONFIG.format(port=port)
        for old, new in changed.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        return self.write(name, text.encode())

    def add(self, **changed):
        event = {**EVENT, "time": self.now, "stage": "label", "verdict": "label", "next_stage": "label", "done": "labelled", "cause": "missing",
                 "origin_cause": "missing", **changed}
        row = {**event, "recipients": json.dumps(event["recipients"]), "evidence": json.dumps(event["evidence"])}
        with self.database:
            self.database.execute(f"INSERT INTO event ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))

    def told(self, *arguments, status=0):
        outcome = run(*arguments, before=UTC)
        self.assertEqual((outcome.status, outcome.err if status == 0 else ""), (status, ""), outcome.err)
        return outcome.out.decode() if status == 0 else outcome.err

    def object(self, *arguments):
        return json.loads(self.told(*arguments, "--json"))


class Why(Told):
    def test_one_event(self):
        self.add(id="00662a1")
        self.add(id="00662a2")
        self.add(id="0077")
        page = self.told("why", "-c", self.config, "00662a1")
        self.assertTrue(page.startswith("00662a1: labelled on "), page)
        for part in ("Its machine-readable parts show that it is\n  one (structural).", "  Looked for and not found\n    tag  The address carries no tag.",
                     "  Would have proved it\n    tag (C) ", "  Not looked for\n    watermark (B)  ", "  Domain      ready for proofs in messages and for tags\n"):
            self.assertIn(part, page)
        self.assertEqual(page, self.told("why", "--db", self.folder / "history.db", "00662a1"))

    def test_the_beginning_of_an_id_is_enough(self):
        self.add(id="00662a1")
        self.add(id="0077")
        self.assertTrue(self.told("why", "-c", self.config, "006").startswith("00662a1: "))
        self.assertEqual(self.told("why", "-c", self.config, "00", status=66),
                         "backstop: why: several ids begin with 00: 00662a1, 0077; give more of it\n")
        self.assertEqual(self.told("why", "-c", self.config, "01", status=66), "backstop: why: the history has no event whose id begins with 01\n")
        self.add(id="006")
        self.assertTrue(self.told("why", "-c", self.config, "006").startswith("006: "), "a whole id counts first")

    def test_all_events_of_a_transaction(self):
        self.add(id="0a", kind="", origin_cause="", certainty="", origin="", done="refused", time=self.now - 10)
        self.add(id="0a")
        page = self.told("why", "-c", self.config, "0a")
        self.assertEqual(re.findall(r"(?m)^0a: (\w+) on", page), ["refused", "labelled"])

    def test_more_events_than_it_shows(self):
        for number in range(101):
            self.add(id="0a", kind="", origin_cause="", time=self.now + number)
        page = self.told("why", "-c", self.config, "0a")
        self.assertEqual(page.count("0a: labelled on"), 100)
        self.assertTrue(page.endswith("\nThese are the newest 100 events of that transaction.\n"))
        self.assertEqual(self.told("why", "-c", self.config, "0a", "--json").count("\n"), 100)

    def test_json(self):
        self.add(evidence=[{"name": "watermark", "finding": "proves", "level": "A", "detail": "It is ours."}], origin="genuine", origin_cause="watermark")
        found = self.object("why", "-c", self.config, EVENT["id"])
        jsonschema.Draft7Validator(SCHEMA).validate(found["event"])
        self.assertEqual(found["found"], [{"name": "watermark", "finding": "proves", "level": "A", "detail": "It is ours."}])
        self.assertEqual(found["would_prove"], [])
        self.assertEqual([one["name"] for one in found["not_found"]], ["tag"])
        self.assertEqual([one["name"] for one in found["not_sought"]], ["watermark", "dkim", "ledger"])

    def test_what_is_missing_today(self):
        self.add(id="0a", facts="sought-tag", cause="not-ready")
        page = self.told("why", "-c", self.config, "0a")
        self.assertIn("  Domain         not ready: nothing is refused for it\n  Missing today  No mail has left within 30 days.\n", page)
        self.assertEqual(self.object("why", "-c", self.config, "0a")["missing_today"], "No mail has left within 30 days.")

    def test_mistakes(self):
        self.assertIn("say where the history is", self.told("why", "0a", status=64))
        self.assertIn("id", self.told("why", "-c", self.config, status=64))
        (self.folder / "history.db").unlink()
        self.assertIn("there is no such file", self.told("why", "-c", self.config, "0a", status=66))


class Report(Told):
    def test_page_and_json(self):
        for number in range(3):
            self.add(id=f"m{number}")
        self.add(id="g", origin="genuine", origin_cause="tag", cause="tag")
        self.add(id="t", origin_cause="hinted", cause="hinted", evidence=[{"name": "trace", "finding": "hints", "level": "", "detail": "It names us."}])
        self.add(id="old", time=self.now - 8 * 86400_000)
        self.add(id="surge", kind="", cause="surge", recipients=["ann@example.org"], explanation="50 came within a minute")
        for number in range(2):
            self.add(id=f"late{number}", kind="none", origin="", origin_cause="", cause="late-unknown", recipients=["zoe@example.org"])
        page = self.told("report", "-c", self.config)
        self.assertIn("  Came             5 responses\n", page)
        self.assertIn("  Genuine          1: 1 by tag\n", page)
        self.assertIn("at reject 3 refused, 1 labelled, since there is no quarantine", " ".join(page.split()))
        self.assertIn("(such as t)", page)
        self.assertIn(" UTC  50 came within a minute\n", page)
        self.assertIn("example.org stage label; not ready, which changes nothing at stage label", " ".join(page.split()))
        self.assertIn("example.org: the next hop takes recipients that it later refuses: 2 in 7 days (gateway in); give this domain", " ".join(page.split()))
        found = self.object("report", "-c", self.config, "--since", "30d")
        self.assertEqual(found["late_refusals"], [{"domain": "example.org", "gateways": ["in"], "refused": 2, "bounced": 0, "has_recipients": False}])
        self.assertEqual((found["responses"], found["origin_causes"]), (6, {"tag": 1, "hinted": 1, "missing": 4}))
        self.assertEqual(found["top_addresses"], [{"address": "ann@example.org", "count": 5, "too_high_by": 0}])
        self.assertEqual([one["id"] for one in found["surges"]], ["surge"])
        self.assertEqual([one["domain"] for one in found["ready"]], ["elsewhere.example", "example.org"])

    def mail(self, refuses=False, status=0):
        hop = NextHop(refuses)
        self.addCleanup(hop.end)
        told = self.told("report", "-c", self.configured(hop.port), "--mail", "ann@example.org", status=status)
        hop.end()
        return told, hop.lines

    def test_by_mail(self):
        self.add()
        told, lines = self.mail()
        self.assertEqual(told, "The report is on its way to ann@example.org.\n")
        self.assertEqual(lines[1:4], ["MAIL FROM:<> BODY=8BITMIME", "RCPT TO:<ann@example.org>", "DATA"])
        for line in ("From: Backstop <postmaster@example.org>", "To: <ann@example.org>", "Auto-Submitted: auto-generated",
                     "Subject: Backstop on mx.example.org: 1 response, 0 genuine", "  Came             1 response"):
            self.assertIn(line, lines)

    def test_a_next_hop_that_refuses_it(self):
        told, _ = self.mail(refuses=True, status=74)
        self.assertEqual(told, "backstop: --mail: the next hop answered: 550 5.1.1 who?\n")

    def test_a_domain_with_its_own_next_hop(self):
        self.told("report", "-c", self.config, "--mail", "bob@elsewhere.example")
        (mail,) = (self.folder / "outside/bob/new").iterdir()
        self.assertTrue(mail.read_bytes().startswith(b"Return-Path: <>\nFrom: Backstop <postmaster@elsewhere.example>\n"))

    def test_mistakes(self):
        self.assertEqual(self.told("report", "-c", self.config, "--mail", "ann@example.net", status=64),
                         "backstop: --mail: ann@example.net is not in a domain of this configuration, which are: example.org, elsewhere.example; "
                         "see backstop report --help\n")
        self.assertIn("--mail: ", self.told("report", "-c", self.config, "--mail", "ann", status=64))
        self.assertIn("--since: ", self.told("report", "-c", self.config, "--since", "yesterday", status=64))
        self.told("report", status=64)
        off = self.write("off.toml", (CONFIG.format(port=9) + "enabled = false\n").encode())
        self.assertEqual(self.told("report", "-c", off, status=65), f"backstop: {off}: there is nothing to report: [history] is not enabled\n")
        self.told("report", "-c", self.config, "--json", "--mail", "ann@example.org", status=64)


class Replay(Told):
    def test_a_stricter_stage(self):
        for number in range(5):
            self.add(id=f"m{number}")
        self.add(id="g", origin="genuine", origin_cause="tag", cause="tag")
        self.add(id="old", origin_cause="", facts="")
        new = self.configured(9, "new.toml", stage=('stage = "label"', 'stage = "reject"'))
        page = self.told("replay", "--config", new, "-c", self.config)
        self.assertEqual(" ".join(page.split()), f"Of 6 responses that were replayed, {new} would treat 1 as before and 5 differently. "
                                                 "label -> refuse: 5 (missing) such as m4, m3, m2 "
                                                 "Not replayed: 1, since an older Backstop recorded them, without the facts that policy needs.")
        found = self.object("replay", "--config", new)
        self.assertEqual(found, {"replayed": 6, "same": 1, "not_replayed": {"old": 1, "declared": 0, "recipient": 0, "parted": 0}, "changes": [
            {"was": "label", "was_cause": "missing", "would": "refuse", "would_cause": "missing", "count": 5, "ids": ["m4", "m3", "m2"]}]})

    def test_since(self):
        self.add(time=self.now - 8 * 86400_000)
        self.assertEqual(self.object("replay", "--config", self.config)["replayed"], 0)
        self.assertEqual(self.object("replay", "--config", self.config, "--since", "9d")["replayed"], 1)
        self.assertEqual(self.object("replay", "-c", self.config, "--since", "9d")["replayed"], 1, "-c alone is what to try")

    def test_mistakes(self):
        wrong = self.configured(9, "wrong.toml", stage=('stage = "label"', 'stage = "strict"'))
        outcome = run("replay", "--config", wrong)
        self.assertEqual(outcome.status, 65)
        self.assertIn("stage", outcome.err)
        self.assertIn("--config", self.told("replay", status=64))


if __name__ == "__main__":
    unittest.main()

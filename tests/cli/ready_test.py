"""backstop ready: which domains are ready, for people and as JSON. The tests write the history themselves, as docs/history.md describes it."""
import datetime
import json
import re
import sqlite3
import unittest

from support import BOUNCE, SOURCE, Case, run

TABLES = re.search(r"```sql\n(.*?)```", (SOURCE / "docs" / "history.md").read_text(encoding="utf-8"), re.S).group(1)
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
EPOCH = datetime.date(1970, 1, 1)
CONFIG = """[server]
hostname = "mx.example.org"
[[gateway]]
name = "in"
direction = "inbound"
listen = ["127.0.0.1:0"]
next_hop = "smtp://127.0.0.1:9"
[[domain]]
name = "example.org"
stage = "reject"
[[domain]]
name = "said.example"
stage = "reject"
ready = "since 2026-01-01"
[history]
url = "sqlite:history.db"
"""


class Ready(Case):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "backstop.toml"
        self.file.write_text(CONFIG, encoding="utf-8")

    def write(self, tagged, watermarked=0):
        """Twenty days with a hundred mails each, so many of them with a tag, and with a watermark."""
        database = sqlite3.connect(self.folder / "history.db")
        with database:
            database.executescript(TABLES)
            for ago in range(20):
                day = (TODAY - EPOCH).days - ago
                database.execute("INSERT INTO day_sum (domain, day, left, watermark, dkim, message, tag, genuine, contradictions, unproven) "
                                 "VALUES ('example.org', ?, 100, ?, 0, ?, ?, 0, 0, 0)", (day, watermarked, watermarked, tagged))
        database.close()

    def objects(self):
        outcome = run("ready", "-c", self.file, "--json")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return {one["domain"]: one for one in map(json.loads, outcome.out.decode().splitlines())}

    def test_ready(self):
        self.write(100)
        found = self.objects()
        self.assertEqual({name: one["ready"] for name, one in found.items()}, {"example.org": True, "said.example": True})
        self.assertEqual(found["said.example"]["declared"], "2026-01-01")
        proofs = {one["name"]: one for one in found["example.org"]["proofs"]}
        self.assertEqual(list(proofs), ["watermark", "dkim", "message", "tag"])
        # The first of the twenty days was 19 days ago, and the rules hold 14 days after it.
        self.assertEqual(proofs["tag"]["since"], str(TODAY - datetime.timedelta(days=5)))
        self.assertIsNone(proofs["watermark"]["since"])

    def test_what_is_missing(self):
        self.write(98)
        self.assertFalse(self.objects()["example.org"]["ready"])
        outcome = run("ready", "-c", self.file)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        page = " ".join(outcome.out.decode().split())
        self.assertIn("example.org stage reject state not ready, so stage reject acts as label", page)
        self.assertIn("tag not ready. Of 1400 mails, 98.0 % carried a tag; 99 % are needed.", page)
        self.assertIn("said.example stage reject state ready since 2026-01-01, as the configuration says", page)

    def test_hints_are_listed_and_count_for_nothing(self):
        self.write(100)
        hint, silent = ([{"name": "other", "finding": finding, "level": "", "detail": ""}] for finding in ("hints", "silent"))
        now = int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
        day = 24 * 3600 * 1000
        database = sqlite3.connect(self.folder / "history.db")
        with database:
            for name, time, evidence, origin, contradiction in (("00old", now - 15 * day, hint, "unproven", 0), ("00a", now - 2 * day, hint, "unproven", 0),
                                                                ("00b", now - day, hint, "unproven", 0), ("00c", now, hint, "unproven", 1),
                                                                ("00d", now, silent, "unproven", 0), ("00e", now, hint, "genuine", 0)):
                values = {"time": time, "id": name, "recipients": json.dumps(["ann@example.org"]), "evidence": json.dumps(evidence), "origin": origin,
                          "kind": "dsn-failed", "contradiction": contradiction, "size": 1, "took": 1, "client_gone": 0}
                columns = {row[1]: values.get(row[1], "") for row in database.execute("PRAGMA table_info(event)") if row[1] != "number"}
                database.execute(f"INSERT INTO event ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", list(columns.values()))
        database.close()
        found = self.objects()["example.org"]
        self.assertEqual(found["hinted"], [{"kind": "other", "count": 2, "ids": ["00b", "00a"]}])
        self.assertEqual((found["contradictions"], found["ready"]), (["00c"], True))
        page = " ".join(run("ready", "-c", self.file).out.decode().split())
        self.assertIn("hinted 2 other (00b, 00a), which can be forged and count for nothing", page)

    def test_classify_knows_it(self):
        """A whole header without a proof says something only if mail of its day is known to carry proofs."""
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S +0000").encode()
        mail = BOUNCE.replace(b"Subject: Hello\n", b"Subject: Hello\nReceived: from desk by mx.example.com; " + stamp + b"\nDate: " + stamp + b"\n")

        def cause():
            outcome = run("classify", "--json", "-c", self.file, "-", stdin=mail)
            self.assertEqual((outcome.status, outcome.err), (0, ""))
            return json.loads(outcome.out)["origin"]["cause"]

        self.assertEqual(cause(), "incomplete", "there is no history yet")
        self.write(0, watermarked=100)
        self.assertEqual(cause(), "missing")

    def test_check_config_holds_a_declaration_against_what_left(self):
        self.assertEqual(run("keys", "new", self.folder / "keys").status, 0)
        declared = CONFIG.replace('"reject"\n', f'"reject"\nready = "since {TODAY}"\n', 1).replace("[history]", '[keys]\nfile = "keys"\ntags = true\n[history]')
        self.file.write_text(declared, encoding="utf-8")
        self.assertEqual(run("check-config", self.file).err, "", "there is no history yet")
        self.write(98, watermarked=99)
        first = TODAY - datetime.timedelta(days=14)
        outcome = run("check-config", self.file)
        self.assertEqual((outcome.status, outcome.err), (0, f"{self.file}: warning: domain example.org: it is declared to be ready since {TODAY}, but 30 of the "
                         f"1500 mails that left since {first} carried no tag; their bounces may be refused. Declare a day that is 14 days after mail "
                         "began to carry it\n"))

    def test_mistakes(self):
        outcome = run("ready", "-c", self.file)
        self.assertEqual(outcome.status, 66)
        self.assertIn("history.db", outcome.err)
        self.file.write_text(CONFIG + "enabled = false\n", encoding="utf-8")
        outcome = run("ready", "-c", self.file)
        self.assertEqual((outcome.status, outcome.err), (
            65, f"backstop: {self.file}: readiness is kept with the history, and [history] is not enabled\n"))
        self.assertEqual(run("ready").status, 64)


if __name__ == "__main__":
    unittest.main()

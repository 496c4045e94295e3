#!/usr/bin/python3
"""Observed readiness, from the sums of the history to the verdict of a session."""
import contextlib
import datetime
import json
import sqlite3

from dialogue import ANN, BOB, BOUNCE, Dialogue, tagged, told, url
from support import gateway, main, new_mail

TODAY = (datetime.datetime.now(datetime.timezone.utc).date() - datetime.date(1970, 1, 1)).days

# name, days with a hundred mails each, the last of them today; of these with a watermark; with a tag; want reply, cause and what is ready.
# BOUNCE returns no whole header, so that only tags could tell.
ROWS = [
    ("no mail left yet", 0, 0, 0, "250 2.0.0", "not-ready", []),
    ("tags, for long enough", 15, 0, 99, "550 5.7.1", "bare", ["tag"]),
    ("tags, for a day less", 14, 0, 100, "250 2.0.0", "not-ready", []),
    ("too few tags", 20, 0, 98, "250 2.0.0", "not-ready", []),
    ("watermarks alone", 20, 100, 0, "250 2.0.0", "no-tags", ["watermark", "message"]),
    ("both", 20, 100, 100, "550 5.7.1", "bare", ["watermark", "message", "tag"]),
]


class Readiness(Dialogue):
    def start_both(self):
        hop = self.hop()
        self.start(gateway("in", "inbound", url(hop)), gateway("out", "outbound", url(hop)), ready="observed")

    def fill(self, days, watermarks, tags):
        """Puts these sums in place of all others, while the gateway runs."""
        with contextlib.closing(sqlite3.connect(self.gate.folder / "history.db", timeout=30)) as database, database:
            database.execute("DELETE FROM day_sum")
            database.executemany("INSERT INTO day_sum (domain, day, left, watermark, dkim, message, tag, genuine, contradictions, unproven) "
                                 "VALUES ('example.org', ?, 100, ?, 0, ?, ?, 0, 0, 0)",
                                 [(TODAY - ago, watermarks, watermarks, tags) for ago in range(days)])

    def restart(self):
        """The sums are read at a start, and every ten minutes."""
        self.assertEqual(self.gate.stop(), 0)
        self.gate.start()

    def ready(self):
        line = self.gate.command("ready", "-c", self.gate.config, "--json").decode().splitlines()[0]
        return [proof["name"] for proof in json.loads(line)["proofs"] if proof["since"]]

    def bounce(self, recipient=BOB):
        """Returns the reply to a bounce, and the cause that is told."""
        before = len(self.gate.history())
        reply = told(self.client(self.gate.address("in")).mail(BOUNCE, "", recipient))
        return reply, self.gate.wait_for_events(before + 1)[-1]["cause"]

    def test_what_left_decides(self):
        self.start_both()
        for name, days, watermarks, tags, want_reply, want_cause, want_ready in ROWS:
            with self.subTest(name):
                self.fill(days, watermarks, tags)
                self.assertEqual(self.ready(), want_ready)
                self.restart()
                self.assertEqual(self.bounce(), (want_reply, want_cause))
        # One that proves itself gets in at any time.
        self.assertEqual(self.bounce(tagged(BOB)), ("250 2.0.0", "tag"))

    def test_the_verdict_changes_with_the_sums_alone(self):
        self.start_both()
        self.assertEqual((self.ready(), self.bounce()), ([], ("250 2.0.0", "not-ready")))
        self.fill(20, 100, 100)
        self.assertEqual(self.ready(), ["watermark", "message", "tag"])
        self.restart()
        self.assertIn("domain example.org: ready since ", self.gate.log())
        self.assertEqual(self.bounce(), ("550 5.7.1", "bare"))
        self.fill(20, 0, 90)
        self.assertEqual(self.ready(), [])
        self.restart()
        self.assertIn("domain example.org: not ready, so stage reject acts as label. ", self.gate.log())
        self.assertEqual(self.bounce(), ("250 2.0.0", "not-ready"))

    def test_the_gateway_adds_what_leaves(self):
        self.start_both()
        self.fill(20, 99, 98)
        client = self.client(self.gate.address("out"))
        for _ in range(3):
            self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        self.restart()
        with contextlib.closing(sqlite3.connect(self.gate.folder / "history.db")) as database:
            row = database.execute("SELECT left, watermark, message, tag FROM day_sum WHERE day = ?", (TODAY,)).fetchone()
        self.assertEqual(row, (103, 102, 102, 101))


if __name__ == "__main__":
    main()

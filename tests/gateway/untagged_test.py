#!/usr/bin/python3
"""Which mail left with a tag, which without, and why: in the log, in the history and in the counts of check-config."""
import contextlib
import json
import re
import sqlite3
import subprocess

from dialogue import ANN, BOB, Dialogue, codes, tagged
from support import PROGRAM, gateway, main, new_mail

MORE = 'untagged = ["lists.test", "majordomo@half.test"]\n'
# name, sender, recipient, want reason, which is empty if it is tagged
REASONS = [
    ("tagged", BOB, ANN, None),
    ("the null sender", "", ANN, "the null reverse path is never tagged: nothing answers it"),
    ("tagged already", tagged(BOB), ANN, "it has a tag already, or begins as one"),
    ("a tag of another product", "btv1==0123456789a==bob@example.org", ANN, "it has a tag already, or begins as one"),
    ("a forwarder's", "SRS0=Xy1z=AB=shop.test=kate@example.org", ANN,
     "it was rewritten by a forwarder (SRS), which takes the answers back itself"),
    ("quoted", '"bob b"@example.org', ANN, "its local part needs quotes, and servers on the way write those differently"),
    ("too long", "x" * 49 + "@example.org", ANN, "its local part is longer than 48 octets: with the tag it would pass the limit of 64"),
    ("another domain", "bob@unknown.example", ANN, "unknown.example is no domain of ours"),
    ("a subdomain", "bob@sub.example.org", ANN, "sub.example.org is no domain of ours"),
    ("a destination", BOB, "kate@lists.test", 'mail to lists.test is in "untagged"'),
    ("one address of a destination", BOB, "majordomo@half.test", 'mail to majordomo@half.test is in "untagged"'),
    ("another address of it", BOB, "kate@half.test", None),
]


class Reasons(Dialogue):
    def send(self, client, sender, recipient):
        self.assertEqual(codes(client.envelope(sender, recipient)), [250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)

    def test_each_in_the_log_and_the_history(self):
        hop = self.hop()
        client = self.client(self.relay(hop, "outbound", MORE))
        for sender, recipient in ((row[1], row[2]) for row in REASONS):
            self.send(client, sender, recipient)
        logged = self.events(len(REASONS))
        recorded = self.gate.wait_for_events(len(REASONS))
        for (name, sender, _, reason), line, event, taken in zip(REASONS, logged, recorded, hop.mails, strict=True):
            with self.subTest(name):
                tag = "key-0" if reason is None else f"none ({reason})"
                self.assertEqual((line["tag"], event["tag"]), (tag, tag))
                self.assertEqual(taken.sender, tagged(sender) if reason is None else sender)

    def test_without_a_key_that_signs(self):
        client = self.client(self.relay(self.hop(), "outbound", keys="4 exim verify 2020-01-01 not a secret to anybody\n"))
        self.send(client, BOB, ANN)
        self.assertEqual(self.events()[0]["tag"], "none (the key ring has no key that signs)")

    def test_with_tags_off_there_is_no_note(self):
        for settings in ({"tags": False}, {"keys": None}):
            client = self.client(self.relay(self.hop(), "outbound", **settings))
            self.send(client, BOB, ANN)
            self.assertEqual(self.events()[0]["tag"], "")

    def test_the_key_that_signs_is_named(self):
        client = self.client(self.relay(self.hop(), "outbound", keys="3 exim sign 2020-01-01 x\n0 exim verify 2020-01-01 y\n"))
        self.send(client, BOB, ANN)
        self.assertEqual(self.events()[0]["tag"], "key-3")

    def test_inbound_mail_has_no_note_of_a_tag(self):
        client = self.client(self.relay(self.hop()))
        self.send(client, ANN, BOB)
        self.assertEqual(self.events()[0]["tag"], "")

    def test_what_the_commands_say(self):
        """Untagged mail is recorded even if ordinary mail is not. Mail without a sender is not counted, since nothing answers it."""
        hop = self.hop()
        self.relay(hop, "outbound", MORE)
        config = self.gate.config
        config.write_text(config.read_text().replace("ordinary = true", "ordinary = false"))
        self.gate.stop()
        self.gate.start()
        client = self.client(self.gate.address("out"))
        for sender, recipient in ((row[1], row[2]) for row in REASONS):
            self.send(client, sender, recipient)
        want = [reason for name, _, _, reason in REASONS if reason and name != "the null sender"]
        self.gate.wait_for_events(len(want))
        listed = self.gate.command("history", "-c", config, "--untagged", "-v").decode()
        self.assertEqual(len(re.findall(r"(?m)^\d{4}-\d\d-\d\d .*: delivered$", listed)), len(want))
        self.assertEqual(len(self.gate.history()), len(want))
        for reason in want:
            self.assertIn(f"none ({reason})", " ".join(listed.split()))
        counted = self.gate.command("check-config", config).decode()
        self.assertIn(f"  untagged: {len(want)} mails left without a tag in the last 14 days: 2 (it has a tag already, or begins as one), 1 (", counted)


# A history file of version 1, with one event.
VERSION_1 = """
CREATE TABLE event (number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, id TEXT NOT NULL, gateway TEXT NOT NULL,
  direction TEXT NOT NULL, client TEXT NOT NULL, helo TEXT NOT NULL, reverse_path TEXT NOT NULL, recipients TEXT NOT NULL, size INTEGER NOT NULL,
  message_id TEXT NOT NULL, kind TEXT NOT NULL, reporting_mta TEXT NOT NULL, original_message_id TEXT NOT NULL, evidence TEXT NOT NULL,
  origin TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, explanation TEXT NOT NULL, stage TEXT NOT NULL, done TEXT NOT NULL,
  next_stage TEXT NOT NULL, reply TEXT NOT NULL, took INTEGER NOT NULL, client_gone INTEGER NOT NULL);
CREATE INDEX event_time ON event (time);
CREATE INDEX event_client ON event (client, time);
CREATE INDEX event_id ON event (id);
CREATE TABLE event_address (place INTEGER PRIMARY KEY, address TEXT NOT NULL, time INTEGER NOT NULL);
CREATE INDEX event_address_address ON event_address (address, time);
INSERT INTO event VALUES (1, 1, 'old', 'in', 'inbound', '192.0.2.1', 'mx', '', '["bob@example.org"]', 9, '', 'dsn-failed', '', '', '[]', 'unproven',
  'refuse', 'unproven', 'Why.', 'reject', 'refused', '', '550', 3, 0);
PRAGMA application_id = 1114329972;
PRAGMA user_version = 1;
"""


class Older(Dialogue):
    def test_an_older_file_is_upgraded(self):
        self.relay(self.hop(), "outbound")
        folder, config = self.gate.folder, self.gate.config
        self.assertEqual(self.gate.stop(), 0)
        for path in folder.glob("history.db*"):
            path.unlink()
        config.write_text(config.read_text().replace("ordinary = true", 'ordinary = true\nkeep = "0s"'))
        with contextlib.closing(sqlite3.connect(folder / "history.db")) as database:
            database.executescript(VERSION_1)
        done = subprocess.run([PROGRAM, "history", "-c", config], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (66, b""))
        self.assertIn(b"it was made by an older Backstop; `backstop serve` upgrades it when it starts", done.stderr)
        self.assertIn("  untagged: not counted: ", self.gate.command("check-config", config).decode())
        self.gate.start()
        self.client(self.gate.address("out")).mail(new_mail(), "bob@unknown.example", ANN)
        self.gate.wait_for_events(2)
        events = [json.loads(line) for line in self.gate.command("history", "-c", config, "--json").splitlines()]
        self.assertEqual([(event["id"] == "old", event["certainty"], event["tag"]) for event in events],
                         [(False, "", "none (unknown.example is no domain of ours)"), (True, "", "")])


class InBoth(Dialogue):
    def test_a_gateway_in_each_direction(self):
        """A bounce of mail that left without a tag is not refused because it has none."""
        hop = self.hop()
        url = f"smtp://127.0.0.1:{hop.port}"
        self.start(gateway("in", "inbound", url), gateway("out", "outbound", url, MORE))
        self.client(self.gate.address("out")).mail(new_mail(), "SRS0=Xy1z=AB=shop.test=kate@example.org", ANN)
        left = hop.mails[0].sender
        bounce = (b"From: mailer-daemon@shop.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
                  b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
                  b"Reporting-MTA: dns; mx.shop.test\r\n\r\nFinal-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n")
        for recipient, want in ((left, "untaggable"), (BOB, "bare")):
            client = self.client(self.gate.address("in"))
            self.assertEqual(client.mail(bounce, "", recipient).code, 250 if want == "untaggable" else 550)
        self.assertEqual([event["cause"] for event in self.events(3)[1:]], ["untaggable", "bare"])


if __name__ == "__main__":
    main()

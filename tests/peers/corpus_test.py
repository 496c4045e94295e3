#!/usr/bin/python3
"""Sends real mails, each to an address of its own that never wrote. At stage reject all responses are refused and nothing else;
at stage observe everything is delivered and recorded.

The mails are in the folder that BACKSTOP_CORPUS names (default: shared/corpus beside the project), with a labels.tsv whose first
columns are a file and its kind. Without the folder the test is skipped.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import unittest

from support import PATIENCE, PROGRAM, SOURCE, Backstop, Case, FakeClient, SmtpSink, config, gateway, main, needs, wait_until

CORPUS = pathlib.Path(os.environ.get("BACKSTOP_CORPUS", SOURCE.parent / "shared" / "corpus"))
SESSIONS = 6
STRANGER = "someone@example.net"


def as_sent(mail):
    """Returns a mail as SMTP carries it: without an mbox line in front, and with CRLF as its only line end."""
    mail = re.sub(rb"\AFrom [^\n]*\n", b"", mail).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    return mail.replace(b"\n", b"\r\n")


@needs("backstop", "postfix")
@unittest.skipUnless((CORPUS / "labels.tsv").exists(), f"no corpus at {CORPUS}: BACKSTOP_CORPUS names one")
class Corpus(Case):
    @classmethod
    def setUpClass(cls):
        rows = [line.split("\t")[:2] for line in (CORPUS / "labels.tsv").read_text().splitlines()[1:]]
        cls.mails = {f"m{number}": as_sent((CORPUS / file).read_bytes()) for number, (file, _) in enumerate(rows)}
        cls.labels = {f"m{number}": kind for number, (_, kind) in enumerate(rows)}
        cls.files = {f"m{number}": file for number, (file, _) in enumerate(rows)}

    def setUp(self):
        super().setUp()
        for name, mail in self.mails.items():
            self.write(f"mails/{name}", mail)

    def read(self, sender):
        """Returns what `classify` says of each mail, which it reads whole: its kind, its certainty, and whether the file is cut short."""
        done = subprocess.run([PROGRAM, "classify", "--json", "--mail-from", f"<{sender}>", self.folder / "mails"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 4, check=False)
        self.assertLessEqual(done.returncode, 1, done.stderr)
        found = {pathlib.Path(row["file"]).name: (row["kind"], row["certainty"], row["truncated"]) for row in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(found.keys(), self.mails.keys())
        return found

    def run_through(self, stage, sender):
        """Sends all of them. Returns the replies and what was delivered, both by name."""
        sink = self.enterContext(SmtpSink(self.folder, "sink"))
        gate = self.enterContext(Backstop(self.folder, "gateway", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{sink.port}"), stage=stage, more="[limits]\nerrors = 10000\n")))

        def send(names):
            with FakeClient(gate.address("in")) as client:
                return {name: client.mail(self.mails[name], sender, f"{name}@example.org") for name in names}

        names = list(self.mails)
        replies = {}
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            for some in pool.map(send, [names[i::SESSIONS] for i in range(SESSIONS)]):
                replies.update(some)
        delivered = collections.Counter(re.search(rb"^X-Rcpt-Args: <(m\d+)@example\.org>", mail, re.MULTILINE)[1].decode()
                                        for mail in sink.mails())
        def mails():
            """A surge is an event, too, and about no mail."""
            return [event for event in gate.history() if not event["cause"].startswith("surge")]
        wait_until(lambda: len(mails()) >= len(names), "all is recorded")
        self.assertEqual(len(mails()), len(names))
        events = {re.search(r"m\d+", event["recipients"])[0]: event for event in mails()}
        return replies, delivered, events

    def told(self, names, kinds):
        """Returns a text for the message of a failure."""
        return "\n".join(f"{self.files[name]}: label {self.labels[name]}, read as {kinds[name]}" for name in sorted(names))

    def check_reject(self, sender):
        read = self.read(sender)
        kinds = {name: kind for name, (kind, *_) in read.items()}
        replies, delivered, events = self.run_through("reject", sender)
        # classify says that a file is cut short; for the gateway the same octets were a whole message.
        whole = {name for name, (_, _, is_cut) in read.items() if not is_cut}
        self.assertGreater(len(whole), len(read) * 0.9)
        # Some return a mail that passed a host with the name that the gateway has here.
        hinted = {name for name, event in events.items() if event["cause"] == "hinted"}
        certain = {name for name, (kind, certainty, _) in read.items() if kind.startswith("dsn-") and certainty != "guessed"} & whole - hinted
        refused = {name for name, reply in replies.items() if reply.code == 550}
        self.assertEqual({reply.code for reply in replies.values()} | {250, 550}, {250, 550})
        self.assertEqual(certain - refused, set(), self.told(certain - refused, kinds))
        self.assertEqual(refused & whole - certain, set(), self.told(refused & whole - certain, kinds))
        # Each mail that was answered 250 is there once, and no other.
        self.assertEqual(delivered, collections.Counter(self.mails.keys() - refused))
        self.assertEqual({name: event["kind"] for name, event in events.items()}, kinds)
        self.assertEqual({name for name, event in events.items() if event["done"] == "labelled"},
                         {name for name, kind in kinds.items() if kind not in ("none", "feedback-report")} - refused)
        return refused

    def test_reject_of_the_null_sender(self):
        refused = self.check_reject("")
        # The labels of the corpus agree; one in a hundred may be wrong.
        bounces = {name for name, kind in self.labels.items() if kind.startswith("dsn-")}
        print(f"  of {len(bounces)} labelled as bounces {len(bounces - refused)} passed, "
              f"of {len(self.labels) - len(bounces)} others {len(refused - bounces)} were refused", flush=True)
        self.assertGreater(len(bounces), 0)
        self.assertLessEqual(len(refused - bounces), (len(self.labels) - len(bounces)) / 100, self.told(refused - bounces, self.labels))
        self.assertGreater(len(bounces & refused), len(bounces) / 2)

    def test_reject_of_another_sender(self):
        """A bounce with a sender is never certain, since that sender can be answered."""
        self.assertEqual(self.check_reject(STRANGER), set())

    def test_observe(self):
        kinds = {name: kind for name, (kind, *_) in self.read("").items()}
        replies, delivered, events = self.run_through("observe", "")
        self.assertEqual({name: reply for name, reply in replies.items() if reply.code != 250}, {})
        self.assertEqual(delivered, collections.Counter(self.mails.keys()))
        self.assertEqual({name: event["kind"] for name, event in events.items()}, kinds)
        self.assertEqual({event["done"] for event in events.values()}, {"delivered"})
        # Nothing was changed, but the history says what the next stage would have done. That one leaves complaints alone, too.
        self.assertEqual({(event["kind"] in ("none", "feedback-report"), event["next_stage"]) for event in events.values()},
                         {(True, ""), (False, "label")})


if __name__ == "__main__":
    main()

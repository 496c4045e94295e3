"""backstop ledger: stats, forget and import, from logs as Postfix and Exim write them and from lists."""
import gzip
import json
import os
import pty
import sqlite3
import subprocess
import time
import unittest

from support import PROGRAM, Case, run  # first: it makes known where the rest is

from ledger import Ledger

NOW = time.time()
ANN, BEN, ZOE, YVES = "ann@example.org", "ben@example.org", "zoe@example.com", "yves@example.com"


def day(days_ago):
    return NOW - days_ago * 86400


def iso(days_ago):
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(day(days_ago)))


def syslog(days_ago):
    return time.strftime("%b %e %H:%M:%S", time.localtime(day(days_ago)))


def postfix(queue_id, sender, recipients, message_id, days_ago=1, stamp=iso):
    prefix = f"{stamp(days_ago)} mx postfix"
    return "".join([f"{prefix}/cleanup[1]: {queue_id}: message-id=<{message_id}>\n",
                    f"{prefix}/qmgr[1]: {queue_id}: from=<{sender}>, size=400, nrcpt={len(recipients)} (queue active)\n",
                    *(f"{prefix}/smtp[1]: {queue_id}: to=<{one}>, relay=mx[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)\n" for one in recipients),
                    f"{prefix}/qmgr[1]: {queue_id}: removed\n"])


def exim(queue_id, sender, recipient, message_id):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(day(1)))
    return (f"{stamp} {queue_id} <= {sender} H=host [192.0.2.2] P=esmtp S=400 id={message_id}\n"
            f"{stamp} {queue_id} => {recipient} R=dnslookup T=remote_smtp H=mx [192.0.2.1]\n{stamp} {queue_id} Completed\n")


class LedgerCase(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "var" / "ledger.db"
        self.path.parent.mkdir()
        self.ledger = Ledger(self.path)

    def config(self, more="", server=""):
        return self.write("backstop.toml", (f'[server]\nhostname = "mx.example.org"\n{server}[[gateway]]\nname = "out"\ndirection = "outbound"\n'
                                            'listen = ["127.0.0.1:0"]\nnext_hop = "smtp://127.0.0.1:25"\ntrusted = ["127.0.0.0/8"]\n'
                                            '[[domain]]\nname = "example.org"\n' + more).encode())

    def configured(self, **settings):
        return self.config('[ledger]\nurl = "sqlite:var/ledger.db"\n', **settings)

    def import_all(self, *arguments, config=None):
        outcome = run("ledger", "import", "-c", config or self.configured(), *arguments)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return outcome.out.decode()

    def stats(self):
        outcome = run("ledger", "stats", "--ledger", self.path, "--json")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return json.loads(outcome.out)

    def refused(self, status, *arguments):
        outcome = run("ledger", *arguments)
        self.assertEqual((outcome.status, outcome.out), (status, b""))
        return outcome.err


class Import(LedgerCase):
    def test_logs_of_postfix(self):
        """Rotated and packed files, in any order, with time stamps of both forms; a mail that begins in one ends in the next."""
        begin, end = ("".join(postfix("4ABCDE123", ANN, [ZOE], "1@example.org", days_ago, syslog).splitlines(keepends=True)[half])
                      for days_ago, half in ((4, slice(2)), (3, slice(2, None))))
        older = self.folder / "mail.log.2.gz"
        older.write_bytes(gzip.compress(begin.encode()))
        newer = self.write("mail.log.1", end.encode())
        os.utime(older, (day(3), day(3)))
        newest = self.write("mail.log", (postfix("4ABCDE124", "Ben+x@Example.org", [ZOE, YVES], "2@example.org")
                                         + postfix("4ABCDE125", ZOE, [ANN], "3@example.com") + postfix("4ABCDE126", "", [ANN], "4@example.com")
                                         + postfix("4ABCDE127", ANN, [ZOE], "5@example.org", 40) + "what is this?\n").encode())
        said = self.import_all("--postfix-log", newest, newer, older)
        self.assertEqual(said, "Read 22 lines.\nRecorded:\n  2 mails of our domains, to 3 recipients\nPassed over, or known in part:\n"
                               "  1 mail whose sender is of no domain of ours\n  1 mail that is older than the ledger keeps ids\n"
                               "  1 bounce or other notice, which has no sender\n  1 line that is of no such log\n")
        self.assertEqual((self.ledger.sent(ANN, "1@example.org"), self.ledger.sent_to(ANN, "1@example.org", ZOE)), (1, 1))
        self.assertEqual((self.ledger.sent(BEN, "2@example.org"), self.ledger.pair(BEN, YVES)), (2, 1))
        self.assertEqual(self.ledger.way_out("example.org", YVES), 1)
        self.assertEqual((self.ledger.sent(ZOE, "3@example.com"), self.ledger.sent(ANN, "5@example.org")), (0, 0))

    def test_logs_of_exim(self):
        log = self.write("mainlog", (exim("1vABCD-0000Ab-1X", ANN, ZOE, "1@example.org") + exim("1vABCD-0000Ab-1Y", ZOE, ANN, "2@example.com")).encode())
        self.assertIn("  1 mail of our domains, to 1 recipient\n", self.import_all("--exim-log", log))
        self.assertEqual((self.ledger.sent(ANN, "1@example.org"), self.ledger.pair(ANN, ZOE)), (1, 1))

    def test_lists_of_ids(self):
        ids = self.write("ids", b"# what an archive has\n<1@example.org>\n2@example.org ann@example.org\n<3@example.com> zoe@example.com\n<4@example.com> ann@example.org x\n")
        said = self.import_all("--ids", ids)
        self.assertEqual(said, "Read 5 lines.\nRecorded:\n  1 mail of our domains, to 0 recipients\n  1 Message-ID without a sender\n"
                               "Passed over, or known in part:\n  1 mail whose sender is of no domain of ours\n  1 line that is of no such log\n")
        self.assertEqual((self.ledger.imported("1@example.org"), self.ledger.sent(ANN, "2@example.org")), (1, 1))

    def test_without_a_configuration(self):
        log = self.write("mail.log", postfix("4ABCDE123", "ann@lists.example.org", [ZOE], "1@example.org").encode())
        err = self.refused(64, "import", "--ledger", self.path, "--postfix-log", log)
        self.assertIn("--own-domain DOMAIN", err)
        outcome = run("ledger", "import", "--ledger", f"sqlite:{self.path}", "--own-domain", "*.example.org", "--postfix-log", log)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(self.ledger.sent("ann@lists.example.org", "1@example.org"), 1)
        # A list needs no domains.
        self.assertEqual(run("ledger", "import", "--ledger", self.path, "--ids", self.write("ids", b"2@example.org\n")).status, 0)
        self.assertEqual(self.ledger.imported("2@example.org"), 1)

    def test_what_can_not_be_read_is_said(self):
        log = self.write("mail.log", postfix("4ABCDE123", ANN, [ZOE], "1@example.org").encode())
        outcome = run("ledger", "import", "-c", self.configured(), "--postfix-log", log, self.folder / "none.log")
        self.assertEqual(outcome.status, 66)
        self.assertRegex(outcome.err, r"\Abackstop: .*none\.log: no such file")
        self.assertIn(b"1 mail of our domains", outcome.out)
        self.assertEqual(self.ledger.sent(ANN, "1@example.org"), 1)

    def test_wrong_calls(self):
        log = self.write("mail.log", b"")
        for arguments, words in ((("import", "-c", self.configured()), "--postfix-log FILE..., --exim-log FILE... or --ids FILE..."),
                                 (("import", "--ids", log), "-c FILE, or --ledger PATH"),
                                 (("import", "--ids", log, "--ledger", self.path, "--own-domain", "exa mple"), "write it as example.org"),
                                 (("stats",), "-c FILE, or --ledger PATH"),
                                 (("forget", "--ledger", self.path, "ann at home"), "write it as ann@example.org")):
            with self.subTest(arguments):
                self.assertIn(words, self.refused(64, *arguments))

    def test_a_configuration_without_a_ledger(self):
        for action in (("stats",), ("forget", ANN), ("import", "--ids", self.write("ids", b"1@example.org\n"))):
            with self.subTest(action):
                self.assertIn('[ledger] has no url, such as "sqlite:var/ledger.db"', self.refused(65, *action, "-c", self.config()))

    def test_progress_on_a_terminal(self):
        log = self.write("mail.log", "".join(postfix(f"4ABCDE{i:05}", ANN, [ZOE], f"{i}@example.org") for i in range(60000)).encode())
        ours, theirs = pty.openpty()
        with subprocess.Popen([PROGRAM, "ledger", "import", "-c", self.configured(), "--postfix-log", log], stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            seen = b""
            with os.fdopen(ours, "rb", buffering=0) as terminal:
                while True:
                    try:
                        seen += terminal.read(4096)
                    except OSError:  # the end of a terminal
                        break
            self.assertIn(b"60000 mails of our domains", process.stdout.read())
        self.assertRegex(seen, rb"\[#+ *\] +\d+%  \d+ mails")
        self.assertTrue(seen.endswith(b"\r\x1b[K"), "it is removed")

    @unittest.skipUnless(os.geteuid() == 0, "takes root")
    def test_root_leaves_files_that_the_service_can_write(self):
        self.folder.chmod(0o755)
        os.chown(self.path.parent, 65534, 65534)
        log = self.write("mail.log", postfix("4ABCDE123", ANN, [ZOE], "1@example.org").encode())
        log.chmod(0o600)
        self.import_all("--postfix-log", log, config=self.configured(server='user = "nobody"\n'))
        self.assertEqual(run("ledger", "forget", "--ledger", self.path, BEN).status, 0)
        files = list(self.path.parent.iterdir())
        self.assertTrue({"ledger.db", "ledger.db.keys"} <= {one.name for one in files}, files)
        for one in files:
            self.assertEqual(one.stat().st_uid, 65534, one)


class Stats(LedgerCase):
    def test_in_words_and_as_json(self):
        self.import_all("--ids", self.write("ids", b"1@example.org\n2@example.org\n"))
        stats = self.stats()
        self.assertEqual({name: stats[name] for name in ("ledger", "entries", "unsealed", "tables", "covered_since")},
                         {"ledger": f"sqlite:{self.path}", "entries": 2, "unsealed": 0, "tables": 1, "covered_since": stats["born"]})
        self.assertGreater(stats["disk_bytes"], 0)
        outcome = run("ledger", "stats", "-c", self.folder / "backstop.toml")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertRegex(outcome.out.decode(), rf"\A  Ledger +sqlite:{self.path}\n  Entries +2, of which 0 are not sealed yet\n  Tables +1, with filters of 0.0 MB\n"
                                               r"  On disk +0.\d MB\n  Born +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+)\n  Has all since +\1\n\Z")

    def test_a_ledger_that_is_not_there(self):
        for action in (("stats",), ("forget", ANN)):
            self.assertRegex(self.refused(66, *action, "--ledger", self.path), r"\Abackstop: ledger .*ledger.db: ")
        self.assertEqual(list(self.path.parent.iterdir()), [])

    def test_a_file_of_another_kind(self):
        sqlite3.connect(self.path).execute("CREATE TABLE t (x)").connection.close()
        self.refused(66, "stats", "--ledger", self.path)


class Forget(LedgerCase):
    def test_all_of_one_sender(self):
        log = self.write("mail.log", (postfix("4ABCDE123", ANN, [ZOE], "1@example.org") + postfix("4ABCDE124", BEN, [ZOE, ANN], "2@example.org")).encode())
        self.import_all("--postfix-log", log)
        outcome = run("ledger", "forget", "-c", self.folder / "backstop.toml", "Ann+tag@example.org")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertIn("Forgot what ann@example.org sent", outcome.out.decode())
        self.assertEqual((self.ledger.sent(ANN, "1@example.org"), self.ledger.pair(ANN, ZOE), self.ledger.way_out("example.org", ANN)), (0, 0, 0))
        self.assertEqual((self.ledger.sent(BEN, "2@example.org"), self.ledger.way_out("example.org", ZOE)), (1, 1))
        run("ledger", "forget", "--ledger", self.path, "<zoe@example.com>")
        self.assertEqual(self.ledger.way_out("example.org", ZOE), 0)


if __name__ == "__main__":
    unittest.main()

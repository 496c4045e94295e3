#!/usr/bin/python3
"""Real mails, and a ledger with the Message-IDs that half of the bounces return: exactly those are genuine, and no other mail is.

The mails are those of corpus_test.py. Without them the test is skipped.
"""
import json
import os
import pathlib
import re
import subprocess
import unittest

from support import PATIENCE, PROGRAM, SOURCE, Case, main, needs

CORPUS = pathlib.Path(os.environ.get("BACKSTOP_CORPUS", SOURCE.parent / "shared" / "corpus"))


def ids_in(mail):
    """Returns all that looks like a Message-ID in the octets of a mail, whatever field or text it is in."""
    unfolded = re.sub(rb"=\r?\n|\r?\n[ \t>]+", b"", mail)
    return set(re.findall(rb"[^\s<>\"(),;:\[\]]+@[^\s<>\"(),;:\[\]]+", mail)) | set(re.findall(rb"<([^<>\s]+)>", unfolded))


@needs("backstop")
@unittest.skipUnless((CORPUS / "labels.tsv").exists(), f"no corpus at {CORPUS}: BACKSTOP_CORPUS names one")
class CorpusProofs(Case):
    @classmethod
    def setUpClass(cls):
        rows = [line.split("\t")[:2] for line in (CORPUS / "labels.tsv").read_text().splitlines()[1:]]
        cls.labels = {str(CORPUS / file): kind for file, kind in rows}

    def run_program(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 4, check=False)
        self.assertLessEqual(done.returncode, 1, done.stderr)
        return done.stdout

    def classify(self, *arguments):
        """Returns the object of each mail by its path; of a mailbox, by the path and the mail's number."""
        out = self.run_program("classify", "--json", "--mail-from", "<>", *arguments, *self.labels)
        return {one["file"]: one for one in map(json.loads, out.splitlines())}

    def label(self, name):
        return self.labels.get(name) or self.labels[re.sub(r":\d+$", "", name)]

    def test_exactly_those_in_the_ledger_are_genuine(self):
        returned = {name: one["original"]["message_id"] for name, one in self.classify().items()
                    if one["kind"].startswith("dsn-") and one["original"] and one["original"]["message_id"]}
        # Some files are there twice, so ids are halved and not files.
        chosen = set(sorted(set(returned.values()))[::2])
        self.assertGreater(len(chosen), 50)
        self.write("ids", "".join(f"<{one}>\n" for one in sorted(chosen)))
        self.run_program("ledger", "import", "--ledger", self.folder / "ledger.db", "--ids", self.folder / "ids")
        found = self.classify("--ledger", self.folder / "ledger.db")
        genuine = {name for name, one in found.items() if one["origin"]["result"] == "genuine"}
        wanted = {name for name, one in returned.items() if one in chosen}
        others = genuine - wanted
        print(f"  {len(chosen)} ids of {len(returned)} bounces in the ledger: {len(wanted)} bounces are of them, {len(wanted & genuine)} of these "
              f"genuine; of the {len(found) - len(wanted)} other mails {len(others)} genuine", flush=True)
        self.assertEqual(wanted - genuine, set())
        self.assertEqual({found[name]["origin"]["cause"] for name in genuine}, {"ledger"})
        # What else is genuine names one of those mails in another field, such as In-Reply-To, and is no spam.
        octets = {name: pathlib.Path(re.sub(r":\d+$", "", name)).read_bytes() for name in others}
        self.assertEqual({name for name in others if not {one.encode() for one in chosen} & ids_in(octets[name])}, set())
        self.assertEqual({name for name in genuine if self.label(name) == "none"}, set())
        self.assertEqual({name for name in found if found[name]["kind"] == "none"} & genuine, set())


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The Python module: it reads what `backstop classify --json` reads."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import unittest

import backstop

PROGRAM = os.environ["BACKSTOP"]
SOURCE = pathlib.Path(os.environ["BACKSTOP_SOURCE_DIR"])
MAILS = sorted((SOURCE / "src/response/fixtures").rglob("*.eml"))


class Module(unittest.TestCase):
    maxDiff = None

    def test_it_gives_what_classify_gives(self):
        self.assertGreater(len(MAILS), 500)
        done = subprocess.run([PROGRAM, "classify", "--json", *MAILS], capture_output=True, check=False)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([one["file"] for one in told], [str(path) for path in MAILS])
        for path, want in zip(MAILS, told):
            self.assertEqual(backstop.read(path.read_bytes(), name=str(path)), want)

    def test_the_envelope_counts(self):
        mail = b"From: ann@example.org\r\nSubject: Hello\r\n\r\nHello\r\n"
        for sender, recipient in ((None, ""), ("", "bob@example.net"), ("ann@example.org", "")):
            options = ([f"--mail-from={sender}"] if sender is not None else []) + ([f"--rcpt={recipient}"] if recipient else [])
            done = subprocess.run([PROGRAM, "classify", "--json", *options, "-"], input=mail, capture_output=True, check=False)
            self.assertEqual(json.loads(backstop.read_json(mail, mail_from=sender, rcpt=recipient)), json.loads(done.stdout), options)

    def test_other_forms_of_bytes(self):
        mail = MAILS[0].read_bytes()
        for form in (bytearray(mail), memoryview(mail)):
            self.assertEqual(backstop.read(form), backstop.read(mail))

    def test_what_is_no_mail(self):
        with self.assertRaises(ValueError):
            backstop.read(b"")
        for wrong in ("text", None, 1):
            with self.assertRaises(TypeError):
                backstop.read(wrong)

    def test_threads_read_at_once(self):
        mails = [path.read_bytes() for path in MAILS[:200]]
        want = [backstop.read_json(mail) for mail in mails]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for got in pool.map(lambda _: [backstop.read_json(mail) for mail in mails], range(16)):
                self.assertEqual(got, want)


if __name__ == "__main__":
    unittest.main()

"""Work grows no faster than the input does, for every kind of input that could make it."""
import unittest

from support import BOUNCE, ORDINARY, POSTMARK, Case, mbox_of, run

HEAD = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nTo: ann@example.org\nSubject: failure notice\n"
PLAIN = HEAD + b"\n"
REPORT = (HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nText\n"
          b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n")
SIZE = 100_000
TIMES = 30
MOST_FACTOR = 4
TRIES = 3


def html(body):
    return HEAD + b"Content-Type: text/html\n\n" + body


# name, and what makes a mail of about `n` octets
MAILS = [
    ("header fields", lambda n: b"X-A: b\n" * (n // 7) + PLAIN),
    ("one field folded again and again", lambda n: b"X-A: b\n" + b" c\n" * (n // 3) + PLAIN),
    ("a field without an end", lambda n: b"Subject: " + b"a" * n + b"\n\n"),
    ("encoded words", lambda n: b"Subject:" + b" =?utf-8?q?a?=\n" * (n // 15) + b"From: ann@example.org\n\n"),
    ("encoded words that never end", lambda n: b"Subject: " + b"=?utf-8?q?" * (n // 10) + b"\nFrom: ann@example.org\n\n"),
    ("addresses", lambda n: b"From: MAILER-DAEMON\nTo: " + b"a@example.org, " * (n // 15) + b"\n\n"),
    ("open comments", lambda n: b"From: MAILER-DAEMON\nTo: " + b"(" * n + b"\n\n"),
    ("open angle brackets", lambda n: b"From: MAILER-DAEMON\nTo: " + b"<" * n + b"\n\n"),
    ("open quotes", lambda n: b"From: MAILER-DAEMON\nTo: " + b'"\\' * (n // 2) + b"\n\n"),
    ("parameters", lambda n: HEAD + b"Content-Type: multipart/mixed" + b"; a*1*=b" * (n // 8) + b"\n\n"),
    ("parts", lambda n: REPORT + b"--b\n\nx\n" * (n // 7) + b"--b--\n"),
    ("nested parts", lambda n: HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(n // 55)) + b"\n"),
    ("nested mails", lambda n: HEAD + b"Content-Type: message/rfc822\n\n" * (n // 30) + b"\n"),
    ("lines that are nearly boundaries", lambda n: REPORT + b"--b-\n--c\n" * (n // 9) + b"--b--\n"),
    ("recipients of a report", lambda n: REPORT + b"Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n\n" * (n // 70)
     + b"--b--\n"),
    ("a diagnostic without an end", lambda n: REPORT + b"Final-Recipient: rfc822; a@example.net\nAction: failed\nDiagnostic-Code: smtp; "
     + b"550 5.1.1 " * (n // 10) + b"\n--b--\n"),
    ("qmail's paragraphs", lambda n: PLAIN + b"Hi. This is the qmail-send program at example.net.\n\n"
     + b"<a@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n" * (n // 65)),
    ("addresses in text", lambda n: PLAIN + b"a@example.net b@example.net\n" * (n // 28)),
    ("one line of dots and ats", lambda n: PLAIN + b"a@b." * (n // 4)),
    ("one line of opening brackets", lambda n: PLAIN + b"<" * n),
    ("one line of spaces", lambda n: PLAIN + b" " * n),
    ("empty lines", lambda n: PLAIN + b"\n" * n),
    ("codes", lambda n: PLAIN + b"550 5.1.1 " * (n // 10)),
    ("separators of returned mail", lambda n: PLAIN + b"--- Below this line is a copy of the message.\n\n" * (n // 48)),
    ("phrases", lambda n: PLAIN + b"The following address(es) failed: user unknown; out of the office; mailbox full\n" * (n // 80)),
    ("quoted-printable", lambda n: HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=3D=\n" * (n // 5)),
    ("base64", lambda n: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"QUJD\n" * (n // 5)),
    ("tags that open", lambda n: html(b"<a" * (n // 2))),
    ("comments that open", lambda n: html(b"<!--" * (n // 4))),
    ("entities", lambda n: html(b"&amp" * (n // 4))),
    ("iso-2022-jp", lambda n: HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B\x1b(B" * (n // 6)),
    ("an mbox of mails", lambda n: mbox_of([BOUNCE, ORDINARY] * (n // 1100))),
    ("an mbox of empty mails", lambda n: (POSTMARK + b"\n") * (n // 46)),
    ("an mbox of lines that are nearly postmarks", lambda n: POSTMARK + ORDINARY + b"\nFrom here on\n" * (n // 14)),
    ("an mbox of lengths that lie", lambda n: mbox_of([b"Content-Length: 60000000\n" + ORDINARY] * (n // 210))),
]


class Growth(Case):
    def work(self, *paths):
        """Returns the CPU time of a run that reads these."""
        outcome = run("classify", "--json", *paths)
        self.assertIn(outcome.status, (0, 1, 65), outcome.err)
        return outcome.seconds

    def check(self, small, large):
        """One large input must take about as much work as many small ones that are as long together.

        A quadratic pattern makes it TIMES as much. What else the machine does slows both runs alike, and can hide no such
        factor in any of the tries.
        """
        found = []
        for _ in range(TRIES):
            found.append((self.work(*[small] * TIMES), self.work(large)))
            if found[-1][1] < MOST_FACTOR * found[-1][0]:
                return
        self.fail(f"CPU seconds of {TIMES} small inputs and of one that is as large: {found}")

    def test_each_input(self):
        for name, mail in MAILS:
            with self.subTest(name):
                self.check(self.write("small", mail(SIZE)), self.write("large", mail(TIMES * SIZE)))

    def test_maildir(self):
        for name, count in (("small", 100), ("large", 100 * TIMES)):
            (self.folder / name / "new").mkdir(parents=True)
            for number in range(count):
                self.write(f"{name}/cur/{number}", BOUNCE)
        self.check(self.folder / "small", self.folder / "large")

    def test_memory_does_not_grow_with_the_mailbox(self):
        used = {}
        for count in (2_000, 100_000):
            # Written piece by piece, since the memory that is counted for a child begins at the size of its parent.
            with open(self.folder / "mbox", "wb") as file:
                for _ in range(count):
                    file.write(mbox_of([BOUNCE]))
            outcome = run("scan", self.folder / "mbox")
            self.assertEqual(outcome.status, 0, outcome.err)
            used[count] = outcome.memory_mb
        self.assertLess(used[100_000], used[2_000] + 10)


if __name__ == "__main__":
    unittest.main()

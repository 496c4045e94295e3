"""Sparse files of 2 GB: how much of them is read, and in how much memory."""
import unittest

from support import BOUNCE, ORDINARY, POSTMARK, Case, mbox_of, run

MIB = 1024 ** 2
# What the program reads besides: shared libraries, and the files of the time zone.
BESIDES = MIB


class Large(Case):
    SIZE = 2 * 1024 ** 3

    def sparse(self, name, begin, end=b""):
        path = self.write(name, begin)
        with open(path, "r+b") as file:
            file.seek(self.SIZE)
            file.write(end or b"\n")
        return path

    def test_zeros_are_refused_by_their_first_octets(self):
        path = self.folder / "zeros"
        with open(path, "wb") as file:
            file.truncate(self.SIZE)
        outcome = run("classify", path)
        self.assertEqual((outcome.status, outcome.err), (65, f"backstop: {path}: not a mail: it holds binary data\n"))
        self.assertLess(outcome.octets_read, BESIDES)

    def test_one_mail_is_read_up_to_its_cap(self):
        path = self.sparse("mail", ORDINARY + b"x" * 2000)
        outcome = run("classify", "--json", path)
        self.assertEqual((outcome.status, outcome.err), (1, f"backstop: {path}: too long: only its first 64 MiB were read\n"))
        self.assertIn(b'"truncated":true', outcome.out)
        self.assertLess(outcome.memory_mb, 600)
        self.assertLess(outcome.octets_read, 64 * MIB + 2 * BESIDES)

    def test_mbox_with_a_mail_after_the_gap_is_read_once(self):
        path = self.sparse("mbox", POSTMARK + ORDINARY + b"x" * 2000, b"\n\n" + mbox_of([BOUNCE]))
        outcome = run("scan", "--json", path)
        self.assertEqual((outcome.status, outcome.err), (1, ""))
        self.assertIn(b'{"mails":2,"responses":1,', outcome.out)
        self.assertLess(outcome.memory_mb, 600)
        self.assertLess(outcome.octets_read, self.SIZE + 2 * BESIDES)


if __name__ == "__main__":
    unittest.main()

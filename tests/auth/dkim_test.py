#!/usr/bin/python3
"""Mails that dkimpy signed and others damaged: our verifier and dkimpy's say the same of each. Takes python3-dkim, python3-nacl and
openssl; ends with status 77 if one is missing."""
import base64
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's python3-dkim and what it imports give warnings
    try:
        import dkim
        import nacl.signing
    except ImportError as error:
        sys.stderr.write(f"skipped: {error}\n")
        sys.exit(77)
if shutil.which("openssl") is None:
    sys.stderr.write("skipped: there is no openssl\n")
    sys.exit(77)

SEED, MAILS = 6376, 120
NAMES = [b"From", b"To", b"Subject", b"Date", b"X-Folded"]
HEADER = ("From: Ann <ann@example.org>\r\nTo: bob@example.net,\r\n\tcarl@example.net\r\nSubject: {}  of   {}\r\n"
          "Date: Mon, 23 Nov 2026 09:15:00 +0100\r\nX-Folded: one \r\n  two\t\r\nX-Unsigned: x\r\n")
WORDS = ["a", "word", "the", "  ", " ", "\t", " \t", "\r\n", "\r\n", "\r\n\r\n", "\r\n \r\n", ".", "\u00fc", "x" * 100]


class Rsa:
    algorithm, selector = b"rsa-sha256", b"rsa"

    def __init__(self):
        def openssl(*words, **more):
            return subprocess.run(["openssl", *words], check=True, capture_output=True, **more).stdout
        self.private = openssl("genrsa", "-traditional", "2048")
        public = openssl("rsa", "-pubout", "-outform", "DER", input=self.private)
        self.record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


class Ed25519:
    algorithm, selector = b"ed25519-sha256", b"ed"

    def __init__(self):
        key = nacl.signing.SigningKey(bytes(range(32)))
        self.private = base64.b64encode(bytes(key))
        self.record = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(key.verify_key)).decode()


def random_body(draw):
    """Ends with a line end, as every body that SMTP brings: dkimpy keeps blanks in front of an end that has none."""
    body = "".join(draw.choice(WORDS) for _ in range(draw.randrange(60)))
    return (body + "\r\n" if body else body).encode()


def replaced(mail, what, new):
    assert mail.count(what) >= 1, what
    return mail.replace(what, new, 1)


# How a mail is changed after it was signed. Some changes a form of canonicalisation must bear, some it must not.
DAMAGES = {
    "none": lambda mail: mail,
    "a line more": lambda mail: mail + b"one more\r\n",
    "empty lines at the end": lambda mail: mail + b"\r\n\r\n",
    "blanks at the end of a line": lambda mail: mail + b" \t\r\n",
    "blanks doubled in the body": lambda mail: mail.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" + mail.split(b"\r\n\r\n", 1)[1].replace(b" ", b"  "),
    "tabs for spaces": lambda mail: mail.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" + mail.split(b"\r\n\r\n", 1)[1].replace(b" ", b"\t"),
    "no body": lambda mail: mail.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n",
    "a letter of the body": lambda mail: mail.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" + mail.split(b"\r\n\r\n", 1)[1].replace(b"a", b"b"),
    "a signed field": lambda mail: replaced(mail, b"Ann <", b"Eve <"),
    "an unsigned field": lambda mail: replaced(mail, b"X-Unsigned: x", b"X-Unsigned: y"),
    "blanks of a field": lambda mail: replaced(mail, b"  of   ", b" of \t "),
    "refolded": lambda mail: replaced(mail, b",\r\n\tcarl", b", \r\n   carl"),
    "the case of a name": lambda mail: replaced(mail, b"\nSubject:", b"\nSUBJECT:"),
    "a second From below": lambda mail: replaced(mail, b"\r\n\r\n", b"\r\nFrom: eve@example.net\r\n\r\n"),
    "a second From on top": lambda mail: b"From: eve@example.net\r\n" + mail,
    "a field on top": lambda mail: b"Received: by x\r\n" + mail,
    "another bh": lambda mail: replaced(mail, b"bh=", b"bh=A"),
    "another key": lambda mail: replaced(mail, b"s=rsa", b"s=ed") if b"s=rsa" in mail else replaced(mail, b"s=ed", b"s=rsa"),
    "no key": lambda mail: replaced(mail, b"d=example.org", b"d=example.net"),
}

# dkimpy takes no mail with two From fields. To us the signature is good, and DMARC refuses to name an author.
DISPUTED = {"a second From on top"}


class Opinions(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.keys = [Rsa(), Ed25519()]
        self.records = {f"{key.selector.decode()}._domainkey.example.org": key.record for key in self.keys}

    def signed(self, draw):
        mail = HEADER.format(draw.choice(["one", "two"]), draw.choice(["x", "y "])).encode() + b"\r\n" + random_body(draw)
        key = draw.choice(self.keys)
        canonical = (draw.choice([b"simple", b"relaxed"]), draw.choice([b"simple", b"relaxed"]))
        length = draw.random() < 0.3
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            field = dkim.sign(mail, key.selector, b"example.org", key.private, canonicalize=canonical, signature_algorithm=key.algorithm,
                              include_headers=NAMES, length=length)
        return field + mail, (key.selector, canonical, length)

    def theirs(self, mail):
        def record(name, timeout=5):
            found = self.records.get(name.decode().rstrip("."))
            return found.encode() if found else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return dkim.verify(mail, dnsfunc=record)
            except ValueError:  # of nacl, about a signature of another length
                return False

    def ours(self, mails):
        keys = self.folder / "keys"
        keys.write_text("".join(f"{name} {record}\n" for name, record in self.records.items()))
        paths = []
        for i, mail in enumerate(mails):
            paths.append(self.folder / f"{i}.eml")
            paths[-1].write_bytes(mail)
        run = subprocess.run([os.environ["AUTH_OPINION"], "dkim", str(int(time.time())), keys, *paths], check=True, capture_output=True,
                             text=True)
        return run.stdout.splitlines()

    def test_same_opinion(self):
        draw = random.Random(SEED)
        rows = []
        for _ in range(MAILS):
            mail, how = self.signed(draw)
            rows += [(how, name, damage(mail)) for name, damage in draw.sample(sorted(DAMAGES.items()), 6)] + [(how, "none", mail)]
        ours = self.ours([mail for _, _, mail in rows])
        self.assertEqual(len(ours), len(rows))
        passed, disputed = 0, []
        for (how, name, mail), said in zip(rows, ours):
            if name not in DISPUTED and (said == "pass") != self.theirs(mail):
                disputed.append((how, name, said, mail))
            passed += said == "pass"
            if name == "none":
                self.assertEqual(said, "pass", how)
        self.assertFalse(disputed, "\n".join(map(repr, disputed)))
        self.assertGreater(passed, MAILS)
        self.assertLess(passed, len(rows) - MAILS)
        print(f"{len(rows)} mails, of which {passed} pass")


if __name__ == "__main__":
    unittest.main()

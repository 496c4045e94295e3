#!/usr/bin/python3
"""Authentication-Results fields that were made by chance: where python3-authres reads one, ours reads the same of it. Ends with status
77 if the package is missing."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

try:
    import authres
except ImportError as error:
    sys.stderr.write(f"skipped: {error}\n")
    sys.exit(77)

SEED, FIELDS = 8601, 3000
RESULTS = ["pass", "fail", "none", "neutral", "softfail", "temperror", "permerror", "policy", "PASS"]
VALUES = ["example.org", "a@example.org", "@example.org", '"ab/c+=="', "prvs=1234=a@example.org", "192.0.2.1", "20230601", "1"]


class Field:
    """A field by the grammar of RFC 8601 2.2, with comments and white space wherever it allows them."""

    def __init__(self, draw):
        self.draw = draw

    def gap(self, least=""):
        return self.draw.choice([least, least, least, " ", "  ", "\t", " (a comment) ", " (one (in) \\) another) ", " (;=.) "]) or least

    def one_result(self):
        method = self.draw.choice(["spf", "dkim", "dmarc", "auth", "iprev", "arc", "x-other", "DKIM"])
        text = method + self.draw.choice(["", "", "", "/1"]) + self.gap() + "=" + self.gap() + self.draw.choice(RESULTS)
        if self.draw.random() < 0.2:
            text += self.gap(" ") + "reason" + self.gap() + "=" + self.gap() + self.draw.choice(["word", '"two words"', '"a (b) ; c"'])
        count = self.draw.randrange(4)
        for i in range(count):
            # authres loses a quoted value that has something behind it.
            values = VALUES if i == count - 1 else [value for value in VALUES if not value.startswith('"')]
            text += (self.gap(" ") + self.draw.choice(["smtp", "header", "body", "policy"]) + self.gap() + "." + self.gap() +
                     self.draw.choice(["mailfrom", "helo", "d", "i", "s", "b", "from", "dmarc", "iprev", "x-y"]) + self.gap() + "=" +
                     self.draw.choice(values))
        return text

    def text(self):
        """Returns the field, and whether it has a byte that is wrong."""
        text = self.gap() + self.draw.choice(["mx.example.org", "x", "MX.Example.NET"])
        if self.draw.random() < 0.2:
            text += self.gap(" ") + "1"
        if self.draw.random() < 0.1:
            return text + self.gap() + ";" + self.gap() + "none", False
        for _ in range(self.draw.randrange(1, 5)):
            text += self.gap() + ";" + self.gap() + self.one_result()
        text += self.gap()
        is_damaged = self.draw.random() < 0.2  # one byte more, less or other
        if is_damaged:
            at = self.draw.randrange(len(text))
            text = text[:at] + self.draw.choice(["", ";", "=", "(", ")", '"', "."]) + text[at + self.draw.randrange(2):]
        return text, is_damaged


class Strict(authres.core.AuthenticationResultsHeader):
    """Refuses a field with a property that can't be read, instead of passing over it."""

    def __init__(self, context):
        super().__init__(context, strict=True)


def theirs(text):
    """What authres reads, in the words of ours; None if it can't."""
    try:
        read = Strict.parse_value(authres.core_features(), text)
    except (authres.AuthResError, SyntaxError, AttributeError):
        return None
    said = read.authserv_id
    for one in read.results:
        if one.result.lower() not in {word.lower() for word in RESULTS}:
            continue
        said += f";{one.method.lower()}={one.result.lower()};{one.reason or ''}"
        said += "".join(f";{p.type.lower()}.{p.name.lower()}={p.value}" for p in one.properties)
    return said


def said_of(kind, lines):
    """Returns what ours says of each line."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "lines"
        path.write_text("".join(line + "\n" for line in lines))
        return subprocess.run([os.environ["AUTH_OPINION"], kind, path], check=True, capture_output=True, text=True).stdout.splitlines()


class Opinions(unittest.TestCase):
    def test_same_opinion(self):
        draw = random.Random(SEED)
        fields = [Field(draw).text() for _ in range(FIELDS)]
        ours = said_of("authres", [field for field, _ in fields])
        self.assertEqual(len(ours), FIELDS)
        both, disputed = 0, []
        for (field, is_damaged), said in zip(fields, ours):
            if not is_damaged:
                self.assertNotEqual(said, "error", field)
            want = theirs(field)
            if want is None:
                continue
            both += 1
            name, semicolon, rest = said.partition(";")  # authres makes the name lower case
            # authres takes any word as a result: "neutral=", "soft.fail". RFC 8601 does not, and so ours refuses those fields.
            if name.lower() + semicolon + rest != want and not (is_damaged and said == "error"):
                disputed.append((field, said, want))
        self.assertFalse(disputed, "\n".join(map(repr, disputed)))
        self.assertGreater(both, FIELDS // 3)
        print(f"{FIELDS} fields, of which authres reads {both}")

    def test_names_of_clients(self):
        good = ["c.test", "localhost", "a-b.test", "[192.0.2.1]", "[IPv6:2001:db8::1]"]
        bad = ["c.test;dmarc=pass", "c.test(", 'c.test"', "c.test\\", "c..test", "[192.0.2.1", "[1.2.3.4; dkim=pass]", "c d.test", "a" * 300]
        for name, field in zip(good + bad, said_of("helo", good + bad)):
            [spf] = authres.AuthenticationResultsHeader.parse(field).results
            self.assertEqual([(one.type, one.name, one.value) for one in spf.properties], [("smtp", "helo", name)] if name in good else [], field)


if __name__ == "__main__":
    unittest.main()

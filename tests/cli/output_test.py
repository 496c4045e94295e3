"""The output of classify, scan and demo --mailbox: it fits the schemas, is readable, and is the same for every kind of mailbox."""
import json
import mailbox
import shlex
import subprocess
import unittest

import jsonschema

from support import BOUNCE, ORDINARY, PROGRAM, SAMPLE, SOURCE, Case, mbox_of, run


def schema(name):
    with open(SOURCE / "docs" / f"{name}.schema.json", encoding="utf-8") as file:
        read = json.load(file)
    jsonschema.Draft7Validator.check_schema(read)
    return jsonschema.Draft7Validator(read)


def objects(outcome):
    return [json.loads(line) for line in outcome.out.decode("utf-8").splitlines()]


def sample_mails():
    """Returns the mails of the sample, byte for byte, as Python's own mbox reader splits them."""
    box = mailbox.mbox(SAMPLE)
    mails = [box.get_bytes(key) for key in box.keys()]
    box.close()
    return mails


ODD = [
    ("broken characters", BOUNCE.replace(b"no such user", b"no \xff\xfe \x1b[31m user")),
    ("field without an end", b"Subject: " + b"x" * 100000 + b"\n\n"),
    ("control bytes", b"Subject: a\x01\x02\r\rb\n\nbody\x00\x80\n"),
    ("many recipients", BOUNCE.replace(b"Status: 5.1.1\n", b"Status: 5.1.1\n\n" + b"".join(
        b"Final-Recipient: rfc822; u%d@example.net\nAction: failed\nStatus: 5.2.2\n\n" % i for i in range(2000)))),
]


class Json(Case):
    def test_sample_fits_the_schema(self):
        outcome = run("classify", "--json", SAMPLE)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        found = objects(outcome)
        self.assertEqual(len(found), len(sample_mails()))
        for one in found:
            schema("classify").validate(one)
        kinds = {one["kind"] for one in found}
        self.assertTrue({"none", "dsn-failed"} <= kinds, kinds)

    def test_fixtures_fit_the_schema(self):
        folder = SOURCE / "src" / "response" / "fixtures"
        found = objects(run("classify", "--json", folder))
        self.assertGreater(len(found), 50)
        for one in found:
            with self.subTest(one["file"]):
                schema("classify").validate(one)

    def test_odd_mail_fits_the_schema(self):
        for name, mail in ODD:
            with self.subTest(name):
                found = objects(run("classify", "--json", self.write("mail", mail)))
                self.assertEqual(len(found), 1)
                schema("classify").validate(found[0])

    def test_file_name_of_any_bytes(self):
        path = bytes(self.folder) + b"/\xff\n\"mail"
        with open(path, "wb") as file:
            file.write(ORDINARY)
        done = subprocess.run([PROGRAM, "classify", "--json", path], capture_output=True, check=True)
        self.assertTrue(json.loads(done.stdout.decode("utf-8"))["file"].endswith("/\ufffd\n\"mail"))

    def test_keys_come_in_the_order_of_the_documentation(self):
        line = run("classify", "--json", "-", stdin=BOUNCE).out.decode()
        self.assertEqual(list(json.loads(line)), list(schema("classify").schema["required"]))
        self.assertEqual(list(json.loads(line)["recipients"][0]), schema("classify").schema["definitions"]["recipient"]["required"])

    def test_scan_fits_its_schema(self):
        for path in (SAMPLE, self.write("mail", ORDINARY)):
            (found,) = objects(run("scan", "--json", path))
            schema("scan").validate(found)
            self.assertEqual(list(found), schema("scan").schema["required"])

    def test_schemas_refuse_what_is_wrong(self):
        (one,) = objects(run("classify", "--json", "-", stdin=BOUNCE))
        for key, value in (("kind", "bounce"), ("truncated", 1), ("original", {}), ("extra", 1)):
            with self.subTest(key), self.assertRaises(jsonschema.ValidationError):
                schema("classify").validate({**one, key: value})


class SameFromEveryMailbox(Case):
    def findings(self, *arguments, **given):
        outcome = run("classify", "--json", *arguments, **given)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return sorted(json.dumps({**one, "file": ""}, sort_keys=True) for one in objects(outcome))

    def test_mbox_maildir_folder_and_standard_input(self):
        mails = sample_mails()
        want = self.findings(SAMPLE)
        for number, mail in enumerate(mails):
            self.write(f"box/{'new' if number % 2 else 'cur'}/{number}.host:2,", mail)
            self.write(f"plain/{number // 40}/{number:04}.eml", mail)
        (self.folder / "box" / "tmp").mkdir()
        self.write("box/tmp/half", b"rubbish")
        self.assertEqual(self.findings(self.folder / "box"), want)
        self.assertEqual(self.findings(self.folder / "plain"), want)
        self.assertEqual(self.findings("-", stdin=SAMPLE.read_bytes()), want)
        self.assertEqual(self.findings(self.write("crlf.mbox", mbox_of(mails).replace(b"\n", b"\r\n"))),
                         self.findings(self.write("lf.mbox", mbox_of(mails))))

    def test_pipe(self):
        done = subprocess.run([PROGRAM, "classify", "--json", "/dev/stdin"], input=SAMPLE.read_bytes(), capture_output=True, check=True)
        self.assertEqual(done.stdout.count(b"\n"), len(sample_mails()))

    def test_names(self):
        self.write("one.mbox", mbox_of([ORDINARY]))
        self.write("two.mbox", mbox_of([ORDINARY, BOUNCE]))
        names = [one["file"].removeprefix(f"{self.folder}/") for one in objects(run("classify", "--json", self.folder))]
        self.assertEqual(names, ["one.mbox", "two.mbox:1", "two.mbox:2"])


class ForPeople(Case):
    def test_bounce(self):
        outcome = run("classify", "-", stdin=BOUNCE)
        text = outcome.out.decode()
        self.assertIn("bob@example.net", text)
        self.assertIn("Nothing proves that you wrote the mail that it answers.", " ".join(text.split()))
        self.assertRegex(text, r"(?m)^  Kind +dsn-failed$")
        self.assertTrue(all(len(line) <= 80 for line in text.splitlines()), text)

    def test_nothing_steers_the_terminal(self):
        for name, mail in ODD:
            for command in ("classify", "scan"):
                with self.subTest(name, command=command):
                    out = run(command, "-", stdin=mail).out.decode("utf-8")
                    self.assertFalse([c for c in out if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)])

    def test_envelope_options(self):
        mail = BOUNCE.replace(b"Return-Path: <>\n", b"")
        for sender in ("<>", "", "someone@example.net", "<someone@example.net>"):
            self.assertEqual(run("classify", "--mail-from", sender, "--rcpt", "<ann@example.org>", "-", stdin=mail).status, 0)


class Tags(Case):
    def setUp(self):
        super().setUp()
        self.keys = self.folder / "keys"
        made = run("keys", "new", self.keys)
        self.assertEqual(made.status, 0, made.err)

    def tagged(self, day):
        out = run("tag", "sign", "--keys", self.keys, "--at", day, "ann@example.org").out.decode()
        return out.split()[-1]

    def origin(self, address, *arguments):
        mail = BOUNCE.replace(b"Delivered-To: ann@example.org", b"Delivered-To: " + address.encode())
        (found,) = objects(run("classify", "--json", "--keys", self.keys, *arguments, "-", stdin=mail))
        schema("classify").validate(found)
        return found["origin"]["result"], found["origin"]["cause"]

    def test_tag_decides(self):
        good = self.tagged("2025-12-30")
        self.assertEqual(self.origin(good), ("genuine", "tag"))
        self.assertEqual(self.origin("ann@example.org"), ("unproven", "bare"))
        self.assertEqual(self.origin("ann@example.org", "--rcpt", good), ("genuine", "tag"))
        self.assertEqual(self.origin(good.replace("ann@", "bob@")), ("unproven", "bare"), "made for somebody else: as no tag")

    def test_an_old_tag_is_a_hint_for_45_days(self):
        for day, want in (("2025-12-18", ("genuine", "tag")), ("2025-12-17", ("unproven", "stale")), ("2025-11-17", ("unproven", "stale")),
                          ("2025-11-16", ("unproven", "bare"))):
            with self.subTest(day):
                self.assertEqual(self.origin(self.tagged(day)), want)
                self.assertEqual(self.origin(self.tagged(day), "--mail-from", "bob@example.net"), want, "whoever the sender is")

    def test_tags_are_read_as_they_were_made(self):
        out = run("tag", "sign", "--keys", self.keys, "--at", "2025-12-30", "--lifetime", 30, "--sub-address", "--delimiter", "-", "ann@example.org").out.decode()
        self.assertEqual(self.origin(out.strip())[1], "bare")
        self.assertEqual(self.origin(out.strip(), "--delimiter", "-")[1], "stale", "dated later than a tag of 14 days can be")
        self.assertEqual(self.origin(out.strip(), "--delimiter", "-", "--lifetime", "30")[1], "tag")

    def test_a_mail_without_a_day_is_of_today(self):
        mail = BOUNCE.replace(b"Delivered-To: ann@example.org", b"Delivered-To: " + self.tagged("2025-12-30").encode())
        mail = mail.replace(b"Date: Thu, 1 Jan 2026 10:00:00 +0000\n", b"", 1)
        (found,) = objects(run("classify", "--json", "--keys", self.keys, "-", stdin=mail))
        self.assertEqual((found["origin"]["result"], found["origin"]["cause"]), ("unproven", "bare"))

    def test_what_can_not_be_tagged_is_not_asked_for_a_tag(self):
        for address in ("SRS0=Xy1z=AB=example.net=bob@example.org", "ann+" + "x" * 45 + "@example.org", "prvs=ann/0123abcdef@example.org"):
            with self.subTest(address):
                self.assertEqual(self.origin(address), ("unproven", "untaggable"))

    def test_tag_verify_explains_each_outcome(self):
        tag = self.tagged("2025-12-18")
        for day, want in (("2026-01-01", "good"), ("2026-01-02", "stale"), ("2026-02-01", "stale"), ("2026-02-02", "expired")):
            with self.subTest(day):
                outcome = run("tag", "verify", "--json", "--keys", self.keys, "--at", day, tag)
                (found,) = objects(outcome)
                self.assertEqual((found["outcome"], found["family"], found["mac_over"], found["last_good_day"]), (want, "exim", "folded", "2026-01-01"))
                self.assertEqual(outcome.status, 0 if want == "good" else 1)

    def test_a_fingerprint_tells_whether_two_machines_have_one_key(self):
        (first,) = objects(run("keys", "list", "--json", self.keys))[0]["keys"]
        copied = self.write("copied", self.keys.read_bytes())
        copied.chmod(0o600)
        self.assertEqual(objects(run("keys", "list", "--json", copied))[0]["keys"], [first])
        self.assertEqual(run("keys", "new", self.folder / "other").status, 0)
        (other,) = objects(run("keys", "list", "--json", self.folder / "other"))[0]["keys"]
        self.assertNotEqual(other["fingerprint"], first["fingerprint"])
        self.assertRegex(run("keys", "list", self.keys).out.decode(), rf"(?m)^{first['number']} +exim +{first['fingerprint']} ")
        secret = self.keys.read_text().split()[-1]
        self.assertNotIn(first["fingerprint"], secret)

    def test_first_numbers_differ(self):
        numbers = set()
        for i in range(30):
            self.assertEqual(run("keys", "new", self.folder / f"ring{i}").status, 0)
            numbers.add(objects(run("keys", "list", "--json", self.folder / f"ring{i}"))[0]["keys"][0]["number"])
        # All thirty are alike once in 10^29 runs.
        self.assertGreater(len(numbers), 1)

    def test_scan_counts_them_and_takes_the_tag_off(self):
        mails = [BOUNCE.replace(b"Delivered-To: ann@example.org", b"Delivered-To: " + address.encode())
                 for address in (self.tagged("2025-12-30"), self.tagged("2025-10-01"), "Ann@Example.org")]
        (found,) = objects(run("scan", "--json", "--keys", self.keys, "-", stdin=mbox_of(mails)))
        self.assertEqual(found["by_origin"], {"unproven": 2, "genuine": 1, "forged": 0})
        self.assertEqual(found["forged_addresses"]["top"], [{"name": "ann@example.org", "count": 2, "too_high_by": 0}])


class Sample(Case):
    def test_sample_is_what_its_script_writes(self):
        done = subprocess.run([SOURCE / "scripts" / "make-sample"], capture_output=True, check=True)
        self.assertEqual(done.stdout, SAMPLE.read_bytes())

    def test_demo_mailbox_shows_the_surge_and_the_proofs(self):
        outcome = run("demo", "--mailbox")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        text = outcome.out.decode()
        self.assertRegex(text, r"2026-03-17: \d+ responses")
        self.assertIn("Proven to answer mail that you wrote: 6;", " ".join(text.split()))

    def test_no_progress_bar_unless_on_a_terminal(self):
        self.assertEqual(run("scan", SAMPLE).err, "")

    def test_progress_bar_on_a_terminal(self):
        path = self.write("big.mbox", SAMPLE.read_bytes() * 60)
        done = subprocess.run(["script", "-qec", shlex.join([str(PROGRAM), "scan", str(path)]), "/dev/null"], stdin=subprocess.DEVNULL,
                              capture_output=True, check=True)
        self.assertRegex(done.stdout, rb"\[#* *\] +\d+%")


if __name__ == "__main__":
    unittest.main()

"""Bad input gives one clear line on standard error and a documented exit status, and the rest is still read."""
import os
import re
import subprocess
import unittest

from support import BOUNCE, ORDINARY, POSTMARK, PROGRAM, Case, mbox_of, run, without_privileges

BINARY = bytes(range(256)) * 16
OPEN_MULTIPART = BOUNCE.replace(b"--b--\n", b"")

# name, content of the file, want_status, want_line (after "backstop: PATH"), want_mails
FILES = [
    ("ordinary", ORDINARY, 0, None, 1),
    ("empty", b"", 65, ": empty", 0),
    ("binary", BINARY, 65, ": not a mail: it holds binary data", 0),
    ("an executable", b"\x7fELF\x02\x01\x01" + b"\0" * 500, 65, ": not a mail: it holds binary data", 0),
    ("random without zeros", bytes(i * 37 % 255 + 1 for i in range(4000)), 65, ": not a mail: it does not begin with a mail's header", 0),
    ("prose", b"Dear Sir,\n\nhow are you?\n", 65, ": not a mail: it does not begin with a mail's header", 0),
    ("cut within its header", ORDINARY[:30], 1, ": cut short: it ends within its header", 1),
    ("cut within a part", OPEN_MULTIPART, 1, ": cut short: its last part has no end", 1),
    ("mbox", mbox_of([ORDINARY, BOUNCE]), 0, None, 2),
    ("mbox without a mail", POSTMARK, 65, ': broken mbox: no mail follows the "From " line at byte 0', 0),
    ("mbox of prose", POSTMARK + b"Dear Sir,\n\nhow are you?\n", 65, ': broken mbox: no mail follows the "From " line at byte 0', 0),
    ("mbox that ends within a header", mbox_of([ORDINARY]) + POSTMARK + b"Subject: a", 1, ":2: cut short: it ends within its header", 2),
    ("mbox without dates", b"\xef\xbb\xbfFrom -\n" + ORDINARY + b"\nFrom - \n" + BOUNCE, 0, None, 2),
    ("mbox after empty lines", b"\n\n" + mbox_of([ORDINARY, BOUNCE]), 0, None, 2),
    ("mbox that may hold another mail", mbox_of([ORDINARY + b"\nFrom -\nSubject: a\n\nx\n"]), 1,
     f': doubtful mbox: a mail may begin after a "From " line, which counted as text, first at byte {len(POSTMARK) + len(ORDINARY) + 1}', 1),
    ("mbox with rubbish between", mbox_of([ORDINARY, b"rubbish\n\nrubbish\n", BOUNCE]), 65,
     f': broken mbox: no mail follows the "From " line at byte {len(POSTMARK) + len(ORDINARY) + 1}', 2),
]


class Files(Case):
    def test_each_file(self):
        for name, content, want_status, want_line, want_mails in FILES:
            for command in (["classify", "--json"], ["scan", "--json"]):
                with self.subTest(name, command=command[0]):
                    path = self.write("mail", content)
                    outcome = run(*command, path)
                    self.assertEqual(outcome.status, want_status, outcome.err)
                    # scan counts the mails that are cut short.
                    want = "" if want_line is None or (command[0] == "scan" and "cut short" in want_line) else f"backstop: {path}{want_line}\n"
                    self.assertEqual(outcome.err, want)
                    if command[0] == "classify":
                        self.assertEqual(outcome.out.count(b"\n"), want_mails)
                    else:
                        self.assertIn(b'{"mails":%d,' % want_mails, outcome.out)

    def test_standard_input_says_the_same(self):
        for name, content, want_status, want_line, want_mails in FILES:
            with self.subTest(name):
                outcome = run("classify", "--json", "-", stdin=content)
                self.assertEqual((outcome.status, outcome.out.count(b"\n")), (want_status, want_mails))
                self.assertEqual(outcome.err, "" if want_line is None else f"backstop: -{want_line}\n")

    def test_many_broken_mails_make_two_lines(self):
        outcome = run("classify", self.write("mbox", mbox_of([b"rubbish\n"] * 1000)))
        self.assertEqual(outcome.status, 65)
        self.assertEqual(outcome.err.count("\n"), 2, outcome.err)
        self.assertIn("1000 \"From \" lines in all", outcome.err)


class Paths(Case):
    def check(self, outcome, want_status, want_err):
        self.assertEqual(outcome.status, want_status, outcome.err)
        self.assertEqual(outcome.err, want_err)

    def test_no_such_file(self):
        path = self.folder / "gone"
        self.check(run("classify", path), 66, f"backstop: {path}: no such file\n")

    def test_name_that_would_steer_a_terminal(self):
        outcome = run("classify", self.folder / "a\x1b[2Jb")
        self.assertEqual(outcome.status, 66)
        self.assertNotIn("\x1b", outcome.err)

    def test_file_without_permission(self):
        path = self.write("mail", ORDINARY)
        path.chmod(0)
        self.check(run("classify", path, before=without_privileges()), 66, f"backstop: {path}: no permission to read it\n")

    def test_folder_without_permission(self):
        path = self.write("closed/mail", ORDINARY).parent
        path.chmod(0)
        self.addCleanup(path.chmod, 0o700)
        self.check(run("classify", path, before=without_privileges()), 66, f"backstop: {path}: no permission to read it\n")

    def test_folder_goes_on_after_what_it_cannot_read(self):
        self.write("a", ORDINARY)
        self.write("b", BINARY)
        self.write("c", ORDINARY)
        closed = self.write("d", ORDINARY)
        closed.chmod(0)
        outcome = run("classify", "--json", self.folder, before=without_privileges())
        self.check(outcome, 66, f"backstop: {self.folder}/b: not a mail: it holds binary data\n"
                                f"backstop: {closed}: no permission to read it\n")
        self.assertEqual(outcome.out.count(b"\n"), 2)

    def test_folder_without_a_mail(self):
        self.check(run("classify", self.folder), 65, f"backstop: {self.folder}: holds no mail\n")

    def test_empty_maildir_is_no_error(self):
        for name in ("new", "cur", "tmp"):
            (self.folder / name).mkdir()
        self.check(run("classify", self.folder), 0, "")

    def test_links_in_a_circle_end(self):
        self.write("inner/mail", ORDINARY)
        (self.folder / "inner" / "loop").symlink_to(self.folder)
        (self.folder / "itself").symlink_to("itself")
        outcome = run("classify", "--json", self.folder)
        self.assertEqual(outcome.out.count(b"\n"), 1)
        self.assertIn("itself", outcome.err)

    def test_named_pipe_in_a_folder_does_not_stall(self):
        self.write("mail", ORDINARY)
        os.mkfifo(self.folder / "pipe")
        outcome = run("classify", "--json", self.folder)
        self.assertEqual(outcome.out.count(b"\n"), 1)
        self.assertEqual((outcome.status, outcome.err),
                         (65, f"backstop: {self.folder / 'pipe'}: left out: it is a pipe, a socket or a device\n"))

    def test_named_pipe_is_waited_for(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen([PROGRAM, "classify", "--json", pipe], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
            self.assertEqual(program.stderr.readline().decode(), f"backstop: {pipe}: it is a pipe; waiting until somebody writes into it\n")
            pipe.write_bytes(ORDINARY)
            out, err = program.communicate(timeout=60)
        self.assertEqual((program.returncode, out.count(b"\n"), err), (0, 1, b""))

    def test_device_that_never_ends(self):
        outcome = run("classify", "/dev/zero")
        self.check(outcome, 65, "backstop: /dev/zero: not a mail: it holds binary data\n")

    def test_the_highest_status_wins(self):
        outcome = run("classify", self.folder / "gone", self.write("prose", b"Dear Sir,\n"), self.write("mail", ORDINARY))
        self.assertEqual(outcome.status, 66)
        self.assertEqual(outcome.err.count("\n"), 2)


class Output(Case):
    def test_standard_streams_that_are_closed(self):
        mail = self.write("mail", ORDINARY)
        for closed, arguments, want in (("0<&-", ["classify", mail], (0, "")), ("2>&-", ["classify", mail], (0, "")),
                                        ("1>&-", ["classify", mail], (74, "backstop: standard output can't be written\n")),
                                        ("0<&- 1>&- 2>&-", ["classify", mail], (74, "")),
                                        ("0<&-", ["classify", "-"], (74, "backstop: -: Bad file descriptor\n"))):
            with self.subTest(closed, arguments=arguments):
                outcome = run(*arguments, before=("sh", "-c", f'exec "$@" {closed}', "sh"))
                self.assertEqual((outcome.status, outcome.err), want)

    def test_disk_that_is_full(self):
        mail = self.write("mail", ORDINARY)
        for arguments in (["classify", mail], ["scan", mail], ["demo", "--mailbox"]):
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
                self.assertEqual((done.returncode, done.stderr), (74, b"backstop: standard output can't be written\n"))


class Usage(Case):
    def test_wrong_command_lines(self):
        mail = self.write("mail", ORDINARY)
        for arguments in (["nonsense"], ["--nonsense"], ["classify"], ["scan"], ["classify", "--nonsense", mail],
                          ["classify", "--rcpt", "not an address", mail], ["classify", "--mail-from", "<<", mail],
                          ["classify", "--rcpt"], ["classify", "--rcpt", "", mail],
                          ["classify", "--lifetime", "501", mail], ["scan", "--delimiter", "ab", mail], ["man", "nonsense"], ["help", "nonsense"]):
            with self.subTest(arguments):
                outcome = run(*arguments)
                self.assertEqual(outcome.status, 64, outcome.err)
                self.assertRegex(outcome.err, r"\Abackstop: [^\n]+\n\Z")
                self.assertEqual(outcome.out, b"")

    def test_slips_are_named(self):
        for arguments, want in ((["histroy", "-n", "3"], 'there is no command "histroy"; did you mean history? See backstop --help'),
                                (["clasify"], 'there is no command "clasify"; did you mean classify? See backstop --help'),
                                (["nonsense"], 'there is no command "nonsense"; see backstop --help'),
                                (["--json"], "there is no option --json; see backstop --help"),
                                (["history", "-n", "1", "-n", "2", "--db", "x"], "--most is given more than once; see backstop history --help"),
                                (["history", "--foo"], "there is no option --foo; see backstop history --help"),
                                (["hist"], 'there is no command "hist"; did you mean history? See backstop --help'),
                                (["config", "x"], 'there is no command "config"; did you mean check-config? See backstop --help'),
                                (["classify", "--jso", "x"], "there is no option --jso; did you mean --json? See backstop classify --help"),
                                (["classify", "--jsno=yes", "x"], "there is no option --jsno; did you mean --json? See backstop classify --help"),
                                (["classify", "-json", "x"], "there is no option -json; did you mean --json? See backstop classify --help"),
                                (["classify", "-x", "x"], "there is no option -x; see backstop classify --help"),
                                (["--jso", "classify", "x"], "there is no option --jso; did you mean --json? See backstop classify --help"),
                                (["classify", "--verison"], "there is no option --verison; did you mean --version? See backstop classify --help"),
                                (["keys", "lits"], 'keys has no command "lits", it takes one of: new, rotate, list, dkim-import; did you mean list? '
                                                   "See backstop keys --help"),
                                (["keys", "--jso"], "there is no option --jso; see backstop keys --help"),
                                (["history", "--db", "x", "more"], 'the argument "more" is one too many; see backstop history --help'),
                                (["history"], "history: say where the history is: -c FILE, or --db PATH; see backstop history --help"),
                                (["check-config"], "check-config: give a FILE, or --example; see backstop check-config --help"),
                                (["help", "clasify"], 'there is no command "clasify"; did you mean classify? See backstop help --help'),
                                (["help", "keys", "lits"], 'keys has no command "lits", it takes one of: new, rotate, list, dkim-import; '
                                                           "did you mean list? See backstop help --help"),
                                (["help", "scan", "x"], "scan has no commands of its own; see backstop help --help"),
                                (["man", "histroy"], 'there is no manual page "histroy"; did you mean history? See backstop man --help'),
                                (["man", "backstop-histroy"], 'there is no manual page "backstop-histroy"; did you mean history? '
                                                              "See backstop man --help"),
                                (["-c", "m.toml", "classify", "x"], "-c belongs behind the command: backstop classify -c ...; see backstop classify --help"),
                                (["keys", "--into", "d", "dkim-import", "s", "example.org"],
                                 "--into belongs behind the command: backstop keys dkim-import --into ...; see backstop keys dkim-import --help"),
                                (["replay", "--since", "7d"], "replay: say which configuration to try: --config NEW; see backstop replay --help"),
                                (["keys", "dkim-import", "--into", "d", "example.org", "s2026"],
                                 '"s2026" is no domain: the selector comes first, as in: dkim-import ... s2026 example.org; see backstop keys dkim-import --help'),
                                (["serve", "m.toml"], "say which configuration: -c m.toml; see backstop serve --help"),
                                (["serve"], "say which configuration: -c FILE; see backstop serve --help"),
                                (["status", "m.toml"], 'the argument "m.toml" is one too many; a configuration is given as -c m.toml; see backstop status --help'),
                                (["keys", "dkim-import"], "--into FOLDER is required; see backstop keys dkim-import --help"),
                                (["why"], "ID is required: the id of the decision, as `backstop history`, the log and the Received field show it; "
                                          "its beginning is enough if no other id has it; see backstop why --help"),
                                (["version"], 'there is no command "version"; did you mean --version? See backstop --help'),
                                (["-v"], "there is no option -v; did you mean --version? See backstop --help"),
                                (["re"], 'there is no command "re"; see backstop --help'),
                                (["rep"], 'there is no command "rep"; did you mean report or replay? See backstop --help'),
                                (["history", "--db", "x", "--kind", "dsn-de"], "--kind: dsn-de is not one of: none, dsn-failed, dsn-delayed, dsn-delivered, mdn, "
                                 "auto-reply, challenge, filter-notice, list-notice, feedback-report, bounce, dsn, response, ordinary; "
                                 "did you mean dsn-delayed or dsn-delivered? See backstop history --help"),
                                (["keys", "new"], "FILE is required: the key file; see backstop keys new --help"),
                                (["keys", "list"], "FILE is required: the key file; see backstop keys list --help"),
                                (["keys", "list", "a", "b"], 'the argument "b" is one too many; see backstop keys list --help'),
                                (["tag", "sign"], "ADDRESS is required: the address, with or without angle brackets; see backstop tag sign --help"),
                                (["keys"], "keys takes one of: new, rotate, list, dkim-import; see backstop keys --help"),
                                (["keys", "foo"], 'keys has no command "foo", it takes one of: new, rotate, list, dkim-import; see backstop keys --help'),
                                (["tag", "foo", "x"], 'tag has no command "foo", it takes one of: sign, verify, lint; see backstop tag --help')):
            with self.subTest(arguments):
                outcome = run(*arguments)
                self.assertEqual((outcome.status, outcome.out, outcome.err), (64, b"", f"backstop: {want}\n"))

    def test_it_is_named_as_it_was_called(self):
        link = self.folder / "run"
        link.symlink_to(PROGRAM)
        done = subprocess.run([link, "keys", "lits"], capture_output=True, check=False)
        self.assertTrue(done.stderr.decode().endswith(f"did you mean list? See {link} keys --help\n"), done.stderr)

    def test_status_without_a_configuration_says_how_to_give_one(self):
        if not os.path.exists("/etc/backstop/backstop.toml"):
            outcome = run("status")
            self.assertEqual((outcome.status, outcome.err), (66, "backstop: /etc/backstop/backstop.toml: no such file; "
                                                                 "give the configuration of the server with -c FILE\n"))

    def test_commands_that_have_commands_show_them(self):
        """The names in the messages above are those that the help lists."""
        for command, want in (("keys", ["new", "rotate", "list", "dkim-import"]), ("tag", ["sign", "verify", "lint"])):
            listed = run(command, "--help").out.decode().partition("Subcommands:\n")[2]
            self.assertEqual(re.findall(r"(?m)^  ([a-z-]+)", listed), want)

    def test_key_file_that_is_not_there(self):
        outcome = run("classify", "--keys", self.folder / "gone", self.write("mail", ORDINARY))
        self.assertEqual(outcome.status, 66)
        self.assertRegex(outcome.err, r"\Abackstop: key file [^\n]+\n\Z")

    def test_key_file_without_a_name(self):
        outcome = run("classify", "--keys", "", self.write("mail", ORDINARY))
        self.assertEqual(outcome.status, 66)
        self.assertRegex(outcome.err, r"\Abackstop: key file [^\n]+\n\Z")

    def test_name_that_begins_with_a_dash(self):
        self.write("-mail", ORDINARY)
        outcome = run("classify", "--json", "--", f"{self.folder}/-mail")
        self.assertEqual(outcome.status, 0, outcome.err)


if __name__ == "__main__":
    unittest.main()

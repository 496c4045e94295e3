#!/usr/bin/python3
"""What the log says, in which form, and what it never contains."""
import contextlib
import json
import os
import re

import jsonschema

from ops import (ANN, BOB, NOBODY, PROGRAM, SOURCE, Case, Cut, FakeClient, FakeServer, Port, Service, Supervisor, certificate, config, inbound, main,
                 new_bounce, new_mail, outbound, send, takes_root, url, wait_until)

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
HUMAN = re.compile(rf"(?:{TIME} (?:debug|info|warning|error) [^\x00-\x1f]+|backstop: ready: [^\x00-\x1f]+)\Z")
CANARY = "canary7b1e"
SCHEMA = SOURCE / "docs/history.schema.json"


class Log(Case):
    def service(self, *gateways, json_lines=False, level="info", file=True, **options):
        log = f'[log]\nlevel = "{level}"\nformat = "{"json" if json_lines else "human"}"\n' + ('file = "{folder}/log"\n' if file else "")
        peer = {name: options.pop(name) for name in ("program", "environment") if name in options}
        service = Service(self.folder, "backstop", config(*gateways, more=options.pop("more", "") + log, **options), **peer)
        if file:
            service.log_file = service.folder / "log"
        return service

    def start(self, *gateways, **options):
        return self.enterContext(self.service(*gateways, **options))


class Lines(Log):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def test_a_start_and_an_end(self):
        service = self.start(inbound(url(self.hop.address)), outbound(url(self.hop.address)))
        service.reload()
        self.assertEqual(service.stop(), 0)
        text = re.sub(rf"(?m)^{TIME} ", "", service.text())
        hop, keys, history = url(self.hop.address), service.folder / "keys", service.folder / "history.db"
        settings = (f"info gateway in: inbound, listens on 127.0.0.1:0, next hop {hop}\ninfo gateway out: outbound, listens on 127.0.0.1:0, next hop {hop}\n"
                    f"info domains: 1, 1 at stage reject\ninfo declared to be ready, whatever is observed: example.org since 2026-01-01\ninfo keys: 1 in {keys}, key 0 signs; fingerprints: 0=7b0adf2c\ninfo history: sqlite:{history}\ninfo ledger: none is kept\ninfo auth: refuses nothing\ninfo way out: stage observe\n")
        ports = service.address("in")[1], service.address("out")[1]
        # The limit of open files depends on the machine.
        text = re.sub(r"(?m)^warning \d+ sessions at the same time .*\n", "", text)
        self.assertRegex(text, r"\Ainfo backstop \d+\.\d+\.\d+: ")
        self.assertEqual(text.partition("\n")[2], settings + f"info ready: in 127.0.0.1:{ports[0]}, out 127.0.0.1:{ports[1]}\n"
                         f"info reloaded: {service.config}\n" + settings
                         + "info stopping: no new sessions, transactions may end\ninfo stopped\n")

    def test_no_line_goes_to_a_file_that_took_the_place_of_a_standard_stream(self):
        closes = self.folder / "closes"
        closes.write_text(f'#!/bin/sh\nexec "{PROGRAM}" "$@" 0<&- 1>&- 2>&-\n')
        closes.chmod(0o755)
        service = self.service(inbound(url(self.hop.address)), program=closes)
        service.log = service.text
        service.is_ready = re.compile(r" info ready: (.*)$", re.MULTILINE)
        self.enterContext(service)
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        streams = [os.readlink(f"/proc/{service.child.pid}/fd/{number}") for number in range(3)]
        self.assertEqual(streams, ["/dev/null"] * 3)
        service.wait_for_line(" info delivered ")
        self.assertEqual(service.stop(), 0)
        self.assertEqual(len(service.history()), 1)

    def speak(self, service):
        """Makes the log write one line of each kind."""
        send(service.address("in"), BOB, ANN)
        send(service.address("in"), "", ANN, new_bounce())
        send(service.address("in"), "", "prvs=0000000000=" + ANN)
        send(service.address("in"), BOB, "somebody@elsewhere.test")
        self.hop.answer("dot", "451 4.3.0 not now")
        send(service.address("in"), BOB, ANN)
        self.hop.answer("dot", Cut())
        send(service.address("in"), BOB, ANN)
        with FakeClient(service.address("in"), hello="[192.0.2.1]") as client:
            client.envelope(BOB, ANN)
            client.command("DATA")
            client.send("Subject: half")
            client.cut()
        service.reload()
        service.rewrite("[history]", "[histery]")
        service.reload("not reloaded: ")
        for done in ("delivered", "refused", "deferred", "failed"):
            service.wait_for_line(done)
        self.assertEqual(service.stop(), 0)

    def test_every_text_line_has_its_form(self):
        service = self.start(inbound(url(self.hop.address)))
        self.speak(service)
        for line in service.lines():
            self.assertRegex(line, HUMAN)
        self.assertIn(f"warning next hop {url(self.hop.address)} ended the connection: ", service.text())

    def check_json(self, service):
        events = notices = 0
        validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        for line in service.lines():
            value = json.loads(line)
            self.assertRegex(value["time"], rf"\A{TIME}\Z")
            if "message" in value:
                self.assertEqual(list(value), ["time", "level", "message"])
                self.assertIn(value["level"], ("debug", "info", "warning", "error"))
                notices += 1
            else:
                validator.validate(value)
                events += 1
        self.assertGreaterEqual(events, 7)
        self.assertGreater(notices, 10)

    def test_every_json_line_is_an_object(self):
        service = self.start(inbound(url(self.hop.address)), json_lines=True)
        self.speak(service)
        self.check_json(service)

    def test_every_json_line_is_an_object_on_standard_error_too(self):
        service = self.service(inbound(url(self.hop.address)), json_lines=True, file=False)
        # The line that says that it is ready is an object, too.
        service.is_ready = re.compile(r'"message":"ready: ([^"]*)"')
        self.enterContext(service)
        self.speak(service)
        self.check_json(service)

    def test_levels(self):
        for level, want in (("error", {"error"}), ("warning", {"error", "warning"}), ("info", {"error", "warning", "info"})):
            with self.subTest(level), FakeServer() as hop:
                self.hop = hop
                self.folder = self.folder / level
                self.folder.mkdir()
                supervisor = self.enterContext(Supervisor(self.folder / "notify"))
                service = self.service(inbound(url(hop.address)), level=level, environment=supervisor.environment)
                with service:
                    service.rewrite("workers = 2", "workers = 1")
                    # At some levels the log says nothing of it.
                    supervisor.reload(service)
                    service.rewrite("[history]", "[histery]")
                    service.reload("not reloaded: ")
                    send(service.address("in"), BOB, ANN)
                    service.stop()
                found = {line.split(" ")[1] for line in service.lines()}
                self.assertEqual(found, want)

    def test_debug_has_what_clients_do_wrong(self):
        chain, key = certificate(self.folder)
        service = self.start(inbound(url(self.hop.address), 'tls = "implicit"'),
                             inbound(url(self.hop.address), 'proxy_protocol = ["127.0.0.0/8"]').replace('"in"', '"proxied"'),
                             level="debug", more=f'[tls]\ncertificate = "{chain}"\nkey = "{key}"\n[limits]\nsessions_per_client = 2\n')
        with FakeClient(service.address("in"), hello=None) as client:
            client.send("EHLO client.test\r\n")
            self.assertRegex(service.wait_for_line(" debug no TLS with client "), r" 127\.0\.0\.1: .+")
        with FakeClient(service.address("proxied"), hello=None) as client:
            client.send("EHLO client.test\r\n")
            service.wait_for_line(" debug no PROXY header from 127.0.0.1")


class NextHops(Log):
    def trouble(self, hop_url, want, more="", times=6, said=r"^4\.", **options):
        """Mails that can't be passed on: one line says why."""
        service = self.start(inbound(hop_url, more), **options)
        for _ in range(times):
            reply = send(service.address("in"), BOB, ANN)
            self.assertEqual(reply.code, 451)
            self.assertRegex(reply.text, said)
        self.assertEqual(service.stop(), 0)
        line, = service.lines(" warning next hop ")
        self.assertRegex(line, f"{re.escape(hop_url)} {want}$")

    def test_connection_refused(self):
        port = self.enterContext(contextlib.closing(Port()))
        self.trouble(url(port.address), "can't be reached: connection refused")

    def test_name_that_is_not_found(self):
        # RFC 6761, 6.4: no name server knows it. The test does not wait for one that does not answer.
        self.trouble("smtp://mail.invalid:25", "has a name that can't be looked up: .+", times=3, said=r"^4\.4\.3 .*can't be looked up",
                     environment={"RES_OPTIONS": "attempts:1 timeout:1"})

    def test_greeting_that_refuses(self):
        hop = self.enterContext(FakeServer({"connect": "554 5.3.2 not today"}))
        self.trouble(url(hop.address), "takes no mail: 554 5\\.3\\.2 not today")

    def test_certificate_that_is_not_good(self):
        hop = self.enterContext(FakeServer(certificate=certificate(self.folder)))
        self.trouble(url(hop.address), "has no TLS as the configuration demands: .*certificate.*", 'next_hop_tls = "verified"')

    def test_no_tls(self):
        hop = self.enterContext(FakeServer())
        self.trouble(url(hop.address), "has no TLS as the configuration demands: it does not offer STARTTLS", 'next_hop_tls = "required"')

    def test_cut_within_a_transaction(self):
        for step in ("mail", "data", "dot"):
            with self.subTest(step):
                hop = self.enterContext(FakeServer({step: Cut()}))
                self.folder = self.folder / step
                self.folder.mkdir()
                self.trouble(url(hop.address), "ended the connection: .+")

    def test_nonsense(self):
        hop = self.enterContext(FakeServer({"mail": "25o what"}))
        self.trouble(url(hop.address), "gave an answer that makes no sense: .+")

    def test_maildir(self):
        (self.folder / "mail").write_text("no folder")
        self.trouble(f"maildir:{self.folder}/mail/%n", "can't be written: .*Not a directory.*".replace("Not", "[Nn]ot"))

    def test_all_sessions_are_taken(self):
        hop = self.enterContext(FakeServer())
        service = self.start(inbound(url(hop.address)), more="[limits]\nsessions = 1\n")
        with FakeClient(service.address("in")):
            for _ in range(3):
                with FakeClient(service.address("in"), hello=None) as client:
                    self.assertEqual(client.read().code, 421)
        self.assertEqual(service.stop(), 0)
        line, = service.lines(" warning a client ")
        self.assertIn(' warning a client was turned away: there are 1 sessions, and no more are allowed by "sessions" in [limits]', line)


class Hostile(Log):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())
        self.service = self.start(inbound(url(self.hop.address)))

    def test_a_name_can_not_forge_a_field(self):
        for hello in ("x from=<boss@example.org>", 'x" to="y', "x\\", "[IPv6:::1]", "x=y", "m\u00fcller.test", "x\x1b[2J", "a" * 255):
            with self.subTest(hello), FakeClient(self.service.address("in"), hello=None) as client:
                client.read()
                client.hello(hello)
                client.mail(new_mail(BOB, ANN), BOB, ANN)
        self.check()

    def test_an_address_can_not_forge_a_field(self):
        with FakeClient(self.service.address("in")) as client:
            for local in ('"a b"', '"a> to=<b"', '"a\\"b"', '"a\\\\b"', "a=b", '">,<x"'):
                client.mail(new_mail(), f"{local}@example.net", ANN)
                client.mail(new_mail(), BOB, f"{local}@example.org")
            client.mail(new_mail(headers=('Message-ID: <x" reply="250 ok@example.net>',)), BOB, ANN)
        self.check()

    def test_a_next_hop_can_not_forge_a_line(self):
        self.hop.answer("dot", '550 5.1.1 no" took=0ms\r\n')
        send(self.service.address("in"), BOB, ANN)
        self.check()

    def check(self):
        self.assertEqual(self.service.stop(), 0)
        events = self.service.lines(" info delivered ") + self.service.lines(" info refused ")
        self.assertGreater(len(events), 0)
        value = r'(?:[^ "=\\]+|"(?:[^"\\]|\\["\\])*")'
        form = re.compile(rf"{TIME} info (?:delivered|refused) \w+(?: (?:client-gone|[a-z-]+={value}(?:,{value})*))+\Z")
        for line in self.service.lines():
            self.assertRegex(line, HUMAN)
        for line in events:
            self.assertRegex(line, form)
            names = re.findall(rf" ([a-z-]+)={value}(?:,{value})*(?= |\Z)", line)
            self.assertEqual(len(names), len(set(names)), line)


class Secrets(Log):
    """The log, the history and standard error contain no content of a mail and no key."""

    def test_no_content_and_no_key_is_written_anywhere(self):
        for json_lines in (False, True):
            with self.subTest(json=json_lines), FakeServer() as hop:
                self.folder = self.folder / ("json" if json_lines else "human")
                self.folder.mkdir()
                service = self.service(inbound(url(hop.address)), outbound(url(hop.address)), json_lines=json_lines, level="debug")
                (service.folder / "keys").write_text(f"0 exim sign 2020-01-01 {CANARY}-key\n")
                with service:
                    self.speak(service, hop)
                self.assertGreater(len(service.lines()), 15)
                for path in service.folder.iterdir():
                    if path.name != "keys":
                        self.assertNotIn(CANARY, path.read_bytes().decode(errors="replace"), path)

    def speak(self, service, hop):
        text = f"{CANARY}-body"
        headers = (f"X-Canary: {CANARY}-field", f"Comments: {CANARY}")
        ordinary = new_mail(BOB, ANN, f"{CANARY}-subject", text, headers)
        answer = new_bounce().replace(b"Undelivered", f"Undelivered {CANARY}".encode()).replace(b"could not", text.encode())
        send(service.address("in"), BOB, ANN, ordinary)
        send(service.address("in"), "", ANN, answer)
        send(service.address("out"), ANN, BOB, ordinary)
        tagged = hop.mails[-1].sender
        self.assertTrue(tagged.startswith("prvs="), tagged)
        send(service.address("in"), "", tagged, answer)
        hop.answer("dot", Cut())
        send(service.address("in"), BOB, ANN, ordinary)
        hop.answer("dot", "250 2.0.0 ok")
        with FakeClient(service.address("in")) as client:
            # A line that is not a command, a mail that is refused within its data, and one that is cut.
            client.command(f"{CANARY} {CANARY}")
            client.envelope(BOB, ANN)
            client.command("DATA")
            client.send(f"Subject: {CANARY}\r\n\r\n{CANARY}\n.\r\n")
            client.read()
        with FakeClient(service.address("in")) as client:
            client.envelope(BOB, ANN)
            client.command("DATA")
            client.send(f"Subject: {CANARY}\r\n\r\n{CANARY}")
            client.cut()
        # A key file with a mistake: the mistake is named, and the line is not shown.
        (service.folder / "keys").write_text(f"0 exim signs 2020-01-01 {CANARY}-key\n{CANARY}\n")
        service.reload("not reloaded: ")
        service.wait_for_line("failed")
        self.assertEqual(service.stop(), 0)


class Stuck(Log):
    """Mail does not wait for the log."""

    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def test_a_full_disk(self):
        service = self.service(inbound(url(self.hop.address)), file=False)
        service.config.write_text(service.config.read_text() + 'file = "/dev/full"\n')
        self.enterContext(service)
        for _ in range(5):
            self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        # Once there is room again, it says how many lines are missing.
        service.rewrite("/dev/full", f"{service.folder}/log")
        service.log_file = service.folder / "log"
        service.child.signal(1)
        self.assertRegex(service.wait_for_line(" of the log were lost: "), r" warning \d+ lines of the log were lost: No space left on device$")
        self.assertEqual(service.stop(), 0)

    def test_a_pipe_that_nobody_reads(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        service = self.service(inbound(url(self.hop.address)), file=False)
        service.config.write_text(service.config.read_text() + f'file = "{pipe}"\n')
        self.enterContext(service)
        # More than the 64 KiB of a pipe.
        with FakeClient(service.address("in")) as client:
            for i in range(400):
                self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250, i)
        self.assertEqual(service.stop(), 0)

    @takes_root
    def test_a_log_that_can_not_be_reopened(self):
        service = self.service(inbound(url(self.hop.address)), more_server='user = "nobody"')
        os.chown(service.folder, NOBODY.pw_uid, NOBODY.pw_gid)
        os.chown(service.folder / "keys", NOBODY.pw_uid, NOBODY.pw_gid)
        self.enterContext(service)
        old = service.log_file.rename(service.folder / "log.1")
        # A logrotate that makes the new file as root does this.
        service.log_file.write_text("")
        service.log_file.chmod(0o600)
        service.child.signal(1)
        line = f" error can't write the log {service.folder}/log: Permission denied"
        wait_until(lambda: line in old.read_text(), "it says so where it can")
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        wait_until(lambda: " info delivered " in old.read_text(), "it goes on with the old file")


class Page(Case):
    """docs/log.md."""

    def setUp(self):
        super().setUp()
        self.page = (SOURCE / "docs/log.md").read_text()
        self.schema = json.loads(SCHEMA.read_text())

    def test_every_member_has_its_row(self):
        rows = re.findall(r"(?m)^\| [^|]*\| `(\w+)` \|", self.page)
        self.assertEqual(sorted(rows), sorted(self.schema["properties"]))

    def test_the_examples_are_what_it_says(self):
        lines = [line for text in re.findall(r"(?ms)^```\n(.*?)^```$", self.page) for line in text.splitlines()]
        objects = [json.loads(line) for line in lines if line.startswith("{")]
        self.assertEqual((len(lines), len(objects)), (5, 2))
        jsonschema.Draft7Validator(self.schema).validate(objects[0])
        self.assertEqual(list(objects[0]), list(self.schema["properties"]))
        self.assertEqual(list(objects[1]), ["time", "level", "message"])
        for line in lines:
            self.assertRegex(line, HUMAN if not line.startswith("{") else r"\A\{")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The HTTP side of a running gateway: who sees what, and what it changes."""
import http.client
import json
import socket
import subprocess
import time

from site_of_http import ANN, BOB, BOUNCE, CARL, PASSWORD, PATIENCE, PROGRAM, Answer, Browser, HttpSite, codes, main, new_mail, tagged, wait_until


class WithoutALogin(HttpSite):
    def setUp(self):
        super().setUp()
        self.begin()

    def test_only_sums_are_shown(self):
        client = self.client()
        self.assertEqual(codes(client.envelope("carl@example.net", BOB)), [250, 250])
        self.assertEqual(client.data(new_mail("carl@example.net", BOB)).code, 250)
        self.keep()
        browser = self.browser()
        now = wait_until(lambda: (answer := browser.get("/api/now").json)["today"]["quarantined"] and answer, "the bounce is counted")
        self.assertEqual((now["today"]["ordinary"], now["today"]["unproven"], now["minutes"][-1]["time"] > now["minutes"][0]["time"]), (1, 1, True))
        self.assertEqual(len(now["minutes"]), 60)
        self.assertEqual([hop["state"] for hop in now["next_hops"]], ["works"])
        self.assertNotIn("example.org", json.dumps(now))
        self.assertNotIn(str(self.next.port), json.dumps(now))
        session = browser.get("/api/session").json
        self.assertEqual((session["user"], session["is_open"], session["version"]), (None, True, None))
        for path in ("/api/events", "/api/events/x", "/api/ready", "/api/quarantine", "/api/quarantine/x", "/api/held"):
            self.assertEqual(browser.get(path).status, 401, path)
        for path in ("/api/quarantine/release", "/api/quarantine/delete", "/api/logout", "/api/password"):
            self.assertEqual(browser.post(path, {"ids": ["x"]}).status, 401, path)

    def test_nothing_is_shown_to_another_host_or_behind_a_proxy(self):
        browser = self.browser()
        self.assertEqual(browser.get("/api/now", Host="rebound.example").status, 401)
        self.assertEqual(browser.get("/api/now", Host="localhost:1").status, 200)
        for field in ("Forwarded", "X_Forwarded_For", "X_Forwarded_Proto", "Via"):
            answer = browser.get("/api/session", **{field: "for=192.0.2.1"})
            self.assertEqual(answer.status, 403)
            self.assertIn('not in "proxy"', answer.json["error"]["found"])

    def test_a_wrong_request_is_told_what_would_be_right(self):
        browser = self.browser()
        self.assertEqual(browser.get("/nothing").json["error"]["found"], "there is nothing at this path")
        self.assertEqual(browser.get("/api/login").status, 405)
        self.assertEqual(browser.post("/api/login", "x", Content_Type="text/plain").json["error"]["wanted"], '{"name":"...","password":"..."}')
        self.assertEqual(browser.post("/api/login", {"name": 1, "password": ""}).json["error"]["found"], 'the JSON object has no text "name"')
        self.assertEqual(browser.post("/api/login", {"name": "a", "password": "b"}, Origin="http://evil.example").status, 403)
        fields = browser.get("/api/session").fields
        self.assertIn("frame-ancestors 'none'", fields["content-security-policy"])
        self.assertEqual((fields["x-content-type-options"], fields["cache-control"]), ("nosniff", "no-store"))

    def test_head_is_get_without_the_content(self):
        answer = self.browser().ask("HEAD", "/api/session")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertGreater(int(answer.fields["content-length"]), 100)


class Login(HttpSite):
    def setUp(self):
        super().setUp()
        self.begin()

    def test_a_login_begins_and_ends(self):
        browser = self.browser()
        answer = browser.log_in("anna")
        self.assertEqual(answer.json["user"], {"name": "anna", "role": "admin", "addresses": []})
        self.assertRegex(answer.fields["set-cookie"], "^backstop=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict$")
        self.assertEqual(browser.get("/api/events").status, 200)
        self.assertEqual(browser.post("/api/logout", {}, X_CSRF_Token="x").status, 403)
        out = browser.post("/api/logout", {})
        self.assertEqual((out.status, out.json["user"]), (200, None))
        self.assertIn("Max-Age=0", out.fields["set-cookie"])
        self.assertEqual(browser.get("/api/events").status, 401)
        self.assertIn("http: anna has logged in, from 127.0.0.1", self.gate.log())

    def test_five_failures_have_to_wait(self):
        browser = self.browser()
        for _ in range(5):
            self.assertEqual(browser.log_in("anna", "wrong").json["error"]["found"], "the name or the password is wrong")
        answer = browser.log_in("anna")
        self.assertEqual(answer.status, 429)
        self.assertGreater(int(answer.fields["retry-after"]), 800)
        self.assertIn("http: a login as anna failed, from 127.0.0.1", self.gate.log())

    def test_a_name_that_is_not_there_is_no_other_answer(self):
        browser = self.browser()
        self.assertEqual(browser.log_in("nobody").body, browser.log_in("anna", "wrong").body)

    def test_a_password_is_changed(self):
        browser, other = self.browser("ann"), self.browser("ann")
        self.assertEqual(browser.post("/api/password", {"old": "wrong", "new": "another password"}).status, 401)
        self.assertEqual(browser.post("/api/password", {"old": PASSWORD, "new": "short"}).status, 400)
        self.assertEqual(browser.post("/api/password", {"old": PASSWORD, "new": "another password"}).status, 200)
        self.assertEqual(browser.get("/api/events").status, 200)
        self.assertEqual(other.get("/api/events").status, 401)
        self.assertEqual(self.browser().log_in("ann").status, 401)
        self.assertEqual(self.browser().log_in("ann", "another password").status, 200)

    def test_users_are_listed_and_taken_out(self):
        self.assertEqual([line.split()[:2] for line in self.user("list").splitlines()], [[name, role] for name, role, _ in self.USERS])
        self.user("delete", "oscar")
        self.assertEqual(self.browser().log_in("oscar").status, 401)


class Events(HttpSite):
    def test_pages_of_events_follow_each_other(self):
        self.begin(stage="reject")
        for number in range(7):
            client = self.client()
            client.envelope("carl@example.net", BOB if number % 2 else ANN)
            client.data(new_mail("carl@example.net", BOB))
            client.quit()
        self.gate.wait_for_events(7)
        browser = self.browser("anna")
        ids, path = [], "/api/events?limit=3"
        while path:
            page = browser.get(path).json
            ids += [event["id"] for event in page["events"]]
            path = page["next"] and f"/api/events?limit=3&cursor={page['next']}"
        self.assertEqual(ids, [event["id"] for event in reversed(self.gate.history())])
        why = browser.get(f"/api/events/{ids[0]}").json["events"][0]
        self.assertEqual(why["event"]["id"], ids[0])
        self.assertIn(ids[0], why["words"])
        self.assertEqual(browser.get("/api/events/nothing").status, 404)
        self.assertEqual(len(browser.get(f"/api/events?address={ANN.upper()}").json["events"]), 4)
        for query in ("limit=0", "limit=201", "cursor=1", "cursor=x-1", "done=gone", "since=never", "colour=red", "address=%ff"):
            answer = browser.get(f"/api/events?{query}")
            self.assertEqual(answer.status, 400, query)
            self.assertTrue(answer.json["error"]["wanted"], query)

    def test_an_owner_sees_his_own_mail_alone(self):
        self.begin(stage="reject")
        for recipient in (ANN, BOB):
            client = self.client()
            client.envelope("carl@example.net", recipient)
            client.data(new_mail("carl@example.net", recipient))
            client.quit()
        events = self.gate.wait_for_events(2)
        browser = self.browser("bob")
        mine = browser.get("/api/events").json["events"]
        self.assertEqual([event["id"] for event in mine], [events[1]["id"]])
        self.assertEqual(browser.get(f"/api/events?address={ANN}").status, 403)
        self.assertEqual(browser.get(f"/api/events/{events[0]['id']}").status, 404)
        self.assertEqual(browser.get(f"/api/events/{events[1]['id']}").status, 200)
        self.assertEqual(browser.get("/api/ready").status, 403)


class Kept(HttpSite):
    def setUp(self):
        super().setUp()
        self.begin()

    def test_an_operator_reads_releases_and_deletes(self):
        first, second = self.keep(), self.keep()
        browser = self.browser("oscar")
        listed = browser.get("/api/quarantine").json
        self.assertEqual([one["id"] for one in listed["kept"]], [second, first])
        shown = browser.get(f"/api/quarantine/{first}").json
        self.assertIn("Undelivered Mail", shown["header"])
        self.assertNotIn("Undelivered Mail Returned", shown["text"])
        self.assertEqual(browser.get(f"/api/events/{first}/header").json["header"], shown["header"])
        answer = browser.post("/api/quarantine/release", {"ids": [first, "nothing"]}).json
        self.assertEqual((answer["done"], [one["id"] for one in answer["failed"]]), ([first], ["nothing"]))
        wait_until(lambda: len(self.next.mails) == 1, "the next hop has it")
        self.assertEqual(browser.post("/api/quarantine/release", {"ids": [first]}).json["done"], [])
        self.assertEqual(browser.post("/api/quarantine/delete", {"ids": [second]}).json, {"done": [second], "failed": []})
        self.assertEqual(browser.get("/api/quarantine").json["kept"], [])
        wanted = [("opened", first), ("opened", first), ("released", first), ("deleted", second)]
        wait_until(lambda: [(event["cause"], event["id"]) for event in self.gate.history() if event["cause"] in ("opened", "released", "deleted")] == wanted,
                   "each deed is on record")
        for body in ({}, {"ids": []}, {"ids": "x"}, {"ids": [""] * 501}):
            self.assertEqual(browser.post("/api/quarantine/release", body).status, 400)

    def test_an_owner_has_his_own(self):
        mine, other = self.keep(BOB), self.keep(CARL)
        self.assertTrue(self.browser("oscar").get("/api/quarantine").json["is_whole"])
        browser = self.browser("bob")
        self.assertEqual([one["id"] for one in browser.get("/api/quarantine").json["kept"]], [mine])
        self.assertEqual(browser.get(f"/api/quarantine/{other}").status, 404)
        for deed in ("release", "delete"):
            self.assertEqual(browser.post(f"/api/quarantine/{deed}", {"ids": [other]}).json["failed"], [{"id": other, "why": "nothing is kept back with that id"}])
        self.assertEqual(browser.get("/api/held").status, 403)
        self.assertEqual(browser.post("/api/quarantine/delete", {"ids": [mine]}).json["done"], [mine])


class Connections(HttpSite):
    def test_a_stream_tells_what_happens(self):
        self.begin()
        with socket.create_connection(self.gate.address("http"), timeout=PATIENCE) as stream:
            stream.sendall(b"GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            lines = stream.makefile("rb")
            self.assertIn(b"200 OK", lines.readline())
            self.keep()
            seen = wait_until(lambda: json.loads(line[6:]) if (line := lines.readline()).startswith(b"data: ") and b'"quarantined":1' in line else None, "the bounce")
            self.assertEqual(seen["today"]["unproven"], 1)

    def test_slow_broken_and_endless_requests_end(self):
        self.begin()
        for text, status in ((b"EHLO x\r\n\r\n", b" 400 "), (b"GET /" + b"x" * 20000, b" 431 "), (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b" 413 ")):
            with socket.create_connection(self.gate.address("http"), timeout=PATIENCE) as client:
                client.sendall(text)
                answer = b"".join(iter(lambda: client.recv(65536), b""))  # pylint: disable=cell-var-from-loop
                self.assertIn(status, answer.partition(b"\r\n")[0])
        with socket.create_connection(self.gate.address("http"), timeout=PATIENCE) as client:
            client.sendall(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
            whole = b""
            while whole.count(b"HTTP/1.1 200 OK") < 20:
                whole += client.recv(65536)

    def test_a_stop_ends_idle_connections_and_streams(self):
        self.begin()
        idle = self.browser()
        idle.get("/api/session")
        with socket.create_connection(self.gate.address("http"), timeout=PATIENCE) as stream:
            stream.sendall(b"GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            stream.recv(100)
            begin = time.monotonic()
            self.assertEqual(self.gate.stop(), 0)
            self.assertLess(time.monotonic() - begin, 10)

    def test_a_socket_of_the_file_system(self):
        self.begin(http='[http]\nlisten = ["unix:{folder}/http.sock"]\nusers = "{folder}/users"\nmode = "0600"\n')
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.gate.folder / "http.sock"))
        connection.request("GET", "/api/now")
        self.assertEqual(Answer(connection.getresponse()).status, 200)
        connection.close()

    def test_a_proxy_that_is_named_tells_the_client(self):
        self.begin(http=self.HTTP + 'proxy = ["127.0.0.1"]\n')
        browser = self.browser()
        self.assertEqual(browser.get("/api/now", X_Forwarded_For="203.0.113.9").status, 401)
        answer = browser.post("/api/login", {"name": "anna", "password": PASSWORD}, X_Forwarded_For="198.51.100.1, 203.0.113.9")
        self.assertTrue(answer.fields["set-cookie"].endswith("; Secure"))
        self.assertIn("http: anna has logged in, from 203.0.113.9", self.gate.log())


class Read(HttpSite):
    """"What is this mail?" """

    def ask(self, browser, mail, kind="message/rfc822"):
        return browser.post("/api/read", mail, Content_Type=kind)

    def test_a_mail_is_read_and_nothing_is_kept_of_it(self):
        self.begin(more='[ledger]\nurl = "sqlite:{folder}/ledger.db"\n')
        browser = self.browser("bob")
        answer = self.ask(browser, BOUNCE)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual((answer.json["reading"]["kind"], answer.json["reading"]["origin"]["result"]), ("dsn-failed", "unproven"))
        self.assertIn("could not deliver", answer.json["words"])
        self.assertEqual(self.ask(browser, new_mail("carl@example.net", BOB)).json["reading"]["kind"], "none")
        for body, kind, status in ((b"", "message/rfc822", 400), (b"no mail at all", "message/rfc822", 400), (BOUNCE, "application/json", 415),
                                   (BOUNCE + b"x" * 1024 * 1024, "message/rfc822", 413)):
            self.assertEqual(self.ask(browser, body, kind).status, status, (body[:20], kind))
        self.assertEqual(self.gate.history(), [])
        self.assertNotIn("Lunch", self.gate.log())
        self.assertEqual(self.ask(self.browser(), BOUNCE).status, 401)

    def test_ten_a_minute(self):
        self.begin()
        browser = self.browser("bob")
        self.assertEqual([self.ask(browser, BOUNCE).status for _ in range(11)], [200] * 10 + [429])

    def test_an_owner_hears_of_proofs_of_his_own_mail_alone(self):
        self.begin(tags=True)
        tagged_bounce = BOUNCE.replace(b"To: bob@example.org", b"Delivered-To: " + tagged(BOB).encode() + b"\r\nTo: " + tagged(BOB).encode(), 1)
        found = {name: self.ask(self.browser(name), tagged_bounce).json["reading"]["origin"]["result"] for name in ("bob", "ann", "anna")}
        self.assertEqual(found, {"bob": "genuine", "ann": "unproven", "anna": "genuine"})


class PublicPage(HttpSite):
    PUBLIC = '[http]\npublic_listen = ["127.0.0.1:0"]\npublic_url = "https://mail.example.org/backstop/"\n'

    def test_a_refusal_links_to_the_page_of_its_cause(self):
        self.begin_public()
        client = self.client()
        client.envelope("", BOB)
        reply = client.data(BOUNCE)
        self.assertEqual(reply.code, 550)
        self.assertIn("see https://mail.example.org/backstop/why/bare", reply.text.replace("\n", " "))

    def begin_public(self, more=""):
        self.next = self.hop()
        self.relay(self.next, stage="reject", more=self.PUBLIC + more)

    def test_the_world_sees_this_page_and_nothing_else(self):
        self.begin_public()
        browser = self.browser()
        page = browser.get("/why/bare", Host="mail.example.org", X_Forwarded_For="192.0.2.1")
        self.assertEqual((page.status, page.fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("This mail was refused with the code <code>bare</code>", page.text)
        self.assertRegex(page.fields["content-security-policy"], "style-src 'self' 'sha256-[A-Za-z0-9+/]{43}='")
        self.assertNotIn("with the code", browser.get("/why/%3Cscript%3E").text)
        self.assertEqual(browser.get("/why").status, 200)
        for path in ("/", "/app.js", "/api/session", "/api/now", "/metrics", "/api/events", "/why/a/b"):
            self.assertEqual(browser.get(path).status, 404, path)
        self.assertEqual(browser.post("/api/login", {"name": "a", "password": "b"}).status, 404)

    def test_it_is_on_the_other_listener_too(self):
        self.begin()
        self.assertIn("Was I hacked?", self.browser().get("/why").text)


class Configuration(HttpSite):
    def check(self, http):
        path = self.write("b.toml", '[server]\nhostname = "mx.example.org"\n[milter]\nlisten = ["unix:/run/m"]\n[[domain]]\nname = "example.org"\n' + http)
        done = subprocess.run([PROGRAM, "check-config", path], capture_output=True, timeout=PATIENCE, check=False)
        return (done.stdout + done.stderr).decode().replace(f"{path}:", "")

    def test_passwords_never_pass_a_network_in_the_clear(self):
        self.assertIn("is no address of the loopback, and passwords would pass the network in the clear", self.check('[http]\nlisten = ["192.0.2.1:80"]\nusers = "u"\n'))
        self.assertNotIn("in the clear", self.check('[http]\nlisten = ["192.0.2.1:80"]\nusers = "u"\nproxy = ["192.0.2.2"]\n'))
        self.assertIn("it takes a certificate and a key in [tls]", self.check('[http]\nlisten = ["192.0.2.1:80"]\nusers = "u"\ntls = true\n'))
        self.assertIn('without "users" nobody can log in', self.check('[http]\nlisten = ["127.0.0.1:80"]\n'))
        self.assertIn('it takes "public_url"', self.check('[http]\npublic_listen = ["127.0.0.1:80"]\n'))
        self.assertIn('it takes "public_listen"', self.check('[http]\npublic_url = "https://a.example"\nlisten = ["127.0.0.1:80"]\n'))
        self.assertIn("no address at which a browser could reach it", self.check('[http]\nusers = "u"\n'))


if __name__ == "__main__":
    main()

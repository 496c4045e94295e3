#!/usr/bin/python3
"""A web page can make a browser post SMTP to us. So an HTTP request as a command ends the session, and nothing after it counts."""
from dialogue import ANN, BOB, CARL, Dialogue, codes, told, url
from support import gateway, main, new_mail, wait_until

# What a page would smuggle, after its own header.
BODY = (f"EHLO page.test\r\nMAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nFrom: <{ANN}>\r\nSubject: by your browser\r\n\r\nhi\r\n.\r\nQUIT\r\n")
FIELDS = "Host: 127.0.0.1:2525\r\nUser-Agent: Any/5.0\r\nContent-Type: text/plain\r\n\r\n"

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK",
           "REPORT", "SEARCH", "QUERY", "PURGE")
REQUESTS = [
    *(f"{method} / HTTP/1.1\r\n" for method in METHODS), *(f"{method.lower()} /index.html\r\n" for method in METHODS), *(f"{method}\r\n" for method in METHODS),
    "POST /a?b=c HTTP/1.0\r\n", "PRI * HTTP/2.0\r\n", "GET / HTTP/2\r\n", "GET / http/1.1\r\n", "BREW /pot HTTP/1.1\r\n", "X-ANY / HTTP/1.1 \r\n",
    "MAIL FROM:<a@b.test> HTTP/1.1\r\n", "EHLO / HTTP/1.1\r\n", "NOOP HTTP/1.1\r\n", "RCPT / HTTP/3\r\n", " POST / HTTP/1.1\r\n", "\tGET\t/\tHTTP/1.1\r\n",
    "POST / HTTP/1.1\n", "GET /\n", "HTTP/1.1 200 OK\r\n",
]
# Lines that only look alike; none of them ends the session.
OTHERS = [("NOOP HTTP", 250), ("NOOP HTTP/", 250), ("NOOP HTTP/1.1x", 250), ("NOOP GET / POST", 250), ("GETS", 500), ("POSTMASTER", 500), ("HTTP", 500),
          ("VRFY get", 252), ("HELP POST", 214), ("GET-IT /", 500), ("EHLO get.test", 250)]


class Http(Dialogue):
    def setUp(self):
        super().setUp()
        self.taking = self.hop()
        self.start(gateway("in", "inbound", url(self.taking)), gateway("out", "outbound", url(self.taking)))

    def expect_end(self, client):
        self.assertEqual(told(client.read()), "221 2.7.0")
        # No further answer, and no reset.
        self.assertEqual((client.connection.recv(1), client.buffer), (b"", b""))
        client.close()

    def expect_no_mail(self):
        self.assertEqual(self.taking.mails, [])
        self.assertNotIn("DATA", self.taking.commands)

    def test_as_the_first_command(self):
        for way in ("in", "out"):
            for request in REQUESTS:
                with self.subTest(request, way=way):
                    client = self.client(self.gate.address(way), hello=None)
                    self.assertEqual(client.read().code, 220)
                    client.send(request + FIELDS + BODY)
                    self.expect_end(client)
        self.assertEqual([line for line in self.taking.commands if line.startswith("MAIL")], [])
        self.expect_no_mail()

    def test_before_the_greeting_and_with_a_long_body(self):
        client = self.client(self.gate.address("in"), hello=None)
        client.send("POST / HTTP/1.1\r\n" + FIELDS + "x" * 500_000 + "\r\n" + BODY)
        self.assertEqual(client.read().code, 220)
        self.expect_end(client)
        self.expect_no_mail()

    def test_behind_other_commands(self):
        envelope = [f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>", f"RCPT TO:<{CARL}>"]
        for count in range(4):
            for request in ("POST / HTTP/1.1\r\n", "RCPT / HTTP/1.1\r\n", "GET\r\n", "PUT /\n"):
                with self.subTest(request, behind=count):
                    client = self.client(self.gate.address("in"))
                    client.send("".join(line + "\r\n" for line in envelope[:count]) + request + FIELDS + BODY)
                    self.assertEqual([client.read().code for _ in range(count)], [250] * count)
                    self.expect_end(client)
        self.expect_no_mail()

    def test_within_a_transaction(self):
        client = self.client(self.gate.address("out"))
        self.assertEqual(codes(client.envelope(BOB, ANN)), [250, 250])
        client.send("POST / HTTP/1.1\r\n" + FIELDS + "DATA\r\n" + new_mail().decode() + ".\r\n")
        self.expect_end(client)
        self.taking.wait_for("rset")
        self.expect_no_mail()

    def test_between_chunks(self):
        client = self.client(self.gate.address("in"))
        client.envelope(ANN, BOB)
        client.send(b"BDAT 4\r\na\r\nbPOST / HTTP/1.1\r\nBDAT 0 LAST\r\n")
        self.assertEqual(client.read().code, 250)
        self.expect_end(client)
        self.assertEqual(self.taking.mails, [])

    def test_within_a_login(self):
        self.taking.answer("ehlo", "250-fake.test\r\n250 AUTH LOGIN")
        self.taking.answer("auth", "334 VXNlcm5hbWU6")
        self.start(gateway("out", "outbound", url(self.taking)))
        client = self.client(self.gate.address("out"))
        self.assertEqual(client.command("AUTH LOGIN").code, 334)
        client.send("POST / HTTP/1.1\r\n" + FIELDS + BODY)
        self.expect_end(client)
        # One word of it could be an answer in a login as well.
        client = self.client(self.gate.address("out"))
        self.assertEqual(client.command("AUTH LOGIN").code, 334)
        self.assertEqual(client.command("POST").code, 235)
        self.expect_no_mail()

    def test_what_looks_alike(self):
        client = self.client(self.gate.address("in"))
        for line, want in OTHERS:
            with self.subTest(line):
                self.assertEqual(client.command(line).code, want)
        # Within a mail it is text.
        text = new_mail() + b"GET / HTTP/1.1\r\nPOST\r\n"
        self.assertEqual(client.mail(text, ANN, BOB).code, 250)
        self.assertTrue(self.taking.mails[0].data.endswith(text))

    def test_it_is_logged(self):
        client = self.client(self.gate.address("in"), hello=None)
        client.send("POST /\x1b[2J HTTP/1.1\r\n" + FIELDS)
        client.read()
        self.expect_end(client)
        lines = wait_until(lambda: [line for line in self.gate.log().splitlines() if "HTTP request" in line], "it is logged")
        self.assertEqual(len(lines), 1)
        self.assertIn("client 127.0.0.1 sent an HTTP request, and its session was ended: POST /", lines[0])
        self.assertNotIn("\x1b", lines[0])


if __name__ == "__main__":
    main()

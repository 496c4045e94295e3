#!/usr/bin/python3
"""The fake servers and clients, which fail on purpose, against each other; needs no mail server."""
import os
import pathlib
import signal
import subprocess
import sys
import time

from support import (Both, Case, Child, Cut, FakeClient, FakeServer, Port, Raw, Stall, Trickle, accepts, certificate, main, new_mail,
                     wait_until)

ANN, BOB = "ann@example.org", "bob@example.net"


def codes(client):
    """Runs a whole transaction, command by command, until the server is gone. Returns the code of each reply, or what was wrong."""
    found = []
    try:
        reply = client.read()
        found.append(reply.code)
        for line in ("EHLO client.test", f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>", "DATA"):
            if reply.code == 0:
                return found
            reply = client.command(line)
            found.append(reply.code)
        if reply.code == 354:
            client.send(b"Subject: a\r\n\r\nb\r\n.\r\n")
            found.append(client.read().code)
    except AssertionError as error:
        found.append(str(error).partition(":")[0])
    except ConnectionError:
        found.append(0)
    return found


# name, step, answer, want_codes, want_mails
FAULTS = [
    ("none", "noop", "250 ok", [220, 250, 250, 250, 354, 250], 1),
    ("refused greeting", "connect", "554 no", [554, 250, 250, 250, 354, 250], 1),
    ("cut at the greeting", "connect", Cut(reset=False), [0], 0),
    ("cut within the greeting", "connect", Cut(b"22", reset=False), ["closed within a line"], 0),
    ("cut within a reply of several lines", "ehlo", Cut(b"250-fake.test\r\n", reset=False), [220, "closed within a reply"], 0),
    ("garbled hello", "ehlo", Raw(b"\x00\xff\r\n"), [220, "no reply"], 0),
    ("refused sender", "mail", "451 4.3.0 later", [220, 250, 451, 250, 354, 250], 1),
    ("cut at the recipient", "rcpt", Cut(reset=False), [220, 250, 250, 0], 0),
    ("refused data", "data", "554 5.5.1 no recipients", [220, 250, 250, 250, 554], 0),
    ("cut within the data", "body", Cut(), [220, 250, 250, 250, 354, 0], 0),
    ("refused at the end", "dot", "550 5.7.1 no", [220, 250, 250, 250, 354, 550], 0),
    ("cut at the end", "dot", Cut(), [220, 250, 250, 250, 354, 0], 0),
    ("two replies for one", "mail", "250 ok\r\n250 ok", [220, 250, 250, 250, 250], 0),
    ("slow", "rcpt", Trickle("250 ok", 0.001), [220, 250, 250, 250, 354, 250], 1),
    ("cut after the last reply", "dot", Both("250 taken", Cut(reset=False)), [220, 250, 250, 250, 354, 250], 1),
]


class Faults(Case):
    def test_each(self):
        for name, step, answer, want_codes, want_mails in FAULTS:
            with self.subTest(name), FakeServer({step: answer}) as server, FakeClient(server.address, hello=None) as client:
                self.assertEqual(codes(client), want_codes)
                self.assertEqual(len(server.mails), want_mails)

    def test_a_stall_ends_when_released(self):
        stall = Stall("250 late")
        with FakeServer({"rcpt": stall}) as server, FakeClient(server.address) as client:
            client.send(f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\n")
            self.assertEqual(client.read().code, 250)
            server.wait_for("rcpt")
            client.connection.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                client.read()
            client.connection.settimeout(10)
            stall.release()
            self.assertEqual(client.read().text, "late")

    def test_a_stall_ends_with_the_server(self):
        with FakeServer({"connect": Stall()}) as server:
            client = FakeClient(server.address, hello=None)
            server.wait_for("connect")
        with client:
            self.assertEqual(client.read().code, 0)

    def test_answers_one_after_the_other(self):
        with FakeServer({"rcpt": ["450 4.2.0 first", "250 ok"]}) as server, FakeClient(server.address) as client:
            replies = client.envelope(ANN, BOB, "carl@example.net", "dora@example.net")
            self.assertEqual([reply.code for reply in replies], [250, 450, 250, 250])


class Dialogues(Case):
    def test_a_mail_arrives_as_it_was_sent(self):
        mail = b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n"
        with FakeServer() as server, FakeClient(server.address) as client:
            self.assertEqual(client.mail(mail, ANN, BOB).code, 250)
            self.assertEqual(client.mail(b"", "", BOB).code, 250)
            client.envelope(ANN, BOB)
            self.assertEqual([reply.code for reply in client.bdat(mail[:20], mail[20:], b"")], [250, 250, 250])
            self.assertEqual([tuple(taken) for taken in server.mails],
                             [(ANN, [BOB], mail), ("", [BOB], b"\r\n"), (ANN, [BOB], mail)])
            self.assertEqual(client.quit().code, 221)

    def test_lmtp_answers_each_recipient(self):
        with FakeServer({"dot": ["250 ok", "452 4.2.2 full"]}, lmtp=True) as server, FakeClient(server.address, verb="LHLO") as client:
            client.envelope(ANN, BOB, "carl@example.net")
            self.assertEqual(client.data(new_mail()).code, 250)
            self.assertEqual(client.read().code, 452)
            self.assertEqual([taken.recipients for taken in server.mails], [[BOB]])

    def test_tls(self):
        with FakeServer(certificate=certificate(self.folder)) as server, FakeClient(server.address) as client:
            self.assertIn("STARTTLS", client.extensions)
            self.assertEqual(client.start_tls().code, 250)
            self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
            self.assertEqual(len(server.mails), 1)

    def test_a_client_that_is_cut(self):
        with FakeServer() as server:
            client = FakeClient(server.address)
            client.envelope(ANN, BOB)
            client.send("DATA\r\nSubject: half a")
            server.wait_for("body")
            client.cut()
            wait_until(lambda: not server.sessions, "the session ended")
            self.assertEqual(server.mails, [])


class Ports(Case):
    def test_a_port_is_kept_until_it_is_listened_on(self):
        port = Port()
        self.addCleanup(port.close)
        self.assertFalse(accepts(port.address))
        others = [Port() for _ in range(200)]
        self.assertEqual(len({other.number for other in others} | {port.number}), 201)
        for other in others:
            other.close()
        server = Child([sys.executable, "-c", f"import socket; socket.create_server({port.address}).accept()"], self.folder / "server.log")
        self.addCleanup(server.stop)
        server.wait_for(lambda: accepts(port.address), "listens")


class Children(Case):
    def test_what_a_child_started_ends_with_it(self):
        child = Child(["/bin/sh", "-c", "sleep 1000 & echo $!; wait"], self.folder / "child.log")
        grandchild = int(child.wait_for(lambda: child.log().endswith("\n") and child.log(), "a process id"))
        self.assertNotEqual(child.stop(), 0)
        wait_until(lambda: self.is_gone(grandchild), "the grandchild ended")

    def test_a_child_that_ends_too_early(self):
        child = Child(["/bin/sh", "-c", "echo no such thing; exit 3"], self.folder / "child.log")
        self.addCleanup(child.stop)
        with self.assertRaisesRegex(AssertionError, "ended with status 3, so not: listens\nno such thing"):
            child.wait_for(lambda: False, "listens")

    def test_children_end_with_a_test_that_is_killed(self):
        text = ("import pathlib, time\nfrom children import Child\n"
                f"print(Child(['sleep', '1000'], pathlib.Path('{self.folder}/child.log')).pid, flush=True)\ntime.sleep(1000)\n")
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(number), subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                                        cwd=os.path.dirname(os.path.abspath(__file__))) as test:
                child = int(test.stdout.readline())
                # By then setpriv has set the signal.
                wait_until(lambda: pathlib.Path(f"/proc/{child}/comm").read_text() == "sleep\n", "sleep runs")
                test.send_signal(number)
                test.wait(10)
                wait_until(lambda: self.is_gone(child), "the child ended")

    @staticmethod
    def is_gone(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                return stat.read().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    def test_waiting_is_bounded(self):
        begin = time.monotonic()
        with self.assertRaisesRegex(AssertionError, "after 0 s, still not: rain"):
            wait_until(lambda: False, "rain", seconds=0.05)
        self.assertLess(time.monotonic() - begin, 5)


if __name__ == "__main__":
    main()

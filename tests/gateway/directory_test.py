#!/usr/bin/python3
"""Recipients of a file: who is not in it is refused at RCPT, and the next hop never hears of it."""
import json
import signal

from dialogue import ANN, BOB, CARL, Dialogue, codes, tagged, told
from support import main, new_mail, wait_until

ZOE = "zoe@example.org"
LIST = f"{BOB} OK\ndesk+open@example.org OK\nabuse@example.org OK\n@whole.example OK\n"
WHOLE = '[[domain]]\nname = "whole.example"\nrecipients = "file:{folder}/recipients"\n'

# name, recipient, want reply, want recipient at the next hop
AT_RCPT = [
    ("listed", BOB, "250 2.1.5", BOB),
    ("in another case", "BOB@Example.ORG", "250 2.1.5", "BOB@Example.ORG"),
    ("tagged", tagged(BOB), "250 2.1.5", BOB),
    ("with a bad tag", tagged(BOB, secret="another"), "250 2.1.5", BOB),
    ("with a sub-address", "bob+shop@example.org", "250 2.1.5", "bob+shop@example.org"),
    ("tagged, with a sub-address", tagged("bob+shop@example.org"), "250 2.1.5", "bob+shop@example.org"),
    ("listed with its sub-address", "desk+open@example.org", "250 2.1.5", "desk+open@example.org"),
    ("another sub-address of that", "desk+shut@example.org", "550 5.1.1", None),
    ("not listed", ZOE, "550 5.1.1", None),
    ("not listed, tagged", tagged(ZOE), "550 5.1.1", None),
    ("of a whole domain", "zoe@whole.example", "250 2.1.5", "zoe@whole.example"),
    ("postmaster", "postmaster@example.org", "250 2.1.5", "postmaster@example.org"),
    ("postmaster without domain", "postmaster", "250 2.1.5", "postmaster"),
    ("abuse, as the file says", "abuse@example.org", "250 2.1.5", "abuse@example.org"),
    ("abuse, as the file says", "abuse@whole.example", "250 2.1.5", "abuse@whole.example"),
    ("not ours", "bob@else.test", "550 5.7.1", None),
]


class Directory(Dialogue):
    def behind(self, hop, recipients=LIST, **settings):
        """Starts a gateway whose domains have a file of recipients."""
        (self.folder / "recipients").write_text(recipients)
        file = f"{self.folder}/recipients"
        return self.relay(hop, more_domain=f'recipients = "file:{file}"\n', more=WHOLE.replace("{folder}", str(self.folder)), **settings)

    def said(self, text):
        """Waits until the log has a message that begins like this, and returns it."""
        def messages():
            lines = [json.loads(line) for line in self.gate.log().rpartition("\n")[0].splitlines() if line.startswith("{")]
            return [line["message"] for line in lines if line.get("message", "").startswith(text)]
        return wait_until(messages, text)[0]

    def test_each(self):
        for stage in ("observe", "reject"):
            hop = self.hop()
            address = self.behind(hop, stage=stage)
            for name, recipient, want, want_recipient in AT_RCPT:
                with self.subTest(name, stage=stage):
                    before = len(hop.commands)
                    client = self.client(address)
                    self.assertEqual(told(client.envelope(ANN, recipient)[1]), want)
                    offered = [line for line in hop.commands[before:] if line.startswith("RCPT")]
                    self.assertEqual(offered, [f"RCPT TO:<{want_recipient}>"] if want_recipient else [])
                    client.quit()

    def test_those_that_come_together_are_offered_together(self):
        hop = self.hop({"rcpt": ["250 2.1.5 ok", "550 5.2.1 disabled"]})
        client = self.client(self.behind(hop))
        replies = client.pipeline(f"MAIL FROM:<{ANN}>", *(f"RCPT TO:<{one}>" for one in (ZOE, BOB, CARL, "desk+open@example.org", ZOE)))
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "550 5.1.1", "250 2.1.5", "550 5.1.1", "550 5.2.1", "550 5.1.1"])
        self.assertEqual(hop.reads(b"MAIL"), [f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{BOB}>\r\nRCPT TO:<desk+open@example.org>\r\n".encode()])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, [BOB])

    def test_a_client_that_names_nobody_costs_the_next_hop_nothing(self):
        hop = self.hop()
        client = self.client(self.behind(hop))
        before = len(hop.commands)
        self.assertEqual(codes(client.envelope(ANN, ZOE, CARL)), [250, 550, 550])
        client.quit()
        self.assertEqual([line for line in hop.commands[before:] if line.startswith(("MAIL", "RCPT"))], [])

    def test_what_is_recorded(self):
        client = self.client(self.behind(self.hop()))
        reply = client.envelope(ANN, ZOE)[1]
        self.assertEqual(reply.text, "5.1.1 There is no mailbox of this name in this domain")
        event = self.events()[0]
        self.assertEqual((event["recipients"], event["cause"], event["verdict"], event["done"]), ([ZOE], "unknown-recipient", "refuse", "refused"))

    def test_a_large_file(self):
        hop = self.hop()
        names = "".join(f"user{i}@example.org\n" for i in range(100_000))
        client = self.client(self.behind(hop, LIST + names))
        self.assertEqual(codes(client.envelope(ANN, "user0@example.org", "USER99999@example.org", "user100000@example.org")),
                         [250, 250, 250, 550])

    def test_a_reload_while_a_session_is_open(self):
        hop = self.hop()
        client = self.client(self.behind(hop))
        self.assertEqual(codes(client.envelope(ANN, BOB, ZOE)), [250, 250, 550])
        (self.folder / "recipients").write_text(LIST.replace(BOB, ZOE))
        self.gate.child.signal(signal.SIGHUP)
        self.said("reloaded")
        # The transaction goes on with what it began with.
        self.assertEqual(codes([client.command(f"RCPT TO:<{ZOE}>")]), [550])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(codes(client.envelope(ANN, BOB, ZOE)), [250, 550, 250])

    def test_an_emptied_file_refuses_nobody(self):
        client = self.client(self.behind(self.hop()))
        (self.folder / "recipients").write_text("")
        self.gate.child.signal(signal.SIGHUP)
        self.assertIn("it is empty", json.dumps(wait_until(lambda: "it is empty" in self.gate.log() and self.gate.log(), "the log says so")))
        self.assertEqual(codes(client.envelope(ANN, BOB, ZOE)), [250, 250, 550])


class LateRefusals(Dialogue):
    def test_are_counted(self):
        """A next hop that takes every recipient, and refuses one after the data."""
        hop = self.hop({"dot": ["550 5.1.1 <zoe@example.org>: user unknown", "554 5.7.1 spam", "550 No such user here"]})
        client = self.client(self.relay(hop))
        for _ in range(3):
            self.assertEqual(client.mail(new_mail(), ANN, ZOE).code // 100, 5)
        self.assertEqual([event["cause"] for event in self.events(3)], ["late-unknown", "next-hop", "late-unknown"])
        line = "example.org: the next hop takes recipients that it later refuses: 2 in 7 days (gateway in); give this domain a file of"

        def page():
            text = " ".join(self.gate.command("report", "-c", self.gate.config).decode().split())
            return text if "later refuses: 2" in text else None
        self.assertIn(line, wait_until(page, "the report has it"))


if __name__ == "__main__":
    main()

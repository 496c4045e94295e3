#!/usr/bin/python3
"""Commands that arrive together leave together, and replies come back in the order of the commands."""
import select

from dialogue import ANN, BOB, BOUNCE, CARL, Dialogue, codes, told
from support import Stall, dotted, main, new_mail

MAIL, TO_BOB, TO_CARL = f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>", f"RCPT TO:<{CARL}>"
REFUSALS = {"rcpt": ["250 2.1.5 ok", "550 5.1.1 who?", "450 4.2.0 later", "250 2.1.5 ok"]}

# name, lines in one packet, want_codes
ORDERS = [
    ("one after the other", ("NOOP", "RSET", "VRFY bob", "HELP", "NOOP"), [250, 250, 252, 214, 250]),
    ("an invalid recipient between two", (MAIL, TO_BOB, "RCPT TO:<@>", TO_CARL, "NOOP"), [250, 250, 501, 550, 250]),
    ("a stranger between two", (MAIL, TO_BOB, "RCPT TO:<x@else.test>", TO_CARL), [250, 250, 550, 550]),
    ("each answer of the next hop", (MAIL, *[TO_BOB] * 4, "RSET"), [250, 250, 550, 450, 250, 250]),
    ("recipients parted by another command", (MAIL, TO_BOB, "NOOP", TO_CARL, "NOOP"), [250, 250, 250, 550, 250]),
    ("a command in small letters", ("mail from:<a@b.test>", "rcpt to:<bob@example.org>", "rset"), [250, 250, 250]),
    ("a second MAIL", (MAIL, MAIL, TO_BOB), [250, 503, 250]),
    ("recipients without MAIL", (TO_BOB, TO_CARL, MAIL), [503, 503, 250]),
    ("DATA without MAIL", ("DATA", "NOOP"), [503, 250]),
    ("nonsense between two", (MAIL, TO_BOB, "RCPT", "RCPTTO:<x>", TO_CARL), [250, 250, 501, 500, 550]),
]


class Pipelining(Dialogue):
    def test_replies_come_in_order(self):
        for name, lines, want_codes in ORDERS:
            with self.subTest(name):
                client = self.client(self.relay(self.hop({"rcpt": list(REFUSALS["rcpt"])})))
                self.assertEqual(codes(client.pipeline(*lines)), want_codes)

    def test_a_bare_line_feed_is_answered_in_its_turn(self):
        client = self.client(self.relay(self.hop()))
        client.send(f"{MAIL}\r\n{TO_BOB}\r\n{TO_CARL}\nNOOP\r\n")
        self.assertEqual([told(client.read()) for _ in range(4)], ["250 2.1.0", "250 2.1.5", "500 5.5.2", "250 2.0.0"])

    def test_they_are_sent_together(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.send("\r\n".join((MAIL, TO_BOB, TO_CARL, "DATA", "")))
        self.assertEqual([client.read().code for _ in range(4)], [250, 250, 250, 354])
        self.assertEqual(hop.reads(b"MAIL"), ["\r\n".join((MAIL, TO_BOB, TO_CARL, "")).encode()])
        # DATA has not been sent there: the gateway does not know yet whether the mail will be.
        client.send(dotted(new_mail()))
        self.assertEqual(client.read().code, 250)
        self.assertEqual(hop.commands[-1], "DATA")

    def test_a_next_hop_without_it_gets_one_command_at_a_time(self):
        hop = self.hop(extensions=())
        client = self.client(self.relay(hop))
        self.assertEqual(codes(client.pipeline(MAIL, TO_BOB, TO_CARL)), [250, 250, 250])
        self.assertEqual(hop.reads(b"MAIL") + hop.reads(b"RCPT"), [f"{line}\r\n".encode() for line in (MAIL, TO_BOB, TO_CARL)])
        self.assertEqual(client.data(new_mail()).code, 250)

    def test_many_recipients(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        names = [f"user{i}@example.org" for i in range(250)]
        replies = client.envelope(ANN, *names[:100], "x@else.test", *names[100:])
        self.assertEqual(codes(replies), [250] * 101 + [550] + [250] * 150)
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].recipients, names)

    def test_data_after_every_recipient_was_refused(self):
        hop = self.hop({"rcpt": "550 5.1.1 who?"})
        client = self.client(self.relay(hop))
        self.assertEqual(codes(client.pipeline(MAIL, TO_BOB, TO_CARL, "DATA", "NOOP")), [250, 550, 550, 503, 250])
        self.assertNotIn("DATA", hop.commands)

    def test_a_refusal_of_the_sender_is_the_answer_to_each_recipient(self):
        hop = self.hop({"mail": "550 5.1.8 not you"})
        client = self.client(self.relay(hop))
        replies = client.pipeline(MAIL, TO_BOB, TO_CARL)
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "550 5.1.8", "550 5.1.8"])

    def test_answers_do_not_wait_for_a_chunk(self):
        client = self.client(self.relay(self.hop()))
        mail = new_mail()
        client.send(f"{MAIL}\r\n{TO_BOB}\r\nBDAT {len(mail)}\r\n")
        self.assertEqual([client.read().code for _ in range(2)], [250, 250])
        client.send(mail + b"BDAT 2 LAST\r\n")
        self.assertEqual(told(client.read()), "250 2.0.0")
        client.send("\r\n")
        self.assertEqual(client.read().code, 250)

    def test_answers_do_not_wait_for_a_chunk_that_nobody_wants(self):
        client = self.client(self.relay(self.hop()))
        client.send("NOOP\r\nBDAT 5\r\n")
        self.assertEqual(client.read().code, 250)
        client.send("12345")
        self.assertEqual(client.read().code, 503)

    def test_transactions_that_follow_each_other(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        mail = new_mail()
        chunk = f"BDAT {len(mail)} LAST\r\n".encode() + mail
        client.send(f"{MAIL}\r\n{TO_BOB}\r\n".encode() + chunk + f"{MAIL}\r\n{TO_CARL}\r\n".encode() + chunk + b"QUIT\r\n")
        self.assertEqual([client.read().code for _ in range(7)], [250] * 6 + [221])
        self.assertEqual([taken.recipients for taken in hop.mails], [[BOB], [CARL]])
        self.assertEqual(client.read().code, 0)

    def test_commands_behind_the_end_of_data(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        client.send(b"DATA\r\n" + dotted(new_mail()) + f"{MAIL}\r\n{TO_CARL}\r\nRSET\r\nQUIT\r\n".encode())
        self.assertEqual([client.read().code for _ in range(6)], [354, 250, 250, 250, 250, 221])


class WhenDataGoes(Dialogue):
    def test_a_refused_response_is_reset(self):
        hop = self.hop()
        client = self.client(self.relay(hop))
        client.envelope("", BOB)
        self.assertEqual(told(client.data(BOUNCE)), "550 5.7.1")
        hop.wait_for("rset")
        connections = hop.steps["connect"]
        self.assertEqual(hop.commands[-3:], ["MAIL FROM:<>", f"RCPT TO:<{BOB}>", "RSET"])
        # Both sessions go on.
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(hop.steps["connect"], connections)

    def test_a_refusal_of_data(self):
        hop = self.hop({"data": ["451 4.3.0 not now", "354 go"]})
        client = self.client(self.relay(hop))
        client.envelope(ANN, BOB)
        self.assertEqual(told(client.data(new_mail())), "451 4.3.0")
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual(hop.commands[-5:], ["DATA", "RSET", f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>", "DATA"])


class LastReplies(Dialogue):
    """The client gets the reply that ends a session or a message before the next hop has answered RSET."""

    def expect_it_is_heard_first(self, send, want, limits=None, ends=True):
        reset = Stall("250 2.0.0 ok")
        hop = self.hop({"rcpt": ["550 5.1.1 who?", "250 2.1.5 ok"], "rset": ["250 2.0.0 ok", reset]})
        client = self.client(self.relay(hop, limits=limits))
        self.assertEqual(codes(client.envelope(ANN, CARL)), [250, 550])
        hop.wait_for("rset")
        hop.commands.clear()
        send(client, hop)
        self.assertEqual([told(client.read()) for _ in want], want)
        if ends:
            self.assertEqual(client.read().code, 0)
        hop.wait_for("rset", 2)
        # The gateway still waits for that answer: otherwise the connection would be closed.
        [session] = [one for one in hop.sessions if one.stream.octets.endswith(b"RSET\r\n")]
        self.assertEqual(select.select([session.connection], [], [], 0)[0], [])
        reset.release()

    def test_goodbye(self):
        self.expect_it_is_heard_first(lambda client, hop: client.send(f"RCPT TO:<{BOB}>\r\nQUIT\r\n"), ["250 2.1.5", "221 2.0.0"])

    def test_data_with_a_fault(self):
        for data in ("DATA\r\nSubject: x\n\r\n.\r\n", "BDAT 2 LAST\r\nx\n"):
            def send(client, hop, data=data):
                client.send(f"RCPT TO:<{BOB}>\r\n")
                self.assertEqual(client.read().code, 250)
                client.send(data)
            with self.subTest(data):
                # A chunk says where it ends, so the session goes on after it.
                ends = data.startswith("DATA")
                want = ["354 Go", "550 5.5.2", "421 4.7.0"] if ends else ["550 5.5.2"]
                self.expect_it_is_heard_first(send, want, ends=ends)


if __name__ == "__main__":
    main()

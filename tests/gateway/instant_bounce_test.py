#!/usr/bin/python3
"""A next hop that sends its bounce before it answers the final dot of the mail: we know what we sent before anybody can answer it."""
import dialogue  # noqa: F401  # makes known where the rest is
from fake_answers import Answer, Text
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, main, new_bounce

BOB, GONE = "bob@example.org", "gone@example.net"
MAILS = 30  # sessions of both workers
HEADERS = b"From: Bob <bob@example.org>\r\nSubject: Lunch\r\nDate: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <%d@example.org>\r\n"
# origin and cause of the bounces, configuration
CASES = [("genuine", "ledger", '[proofs]\nwatermark = false\n[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'),
         ("genuine", "watermark", "[proofs]\nwatermark = true\n"),
         ("unproven", "incomplete", "[proofs]\nwatermark = false\n")]


class BounceFirst(Answer):
    """Bounces the mail to .address, and answers it when the bounce has been answered."""

    def __init__(self):
        self.address = None
        self.codes = []

    def perform(self, session):
        header = session.pending.data.partition(b"\r\n\r\n")[0]
        before, _, _ = new_bounce(BOB).partition(b"From: <bob@example.org>\r\nTo: <gone@example.net>")
        with FakeClient(self.address) as client:
            self.codes.append(client.mail(before + header + b"\r\n\r\n--part--\r\n", "", BOB).code)
        return Text("250 2.0.0 taken").perform(session)


class InstantBounce(Case):
    def test_its_proof_is_found(self):
        for origin, cause, more in CASES:
            with self.subTest(cause):
                bounces = BounceFirst()
                hop, home = (self.enterContext(FakeServer(answers)) for answers in ({"dot": bounces}, {}))
                gate = self.enterContext(Backstop(self.folder, cause, config(
                    gateway("in", "inbound", f"smtp://127.0.0.1:{home.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{hop.port}"),
                    tags=False, more=more)))
                bounces.address = gate.address("in")
                for number in range(MAILS):
                    with FakeClient(gate.address("out")) as client:
                        self.assertEqual(client.mail(HEADERS % number + b"\r\nNoon?\r\n", BOB, GONE).code, 250)
                self.assertEqual(bounces.codes, [250] * MAILS)
                came = gate.wait_for_events(MAILS, kind="dsn-failed")
                self.assertEqual({(event["origin"], event["cause"]) for event in came}, {(origin, cause)})


if __name__ == "__main__":
    main()

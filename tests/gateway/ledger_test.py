#!/usr/bin/python3
"""What the gateway records in the ledger: mail that leaves, and mail that arrives."""
import base64
import email.utils
import re

from dialogue import ANN, BOB, BOUNCE, CARL, EVE, Dialogue, url
from fake_server import EXTENSIONS
from ledger import Ledger
from support import gateway, main, new_mail, wait_until

UNKNOWN, TRUSTED, AUTHENTICATED = 32, 128, 192
AUTH = (*EXTENSIONS, "AUTH PLAIN LOGIN")
LOGIN = "AUTH PLAIN " + base64.b64encode(b"\0bob\0secret").decode()
LEDGER = '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'


def mail(message_id="1@example.org", author=BOB, more=()):
    lines = [f"From: Bob <{author}>", "Subject: Lunch", *([f"Message-ID: <{message_id}>"] if message_id else []), *more, "", "Noon?", ""]
    return "\r\n".join(lines).encode()


class Recorded(Dialogue):
    def run_both(self, hop, **settings):
        """Starts a gateway for each direction, and returns their addresses."""
        self.start(gateway("in", "inbound", url(hop)), gateway("out", "outbound", url(hop)), more=LEDGER, tags=False, **settings)
        self.ledger = Ledger(self.gate.folder / "ledger.db")
        return self.gate.address("in"), self.gate.address("out")

    def recorded(self, count, question, *values):
        """Waits until a row has this value: it is in memory at once, and in the file within half a second."""
        wait_until(lambda: question(*values) == count, lambda: f"{values} is {count} and not {question(*values)}")


class Leaving(Recorded):
    def test_who_sent_what_to_whom(self):
        _, out = self.run_both(self.hop())
        client = self.client(out)
        self.assertEqual(client.mail(mail(), "Bob+shop@example.org", ANN, "EVE@example.net").code, 250)
        self.recorded(2, self.ledger.sent, BOB, "1@example.org")
        self.recorded(1, self.ledger.sent_to, BOB, "1@example.org", ANN)
        self.recorded(1, self.ledger.pair, BOB, EVE)
        self.recorded(1, self.ledger.way_out, "example.org", EVE)
        self.recorded(2, self.ledger.recipients, BOB)
        self.assertEqual(self.ledger.sent_to(BOB, "1@example.org", CARL), 0)
        # The same mail to more recipients.
        self.assertEqual(client.mail(mail(), BOB, "zoe@example.com").code, 250)
        self.recorded(3, self.ledger.sent, BOB, "1@example.org")

    def test_the_author_is_an_owner_too(self):
        _, out = self.run_both(self.hop())
        self.assertEqual(self.client(out).mail(mail(author=CARL), "bounces@example.org", ANN).code, 250)
        self.recorded(1, self.ledger.sent, "bounces@example.org", "1@example.org")
        self.recorded(1, self.ledger.sent, CARL, "1@example.org")
        self.recorded(1, self.ledger.sent_as, "bounces@example.org", CARL)

    def test_mail_of_others_has_only_arrived(self):
        _, out = self.run_both(self.hop())
        self.assertEqual(self.client(out).mail(mail(author=ANN), EVE, ANN).code, 250)
        number = self.events()[0]["id"]
        self.recorded(TRUSTED, self.ledger.received, number)
        self.assertEqual(self.ledger.received(number, EVE), 0, "its client has no rights over that address")
        self.assertEqual(self.ledger.arrived("1@example.org", EVE), 0)
        for owner in (ANN, EVE):
            self.assertEqual((self.ledger.sent(owner, "1@example.org"), self.ledger.pair(owner, ANN)), (0, 0))

    def test_mail_that_the_next_hop_does_not_take_at_data(self):
        hop = self.hop({"data": ["451 4.3.0 later", "354 go ahead"]})
        _, out = self.run_both(hop)
        client = self.client(out)
        self.assertEqual(client.mail(mail(), BOB, ANN).code, 451)
        self.assertEqual(client.mail(mail("2@example.org"), BOB, ANN).code, 250)
        self.recorded(1, self.ledger.sent, BOB, "2@example.org")
        self.assertEqual(self.ledger.sent(BOB, "1@example.org"), 0)

    def test_a_bounce_that_comes_before_our_answer(self):
        """The next hop has heard the final dot, and has not answered yet."""
        hop = self.hop({"dot": "450 4.0.0 later"})
        _, out = self.run_both(hop)
        self.assertEqual(self.client(out).mail(mail(), BOB, ANN).code, 450)
        self.recorded(1, self.ledger.sent, BOB, "1@example.org")


class Arriving(Recorded):
    def received(self, hop):
        return re.search(rb" id (\S+)", hop.mails[-1].data).group(1).decode()

    def test_mail_of_strangers(self):
        hop = self.hop()
        inbound, _ = self.run_both(hop)
        self.assertEqual(self.client(inbound).mail(mail(author=ANN), "Ann+x@example.net", BOB).code, 250)
        self.recorded(UNKNOWN, self.ledger.arrived, "1@example.org", "ann+x@example.net")
        self.recorded(UNKNOWN, self.ledger.received, self.received(hop).rstrip(";"))
        self.recorded(UNKNOWN, self.ledger.received, self.received(hop).rstrip(";"), "ann+x@example.net")
        self.recorded(UNKNOWN, self.ledger.arrived, "1@example.org", ANN)
        self.assertEqual(self.ledger.pair(ANN, BOB), 0)

    def test_a_client_that_logs_in(self):
        hop = self.hop(extensions=AUTH)
        _, out = self.run_both(hop)
        client = self.client(out)
        client.command(LOGIN)
        self.assertEqual(client.mail(mail(), BOB, ANN).code, 250)
        self.recorded(AUTHENTICATED, self.ledger.arrived, "1@example.org", BOB)
        self.recorded(AUTHENTICATED, self.ledger.received, self.received(hop).rstrip(";"))

    def test_a_response_that_is_refused_never_arrived(self):
        hop = self.hop()
        inbound, _ = self.run_both(hop, stage="reject", ready="since 2026-01-01", keys="0 exim sign 2020-01-01 secret\n")
        client = self.client(inbound)
        # With these fields the header of the mail that it answers is whole, and its proofs would be there.
        now = email.utils.formatdate().encode()
        whole = b"Received: from desk.test by mx.shop.test with ESMTP id 1f; %b\r\nDate: %b\r\nFrom: bob@" % (now, now)
        self.assertEqual(client.mail(BOUNCE.replace(b"From: bob@", whole), "", BOB).code, 550)
        number = self.events()[0]["id"]
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        later = self.events(2)[1]["id"]
        self.recorded(UNKNOWN, self.ledger.received, later)
        self.assertEqual(self.ledger.received(number), 0)


class Kept(Recorded):
    def test_without_a_url_there_is_none(self):
        self.start(gateway("out", "outbound", url(self.hop())), tags=False)
        self.assertEqual(self.client(self.gate.address("out")).mail(mail(), BOB, ANN).code, 250)
        self.assertIn("ledger: none is kept", self.gate.log())
        self.assertEqual(list(self.gate.folder.glob("*ledger*")), [])

    def test_it_is_private_and_names_nobody(self):
        _, out = self.run_both(self.hop())
        self.assertEqual(self.client(out).mail(mail(), BOB, ANN).code, 250)
        self.recorded(1, self.ledger.sent, BOB, "1@example.org")
        self.assertEqual(self.gate.stop(), 0)
        files = [path for path in self.gate.folder.glob("ledger.db*") if path.suffix != ".lock"]
        self.assertEqual({path.name for path in files}, {"ledger.db", "ledger.db.keys"}, "its log is in it")
        self.assertEqual((self.gate.folder / "ledger.db.keys").stat().st_mode & 0o777, 0o600)
        for path in files:
            for secret in (b"bob", b"ann", b"example"):
                self.assertNotIn(secret, path.read_bytes())

    def test_it_goes_on_over_a_reload_and_a_restart(self):
        hop = self.hop()
        _, out = self.run_both(hop)
        self.assertEqual(self.client(out).mail(mail("1@example.org"), BOB, ANN).code, 250)
        text = self.gate.config.read_text()
        self.gate.config.write_text(text.replace("ledger.db", "another.db"))
        self.gate.child.signal(1)
        wait_until(lambda: "[ledger] has changed, which takes a restart" in self.gate.log(), "it says so")
        self.assertEqual(self.client(out).mail(mail("2@example.org"), BOB, ANN).code, 250)
        self.gate.config.write_text(text)
        self.assertEqual(self.gate.stop(), 0)
        self.assertFalse((self.gate.folder / "another.db").exists())
        _, since = self.ledger.marks()
        self.gate.start()
        self.assertEqual(self.client(self.gate.address("out")).mail(mail("3@example.org"), BOB, ANN).code, 250)
        for number in (1, 2, 3):
            self.recorded(1, self.ledger.sent, BOB, f"{number}@example.org")
        self.assertEqual(self.ledger.marks()[1], since, "it was closed in order, and not for long")


if __name__ == "__main__":
    main()

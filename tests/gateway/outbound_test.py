#!/usr/bin/python3
"""Outbound: which clients may send, what is tagged, and logins and DSN, which are passed on whole."""
import base64
import hashlib
import hmac

from dialogue import ANN, BOB, BOUNCE, CARL, Dialogue, codes, tagged, told, url
from fake_server import EXTENSIONS
from support import Cut, Dovecot, Postfix, gateway, main, needs, new_mail, wait_until

AUTH = (*EXTENSIONS, "AUTH PLAIN LOGIN")
LOGIN = "AUTH PLAIN " + base64.b64encode(b"\0bob\0secret").decode()


class Outbound(Dialogue):
    def out(self, hop, more="", trusted=True, **settings):
        text = gateway("out", "outbound", url(hop), more)
        return self.start(text if trusted else text.replace('trusted = ["127.0.0.0/8"]\n', ""), **settings).address("out")

    def personal(self, hop, octets=b"AUTH"):
        """Returns the connections on which these octets came."""
        return [stream for stream in hop.streams if octets in stream.octets]


class WhoMaySend(Outbound):
    def test_a_trusted_network(self):
        client = self.client(self.out(self.hop()))
        self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)

    def test_the_origin_that_xforward_tells_does_not_matter(self):
        # XFORWARD tells where the mail came from, not who sends it to us.
        client = self.client(self.out(self.hop(), more='xclient = ["127.0.0.1"]\n'))
        client.command("XFORWARD ADDR=203.0.113.7")
        self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)
        stranger = self.client(self.out(self.hop(), more='xclient = ["127.0.0.1"]\ntrusted = ["192.0.2.0/24"]\n', trusted=False))
        stranger.command("XFORWARD ADDR=192.0.2.7")
        self.assertEqual(stranger.envelope(BOB, ANN)[0].code, 550)

    def test_nobody_else(self):
        for extensions, want in ((AUTH, "530 5.7.0"), (EXTENSIONS, "550 5.7.1")):
            with self.subTest(want):
                hop = self.hop(extensions=extensions)
                client = self.client(self.out(hop, trusted=False))
                self.assertEqual([told(reply) for reply in client.envelope(BOB, ANN)], [want, "503 5.5.1"])
                self.assertNotIn(f"RCPT TO:<{ANN}>", hop.commands)
                event = self.events()[0]
                self.assertEqual((event["cause"], event["done"], event["direction"]), ("not-authorized", "refused", "outbound"))

    def test_a_client_that_logs_in(self):
        hop = self.hop(extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(client.extensions["AUTH"], "PLAIN LOGIN")
        self.assertEqual(told(client.command(LOGIN)), "235 2.7.0")
        for _ in range(2):
            self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)
        self.assertRegex(hop.mails[0].data.decode(), r" with ESMTPA id ")
        # Both mails use the session of the login, and no other.
        self.assertEqual([stream.octets.count(b"MAIL") for stream in self.personal(hop)], [2])
        self.assertEqual(self.personal(hop, b"MAIL"), self.personal(hop))

    def test_no_other_client_gets_its_session(self):
        hop = self.hop(extensions=AUTH)
        address = self.out(hop)
        client = self.client(address)
        client.command(LOGIN)
        self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)
        client.quit()
        wait_until(lambda: self.personal(hop)[0].is_over, "it ended with its client")
        self.assertEqual(self.client(address).mail(new_mail(), BOB, ANN).code, 250)
        self.assertEqual(self.personal(hop)[0].octets.count(b"MAIL"), 1)

    def test_a_transaction_that_is_given_up(self):
        hop = self.hop(extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        client.command(LOGIN)
        client.envelope(BOB, ANN)
        self.assertEqual(client.command("RSET").code, 250)
        self.assertEqual(client.mail(new_mail(), BOB, ANN).code, 250)
        self.assertEqual(len(self.personal(hop)), 1)
        self.assertIn(b"RSET\r\n", self.personal(hop)[0].octets)

    def test_a_dialogue(self):
        hop = self.hop({"auth": "334 VXNlcm5hbWU6", "credentials": ["334 UGFzc3dvcmQ6", "235 2.7.0 welcome"]}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(client.command("AUTH LOGIN").text, "VXNlcm5hbWU6")
        self.assertEqual(client.command("Ym9i").text, "UGFzc3dvcmQ6")
        self.assertEqual(client.command("c2VjcmV0").code, 235)
        self.assertEqual(hop.commands[-3:], ["AUTH LOGIN", "Ym9i", "c2VjcmV0"])
        self.assertEqual(client.command(LOGIN).code, 503)

    def test_the_longest_lines(self):
        # RFC 4954, 4: up to 12288 octets each, with CRLF. Kerberos tickets do take thousands.
        challenge, answer = "Q" * (12288 - 6), "A" * (12288 - 2)
        hop = self.hop({"auth": f"334 {challenge}", "credentials": "235 2.7.0 welcome"}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(client.command("AUTH GSSAPI").text, challenge)
        self.assertEqual(client.command(answer).code, 235)
        self.assertEqual(hop.commands[-1], answer)

    def test_a_challenge_that_is_too_long(self):
        hop = self.hop({"auth": f"334 {'Q' * (12289 - 6)}"}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(told(client.command("AUTH GSSAPI")), "451 4.5.0")
        self.assertEqual(client.command("NOOP").code, 250)

    def test_an_answer_that_is_too_long(self):
        hop = self.hop({"auth": "334 VXNlcm5hbWU6"}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        client.command("AUTH LOGIN")
        self.assertEqual(told(client.command("A" * (12289 - 2))), "500 5.5.2")
        self.assertEqual((client.read().code, hop.commands[-1]), (0, "AUTH LOGIN"))

    def test_refused_and_given_up(self):
        hop = self.hop({"auth": ["535 5.7.8 wrong", "334 VXNlcm5hbWU6"], "credentials": "501 5.7.0 as you like"}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(told(client.command(LOGIN)), "535 5.7.8")
        self.assertEqual(client.command("AUTH LOGIN").code, 334)
        self.assertEqual(told(client.command("*")), "501 5.7.0")
        self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 530)

    def test_only_235_is_a_login(self):
        for answer in ("250 2.7.0 welcome", "220 hello", "354 go", "235", "421 4.3.2 going"):
            with self.subTest(answer):
                client = self.client(self.out(self.hop({"auth": answer}, extensions=AUTH), trusted=False))
                reply = client.command(LOGIN)
                self.assertEqual(client.command(f"MAIL FROM:<{BOB}>").code, 250 if answer == "235" else 530)
                self.assertEqual(reply.code == 235, answer == "235", reply)

    def test_a_line_that_is_none(self):
        hop = self.hop({"auth": "334 VXNlcm5hbWU6"}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        client.command("AUTH LOGIN")
        client.send(b"Ym9i\nMAIL FROM:<x@else.test>\r\n")
        self.assertEqual([client.read().code, client.read().code], [500, 530])
        self.assertEqual([line for line in hop.commands if "Ym9i" in line or "else" in line], [])

    def test_a_session_that_dies(self):
        hop = self.hop(extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        client.command(LOGIN)
        hop.cut_sessions()
        self.assertEqual(codes(client.envelope(BOB, ANN)), [250, 451])
        # Only the client can log in again, and it is told to.
        self.assertEqual(told(client.command(f"RCPT TO:<{ANN}>")), "421 4.4.2")
        self.assertEqual(client.read().code, 0)

    def test_a_session_that_dies_within_the_mail(self):
        hop = self.hop({"dot": Cut()}, extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        client.command(LOGIN)
        self.assertEqual(told(client.mail(new_mail(), BOB, ANN)), "451 4.4.2")
        self.assertEqual(codes(client.envelope(BOB, ANN)), [250, 421])

    def test_greeting_again_after_a_login(self):
        hop = self.hop(extensions=AUTH)
        client = self.client(self.out(hop, trusted=False))
        self.assertEqual(told(client.command("MAIL FROM:<bob@example.org> AUTH=<>")), "530 5.7.0")
        client.command(LOGIN)
        client.hello()
        self.assertNotIn("AUTH", client.extensions)
        self.assertEqual(told(client.command(LOGIN)), "503 5.5.1")
        self.assertEqual(client.command("MAIL FROM:<bob@example.org> AUTH=<>").code, 250)
        self.assertEqual(client.command(f"RCPT TO:<{ANN}>").code, 250)
        self.assertIn("MAIL FROM:<prvs=", next(line for line in hop.commands if "AUTH=<>" in line))

    def test_not_offered(self):
        hop = self.hop(extensions=AUTH)
        self.start(gateway("in", "inbound", url(hop)))
        client = self.client()
        self.assertNotIn("AUTH", client.extensions)
        self.assertEqual(client.command(LOGIN).code, 502)

    def test_no_login_without_tls_through_a_balancer(self):
        hop = self.hop(extensions=AUTH)
        address = self.out(hop, 'proxy_protocol = ["127.0.0.1"]\n')
        client = self.client(address, hello=None)
        client.send("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n")
        self.assertEqual(client.read().code, 220)
        client.hello()
        self.assertNotIn("AUTH", client.extensions)
        self.assertEqual(client.command(LOGIN).code, 502)


# name, sender, recipient, want sender at the next hop
UNTAGGED = 'untagged = ["lists.test", "majordomo@half.test"]\n'
TAGS = [
    ("ours", BOB, ANN, tagged(BOB)),
    ("ours to ours", BOB, CARL, tagged(BOB)),
    ("ours in other letters", "Bob@Example.ORG", ANN, tagged(BOB).replace("=bob@example.org", "=Bob@Example.ORG")),
    ("not ours", "x@else.test", ANN, "x@else.test"),
    ("the null sender", "", ANN, ""),
    ("tagged already", tagged(BOB), ANN, tagged(BOB)),
    ("tagged elsewhere", "prvs=1234abcdef=x@else.test", ANN, "prvs=1234abcdef=x@else.test"),
    ("SRS", "SRS0=abcd=12=else.test=x@example.org", ANN, "SRS0=abcd=12=else.test=x@example.org"),
    ("too long", "x" * 49 + "@example.org", ANN, "x" * 49 + "@example.org"),
    ("as long as may be", "x" * 48 + "@example.org", ANN, tagged("x" * 48 + "@example.org")),
    ("to a domain that takes none", BOB, "x@Lists.TEST", BOB),
    ("to its subdomain", BOB, "x@sub.lists.test", tagged(BOB)),
    ("to an address that takes none", BOB, "Majordomo@half.test", BOB),
    ("to another of that domain", BOB, "x@half.test", tagged(BOB)),
]


class Tags(Outbound):
    def test_each(self):
        hop = self.hop()
        address = self.out(hop, UNTAGGED)
        for name, sender, recipient, want in TAGS:
            with self.subTest(name):
                self.assertEqual(self.client(address).mail(new_mail(), sender, recipient).code, 250)
                self.assertEqual((hop.mails[-1].sender, hop.mails[-1].recipients), (want, [recipient]))

    def test_without_keys(self):
        hop = self.hop()
        self.client(self.out(hop, keys=None)).mail(new_mail(), BOB, ANN)
        self.assertEqual(hop.mails[0].sender, BOB)

    def test_with_tags_off(self):
        """No reverse path is changed, so all destinations are alike, and there is nothing to note."""
        hop = self.hop()
        client = self.client(self.out(hop, UNTAGGED, tags=False))
        self.assertEqual(codes(client.envelope(BOB, ANN, "x@lists.test")), [250, 250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual(hop.mails[0].sender, BOB)
        self.assertEqual(self.events()[0]["tag"], "")

    def test_tagged_and_untagged_destinations_in_one_mail(self):
        hop = self.hop()
        client = self.client(self.out(hop, UNTAGGED))
        replies = client.envelope(BOB, ANN, "x@lists.test", "eve@example.net", "majordomo@half.test")
        self.assertEqual([told(reply) for reply in replies], ["250 2.1.0", "250 2.1.5", "452 4.5.3", "250 2.1.5", "452 4.5.3"])
        self.assertEqual(client.data(new_mail()).code, 250)
        replies = client.envelope(BOB, "x@lists.test", "majordomo@half.test")
        self.assertEqual(codes(replies), [250, 250, 250])
        self.assertEqual(client.data(new_mail()).code, 250)
        self.assertEqual([(taken.sender, len(taken.recipients)) for taken in hop.mails], [(tagged(BOB), 2), (BOB, 2)])

    def test_where_nothing_is_tagged_all_go_together(self):
        client = self.client(self.out(self.hop(), UNTAGGED))
        self.assertEqual(codes(client.envelope("x@else.test", ANN, "x@lists.test")), [250, 250, 250])

    def test_a_response_that_leaves_is_not_judged(self):
        hop = self.hop()
        client = self.client(self.out(hop))
        self.assertEqual(client.mail(BOUNCE, "", ANN).code, 250)
        self.assertEqual(codes(client.envelope("", ANN, CARL)), [250, 250, 250])

    def test_a_mail_and_its_answer(self):
        hop = self.hop()
        self.start(gateway("out", "outbound", url(hop)), gateway("in", "inbound", url(hop)))
        self.client(self.gate.address("out")).mail(new_mail(), BOB, ANN)
        sender = hop.mails[0].sender
        self.assertNotEqual(sender, BOB)
        client = self.client(self.gate.address("in"))
        self.assertEqual(client.mail(BOUNCE, "", sender).code, 250)
        self.assertEqual(hop.mails[1].recipients, [BOB])
        self.assertEqual(told(client.mail(BOUNCE, "", BOB)), "550 5.7.1")


class Dsn(Outbound):
    def test_it_is_passed_on_whole(self):
        hop = self.hop()
        client = self.client(self.out(hop))
        replies = client.pipeline(f"MAIL FROM:<{BOB}> RET=HDRS ENVID=QQ314159", f"RCPT TO:<{ANN}> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann+2Bx@example.net",
                                  "RCPT TO:<eve@example.net> NOTIFY=NEVER")
        self.assertEqual(codes(replies), [250, 250, 250])
        self.assertEqual(hop.commands[-3:], [f"MAIL FROM:<{tagged(BOB)}> RET=HDRS ENVID=QQ314159",
                                             f"RCPT TO:<{ANN}> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann+2Bx@example.net",
                                             "RCPT TO:<eve@example.net> NOTIFY=NEVER"])

    def test_a_next_hop_without_it(self):
        client = self.client(self.out(self.hop(extensions=("8BITMIME",))))
        self.assertNotIn("DSN", client.extensions)
        self.assertEqual(told(client.command(f"MAIL FROM:<{BOB}> RET=HDRS")), "555 5.5.4")
        client.command(f"MAIL FROM:<{BOB}>")
        self.assertEqual(told(client.command(f"RCPT TO:<{ANN}> NOTIFY=NEVER")), "555 5.5.4")

    def test_strangers_are_not_offered_it(self):
        self.start(gateway("in", "inbound", url(self.hop())))
        client = self.client()
        client.command(f"MAIL FROM:<{ANN}>")
        self.assertEqual(told(client.command(f"RCPT TO:<{BOB}> NOTIFY=SUCCESS")), "555 5.5.4")


class Errors(Outbound):
    def test_refusals_of_the_next_hop_are_not_the_clients(self):
        hop = self.hop({"rcpt": "550 5.1.1 who?"})
        client = self.client(self.out(hop, limits={"errors": 3}))
        self.assertEqual(codes(client.envelope(BOB, *[ANN] * 10)), [250] + [550] * 10)
        self.assertEqual(client.command("RSET").code, 250)


@needs("postfix")
class BesidePostfix(Outbound):
    def test_a_mail_leaves_tagged(self):
        far = self.enterContext(Postfix(self.folder, "far", {"virtual_mailbox_domains": "example.net"}, mailboxes=[ANN]))
        client = self.client(self.out(far))
        self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        arrived = far.wait_for_mails(ANN)[0]
        self.assertIn(f"Return-Path: <{tagged(BOB)}>".encode(), arrived)

    @needs("dovecot")
    def test_a_login_is_postfixs_own(self):
        # Postfix delays a client after a failed login, unless told otherwise.
        users = self.enterContext(Dovecot(self.folder, "users", [BOB], more="""\
auth_mechanisms = plain cram-md5
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener %s/users/auth.sock {
    mode = 0666
  }
}
""" % self.folder))
        far = self.enterContext(Postfix(self.folder, "far", {
            "virtual_mailbox_domains": "example.net", "mynetworks": "192.0.2.0/24", "smtpd_sasl_auth_enable": "yes", "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": users.folder / "auth.sock", "smtpd_recipient_restrictions": "permit_sasl_authenticated, reject"}, mailboxes=[ANN]))
        client = self.client(self.out(far, trusted=False))
        self.assertEqual(set(client.extensions["AUTH"].split()), {"PLAIN", "CRAM-MD5"})
        for secret, want in (("wrong", 535), ("x", 235)):
            challenge = base64.b64decode(client.command("AUTH CRAM-MD5").text)
            answer = f"{BOB} {hmac.new(secret.encode(), challenge, hashlib.md5).hexdigest()}".encode()
            self.assertEqual(client.command(base64.b64encode(answer).decode()).code, want)
        self.assertEqual(client.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
        far.wait_for_mails(ANN)
        wait_until(lambda: f"sasl_method=CRAM-MD5, sasl_username={BOB}" in far.log(), "it is in the log")


if __name__ == "__main__":
    main()

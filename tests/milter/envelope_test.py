#!/usr/bin/python3
"""What the milter changes of an envelope, with a real Postfix: tags of the sender and of recipients, several recipients, an alias that
forwards, and reports that are not wanted.
"""
from milter_site import ANN, BOB, FakeServer, Site, bare_bounce, bounce_of, forged_bounce, header_of, main, needs, new_mail, way_out
from zone_server import ZoneServer

CARL = "carl@example.org"
TAGS = {"tags": True}


@needs("backstop", "postfix")
class Tags(Site):
    def test_in_the_sub_address(self):
        """It leaves with the mail, and its bounce gets in by it alone: nothing of the header came back."""
        gate = self.gate("[proofs]\nwatermark = false\n", **TAGS)
        postfix = self.ours()
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        left = self.sent()[0]
        self.assertRegex(left.sender, r"^ann\+prvs=[0-9a-f]{10}@example\.org$")
        replies = self.send("smtp", "", left.sender, bare_bounce())
        self.assertEqual([one.code for one in replies], [250, 250, 250], replies)
        mail, = postfix.wait_for_mails(ANN)
        self.assertEqual(header_of(mail, "Delivered-To"), ANN)
        self.assertEqual(gate.wait_for_events(1, kind="dsn-failed")[0]["cause"], "tag")
        self.assertEqual(gate.history(direction="outbound")[0]["tag"], "key-0")

    def test_not_if_a_recipient_is_ours(self):
        gate = self.gate(**TAGS)
        postfix = self.ours(mailboxes=(ANN, CARL))
        self.send("submission", ANN, [CARL, BOB], new_mail(ANN, BOB))
        self.assertEqual(self.sent()[0].sender, ANN)
        self.assertEqual(len(postfix.wait_for_mails(CARL)), 1)
        self.assertEqual(gate.wait_for_events(1)[0]["tag"], "none (a recipient is one of ours)")

    def test_guesses_are_put_off(self):
        """The null sender of a client that guesses tags hears 450 for one more guess; the plain address is taken."""
        self.gate("[limits]\nbad_tags = 3\n", **TAGS)
        self.ours()
        codes = [self.send("smtp", "", f"ann+prvs=0787{number:06x}@example.org", new_mail(BOB, ANN))[1].code for number in range(5)]
        self.assertEqual(codes, [250, 250, 250, 450, 450])
        self.assertEqual(self.send("smtp", "", ANN, new_mail(BOB, ANN))[1].code, 250)


@needs("backstop", "postfix")
class Recipients(Site):
    def test_of_ours_and_of_others(self):
        """A forged bounce to two of ours is refused for both. One of ours who is exempt alone gets it."""
        self.gate(more_domain='exempt = ["carl"]')
        postfix = self.ours(mailboxes=(ANN, CARL))
        self.assertEqual(self.send("smtp", "", [ANN, CARL], forged_bounce(ANN))[-1].code, 550)
        self.assertEqual(self.send("smtp", "", CARL, forged_bounce(CARL))[-1].code, 250)
        self.assertEqual(len(postfix.wait_for_mails(CARL)), 1)
        self.assertEqual(postfix.mailbox(ANN), [])

    def test_of_another_stage_comes_alone(self):
        """Only for the null sender: ordinary mail goes to both at once."""
        self.gate('[[domain]]\nname = "label.test"\nstage = "label"\n')
        postfix = self.ours(main={"virtual_mailbox_domains": "example.org, label.test"}, mailboxes=(ANN, "dora@label.test"))
        replies = self.send("smtp", "", [ANN, "dora@label.test"], forged_bounce(ANN))
        self.assertEqual([one.code for one in replies], [250, 250, 452, 550], replies)
        self.assertEqual(self.send("smtp", "", "dora@label.test", forged_bounce("dora@label.test"))[-1].code, 250)
        self.assertEqual([one.code for one in self.send("smtp", BOB, [ANN, "dora@label.test"], new_mail(BOB, ANN))], [250] * 4)
        self.assertEqual(len(postfix.wait_for_mails("dora@label.test", 2)), 2)

    def test_of_a_domain_that_is_not_ours(self):
        """Postfix relays for it; nothing is judged, and nothing recorded."""
        gate = self.gate()
        self.ours(main={"relay_domains": "relayed.test", "transport_maps": f"inline:{{ relayed.test=smtp:[127.0.0.1]:{self.world.port} }}"})
        self.assertEqual(self.send("smtp", "", "x@relayed.test", forged_bounce("x@relayed.test"))[-1].code, 250)
        self.assertEqual(len(self.sent()), 1)
        self.assertEqual(gate.history(), [])

    def test_an_alias_that_forwards(self):
        """What passes on is no mail of ours: no watermark, the stranger's path, and no tag."""
        self.gate(**TAGS)
        self.ours(main={"virtual_alias_maps": "inline:{ forward@example.org=someone@far.test }"})
        self.assertEqual(self.send("smtp", BOB, "forward@example.org", new_mail(BOB, "forward@example.org"))[-1].code, 250)
        mail = self.sent()[0]
        self.assertEqual((mail.sender, mail.recipients), (BOB, ["someone@far.test"]))
        self.assertNotIn(b"Backstop-", mail.data)

    def test_no_reports_on_mail_whose_spf_failed(self):
        """With mute, Postfix tells the forged sender nothing of what it can't deliver; a sender without SPF hears of it."""
        zone = self.enterContext(ZoneServer(("strict.test", "A", "198.51.100.7"), ("strict.test", "TXT", "v=spf1 -all"),
                                            ("bare.test", "A", "198.51.100.7")))
        refusing = self.enterContext(FakeServer({"rcpt": "552 5.2.2 the mailbox is full"}))
        self.gate(more=way_out(zone.port, "observe", "mute = true\n"), stage="observe")
        postfix = self.ours(main={"virtual_transport": f"smtp:[127.0.0.1]:{refusing.port}", "internal_mail_filter_classes": ""})
        for sender in ("eve@strict.test", "eve@bare.test"):
            self.assertEqual(self.send("smtp", sender, ANN, new_mail(sender, ANN))[-1].code, 250)
        self.assertEqual([mail.recipients for mail in self.sent(1)], [["eve@bare.test"]], postfix.log())


@needs("backstop", "postfix")
class Genuine(Site):
    def test_of_the_ledger_alone(self):
        """Nothing is added, and the bounce proves itself by its Message-ID."""
        gate = self.gate("[proofs]\nwatermark = false\n")
        postfix = self.ours()
        self.send("submission", ANN, BOB, new_mail(ANN, BOB))
        left = self.sent()[0].data
        self.assertNotIn(b"Backstop", left)
        self.assertEqual(self.send("smtp", "", ANN, bounce_of(left))[-1].code, 250)
        self.assertEqual(len(postfix.wait_for_mails(ANN)), 1)
        self.assertEqual(gate.wait_for_events(1, kind="dsn-failed")[0]["cause"], "ledger")


if __name__ == "__main__":
    main()

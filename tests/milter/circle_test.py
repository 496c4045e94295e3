#!/usr/bin/python3
"""The full circle of docs/milter.md, with a real Postfix: mail that leaves gets its proof, its bounce gets in, a forged one is refused,
and ordinary mail is not touched.
"""
from milter_site import ANN, BOB, Site, bounce_of, forged_bounce, header_of, main, needs, new_mail


@needs("backstop", "postfix")
class Circle(Site):
    def test_of_a_watermark(self):
        gate = self.gate()
        postfix = self.ours()
        self.assertEqual([one.code for one in self.send("submission", ANN, BOB, new_mail(ANN, BOB))], [250, 250, 250])
        left = self.sent()[0]
        lines = left.data.decode().split("\r\n")
        self.assertTrue(lines[0].startswith("Backstop-Watermark: "), lines[:4])
        self.assertTrue(lines[1].startswith("Received: "), lines[:4])
        self.assertEqual(left.sender, ANN)
        genuine = self.send("smtp", "", ANN, bounce_of(left.data))
        self.assertEqual([one.code for one in genuine], [250, 250, 250], genuine)
        forged = self.send("smtp", "", ANN, forged_bounce())
        self.assertEqual([one.code for one in forged], [250, 250, 550], forged)
        self.assertIn("5.7.1", forged[-1].text)
        mail, = postfix.wait_for_mails(ANN, 1)
        self.assertTrue(header_of(mail, "Backstop-Verdict").startswith("genuine"), mail)
        events = gate.wait_for_events(3)
        self.assertEqual([(one["gateway"], one["direction"], one["done"], one["cause"]) for one in events],
                         [("milter", "outbound", "delivered", "ordinary"), ("milter", "inbound", "labelled", "watermark"), ("milter", "inbound", "refused", "missing")])

    def test_ordinary_mail_is_left_as_it_is(self):
        self.gate()
        postfix = self.ours()
        for sender in (BOB, ""):
            self.assertEqual([one.code for one in self.send("smtp", sender, ANN, new_mail(BOB, ANN))], [250, 250, 250])
        for mail in postfix.wait_for_mails(ANN, 2):
            self.assertNotIn(b"Backstop", mail)

    def test_of_mail_by_sendmail(self):
        self.gate()
        postfix = self.ours()
        postfix.send(new_mail(ANN, BOB), ANN, BOB)
        self.assertIn(b"Backstop-Watermark: ", self.sent()[0].data)


if __name__ == "__main__":
    main()

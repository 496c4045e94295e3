#!/usr/bin/python3
"""Mail that people write about undelivered mail gets in at stage reject, even from a postmaster or the null sender."""
from dialogue import ANN, BOB, Dialogue, told
from support import header_of, main

POSTMASTER = "postmaster@example.net"
HEADER = """\
To: bob@example.org\r
Date: Thu, 14 May 2026 09:12:11 +0200\r
Message-ID: <1.person@example.net>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
"""
QUESTION = "Hello,\r\n\r\nour mail to carl@example.org is turned away, \"550 5.1.1 User unknown\". Has he left?\r\n\r\nAnn\r\n"
ANSWER = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:7\r\nSUMMARY:Undeliverable mail\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

# name, sender, more of the header, text
PERSONS = [
    ("a postmaster", POSTMASTER, f"From: Ann Moor <{POSTMASTER}>\r\nSubject: Undelivered mail to your users\r\n", QUESTION),
    ("a postmaster on a list", "ops-bounces@example.net",
     f"From: Postmaster <{POSTMASTER}>\r\nSubject: [ops] Mail delivery failed\r\nList-Id: <ops.example.net>\r\n", QUESTION),
    ("a distribution list without sender", "", f"From: Ann Moor <{ANN}>\r\nSubject: Undeliverable: agenda\r\nThread-Topic: agenda\r\n", QUESTION),
    ("a reply without sender", "", f"From: Ann Moor <{ANN}>\r\nSubject: RE: Undeliverable: agenda\r\n", QUESTION),
    ("an unsubscription", ANN, f"From: {ANN}\r\nSubject: unsubscribe\r\nX-Apple-Unsubscribe: true\r\n", "unsubscribe\r\n"),
    ("a calendar's answer without sender", "",
     f"From: Ann Moor <{ANN}>\r\nSubject: Accepted: Undeliverable mail\r\nContent-Type: text/calendar; method=REPLY\r\n", ANSWER),
    ("a parcel without sender", "", "From: Parcels <info@parcel.test>\r\nSubject: Delivery failed: parcel 12\r\n",
     "Your parcel could not be delivered. Write to depot@parcel.example.net.\r\n"),
    ("a monitor without sender", "", "From: Graphs <graphs@mon.test>\r\nSubject: Delivery failures this week\r\n",
     "bob@example.net 550 5.1.1 user unknown 3\r\neve@example.net 452 mailbox full 1\r\n"),
]


class Persons(Dialogue):
    def test_their_mail_gets_in_as_it_is(self):
        hop = self.hop()
        address = self.relay(hop, stage="reject")
        for name, sender, header, text in PERSONS:
            with self.subTest(name):
                before = len(hop.mails)
                rest = HEADER if "Content-Type" not in header else HEADER[:HEADER.index("Content-Type")]
                reply = self.client(address).mail((header + rest + "\r\n" + text).encode(), sender, BOB)
                self.assertEqual(told(reply), "250 2.0.0")
                self.assertEqual(len(hop.mails), before + 1)
                self.assertIsNone(header_of(hop.mails[-1].data, "Backstop-Verdict"))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Somebody sends a signed mail again and again, to addresses of ours that do not exist: few of the bounces reach anybody."""
from dkim_test import Signer
from mails import bounce_of
from support import Backstop, Case, FakeClient, FakeServer, config, gateway, main, needs, new_mail, way_out
from zone_server import ZoneServer

ANN, ZOE = "ann@example.net", "zoe@example.net"
BRINGS = 5


@needs("backstop", "dkim")
class Replay(Case):
    def setUp(self):
        super().setUp()
        self.signer = Signer(self.folder, "example.net")
        self.zone = self.enterContext(ZoneServer(("example.net", "TXT", "v=spf1 -all"), ("example.net", "MX", "10 mx.example.net"),
                                                 ("sel._domainkey.example.net", "TXT", self.signer.record.decode())))
        self.inside, self.outside = (self.enterContext(FakeServer()) for _ in range(2))
        self.gate = self.enterContext(Backstop(self.folder, "gate", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.inside.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{self.outside.port}"),
            tags=False, stage="observe", more=way_out(self.zone.port, "strict"))))

    def send(self, name, mail, sender, recipient):
        with FakeClient(self.gate.address(name)) as client:
            self.assertEqual(client.mail(mail, sender, recipient).code, 250)

    def signed(self):
        return self.signer.sign(new_mail(ANN, "bob@example.org"), b"relaxed")

    def bounces(self, path, mail):
        """Brings a mail several times, each of which our server bounces, and returns how many bounces leave."""
        before = len(self.outside.mails)
        for number in range(BRINGS):
            nobody = f"nobody{number}@example.org"
            self.send("in", mail, path, nobody)
            self.send("out", bounce_of(self.inside.mails[-1].data, path, nobody), "", path)
        return len(self.outside.mails) - before

    def test_to_its_author(self):
        mail = self.signed()
        self.assertEqual(self.bounces(ANN, mail), 3)
        self.assertEqual(self.bounces("Ann+more@example.net", mail), 0)
        self.assertEqual(self.bounces("Ann+more@example.net", self.signed()), 3, "another mail of hers")

    def test_to_somebody_else_of_its_domain(self):
        self.assertEqual(self.bounces(ZOE, self.signed()), 3)
        self.assertEqual(self.bounces("zoe+more@example.net", self.signed()), 0, "another mail")

    def test_from_her_own_host(self):
        self.zone.rows["example.net"] = [("TXT", "v=spf1 ip4:127.0.0.1 -all")]
        self.assertEqual(self.bounces(ANN, self.signed()), BRINGS)
        self.assertEqual(self.gate.held(), [])


if __name__ == "__main__":
    main()

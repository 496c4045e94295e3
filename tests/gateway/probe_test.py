#!/usr/bin/python3
"""backstop check-config --probe: what DNS and the next hops say about bounces that no refusal here prevents."""
import subprocess

from dialogue import Dialogue, url

# pylint: disable=wrong-import-position,wrong-import-order  # dialogue names the folder of these
from backstop import KEYS  # noqa: E402
from case import PROGRAM  # noqa: E402
from support import config, gateway, main  # noqa: E402
from zone_server import ZoneServer  # noqa: E402

MX = [("example.org", "MX", "10 mx.example.org")]
NOBODY = "RCPT TO:<backstop-probe-of-nobody@example.org>"


class Probe(Dialogue):
    def probe(self, hop, zone, mode="answer", more_domain="", more_gateway=""):
        """Returns what the command printed, its warnings, and its exit status."""
        server = self.enterContext(ZoneServer(*zone))
        server.mode = mode
        text = config(gateway("in", "inbound", url(hop), more_gateway), tags=False, more_domain=more_domain,
                      more=f'[proofs]\nresolvers = ["127.0.0.1:{server.port}"]\n')
        file = self.folder / "backstop.toml"
        file.write_text(text.replace("{folder}", str(self.folder)))
        keys = self.folder / "keys"
        keys.touch(mode=0o600)
        keys.write_text(KEYS)
        ended = subprocess.run([PROGRAM, "check-config", "--probe", file], capture_output=True, text=True, timeout=60)
        return ended.stdout, ended.stderr, ended.returncode

    def test_all_is_well(self):
        hop = self.hop({"rcpt": ["550 5.1.1 who?"]})
        out, err, status = self.probe(hop, MX)
        self.assertEqual((err, status), ("", 0))
        self.assertIn("mail for example.org comes to this gateway alone", out)
        self.assertIn(f"the next hop {url(hop)} refuses unknown recipients of example.org", out)
        self.assertIn(NOBODY, hop.commands)
        self.assertNotIn("DATA", hop.commands)

    def test_a_backup_outside(self):
        zone = [*MX, ("example.org", "MX", "20 backup.example.net")]
        _, err, status = self.probe(self.hop({"rcpt": ["550 5.1.1 who?"]}), zone)
        self.assertEqual(status, 0)
        self.assertIn("the MX hosts of example.org are mx.example.org, backup.example.net, and this gateway is mx.example.org", err)

    def test_a_next_hop_that_takes_all(self):
        hop = self.hop()
        _, err, status = self.probe(hop, MX)
        self.assertEqual(status, 0)
        self.assertIn(f"warning: the next hop {url(hop)} takes recipients of example.org that don't exist", err)

    def test_a_next_hop_behind_a_file_of_recipients_must_only_take_mail(self):
        (self.folder / "recipients").write_text("bob@example.org OK\n")
        more = f'recipients = "file:{self.folder}/recipients"'
        hop = self.hop()
        out, err, status = self.probe(hop, MX, more_domain=more)
        self.assertEqual((err, status), ("", 0))
        self.assertIn("MAIL FROM:<>", hop.commands)
        self.assertNotIn(NOBODY, hop.commands)
        self.assertIn(f"the next hop {url(hop)} takes mail\n", out)
        hop.stop_listening()
        self.assertIn(f"warning: next hop {url(hop)} can't be reached", self.probe(hop, MX, more_domain=more)[1])

    def test_a_next_hop_that_takes_no_mail_of_this_host(self):
        for answer in ("530 5.7.0 Authentication required", "550 5.7.1 go away"):
            with self.subTest(answer):
                hop = self.hop({"mail": [answer]})
                out, err, status = self.probe(hop, MX)
                self.assertEqual(status, 0)
                self.assertIn(f"warning: the next hop {url(hop)} takes no mail from this host: {answer}", err)
                self.assertNotIn("refuses unknown recipients", out)

    def test_xclient_makes_it_no_stranger(self):
        for answers, want in (({}, " takes, from this host, recipients of example.org that don't exist, and"), ({"rcpt": ["550 5.1.1 who?"]}, "refuses unknown recipients of example.org from this host")):
            with self.subTest(want):
                out, err, _ = self.probe(self.hop(answers), MX, more_gateway='identity = "xclient"')
                self.assertIn(want, out + err)

    def test_a_next_hop_that_can_not_be_told_who_a_client_is(self):
        lack = "does not offer XCLIENT, which its \"identity\" needs: it sees every client as this host"
        for extensions, want in (((), True), (("XCLIENT NAME ADDR",), False)):
            with self.subTest(extensions):
                hop = self.hop({"rcpt": ["550 5.1.1 who?"]}, extensions=extensions)
                _, err, status = self.probe(hop, MX, more_gateway='identity = "xclient"')
                self.assertEqual(status, 0)
                self.assertEqual(f"warning: the next hop {url(hop)} {lack}" in err, want, err)

    def test_an_outbound_next_hop_is_greeted(self):
        hop = self.hop({"rcpt": ["550 5.1.1 who?"]})
        out_hop = self.hop()
        more = {"more_domain": f'\n{gateway("out", "outbound", url(out_hop))}'}
        out, err, status = self.probe(hop, MX, **more)
        self.assertEqual((err, status), ("", 0))
        self.assertIn(f"gateway out: the next hop {url(out_hop)} answers\n", out)
        self.assertEqual(out_hop.commands, ["EHLO mx.example.org", "QUIT"])
        out_hop.stop_listening()
        self.assertIn(f"warning: gateway out: next hop {url(out_hop)} can't be reached", self.probe(hop, MX, **more)[1])

    def test_a_domain_that_does_not_exist(self):
        _, err, _ = self.probe(self.hop({"rcpt": ["550 5.1.1 who?"]}), [])
        self.assertIn("warning: example.org doesn't exist in DNS, so no mail for it comes", err)

    def test_what_can_not_be_told(self):
        hop = self.hop({"rcpt": ["450 4.2.0 greylisted"]})
        _, err, status = self.probe(hop, [])
        self.assertEqual(status, 0)
        self.assertIn(f"whether the next hop {url(hop)} knows the recipients of example.org can't be told: 450 4.2.0 greylisted", err)
        _, err, _ = self.probe(hop, MX, mode="failed")
        self.assertIn("warning: DNS does not say who takes mail for example.org: ", err)
        hop.stop_listening()
        out, err, _ = self.probe(hop, [("example.org", "TXT", "x")])
        self.assertIn(f"warning: next hop {url(hop)} ", err)
        self.assertIn("example.org has no MX record", out)

    def test_needs_a_file(self):
        ended = subprocess.run([PROGRAM, "check-config", "--probe"], capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 64)


if __name__ == "__main__":
    main()

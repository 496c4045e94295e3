#!/usr/bin/python3
"""docs/install/exim.md with a real Exim: it makes tags with Backstop's keys, takes them off, and marks bounces without a good one."""
import os
import re
import subprocess

from exim import USER
from support import SOURCE, Backstop, Case, Exim, FakeClient, FakeServer, config, gateway, header_of, main, needs, new_bounce, new_mail, wait_until

PAGE = (SOURCE / "docs/install/exim.md").read_text()
KEYS = "/etc/exim4/backstop-keys"
ANN, BOB = "ann@example.org", "bob@example.net"
SECRET = "a secret with spaces"
RING = f"0 exim retired:2026-11-20 2026-06-01 an old one\n1 exim sign 2026-11-20 {SECRET}\n0 indimail verify 2021-09-21 123\n"

SECTIONS = """
begin acl
recipient:
{check}  accept domains = +local_domains
    verify = recipient
  accept hosts = 127.0.0.2
  deny
begin routers
{untag}ours:
  driver = manualroute
  domains = +local_domains
  local_parts = ann : ANN
  route_list = * 127.0.0.1
  transport = box
  self = send
world:
  driver = manualroute
  domains = ! +local_domains
  route_list = * 127.0.0.1
  transport = remote_smtp
  self = send
begin transports
box:
  driver = smtp
  port = {box}
  hosts_avoid_tls = *
remote_smtp:
  driver = smtp
  port = {world}
  hosts_avoid_tls = *
{sign}"""


def block(part):
    """Returns the block of the page that contains this text."""
    found = [text for text in re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE) if part in text]
    assert len(found) == 1, (part, len(found))
    return found[0]


@needs("backstop", "exim")
class WithKeys(Case):
    def setUp(self):
        super().setUp()
        self.world, self.box = self.enterContext(FakeServer()), self.enterContext(FakeServer())
        (self.folder / "keys").write_text(RING)
        copy = self.folder / "copy"
        lines = block("awk").replace(KEYS, str(copy)).replace("/etc/backstop/keys", str(self.folder / "keys"))
        subprocess.run(["/bin/sh", "-euc", lines.replace("chgrp Debian-exim", f"chgrp {USER}")], check=True, timeout=30)
        self.copy = copy
        values = {"check": block("prvscheck"), "untag": block("backstop_untag"), "sign": block("return_path"),
                  "box": self.box.port, "world": self.world.port}
        self.exim = self.enterContext(Exim(self.folder, "ours", main=block("BACKSTOP_KEYS = ").replace(KEYS, str(copy)) + "qualify_domain = example.org\n"
                                           "domainlist local_domains = example.org\nacl_smtp_rcpt = recipient\n", sections=SECTIONS.format(**values)))

    def send(self, sender, recipient, mail, source="127.0.0.1"):
        """Returns the codes of RCPT and of the end of the data."""
        with FakeClient(self.exim.port.address, source=(source, 0)) as client:
            client.command(f"MAIL FROM:<{sender}>")
            code = client.command(f"RCPT TO:<{recipient}>").code
            return [code, client.data(mail).code] if code == 250 else [code]

    def arrived(self, server, count=1):
        return wait_until(lambda: len(server.mails) >= count and server.mails, lambda: f"{count} mails\n{self.exim.log()[-4000:]}")

    def leave(self, sender, count=1):
        """Returns the sender with which a mail of ours is at the other server."""
        self.assertEqual(self.send(sender, BOB, new_mail(ANN, BOB), source="127.0.0.2"), [250, 250])
        return self.arrived(self.world, count)[count - 1].sender

    def test_the_copy_has_what_exim_needs(self):
        self.assertEqual(self.copy.read_text(), f"0: an old one\nsign: 1 {SECRET}\n1: {SECRET}\n")
        self.assertEqual((self.copy.stat().st_mode & 0o777, self.copy.stat().st_gid), (0o640, USER))

    def test_backstop_takes_its_tags(self):
        for number, address in enumerate((ANN, "Ann.B@example.org", "a!#$%&'*+/=?^_`{|}~-9@example.org"), 1):
            tagged = self.leave(address, number)
            self.assertRegex(tagged, r"^prvs=1\d{3}[0-9a-f]{6}=")
            said = subprocess.run([os.environ.get("BACKSTOP", SOURCE / "build/release/backstop"), "tag", "verify", tagged, "--secret", f"1:{SECRET}"],
                                  stdout=subprocess.PIPE, text=True, check=False, timeout=30)
            self.assertEqual(said.returncode, 0, said.stdout)

    def test_others_stay_as_they_are(self):
        others = ("", "SRS0=aa=bb=example.com=joe@example.org", "x" * 49 + "@example.org", "prvs=1787c97471=ann@example.org", BOB)
        for number, address in enumerate(others, 1):
            self.assertEqual(self.leave(address, number), address)

    def test_the_circle(self):
        tagged = self.leave(ANN)
        self.assertEqual(self.send("", tagged, new_bounce(tagged)), [250, 250])
        self.assertEqual(self.send("", ANN, new_bounce(ANN)), [250, 250])
        bad = tagged[:8] + ("0" if tagged[8] != "0" else "1") + tagged[9:]
        self.assertEqual(self.send("", bad, new_bounce(bad)), [250, 250])
        self.assertEqual(self.send(BOB, bad, new_mail(BOB, bad)), [250, 250])
        self.assertEqual(self.send("", "prvs=1787c97471=nobody@example.org", new_bounce(ANN)), [550])
        mails = self.arrived(self.box, 4)
        self.assertEqual({mail.recipients[0].lower() for mail in mails}, {ANN})
        marks = sorted(header_of(mail.data, "X-Untagged-Bounce") or "" for mail in mails)
        self.assertEqual(marks, ["", "", ANN, bad])

    def test_the_gateway_knows_its_tags(self):
        gate = self.enterContext(Backstop(self.folder, "gate", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.exim.port.number}"), ready="since 2026-11-01"), keys=RING))
        tagged = self.leave(ANN)
        replies = []
        for recipient in (tagged, ANN):
            with FakeClient(gate.address("in")) as client:
                client.command("MAIL FROM:<>")
                client.command(f"RCPT TO:<{recipient}>")
                replies.append(client.data(new_bounce(recipient)).code)
        self.assertEqual(replies, [250, 550])
        self.assertEqual([event["origin"] for event in gate.wait_for_events(2, direction="inbound")], ["genuine", "unproven"])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The full circle with each proof alone and without tags: a mail leaves one Postfix through Backstop, another system accepts it, can't
deliver it and bounces it, and the bounce returns through Backstop. docs/proofs.md has the table of what each system returns.
"""
import contextlib

from rewriter import Rewriter
from support import (Backstop, Case, Exim, FakeServer, OpenDkim, OpenSmtpd, Port, Postfix, Sendmail, config, gateway, header_of, main, needs, new_mail)

NOBODY = "nobody@example.net"
WATERMARK, RELAXED, SIMPLE, LEDGER = "watermark.test", "relaxed.test", "simple.test", "ledger.test"
CAUSES = {WATERMARK: "watermark", RELAXED: "dkim", SIMPLE: "dkim", LEDGER: "ledger"}
BODY = "Shall we meet at noon?"
# What a system might be tempted to change.
SUBJECT = "=?utf-8?q?Gr=C3=BC=C3=9Fe?= and a subject that is\r\n long enough to be  folded"
HEADERS = ("x-CASE:no space", "X-Empty: ", "References: " + "\r\n\t".join(f"<{number}.of-a-thread@mail.example.net>" for number in range(12)))


def owner(domain):
    return f"ann@{domain}"


class Circle(Case):
    """`home` has our domains. It sends the mail of each through a gateway that has one proof for it, to a system that knows only that a
    `refusing` server has the mail for example.net."""

    def setUp(self):
        super().setUp()
        self.refusing = self.enterContext(FakeServer({"rcpt": "550 5.1.1 no such user"}))
        # The gateways and their neighbours must know each other's ports before they start.
        self.ways_in, self.ways_out = ({name: self.enterContext(contextlib.closing(Port())) for name in CAUSES.values()} for _ in range(2))
        self.gates = {}

    def begin(self, far):
        """Starts all but the system that bounces."""
        signers = [self.enterContext(OpenDkim(self.folder, domain.partition(".")[0], domain, f"{form}/{form}"))
                   for domain, form in ((RELAXED, "relaxed"), (SIMPLE, "simple"))]
        self.home = Postfix(self.folder, "home", {
            "virtual_mailbox_domains": ", ".join(CAUSES), "non_smtpd_milters": ", ".join(signer.milter for signer in signers),
            "sender_dependent_default_transport_maps": f"texthash:{self.folder}/home/etc/ways"}, mailboxes=map(owner, CAUSES))
        self.home.write("ways", "".join(f"@{domain} smtp:[127.0.0.1]:{self.ways_out[cause]}\n" for domain, cause in CAUSES.items()))
        self.enterContext(self.home)
        proofs = {"watermark": "[proofs]\nwatermark = true\n",
                  "dkim": '[proofs]\nwatermark = false\ndkim_keys = "{folder}/keys-of-dkim"\ndkim_lookup = false\n',
                  "ledger": '[proofs]\nwatermark = false\n[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'}
        for cause, more in proofs.items():
            domains = [domain for domain in CAUSES if CAUSES[domain] == cause]
            more += "".join(f'[[domain]]\nname = "{one}"\nstage = "reject"\nready = "since 2026-01-01"\n' for one in domains[1:])
            gate = Backstop(self.folder, f"gate-{cause}", config(
                gateway("in", "inbound", f"smtp://127.0.0.1:{self.home.port}", port=self.ways_in[cause]),
                gateway("out", "outbound", f"smtp://127.0.0.1:{far.port}", port=self.ways_out[cause]),
                tags=False, domain=domains[0], more=more))
            if cause == "dkim":
                (gate.folder / "keys-of-dkim").mkdir()
                for signer in signers:
                    (gate.folder / "keys-of-dkim" / f"sel._domainkey.{signer.domain}").write_text(signer.record + "\n")
            self.gates[cause] = self.enterContext(gate)

    def ways(self):
        """Returns the ports to which the system relays, by domain."""
        return {"example.net": self.refusing.port, **{domain: self.ways_in[cause] for domain, cause in CAUSES.items()}}

    def check(self, far, want_body, want, size=0, options=()):
        """Sends a mail of each domain and compares what the gateways say of the bounces with `want`, which has domains and what is
        found otherwise than genuine by its proof. `want_body`: its text comes back."""
        self.begin(far)
        for domain in CAUSES:
            mail = new_mail(owner(domain), NOBODY, SUBJECT, BODY + "\n" + ("x" * 70 + "\n") * (size // 71), HEADERS)
            self.home.command("sendmail", "-i", "-f", owner(domain), *options, "--", NOBODY, given=mail.replace(b"\r\n", b"\n"))
        found, bodies = {}, set()
        for domain, cause in CAUSES.items():
            event = self.gates[cause].wait_for_events(1, direction="inbound", recipients=f'["{owner(domain)}"]')[0]
            found[domain] = (event["origin"], event["cause"], event["done"])
            if event["done"] != "refused":
                bounce = self.home.wait_for_mails(owner(domain))[0]
                self.assertEqual(header_of(bounce, "Return-Path"), "<>")
                bodies.add(BODY.encode() in bounce)
        self.assertEqual(found, {domain: want.get(domain, ("genuine", cause, "labelled")) for domain, cause in CAUSES.items()})
        self.assertEqual(bodies, {want_body})


@needs("backstop", "postfix", "opendkim")
class OfPostfix(Circle):
    def far(self):
        ways = "".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in self.ways().items())
        far = Postfix(self.folder, "far", {"relay_domains": "example.net", "transport_maps": f"texthash:{self.folder}/far/etc/ways"})
        far.write("ways", ways)
        return self.enterContext(far)

    def test_whole(self):
        self.check(self.far(), True, {})

    def test_headers_on_request(self):
        self.check(self.far(), False, {}, options=("-N", "failure", "-R", "hdrs"))

    def test_headers_of_a_large_mail(self):
        self.check(self.far(), False, {}, size=60_000)

    def test_behind_a_relay_that_gives_every_mail_another_message_id_and_date(self):
        relay = self.enterContext(Rewriter(self.far().port.address))
        self.check(relay, True, {**{domain: ("unproven", "hinted", "labelled") for domain in (RELAXED, SIMPLE)},
                                 LEDGER: ("unproven", "not-ready", "labelled")})


EXIM = """
begin acl
recipient:
  accept
begin routers
WAYS
begin transports
TRANSPORTS
begin retry
* * F,1h,1s
"""


@needs("backstop", "postfix", "opendkim", "exim")
class OfExim(Circle):
    def far(self, settings=""):
        ports = sorted({str(port) for port in self.ways().values()})
        ways = "".join(f"way{number}:\n  driver = manualroute\n  domains = {domain}\n  route_list = * 127.0.0.1\n  transport = to{port}\n  self = send\n"
                       for number, (domain, port) in enumerate(self.ways().items()))
        transports = "".join(f"to{port}:\n  driver = smtp\n  port = {port}\n  hosts_avoid_tls = *\n" for port in ports)
        return self.enterContext(Exim(self.folder, "far", "acl_smtp_rcpt = recipient\n" + settings,
                                      EXIM.replace("WAYS", ways).replace("TRANSPORTS", transports)))

    def test_whole(self):
        self.check(self.far(), True, {})

    def test_headers_of_a_large_mail(self):
        self.check(self.far(), False, {}, size=150_000)

    def test_headers_by_its_configuration(self):
        self.check(self.far("bounce_return_body = false\n"), False, {})

    def test_whole_in_spite_of_its_configuration(self):
        # Exim 4.96 writes its report as if this weren't there.
        self.check(self.far("bounce_return_message = false\n"), True, {})


@needs("backstop", "postfix", "opendkim", "sendmail")
class OfSendmail(Circle):
    def far(self, options=""):
        return self.enterContext(Sendmail(self.folder, "far", self.ways(), options))

    def test_whole(self):
        self.check(self.far(), True, {})

    def test_headers_on_request(self):
        self.check(self.far(), False, {}, options=("-N", "failure", "-R", "hdrs"))

    def test_headers_by_its_configuration(self):
        self.check(self.far("O PrivacyOptions=nobodyreturn"), False, {})


@needs("backstop", "postfix", "opendkim", "opensmtpd")
class OfOpenSmtpd(Circle):
    def far(self):
        return self.enterContext(OpenSmtpd(self.folder, "far", self.ways()))

    def test_whole_as_a_part_of_headers(self):
        self.check(self.far(), True, {})

    def test_whole_though_headers_are_requested(self):
        self.check(self.far(), True, {}, options=("-N", "failure", "-R", "hdrs"))


if __name__ == "__main__":
    main()

"""Mail servers as they should not be: each takes mail for any name in example.org, and learns afterwards that there is no such user, that
the mailbox is full, or that an alias leads to a server that refuses. Each then bounces. docs/emit-none.md has these settings.

send_out(port) is called before the start, and names the port that mail for other domains goes to. is_idle() says whether the queue is
empty, told() whether the postmaster heard of a bounce that was refused.
"""
import re
import shutil

from dovecot import Dovecot
from exim import Exim
from opensmtpd import OpenSmtpd
from postfix import Postfix
from sendmail import MAILER, RULE, Sendmail
from emit_none_lines import options_of, run_postconf
from spam import FULL, PARTNER

MAILBOX = 100_000  # octets that fit into one


class OurPostfix(Postfix):
    """Without local_recipient_maps it asks its delivery agent."""

    def __init__(self, folder, partner, services=None):
        super().__init__(folder, "ours", {
            "mydestination": "example.org", "local_recipient_maps": "", "alias_maps": f"texthash:{folder}/ours/etc/aliases",
            "default_transport": "smtp", "transport_maps": f"texthash:{folder}/ours/etc/ways",
            "mailbox_size_limit": MAILBOX, "message_size_limit": MAILBOX, "notify_classes": "resource, software, 2bounce"},
            services=services, master="local unix - n n - - local\n")
        mail = self.folder / "mail"
        (mail / "full").write_bytes(b"x" * MAILBOX)
        shutil.chown(mail / "full", "nobody")
        self.write("ways", f"{PARTNER} smtp:[127.0.0.1]:{partner}\n")
        self.write("aliases", f"full {mail}/full\nsales contact@{PARTNER}\nann {mail}/ann/\npostmaster {mail}/postmaster\n")

    def send_out(self, port):
        self.set({"relayhost": f"[127.0.0.1]:{port}"})

    def is_idle(self):
        return not any(path.is_file() for place in ("maildrop", "incoming", "active", "deferred", "hold")
                       for path in (self.folder / "spool" / place).rglob("*"))

    def told(self):
        return (self.folder / "mail/postmaster").exists()


class DeliveringPostfix(OurPostfix):
    """It delivers by itself: what has a null sender goes to this gateway, which returns it to .returned; `world` is the port of all others.
    The service there has the options of the page, and must not have the restrictions and the map that the site has for its other mail."""

    def __init__(self, folder, partner, world):
        options = options_of("127.0.0.1:10529 inet", {"content_filter=smtp:": f"content_filter=smtp:[127.0.0.1]:{world}"})
        super().__init__(folder, partner, {"smtp": "", "returned": options})
        self.returned = self.ports["returned"]
        self.set({"smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination", "always_bcc": f"postmaster@{PARTNER}",
                  "sender_dependent_default_transport_maps": "inline:{ { elsewhere@example.org = error:5.1.2 not from here } }"})

    def send_out(self, port):
        self.main["sender_dependent_default_transport_maps"] = run_postconf(self, "sender_dependent_default_transport_maps =", {"10528": port})
        self.set({})


EXIM = """
begin acl
recipient:
  accept
begin routers
alias:
  driver = redirect
  domains = example.org
  local_parts = sales
  data = contact@PARTNER
mailboxes:
  driver = accept
  domains = example.org
  local_parts = full : postmaster
  transport = mailbox
nobody:
  driver = redirect
  domains = example.org
  allow_fail
  data = :fail: no such user
partner:
  driver = manualroute
  domains = PARTNER
  route_list = * 127.0.0.1
  transport = partner
  self = send
others:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = others
  self = send
begin transports
mailbox:
  driver = appendfile
  file = {folder}/mail/$local_part_data
  quota = 1
  user = 65500
  group = 65500
partner:
  driver = smtp
  port = PORT1
  hosts_avoid_tls = *
others:
  driver = smtp
  port = PORT2
  hosts_avoid_tls = *
begin retry
* quota
* * F,1h,1s
"""


class OurExim(Exim):
    """Without `verify = recipient` in its ACL it routes an address only when it delivers."""

    def __init__(self, folder, partner):
        super().__init__(folder, "ours", "acl_smtp_rcpt = recipient\n", EXIM.replace("PARTNER", PARTNER).replace("PORT1", str(partner)))

    def send_out(self, port):
        self.config.write_text(self.config.read_text().replace("PORT2", str(port)))

    def is_idle(self):
        return not any((self.folder / "spool/input").rglob("*-H"))

    def told(self):
        # A bounce that is refused is frozen until somebody looks.
        return "rozen" in self.log()


class OurSendmail(Sendmail):
    """A relay doesn't know the users of the server that it relays to; here that one is the partner."""

    def __init__(self, folder, partner):
        super().__init__(folder, "ours", {"example.org": partner})

    def send_out(self, port):
        # Mail to itself, as to its postmaster, stays.
        everything = "R$+ < @ $+ >" + RULE.partition(">")[2].format(domain="$2", port=port)
        text = self.config.read_text()
        last = "R$-\t\t\t$#local"
        assert last in text, text
        self.config.write_text(text.replace(last, everything + last) + MAILER.format(port=port))

    def is_idle(self):
        return not any((self.folder / "queue").iterdir())

    def told(self):
        return "ostmaster notify" in self.log() or "RCPT To:<postmaster" in self.log()


OPENSMTPD = """\
mta limit conn-delay-route 0
listen on 127.0.0.1 port {port} hostname ours.test
table sales {{ "sales@example.org" = "contact@{partner}" }}
action "alias" expand-only virtual <sales>
action "mailboxes" relay host lmtp://127.0.0.1:{lmtp}
action "partner" relay host smtp://127.0.0.1:{partner_port}
action "others" relay host smtp://127.0.0.1:{others}
match from any for rcpt-to "sales@example.org" action "alias"
match from any for domain "example.org" action "mailboxes"
match from any for domain "{partner}" action "partner"
match from local for any action "others"
"""


class OurOpenSmtpd(OpenSmtpd):
    """A relay in front of Dovecot doesn't know Dovecot's users."""

    def __init__(self, folder, partner):
        super().__init__(folder, "ours", {})
        self.partner = partner
        self.dovecot = Dovecot(folder, "dovecot", [FULL], "mail_plugins = quota\nplugin {\n  quota = maildir:all\n  quota_rule = *:bytes=1\n}\n")

    def send_out(self, port):
        self.config.write_text(OPENSMTPD.format(port=self.port, partner=PARTNER, lmtp=self.dovecot.port, partner_port=self.partner, others=port))

    def start(self):
        self.open.enter_context(self.dovecot)
        super().start()

    def is_idle(self):
        # A bounce comes into the queue some time after its mail left it.
        log = self.log()
        failed, sent = log.count('result="PermFail"'), len(re.findall(r'from=<> .* result="Ok"', log))
        return failed == sent and not any(path.is_file() for path in (self.folder / "spool/smtpd/queue").rglob("*"))

    def told(self):
        return False

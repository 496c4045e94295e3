"""A Postfix of our own that asks Backstop's milter, as docs/milter.md sets it up, and the servers of everybody else."""
import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

# pylint: disable=wrong-import-position,unused-import
from support import (PROGRAM, SOURCE, Backstop, Case, FakeClient, FakeServer, Port, Postfix, body_of, config, header_of, main, needs, new_bounce, new_mail,  # noqa: E402,F401
                     wait_until, way_out)

ANN, BOB = "ann@example.org", "bob@example.net"


def bounce_with(header, owner=ANN):
    """Returns the bounce of a mail with this header, as a far server makes it."""
    text = new_bounce(owner).decode()
    begin = text.index("From: <", text.index("text/rfc822-headers"))
    return (text[:begin] + header.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n\r\n--part--\r\n").encode()


def bounce_of(mail, owner=ANN):
    return bounce_with(mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode(), owner)


def forged_bounce(owner=ANN):
    """Returns the bounce of a mail that a spammer sent in the owner's name: it has all that a proof could be in, and no proof."""
    mail = new_mail(owner, "gone@example.net", "Buy now")
    return bounce_of(b"Received: from spammer.test by mail.example.net; Mon, 30 Nov 2026 10:00:00 +0000\r\n" + mail, owner)


def bare_bounce(owner=ANN):
    """Returns a bounce that returns nothing of the mail that it is about."""
    return new_bounce(owner).partition(b"--part\r\nContent-Type: text/rfc822-headers")[0] + b"--part--\r\n"


def milter_section(folder, more=""):
    return (f'[milter]\nlisten = ["unix:{folder}/milter.sock"]\ninternal = ["unix:{folder}/internal.sock"]\nmode = "0660"\n'
            f'group = "postfix"\n{more}\n')


def element(folder, name, action="accept"):
    return f"{{ unix:{folder}/{name}.sock, default_action={action} }}"


class OurPostfix(Postfix):
    """It has the mailboxes of example.org, and sends all other mail to the port `world`. Strangers come to the service "smtp", and our
    users to "submission"; `first` and `last` are milters before and after ours."""

    def __init__(self, folder, sockets, world, main=None, mailboxes=(ANN,), first=(), last=(), action="accept", services=None, master=""):
        milters = [*first, element(sockets, "milter", action), *last]
        internal = [*first, element(sockets, "internal", action), *last]
        super().__init__(folder, "ours", {
            "virtual_mailbox_domains": "example.org", "default_transport": f"smtp:[127.0.0.1]:{world}", "recipient_delimiter": "+",
            "mynetworks": "127.0.0.2/32", "myhostname": "mx.example.org",
            "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
            "smtpd_milters": ", ".join(milters), "non_smtpd_milters": ", ".join(internal), "internal_mail_filter_classes": "bounce",
            "local_header_rewrite_clients": "", **(main or {})},
            services=services or {"smtp": "", "submission": "-o milter_macro_daemon_name=ORIGINATING -o mynetworks=127.0.0.0/8"},
            mailboxes=mailboxes, master=master)


class Site(Case):
    """self.world takes the mail of everybody else; gate() and ours() make the other two, which must be entered in this order."""

    def setUp(self):
        super().setUp()
        self.world = self.enterContext(FakeServer())
        self.sockets = self.folder / "sockets"
        self.sockets.mkdir(mode=0o755)

    def gate(self, more="", milter="", section=None, **settings):
        sections = "" if "[ledger]" in more else '[ledger]\nurl = "sqlite:{folder}/ledger.db"\n'
        settings = {"tags": False, **settings}
        return self.enterContext(Backstop(self.folder, "gate", config(
            more=(section + milter if section else milter_section(self.sockets, milter)) + sections + more, **settings)))

    def ours(self, **settings):
        self.postfix = self.enterContext(OurPostfix(self.folder, self.sockets, self.world.port, **settings))
        return self.postfix

    def reserve_port(self):
        return self.enterContext(contextlib.closing(Port())).number

    def client(self, service="smtp", source="127.0.0.1"):
        return self.enterContext(FakeClient(self.postfix.ports[service].address, source=(source, 0)))

    def send(self, service, sender, recipients, mail):
        """Returns the replies: MAIL, each RCPT, the end of the data."""
        client = self.client(service)
        replies = [client.command(f"MAIL FROM:<{sender}>")]
        replies += [client.command(f"RCPT TO:<{one}>") for one in ([recipients] if isinstance(recipients, str) else recipients)]
        if any(reply.code == 250 for reply in replies[1:]):
            replies.append(client.data(mail))
        client.command("QUIT")
        return replies

    def sent(self, count=1):
        """Returns the mails that the world has, once there are this many."""
        return wait_until(lambda: len(self.world.mails) >= count and self.world.mails, lambda: f"{count} mails\n{self.postfix.log()[-4000:]}")

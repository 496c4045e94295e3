"""Spam in the names of other people, the zone of those people's domains, and a real server that takes what reaches them."""
import collections
import re
import threading

from children import wait_until
from fake_client import FakeClient
from mails import new_mail
from programs import SmtpSink

# The three ways in which a server can accept a mail that it then can't deliver.
UNKNOWN, FULL, ALIAS = "nobody{}@example.org", "full@example.org", "sales@example.org"
PARTNER = "partner.test"  # where the alias leads, and whose server refuses
SESSIONS = 8
TRIES = 3

Spam = collections.namedtuple("Spam", "sender recipient mail")


def is_strict(number):
    """Half of the forged domains say in SPF that nobody sends their mail; the others say nothing."""
    return number % 2 == 1


def domain_of(number):
    return f"{'strict' if is_strict(number) else 'bare'}{number}.test"


def sender_of(number):
    return f"victim{number}@{domain_of(number)}"


def spam(number):
    """Returns one of them: every sender has a domain of its own, and every second pair has no Message-ID."""
    sender = sender_of(number)
    recipient = (UNKNOWN, FULL, ALIAS)[number // 2 % 3].format(number)
    mail = new_mail(sender, recipient, f"Your parcel {number}", "Buy now.\n" * 20)
    if number // 6 % 2:
        mail = re.sub(rb"(?m)^Message-ID: .*\r\n", b"", mail)
    return Spam(sender, recipient, mail)


def zone_of(count):
    """Returns the rows of the forged domains, for a ZoneServer: all have a mail server."""
    rows = []
    for domain in map(domain_of, range(count)):
        rows += [(domain, "A", "198.51.100.7"), (domain, "MX", f"10 mx.{domain}"), (f"mx.{domain}", "A", "198.51.100.7")]
    return rows + [(domain_of(number), "TXT", "v=spf1 -all") for number in range(count) if is_strict(number)]


def send_all(address, spams):
    """Sends them in some sessions at a time, each from an address of its own. Returns how often each code was the answer."""
    codes = collections.Counter()
    lock = threading.Lock()

    def session(first):
        with FakeClient(address, source=(f"127.100.{first}.1", 0)) as client:
            for one in spams[first::SESSIONS]:
                for _ in range(TRIES):
                    # OpenSMTPD wants a command at a time.
                    replies = [client.command(f"MAIL FROM:<{one.sender}>"), client.command(f"RCPT TO:<{one.recipient}>"), client.data(one.mail)]
                    code = max(reply.code for reply in replies)
                    # On a busy machine a mail is put off, and comes again, as from any server.
                    if code != 451:
                        break
                    client.command("RSET")
                with lock:
                    codes[code] += 1

    threads = [threading.Thread(target=session, args=(first,)) for first in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


class Catcher(SmtpSink):
    """The servers of everybody else in one: takes all mail and counts whom it is for."""

    def __init__(self, folder, name="catcher"):
        super().__init__(folder, name)
        self.recipients = {}

    def _read(self):
        """Reads the envelopes of new files. A file is whole when its mail is answered, its beginning somewhat earlier."""
        for path in (self.folder / "mails").iterdir():
            if path not in self.recipients and (found := re.findall(rb"(?m)^X-Rcpt-Args: <([^>]*)>", path.read_bytes())):
                self.recipients[path] = [one.decode() for one in found]

    def counts(self):
        """Returns how many mails have come for each recipient."""
        self._read()
        return collections.Counter(one for recipients in self.recipients.values() for one in recipients)

    def mails_for(self, recipient):
        """Returns the mails for this recipient, each below a few fields of the sink's own that tell the envelope."""
        self._read()
        return [path.read_bytes() for path, recipients in self.recipients.items() if recipient in recipients]

    def wait_for(self, recipient, count=1):
        return wait_until(lambda: len(found := self.mails_for(recipient)) >= count and found,
                          lambda: f"{count} mails for {recipient}: {self.counts()}")

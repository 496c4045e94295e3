"""Makes mails for the tests, and reads those that have arrived."""
import email.utils
import itertools
import time

numbers = itertools.count(1)


def new_mail(sender="ann@example.org", recipient="bob@example.net", subject="Lunch", text="Shall we meet at noon?", headers=()):
    """Returns an ordinary mail with a Message-ID of its own, with CRLF."""
    domain = sender.partition("@")[2] or "example.org"
    lines = [f"From: <{sender}>", f"To: <{recipient}>", f"Subject: {subject}", f"Date: {email.utils.formatdate()}",
             f"Message-ID: <{time.time_ns()}.{next(numbers)}@{domain}>", *headers, "", *text.split("\n"), ""]
    return "\r\n".join(lines).encode()


def new_bounce(recipient="ann@example.org", words="could not be delivered", headers=()):
    """Returns a delivery status notification (RFC 3464) with a Message-ID of its own, with CRLF: certainly a bounce."""
    kind = 'multipart/report; report-type=delivery-status; boundary="part"'
    parts = [("text/plain", [words]),
             ("message/delivery-status", ["Reporting-MTA: dns; mail.example.net", "", "Final-Recipient: rfc822; gone@example.net", "Action: failed",
                                          "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 who?"]),
             ("text/rfc822-headers", [f"From: <{recipient}>", "To: <gone@example.net>", "Subject: Lunch",
                                      f"Message-ID: <{time.time_ns()}.{next(numbers)}@example.org>"])]
    text = "".join("\n".join(["--part", f"Content-Type: {name}", "", *lines, "", ""]) for name, lines in parts) + "--part--"
    return new_mail("MAILER-DAEMON@mail.example.net", recipient, "Undelivered Mail Returned to Sender", text,
                    ("Auto-Submitted: auto-replied", "MIME-Version: 1.0", f"Content-Type: {kind}", *headers))


def bounce_of(mail, sender, recipient, words="the mailbox is full"):
    """Returns the bounce that our own server makes of a mail which it took for the recipient: it returns the mail whole, as Postfix does."""
    text = "\n".join(["--part", "Content-Type: text/plain", "", f"<{recipient}>: {words}", "", "--part", "Content-Type: message/delivery-status", "",
                      "Reporting-MTA: dns; mail.example.org", "", f"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.2.2",
                      f"Diagnostic-Code: x-postfix; {words}", "", "--part", "Content-Type: message/rfc822", "",
                      *mail.decode(errors="surrogateescape").replace("\r\n", "\n").split("\n"), "--part--"])
    kind = 'multipart/report; report-type=delivery-status; boundary="part"'
    return new_mail("MAILER-DAEMON@mail.example.org", sender, "Undelivered Mail Returned to Sender", text,
                    ("Auto-Submitted: auto-replied", "MIME-Version: 1.0", f"Content-Type: {kind}"))


def read_maildir(folder):
    """Returns the mails in new and cur, oldest first, with CRLF."""
    paths = [path for place in ("new", "cur") if (folder / place).is_dir() for path in (folder / place).iterdir()]
    paths.sort(key=lambda path: path.stat().st_mtime_ns)
    return [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in paths]


def header_of(mail, name):
    """Returns the value of the first field of that name, unfolded, or None."""
    block = mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode(errors="replace")
    fields = block.replace("\n ", " ").replace("\n\t", " ").split("\n")
    return next((value.strip() for field in fields for key, _, value in [field.partition(":")] if key.lower() == name.lower()), None)


def body_of(mail):
    return mail.replace(b"\r\n", b"\n").partition(b"\n\n")[2]

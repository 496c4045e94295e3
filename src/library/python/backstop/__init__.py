"""Reads bounces, automatic replies and other responses to mail.

    import backstop
    found = backstop.read(open("bounce.eml", "rb").read())
    if found["kind"] == "dsn-failed":
        for recipient in found["recipients"]:
            print(recipient["address"], recipient["reason"])
"""

import json as _json

from backstop._reader import read_json as _read_json

__all__ = ["read", "read_json"]

_decode = _json.JSONDecoder().decode


def read_json(mail, *, mail_from=None, rcpt="", name="-"):
    """Returns as a str what `backstop classify --json` writes for this mail; read() says what the arguments are."""
    return _read_json(mail, mail_from, rcpt, name)


def read(mail, *, mail_from=None, rcpt="", name="-"):
    """Returns a dict of what `backstop classify --json` writes for this mail.

    mail is one mail, as bytes or any object that lends them. mail_from is the envelope sender without angle
    brackets, "" is the null sender; without it, Return-Path counts. rcpt is the envelope recipient, if it is
    known. name is what "file" says. Raises ValueError for bytes that are no mail.

    Threads read at once: the interpreter's lock is released, and each thread has a reader of its own.
    """
    return _decode(_read_json(mail, mail_from, rcpt, name))

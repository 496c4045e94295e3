"""A relay that gives every mail another Message-ID and Date, as Amazon SES does."""
import itertools
import re

from fake_answers import Answer, Text
from fake_client import FakeClient
from fake_server import FakeServer

numbers = itertools.count(1)


class Onward(Answer):
    def __init__(self, address):
        self.address = address

    def perform(self, session):
        sender, recipients, data = session.pending
        header, end, body = data.partition(b"\r\n\r\n")
        header = re.sub(rb"(?mi)^Message-ID:.*\r?$", b"Message-ID: <%d-000000@email.test>\r" % next(numbers), header + b"\r")
        header = re.sub(rb"(?mi)^Date:.*\r$", b"Date: Thu, 1 Jan 2026 00:00:00 +0000\r", header)
        with FakeClient(self.address) as client:
            reply = client.mail(header.removesuffix(b"\r") + end + body, sender, *recipients)
        return Text(f"{reply.code} {reply.text}").perform(session)


class Rewriter(FakeServer):
    """Hands each mail on to this address before it answers, with that answer."""

    def __init__(self, address):
        super().__init__({"dot": Onward(address)}, extensions=("8BITMIME", "ENHANCEDSTATUSCODES"))

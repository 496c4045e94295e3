"""The ways in which a FakeServer can answer at a step: well, late, in pieces, with rubbish, or by going away."""
from fake_client import reset


class Gone(Exception):
    """The session is over."""


class Answer:
    def perform(self, session):
        """Answers in this session. Returns whether the answer was one of success (2xx or 3xx)."""
        raise NotImplementedError


class Text(Answer):
    """A reply, with CRLF between its lines; the last CRLF is added. If the text is empty, nothing is sent."""

    def __init__(self, text):
        self.text = text

    def perform(self, session):
        is_good = self.text[:1] in ("2", "3")
        if is_good:
            session.accept()
        if self.text:
            session.send(self.text.encode() + b"\r\n")
        return is_good


class Raw(Answer):
    """These octets and no others. The session goes on as if they were an answer of success, if `good`, or of failure."""

    def __init__(self, octets, good=False):
        self.octets = octets
        self.good = good

    def perform(self, session):
        session.send(self.octets)
        return self.good


class Cut(Answer):
    """Ends the connection, after these octets if any: in order, or by a reset, which can overtake the octets."""

    def __init__(self, after=b"", reset=True):
        self.after = after
        self.reset = reset

    def perform(self, session):
        if self.after:
            session.send(self.after)
        if self.reset:
            reset(session.connection)
        session.connection.close()
        raise Gone


class Stall(Answer):
    """Says nothing until release() or until the server is closed; then the reply, or the end of the connection if there is none."""

    def __init__(self, text=""):
        self.text = text
        self.is_released = False

    def release(self):
        self.is_released = True

    def perform(self, session):
        while not self.is_released:
            if session.server.closing.wait(0.02):
                raise Gone
        if not self.text:
            raise Gone
        return Text(self.text).perform(session)


class Trickle(Answer):
    """Sends a reply octet by octet, with a gap in seconds before each."""

    def __init__(self, text, gap):
        self.text = text
        self.gap = gap

    def perform(self, session):
        for octet in self.text.encode():
            if session.server.closing.wait(self.gap):
                raise Gone
            session.send(bytes([octet]))
        if self.text[:1] in ("2", "3"):
            session.accept()
        session.send(b"\r\n")
        return self.text[:1] in ("2", "3")


class Both(Answer):
    """Gives one answer and then another, as in Both("250 ok", Cut())."""

    def __init__(self, first, second):
        self.first = first if isinstance(first, Answer) else Text(first)
        self.second = second

    def perform(self, session):
        good = self.first.perform(session)
        self.second.perform(session)
        return good

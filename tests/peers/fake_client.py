"""An SMTP client that sends exactly what it is told to, and can leave at any moment."""
import contextlib
import socket
import ssl
import struct

from children import PATIENCE


def reset(connection):
    """Ends the connection with a reset, as a machine that crashed does."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def trusting_context():
    """Returns a context of TLS that accepts any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Reply:
    """A server's reply; .code is 0 if it closed the connection instead."""

    def __init__(self, code, lines):
        self.code = code
        self.lines = lines

    @property
    def text(self):
        return "\n".join(self.lines)

    def __repr__(self):
        return f"<{self.code}: {self.text}>"


GONE = Reply(0, [])


class FakeClient:
    """Says EHLO by itself unless `hello` is None. Anything that is not a valid reply raises AssertionError."""

    def __init__(self, address, hello="client.test", verb="EHLO", timeout=PATIENCE * 2, source=None):
        self.connection = socket.create_connection(address, timeout, source_address=source)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.extensions = {}
        self.greeting = None
        if hello is not None:
            try:
                self.greeting = self.read()
                assert self.greeting.code == 220, self.greeting
                self.hello(hello, verb)
            except BaseException:
                self.close()
                raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def cut(self):
        """Ends the connection with a reset."""
        reset(self.connection)

    def end_sending(self):
        self.connection.shutdown(socket.SHUT_WR)

    def send(self, octets):
        self.connection.sendall(octets if isinstance(octets, bytes) else octets.encode())

    def line(self):
        while b"\r\n" not in self.buffer:
            try:
                octets = self.connection.recv(65536)
            except ConnectionResetError:
                octets = b""
            if not octets:
                assert not self.buffer, f"closed within a line: {self.buffer!r}"
                return None
            self.buffer += octets
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode(errors="surrogateescape")

    def read(self):
        lines = []
        while True:
            line = self.line()
            if line is None:
                assert not lines, f"closed within a reply: {lines}"
                return GONE
            assert line[:3].isdigit() and line[3:4] in ("", " ", "-"), f"no reply: {line!r}"
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), lines)

    def command(self, line):
        self.send(line + "\r\n")
        return self.read()

    def pipeline(self, *lines):
        """Sends all lines in one write, and returns a reply for each."""
        self.send("".join(line + "\r\n" for line in lines))
        return [self.read() for _ in lines]

    def hello(self, name="client.test", verb="EHLO"):
        reply = self.command(f"{verb} {name}")
        words = [line.partition(" ") for line in reply.lines[1:]]
        self.extensions = {word[0].upper(): word[2] for word in words}
        return reply

    def start_tls(self, name="client.test"):
        reply = self.command("STARTTLS")
        assert reply.code == 220, reply
        self.connection = trusting_context().wrap_socket(self.connection)
        return self.hello(name)

    def envelope(self, sender, *recipients, parameters=""):
        """Sends MAIL and all RCPT together, and returns their replies."""
        return self.pipeline(f"MAIL FROM:<{sender}>{parameters}", *(f"RCPT TO:<{recipient}>" for recipient in recipients))

    def data(self, mail):
        """Sends DATA and the mail. Returns the reply to its end, or to DATA if that was refused."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.send(dotted(mail))
        return self.read()

    def bdat(self, *chunks):
        """Sends a mail in chunks, and returns a reply for each."""
        replies = []
        for i, chunk in enumerate(chunks):
            self.send(f"BDAT {len(chunk)}{' LAST' if i + 1 == len(chunks) else ''}\r\n".encode() + chunk)
            replies.append(self.read())
        return replies

    def mail(self, mail, sender, *recipients):
        """Runs a whole transaction. Returns the reply to its end, or the first reply that refused it."""
        for reply in self.envelope(sender, *recipients):
            if reply.code // 100 != 2:
                self.command("RSET")
                return reply
        return self.data(mail)

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply


def dotted(mail):
    """Returns the mail with the dots at the beginnings of its lines doubled, and the end of data (RFC 5321, 4.5.2)."""
    text = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]
    return text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n"

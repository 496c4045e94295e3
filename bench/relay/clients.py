"""SMTP clients that are only as much as these measurements need."""
import socket
import time

IP_BIND_ADDRESS_NO_PORT = 24  # Python's socket module has no name for it.
PER_ADDRESS = 90  # sessions that come from one address: servers cap them, the gateway at 100


def source_address(index):
    """Session number `index` comes from one of 127.1.0.0/16, so that neither a cap nor the ports of one are met."""
    return f"127.1.{index // PER_ADDRESS // 250}.{index // PER_ADDRESS % 250 + 1}"


class Client:
    """A session on a blocking socket. Raises OSError for whatever goes wrong, an unexpected reply too."""

    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.socket()
        self.socket.settimeout(30)
        # The port is chosen by connect(): one that another connection of this address has may be chosen too.
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffered = b""
        self.expect(b"220")

    def line(self):
        while b"\n" not in self.buffered:
            got = self.socket.recv(4096)
            if not got:
                raise OSError("the server closed the session")
            self.buffered += got
        line, self.buffered = self.buffered.split(b"\n", 1)
        return line

    def expect(self, code):
        while (line := self.line())[3:4] == b"-":
            pass
        if not line.startswith(code):
            raise OSError(f"wanted {code.decode()}, got {line.decode(errors='replace')}")

    def command(self, text, code=b"250"):
        self.socket.sendall(text + b"\r\n")
        self.expect(code)

    def send(self, data):
        """One message."""
        self.command(b"MAIL FROM:<a@example.com>")
        self.command(b"RCPT TO:<b@example.net>")
        self.command(b"DATA", b"354")
        self.command(data + b"\r\n.")

    def close(self):
        self.socket.close()


def message(size):
    head = (b"From: <a@example.com>\r\nTo: <b@example.net>\r\nSubject: measured\r\n"
            b"Date: " + time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()).encode() +
            b"\r\nMessage-ID: <measured@example.com>\r\n\r\n")
    line = b"X" * 78 + b"\r\n"
    return (head + line * (size // len(line) + 1))[:max(size, len(head)) - 2]

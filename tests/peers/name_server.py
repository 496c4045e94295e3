"""A DNS server on loopback that answers from a table, for the programs under test."""
import socket
import struct
import threading

TYPES = {1: "A", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA"}


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def _data(kind, value):
    if kind == "TXT":
        value = value.encode() if isinstance(value, str) else value
        return b"".join(bytes([len(part)]) + part for part in (value[i:i + 255] for i in range(0, len(value), 255)))
    if kind == "MX":
        return struct.pack(">H", value[0]) + _name(value[1])
    if kind == "PTR":
        return _name(value)
    return socket.inet_pton(socket.AF_INET6 if kind == "AAAA" else socket.AF_INET, value)


class NameServer:
    """Answers over UDP. `zone` has (name, type) -> a list of records: text, "127.0.0.1", (10, "mx.example.org").

    A name of which the zone has no type is NXDOMAIN. `mode` changes what all questions get: "answer", "silent" or "failed"
    (SERVFAIL). `asked` has each question.
    """

    def __init__(self, zone=None):
        self.zone = zone or {}
        self.mode = "answer"
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            if not question:
                return
            answer = self._answer(question)
            if answer:
                self.socket.sendto(answer, client)

    def _answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("latin-1"))
            at += 1 + question[at]
        name, (number,) = ".".join(labels).lower(), struct.unpack(">H", question[at + 1:at + 3])
        kind = TYPES.get(number, str(number))
        self.asked.append((name, kind))
        if self.mode == "silent":
            return None
        records = self.zone.get((name, kind), []) if self.mode == "answer" else []
        is_there = any(known == name for known, _ in list(self.zone))
        code = 2 if self.mode == "failed" else 0 if is_there else 3
        data = [_data(kind, record) for record in records]
        body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", number, 1, 60, len(one)) + one for one in data)
        return question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(data), 0, 0) + question[12:at + 5] + body

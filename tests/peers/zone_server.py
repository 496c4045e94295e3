"""A DNS server on loopback, over UDP, that answers from a table."""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def data_of(kind, value):
    if kind == "TXT":
        text = value.encode()
        return b"".join(bytes([len(part)]) + part for part in (text[i:i + 255] for i in range(0, len(text), 255)))
    if kind == "MX":
        preference, name = value.split()
        return struct.pack(">H", int(preference)) + encoded(name)
    return encoded(value) if kind == "PTR" else ipaddress.ip_address(value).packed


class ZoneServer:
    """Rows are (name, type, data). A name without a row does not exist. A row of the type FAILED fails all its look-ups.

    `mode` is "answer", "silent", "failed", "garbage", "lying" (each question has the answer to another), "nothing" (no name exists) or
    "allowing" (everybody may send everything). `delay` are seconds before each answer. `asked` has the questions, as "TXT example.org".
    """

    def __init__(self, *rows):
        self.rows = {}
        for name, kind, data in rows:
            self.rows.setdefault(name.lower(), []).append((kind, data))
        self.mode = "answer"
        self.delay = 0
        self.asked = []
        self.late = []
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
        if self.socket.fileno() < 0:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        for timer in self.late:
            timer.cancel()
            timer.join()
        self.socket.close()

    def _serve(self):
        while True:
            message, client = self.socket.recvfrom(4096)
            if not message:
                return
            answer = self._answer(message)
            if answer is not None and self.delay:
                self.late.append(threading.Timer(self.delay, self.socket.sendto, (answer, client)))
                self.late[-1].start()
            elif answer is not None:
                self.socket.sendto(answer, client)

    def _answer(self, message):
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode(errors="replace"))
            at += 1 + message[at]
        name = ".".join(labels).lower()
        number = struct.unpack(">H", message[at + 1:at + 3])[0]
        kind = next((key for key, value in TYPES.items() if value == number), "?")
        self.asked.append(f"{kind} {name}")
        question = message[12:at + 5]
        if self.mode == "silent":
            return None
        if self.mode == "garbage":
            return message[:2] + b"\x81\x80\0\x01\0\x01\0\0\0\0" + question + b"\xc0\xff\xff"
        if self.mode == "lying":
            return struct.pack(">H", (struct.unpack(">H", message[:2])[0] + 1) % 65536) + b"\x81\x80\0\x01\0\0\0\0\0\0" + question
        known = {"nothing": [], "allowing": [("TXT", "v=spf1 +all")]}.get(self.mode, self.rows.get(name, []))
        if self.mode == "failed" or any(row[0] == "FAILED" for row in known):
            return message[:2] + b"\x81\x82\0\x01\0\0\0\0\0\0" + question
        records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", number, 1, 60, len(data)) + data
                           for data in (data_of(kind, row[1]) for row in known if row[0] == kind))
        count = sum(row[0] == kind for row in known)
        return message[:2] + struct.pack(">HHHHH", 0x8180 | (0 if known else 3), 1, count, 0, 0) + question + records

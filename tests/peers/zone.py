"""A DNS server on loopback, over UDP, with the records that a test gives it; and ways in which it can fail."""
import ipaddress
import os
import socket
import struct
import threading

NUMBERS = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
TYPES = {number: name for name, number in NUMBERS.items()}
NO_ERROR, SERVER_FAILURE, NO_NAME = 0, 2, 3
WAYS = ("answer", "silent", "failed", "slow", "nothing", "rubbish", "another")


def name_octets(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def record_octets(kind, data):
    """Returns the data of a record; that of an MX is "10 mx.example.org"."""
    if kind == "TXT":
        octets = data.encode()
        return b"".join(bytes([len(octets[at:at + 255])]) + octets[at:at + 255] for at in range(0, len(octets), 255))
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(data).packed
    if kind == "MX":
        preference, _, host = data.partition(" ")
        return struct.pack(">H", int(preference)) + name_octets(host)
    return name_octets(data)


class Zone:
    """`records` maps a name to pairs of a type and data: {"example.net": [("TXT", "v=spf1 -all")]}. Other names do not exist.
    All look-ups of a name with ("FAILED", "") get SERVFAIL.

    .way is how it answers from now on. "answer": as it should; "silent": not at all; "failed": SERVFAIL; "slow": after .delay seconds.
    Three are lies: "nothing" says that no name exists, "rubbish" is random octets, "another" is the answer to another question.
    .forged, if set, is the one record of SPF that every name has. .asked has all questions, as (name, type).
    """

    def __init__(self, records):
        self.records = {name.lower(): rows for name, rows in records.items()}
        self.way = "answer"
        self.delay = 1
        self.forged = None
        self.asked = []
        self.closing = threading.Event()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.late = []

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.closing.is_set():
            return
        self.closing.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        for timer in self.late:
            timer.cancel()
            timer.join()
        self.socket.close()

    def _serve(self):
        while not self.closing.is_set():
            question, client = self.socket.recvfrom(4096)
            if len(question) <= 12:
                continue
            name, kind, end = self._read(question)
            self.asked.append((name, kind))
            answer = self._answer(question, name, kind, end)
            if answer is None:
                continue
            if self.way != "slow":
                self.socket.sendto(answer, client)
                continue
            self.late.append(threading.Timer(self.delay, self.socket.sendto, (answer, client)))
            self.late[-1].start()

    @staticmethod
    def _read(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode(errors="replace"))
            at += 1 + question[at]
        return ".".join(labels).lower(), TYPES.get(struct.unpack(">H", question[at + 1:at + 3])[0], "?"), at + 5

    def _answer(self, question, name, kind, end):
        """Returns the octets of the answer, or None if there is to be none."""
        if self.way == "silent":
            return None
        if self.way == "rubbish":
            return question[:2] + os.urandom(40)
        if self.way == "failed":
            return self._octets(question, question[12:end], SERVER_FAILURE, kind, [])
        asked = name_octets("another.test") + question[end - 4:end] if self.way == "another" else question[12:end]
        rows = None if self.way == "nothing" else self._rows(name)
        if ("FAILED", "") in (rows or []):
            return self._octets(question, asked, SERVER_FAILURE, kind, [])
        found = [data for one, data in rows or [] if one == kind]
        return self._octets(question, asked, NO_ERROR if rows is not None else NO_NAME, kind, found)

    def _rows(self, name):
        if self.forged:
            return [("TXT", self.forged), ("A", "198.51.100.1")]
        return self.records.get(name)

    @staticmethod
    def _octets(question, asked, code, kind, found):
        answers = b""
        for data in found:
            octets = record_octets(kind, data)
            answers += b"\xc0\x0c" + struct.pack(">HHIH", NUMBERS[kind], 1, 60, len(octets)) + octets
        return question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(found), 0, 0) + asked + answers

"""Reads a ledger of SQLite, as docs/ledger.md describes it."""
import contextlib
import hashlib
import hmac
import pathlib
import sqlite3
import struct
import time

PATIENCE = 20
TODAY = int(time.time() // 86400)
ADDS_UP = 1 << 31


def text(value):
    octets = value.encode()
    return struct.pack("<Q", len(octets)) + octets


class Ledger:
    """The ledger whose database is at this path; it is read anew with each question. A row that isn't there has the value 0."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def secrets(self):
        lines = [line.split() for line in pathlib.Path(f"{self.path}.keys").read_text().splitlines()]
        return {struct.unpack(">q", bytes.fromhex(line[2]))[0]: bytes.fromhex(line[3]) for line in lines if line[0] == "secret"}

    def connect(self):
        return contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=PATIENCE))

    def marks(self):
        """Returns when the ledger was born, and since when it has all that left."""
        with self.connect() as database:
            return database.execute("SELECT born, covered_since FROM meta").fetchone()

    def value(self, kind, owner, first="", second="", number=0):
        total, most = 0, 0
        with self.connect() as database:
            for segment, secret, is_sealed in database.execute("SELECT number, secret, is_sealed FROM segments").fetchall():
                key = self.key(self.secrets()[secret], kind, owner, first, second, number)
                for value in self.values(database, segment, is_sealed, key):
                    total, most = total + (value & ~ADDS_UP), max(most, value & ~ADDS_UP)
        return total if kind in (1, 7, 10) else most

    @staticmethod
    def key(secret, kind, owner, first, second, number):
        def keyed(octets):
            return hmac.new(secret, octets, hashlib.sha256).digest()
        rest = bytes([kind]) + text(owner) + text(first) + text(second) + struct.pack("<q", number)
        return keyed(b"\0" + owner.encode())[:6] + keyed(rest)[:10]

    @staticmethod
    def values(database, segment, is_sealed, key):
        if is_sealed:
            return [value for value, in database.execute(f"SELECT v FROM seg_{segment} WHERE k = ?", (key,))]
        found = []
        for rows, in database.execute(f"SELECT rows FROM log_{segment}"):
            found += [struct.unpack("<I", rows[at + 16:at + 20])[0] for at in range(0, len(rows), 20) if rows[at:at + 16] == key]
        return found

    # The kinds of rows.

    def sent(self, owner, message_id):
        return self.value(1, owner, message_id)

    def imported(self, message_id):
        return self.value(2, "", message_id)

    def sent_to(self, owner, message_id, addressee):
        return self.value(3, owner, message_id, addressee)

    def pair(self, owner, addressee):
        return self.value(4, owner, addressee)

    def way_out(self, domain, addressee):
        return self.value(5, addressee, domain)

    def sent_as(self, owner, author):
        return self.value(6, owner, author)

    def recipients(self, owner, day=TODAY):
        return self.value(7, owner, number=day)

    def received(self, number, address=""):
        return self.value(8, address, number)

    def arrived(self, message_id, reverse_path):
        return self.value(9, reverse_path, message_id)

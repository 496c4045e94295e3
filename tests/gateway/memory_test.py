#!/usr/bin/python3
"""How much the gateway keeps in memory of a large message, and of replies that nobody reads."""
import contextlib
import socket
import threading

from dialogue import ANN, BOB, Dialogue
from support import main

HEAD = b"From: <ann@example.net>\r\nSubject: long\r\n\r\n"


class Sink:
    """A next hop that accepts one mail of any size and keeps only its size."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.size = 0
        self.connections = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            connection.sendall(b"220 sink ESMTP\r\n")
            for line in lines:
                is_data = line == b"DATA\r\n"
                connection.sendall(b"354 go\r\n" if is_data else b"250 ok\r\n")
                if is_data:
                    self.take(connection)

    def take(self, connection):
        end = b"\r\n"
        while not end.endswith(b"\r\n.\r\n"):
            octets = connection.recv(1 << 20)
            if not octets:
                return
            self.size += len(octets)
            end = (end + octets)[-5:]
        connection.sendall(b"250 2.0.0 taken\r\n")


class Memory(Dialogue):
    def test_memory_does_not_grow_with_the_message(self):
        sink = self.enterContext(Sink())
        client = self.client(self.relay(sink, limits={"message": "1GiB"}))
        client.envelope(ANN, BOB)
        client.command("DATA")
        client.send(HEAD)
        block = (b"x" * 1022 + b"\r\n") * 1024
        client.send(block)
        before = self.rss()
        for _ in range(199):
            client.send(block)
        most = self.rss()
        client.send(b".\r\n")
        self.assertEqual(client.read().code, 250)
        self.assertGreater(sink.size, 200 * len(block))
        self.assertLess(most - before, 2 << 20)

    def test_a_client_that_reads_no_replies_is_not_read_from(self):
        # An empty chunk is answered, and counts towards no limit.
        client = self.client(self.relay(self.hop(), limits={"command": "1s"}))
        client.envelope(ANN, BOB)
        before = self.rss()
        # More than the buffers of both systems hold. The session ends after the time that its last reply has.
        with self.assertRaises(ConnectionError):
            client.send(b"BDAT 0\r\n" * (8 << 20))
        self.assertLess(self.rss() - before, 8 << 20)


if __name__ == "__main__":
    main()

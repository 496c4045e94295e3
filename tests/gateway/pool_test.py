#!/usr/bin/python3
"""A session with a next hop that waits for its next mail is looked at before it is used again."""
import fcntl
import socket
import struct
import termios

from dialogue import ANN, BOB, Dialogue, told
from support import main, new_mail, wait_until

# name, what the next hop says unasked, whether it then ends its side; it goes on to read in any case
UNASKED = [
    ("goodbye", b"421 4.4.2 idle for too long\r\n", False),
    ("goodbye, and the end", b"421 4.4.2 idle for too long\r\n", True),
    ("the end alone", b"", True),
    ("a reply to nothing", b"250 2.0.0 ok\r\n", False),
]


def has_arrived(connection):
    """Returns whether the other side has acknowledged all that was sent, and the end too."""
    left = fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4)
    return struct.unpack("i", left)[0] == 0


class Pool(Dialogue):
    def begin(self):
        """Sends a mail, so that a session is pooled. Returns the next hop, the client and the gateway's address."""
        hop = self.hop()
        address = self.relay(hop, limits={"command": "2s"})
        client = self.client(address)
        self.assertEqual(client.mail(new_mail(), ANN, BOB).code, 250)
        return hop, client, address

    def idle_sessions(self, hop, client):
        """Waits until they have been idle for two seconds by the gateway's own clock; it trusts them for half a second."""
        self.assertEqual(told(client.read()), "421 4.4.2")
        return list(hop.sessions)

    def test_what_was_said_unasked_ends_it(self):
        begun = [self.begin() for _ in UNASKED]
        for (name, octets, is_end), (hop, client, address) in zip(UNASKED, begun):
            with self.subTest(name):
                sessions = self.idle_sessions(hop, client)
                before, connections = [session.stream.octets for session in sessions], hop.steps["connect"]
                self.assertGreater(len(sessions), 0)
                for session in sessions:
                    session.connection.sendall(octets)
                    if is_end:
                        session.connection.shutdown(socket.SHUT_WR)
                wait_until(lambda sessions=sessions: all(has_arrived(session.connection) for session in sessions), "it has arrived")
                self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
                self.assertEqual([session.stream.octets for session in sessions], before)
                self.assertEqual((hop.steps["connect"], len(hop.mails)), (connections + 1, 2))

    def test_one_that_is_quiet_is_used_again(self):
        hop, client, address = self.begin()
        self.idle_sessions(hop, client)
        connections = hop.steps["connect"]
        self.assertEqual(self.client(address).mail(new_mail(), ANN, BOB).code, 250)
        self.assertEqual((hop.steps["connect"], len(hop.mails)), (connections, 2))


if __name__ == "__main__":
    main()

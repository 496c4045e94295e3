"""Reserves ports for servers that can't choose one themselves and tell it."""
import socket


class Port:
    """A port that the system gives to nobody else as long as this is open.

    It is bound here but not listened on. With SO_REUSEADDR the server can bind it as well and listen, but neither another
    server that lets the kernel choose nor an outgoing connection gets it.
    """

    def __init__(self, host="127.0.0.1"):
        self.held = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.bind((host, 0))
        self.host = host
        self.number = self.held.getsockname()[1]

    def __str__(self):
        return str(self.number)

    @property
    def address(self):
        return (self.host, self.number)

    def close(self):
        self.held.close()

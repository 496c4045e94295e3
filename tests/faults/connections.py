"""Whether the system has the other side of a connection on this machine, as /proc/net has it."""
import ipaddress
import pathlib
import sys

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def address_of(text):
    """A host and a port as /proc/net writes them: words of 32 bits in the order of this machine, in hexadecimal."""
    host, _, port = text.partition(":")
    octets = b"".join(int(host[i:i + 8], 16).to_bytes(4, sys.byteorder) for i in range(0, len(host), 8))
    return plain(ipaddress.ip_address(octets)), int(port, 16)


def plain(host):
    """An IPv4 address that a socket for IPv6 has is the same address."""
    return getattr(host, "ipv4_mapped", None) or host


def sockets(table):
    """The local and the remote address of each socket."""
    for line in table.splitlines()[1:]:
        local, remote = line.split()[1:3]
        yield address_of(local), address_of(remote)


def has_other_side(client, server):
    """Whether there is a socket of the server's that is connected to this client, in whatever state, accepted or not.

    Both are addresses as getsockname() gives them. A client whose last packet of the handshake was dropped takes itself for
    connected, and there is none.
    """
    wanted = tuple((plain(ipaddress.ip_address(address[0])), address[1]) for address in (server, client))
    tables = (pathlib.Path(name) for name in TABLES)
    return any(found == wanted for table in tables if table.exists() for found in sockets(table.read_text()))

"""Tells whether this machine has the other end of a connection, from the tables in /proc/net."""
import ipaddress
import pathlib
import socket
import sys

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def address_of(text):
    """Reads a host and a port as /proc/net writes them: 32-bit words in this machine's byte order, in hexadecimal."""
    host, _, port = text.partition(":")
    octets = b"".join(int(host[i:i + 8], 16).to_bytes(4, sys.byteorder) for i in range(0, len(host), 8))
    return plain(ipaddress.ip_address(octets)), int(port, 16)


def plain(host):
    """Returns the IPv4 address that an IPv6 socket shows as ::ffff:..., and any other address as it is."""
    return getattr(host, "ipv4_mapped", None) or host


def sockets(table):
    """Yields the local and the remote address of each socket."""
    for line in table.splitlines()[1:]:
        local, remote = line.split()[1:3]
        yield address_of(local), address_of(remote)


def has_other_side(client, server):
    """Returns whether the server has a socket for this client, in any state, accepted or not.

    Both are addresses as getsockname() returns them.
    """
    wanted = tuple((plain(ipaddress.ip_address(address[0])), address[1]) for address in (server, client))
    tables = (pathlib.Path(name) for name in TABLES)
    return any(found == wanted for table in tables if table.exists() for found in sockets(table.read_text()))


def is_silent(connection):
    """Returns whether nothing has come: no data, no end and no reset."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def is_dropped(connection):
    """Returns whether the kernel dropped the last packet of this client's handshake.

    Linux does so, rarely, when a listening socket closes on a busy machine: the client believes that it is connected, hears
    nothing, and no program ever had the other end.
    """
    try:
        ends = connection.getsockname(), connection.getpeername()
    except OSError:  # it was reset since
        return False
    # The silence last: a server that closed its end just now has said so.
    return not has_other_side(*ends) and is_silent(connection)

#!/usr/bin/python3
"""A milter that lets everything pass, on the two sockets that setup expects. It goes into the background, as a service does.

    null_milter.py FOLDER PIDFILE LOG

It writes a line of JSON for each message: the socket, the sender, the recipients and the names of the header fields.
"""
import grp
import json
import os
import pathlib
import socket
import struct
import sys
import threading


def packet(letter, data=b""):
    return struct.pack("!I", len(data) + 1) + letter + data


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def serve(connection, name, log):
    message = {}

    def begin(data):
        message.update(socket=name, sender=data.split(b"\0")[0].decode(), recipients=[], fields=[])

    taken = {b"M": begin, b"R": lambda data: message["recipients"].append(data.split(b"\0")[0].decode()),
             b"L": lambda data: message["fields"].append(data.split(b"\0")[0].decode())}
    while True:
        letter, data = (whole := exactly(connection, *struct.unpack("!I", exactly(connection, 4))))[:1], whole[1:]
        if letter == b"O":
            connection.sendall(packet(b"O", struct.pack("!III", 6, 0, 0)))
        elif letter == b"Q":
            return
        elif letter not in b"DAK":
            taken.get(letter, lambda _: None)(data)
            if letter == b"E":
                with log.open("a") as lines:
                    lines.write(json.dumps(message) + "\n")
            connection.sendall(packet(b"c"))


def talk(connection, name, log):
    with connection:
        try:
            serve(connection, name, log)
        except (EOFError, ConnectionError):
            pass


def accept(listener, name, log):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection, name, log), daemon=True).start()


def listen(path):
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    os.chown(path, -1, grp.getgrnam("postfix").gr_gid)
    path.chmod(0o660)
    listener.listen()
    return listener


def main(folder, pid_file, log):
    listeners = {name: listen(pathlib.Path(folder) / f"{name}.sock") for name in ("milter", "internal")}
    if os.fork():
        return
    os.setsid()
    pathlib.Path(pid_file).write_text(str(os.getpid()))
    threads = [threading.Thread(target=accept, args=(listener, name, pathlib.Path(log))) for name, listener in listeners.items()]
    for thread in threads:
        thread.start()


main(*sys.argv[1:])

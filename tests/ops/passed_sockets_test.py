#!/usr/bin/python3
"""Listening sockets that are passed to `backstop serve`, as systemd does it: a restart refuses no connection."""
import contextlib
import fcntl
import os
import socket
import subprocess
import threading

from ops import PROGRAM, Backstop, Case, FakeClient, FakeServer, config, inbound, main, needs, wait_until


class Passing(Backstop):
    """`sockets` are passed as descriptors from 3 on."""

    def __init__(self, folder, name, text, sockets):
        super().__init__(folder, name, text)
        self.sockets = sockets

    def run(self, command, log, environment=None):
        # Copies with high numbers, so that no number is overwritten before it is copied.
        copies = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD_CLOEXEC, 50) for one in self.sockets]
        moves = " ".join(f"{3 + number}<&{copy}" for number, copy in enumerate(copies))
        script = f'LISTEN_PID=$$ LISTEN_FDS={len(copies)} exec "$@" {moves}'
        try:
            return super().run(["/bin/bash", "-c", script, "bash", *command], log, environment, copies)
        finally:
            for copy in copies:
                os.close(copy)


class Restarts(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def server(self, address=("127.0.0.1", 0)):
        return self.enterContext(contextlib.closing(socket.create_server(address, backlog=200)))

    def gate(self, sockets, listen):
        text = config(inbound(f"smtp://127.0.0.1:{self.hop.port}").replace("127.0.0.1:0", listen))
        return self.enterContext(Passing(self.folder, "gate", text, sockets))

    def test_no_connection_is_refused(self):
        """Clients go on connecting while it is stopped, gone, and started again: each connection is taken."""
        server = self.server()
        port = server.getsockname()[1]
        gate = self.gate([server], f"127.0.0.1:{port}")
        self.assertEqual(gate.address("in"), ("127.0.0.1", port))
        codes, refused, ended = [], [], threading.Event()

        def send():
            while not ended.is_set():
                try:
                    client = FakeClient(("127.0.0.1", port))
                except (OSError, AssertionError) as failure:
                    # One that is accepted as it stops hears 421, and comes again; so does one between two commands.
                    if not str(failure).startswith("<421: "):
                        refused.append(failure)
                    continue
                with contextlib.suppress(OSError, AssertionError), client:
                    codes.append(client.mail(b"Subject: hello\r\n\r\nhello\r\n", "bob@example.net", "ann@example.org").code)

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            before = len(codes)
            wait_until(lambda least=before: len(codes) > least + 20 or refused, "mails are taken")
            self.assertEqual(gate.stop(), 0)
            gate.start()
        ended.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual(refused, [])
        self.assertLessEqual(set(codes), {0, 250, 421})
        self.assertEqual(len(self.hop.mails), codes.count(250))

    def test_one_that_nobody_wants_is_named(self):
        server, other = self.server(), self.server()
        gate = self.gate([server, other], "127.0.0.1:0")
        for one in (server, other):
            self.assertIn(f'the supervisor passed a socket that no "listen" names, so it was closed: 127.0.0.1:{one.getsockname()[1]}', gate.log())
        self.assertNotIn(gate.address("in")[1], [one.getsockname()[1] for one in (server, other)])

    @needs("systemd-socket-activate")
    def test_by_the_tool_of_systemd(self):
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        text = config(inbound(f"smtp://127.0.0.1:{self.hop.port}").replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        gate = Backstop(self.folder, "gate", text)
        with subprocess.Popen(["systemd-socket-activate", "-l", f"127.0.0.1:{port}", PROGRAM, "serve", "-c", gate.config],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            try:
                # It starts the program with the first connection.
                wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "it listens")
                with FakeClient(("127.0.0.1", port)) as client:
                    self.assertEqual(client.mail(b"Subject: hello\r\n\r\nhello\r\n", "bob@example.net", "ann@example.org").code, 250)
            finally:
                child.terminate()


if __name__ == "__main__":
    main()

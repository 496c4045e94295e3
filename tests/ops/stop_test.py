#!/usr/bin/python3
"""How it ends: SIGTERM, a second SIGTERM, and what clients and the supervisor are told."""
import signal
import socket
import time

from ops import (ANN, BOB, Case, FakeClient, FakeServer, Service, Stall, Supervisor, certificate, config, inbound, main, new_mail, outbound, url,
                 wait_until)

AT_ONCE = 4  # seconds; shorter than the wait for a silent transaction


class Stop(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer(keep=True))

    def start(self, gateway=None, more="", **options):
        service = Service(self.folder, "backstop", config(gateway or inbound(url(self.hop.address)), more=more), **options)
        return self.enterContext(service)

    def client(self, service, name="in", **options):
        client = FakeClient(service.address(name), **options)
        self.addCleanup(client.close)
        return client

    def begin_data(self, client, octets):
        client.envelope(BOB, ANN)
        self.assertEqual(client.command("DATA").code, 354)
        client.send(octets)

    def ends_at_once(self, service, begun):
        self.assertEqual(service.child.wait(), 0)
        self.assertLess(time.monotonic() - begun, AT_ONCE)

    def test_idle_sessions_hear_421_and_it_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                service = self.enterContext(Service(self.folder, f"b{number}", config(inbound(url(self.hop.address)))))
                clients = [self.client(service), self.client(service, hello=None), self.client(service)]
                self.assertEqual(clients[1].read().code, 220)
                self.assertEqual(clients[2].mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
                begun = time.monotonic()
                service.child.signal(number)
                for client in clients:
                    reply = client.read()
                    self.assertEqual((reply.code, reply.text[:6]), (421, "4.3.2 "))
                    self.assertEqual(client.read().code, 0)
                self.ends_at_once(service, begun)
                self.assertTrue(service.lines()[-1].endswith(" info stopped"), service.lines()[-1])

    def test_a_silent_handshake_delays_nothing(self):
        chain, key = certificate(self.folder)
        service = self.start(inbound(url(self.hop.address), 'tls = "implicit"') + inbound(
            url(self.hop.address), 'proxy_protocol = ["127.0.0.0/8"]').replace('"in"', '"proxied"') + inbound(
            url(self.hop.address), 'tls = "starttls"').replace('"in"', '"starttls"'), more=f'[tls]\ncertificate = "{chain}"\nkey = "{key}"\n')
        silent = [self.client(service, "in", hello=None), self.client(service, "proxied", hello=None), self.client(service, "starttls")]
        self.assertEqual(silent[2].command("STARTTLS").code, 220)
        # Every worker has accepted a later session by now, so it has accepted these.
        for _ in range(8):
            self.client(service, "starttls").quit()
        begun = time.monotonic()
        service.child.signal(signal.SIGTERM)
        self.ends_at_once(service, begun)

    def test_a_running_transaction_ends_first(self):
        service = self.start()
        client = self.client(service)
        self.begin_data(client, "Subject: half\r\n\r\n")
        service.child.signal(signal.SIGTERM)
        service.wait_for_line(" info stopping: ")
        # Nobody else is let in.
        wait_until(lambda: self.is_refused(service.address("in")), "no new sessions")
        client.send("the other half\r\n.\r\n")
        self.assertEqual(client.read().code, 250)
        reply = client.read()
        self.assertEqual((reply.code, reply.text[:6]), (421, "4.3.2 "))
        self.assertEqual(service.child.wait(), 0)
        mail, = self.hop.mails
        self.assertTrue(mail.data.endswith(b"\r\n\r\nthe other half\r\n"), mail.data)
        event, = service.history()
        self.assertEqual(event["done"], "delivered")

    @staticmethod
    def is_refused(address):
        with socket.socket() as probe:
            return probe.connect_ex(address) != 0

    def test_it_does_not_wait_long_for_a_client_that_is_silent_in_its_transaction(self):
        service = self.start()
        client = self.client(service)
        self.assertEqual([reply.code for reply in client.envelope(BOB, ANN)], [250, 250])
        begun = time.monotonic()
        service.child.signal(signal.SIGTERM)
        reply = client.read()
        self.assertEqual((reply.code, reply.text[:6]), (421, "4.3.2 "))
        self.assertEqual(service.child.wait(), 0)
        self.assertGreater(time.monotonic() - begun, AT_ONCE)
        self.assertEqual(self.hop.mails, [])

    def test_a_second_signal_ends_it_at_once(self):
        stall = Stall()
        self.hop.answer("dot", stall)
        service = self.start()
        client = self.client(service)
        self.begin_data(client, "Subject: a\r\n\r\nb\r\n.\r\n")
        self.hop.wait_for("dot")
        service.child.signal(signal.SIGTERM)
        service.wait_for_line(" info stopping: ")
        # It is too late for a reload; the signal does nothing.
        service.child.signal(signal.SIGHUP)
        begun = time.monotonic()
        service.child.signal(signal.SIGTERM)
        self.ends_at_once(service, begun)
        # Nobody knows whether the next hop accepted the mail, so the client got no final answer.
        self.assertNotEqual(client.read().code, 250)
        # Backstop itself cut the session, so the log blames no next hop.
        self.assertEqual(service.lines("next hop"), [line for line in service.lines("next hop") if " gateway " in line])

    def test_a_second_signal_is_announced_within_a_message(self):
        chain, key = certificate(self.folder)
        service = self.start(inbound(url(self.hop.address), 'tls = "starttls"'), more=f'[tls]\ncertificate = "{chain}"\nkey = "{key}"\n')
        report = "From: <>\r\nAuto-Submitted: auto-replied\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n"
        clients = []
        for name, sender, begin in (("data", BOB, "DATA\r\nSubject: half\r\n\r\nhalf a l"), ("header", BOB, "DATA\r\nSubject: ha"),
                                    ("chunk", BOB, "BDAT 1000 LAST\r\nSubject: half\r\n\r\nhalf"), ("held", "", "DATA\r\n" + report + "half"),
                                    ("tls", BOB, "DATA\r\nSubject: half\r\n\r\nhalf")):
            client = self.client(service)
            if name == "tls":
                client.start_tls()
            self.assertEqual([reply.code for reply in client.envelope(sender, ANN)], [250, 250])
            client.send(begin)
            if begin.startswith("DATA"):
                self.assertEqual(client.read().code, 354)
            clients.append((name, client))
        # The next hop has what streams: until it has answered DATA, the gateway waits for it and not for the client.
        wait_until(lambda: sum(b"Subject: half\r\n" in stream.octets for stream in self.hop.streams) == 3, "three mails stream")
        waiting = self.client(service)
        self.assertEqual([reply.code for reply in waiting.envelope(BOB, ANN)], [250, 250])
        service.child.signal(signal.SIGTERM)
        service.wait_for_line(" info stopping: ")
        begun = time.monotonic()
        service.child.signal(signal.SIGTERM)
        for name, client in [*clients, ("between commands", waiting)]:
            with self.subTest(name):
                reply = client.read()
                self.assertEqual((reply.code, reply.text[:6]), (421, "4.3.2 "))
                self.assertEqual(client.read().code, 0)
        self.ends_at_once(service, begun)
        events = service.history()
        self.assertEqual([(event["done"], event["client_gone"], event["reply"][:9]) for event in events], [("failed", 0, "421 4.3.2")] * len(clients))
        self.assertEqual({event["explanation"] for event in events}, {"Backstop was stopped before the data ended"})
        self.assertEqual(self.hop.mails, [])

    def test_the_supervisor_is_told(self):
        supervisor = self.enterContext(Supervisor(self.folder / "notify"))
        service = self.start(environment=supervisor.environment)
        self.assertEqual(supervisor.next(), f"READY=1\nSTATUS=in 127.0.0.1:{service.address('in')[1]}")
        service.reload()
        self.assertRegex(supervisor.next(), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertTrue(supervisor.next().startswith("READY=1\nSTATUS=in "))
        service.rewrite("[history]", "[histery]")
        service.reload("not reloaded: ")
        self.assertTrue(supervisor.next().startswith("RELOADING=1\n"))
        self.assertRegex(supervisor.next(), r'^READY=1\nSTATUS=Not reloaded: .*: unknown section "histery"')
        self.assertEqual(service.stop(), 0)
        self.assertEqual(supervisor.next(), "STOPPING=1")


class Outbound(Case):
    def test_the_history_is_written_before_the_end(self):
        hop = self.enterContext(FakeServer())
        service = self.enterContext(Service(self.folder, "backstop", config(outbound(url(hop.address)), more='batch = "1m"\n')))
        with FakeClient(service.address("out")) as client:
            for _ in range(20):
                self.assertEqual(client.mail(new_mail(ANN, BOB), ANN, BOB).code, 250)
        self.assertEqual(service.stop(), 0)
        # All is in the database file itself, since it was closed properly.
        self.assertFalse((service.folder / "history.db-wal").exists())
        self.assertEqual(len(service.history()), 20)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""`backstop status`: what a running server says about itself, who may ask, and what happens at its socket."""
import concurrent.futures
import contextlib
import datetime
import os
import re
import signal
import socket
import stat
import subprocess

from ops import (ANN, BOB, NOBODY, PATIENCE, PROGRAM, Case, FakeClient, FakeServer, Port, Service, as_nobody, config, give_to_nobody, inbound, json, main,
                 new_bounce, new_mail, outbound, run, send, takes_root, url, wait_until)

ZOE = "zoe@example.org"


class Asking(Case):
    def setUp(self):
        super().setUp()
        self.hop = self.enterContext(FakeServer())

    def service(self, *gateways, name="backstop", **options):
        return Service(self.folder, name, config(*gateways or (inbound(url(self.hop.address)), outbound(url(self.hop.address))), **options))

    def start(self, *gateways, **options):
        return self.enterContext(self.service(*gateways, **options))

    @staticmethod
    def socket_of(service):
        return service.folder / "history.db.sock"

    def ask(self, service):
        status, out, err = run("status", "-c", service.config, "--json")
        self.assertEqual((status, err, out.count("\n")), (0, "", 1), out)
        return json.loads(out)

    def page(self, service):
        status, out, err = run("status", "-c", service.config)
        self.assertEqual((status, err), (0, ""))
        return out

    def wait_for(self, service, is_met):
        """Asks until this is true of the answer, since events are written after the reply, and returns the answer."""
        def asked():
            found = self.ask(service)
            return is_met(found) and found
        return wait_until(asked, lambda: f"the status is as wanted: {self.ask(service)}")

    def refused(self, want, part, *arguments, **options):
        status, out, err = run("status", *arguments, **options)
        self.assertEqual((status, out, err.count("\n")), (want, "", 1), err)
        self.assertIn(part, err)

    def raw(self, service, text=b"", is_over=True):
        """Says something at the socket, and returns what comes until the end."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket_of(service)))
            client.settimeout(PATIENCE)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(text)
                if is_over:
                    client.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := client.recv(65536):
                    answer += piece
            return answer


class Answers(Asking):
    def test_what_runs_is_told(self):
        service = self.start()
        before = datetime.datetime.now(datetime.timezone.utc)
        found = self.ask(service)
        self.assertEqual(found["version"], run("--version")[1].split()[1])
        self.assertEqual((found["process"], found["configuration"]["file"]), (service.child.pid, str(service.config)))
        started = datetime.datetime.fromisoformat(found["started"].replace("Z", "+00:00"))
        self.assertLess(abs((before - started).total_seconds()), PATIENCE)
        self.assertEqual([(one["name"], one["direction"], one["sessions"]) for one in found["gateways"]], [("in", "inbound", 0), ("out", "outbound", 0)])
        for one in found["gateways"]:
            self.assertEqual(one["addresses"], [":".join(map(str, service.address(one["name"])))])
        self.assertEqual(found["sessions"], {"now": 0, "most": 20000, "workers": 2, "workers_counted": 2})
        hop, = found["next_hops"]
        self.assertEqual((hop["url"], hop["gateways"]), (url(self.hop.address), ["in", "out"]))
        self.assertEqual([store["name"] for store in found["stores"]], ["history"])
        self.assertEqual(found["domains"], {"count": 1, "stages": {"observe": 0, "label": 0, "quarantine": 0, "reject": 1}, "not_ready_count": 0,
                                            "not_ready": []})
        page = self.page(service)
        for part in (f"configuration  {service.config}", "runs since ", url(self.hop.address), "Stores\n  history  works"):
            self.assertIn(part, page)

    def test_sessions_and_the_mails_of_the_day_are_counted(self):
        service = self.start()
        with FakeClient(service.address("in")) as one, FakeClient(service.address("in")), FakeClient(service.address("out")) as out:
            self.assertEqual(one.mail(new_mail(BOB, ANN), BOB, ANN).code, 250)
            self.assertEqual(one.mail(new_bounce(), "", ANN).code, 550)
            self.assertEqual(out.mail(new_mail(ANN, BOB), ANN, BOB).code, 250)
            found = self.wait_for(service, lambda found: sum(found["today"]["outbound"].values()) == 1 and found["today"]["sums"]["left"] == 1
                                  and sum(found["today"]["inbound"].values()) == 2)
            self.assertEqual({one["name"]: one["sessions"] for one in found["gateways"]}, {"in": 2, "out": 1})
            self.assertEqual(found["sessions"]["now"], 3)
            self.assertEqual((found["today"]["inbound"], found["today"]["outbound"]), ({"delivered": 1, "refused": 1}, {"delivered": 1}))
            self.assertEqual((found["today"]["responses"], found["today"]["has_ordinary"]), ({"dsn-failed": 1}, True))
            hop, = found["next_hops"]
            self.assertEqual((hop["state"], hop["refuses_late"]), ("works", []))
            self.assertGreaterEqual(hop["sessions"], hop["idle"])
        self.wait_for(service, lambda found: found["sessions"]["now"] == 0)

    def test_a_next_hop_that_refuses_late_is_named(self):
        late = self.enterContext(FakeServer({"dot": "550 5.1.1 <zoe@example.org>: user unknown"}))
        service = self.start(inbound(url(late.address)), outbound(url(self.hop.address)))
        self.assertEqual(send(service.address("in"), BOB, ZOE).code, 550)
        found = self.wait_for(service, lambda found: found["next_hops"][0]["refuses_late"])
        self.assertEqual([(one["url"], bool(one["refuses_late"])) for one in found["next_hops"]], [(url(late.address), True), (url(self.hop.address), False)])
        refusal, = found["next_hops"][0]["refuses_late"]
        self.assertEqual((refusal["domain"], refusal["refused"], refusal["bounced"], refusal["gateways"]), ("example.org", 1, 0, ["in"]))
        self.assertIn("refuses late: example.org: the next hop takes recipients that it later refuses: 1 in 7 days", " ".join(self.page(service).split()))

    def test_a_next_hop_that_fails_is_named(self):
        closed = self.enterContext(contextlib.closing(Port()))
        service = self.start(inbound(f"smtp://127.0.0.1:{closed}"))
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 451)
        hop, = self.ask(service)["next_hops"]
        self.assertEqual((hop["state"], hop["sessions"]), ("fails", 0))
        self.assertIn("can't be reached", hop["why"])
        self.assertTrue(hop["since"].endswith("Z"))
        self.assertIn("fails since ", self.page(service))

    def test_a_history_that_can_not_be_written_is_named(self):
        service = self.start()
        database = service.folder / "history.db"
        send(service.address("in"), BOB, ANN)
        service.wait_for_events(1)
        self.enterContext(locked(database))
        send(service.address("in"), BOB, ANN)
        found = self.wait_for(service, lambda found: found["stores"][0]["trouble"])
        self.assertEqual((found["stores"][0]["waiting"], found["stores"][0]["lost"]), (1, 0))
        self.assertRegex(self.page(service), r"history +fails: ")

    def test_without_any_store_there_is_none_unless_it_is_set(self):
        service = self.start(more="enabled = false\n", name="bare")
        self.refused(65, 'set "status_socket" in [server]', "-c", service.config)
        other = self.start(more="enabled = false\n", more_server='status_socket = "asked"\n', name="set")
        found = self.ask(other)
        self.assertEqual((found["today"], found["stores"]), (None, []))
        self.assertIn("There is no history", self.page(other))
        self.assertEqual(stat.S_IMODE((other.folder / "asked").stat().st_mode), 0o660)

    def test_nothing_is_logged_about_it(self):
        service = self.start()
        before = service.log()
        self.ask(service)
        self.raw(service, b"GET / HTTP/1.1\r\n\r\n")
        self.assertEqual(service.log(), before)


@contextlib.contextmanager
def locked(database):
    """Keeps a transaction open that writes, so that nobody else can write."""
    import sqlite3  # pylint: disable=import-outside-toplevel
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


class NoServer(Asking):
    def test_no_server_runs(self):
        service = self.service()
        self.refused(1, f"no server answers at {self.socket_of(service)}; is `backstop serve` running", "-c", service.config)
        with service:
            self.ask(service)
        self.assertFalse(self.socket_of(service).exists())
        self.refused(1, "no server answers", "-c", service.config)

    def test_there_is_no_configuration(self):
        self.refused(66, "no such file", "-c", self.folder / "gone.toml")
        (self.folder / "bad.toml").write_text("[server]\nhostname =\n")
        status, out, err = run("status", "-c", self.folder / "bad.toml")
        self.assertEqual((status, out), (65, ""), err)

    def test_a_mistake_elsewhere_in_the_file_does_not_matter(self):
        service = self.start()
        text = service.config.read_text()
        service.config.write_text(text.replace("[[domain]]", "[[domian]]"))
        self.ask(service)
        for broken in (text + "x = [", text.replace("[server]", "[srever]")):
            service.config.write_text(broken)
            status, out, err = run("status", "-c", service.config)
            self.assertEqual((status, out), (65, ""), err)

    def test_something_else_answers(self):
        service = self.service()
        for answer, part in ((b"", "no Backstop of this version"), (b"[1]\n", "no Backstop of this version"), (b"[" * 100_000, "no Backstop of this version"),
                             (b'{"error":"a\\u001b[31m"}', "the server has no answer: a"), (b'{"error":7}', "the server has no answer")):
            with self.subTest(answer[:20]), socket.socket(socket.AF_UNIX) as other:
                other.bind(str(self.socket_of(service)))
                other.listen()
                asking = subprocess.Popen([PROGRAM, "status", "-c", service.config], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                connection, _ = other.accept()
                self.assertEqual(connection.recv(100), b"status\n")
                connection.sendall(answer)
                connection.close()
                out, err = asking.communicate(timeout=PATIENCE)
                self.assertEqual((asking.returncode, out), (1, b""), err)
                self.assertIn(part, err.decode())
                self.assertNotIn("\x1b", err.decode())
                self.socket_of(service).unlink()

    def test_a_server_that_was_killed_leaves_a_socket_that_the_next_one_replaces(self):
        service = self.start()
        service.kill()
        self.assertTrue(self.socket_of(service).is_socket())
        self.refused(1, "no server answers", "-c", service.config)
        service.start()
        self.assertEqual(self.ask(service)["process"], service.child.pid)
        self.assertNotIn(" warning status:", service.log())

    def test_a_socket_with_a_server_is_not_taken_away(self):
        place = f'status_socket = "{self.folder}/shared"\n'
        first = self.start(more_server=place, name="first")
        second = self.start(more_server=place, name="second")
        second.wait_for_line(f"warning status: can't listen at {self.folder}/shared: another server answers there already")
        self.assertEqual(self.ask(second)["process"], first.child.pid)
        self.assertEqual(send(second.address("in"), BOB, ANN).code, 250)
        # The next reload tries again, since the place is free by then.
        first.stop()
        second.reload()
        self.assertEqual(self.ask(second)["process"], second.child.pid)

    def test_a_file_in_its_place_is_not_touched(self):
        service = self.service()
        self.socket_of(service).write_text("mine")
        with service:
            service.wait_for_line("there is a file that is no socket")
            self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
        self.assertEqual(self.socket_of(service).read_text(), "mine")


class Changes(Asking):
    def test_a_reload_changes_what_is_told(self):
        service = self.start()
        before = self.ask(service)["configuration"]
        service.rewrite('stage = "reject"', 'stage = "observe"')
        service.config.write_text(service.config.read_text() + "\n" + outbound("smtp://192.0.2.1:2525").replace('"out"', '"new"'))
        service.reload()
        found = self.ask(service)
        self.assertEqual([one["name"] for one in found["gateways"]], ["in", "out", "new"])
        self.assertEqual(found["domains"]["stages"]["observe"], 1)
        self.assertEqual(found["next_hops"][1]["gateways"], ["new"])
        self.assertGreater(found["configuration"]["read"], before["read"])

    def test_a_reload_that_fails_is_told_until_one_works(self):
        service = self.start()
        text = service.config.read_text()
        service.rewrite('stage = "reject"', 'stage = "rejct"')
        service.reload("not reloaded: ")
        self.assertRegex(self.ask(service)["configuration"]["reload_failure"], r":\d+:9: stage: ")
        self.assertIn("The last reload changed nothing: ", " ".join(self.page(service).split()))
        service.config.write_text(text)
        service.reload()
        self.assertEqual(self.ask(service)["configuration"]["reload_failure"], "")

    def test_another_socket_takes_a_restart(self):
        service = self.start()
        service.rewrite('[server]', f'[server]\nstatus_socket = "{self.folder}/other"')
        service.reload('"status_socket" has changed, which takes a restart')
        self.refused(1, "no server answers", "-c", service.config)
        service.stop()
        service.start()
        self.ask(service)
        self.assertFalse(self.socket_of(service).exists())

    def test_a_socket_that_somebody_removed_is_back_after_a_reload(self):
        service = self.start()
        self.socket_of(service).unlink()
        self.refused(1, "no server answers", "-c", service.config)
        service.reload()
        self.ask(service)

    def test_it_answers_while_it_stops(self):
        service = self.start()
        with FakeClient(service.address("in")) as client:
            client.envelope(BOB, ANN)
            service.child.signal(signal.SIGTERM)
            found = self.wait_for(service, lambda found: found["is_stopping"])
            self.assertEqual(found["sessions"]["now"], 1)
            self.assertIn("It is stopping", self.page(service))
        self.assertEqual(service.child.wait(), 0)
        self.assertFalse(self.socket_of(service).exists())


class Clients(Asking):
    def test_garbage_harms_nothing(self):
        service = self.start()
        unknown = b'{"error":"the only question is: status"}\n'
        for text in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 1000, b"\n", b"quit\n", b"x" * 1_000_000, b"stat", os.urandom(65536)):
            with self.subTest(text[:10]):
                self.assertIn(self.raw(service, text), (unknown, b""))
        self.assertEqual(self.raw(service), b"")
        self.assertEqual(json.loads(self.raw(service, b"status\r\nstatus\n"))["process"], service.child.pid)
        self.ask(service)
        self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)

    def test_many_ask_at_once_while_mail_flows(self):
        service = self.start()
        files = service.open_files()
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            asked = [pool.submit(self.raw, service, b"status\n") for _ in range(200)]
            sent = [pool.submit(send, service.address("in"), BOB, ANN) for _ in range(40)]
            for one in sent:
                self.assertEqual(one.result().code, 250)
            for one in asked:
                self.assertEqual(json.loads(one.result())["process"], service.child.pid)
        # Sessions with the next hop stay open for the next mails.
        wait_until(lambda: service.open_files() <= files + self.ask(service)["next_hops"][0]["sessions"] + 3,
                   lambda: f"{service.open_files()} files are open, and {files} were before")

    def test_silent_clients_keep_others_waiting_for_seconds_alone(self):
        service = self.start()
        with contextlib.ExitStack() as silent:
            for _ in range(20):
                one = silent.enter_context(socket.socket(socket.AF_UNIX))
                one.connect(str(self.socket_of(service)))
            self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
            status, out, err = run("status", "-c", service.config, "--json")
            self.assertEqual((status, err), (0, ""))
            self.assertEqual(json.loads(out)["process"], service.child.pid)


@takes_root
class Users(Asking):
    def test_only_the_user_the_group_and_root_may_ask(self):
        service = self.service(more_server='user = "nobody"')
        give_to_nobody(service.folder, service.folder / "keys")
        with service:
            found = self.socket_of(service).stat()
            self.assertEqual((found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)), (NOBODY.pw_uid, NOBODY.pw_gid, 0o660))
            self.ask(service)
            nobody = as_nobody()
            self.assertEqual(run("status", "-c", service.config, **nobody)[0::2], (0, ""))
            stranger = {**nobody, "user": 12345, "group": 12345}
            member = {**stranger, "extra_groups": [NOBODY.pw_gid]}
            self.assertEqual(run("status", "-c", service.config, **member)[0::2], (0, ""))
            self.refused(66, "this user may not ask the server at ", "-c", service.config, **stranger)
        self.assertFalse(self.socket_of(service).exists())

    def test_a_folder_that_the_user_can_not_write_stops_no_mail(self):
        place = self.folder / "of root"
        place.mkdir(mode=0o755)
        service = self.service(more_server=f'user = "nobody"\nstatus_socket = "{place}/socket"\n')
        give_to_nobody(service.folder, service.folder / "keys")
        status, _, err = run("check-config", service.config)
        self.assertEqual(status, 0)
        self.assertRegex(err, rf':\d+:17: warning: status_socket: the user "nobody" can\'t make files in {re.escape(str(place))}, so `backstop status` gets no answer\n')
        with service:
            service.wait_for_line("warning status: can't listen at ")
            self.assertEqual(send(service.address("in"), BOB, ANN).code, 250)
            self.refused(1, "no server answers", "-c", service.config)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A part that the judge of the way out needs is gone, slow or lying. Bounces to forged senders then leave at most within the rates, and
none at `strict`; none of them is refused for good, and mail that arrives flows. DESIGN's table of failures, row by row.
"""
import concurrent.futures
import contextlib
import functools
import sqlite3
import time

import attempts  # noqa: F401  # makes known where the rest is
from disks import Disk, needs_mounts
from mails import bounce_of
from support import Backstop, Case, Cut, FakeClient, FakeServer, config, gateway, main, new_mail, way_out
from zone_server import ZoneServer

ANN = "ann@example.org"
VICTIMS = 12
IN_ALL, A_DOMAIN, AN_ADDRESSEE = 5, 3, 2
RATES = f"an_addressee = {AN_ADDRESSEE}\na_domain = {A_DOMAIN}\nin_all = {IN_ALL}\n"


def victim(number):
    return f"victim{number}@d{number}.test"


# Half of the domains say that nobody sends their mail, the others say nothing.
ROWS = [(f"d{number}.test", *rest) for number in range(VICTIMS) for rest in
        (("A", "198.51.100.7"), *([("TXT", "v=spf1 -all")] if number % 2 else []))]


def at_once(function, arguments):
    """Returns what the function returns for each of them."""
    with concurrent.futures.ThreadPoolExecutor(VICTIMS) as pool:
        return list(pool.map(function, arguments))


def at_both_stages(test):
    """The test is called with each stage, and with how many answers may leave that nobody can judge: the rates, or none."""
    @functools.wraps(test)
    def run(self):
        for stage, most in (("hold", IN_ALL), ("strict", 0)):
            with self.subTest(stage):
                self.renew()
                test(self, stage, most)
    return run


class WayOut(Case):
    """`home` is our server, which takes all mail; its bounces are made here. `world` takes what leaves."""

    def setUp(self):
        super().setUp()
        self.zone = self.enterContext(ZoneServer(*ROWS))
        self.home = self.enterContext(FakeServer())
        self.world = self.enterContext(FakeServer())
        self.number = 0

    def begin(self, stage="hold", ledger=None, held=None, checks="", more_domain="", more=""):
        """Starts the gateway, with its ledger and its held store in these folders. May be called again."""
        text = way_out(self.zone.port, stage, RATES, checks) + '[log]\nlevel = "warning"\n' + more
        for place, name in ((ledger, "ledger"), (held, "held")):
            text = text.replace(f"{{folder}}/{name}.db", f"{place or '{folder}'}/{name}.db")
        self.number += 1
        self.gate = self.enterContext(Backstop(self.folder, f"gate{self.number}", config(
            gateway("in", "inbound", f"smtp://127.0.0.1:{self.home.port}"), gateway("out", "outbound", f"smtp://127.0.0.1:{self.world.port}"),
            tags=False, stage="observe", more_domain=more_domain, more=text)))

    def renew(self):
        """All is as it was at first, but for the gateway."""
        self.zone.mode, self.zone.delay = "answer", 0
        self.world.mails.clear()
        self.home.mails.clear()

    def arrive(self, victims=range(VICTIMS), want=250):
        """A spam in the name of each of them arrives, all at once. Returns what our server got, by victim."""
        def one(number):
            with FakeClient(self.gate.address("in"), source=(f"127.100.0.{1 + number}", 0)) as client:
                return client.mail(new_mail(victim(number), ANN), victim(number), ANN).code
        self.assertEqual(at_once(one, victims), [want] * len(victims))
        return {mail.sender: mail.data for mail in self.home.mails}

    def bounce(self, arrived):
        """Our server bounces all of it at once. Returns the codes of the answers."""
        def one(name):
            with FakeClient(self.gate.address("out")) as client:
                return client.mail(bounce_of(arrived[name], name, ANN), "", name).code
        return at_once(one, arrived)

    def bounce_until_taken(self, arrived):
        """The same, as our server does it: what is put off with 451 comes again."""
        left = dict(arrived)
        for _ in range(60):
            codes = dict(zip(left, self.bounce(left), strict=True))
            self.assertLessEqual(set(codes.values()), {250, 451})
            left = {name: left[name] for name, code in codes.items() if code == 451}
            if not left:
                return
            time.sleep(0.5)
        self.fail(f"put off for ever: {left.keys()}")

    def expect(self, codes, most, also=()):
        """At most this many have left, and our server was told nothing for good."""
        self.assertLessEqual(len(self.world.mails), most)
        self.assertLessEqual(set(codes), {250, *also})


class AllIsWell(WayOut):
    @at_both_stages
    def test(self, stage, _):
        self.begin(stage)
        self.bounce_until_taken(self.arrive())
        self.assertEqual(self.world.mails, [])
        self.assertEqual(sorted(self.gate.held()), sorted(map(victim, range(VICTIMS))))


class Resolver(WayOut):
    # name, how it answers, after how many seconds, whether an answer is believed
    WAYS = [("silent", "silent", 0, False), ("failed", "failed", 0, False), ("slow", "answer", 1, True),
            ("saying that no name exists", "nothing", 0, True), ("talking rubbish", "garbage", 0, False),
            ("answering another question", "lying", 0, False), ("saying that everybody may send everything", "allowing", 0, True)]

    @at_both_stages
    def test_each(self, stage, most):
        for name, mode, delay, is_believed in self.WAYS:
            with self.subTest(name):
                self.renew()
                self.begin(stage)
                self.zone.mode, self.zone.delay = mode, delay
                want = 0 if is_believed else most
                self.bounce_until_taken(self.arrive())
                self.assertEqual(len(self.world.mails), want)
                self.assertEqual(len(self.gate.held()), VICTIMS - want)

    def test_failed_for_a_check_that_refuses(self):
        """Nothing is owed for what was not taken."""
        self.begin(checks='spf = "reject"')
        self.zone.mode = "failed"
        self.arrive(want=451)
        self.assertEqual(self.home.mails, [])


class LedgerFails(WayOut):
    def files(self):
        return list(self.gate.folder.glob("ledger.db*"))

    def remove(self):
        for path in self.files():
            path.unlink()

    @contextlib.contextmanager
    def locked(self):
        with contextlib.closing(sqlite3.connect(self.gate.folder / "ledger.db", isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield

    @at_both_stages
    def test_removed_before_the_mail(self, stage, most):
        self.begin(stage)
        self.remove()
        self.expect(self.bounce(self.arrive()), most)

    @at_both_stages
    def test_removed_before_the_bounce(self, stage, most):
        self.begin(stage)
        arrived = self.arrive()
        self.remove()
        self.expect(self.bounce(arrived), most)

    @at_both_stages
    def test_removed_while_the_gateway_is_down(self, stage, most):
        self.begin(stage)
        arrived = self.arrive()
        self.assertEqual(self.gate.stop(), 0)
        self.remove()
        self.gate.start()
        codes = self.bounce(arrived)
        # Nobody knows any more what arrived. The rates are used up, and the rest is held.
        self.assertEqual((codes, len(self.world.mails)), ([250] * VICTIMS, most))
        self.assertEqual(len(self.gate.held()), VICTIMS - most)

    def test_each_rate(self):
        """name, addressees, how many may leave"""
        for name, victims, most in (("an addressee", ["v@one.test"] * 6, AN_ADDRESSEE), ("a domain", [f"v{i}@one.test" for i in range(6)], A_DOMAIN),
                                    ("in all", [f"v@d{i}.test" for i in range(6)], IN_ALL)):
            with self.subTest(name):
                self.world.mails.clear()
                self.begin()
                for one in victims:
                    with FakeClient(self.gate.address("out")) as client:
                        # We never saw the mail that this one answers.
                        self.assertEqual(client.mail(bounce_of(new_mail(one, ANN), one, ANN), "", one).code, 250)
                self.assertEqual((len(self.world.mails), len(self.gate.held())), (most, 6 - most))

    @at_both_stages
    def test_locked(self, stage, most):
        self.begin(stage)
        with self.locked():
            self.expect(self.bounce(self.arrive()), most)

    @at_both_stages
    def test_overwritten(self, stage, most):
        self.begin(stage)
        for path in self.files():
            with open(path, "r+b") as file:
                file.write(b"no ledger\n" * (path.stat().st_size // 10))
        self.expect(self.bounce(self.arrive()), most)
        # At its end it would try for seconds to write what it has.
        self.gate.kill()

    @needs_mounts
    @at_both_stages
    def test_on_a_full_disk(self, stage, most):
        with Disk(self.folder / f"disk-{stage}", "4m") as disk:
            self.begin(stage, ledger=disk.path)
            disk.fill()
            self.expect(self.bounce(self.arrive()), most)
            self.assertEqual(self.gate.stop(), 0)

    @at_both_stages
    def test_killed(self, stage, most):
        self.begin(stage)
        arrived = self.arrive()
        self.gate.kill()
        self.gate.start()
        self.expect(self.bounce(arrived), most)


class HeldStoreFails(WayOut):
    """What can't be kept counts as unknown; past the rates our server keeps it and tries again (451)."""

    def check(self, stage, most):
        arrived = self.arrive()
        codes = self.bounce(arrived)
        self.expect(codes, most, also=(451,))
        self.assertEqual((len(self.world.mails), codes.count(250)), (most, most))
        return arrived

    @at_both_stages
    def test_locked(self, stage, most):
        self.begin(stage)
        with contextlib.closing(sqlite3.connect(self.gate.folder / "held.db", isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            arrived = self.check(stage, most)
            other.execute("ROLLBACK")
        # Our server tries again. What has left is not sent twice by it.
        self.assertEqual(set(self.bounce(arrived)), {250})
        self.assertEqual(len(self.world.mails), most)

    @needs_mounts
    @at_both_stages
    def test_on_a_full_disk(self, stage, most):
        with Disk(self.folder / f"disk-{stage}", "4m") as disk:
            self.begin(stage, held=disk.path)
            disk.fill()
            codes = self.bounce(self.arrive())
            self.expect(codes, most, also=(451,))
            disk.free()
            self.assertEqual(self.gate.stop(), 0)

    @at_both_stages
    def test_mails_that_are_longer_than_memory_holds(self, stage, _):
        """Their start has all that is kept of any response."""
        self.begin(stage, more='[limits]\nheld = "64KiB"\nheader = "64KiB"\n')
        arrived = {name: mail + b"x" * 70 + b"\r\n" + b"\r\n".join([b"x" * 70] * 2000) for name, mail in self.arrive().items()}
        self.assertEqual(self.bounce(arrived), [250] * VICTIMS)
        self.assertEqual(self.world.mails, [])
        self.assertEqual(sorted(self.gate.held()), sorted(map(victim, range(VICTIMS))))

    @at_both_stages
    def test_removed(self, stage, most):
        self.begin(stage)
        for path in self.gate.folder.glob("held.db*"):
            path.unlink()
        codes = self.bounce(self.arrive())
        self.expect(codes, most, also=(451,))
        # What was answered 250 has left, or is kept.
        self.assertEqual(codes.count(250), len(self.world.mails) + len(self.gate.held()))

    def test_killed(self):
        """Everything that was answered 250 is there after kill -9."""
        self.begin()
        arrived = self.arrive(range(5))
        # The checks have ended once the first bounce is held.
        for count, (name, mail) in enumerate(arrived.items(), start=1):
            with FakeClient(self.gate.address("out")) as client:
                self.assertEqual(client.mail(bounce_of(mail, name, ANN), "", name).code, 250)
            self.gate.kill()
            self.gate.start()
            self.assertEqual(len(self.gate.held()) + len(self.world.mails), count)


class OthersFail(WayOut):
    @at_both_stages
    def test_history(self, stage, _):
        self.begin(stage)
        with contextlib.closing(sqlite3.connect(self.gate.folder / "history.db", isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN EXCLUSIVE")
            self.expect(self.bounce(self.arrive()), 0)
            other.execute("ROLLBACK")

    @at_both_stages
    def test_recipients(self, stage, _):
        """The file of recipients is gone, empty or nonsense: nothing changes for what leaves, and no mail is lost."""
        for text in (None, "", "\0\0 nonsense\n"):
            with self.subTest(text=text):
                self.renew()
                file = self.write("recipients", f"{ANN}\n")
                self.begin(stage, more_domain=f'recipients = "file:{file}"')
                if text is None:
                    file.unlink()
                else:
                    file.write_text(text)
                self.expect(self.bounce(self.arrive()), 0)
                with FakeClient(self.gate.address("in")) as client:
                    self.assertEqual(client.envelope("zoe@d0.test", "an@example.org")[1].code, 550)

    def test_recipients_that_are_wrong(self):
        """A file that names who does not exist: our server then bounces, and the bounce is held."""
        file = self.write("recipients", "@example.org\n")
        self.begin(more_domain=f'recipients = "file:{file}"')
        self.assertEqual(self.bounce(self.arrive()), [250] * VICTIMS)
        self.assertEqual(self.world.mails, [])

    def test_the_world(self):
        """name, how it fails, what our server is told of a bounce that is owed"""
        ways = [("refuses", {"rcpt": "550 5.1.1 who?"}, 550), ("is full", {"dot": "452 4.3.1 later"}, 452), ("dies", {"dot": Cut()}, 451)]
        for name, answers, want in ways:
            with self.subTest(name):
                self.world = self.enterContext(FakeServer())
                self.begin("strict")
                owed = victim(0)
                with FakeClient(self.gate.address("out")) as client:
                    self.assertEqual(client.mail(new_mail(ANN, owed), ANN, owed).code, 250)
                arrived = self.arrive(range(1))
                for step, answer in answers.items():
                    self.world.answer(step, answer)
                self.assertEqual(self.bounce(arrived), [want])
                self.assertEqual((len(self.world.mails), self.gate.held()), (1, []))

    def test_our_server_goes_away(self):
        """It leaves before it is answered, and comes again."""
        self.begin()
        arrived = self.arrive(range(1))
        for _ in range(3):
            with FakeClient(self.gate.address("out")) as client:
                client.envelope("", victim(0))
                client.command("DATA")
                client.send(bounce_of(arrived[victim(0)], victim(0), ANN) + b"\r\n.\r\n")
                client.cut()
        self.assertEqual(self.bounce(arrived), [250])
        self.assertEqual(self.world.mails, [])
        self.assertEqual(set(self.gate.held()), {victim(0)})


if __name__ == "__main__":
    main()

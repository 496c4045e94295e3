#!/usr/bin/python3
"""A next hop that goes away, is silent, is slow or talks nonsense, at every step, on new and on pooled sessions: the client gets
4xx and never 250, and the gateway goes on."""
import collections
import concurrent.futures
import time

from attempts import Attempt, Mail, names_in
from fake_answers import Answer
from fake_server import ANSWERS, hello
from support import PATIENCE, Backstop, Both, Case, Cut, FakeServer, Raw, Stall, Text, Trickle, config, gateway, main, wait_until

THREADS = 48  # most of the time all wait
# Each wait for the next hop has this limit. A fake that works answers within it on a busy machine, too.
LIMIT = 5
MOST_SECONDS = 25  # for one mail, which waits for the next hop once or twice; the shortest of the default limits is 30 seconds
OFFER_SECONDS = 5  # that a client waits for what the next hops offer
LARGE = 16_000_000  # octets; more than the kernel's buffers of two connections hold
LIMITS = (f'[limits]\nnext_hop_connect = "{LIMIT}s"\nnext_hop_reply = "{LIMIT}s"\nnext_hop_final = "{LIMIT}s"\ndata_block = "{LIMIT}s"\n'
          'message = "100MiB"\nsessions_per_client = 1000\n[log]\nlevel = "warning"\n')

GOOD = {**ANSWERS, "ehlo": hello(("PIPELINING", "8BITMIME", "SIZE 100000000", "CHUNKING"))}


class Down(Answer):
    """The server's process dies: its connections are reset, and there are no new ones."""

    def perform(self, session):
        session.server.stop_listening()
        return Cut().perform(session)


class Early(Answer):
    """Sends octets in the middle of the data. The client waits for them, so that the gateway has them before the data ends."""

    def __init__(self, octets):
        self.octets = octets

    def perform(self, session):
        session.send(self.octets)
        session.server.steps["early"] += 1
        return False


class Take(Answer):
    """The server accepts the mail, and then sends something else in place of its answer."""

    def __init__(self, then):
        self.then = then

    def perform(self, session):
        session.accept()
        return self.then.perform(session)


OCTETS = bytes(range(256)) + b"\r\n"
TAKEN = b"250 2.0.0 taken\r\n"

# Faults that can come at any step. Each is made anew for each use.
SILENCE = {
    "ended": lambda: Cut(reset=False),
    "reset": lambda: Cut(),
    "down": lambda: Down(),
    "ended within a code": lambda: Cut(b"2", reset=False),
    "ended within a line": lambda: Cut(b"250 2.0.0 tak", reset=False),
    "ended within a reply": lambda: Cut(b"250-2.0.0 taken\r\n", reset=False),
    "silent": lambda: Stall(),
    "silent within a line": lambda: Both(Raw(b"250 ok"), Stall()),
    "silent within a reply": lambda: Both(Raw(b"250-ok\r\n"), Stall()),
    "slow": lambda: Trickle("250 " + "ok " * 40, LIMIT / 50),
}
NONSENSE = {
    "octets": lambda: Raw(OCTETS),
    "a word": lambda: Raw(b"ok\r\n"),
    "an empty line": lambda: Raw(b"\r\n"),
    "another protocol": lambda: Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "two digits": lambda: Raw(b"25 ok\r\n"),
    "four digits": lambda: Raw(b"2500 ok\r\n"),
    "a code of class 1": lambda: Raw(b"150 ok\r\n"),
    "a code of class 6": lambda: Raw(b"650 ok\r\n"),
    "a code of another class": lambda: Raw(b"334 ok\r\n"),
    "NUL": lambda: Raw(b"250 o\0k\r\n"),
    "a bare CR": lambda: Raw(b"250 ok\r250 ok\r\n"),
    "codes that differ": lambda: Raw(b"250-ok\r\n451 no\r\n"),
    "a line without end": lambda: Raw(b"250 " + b"k" * 100_000),
    "a reply without end": lambda: Raw(b"250-ok\r\n" * 10_000),
}
EVERYWHERE = {**SILENCE, **NONSENSE}

# step -> name -> answer, for faults that are possible at that step only
ELSEWHERE = {
    "connect": {"busy": lambda: Text("421 4.3.2 busy")},
    "ehlo": {"going": lambda: Text("421 4.3.2 going")},
    "mail": {"going": lambda: Text("421 4.3.2 going")},
    "rcpt": {"going": lambda: Text("421 4.3.2 going")},
    "data": {"success": lambda: Raw(b"250 2.0.0 taken\r\n"), "going": lambda: Text("421 4.3.2 going"),
             "success at once, then gone": lambda: Both(Text("354 go ahead\r\n250 2.0.0 taken"), Cut(reset=False)),
             "success at once, then silence": lambda: Both(Text("354 go ahead\r\n250 2.0.0 taken"), Stall())},
    "body": {"ended": lambda: Cut(reset=False), "reset": lambda: Cut(), "down": lambda: Down(), "silent": lambda: Stall(),
             "early success": lambda: Early(TAKEN),
             "early success, then gone": lambda: Both(Early(TAKEN), Cut(reset=False)),
             "early success, then silence": lambda: Both(Early(TAKEN), Stall()),
             "early refusal": lambda: Early(b"451 4.3.1 no space\r\n"),
             "early refusal, then gone": lambda: Both(Early(b"451 4.3.1 no space\r\n"), Cut(reset=False)),
             "early octets": lambda: Early(OCTETS)},
    "bdat": {"success twice": lambda: Raw(b"250 2.0.0 more\r\n250 2.0.0 more\r\n"), "going": lambda: Text("421 4.3.2 going"),
             "success of another class": lambda: Raw(b"354 go ahead\r\n")},
    "dot": {"going": lambda: Text("421 4.3.2 going"),
            "taken, then ended": lambda: Take(Cut(reset=False)), "taken, then reset": lambda: Take(Cut()),
            "taken, then silent": lambda: Take(Stall()), "taken, then octets": lambda: Take(Raw(OCTETS))},
}

Fault = collections.namedtuple("Fault", "step name make form")


def mail_of(name, recipient, form):
    size = LARGE if form == "large" else 300_000 if form == "long" else 2000
    return Mail(name, recipient, size, form == "report", 3 if form == "chunks" else 0)


def all_faults():
    for step in ("connect", "ehlo", "mail", "rcpt", "data", "dot"):
        for name, make in {**EVERYWHERE, **ELSEWHERE[step]}.items():
            yield Fault(step, name, make, "ordinary")
    for name, make in ELSEWHERE["body"].items():
        for form in ("long", "large"):
            yield Fault("body", name, make, form)
    for step in ("mail", "data", "dot"):
        for name in ("ended", "reset", "silent", "octets"):
            yield Fault(step, name, EVERYWHERE[name], "report")
    for step in ("bdat", "dot"):
        for name, make in {**EVERYWHERE, **ELSEWHERE.get(step, {})}.items():
            yield Fault(step, name, make, "chunks")


class Way:
    """A domain with a next hop of its own, so that faults don't influence each other. `scheme`: "smtp" or "lmtp"."""

    def __init__(self, number, fault, scheme):
        self.domain = f"f{number}.test"
        self.fault = fault
        self.scheme = scheme
        self.server = FakeServer(GOOD, lmtp=scheme == "lmtp")

    def config(self, pool):
        return (f'[[domain]]\nname = "{self.domain}"\nstage = "observe"\n'
                f'next_hop = "{self.scheme}://127.0.0.1:{self.server.port}"\npool = {pool}\n')

    def send(self, address, name, form="ordinary"):
        """Sends a mail. Returns the code of the last reply, and the seconds until then."""
        mail = mail_of(f"{name}.{self.domain}", f"bob@{self.domain}", form)
        is_early = name == "faulty" and self.fault.name.startswith("early")
        attempt = Attempt(lambda step: is_early and step == "half" and self.server.wait_for("early"), greeting=PATIENCE)
        begin = time.monotonic()
        client = attempt.connect(address)
        if client is not None:
            with client:
                attempt.send(client, mail)
        return attempt.code, time.monotonic() - begin

    def arrived(self):
        return names_in([taken.data for taken in self.server.mails])

    def pooled(self):
        with self.server.lock:
            return len(self.server.sessions)


class NextHop(Case):
    def begin(self, faults, pool, scheme="smtp"):
        """Starts a way for each fault and the gateway, and waits until the gateway knows what each next hop offers."""
        self.longest = 0
        self.ways = [Way(number, fault, scheme) for number, fault in enumerate(faults)]
        for way in self.ways:
            self.addCleanup(way.server.close)
        healthy = self.enterContext(FakeServer(GOOD))
        text = config(gateway("in", "inbound", f"smtp://127.0.0.1:{healthy.port}"), stage="observe", domain="healthy.test",
                      more="".join(way.config(pool) for way in self.ways) + LIMITS)
        self.backstop = self.enterContext(Backstop(self.folder, "backstop", text.replace("workers = 2", "workers = 1")))
        self.address = self.backstop.address("in")
        for way in self.ways:
            way.server.wait_for("ehlo")

    def run_all(self, check):
        """Runs the check on each way, many at a time. Returns what is wrong, by the name of the fault."""
        with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(check, self.ways))
        wrong = [f"{way.fault.step}, {way.fault.name}, {way.fault.form}: {what}" for way, what in zip(self.ways, found) if what]
        self.assertEqual(wrong, [], f"{len(wrong)} of {len(found)}")
        return len(found)

    def fail_once(self, way):
        """Sends the mail that meets the fault. Returns what is wrong with the result."""
        fault = way.fault
        way.server.answer(fault.step, fault.make())
        code, took = way.send(self.address, "faulty", fault.form)
        way.server.answer(fault.step, GOOD[fault.step])
        self.longest = max(self.longest, took)
        if not 400 <= code < 500:
            return f"answered {code}"
        if took > MOST_SECONDS:
            return f"answered after {took:.1f} s"
        if not fault.name.startswith("taken") and way.arrived()["faulty." + way.domain]:
            return "the next hop counts it as taken"
        return None

    def go_on(self, way):
        """Sends a mail the same way again, now that the next hop works."""
        if way.fault.name == "down":
            return None
        code, _ = way.send(self.address, "later")
        if code != 250 or way.arrived()["later." + way.domain] != 1:
            return f"and later: answered {code}, there {way.arrived()['later.' + way.domain]} times"
        return None

    def fresh_sessions(self, scheme):
        self.begin(all_faults(), pool=0, scheme=scheme)
        before = self.backstop.open_files()

        def check(way):
            return self.fail_once(way) or self.go_on(way)

        count = self.run_all(check)
        wait_until(lambda: self.backstop.open_files() <= before, f"no more than {before} open files, as at the start")
        self.assertEqual(self.backstop.stop(), 0)
        print(f"{count} faults on fresh sessions of {scheme}, answered within {self.longest:.1f} s")

    def test_fresh_sessions(self):
        self.fresh_sessions("smtp")

    def test_fresh_sessions_of_lmtp(self):
        self.fresh_sessions("lmtp")

    def pooled_sessions(self, scheme):
        self.begin([fault for fault in all_faults() if fault.step not in ("connect", "ehlo")], pool=4, scheme=scheme)

        def check(way):
            if (code := way.send(self.address, "first")[0]) != 250 or way.pooled() != 1:
                return f"at first: answered {code}, {way.pooled()} sessions in the pool"
            return self.fail_once(way) or self.go_on(way)

        count = self.run_all(check)
        self.assertEqual(self.backstop.stop(), 0)
        print(f"{count} faults on pooled sessions of {scheme}, answered within {self.longest:.1f} s")

    def test_pooled_sessions(self):
        self.pooled_sessions("smtp")

    def test_pooled_sessions_of_lmtp(self):
        self.pooled_sessions("lmtp")

    def test_a_pooled_session_that_died_costs_nothing(self):
        """This is noticed before its use or at the first command, and another session is opened."""
        deaths = {
            "ended while it waited": ("rset", lambda: None),
            "ended at MAIL": ("mail", lambda: Cut(reset=False)), "reset at MAIL": ("mail", lambda: Cut()),
            "going at MAIL": ("mail", lambda: Both(Text("421 4.4.2 idle for too long"), Cut(reset=False))),
            "a goodbye along with the last answer": ("dot", lambda: Text("250 2.0.0 taken\r\n421 4.4.2 going")),
            "a goodbye after the last answer": ("dot", lambda: Both("250 2.0.0 taken", Cut(b"421 4.4.2 going\r\n", reset=False))),
            "two answers to the last mail": ("dot", lambda: Text("250 2.0.0 taken\r\n250 2.0.0 taken")),
        }
        self.begin([Fault(step, name, make, form) for name, (step, make) in deaths.items() for form in ("ordinary", "chunks")], pool=4)

        def check(way):
            step, answer = way.fault.step, way.fault.make()
            if step == "dot":
                way.server.answer(step, [answer, GOOD[step]])
            codes = [way.send(self.address, "first")[0]]
            if step == "mail":
                way.server.answer(step, [answer, GOOD[step]])
            if answer is None:
                way.server.cut_sessions()
            codes.append(way.send(self.address, "faulty", way.fault.form)[0])
            arrived = dict(way.arrived())
            want = {f"first.{way.domain}": 1, f"faulty.{way.domain}": 1}
            return None if codes == [250, 250] and arrived == want else f"answered {codes}, there {arrived}"

        self.run_all(check)


class Greeting(Case):
    """Next hops are asked what they offer at the start; one that never answered is asked again when a client greets."""

    def test_silent_next_hops_do_not_hold_up_clients(self):
        """With the default limits, which are minutes."""
        hops = [self.enterContext(FakeServer({**GOOD, step: Stall()})) for step in ("connect", "ehlo") * 3]
        healthy = self.enterContext(FakeServer(GOOD))
        domains = "".join(f'[[domain]]\nname = "f{i}.test"\nstage = "observe"\nnext_hop = "smtp://127.0.0.1:{hop.port}"\n'
                          for i, hop in enumerate(hops))
        text = config(gateway("in", "inbound", f"smtp://127.0.0.1:{healthy.port}"), stage="observe", domain="healthy.test", more=domains)
        backstop = self.enterContext(Backstop(self.folder, "backstop", text))

        def send(domain):
            attempt = Attempt(greeting=PATIENCE)
            begin = time.monotonic()
            with attempt.connect(backstop.address("in")) as client:
                attempt.send(client, Mail(f"{begin}@sender.test", f"bob@{domain}"))
            return attempt.code, time.monotonic() - begin

        found = [send("healthy.test") for _ in range(6)]
        self.assertEqual({code for code, _ in found}, {250})
        times = [took for _, took in found]
        # Each is waited for only for a short time, and not asked again at once.
        self.assertLess(max(times), MOST_SECONDS)
        self.assertLess(min(times), OFFER_SECONDS)
        for hop in hops:
            for step in ("connect", "ehlo"):
                hop.answer(step, GOOD[step])
        self.assertEqual([send(f"f{i}.test")[0] for i in range(len(hops))], [250] * len(hops))
        print(f"EHLO and a mail beside {len(hops)} silent next hops took {', '.join(f'{took:.2f}' for took in times)} s")


if __name__ == "__main__":
    main()

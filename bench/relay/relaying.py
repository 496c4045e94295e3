"""Relaying: smtp-source -> peer -> smtp-sink, all peers in turn, with a direct run before each."""
import dataclasses
import json
import os
import random
import statistics
import subprocess
import sys
import time

import machine
import peers

MOST_OTHER_WORK = 0.25  # cores; a run beside more is disturbed
ATTEMPTS = 3
LONGEST_RUN = 60  # seconds


@dataclasses.dataclass(frozen=True)
class Cell:
    size: int
    sessions: int
    mode: str  # "many" messages a connection, or "one"

    @classmethod
    def parse(cls, text):
        size, sessions, mode = text.split(":")
        if mode not in ("many", "one"):
            raise ValueError(text)
        return cls(int(size), int(sessions), mode)

    def __str__(self):
        return f"{self.size}:{self.sessions}:{self.mode}"

    @property
    def title(self):
        much = "many messages" if self.mode == "many" else "one message"
        return f"{self.size} bytes, {self.sessions} sessions, {much} a connection"


@dataclasses.dataclass
class Run:
    peer: str
    cell: str
    round: int
    messages: int
    rate: float  # messages a second
    cpu: float  # of the peer, microseconds a message
    ends_cpu: float  # of source and sink
    other_work: float  # cores that others kept busy meanwhile

    @property
    def is_quiet(self):
        return self.other_work <= MOST_OTHER_WORK


class Direct:
    """No peer at all: the source's own next hop is the sink."""

    name = "direct"

    def __init__(self, sink):
        self.port = sink.port

    def cpu(self):
        return 0.0


def send(port, cell, messages):
    """Runs smtp-source; seconds that it took, and its CPU time."""
    command = ["timeout", str(LONGEST_RUN), peers.find("smtp-source"), *(["-d"] if cell.mode == "many" else []),
               "-s", str(cell.sessions), "-m", str(messages), "-l", str(cell.size),
               "-f", "a@example.com", "-t", "b@example.net", f"127.0.0.1:{port}"]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == 124:
        sys.exit(f"bench/relay/run: {messages} messages were not taken within {LONGEST_RUN} s")
    if process.returncode != 0:
        sys.exit(f"bench/relay/run: smtp-source failed: {' '.join(command)}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime


def measure(peer, sink, cell, messages, number=0):
    """One run. Other work is all CPU time of the machine that neither source, peer, sink nor this process used."""
    before = peer.cpu(), sink.cpu(), time.process_time(), machine.busy_cpu(), time.monotonic()
    seconds, source_cpu = send(peer.port, cell, messages)
    time.sleep(0.03)  # what is left to do once the source is gone, as closing connections, counts too
    after = peer.cpu(), sink.cpu(), time.process_time(), machine.busy_cpu(), time.monotonic()
    peer_cpu, sink_cpu, own, busy, span = (b - a for a, b in zip(before, after))
    return Run(peer.name, str(cell), number, messages, messages / seconds, peer_cpu / messages * 1e6,
               (source_cpu + sink_cpu) / messages * 1e6,
               max(0.0, busy - peer_cpu - sink_cpu - source_cpu - own) / span)


def calibrate(peer, sink, cell, seconds):
    """How many messages take about that long."""
    messages = 5 * cell.sessions
    for _ in range(2):
        messages = max(5 * cell.sessions, int(measure(peer, sink, cell, messages).rate * seconds))
    return messages


def measure_quietly(peer, sink, cell, messages, number, patience):
    """Tries again while others work; the least disturbed attempt is the run."""
    attempts = []
    for _ in range(ATTEMPTS):
        machine.wait_until_quiet(MOST_OTHER_WORK, patience)
        attempts.append(measure(peer, sink, cell, messages, number))
        if attempts[-1].is_quiet:
            break
    return min(attempts, key=lambda run: run.other_work)


def run_cell(cell, servers, sink, args, keep):
    direct = Direct(sink)
    counts = {peer.name: calibrate(peer, sink, cell, args.seconds) for peer in [direct, *servers]}
    runs = []
    for number in range(args.rounds):
        print(f"{cell}: round {number + 1} of {args.rounds}", file=sys.stderr)
        for peer in random.sample(servers, len(servers)):
            for each in (direct, peer):
                runs.append(measure_quietly(each, sink, cell, counts[each.name], number, args.patience))
                if keep:
                    keep.write(json.dumps(dataclasses.asdict(runs[-1])) + "\n")
    return runs


class Table:
    """The runs of one cell that were not disturbed."""

    def __init__(self, cell, runs):
        self.cell = cell
        self.runs = [run for run in runs if run.is_quiet]
        self.names = list(dict.fromkeys(run.peer for run in runs))
        self.dropped = len(runs) - len(self.runs)
        self.all = len(runs)

    def of(self, name):
        return [run for run in self.runs if run.peer == name]

    def median(self, name, field):
        return statistics.median(getattr(run, field) for run in self.of(name))

    def ratios(self, name, other, field):
        """Of the same round: what slows the machine for a while slows both. Direct has several runs a round."""
        by_round = {}
        for run in self.of(other):
            by_round.setdefault(run.round, []).append(getattr(run, field))
        return [getattr(run, field) / statistics.median(by_round[run.round])
                for run in self.of(name) if run.round in by_round]

    def ratio(self, name, other, field):
        ratios = self.ratios(name, other, field)
        return statistics.median(ratios) if ratios else None

    def print(self):
        print(f"\n### {self.cell.title}\n")
        print("| | runs | msg/s: median [lowest-highest] | to HAProxy | to direct | CPU us/msg "
              "| source and sink us/msg |")
        print("|---|---|---|---|---|---|---|")
        for name in self.names:
            print(self.row(name))
        if self.dropped:
            print(f"\n{self.dropped} of {self.all} runs were disturbed by other work on the machine and are left out.")

    def row(self, name):
        rates = [run.rate for run in self.of(name)]
        if not rates:
            return f"| {name} | 0 | all its runs were disturbed | | | | |"
        rate = f"{statistics.median(rates):.0f} [{min(rates):.0f}-{max(rates):.0f}]"
        to_haproxy, to_direct = (times(self.ratio(name, other, "rate")) for other in ("haproxy-tcp", "direct"))
        cpu = f"{self.median(name, 'cpu'):.0f}" if name != "direct" else ""
        ends = f"{self.median(name, 'ends_cpu'):.0f}"
        return f"| {name} | {len(rates)} | {rate} | {to_haproxy} | {to_direct} | {cpu} | {ends} |"


def times(ratio):
    return "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


@dataclasses.dataclass(frozen=True)
class Target:
    """What DESIGN asks of the gateway beside a peer, in one cell."""

    cell: str
    other: str
    field: str
    bound: float
    is_most: bool  # at most, or at least
    peer: str = "backstop"

    @property
    def words(self):
        what = "CPU a message" if self.field == "cpu" else "messages a second"
        return f"{self.peer}, {self.cell}: {what} at {'most' if self.is_most else 'least'} {self.bound:g} x {self.other}"

    def verdict(self, table):
        ratios = table.ratios(self.peer, self.other, self.field) if table else []
        if not ratios:
            return "not measured"
        ratio = round(statistics.median(ratios), 2)  # Two equal programs differ by more than the next digit.
        is_met = ratio <= self.bound if self.is_most else ratio >= self.bound
        said = f"{times(ratio)} x [{times(min(ratios))}-{times(max(ratios))}]"
        return f"met: {said}" if is_met else f"MISSED by {abs(ratio / self.bound - 1):.0%}: {said}"


TARGETS = [
    Target("4096:20:many", "haproxy-tcp", "cpu", 1.1, True),
    Target("4096:20:many", "haproxy-tcp", "cpu", 1.15, True, "backstop-proofs"),
    Target("4096:20:many", "exim-cutthrough", "rate", 15, False),
    Target("4096:20:one", "haproxy-tcp", "cpu", 0.7, True),
    Target("4096:20:one", "haproxy-tcp", "rate", 1.4, False),
    Target("102400:20:many", "haproxy-tcp", "rate", 1.0, False),
]


def report(tables):
    for table in tables:
        table.print()
    print("\n### What it must cost\n")
    by_cell = {str(table.cell): table for table in tables}
    for target in TARGETS:
        print(f"- {target.words}: {target.verdict(by_cell.get(target.cell))}")

"""The time that ordinary mail takes, alone and beside clients that send a byte every few seconds."""
import contextlib
import multiprocessing
import statistics
import sys
import time

import clients

SENDERS = 2
SIZE = 4096
PERIOD = 3  # seconds between two bytes of a slow client


def measure(servers, sessions, args):
    """{peer: ([times alone], [times beside], what went wrong)}, in seconds; alone and beside take turns."""
    results = {server.name: ([], [], set()) for server in servers}
    for number in range(args.rounds):
        print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
        for server in servers:
            alone, beside, trouble = results[server.name]
            alone += ordinary_mail(server.port, args.seconds, trouble)
            with slow_clients(server.port, sessions, trouble):
                beside += ordinary_mail(server.port, args.seconds, trouble)
    return sessions, results


def ordinary_mail(port, seconds, trouble):
    """Messages one after the other, in processes of their own: each with its own connection, timed to its 250."""
    with multiprocessing.Pool(SENDERS) as pool:
        parts = pool.starmap(send_for, [(port, seconds)] * SENDERS)
        pool.close()
        pool.join()
    trouble.update(problem for _, problem in parts if problem)
    return [each for taken, _ in parts for each in taken]


def send_for(port, seconds):
    taken, data, end = [], clients.message(SIZE), time.monotonic() + seconds
    try:
        while (begin := time.monotonic()) < end:
            client = clients.Client(port)
            client.command(b"EHLO client.example.com")
            client.send(data)
            taken.append(time.monotonic() - begin)
            client.close()
    except OSError as error:
        return taken, f"ordinary mail: {error}"
    return taken, None


@contextlib.contextmanager
def slow_clients(port, sessions, trouble):
    """They connect in a process of their own, which says when all are there and how many still are at the end."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=drip, args=(port, sessions, there), daemon=True)
    process.start()
    connected = here.recv()
    if connected < sessions:
        trouble.add(f"only {connected} slow clients were taken")
    yield
    here.send("end")
    left = here.recv()
    process.join()
    if left < connected:
        trouble.add(f"{connected - left} of {connected} slow clients were cut off")


def drip(port, sessions, pipe):
    slow = []
    with contextlib.suppress(OSError):
        for index in range(sessions):
            slow.append(clients.Client(port, clients.source_address(index)))
    pipe.send(len(slow))
    left, text = list(slow), iter(lambda: "EHLO " + "a" * 200, None)
    while slow:
        for byte in next(text).encode():
            left = drip_once(left, bytes([byte]), pipe)
            if pipe.poll():
                pipe.send(len(left))
                return
    pipe.send(0)


def drip_once(slow, byte, pipe):
    """A byte for each, spread over the period."""
    left, begin = [], time.monotonic()
    for index, client in enumerate(slow):
        if pipe.poll(max(0, begin + PERIOD * index / len(slow) - time.monotonic())):
            return left + slow[index:]
        try:
            client.socket.sendall(byte)
            left.append(client)
        except OSError:
            client.close()
    return left


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1e3


def report(measured):
    sessions, results = measured
    print(f"Ordinary mail ({SIZE} bytes, a connection each, {SENDERS} at once) alone and beside {sessions} clients that "
          f"send a byte every {PERIOD} s\n")
    print("| | messages | median, ms | 99th percentile, ms | beside them: messages | median, ms | 99th percentile, ms |")
    print("|---|---|---|---|---|---|---|")
    for name, (alone, beside, _) in results.items():
        cells = [text for times in (alone, beside) for text in cells_of(times)]
        print(f"| {name} | {' | '.join(cells)} |")
    print()
    for name, (_, _, trouble) in results.items():
        for problem in sorted(trouble):
            print(f"- {name}: {problem}")


def cells_of(times):
    if not times:
        return "0", "", ""
    return str(len(times)), f"{statistics.median(times) * 1e3:.2f}", f"{percentile(times, 0.99):.2f}"

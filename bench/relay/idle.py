"""The memory of sessions that have said EHLO and then nothing."""
import time

import clients
import machine

TARGET = 10  # KiB a session


def measure(servers, sessions, _args):
    return [measure_one(server, sessions) for server in servers]


def measure_one(server, sessions):
    open_sessions(server, 1)[0][0].close()  # What the first session alone brings in is no cost of a session.
    time.sleep(0.5)
    before = machine.memory(server.pid)
    held, trouble = open_sessions(server, sessions)
    time.sleep(1)
    after = machine.memory(server.pid)
    answered = sum(answers(client) for client in held)
    for client in held:
        client.close()
    return server.name, len(held), answered, before, after, trouble


def open_sessions(server, sessions):
    held = []
    try:
        for index in range(sessions):
            held.append(clients.Client(server.port, clients.source_address(index)))
            held[-1].command(b"EHLO client.example.com")
    except OSError as error:
        return held, str(error)
    return held, None


def answers(client):
    """Whether the session is still good."""
    try:
        client.command(b"NOOP")
        return True
    except OSError:
        return False


def report(results):
    print("| | sessions held | answered NOOP afterwards | PSS before, KiB | PSS with them, KiB | PSS a session, KiB "
          "| RSS a session, KiB |")
    print("|---|---|---|---|---|---|---|")
    for name, held, answered, before, after, _ in results:
        pss, rss = ((b - a) / max(1, held) for a, b in zip(before, after))
        print(f"| {name} | {held} | {answered} | {before[0]} | {after[0]} | {pss:.1f} | {rss:.1f} |")
    print()
    for name, held, answered, before, after, trouble in results:
        if trouble:
            print(f"- {name}: session {held + 1} failed: {trouble}")
        if name == "backstop":
            pss = (after[0] - before[0]) / max(1, held)
            is_met = pss <= TARGET and answered == held and not trouble
            print(f"- an idle session at most {TARGET} KiB, all of them held: {'met' if is_met else 'MISSED'}: "
                  f"{pss:.1f} KiB, {answered} held")

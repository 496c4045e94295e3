#!/usr/bin/python3
"""flufl.bounce, Mailman's reader of bounces. See bench/reader/README.md for the lines that go back and forth."""
import email
import json
import sys
import time


def say(value):
    print(json.dumps(value), flush=True)


def read(mail, all_failures):
    """The recipients that failed or are delayed; none where it takes the mail for no bounce, or fails itself."""
    try:
        temporary, permanent = all_failures(email.message_from_bytes(mail))
    except Exception:  # A mail that breaks the peer is a mail that it did not understand.
        return []
    return sorted(a.decode("latin-1") if isinstance(a, bytes) else a for a in temporary | permanent)


def main():
    try:
        import flufl.bounce
        from flufl.bounce import all_failures
    except ImportError:
        say({"missing": "flufl.bounce is not installed"})
        return
    with open(sys.argv[1], encoding="utf-8") as listing:
        marks, paths = zip(*(line.split("\t", 1) for line in listing.read().splitlines()))
    mails = []
    for path in paths:
        with open(path, "rb") as file:
            mails.append(file.read())
    say({"ready": flufl.bounce.__version__})

    found = [[] for _ in mails]
    for line in sys.stdin:
        command, _, mark = line.strip().partition(" ")
        chosen = [i for i, of in enumerate(marks) if not mark or of == mark]
        if command == "pass":
            begin = time.process_time()
            for i in chosen:
                found[i] = read(mails[i], all_failures)
            say({"cpu": time.process_time() - begin, "mails": len(chosen)})
        elif command == "results":
            for i in chosen:
                say({"file": paths[i], "response": bool(found[i]), "recipients": [{"address": a} for a in found[i]]})
            say({"end": True})


main()

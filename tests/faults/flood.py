#!/usr/bin/python3
"""Sends very many responses, in a program of its own so that it doesn't slow its test down: flood.py PLAN, a file with JSON:

{"address": [HOST, PORT], "recipient": ADDRESS, "sessions": N, "networks": N, "rate": N, "kinds": {NAME: {"texts": [TEXT...], "count": N}}}

The texts of a kind take turns. In each, {number} stands for a number that no other response has. The kinds are mixed, the clients
have addresses in that many networks, and a session ends after a few responses. At most `rate` come in a second; 0: no limit.
Prints how often each kind got each code, as JSON.
"""
import collections
import json
import os
import pathlib
import random
import sys
import threading
import time

import attempts  # noqa: F401  # makes known where the rest is
from support import FakeClient

SEED = 20240229
MAILS_A_SESSION = 15  # a client that brings 20 errors is sent away
MOST_TRIES = 5


class Flood:
    def __init__(self, plan):
        self.plan = plan
        self.texts = {name: [text.replace("\n", "\r\n").encode() for text in kind["texts"]] for name, kind in plan["kinds"].items()}
        self.order = [(name, number) for name, kind in plan["kinds"].items() for number in range(kind["count"])]
        random.Random(SEED).shuffle(self.order)
        self.lock = threading.Lock()
        self.begin, self.sent = time.monotonic(), 0
        self.codes = {name: collections.Counter() for name in plan["kinds"]}

    def source(self, chance):
        network = chance.randrange(self.plan["networks"])
        return f"127.{100 + network // 250}.{network % 250}.{chance.randrange(1, 250)}", 0

    def wait(self):
        """Keeps to the rate."""
        with self.lock:
            self.sent += 1
            due = self.begin + self.sent / self.plan["rate"] if self.plan["rate"] else 0
        time.sleep(max(0, due - time.monotonic()))

    def session(self, first):
        """Sends its share of the responses."""
        chance = random.Random(SEED + first)
        waiting = collections.deque((*one, 0) for one in self.order[first::self.plan["sessions"]])
        while waiting:
            with FakeClient(self.plan["address"], source=self.source(chance)) as client:
                for _ in range(MAILS_A_SESSION):
                    if not waiting:
                        break
                    self.wait()
                    name, number, tries = waiting.popleft()
                    text = self.texts[name][number % len(self.texts[name])].replace(b"{number}", b"%s%d" % (name.encode(), number))
                    code = client.mail(text, "", self.plan["recipient"]).code
                    with self.lock:
                        self.codes[name][code] += 1
                    if code // 100 not in (2, 5) and tries < MOST_TRIES:
                        waiting.append((name, number, tries + 1))
                    if code in (0, 421):
                        break

    def run(self):
        threads = [threading.Thread(target=self.session, args=(first,)) for first in range(self.plan["sessions"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.codes


if __name__ == "__main__":
    # The clients of a flood are on other machines, so here they leave the processor to the gateway.
    os.nice(5)
    print(json.dumps(Flood(json.loads(pathlib.Path(sys.argv[1]).read_text())).run()))

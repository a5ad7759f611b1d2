#!/usr/bin/env python3
"""Makes the recording that docs/replay.md tries policies on.

usage: replay-example.py > docs/replay-example.jsonl

For a quarter of an hour one model is probed every 15 s and another every 7.5 s. Five minutes in, the first is down for
three minutes; the looks that a monitor sends then are recorded too. Later the other refuses every fourth request for a
while.
"""

import json
import random
from datetime import datetime, timedelta, timezone

ORIGIN = datetime(2026, 11, 23, 10, tzinfo=timezone.utc)
CONFIRMATIONS = [0.8, 1.6, 4.5, 7.4, 10.2]
OUTAGE = (300, 480)
TROUBLE = (540, 690)


def time(seconds):
    return (ORIGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def look(lines, model, provider, started, latency, detail=None):
    line = {"at": time(started + latency), "startedAt": time(started), "modelId": model, "provider": provider}
    if detail is None:
        line |= {"outcome": "ok", "latencyMs": round(latency * 1000)}
    else:
        line |= {"outcome": "failing", "cause": "serverError", "detail": detail}
    lines.append((started + latency, line))


def main():
    chance = random.Random(20261123)
    lines = []

    def latency(median):
        return round(median * chance.lognormvariate(0, 0.25), 3)

    for turn in range(60):
        started = 15 * turn + round(chance.uniform(-0.5, 0.5), 3) + 1
        times = [started]
        if OUTAGE[0] <= started < OUTAGE[0] + 15:
            times += [started + offset for offset in CONFIRMATIONS]
        if OUTAGE[1] <= started < OUTAGE[1] + 15:
            times += [started + 2.5]
        for at in times:
            if OUTAGE[0] <= at < OUTAGE[1]:
                look(lines, "gpt-4o", "openai", at, 0.05, "HTTP 503: upstream is down")
            else:
                look(lines, "gpt-4o", "openai", at, latency(0.4))
    for turn in range(120):
        started = 7.5 * turn + round(chance.uniform(-0.3, 0.3), 3) + 4
        isTrouble = TROUBLE[0] <= started < TROUBLE[1] and turn % 4 == 0
        look(lines, "claude-haiku", "anthropic", started, 0.09 if isTrouble else latency(0.6),
             "HTTP 529: overloaded" if isTrouble else None)
    for _, line in sorted(lines, key=lambda pair: pair[0]):
        print(json.dumps(line, separators=(",", ":")))


main()

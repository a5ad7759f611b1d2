"""Loaded by schemathesis: leaves out right data that break a rule which the document tells in words only.

A schema cannot say that two parameters exclude each other, or how long "90m" is; the daemon answers 400 to such.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import schemathesis

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def time(text: str) -> datetime:
    return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))


def is_range(query: dict) -> bool:
    """Give timeRange or window, or from and to, the earlier one first."""
    ends = [query[name] for name in ("from", "to") if name in query]
    if not ends:
        return True
    return query.keys().isdisjoint({"timeRange", "window"}) and len(ends) == 2 and time(ends[0]) < time(ends[1])


def is_long_enough(query: dict) -> bool:
    """A window is from 60s to 1830d, a resolution from 60s to 400d."""
    window, resolution = query.get("window", "24h"), query.get("resolution", "10m")
    return 60 <= seconds(window) <= 1_830 * UNITS["d"] and 60 <= seconds(resolution) <= 400 * UNITS["d"]


def is_short_enough(query: dict) -> bool:
    """A report is about 1830 days at most."""
    return "from" not in query or time(query["to"]) - time(query["from"]) <= timedelta(days=1_830)


def is_order(body: dict, needs_end: bool) -> bool:
    """Give until or for, not both; for is at most 366d, and until is later than from, which is now if left out.

    Null is left out too.
    """
    body = {name: value for name, value in body.items() if value is not None}
    if "for" in body and not 1 <= seconds(body["for"]) <= 366 * UNITS["d"]:
        return False
    begin = time(body["from"]) if "from" in body else datetime.now(timezone.utc)
    if "until" in body and begin >= time(body["until"]):
        return False
    return not {"for", "until"} <= body.keys() and (not needs_end or not body.keys().isdisjoint({"for", "until"}))


def is_allowed(case) -> bool:
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return True
    operation = case.operation.definition.raw["operationId"]
    if case.method == "GET" and case.query:
        if not is_range(case.query):
            return False
        if operation == "trends" and ({"window", "timeRange"} <= case.query.keys() or {"buckets", "resolution"} <= case.query.keys()):
            return False
        if operation == "report":
            return is_short_enough(case.query)
        return "badge" in operation or is_long_enough(case.query)
    if operation == "addAnnouncement":
        return is_order(case.body, needs_end=False)
    if operation == "addMaintenance":
        return is_order(case.body, needs_end=True)
    if operation == "addSilence":
        # The daemon's models are healthy: there is nothing to acknowledge.
        return case.body["kind"] != "acknowledge" and is_order(case.body, needs_end=True)
    return True


@schemathesis.hook
def filter_case(context, case) -> bool:
    return is_allowed(case)


@schemathesis.hook
def before_add_examples(context, examples) -> None:
    examples[:] = [case for case in examples if is_allowed(case)]

"""What operators say, answered as the daemon answers it: notices of models, planned work, words to everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from aiohttp import web
from stand_in_fleet import Fleet, now, parse, rfc3339

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MEMBERS = ["title", "text", "from", "until", "for", "models"]


def problem(status: int, kind: str, title: str, detail: str, **more: str) -> web.Response:
    body = {"type": f"urn:llm-health:problem:{kind}", "title": title, "status": status, "detail": detail, **more}
    return web.json_response(body, status=status, content_type="application/problem+json")


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


class BadBody(Exception):
    """What is wrong with a body, and with which member of it."""

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail)
        self.field = field

    def answer(self) -> web.Response:
        return problem(400, "bad-body", "The body cannot be used", f"{self}", field=self.field)


def announcement(number: int, body: dict, needs_end: bool) -> dict:
    """What an order makes."""
    for name in sorted(body):
        if name not in MEMBERS:
            raise BadBody(f"There is no member '{name}', only {', '.join(MEMBERS)}.", name)
    title = body.get("title") or ""
    if not title.strip():
        raise BadBody("title is needed.", "title")
    for name, text, limit in (("title", title, 200), ("text", body.get("text") or "", 4_000)):
        if len(text) > limit:
            raise BadBody(f"{name} is longer than {limit} characters.", name)
    start = parse(body["from"]) if body.get("from") else now()
    until, length = body.get("until"), body.get("for")
    if until and length:
        raise BadBody("Give until or for, not both.", "until")
    end = parse(until) if until else start + timedelta(seconds=seconds(length)) if length else None
    if end is None and needs_end:
        raise BadBody("until or for is needed.", "until")
    if end is not None and end <= start:
        raise BadBody("until must be later than from.", "until")
    models = body.get("models") or []
    if len(models) > 1_000:
        raise BadBody("models must be a list of strings, of at most 1,000.", "models")
    return {"id": f"p{number}", "title": title, "text": body.get("text") or "", "from": rfc3339(start),
            "until": end and rfc3339(end), "models": models}


def is_over(said: dict, at: datetime) -> bool:
    return said["until"] is not None and parse(said["until"]) <= at


class Board:
    """All that has been said. `changed` is told the models for which something else holds now."""

    def __init__(self, fleet: Fleet, changed: Callable[[list[str]], None]) -> None:
        self.fleet = fleet
        self.changed = changed
        self.number = 100
        self.said: dict[str, list[dict]] = {"announcements": [], "maintenance": []}
        self.routing: dict[str, dict] = {}

    def set(self, **said: list[dict]) -> None:
        self.said |= said
        self.tell()

    def current(self, kind: str) -> list[dict]:
        return sorted((one for one in self.said[kind] if not is_over(one, now())), key=lambda one: parse(one["from"]))

    def tell(self) -> None:
        """Planned work holds for its models while it lasts: they get no traffic."""
        at = now()
        held = [work for work in self.said["maintenance"] if parse(work["from"]) <= at and not is_over(work, at)]
        other = []
        for model_id, model in self.fleet.models.items():
            old = model.get("notices", [])
            planned = [{"id": work["id"], "kind": "maintenance", "until": work["until"], "reason": work["title"], "by": "maintenance"}
                       for work in held if not work["models"] or any(fnmatchcase(model_id, name) for name in work["models"])]
            new = [notice for notice in old if notice["kind"] != "maintenance"] + planned
            if new == old:
                continue
            model["notices"] = new
            other.append(model_id)
            if planned:
                self.routing.setdefault(model_id, model["routing"])
                model["routing"] = {"verdict": "excluded", "reason": f"in maintenance: {planned[-1]['reason']}"}
            elif model_id in self.routing:
                model["routing"] = self.routing.pop(model_id)
        if other:
            self.changed(other)

    # Routes

    def routes(self, base: str) -> list[web.RouteDef]:
        made = [web.get(base + "silences", self.silences), web.post(base + "silences", self.silence),
                web.delete(base + "silences/{id}", self.end_silence)]
        for kind in self.said:
            async def all_of(_: web.Request, kind: str = kind) -> web.Response:
                return web.json_response(self.current(kind))

            async def add(request: web.Request, kind: str = kind) -> web.Response:
                return await self.add(request, kind)

            async def take_back(request: web.Request, kind: str = kind) -> web.Response:
                return self.take_back(request.match_info["id"], kind)

            made += [web.get(base + kind, all_of), web.post(base + kind, add), web.delete(f"{base}{kind}/{{id}}", take_back)]
        return made

    async def add(self, request: web.Request, kind: str) -> web.Response:
        self.number += 1
        try:
            said = announcement(self.number, await request.json(), needs_end=kind == "maintenance")
        except BadBody as error:
            return error.answer()
        self.said[kind].append(said)
        self.tell()
        return web.json_response(said, status=201)

    def take_back(self, wanted: str, kind: str) -> web.Response:
        said = next((one for one in self.current(kind) if one["id"] == wanted and not wanted.startswith("configured-")), None)
        if said is None:
            return problem(404, "unknown-notice", "There is no such notice",
                           f"There is none with the id '{wanted}', or it is over or comes from the configuration.")
        # Work that has begun stays part of the past.
        if kind == "maintenance" and parse(said["from"]) < now():
            said["until"] = rfc3339(now())
        else:
            self.said[kind].remove(said)
        self.tell()
        return web.Response(status=204)

    async def silence(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.number += 1
        if "for" not in body and body["kind"] != "acknowledge":
            return BadBody("for is needed: how long, such as 1h; only an acknowledgement ends by itself.", "for").answer()
        until = rfc3339(now() + timedelta(seconds=seconds(body["for"]))) if "for" in body else None
        notice = {"id": f"n{self.number}", "modelId": body["modelId"], "kind": body["kind"], "until": until,
                  "reason": body.get("reason", ""), "by": "ops", "at": rfc3339(now())}
        model = self.fleet.models[body["modelId"]]
        model["notices"] = model.get("notices", []) + [{k: notice[k] for k in ("id", "kind", "until", "reason", "by")}]
        self.changed([body["modelId"]])
        return web.json_response(notice, status=201)

    async def silences(self, _: web.Request) -> web.Response:
        return web.json_response([notice | {"modelId": model["modelId"]} for model in self.fleet.sorted()
                                  for notice in model.get("notices", []) if notice["kind"] != "maintenance"])

    async def end_silence(self, request: web.Request) -> web.Response:
        for model in self.fleet.models.values():
            kept = [n for n in model.get("notices", []) if n["id"] != request.match_info["id"] or n["kind"] == "maintenance"]
            if len(kept) != len(model.get("notices", [])):
                model["notices"] = kept
                self.changed([model["modelId"]])
                return web.Response(status=204)
        return problem(404, "unknown-notice", "There is no such notice", "It has ended already.")

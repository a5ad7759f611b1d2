"""A stand-in for the daemon: the page, its REST routes and the live protocol, with hooks to script trouble.

    python Tests/Browser/stand_in.py --port 8899 [--models 1000] [--token SECRET]

The hooks lie under /stand-in/ and exist only here; checks of the page itself never use them.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
from datetime import timedelta
from pathlib import Path

from aiohttp import WSMsgType, web
from stand_in_board import Board, problem, seconds
from stand_in_fleet import Fleet, Past, now, parse, rfc3339

WEB = Path(__file__).resolve().parent / "web"
BASE = "/api/llm-manager/"
RANGES = {"1h": 1, "6h": 6, "24h": 24, "7d": 168, "30d": 720, "90d": 2160}
POLICY = "default-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


class StandIn:
    def __init__(self, extra: int, token: str | None) -> None:
        self.fleet = Fleet(extra)
        self.past = Past(self.fleet)
        self.board = Board(self.fleet, self.update)
        self.token = token
        self.listeners: set[asyncio.Queue] = set()
        self.refuse = {"websocket": False, "sse": False, "rest": False, "admin": False}
        self.delay = 0.0
        self.requests: list[str] = []
        self.is_quiet = False

    # The live protocol

    def publish(self, message: dict | None) -> None:
        for queue in list(self.listeners):
            queue.put_nowait(message)

    def fleet_message(self, seq: int | None = None) -> dict:
        return {"type": "fleet", "revision": self.fleet.revision, "seq": self.fleet.seq if seq is None else seq, "at": rfc3339(now()),
                "summary": self.fleet.summary(), "models": self.fleet.sorted()}

    def update(self, ids: list[str], removed: list[str] | None = None) -> None:
        self.publish({"type": "update", "revision": self.fleet.revision, "at": rfc3339(now()), "summary": self.fleet.summary(),
                      "models": [self.fleet.models[i] for i in ids if i in self.fleet.models], "removed": removed or []})

    def change(self, model_id: str, status: str) -> None:
        event = self.fleet.set_status(model_id, status)
        self.publish({"type": "event", "event": event, "model": self.fleet.models[model_id]})
        self.update([model_id])

    def opening(self, request: web.Request) -> list[dict]:
        after = request.query.get("after")
        if after is None:
            return [self.fleet_message()]
        missed = [event for event in self.fleet.events if event["seq"] > int(after)]
        return [self.fleet_message(int(after))] + [
            {"type": "event", "event": event, "model": self.fleet.models.get(event["modelId"])} for event in missed]

    async def events(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"events after={request.query.get('after')} {request.headers.get('Upgrade', 'sse').lower()}")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            if self.refuse["websocket"]:
                return problem(503, "away", "Not now", "WebSocket is switched off.")
            return await self.websocket(request)
        if self.refuse["sse"]:
            return problem(503, "away", "Not now", "Server-Sent Events are switched off.")
        return await self.sse(request)

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        if self.token:
            want = "llm-health.token." + base64.urlsafe_b64encode(self.token.encode()).decode().rstrip("=")
            if want not in [p.strip() for p in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]:
                return problem(401, "missing-token", "A token is needed", "Send one of the configured tokens.")
        socket = web.WebSocketResponse(protocols=["llm-health.v1"], heartbeat=20)
        await socket.prepare(request)
        queue: asyncio.Queue = asyncio.Queue()
        self.listeners.add(queue)

        async def send() -> None:
            for message in self.opening(request):
                await socket.send_str(json.dumps(message))
            while (message := await queue.get()) is not None:
                await socket.send_str(json.dumps(message))
            await socket.close()

        sender = asyncio.create_task(send())
        try:
            async for message in socket:
                if message.type in (WSMsgType.ERROR, WSMsgType.CLOSE):
                    break
        finally:
            self.listeners.discard(queue)
            sender.cancel()
        return socket

    async def sse(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue: asyncio.Queue = asyncio.Queue()
        self.listeners.add(queue)

        async def send(message: dict) -> None:
            seq = message.get("seq") or message.get("event", {}).get("seq")
            number = f"id: {seq}\n" if seq is not None else ""
            await response.write(f"event: {message['type']}\n{number}data: {json.dumps(message)}\n\n".encode())

        try:
            for message in self.opening(request):
                await send(message)
            while (message := await queue.get()) is not None:
                await send(message)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.listeners.discard(queue)
        return response

    async def live(self, _: web.Application):
        async def beat() -> None:
            while True:
                await asyncio.sleep(1)
                self.board.tell()
                if self.is_quiet:
                    continue
                ids = self.fleet.random.sample(sorted(self.fleet.models), max(1, len(self.fleet.models) // 12))
                for model_id in ids:
                    self.fleet.look(model_id)
                self.update(ids)

        task = asyncio.create_task(beat())
        yield
        task.cancel()
        self.publish(None)

    # REST

    def range_of(self, request: web.Request):
        if "from" in request.query:
            return parse(request.query["from"]), parse(request.query["to"])
        end = now()
        return end - timedelta(hours=RANGES[request.query.get("timeRange", "24h")]), end

    async def detailed(self, _: web.Request) -> web.Response:
        return web.json_response(self.fleet.sorted())

    async def summary(self, _: web.Request) -> web.Response:
        return web.json_response(self.fleet.summary())

    async def probe(self, request: web.Request) -> web.Response:
        wanted = (await request.json()).get("modelId")
        ids = [wanted] if wanted else list(self.fleet.models)
        if wanted and wanted not in self.fleet.models:
            return problem(404, "unknown-model", "No such model", f"No model '{wanted}' is configured or discovered.")
        await asyncio.sleep(0.4)
        results = []
        for model_id in ids:
            self.fleet.look(model_id)
            is_good = self.fleet.models[model_id]["status"] in ("healthy", "degraded")
            results.append(self.fleet.probe_result(model_id, now(), self.fleet.base[model_id], is_good))
        self.update(ids)
        return web.json_response({"results": results, "summary": self.fleet.summary()})

    async def trends(self, request: web.Request) -> web.Response:
        model_id, span = request.query["modelId"], seconds(request.query.get("window", "24h"))
        start, width = now() - timedelta(seconds=span), span / 40
        buckets = [{"start": rfc3339(at), "width": width, "latency": {"p50": p50, "p90": p50 * 1.5, "p99": p50 * 2.3}, "errorRate": error,
                    "availability": 1, "requestCount": 4, "worstStatus": status}
                   for at, status, p50, error in self.past.points(model_id, start, now(), width)]
        return web.json_response({"modelId": model_id, "range": {"from": rfc3339(start), "to": rfc3339(now())}, "buckets": buckets,
                                  "latency": "steady", "errorRate": "steady", "availability": "steady"})

    async def history(self, request: web.Request) -> web.Response:
        model_id, (start, end) = request.query["modelId"], self.range_of(request)
        step = seconds(request.query["resolution"]) if "resolution" in request.query else 10
        await asyncio.sleep(self.delay)
        snapshots = [{"modelId": model_id, "provider": self.fleet.models[model_id]["provider"], "timestamp": rfc3339(at), "status": status,
                      "score": 95, "reason": "passing", "metrics": {"latencyP50": p50, "latencyP90": p50 * 1.5, "latencyP99": p50 * 2.3,
                      "errorRate": error, "availability": 1, "requestCount": 4}}
                     for at, status, p50, error in self.past.points(model_id, start, end, step)]
        limit = int(request.query.get("limit", 1000))
        return web.json_response({"modelId": model_id, "range": {"from": rfc3339(start), "to": rfc3339(end)},
                                  "snapshots": snapshots[-limit:], "truncated": len(snapshots) > limit})

    async def timeline(self, request: web.Request) -> web.Response:
        model_id, (start, end) = request.query["modelId"], self.range_of(request)
        resolution = seconds(request.query["resolution"]) if "resolution" in request.query else None
        await asyncio.sleep(self.delay)
        return web.json_response(self.past.timeline(model_id, start, end, resolution))

    async def explain(self, request: web.Request) -> web.Response:
        model = self.fleet.models[request.query["modelId"]]
        text = (f"{model['modelId']} ({model['provider']}) is {model['status']} since {model['since']}. {model['reasons'][0]['message']} "
                "The next probe goes out in 7 s. Traffic may be sent to it.")
        return web.json_response({key: model.get(key) for key in ("modelId", "provider", "status", "score", "since", "reasons")} | {"text": text})

    async def incidents(self, request: web.Request) -> web.Response:
        start, end = self.range_of(request)
        ids = [request.query["modelId"]] if "modelId" in request.query else list(self.fleet.models)
        found = [incident for model_id in ids for incident in self.past.incidents(model_id, start, end)]
        return web.json_response({"range": {"from": rfc3339(start), "to": rfc3339(end)}, "incidents": found[::-1]})

    async def note(self, request: web.Request) -> web.Response:
        text = (await request.json()).get("text", "").strip()
        if not text:
            return problem(400, "bad-body", "The body cannot be used", "text is empty.")
        note = {"at": rfc3339(now()), "text": text, "author": "ops"}
        self.fleet.notes.setdefault(request.match_info["id"], []).append(note)
        return web.json_response(note, status=201)

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        name = request.match_info["name"]
        if name == "change":
            self.change(body["modelId"], body["status"])
        elif name == "remove":
            self.fleet.models.pop(body["modelId"], None)
            self.fleet.revision += 1
            self.update([], [body["modelId"]])
        elif name == "drop":
            self.publish(None)
        elif name == "send":
            self.publish(body)
        elif name == "quiet":
            self.is_quiet = body["quiet"]
        elif name == "gap":
            self.fleet.seq = body["to"]
            self.publish({"type": "gap", "from": body["from"], "to": body["to"], "restart": body.get("restart", False)})
            self.publish(self.fleet_message())
        elif name == "set":
            self.refuse |= body.get("refuse", {})
            self.delay = body.get("delay", self.delay)
            self.board.set(**{kind: body[kind] for kind in self.board.said if kind in body})
        elif name == "requests":
            answer, self.requests = self.requests, []
            return web.json_response(answer)
        return web.json_response({})

    def application(self) -> web.Application:
        @web.middleware
        async def gate(request: web.Request, handler):
            if request.path.startswith(BASE):
                if not request.path.endswith("/events"):
                    self.requests.append(f"{request.method} {request.path_qs}")
                    if self.refuse["rest"]:
                        return problem(503, "away", "Not now", "REST is switched off.")
                is_upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
                if self.token and not is_upgrade and request.headers.get("Authorization") != f"Bearer {self.token}":
                    return problem(401, "missing-token", "A token is needed", "The token sent is not one of the configured ones.")
                if self.refuse["admin"] and request.method != "GET" and not request.path.endswith("/probe"):
                    return problem(403, "missing-scope", "The token does not open this", "The token lacks the scope 'admin'.")
                asked = request.query.get("modelId")
                if asked is not None and asked not in self.fleet.models:
                    return problem(404, "unknown-model", "No such model", f"No model '{asked}' is configured or discovered.")
            response = await handler(request)
            if not response.prepared:
                response.headers.update({"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"})
            return response

        async def file(request: web.Request) -> web.StreamResponse:
            path = WEB / request.path.lstrip("/")
            if request.path == "/":
                path = WEB / "assets" / "index.html"
            if request.path == "/docs":
                path = WEB / "assets" / "docs.html"
            if request.path == "/openapi.json":
                path = WEB.parent / "openapi-sample.json"
            if request.path.startswith("/vendor/"):
                name = path.name
                path = Path("/usr/share/nodejs") / name.split(".")[0] / "umd" / name
            return web.FileResponse(path) if path.is_file() else problem(404, "unknown-route", "There is nothing here", request.path)

        app = web.Application(middlewares=[gate])
        health = BASE + "health/"
        app.add_routes([
            web.get(health + "events", self.events), web.get(health + "detailed", self.detailed), web.get(health + "summary", self.summary),
            web.post(health + "probe", self.probe), web.get(health + "trends", self.trends), web.get(health + "history", self.history),
            web.get(health + "explain", self.explain), web.get(health + "timeline", self.timeline), web.get(health + "incidents", self.incidents),
            web.post(health + "incidents/{id}/notes", self.note), *self.board.routes(BASE),
            web.post("/stand-in/{name}", self.hook), web.get("/{path:.*}", file)])
        app.cleanup_ctx.append(self.live)
        return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--models", type=int, default=0, help="made-up models beside the named ones")
    parser.add_argument("--token")
    options = parser.parse_args()
    web.run_app(StandIn(options.models, options.token).application(), host="127.0.0.1", port=options.port, print=None,
                shutdown_timeout=0.2, access_log=None)


if __name__ == "__main__":
    main()

"""A fleet of made-up models with the JSON shapes of the daemon, and a past for each of them."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
PROVIDERS = {
    "openai": ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-nano", "o3-mini", "text-embedding-3-small"],
    "anthropic": ["claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1"],
    "mistral": ["mistral-large-latest", "codestral-2508"],
    "ollama": ["llama3.2:3b", "qwen2.5-coder:7b", "nomic-embed-text"],
}
REASONS = {
    "healthy": ("passing", "20 of the last 20 probes succeeded."),
    "degraded": ("slow", "The last 12 answers took 2.4 s in the median, 3.1 times as long as usual."),
    "unhealthy": ("outage", "5 probes in a row failed: HTTP 503, the model is overloaded."),
    "unknown": ("credentials", "HTTP 401: the provider refuses the key. Correct providers.openai.key."),
}


def now() -> datetime:
    return datetime.now(UTC)


def rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def counts_of(models: list[dict]) -> dict:
    counts = {"healthy": 0, "degraded": 0, "unhealthy": 0, "unknown": 0, "idle": 0, "total": len(models)}
    for model in models:
        counts[model["status"]] += 1
        if model["reasons"][0]["code"] == "idle":
            counts["idle"] += 1
    return counts


def worst_of(models: list[dict]) -> str:
    """The worst that matters: what is unknown counts only where nothing is known."""
    statuses = {model["status"] for model in models}
    for status in ("unhealthy", "degraded"):
        if status in statuses:
            return status
    return "unknown" if statuses <= {"unknown"} else "healthy"


class Fleet:
    """All models; changes are numbered, as the daemon numbers them."""

    def __init__(self, extra: int = 0, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.seq = 40
        self.revision = 1
        self.models: dict[str, dict] = {}
        self.events: list[dict] = []
        self.base: dict[str, float] = {}
        self.notes: dict[str, list[dict]] = {}
        for provider, names in PROVIDERS.items():
            for name in names:
                self.add(name, provider)
        for index in range(extra):
            self.add(f"model-{index:04d}", f"provider-{index % 20:02d}")
        self._opening()

    def add(self, model_id: str, provider: str) -> None:
        latency = self.random.uniform(180, 900)
        self.base[model_id] = latency
        at = now() - timedelta(seconds=self.random.uniform(0, 14))
        self.models[model_id] = {
            "modelId": model_id, "provider": provider, "status": "healthy", "score": round(self.random.uniform(90, 100), 1),
            "reasons": [{"code": "passing", "message": REASONS["healthy"][1]}],
            "since": rfc3339(now() - timedelta(hours=self.random.uniform(0.2, 70))),
            "latency": {"p50": round(latency, 1), "p90": round(latency * 1.5, 1), "p99": round(latency * 2.4, 1)},
            "timeToFirstTokenMs": round(latency * 0.6, 1), "errorRate": 0.0, "availability": round(self.random.uniform(0.985, 1), 4),
            "lastCheck": rfc3339(at), "lastSuccessfulResponse": rfc3339(at), "nextProbeAt": rfc3339(at + timedelta(seconds=15)),
            "consecutiveFailures": 0, "requestTotal": self.random.randrange(200, 9000), "circuitBreaker": {"state": "closed"},
            "routing": {"verdict": "usable", "reason": REASONS["healthy"][1]}, "targets": [], "metadata": {"mode": "chat"},
            "probeResult": self.probe_result(model_id, at, latency, True),
        }

    def probe_result(self, model_id: str, at: datetime, latency: float, success: bool) -> dict:
        result = {
            "modelId": model_id, "success": success, "startedAt": rfc3339(at), "streamed": success, "cached": False, "target": "default",
            "latency": round(latency, 1) if success else None, "phases": {},
            "outcome": {"class": "ok", "cause": "none", "detail": "", "httpStatus": 200},
        }
        if success:
            result["phases"] = {
                "connectMs": round(latency * 0.08, 2), "headMs": round(latency * 0.35, 2), "firstByteMs": round(latency * 0.37, 2),
                "firstTokenMs": round(latency * 0.62, 2), "longestGapMs": round(latency * 0.1, 2)}
            result |= {"inputTokens": 8, "outputTokens": 2, "answeredModel": model_id}
        else:
            result["error"] = "HTTP 503: the model is overloaded"
            result["outcome"] = {"class": "failing", "cause": "http", "detail": "HTTP 503: the model is overloaded", "httpStatus": 503}
        return result

    def _opening(self) -> None:
        self.set_status("gpt-4.1", "degraded", quiet=True)
        self.set_status("claude-haiku-4-5", "unhealthy", quiet=True)
        self.set_status("o3-mini", "unknown", quiet=True)
        idle = self.models["llama3.2:3b"]
        idle["reasons"] = [{"code": "idle", "message": "Known to Ollama and not in memory; a probe would load it."}]
        idle["metadata"] |= {"state": "idle", "runtime": "ollama", "cpu": False, "sizeBytes": 2_019_393_189, "quantization": "Q4_K_M"}
        idle |= {"latency": {"p50": None, "p90": None, "p99": None}, "errorRate": None, "timeToFirstTokenMs": None, "nextProbeAt": None}
        loaded = self.models["nomic-embed-text"]
        loaded["metadata"] |= {"state": "loaded", "runtime": "ollama", "cpu": False, "sizeBytes": 274_302_450}
        slow = self.models["qwen2.5-coder:7b"]
        slow |= {"status": "degraded", "score": 58.0, "reasons": [
            {"code": "cpuFallback", "message": "It runs on the CPU: 4.7 GB do not fit the graphics memory."}]}
        slow["metadata"] |= {"state": "loaded", "runtime": "ollama", "cpu": True, "sizeBytes": 4_683_075_271, "quantization": "Q4_K_M"}
        rich = self.models["gpt-4o"]
        rich["traffic"] = {"requestCount": 412, "errorRate": 0.0024, "latency": {"p50": 640.0, "p90": 1102.0, "p99": 2240.5}}
        rich["tokensToday"] = 11_520
        rich["targets"] = [
            {"name": "eu", "status": "healthy", "reason": "Answering.", "consecutiveFailures": 0, "circuitBreaker": {"state": "closed"}},
            {"name": "us", "status": "unhealthy", "reason": "Connection refused.", "consecutiveFailures": 7,
             "circuitBreaker": {"state": "halfOpen", "openedAt": rfc3339(now())}}]
        rich["reasons"].append({"code": "target", "message": "Connection refused.", "target": "us"})
        self.models["claude-haiku-4-5"]["notices"] = [
            {"id": "n1", "kind": "acknowledge", "until": rfc3339(now() + timedelta(minutes=42)), "reason": "Ticket 4711 is open", "by": "ops"}]

    def set_status(self, model_id: str, status: str, quiet: bool = False) -> dict:
        model = self.models[model_id]
        code, message = REASONS[status]
        previous, base = model["status"], self.base[model_id]
        model |= {"status": status, "since": rfc3339(now()), "reasons": [{"code": code, "message": message}],
                  "score": {"healthy": 97.0, "degraded": 61.0, "unhealthy": 12.0, "unknown": None}[status],
                  "errorRate": {"healthy": 0.0, "degraded": 0.035, "unhealthy": 0.86, "unknown": None}[status],
                  "consecutiveFailures": 6 if status == "unhealthy" else 0, "circuitBreaker": {"state": "closed"},
                  "routing": {"verdict": {"healthy": "usable", "degraded": "avoid", "unhealthy": "excluded", "unknown": "avoid"}[status], "reason": message}}
        if status == "degraded":
            model["latency"] = {"p50": round(base * 3.1, 1), "p90": round(base * 4.4, 1), "p99": round(base * 6, 1)}
        if status == "unknown":
            model |= {"latency": {"p50": None, "p90": None, "p99": None}, "timeToFirstTokenMs": None}
        if status == "unhealthy":
            model["circuitBreaker"] = {"state": "open", "openedAt": rfc3339(now()), "openUntil": rfc3339(now() + timedelta(seconds=90))}
            model["probeResult"] = self.probe_result(model_id, now(), base, False)
        if quiet:
            model["since"] = rfc3339(now() - timedelta(minutes=self.random.uniform(4, 90)))
            return {}
        self.seq += 1
        self.revision += 1
        event = {"seq": self.seq, "modelId": model_id, "provider": model["provider"], "previousStatus": previous,
                 "currentStatus": status, "timestamp": rfc3339(now()), "reason": message, "reasons": model["reasons"]}
        self.events.append(event)
        return event

    def look(self, model_id: str) -> None:
        """A probe has come back."""
        model = self.models[model_id]
        if model["reasons"][0]["code"] == "idle":
            return
        at = now()
        model["lastCheck"] = rfc3339(at)
        model["nextProbeAt"] = rfc3339(at + timedelta(seconds=15))
        if model["latency"]["p50"] is not None:
            factor = 3.1 if model["status"] == "degraded" else 1
            p50 = self.base[model_id] * factor * self.random.uniform(0.88, 1.14)
            model["latency"] = {"p50": round(p50, 1), "p90": round(p50 * 1.5, 1), "p99": round(p50 * 2.4, 1)}
        if model["status"] in ("healthy", "degraded"):
            model["lastSuccessfulResponse"] = rfc3339(at)
        self.revision += 1

    def sorted(self) -> list[dict]:
        return [self.models[key] for key in sorted(self.models)]

    def summary(self) -> dict:
        models = self.sorted()
        groups: dict[str, list[dict]] = {}
        for model in models:
            groups.setdefault(model["provider"], []).append(model)
        providers = {}
        for name, members in groups.items():
            counts = counts_of(members)
            words = ", ".join(f"{counts[s]} {s}" for s in ("unhealthy", "degraded", "unknown") if counts[s])
            providers[name] = {"status": worst_of(members), "counts": counts,
                               "reason": f"Of {len(members)} models {words}." if words else f"All {len(members)} models are healthy."}
        bad = [m for m in models if m["status"] != "healthy"][:10]
        return {
            "status": worst_of(models), "rollUp": worst_of(models), "revision": self.revision, "timestamp": rfc3339(now()), "counts": counts_of(models),
            "components": [
                {"kind": "gateway", "name": "portkey", "status": "healthy", "reason": "Answering.", "since": rfc3339(now() - timedelta(hours=9))},
                {"kind": "localRuntime", "name": "ollama", "status": "healthy", "reason": "Answering.", "since": rfc3339(now() - timedelta(hours=9))},
                {"kind": "store", "name": "history", "status": "unhealthy", "since": rfc3339(now() - timedelta(minutes=3)),
                 "reason": "It cannot be written; 214 rows wait on disk."}],
            "providers": providers,
            "worst": [{"modelId": m["modelId"], "provider": m["provider"], "status": m["status"], "since": m["since"],
                       "reason": m["reasons"][0]["message"]} for m in bad]}


class Past:
    """A history of 90 days that is the same each time it is asked for."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.born = now().replace(second=0, microsecond=0)

    def periods(self, model_id: str) -> list[dict]:
        rng = random.Random(model_id)
        at, end = self.born - timedelta(days=60), now()
        periods = []
        while at < end:
            for status, low, high in (("healthy", 2, 30), (rng.choice(["degraded", "unhealthy", "degraded", None, "unknown"]), 0.05, 1.6)):
                # Days long ago were as lively as the last ones.
                to = min(at + timedelta(hours=rng.uniform(low, high) * (0.25 if end - at < timedelta(days=1) else 1)), end)
                if at >= to:
                    break
                period = {"from": at, "to": to, "status": status}
                if status:
                    period["code"], period["reason"] = REASONS[status]
                periods.append(period)
                at = to
        return periods

    def timeline(self, model_id: str, start: datetime, end: datetime, resolution: float | None) -> dict:
        known = [p for p in self.periods(model_id) if p["to"] > start and p["from"] < end]
        if resolution:
            known = [p for p in known if (p["to"] - p["from"]).total_seconds() >= resolution / 2] or known
        periods, at = [], start
        for period in known:
            first, last = max(period["from"], at), min(period["to"], end)
            if first > at:
                periods.append({"from": rfc3339(at), "to": rfc3339(first), "status": None})
            if last > first:
                periods.append(period | {"from": rfc3339(first), "to": rfc3339(last)})
                at = last
        if at < end:
            periods.append({"from": rfc3339(at), "to": rfc3339(end), "status": None})
        counted = [(parse(p["to"]) - parse(p["from"]), p["status"]) for p in periods if p["status"] not in (None, "unknown")]
        total = sum((length.total_seconds() for length, _ in counted), 0.0)
        bad = sum((length.total_seconds() for length, status in counted if status == "unhealthy"), 0.0)
        return {"modelId": model_id, "range": {"from": rfc3339(start), "to": rfc3339(end)}, "resolution": resolution or 0,
                "periods": periods, "availability": 1 - bad / total if total else None, "incidents": self.incidents(model_id, start, end)}

    def incidents(self, model_id: str, start: datetime, end: datetime) -> list[dict]:
        found = []
        for index, period in enumerate(self.periods(model_id)):
            if period["status"] in ("degraded", "unhealthy") and period["to"] > start and period["from"] < end:
                number = f"{sum(map(ord, model_id))}{index}"
                found.append({"id": number, "modelId": model_id, "provider": self.fleet.models[model_id]["provider"],
                              "from": rfc3339(period["from"]), "to": rfc3339(period["to"]), "worst": period["status"],
                              "code": period["code"], "reason": period["reason"], "changes": 2, "notes": self.fleet.notes.get(number, [])})
        return found

    def points(self, model_id: str, start: datetime, end: datetime, step: float) -> list[tuple[datetime, str, float, float]]:
        periods = self.periods(model_id)
        points, at, index = [], max(start, periods[0]["from"]), 0
        end = min(end, now())
        while at < end:
            while index < len(periods) - 1 and periods[index]["to"] <= at:
                index += 1
            if periods[index]["status"] is not None:
                _, latency, error = self.value_in(periods[index]["status"], model_id, at)
                points.append((at, periods[index]["status"], latency, error))
            at += timedelta(seconds=step)
        return points

    def value_in(self, status: str, model_id: str, at: datetime) -> tuple[str, float, float]:
        wave = at.timestamp()
        noise = math.sin(wave / 5400) * 0.16 + math.sin(wave / 700) * 0.07 + math.sin(wave / 91.7) * 0.06 + math.sin(wave / 86400 * 6.283) * 0.2
        factor = {"healthy": 1, "degraded": 2.9, "unhealthy": 1.5, "unknown": 1}[status]
        error = {"healthy": max(0, math.sin(wave / 3333) - 0.93) * 0.3, "degraded": 0.05 + 0.03 * math.sin(wave / 500), "unhealthy": 0.85, "unknown": 0}[status]
        return status, self.fleet.base[model_id] * factor * (1 + noise), error

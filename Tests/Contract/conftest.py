"""Starts the simulator and two daemons, an open one and a guarded one, and gives each test the one and the other.

Needs PROGRAMS, the folder of the built programs.
"""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import BIN, free_port, stop, until

API = "/api/llm-manager"
MODELS = ["model-0", "model-1", "meta/model-2:free", "model-3"]
FAILING = "model-3"
TOKEN = "contract-secret"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not BIN:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs PROGRAMS, the folder of the built programs"))


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)


# Live streams that may be open at once.
STREAMS = 3


class Daemon:
    """A daemon and the way to ask it."""

    def __init__(self, folder: Path, provider: str, isGuarded: bool) -> None:
        self.folder = folder
        self.isGuarded = isGuarded
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.headers = {"Authorization": f"Bearer {TOKEN}"} if isGuarded else {}
        server = f"port: {self.port}, maximumStreams: {STREAMS}"
        page = ""
        if isGuarded:
            server += f", publicBadges: ['*'], tokens: [{{name: all, secret: {TOKEN}, scopes: [read, probe, metrics, admin]}}]"
            page = "statusPage: {enabled: true, groups: [{name: All, models: ['*']}]}\n"
        (folder / "config.yaml").write_text(
            f"server: {{{server}}}\n{page}history: {{sqlite: {{path: {folder}/history.db}}}}\n"
            f"providers: {{sim: {{kind: openai, url: \"{provider}\"}}}}\n"
            "defaults: {interval: 1s, timeout: 2s}\nmodels:\n" + "".join(f"  - {{id: '{id}', provider: sim}}\n" for id in MODELS))
        self.log = open(folder / "daemon.log", "w")
        self.process = subprocess.Popen(
            [f"{BIN}/llm-health", "serve", "--config", str(folder / "config.yaml")], stdout=self.log, stderr=self.log)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: object = None) -> Answer:
        """What the daemon says to exactly this: nothing is added but the token and, with a body, its type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = {**self.headers, **({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})}
            connection.putrequest(method, path, skip_accept_encoding=True)
            data = json.dumps(body).encode() if body is not None else b""
            if body is not None:
                connection.putheader("Content-Length", str(len(data)))
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(data or None)
            response = connection.getresponse()
            isEndless = response.headers["Content-Type"] == "text/event-stream"
            return Answer(response.status, response.headers, b"" if isEndless else response.read())
        finally:
            connection.close()

    def isSettled(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "daemon.log").read_text())
        if self.ask("GET", "/readyz").status != 200:
            return False
        statuses = {model["modelId"]: model["status"] for model in self.ask("GET", f"{API}/health/detailed").json()}
        return all(statuses.get(id) == ("unhealthy" if id == FAILING else "healthy") for id in MODELS)


@pytest.fixture(scope="session")
def provider(tmp_path_factory):
    """The address of a provider whose last model fails."""
    scenario = tmp_path_factory.mktemp("simulator") / "scenario.yaml"
    scenario.write_text("models:\n" + "".join(
        f"  - {{id: '{id}', face: openai, behavior: {'http-500' if id == FAILING else '{latency: 2ms}'}}}\n" for id in MODELS))
    ports = [f"--{face}-port" for face in ("openai", "anthropic", "portkey", "ollama", "lmstudio", "control")]
    process = subprocess.Popen(
        [f"{BIN}/llm-simulator", "--scenario", str(scenario), "--json", *(word for port in ports for word in (port, "0"))],
        stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["openai"]
    finally:
        stop(process)


@pytest.fixture(scope="session", params=["open", "guarded"])
def daemon(request, provider, tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp(request.param), provider, request.param == "guarded")
    try:
        until(daemon.isSettled)
        yield daemon
    finally:
        stop(daemon.process)
        daemon.log.close()


@pytest.fixture(scope="session")
def document(daemon):
    return daemon.ask("GET", "/openapi.json").json()

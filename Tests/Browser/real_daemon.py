"""The real daemon and the simulator whose models it watches."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from pathlib import Path

from programs import BIN, free_port, until


class Daemon:
    """The programs, and what steers them."""

    def __init__(self, folder: Path, providers: dict[str, list[str]], more: str = "") -> None:
        """`providers`: the models of each; `more`: further lines of the configuration."""
        self.folder = folder
        models = [(model, provider) for provider, models in providers.items() for model in models]
        (folder / "scenario.yaml").write_text(
            "models:\n" + "".join(f"  - {{id: {model}, face: openai, behavior: {{latency: 20ms}}}}\n" for model, _ in models))
        ports = [f"--{face}-port" for face in ("openai", "anthropic", "portkey", "ollama", "lmstudio", "control")]
        self.simulator = subprocess.Popen(
            [f"{BIN}/llm-simulator", "--scenario", str(folder / "scenario.yaml"), "--json",
             *(word for port in ports for word in (port, "0"))], stdout=subprocess.PIPE, text=True)
        faces = json.loads(self.simulator.stdout.readline())
        self.control = faces["control"]
        self.port = free_port()
        (folder / "config.yaml").write_text(
            f"server: {{port: {self.port}}}\nhistory: {{sqlite: {{path: {folder}/h.db}}}}\nproviders:\n"
            + "".join(f"  {provider}: {{kind: openai, url: \"{faces['openai']}\"}}\n" for provider in providers)
            + f"defaults: {{interval: 2s, timeout: 2s}}\n{more}models:\n"
            + "".join(f"  - {{id: {model}, provider: {provider}}}\n" for model, provider in models))
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def serve(self) -> None:
        log = open(self.folder / "daemon.log", "a")
        self.process = subprocess.Popen([f"{BIN}/llm-health", "serve", "--config", str(self.folder / "config.yaml")], stderr=log)
        until(lambda: self.process.poll() is not None or all(m["status"] == "healthy" for m in self.get("health/detailed")))
        assert self.process.poll() is None, (self.folder / "daemon.log").read_text()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)

    def get(self, path: str):
        with urllib.request.urlopen(f"{self.url}/api/llm-manager/{path}", timeout=5) as answer:
            return json.load(answer)

    def model(self, model: str) -> dict:
        return next(one for one in self.get("health/detailed") if one["modelId"] == model)

    def fail(self, model: str, isFailing: bool = True) -> None:
        request = urllib.request.Request(
            f"{self.control}/_sim/models/behavior?model={model}", b'"http-500"' if isFailing else None,
            method="PUT" if isFailing else "DELETE")
        urllib.request.urlopen(request, timeout=5).close()

    def stop(self) -> None:
        running = [process for process in (self.process, self.simulator) if process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(20)

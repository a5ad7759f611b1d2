"""Starts the stand-in, or a real daemon and simulator (`--daemon`), or uses the daemon at BASE_URL; gives each check a page
that must stay free of errors.

Checks marked `scripted` steer the stand-in and are left out against a daemon. Those marked `incidents` need some, and write
notes on them: they are left out against somebody's own daemon.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from programs import BIN, until
from real_daemon import Daemon

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--daemon", action="store_true", help="over a real daemon and simulator; needs PROGRAMS")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--daemon") and not BIN:
        raise pytest.UsageError("--daemon needs PROGRAMS, the folder of the built programs")
    config.addinivalue_line("markers", "scripted: steers the stand-in")
    config.addinivalue_line("markers", "incidents: needs incidents, and writes notes on them")
    config.addinivalue_line("markers", "speed: measures, so the machine must be idle")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    foreign = os.environ.get("BASE_URL")
    for item in items:
        if "scripted" in item.keywords and (foreign or config.getoption("--daemon")):
            item.add_marker(pytest.mark.skip(reason="needs the stand-in"))
        if "incidents" in item.keywords and foreign:
            item.add_marker(pytest.mark.skip(reason="writes notes"))


class Server:
    """The server under the page, and the hooks of the stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url

    def hook(self, name: str, **body: object):
        request = urllib.request.Request(
            f"{self.url}/stand-in/{name}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def get(self, path: str):
        request = urllib.request.Request(f"{self.url}/api/llm-manager/{path}")
        if token := os.environ.get("TOKEN"):
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def models(self) -> list[dict]:
        return self.get("health/detailed")


def start(*options: str) -> tuple[Server, subprocess.Popen]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(HERE / "stand_in.py"), "--port", str(port), *options])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            time.sleep(0.1)
    return Server(f"http://127.0.0.1:{port}"), process


@pytest.fixture
def stand_in():
    """A stand-in of the check's own: call it with options."""
    processes: list[subprocess.Popen] = []

    def make(*options: str) -> Server:
        server, process = start(*options)
        processes.append(process)
        return server

    yield make
    for process in processes:
        process.terminate()
        process.wait(5)


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """A daemon with one model that is down, and one that was."""
    daemon = Daemon(
        tmp_path_factory.mktemp("daemon"),
        {"anthropic": ["claude-haiku-4-5", "claude-opus-4-1", "claude-sonnet-4-5"],
         "openai": ["gpt-4.1", "gpt-4o", "gpt-4o-mini", "o3-mini"], "mistral": ["codestral", "mistral-large"]})
    try:
        daemon.serve()
        for model in ("claude-haiku-4-5", "gpt-4o"):
            daemon.fail(model)
        until(lambda: all(daemon.model(model)["status"] == "unhealthy" for model in ("claude-haiku-4-5", "gpt-4o")))
        daemon.fail("gpt-4o", False)
        until(lambda: daemon.model("gpt-4o")["status"] == "healthy")
        yield Server(daemon.url)
    finally:
        daemon.stop()


@pytest.fixture(scope="module")
def server(request):
    if request.config.getoption("--daemon"):
        yield request.getfixturevalue("real")
        return
    if url := os.environ.get("BASE_URL"):
        yield Server(url.rstrip("/"))
        return
    server, process = start()
    yield server
    process.terminate()
    process.wait(5)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page with what it complained about and whom it asked."""

    def __init__(self, browser: Browser, **options: object) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.errors.append(f"{e}"))
        self.page.on("request", lambda r: self.hosts.add(r.url.split("/")[2]))
        self.page.on("websocket", lambda w: self.hosts.add(w.url.split("/")[2]))


@pytest.fixture
def watch(browser: Browser):
    made: list[Watched] = []

    def make(**options: object) -> Watched:
        made.append(Watched(browser, **options))
        return made[-1]

    yield make
    for watched in made:
        watched.context.close()


@pytest.fixture
def page(watch, server: Server):
    """The dashboard, shown. It must not have logged an error by the end, nor asked another host."""
    watched = watch()
    if token := os.environ.get("TOKEN"):
        watched.page.add_init_script(f"sessionStorage.setItem('llm-health-token', {json.dumps(token)})")
    watched.page.goto(server.url)
    watched.page.locator("llm-health-dashboard .row").first.wait_for()
    yield watched.page
    assert watched.errors == []
    assert watched.hosts == {server.url.split("/")[2]}

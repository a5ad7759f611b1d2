"""Requests made up from the document, right and wrong ones, and answers held against it."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import API, MODELS, TOKEN

CONFIG = """
hooks = "{here}/rules.py"
seed = 1
[generation]
deterministic = true
database = "none"
max-examples = 40
[phases.stateful]
enabled = false
# What is asked must not depend on what was answered, or no two runs are alike.
[phases.coverage]
extra-data-sources.responses = false
[phases.fuzzing]
extra-data-sources.responses = false
error-feedback.enabled = false
[checks.not_a_server_error]
# Only where the document of an operation has them, which status_code_conformance checks.
expected-statuses = ["2xx", "3xx", "4xx", "501", "503"]
[checks.negative_data_rejection]
# A list of too many long names is too large before it is too long.
expected-statuses = ["400", "401", "403", "404", "405", "406", "413", "415"]
"""


NOTICES = {
    "silences": {"modelId": MODELS[0], "kind": "silence", "for": "1h"},
    "maintenance": {"title": "Planned work", "for": "1h", "models": [MODELS[1]]},
    "announcements": {"title": "A word"},
}


def known(document, daemon):
    """The document as it holds for this daemon. With names that are not there nearly all would end at 404."""
    document = copy.deepcopy(document)
    document["components"]["schemas"]["ModelId"]["examples"] = MODELS
    for name, order in NOTICES.items():
        notice = daemon.ask("POST", f"{API}/{name}", body=order).json()
        document["paths"][f"{API}/{name}/{{id}}"]["delete"]["parameters"][0]["example"] = notice["id"]
    # One that was told from what was seen, which needs no change in the history.
    document["paths"][f"{API}/health/incidents/{{id}}/notes"]["post"]["parameters"][0]["example"] = "at-1795428000000-1x2y"
    if not daemon.isGuarded:
        # "Without any token, everybody who reaches the port may do everything."
        for item in document["paths"].values():
            for operation in item.values():
                operation["security"] = []
    return document


@pytest.fixture(scope="module")
def run(daemon, document, tmp_path_factory):
    """All of it, once for each daemon: what was said, and (method, path, status) of every answer."""
    folder = tmp_path_factory.mktemp("schemathesis")
    (folder / "openapi.json").write_text(json.dumps(known(document, daemon)))
    (folder / "schemathesis.toml").write_text(CONFIG.format(here=Path(__file__).resolve().parent))
    words = [
        str(Path(sys.executable).with_name("st")), "--no-color", "--config-file", "schemathesis.toml", "run", "openapi.json",
        # The stream never ends; it has tests of its own.
        "--url", daemon.url, "--exclude-operation-id", "events", "--continue-on-failure", "--report", "har", "--report-har-path", "all.har"]
    if daemon.isGuarded:
        words += ["--header", f"Authorization: Bearer {TOKEN}"]
    result = subprocess.run(words, cwd=folder, env={**os.environ, "PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, timeout=120)
    assert (folder / "all.har").exists(), result.stdout + result.stderr
    entries = json.loads((folder / "all.har").read_text())["log"]["entries"]
    answers = [
        (entry["request"]["method"], re.sub(r"^https?://[^/]*|\?.*$", "", entry["request"]["url"]), entry["response"]["status"])
        for entry in entries]
    return result, answers


def test_every_answer_is_as_the_document_says(run):
    result, _ = run
    failures = result.stdout.partition("= FAILURES =")[2] or result.stdout
    assert result.returncode == 0, failures + result.stderr


def test_every_operation_was_answered(run, document):
    _, answers = run
    for path, item in document["paths"].items():
        shape = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))
        for method, operation in item.items():
            if operation["operationId"] == "events":
                continue
            statuses = {status for asked, where, status in answers if asked == method.upper() and shape.fullmatch(where)}
            # There is no gateway whose metrics could be passed through.
            expected = 501 if operation["operationId"] == "gatewayMetrics" else next(int(s) for s in operation["responses"] if s[0] == "2")
            assert expected in statuses, f"{method.upper()} {path}: {statuses}"

"""What HTTP itself promises, for every operation of the document: ETags, gzip, HEAD, OPTIONS, and the live stream."""

from __future__ import annotations

import gzip
import http.client
import json
from urllib.parse import quote

import pytest
from conftest import API, MODELS
from jsonschema import Draft202012Validator

# A part of the past that no longer changes, and a model.
QUERY = {"modelId": MODELS[2], "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
STREAM = f"{API}/health/events"
TRIES = 50


def gets(document):
    """Path and operation of everything that can be read and ends."""
    for path, item in document["paths"].items():
        if "get" in item and path != STREAM:
            names = [parameter["name"] for parameter in item["get"]["parameters"] if parameter["name"] in QUERY]
            query = "&".join(f"{name}={quote(QUERY[name], safe='')}" for name in names)
            yield f"{path}?{query}" if query else path, item["get"]


def is_problem(document, answer) -> bool:
    """Whether it is a problem document, of this status."""
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    problem = answer.json()
    Draft202012Validator(schema).validate(problem)
    return answer.headers["Content-Type"] == "application/problem+json" and problem["status"] == answer.status


def steady(daemon, path, ask):
    """An answer to GET and to what is asked besides, of the same state: figures may move in between."""
    for _ in range(TRIES):
        before, other, after = daemon.ask("GET", path), ask(), daemon.ask("GET", path)
        if before.headers["ETag"] is not None and before.headers["ETag"] == after.headers["ETag"]:
            return before, other
    raise AssertionError(f"{path} never stands still")


def test_what_is_known_is_not_sent_again(daemon, document, subtests):
    for path, operation in gets(document):
        if "304" not in operation["responses"]:
            continue
        with subtests.test(path):
            for _ in range(TRIES):
                first = daemon.ask("GET", path)
                assert first.status == 200 and first.headers["ETag"]
                second = daemon.ask("GET", path, {"If-None-Match": first.headers["ETag"]})
                if second.status == 304:
                    break
            assert second.status == 304
            assert second.body == b""
            assert second.headers["ETag"] == first.headers["ETag"]
            assert second.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert daemon.ask("GET", path, {"If-None-Match": "*"}).status == 304
            other = daemon.ask("GET", path, {"If-None-Match": '"another"'})
            assert other.status == 200 and other.body


def test_long_answers_travel_as_gzip(daemon, document, subtests):
    packed = 0
    for path, operation in gets(document):
        if "304" not in operation["responses"]:
            continue
        with subtests.test(path):
            plain, answer = steady(daemon, path, lambda: daemon.ask("GET", path, {"Accept-Encoding": "gzip"}))
            assert "Content-Encoding" not in plain.headers
            if len(plain.body) < 1_024:
                assert "Content-Encoding" not in answer.headers
                continue
            packed += 1
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "accept-encoding" in answer.headers["Vary"].lower()
            assert "accept-encoding" in plain.headers["Vary"].lower()
            assert gzip.decompress(answer.body) == plain.body
            assert len(answer.body) == int(answer.headers["Content-Length"]) < len(plain.body)
            refused = daemon.ask("GET", path, {"Accept-Encoding": "gzip;q=0"})
            assert "Content-Encoding" not in refused.headers
            # The ETag of the packed form is good for asking again for it.
            again = {"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
            assert any(
                daemon.ask("GET", path, {**again, "If-None-Match": daemon.ask("GET", path, again).headers["ETag"]}).status == 304
                for _ in range(TRIES))
    assert packed >= 2


def test_head_is_get_without_a_body(daemon, document, subtests):
    for path, operation in gets(document):
        with subtests.test(path):
            left_out = {"date"}
            if "304" in operation["responses"]:
                plain, head = steady(daemon, path, lambda: daemon.ask("HEAD", path))
            else:
                plain, head = daemon.ask("GET", path), daemon.ask("HEAD", path)
                left_out |= {"content-length", "etag"}
            assert head.status == plain.status
            assert head.body == b""
            assert shown(head, left_out) == shown(plain, left_out)


def shown(answer, left_out) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in answer.headers.items() if name.lower() not in left_out)


def test_wrong_methods_are_told_what_is_allowed(daemon, document, subtests):
    """OPTIONS is one of them: pages of other sites may ask for nothing."""
    for path, item in document["paths"].items():
        target = path.replace("{id}", "none")
        allowed = {method.upper() for method in item} | ({"HEAD"} if "get" in item else set())
        for method in {"GET", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE"} - allowed:
            with subtests.test(f"{method} {path}"):
                answer = daemon.ask(method, target)
                assert answer.status == 405
                assert {word.strip() for word in answer.headers["Allow"].split(",")} == allowed
                assert is_problem(document, answer)


def test_what_is_not_there_is_a_problem(daemon, document):
    for path in ("/nothing", f"{API}/nothing", f"{API}/health/nothing", f"{API}/silences/a/b"):
        answer = daemon.ask("GET", path)
        assert answer.status == 404, path
        assert is_problem(document, answer), path


def test_another_name_in_the_host_header_is_refused(daemon, document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "get" or path == STREAM:
                continue
            connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
            connection.putrequest("GET", path, skip_host=True)
            connection.putheader("Host", "elsewhere.example")
            for name, value in daemon.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            assert response.status == 421, path
            assert json.loads(response.read())["status"] == 421, path
            connection.close()


def test_without_the_token_nothing_but_the_open_is_told(daemon, document):
    if not daemon.isGuarded:
        pytest.skip("needs tokens")
    for path, operation in gets(document):
        for sent in ({"Authorization": ""}, {"Authorization": "Bearer wrong-secret"}):
            answer = daemon.ask("GET", path, sent)
            if operation["security"]:
                assert answer.status == 401 and is_problem(document, answer), path
                assert answer.headers["WWW-Authenticate"].startswith("Bearer"), path
            else:
                assert answer.status == 200, path


def test_the_stream_begins_with_the_fleet(daemon):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    try:
        connection.request("GET", STREAM, headers={**daemon.headers, "Accept": "text/event-stream"})
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["Content-Type"].split(";")[0] == "text/event-stream"
        fields = {}
        while (line := response.readline().decode().rstrip("\n")) or not fields:
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.strip()
        assert fields["event"] == "fleet"
        assert {model["modelId"] for model in json.loads(fields["data"])["models"]} == set(MODELS)
    finally:
        connection.close()


def test_the_stream_must_be_asked_for(daemon, document):
    for accept in (None, "application/json", "text/event-stream;q=0"):
        answer = daemon.ask("GET", STREAM, {"Accept": accept} if accept else {})
        assert answer.status == 406, accept
        assert is_problem(document, answer)


def test_a_wrong_parameter_of_the_stream_is_refused(daemon, document):
    for query in ("after=-1", "after=x", "status=ill", "unknown=1"):
        answer = daemon.ask("GET", f"{STREAM}?{query}", {"Accept": "text/event-stream"})
        assert answer.status == 400, query
        assert is_problem(document, answer)

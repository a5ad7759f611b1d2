#!/usr/bin/env python3
"""Turns the written-down recording of a Portkey gateway into JSON that tests read.

usage: portkey-recordings.py RECORDED.md > Tests/ObservationTests/Recordings/portkey-recorded.json

The recording leaves out headers that every request had. They are put back here, as far as the upstream saw them:
the content type, and with a provider header the key (`Bearer sk-fake`).
"""

import json
import re
import sys

SECTION = re.compile(r"^## (.+)$", re.M)
STATUS = re.compile(r"^HTTP (\d{3}) .*\((\d+) ms\)$")
UPSTREAM = re.compile(r"^- (\S+) (\S+) auth=(.+?) portkey-headers=(\S+) ua=(\S+) body=(.*)$")


def headers_and_body(lines):
    """Splits the lines of a message after its first into headers (a dict) and body (text)."""
    headers = {}
    for index, line in enumerate(lines):
        if not line:
            return headers, "\n".join(lines[index + 1 :])
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, ""


def blocks(text):
    """The fenced blocks of a section, each as a list of lines."""
    return [block.split("\n") for block in re.findall(r"^```\n(.*?)\n```$", text, re.M | re.S)]


def request(name, lines):
    method, path = lines[0].split(" ", 1)
    headers, body = headers_and_body(lines[1:])
    if method == "POST":
        headers["content-type"] = "text/plain" if name == "content-type text/plain" else "application/json"
    if "x-portkey-provider" in headers:
        headers["authorization"] = "Bearer sk-fake"
    return {"method": method, "path": path, "headers": headers, "body": body.rstrip("\n") or None}


def response(name, lines):
    match = STATUS.match(lines[0])
    if not match:
        raise SystemExit(f"{name}: '{lines[0]}' is no status line")
    headers, body = headers_and_body(lines[1:])
    if headers.get("content-type", "").startswith("text/event-stream"):
        body = body.rstrip("\n") + "\n\n"
    expected = headers.get("content-length")
    if expected is not None and len(body.encode()) != int(expected):
        raise SystemExit(f"{name}: the body has {len(body.encode())} bytes, content-length says {expected}")
    return {"status": int(match[1]), "milliseconds": int(match[2]), "headers": headers, "body": body}


def scenario(name, text):
    fenced = blocks(text)
    error = re.search(r"^-> client error: (.+)$", text, re.M)
    if not fenced or (len(fenced) < 2 and not error):
        raise SystemExit(f"{name}: no request or no response")
    saw = [UPSTREAM.match(line) for line in text.split("\n") if line.startswith("- ")]
    if None in saw:
        raise SystemExit(f"{name}: a line of what the upstream saw cannot be read")
    return {
        "name": name,
        "request": request(name, fenced[0]),
        "response": None if error else response(name, fenced[1]),
        "clientError": error[1] if error else None,
        "upstreamSaw": [
            {"method": m[1], "path": m[2], "authorization": None if m[3] == "-" else m[3], "body": m[6] or None}
            for m in saw
        ],
    }


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        parts = SECTION.split(file.read())
    scenarios = [scenario(name, text) for name, text in zip(parts[1::2], parts[2::2])]
    json.dump(scenarios, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


main()

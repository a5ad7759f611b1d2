"""What a probe costs Prometheus' blackbox exporter, beside which ours is measured: CPU at 500 probes a second, and how many
it makes flat out.

    python tools/blackbox_exporter.py URL    URL: a server that answers POST /v1/chat/completions
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

MODULE = """modules:
  chat:
    prober: http
    timeout: 5s
    http:
      method: POST
      headers: {Content-Type: application/json, Authorization: Bearer sk-benchmark-0123456789}
      body: '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"ping"}],"max_tokens":1}'
      fail_if_body_not_matches_regexp: ['"choices"']
"""
CALLERS = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drive(port: int, target: str, rate: float | None, seconds: float) -> int:
    """Asks for probes, at a rate or as fast as they come; returns how many succeeded."""
    path = f"/probe?module=chat&target={urllib.parse.quote(target, safe='')}"
    done = [0] * CALLERS

    def call(index: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        at = time.monotonic() + (index / rate if rate else 0)
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if rate and now < at:
                time.sleep(at - now)
            connection.request("GET", path)
            done[index] += b"probe_success 1" in connection.getresponse().read()
            at += CALLERS / rate if rate else 0

    callers = [threading.Thread(target=call, args=(index,)) for index in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return sum(done)


def main(url: str) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "blackbox.yml"
        config.write_text(MODULE)
        exporter = subprocess.Popen(
            ["prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            target = f"{url}/v1/chat/completions"
            for what, rate in [("at 500 a second", 500.0), ("flat out", None)]:
                begin, before = time.monotonic(), cpu_seconds(exporter.pid)
                count = drive(port, target, rate, 6)
                took = time.monotonic() - begin
                cost = (cpu_seconds(exporter.pid) - before) * 1_000 / max(count, 1)
                print(f"FIGURE\tblackbox exporter: CPU of a probe {what}\tprinted\t{cost:.3f} ms, {count / took:.0f} a second")
        finally:
            exporter.terminate()
            exporter.wait(5)


if __name__ == "__main__":
    main(sys.argv[1])

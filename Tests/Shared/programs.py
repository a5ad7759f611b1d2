"""What every suite over the built programs needs. PROGRAMS is their folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

BIN = os.environ.get("PROGRAMS")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(check, seconds: float = 20):
    """What the check gives as soon as it gives anything; whoever does not answer yet is asked again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if value := check():
                return value
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(check)


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(20)

"""What the daemon counts of its live streams, beside streams that are opened, refused and broken on purpose."""

from __future__ import annotations

import base64
import http.client
import os
import re
import socket
import struct

from conftest import API, STREAMS
from programs import until

STREAM = f"{API}/health/events"


def figures(daemon) -> dict[str, float]:
    text = daemon.ask("GET", "/metrics").body.decode()
    return {name: float(value) for name, value in re.findall(r"^(llm_health_stream\S*) (\S+)$", text, re.M)}


def server_sent(daemon):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    connection.request("GET", STREAM, headers={**daemon.headers, "Accept": "text/event-stream"})
    return connection, connection.getresponse()


def websocket(daemon) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", daemon.port), 10)
    lines = [f"GET {STREAM} HTTP/1.1", f"Host: 127.0.0.1:{daemon.port}", "Connection: Upgrade", "Upgrade: websocket",
             "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
             *(f"{name}: {value}" for name, value in daemon.headers.items())]
    peer.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += peer.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return peer


def frame(peer: socket.socket) -> tuple[int, bytes]:
    """Opcode and payload of the next frame."""

    def take(count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = peer.recv(count - len(data))
            assert part, "the connection ended"
            data += part
        return data

    first, second = take(2)
    length = second & 127
    if length >= 126:
        length = struct.unpack("!H" if length == 126 else "!Q", take(2 if length == 126 else 8))[0]
    return first & 15, take(length)


def test_streams_are_counted_while_they_are_open(daemon):
    before = until(lambda: (f := figures(daemon)) and f['llm_health_streams{transport="sse"}'] == 0 and f)
    connection, response = server_sent(daemon)
    peer = websocket(daemon)
    assert response.status == 200
    assert response.readline() == b"event: fleet\n"
    assert frame(peer)[0] == 1
    now = until(lambda: (f := figures(daemon)) and f['llm_health_streams{transport="sse"}'] == 1
                and f['llm_health_streams{transport="websocket"}'] == 1 and f)
    for transport in ("sse", "websocket"):
        name = f'llm_health_stream_messages_total{{transport="{transport}"}}'
        until(lambda: figures(daemon)[name] > before[name])
    assert now["llm_health_stream_coalesced_events_total"] == before["llm_health_stream_coalesced_events_total"]
    connection.close()
    response.close()
    peer.close()
    until(lambda: figures(daemon)['llm_health_streams{transport="sse"}'] == 0)
    until(lambda: figures(daemon)['llm_health_streams{transport="websocket"}'] == 0)


def test_one_too_many_is_refused_and_counted(daemon):
    until(lambda: figures(daemon)['llm_health_streams{transport="sse"}'] == 0)
    before = figures(daemon)["llm_health_streams_refused_total"]
    open_ones = [server_sent(daemon) for _ in range(STREAMS)]
    assert [response.status for _, response in open_ones] == [200] * STREAMS
    refused = daemon.ask("GET", STREAM, {"Accept": "text/event-stream"})
    assert refused.status == 503 and refused.headers["Retry-After"] == "5"
    until(lambda: figures(daemon)["llm_health_streams_refused_total"] == before + 1)
    until(lambda: figures(daemon)['llm_health_streams{transport="sse"}'] == STREAMS)
    for connection, response in open_ones:
        connection.close()
        response.close()
    until(lambda: figures(daemon)['llm_health_streams{transport="sse"}'] == 0)
    connection, response = server_sent(daemon)
    assert response.status == 200
    connection.close()
    response.close()


def test_who_breaks_the_protocol_is_cut_and_counted(daemon):
    name = 'llm_health_streams_cut_total{reason="violation"}'
    before = figures(daemon)
    peer = websocket(daemon)
    frame(peer)
    # A text frame that is not masked.
    peer.sendall(b"\x81\x02hi")
    while (received := frame(peer))[0] != 8:
        pass
    assert struct.unpack("!H", received[1][:2])[0] == 1002
    until(lambda: figures(daemon)[name] == before[name] + 1)
    peer.close()
    after = figures(daemon)
    assert {n: v for n, v in after.items() if "cut" in n and n != name} == {n: v for n, v in before.items() if "cut" in n and n != name}

"""Server-Sent Events in the hub (HTML standard, section 9.2): for networks that break WebSocket."""

import json
import random
from typing import Any

from deployapp.events import EVENT_TYPE, DeploymentEvent
from deployapp.realtime.connection import Connection

RETRY = 3_000  # milliseconds before a client comes back
RETRY_SPREAD = 10_000  # the same after a goodbye, spread so that not all come at once


class ServerSentEvents:
    """`/sse/deployment-updates`. JSON has no raw line breaks, so an event is one `data:` line."""

    name = "sse"
    heartbeat = b":\n\n"
    answers_heartbeats = False

    def __init__(self, on_closed: Any) -> None:
        self._on_closed = on_closed

    def encode(self, event: DeploymentEvent) -> bytes:
        return f"event: {EVENT_TYPE}\nid: {event.id}\ndata: {event.as_json()}\n\n".encode()

    def greet(self, hello: dict[str, Any]) -> bytes:
        return f"event: hello\ndata: {json.dumps(hello, separators=(',', ':'))}\n\n".encode()

    def received(self, connection: Connection, data: bytes) -> None:
        """Nothing is expected on this road; what comes is dropped."""

    def goodbye(self, code: int, reason: str) -> bytes:
        return f"retry: {random.randrange(RETRY, RETRY + RETRY_SPREAD)}\n\n".encode()  # noqa: S311  # not a secret

    def closed(self, connection: Connection) -> None:
        self._on_closed(connection)


def response(cors: dict[str, str]) -> bytes:
    """The head of the answer. The stream has no length, so the end of the connection is its end."""
    headers = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",  # nginx must not collect events
        "Connection": "close",
        **cors,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\nretry: {RETRY}\n\n".encode()

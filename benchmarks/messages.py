"""What is broadcast, the same to every contender, an event of this project; and the requests that trigger it."""

import json
from dataclasses import replace

from deployapp.events import DeploymentEvent

FIELDS = {
    "version": "1.42.0",
    "commit_sha": "0123456789abcdef0123456789abcdef01234567",
    "url": "https://example.org/releases/1.42.0",
}


EVENT = DeploymentEvent(
    0, "2026-01-01T12:00:00.000Z", version=FIELDS["version"], commit_sha=FIELDS["commit_sha"], url=FIELDS["url"]
)


def event_json(event_id: int) -> str:
    """The event as it travels, about 350 bytes."""
    return replace(EVENT, id=event_id).as_json()


def socketio_text(event_id: int) -> str:
    """The event in the text frame of a Socket.IO server."""
    return f'42["deployment_update",{event_json(event_id)}]'


def http_post(port: int, path: str, body: str, **headers: str) -> bytes:
    """A whole HTTP request, as the load client sends it."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]).encode()


def deployment_trigger(port: int, token: str, **more: str) -> bytes:
    """The request by which a user's CI tells of a deployment."""
    body = json.dumps({**FIELDS, **more})
    return http_post(port, "/api/deployments/trigger/", body, Authorization=f"Bearer {token}")

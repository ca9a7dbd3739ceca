"""WebSocket connections in the hub: control frames, and the raw transport on top."""

import json
from typing import Any

from wsproto.frame_protocol import CloseReason

from deployapp.events import DeploymentEvent
from deployapp.realtime import frames
from deployapp.realtime.connection import Connection
from deployapp.realtime.hub import Hub

MAX_INBOUND = 4096  # bytes a client may send in one message
NO_GOODBYE = (1005, 1006)  # codes that never go over the wire: RFC 6455, section 7.4.1


class WebSocketTransport:
    """What raw WebSocket and Socket.IO over WebSocket have in common; `message` is theirs."""

    answers_heartbeats = True

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def message(self, connection: Connection, data: str | bytes) -> None:
        """A whole message came. Must not switch. Raises `frames.Refused`."""
        raise NotImplementedError

    def received(self, connection: Connection, data: bytes) -> None:
        if connection.reader is None:
            message = frames.read_whole(data, MAX_INBOUND)
            if message is not None:
                return self.handle(connection, message)
            connection.reader = frames.Reader(MAX_INBOUND)
        for message in connection.reader.feed(data):
            connection.transport.handle(connection, message)  # type: ignore[attr-defined]  # it may change between two
            if connection.fd < 0:
                return
        if connection.reader.idle:
            connection.reader = None

    def handle(self, connection: Connection, message: frames.Message) -> None:
        """Answer a control frame, pass a message on."""
        if message.opcode == frames.PONG:
            return
        if message.opcode == frames.PING:
            self.hub.send(connection, frames.encode(frames.PONG, bytes(message.data)))  # type: ignore[arg-type]
        elif message.opcode == frames.CLOSE:
            code = int.from_bytes(message.data, "big")  # type: ignore[arg-type]
            self.hub.close(connection, 1000 if code in NO_GOODBYE else code)
        else:
            self.message(connection, message.data)

    def goodbye(self, code: int, reason: str) -> bytes:
        return frames.encode_close(code, reason)


class RawWebSocket(WebSocketTransport):
    """`/ws/deployment-updates`: each text message is one event; a `ping` is answered, the rest ignored."""

    name = "websocket"
    heartbeat = frames.PING_FRAME
    _PONG = frames.encode_text('{"type":"pong"}')

    def __init__(self, hub: Hub, on_closed: Any) -> None:
        super().__init__(hub)
        self._on_closed = on_closed

    def encode(self, event: DeploymentEvent) -> bytes:
        return frames.encode_text(event.as_json())

    def greet(self, hello: dict[str, Any]) -> bytes:
        return frames.encode_text(json.dumps(hello, separators=(",", ":")))

    def message(self, connection: Connection, data: str | bytes) -> None:
        if isinstance(data, bytes):
            raise frames.Refused(CloseReason.UNSUPPORTED_DATA, "text only")
        if '"ping"' in data and _is_ping(data):
            self.hub.send(connection, self._PONG)

    def closed(self, connection: Connection) -> None:
        self._on_closed(connection)


def _is_ping(text: str) -> bool:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "ping"

"""Engine.IO over WebSocket in the hub: what takes the place of python-engineio's own reader, writer and queue.

See docs/decisions/0011-engineio-extension-point.md.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from engineio import packet as engine_packet
from engineio.exceptions import EngineIOError
from wsproto.frame_protocol import CloseReason

from deployapp.events import DeploymentEvent
from deployapp.realtime import frames
from deployapp.realtime.connection import Connection
from deployapp.realtime.hub import Hub
from deployapp.realtime.loop import Loop
from deployapp.realtime.websocket import WebSocketTransport

MAX_WAITING = 32  # messages of one client that wait to be handled
NAME = "socketio"


class EngineSession:
    """What stands between an Engine.IO socket and its connection in the hub. Takes the place of the socket's queue."""

    __slots__ = ("connection", "hub", "inbox", "probed", "socket")

    def __init__(self, socket: Any, hub: Hub) -> None:
        self.socket = socket
        self.hub = hub
        self.connection: Connection | None = None
        self.probed = False
        self.inbox: deque[str] | None = None

    def put(self, packet: Any) -> None:
        """Send a packet; None ends the connection (python-engineio's convention)."""
        if self.connection is None:
            return
        if packet is None:
            return self.hub.close(self.connection)
        self.hub.send(self.connection, _framed(packet))

    def join(self) -> None:
        """Nothing waits here to be sent."""

    def take_queue(self) -> bytes:
        """Take what the socket has for its client from now on; answers the frames of what waited for it."""
        waiting, self.socket.queue = self.socket.queue, self
        self.socket.connected = self.socket.upgraded = True
        self.socket.upgrading, self.socket.last_ping = False, None
        packets = [waiting.get() for _ in range(waiting.qsize())]
        return b"".join(_framed(one) for one in packets if one is not None and one.packet_type != engine_packet.NOOP)


def _framed(packet: Any) -> bytes:
    encoded = packet.encode()
    return frames.encode(frames.BINARY, encoded) if isinstance(encoded, bytes) else frames.encode_text(encoded)


class EngineWebSocket(WebSocketTransport):
    """A client that is connected. `encode_event` answers an event's Engine.IO packet."""

    name = NAME
    heartbeat = frames.encode_text(engine_packet.Packet(engine_packet.PING).encode())
    _PONG = engine_packet.Packet(engine_packet.PONG).encode()

    def __init__(self, hub: Hub, loop: Loop, encode_event: Callable[[DeploymentEvent], Any]) -> None:
        super().__init__(hub)
        self._loop = loop
        self._encode_event = encode_event

    def encode(self, event: DeploymentEvent) -> bytes:
        return frames.encode_text(self._encode_event(event).encode())

    def message(self, connection: Connection, data: str | bytes) -> None:
        session: EngineSession = connection.session
        if isinstance(data, bytes):
            raise frames.Refused(CloseReason.UNSUPPORTED_DATA, "no binary events here")
        if data == self._PONG:
            return
        if session.inbox is None:
            session.inbox = deque([data])
            self._loop.spawn(self._work, session)
        elif len(session.inbox) < MAX_WAITING:
            session.inbox.append(data)
        else:
            raise frames.Refused(CloseReason.POLICY_VIOLATION, "too many messages")

    def _work(self, session: EngineSession) -> None:
        """Handle what the client sent, in order, where waiting for the database does not hold up the hub."""
        try:
            while session.inbox and not session.socket.closed:
                self._receive(session, session.inbox.popleft())
        finally:
            session.inbox = None

    def _receive(self, session: EngineSession, data: str) -> None:
        try:
            session.socket.receive(engine_packet.Packet(encoded_packet=data))
        except (EngineIOError, ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            if session.connection is not None:
                self.hub.close(session.connection, CloseReason.PROTOCOL_ERROR, str(error))

    def closed(self, connection: Connection) -> None:
        session: EngineSession = connection.session
        socket, session.connection = session.socket, None
        socket.close(wait=False, abort=True, reason=socket.server.reason.TRANSPORT_CLOSE)
        socket.server.sockets.pop(socket.sid, None)


class UpgradeProbe(WebSocketTransport):
    """A client that polls and is about to move here: it sends `2probe`, gets `3probe`, sends `5`, and has moved.

    Gets no heartbeats: the stock client takes any other packet at this time for a failed upgrade. If it stays silent,
    the hub closes it, and it goes on polling.
    """

    name = NAME
    heartbeat = b""
    _PROBE = engine_packet.Packet(engine_packet.PING, data="probe").encode()
    _UPGRADE = engine_packet.Packet(engine_packet.UPGRADE).encode()

    def __init__(self, hub: Hub, target: EngineWebSocket, on_moved: Callable[[str, Connection], None]) -> None:
        super().__init__(hub)
        self._target = target
        self._on_moved = on_moved

    def encode(self, event: DeploymentEvent) -> bytes:
        raise NotImplementedError("it subscribes to nothing before it has moved")

    def message(self, connection: Connection, data: str | bytes) -> None:
        session: EngineSession = connection.session
        socket = session.socket
        if socket.closed or data != (self._UPGRADE if session.probed else self._PROBE):
            raise frames.Refused(CloseReason.PROTOCOL_ERROR, "not an upgrade")
        if not session.probed:
            session.probed = True
            session.put(engine_packet.Packet(engine_packet.PONG, data="probe"))
            socket.queue.put(engine_packet.Packet(engine_packet.NOOP))  # ends the poll that is under way
            return
        connection.transport = self._target
        self.hub.send(connection, session.take_queue())
        self._on_moved(socket.sid, connection)

    def closed(self, connection: Connection) -> None:
        session: EngineSession = connection.session
        session.connection = None
        session.socket.upgrading = False

"""Socket.IO: Flask-SocketIO on the hub, by python-engineio's own extension points; nothing is forked.

A client over WebSocket leaves the web server and becomes a connection of the hub: no reader and no writer thread.
Long-polling goes on as Engine.IO does it. See docs/decisions/0011-engineio-extension-point.md.
`sid` is Socket.IO's word for a client of the default namespace, `eio_sid` Engine.IO's for its transport session.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import engineio
import socketio
from engineio import packet as engine_packet
from flask import Flask
from flask_socketio import SocketIO
from wsproto.frame_protocol import CloseReason

from deployapp.events import EVENT_TYPE, DeploymentEvent, Topic
from deployapp.realtime import choice, frames, handshake
from deployapp.realtime.admission import Admission
from deployapp.realtime.connection import Connection, Subscriber
from deployapp.realtime.directory import DirectoryUnavailable, UnknownTopic
from deployapp.realtime.engine_pings import EnginePings
from deployapp.realtime.hub import Hub
from deployapp.realtime.loop import Loop, WSGIEnvironment
from deployapp.realtime.websocket import MAX_INBOUND, WebSocketTransport

log = logging.getLogger(__name__)

NAMESPACE = "/"
PING_TIMEOUT = 20  # seconds
MAX_WAITING = 32  # messages of one client that wait to be handled
MAX_QUEUED = 64  # packets kept for a client that polls too seldom
Replay = Callable[[tuple[Topic, ...], int | None], list[DeploymentEvent]]


class CompactRooms(socketio.Manager):  # type: ignore[misc]  # publishes no types
    """Without a room of its own for every client, which costs more than all the rest of a client's state."""

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        if room != sid:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        everybody = self.rooms.get(namespace, {}).get(None, {})
        if isinstance(room, str) and room in everybody:
            return [(room, everybody[room])]
        return super().get_participants(namespace, room)  # type: ignore[no-any-return]


class EngineSession:
    """What stands between an Engine.IO socket and its connection in the hub. Takes the place of the socket's queue."""

    __slots__ = ("connection", "hub", "inbox", "socket", "upgrade_step")

    def __init__(self, socket: Any, hub: Hub) -> None:
        self.socket = socket
        self.hub = hub
        self.connection: Connection | None = None
        self.upgrade_step: str | None = None  # what the client must send next to upgrade from polling
        self.inbox: deque[Any] | None = None

    def put(self, packet: Any) -> None:
        """Send a packet; None ends the connection (python-engineio's convention)."""
        if self.connection is None:
            return
        if packet is None:
            return self.hub.close(self.connection)
        encoded = packet.encode()
        binary = isinstance(encoded, bytes)
        self.hub.send(self.connection, frames.encode(frames.BINARY, encoded) if binary else frames.encode_text(encoded))

    def join(self) -> None:
        """Nothing waits here to be sent."""


class SocketIoWebSocket(WebSocketTransport):
    """Socket.IO over WebSocket, in the hub."""

    name = "socketio"
    heartbeat = frames.encode_text(engine_packet.Packet(engine_packet.PING).encode())
    _PONG = engine_packet.Packet(engine_packet.PONG).encode()

    def __init__(self, hub: Hub, loop: Loop, server: Any) -> None:
        super().__init__(hub)
        self._loop = loop
        self._server = server

    def encode(self, event: DeploymentEvent) -> bytes:
        return frames.encode_text(encode_event(self._server, event).encode())

    def message(self, connection: Connection, data: str | bytes) -> None:
        session: EngineSession = connection.session
        if isinstance(data, bytes):
            raise frames.Refused(CloseReason.UNSUPPORTED_DATA, "no binary events here")
        if session.upgrade_step is not None:
            return self._upgrade(session, data)
        if data == self._PONG:
            return
        if session.inbox is None:
            session.inbox = deque([data])
            self._loop.spawn(self._work, session)
        elif len(session.inbox) < MAX_WAITING:
            session.inbox.append(data)
        else:
            raise frames.Refused(CloseReason.POLICY_VIOLATION, "too many messages")

    def _upgrade(self, session: EngineSession, data: str) -> None:
        """Engine.IO's way from polling to WebSocket: the client's `2probe`, our `3probe`, the client's `5`."""
        if data != session.upgrade_step:
            raise frames.Refused(CloseReason.PROTOCOL_ERROR, "not an upgrade")
        socket = session.socket
        if data == "2probe":
            session.upgrade_step = "5"
            session.put(engine_packet.Packet(engine_packet.PONG, data="probe"))
            socket.queue.put(engine_packet.Packet(engine_packet.NOOP))  # ends the poll that is under way
            return
        session.upgrade_step = None
        waiting, socket.queue = socket.queue, session
        socket.upgraded, socket.upgrading, socket.last_ping = True, False, None
        while not waiting.empty():
            if (packet := waiting.get()) is not None and packet.packet_type != engine_packet.NOOP:
                session.put(packet)
        self.upgraded(socket.sid, session.connection)

    def upgraded(self, eio_sid: str, connection: Any) -> None:
        """Told when a client has moved from polling to this connection; `SocketIoServer` sets it."""

    def _work(self, session: EngineSession) -> None:
        """Handle what the client sent, in order, where waiting for the database does not hold up the hub."""
        while session.inbox and not session.socket.closed:
            try:
                session.socket.receive(engine_packet.Packet(encoded_packet=session.inbox.popleft()))
            except (engineio.exceptions.EngineIOError, ValueError, KeyError, IndexError, TypeError) as error:
                if session.connection is not None:
                    self.hub.close(session.connection, CloseReason.PROTOCOL_ERROR, str(error))
        session.inbox = None

    def closed(self, connection: Connection) -> None:
        session: EngineSession = connection.session
        socket, session.connection = session.socket, None
        if session.upgrade_step is not None:
            socket.upgrading = False  # the client goes on polling
            return
        socket.close(wait=False, abort=True, reason=socket.server.reason.TRANSPORT_CLOSE)
        socket.server.sockets.pop(socket.sid, None)


class SocketIoServer:
    """Flask-SocketIO with its clients over WebSocket in the hub, and its topics.

    Handlers are registered at the python-socketio server: Flask-SocketIO would make a request context for every
    event, and nothing here needs one.
    """

    def __init__(
        self, hub: Hub, loop: Loop, admission: Admission, origins: tuple[str, ...], ping_interval: float
    ) -> None:
        self._hub = hub
        self._loop = loop
        self._admission = admission
        self._pollers: dict[str, Subscriber] = {}  # by sid
        self._addresses: dict[str, str] = {}  # by eio_sid
        self._check: Callable[[tuple[Topic, ...]], None]
        self._replay: Replay
        self._hello: Callable[[tuple[Topic, ...]], dict[str, Any]]
        self.socketio = SocketIO(
            async_mode=loop.async_mode,
            client_manager=CompactRooms(),
            cors_allowed_origins="*" if "*" in origins else list(origins),
            cors_credentials=False,
            manage_session=False,
            monitor_clients=False,  # `EnginePings` does, without waking up for each client
            ping_interval=ping_interval,
            ping_timeout=PING_TIMEOUT,
            max_http_buffer_size=MAX_INBOUND,
            logger=_silent("socketio"),
            engineio_logger=_silent("engineio"),
        )

    def init_app(
        self,
        app: Flask,
        check: Callable[[tuple[Topic, ...]], None],
        replay: Replay,
        hello: Callable[[tuple[Topic, ...]], dict[str, Any]],
    ) -> None:
        """Put it on the app. `check` raises for unknown topics, `replay` answers what a client has missed."""
        self._check, self._replay, self._hello = check, replay, hello
        self.socketio.init_app(app)
        server = self._server = self.socketio.server
        self._transport = SocketIoWebSocket(self._hub, self._loop, server)
        self._transport.upgraded = self._upgraded  # type: ignore[method-assign]
        server.eio._async = {**server.eio._async, "websocket": self._open}
        self.pings = EnginePings(server.eio, self._loop)
        for name in ("connect", "disconnect"):
            server.eio.on(name, self._counted(name, server.eio.handlers[name]))
        server.on("connect", self._on_connect)
        server.on("disconnect", self._on_disconnect)
        server.on("subscribe", self._on_subscribe)
        server.on("unsubscribe", self._on_unsubscribe)

    @property
    def polling(self) -> int:
        """How many clients are connected by long-polling."""
        return len(self._pollers)

    def pollers_by_topic(self) -> dict[Topic, int]:
        counts: dict[Topic, int] = {}
        for poller in self._pollers.values():
            for topic in poller.topics:
                counts[topic] = counts.get(topic, 0) + 1
        return counts

    def publish(self, event: DeploymentEvent) -> None:
        """To those that poll; the hub reaches the others."""
        packet = encode_event(self._server, event)
        for sid, poller in list(self._pollers.items()):
            if event.topic in poller.topics and not poller.has_seen(event.topic, event.id):
                self._send_to_poller(sid, packet)

    def close_pollers(self) -> None:
        """End the transport, not the Socket.IO session: a client that is told `disconnect` would not come back."""
        for socket in list(self._server.eio.sockets.values()):
            socket.close(wait=False)

    def _send_to_poller(self, sid: str, packet: Any) -> None:
        socket = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, NAMESPACE))
        if socket is None or socket.closed:
            return
        if socket.queue.qsize() >= MAX_QUEUED:
            self._hub.counters.slow_closes += 1
            return socket.close(wait=False, abort=True)  # type: ignore[no-any-return]
        socket.send(packet)
        self._hub.counters.sends += 1

    # Engine.IO

    def _open(self, handler: Any, server: Any) -> Callable[[WSGIEnvironment, Any], list[bytes]]:
        """python-engineio's extension point: `handler` is bound to the Engine.IO socket that gets a WebSocket."""
        socket = handler.__self__

        def websocket(environ: WSGIEnvironment, start_response: Any) -> list[bytes]:
            try:
                response = handshake.accept(environ)
            except handshake.BadHandshake as error:
                if not socket.connected:
                    socket.close(wait=False, abort=True)
                start_response(error.status, [("Content-Type", "text/plain")])
                return [str(error).encode()]
            self._take_over(socket, environ, response)
            return []

        return websocket

    def _take_over(self, socket: Any, environ: WSGIEnvironment, response: bytes) -> None:
        session = EngineSession(socket, self._hub)
        fd, left_over = self._loop.take_over(environ)
        connection = Connection(fd, self._transport, environ.get("REMOTE_ADDR", ""), session=session)
        session.connection = connection
        self._hub.add(connection, response)
        self._server.environ[socket.sid] = _NO_ENVIRON
        if socket.connected:
            session.upgrade_step, socket.upgrading = "2probe", True
        else:
            waiting, socket.queue = socket.queue, session
            socket.connected = socket.upgraded = True
            socket.last_ping = None
            while not waiting.empty():
                session.put(waiting.get())
        if left_over:
            self._hub.receive(connection, left_over)

    def _upgraded(self, eio_sid: str, connection: Connection) -> None:
        sid = self._server.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        poller = self._pollers.pop(sid, None)
        if poller is not None:
            connection.replayed = poller.replayed
            self._hub.subscribe(connection, poller.topics)

    def _counted(self, name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        def connect(eio_sid: str, environ: WSGIEnvironment) -> Any:
            self._addresses[eio_sid] = environ.get("REMOTE_ADDR", "")
            self._admission.enter(self._addresses[eio_sid])
            return handler(eio_sid, environ)

        def disconnect(eio_sid: str, reason: str) -> Any:
            if (address := self._addresses.pop(eio_sid, None)) is not None:
                self._admission.leave(address)
            return handler(eio_sid, reason)

        return connect if name == "connect" else disconnect

    # Socket.IO

    def _subscriber(self, sid: str) -> Subscriber | None:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, NAMESPACE)
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None:
            return None
        if isinstance(socket.queue, EngineSession):
            return socket.queue.connection
        return self._pollers.setdefault(sid, Subscriber(self._addresses.get(eio_sid, "")))

    def _on_connect(self, sid: str, environ: WSGIEnvironment, auth: Any = None) -> None:
        error = self._subscribe(sid, auth)
        if error is not None:
            raise socketio.exceptions.ConnectionRefusedError(error["message"], error)

    def _on_disconnect(self, sid: str, reason: str) -> None:
        if self._pollers.pop(sid, None) is None:
            subscriber = self._subscriber_in_hub(sid)
            if subscriber is not None:
                self._hub.unsubscribe(subscriber, subscriber.topics)

    def _subscriber_in_hub(self, sid: str) -> Connection | None:
        socket = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, NAMESPACE))
        session = socket.queue if socket is not None else None
        return session.connection if isinstance(session, EngineSession) else None

    def _on_subscribe(self, sid: str, wanted: Any = None) -> dict[str, Any]:
        error = self._subscribe(sid, wanted)
        return {"ok": False, "error": error} if error else self._topics_of(sid)

    def _on_unsubscribe(self, sid: str, wanted: Any = None) -> dict[str, Any]:
        try:
            topics = choice.from_auth(wanted).topics
        except choice.InvalidChoice as error:
            return {"ok": False, "error": _invalid(error)}
        subscriber = self._subscriber(sid)
        if isinstance(subscriber, Connection):
            self._hub.unsubscribe(subscriber, topics)
        elif subscriber is not None:
            subscriber.topics = tuple(topic for topic in subscriber.topics if topic not in topics)
        return self._topics_of(sid)

    def _topics_of(self, sid: str) -> dict[str, Any]:
        subscriber = self._subscriber(sid)
        return {"ok": True, "topics": [str(topic) for topic in subscriber.topics] if subscriber else []}

    def _subscribe(self, sid: str, wanted: Any) -> dict[str, Any] | None:
        """Subscribe and replay; answers the error's object if that is refused."""
        try:
            chosen = choice.from_auth(wanted)
            self._check(chosen.topics)
            missed = self._replay(chosen.topics, chosen.last_event_id)
        except choice.InvalidChoice as error:
            return _invalid(error)
        except UnknownTopic as error:
            return {"code": "not_found", "message": str(error)}
        except DirectoryUnavailable:
            return {"code": "unavailable", "message": "Not now: the database does not answer."}
        subscriber = self._subscriber(sid)  # from here on nothing switches
        if subscriber is None:
            return None
        if len(set(subscriber.topics).union(chosen.topics)) > choice.MAX_TOPICS:
            return {"code": "validation_error", "message": f"At most {choice.MAX_TOPICS} topics."}
        if isinstance(subscriber, Connection):
            self._hub.subscribe(subscriber, chosen.topics)
        else:
            subscriber.topics = tuple(dict.fromkeys((*subscriber.topics, *chosen.topics)))
        if chosen.hello:
            self._send(sid, subscriber, encode_packet(self._server, "hello", self._hello(chosen.topics)))
        for event in missed:
            if not subscriber.has_seen(event.topic, event.id):
                subscriber.note_replay(event.topic, event.id)
                self._hub.counters.replayed += 1
                self._send(sid, subscriber, encode_event(self._server, event))
        return None

    def _send(self, sid: str, subscriber: Subscriber, packet: Any) -> None:
        if isinstance(subscriber, Connection):
            self._hub.send(subscriber, frames.encode_text(packet.encode()))
        else:
            self._send_to_poller(sid, packet)


def encode_event(server: Any, event: DeploymentEvent) -> Any:
    """The Engine.IO packet of an event, the same for everybody."""
    return encode_packet(server, EVENT_TYPE, event.as_dict())


def encode_packet(server: Any, name: str, argument: dict[str, Any]) -> Any:
    """The Engine.IO packet of a Socket.IO event without an acknowledgement."""
    packet = server.packet_class(socketio.packet.EVENT, namespace=NAMESPACE, data=[name, argument])
    return engine_packet.Packet(engine_packet.MESSAGE, packet.encode())


def _invalid(error: choice.InvalidChoice) -> dict[str, Any]:
    return {"code": "validation_error", "message": str(error), "fields": {error.field: [str(error)]}}


def _silent(name: str) -> logging.Logger:
    """The libraries would log a traceback for every piece of junk that a client sends."""
    logger = logging.getLogger(f"deployapp.{name}")
    logger.setLevel(logging.CRITICAL)
    return logger


_NO_ENVIRON: WSGIEnvironment = {}  # one for all: a request's environ would cost several KiB a client

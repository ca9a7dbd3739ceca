"""Puts python-engineio's WebSocket clients into the hub, by its own extension point, and counts all its clients.

See docs/decisions/0011-engineio-extension-point.md. `eio_sid` is Engine.IO's name for a transport session.
"""

from collections.abc import Callable
from typing import Any

from wsproto.frame_protocol import CloseReason

from deployapp.events import DeploymentEvent
from deployapp.realtime import handshake
from deployapp.realtime.admission import Admission
from deployapp.realtime.connection import Connection
from deployapp.realtime.engine_websocket import EngineSession, EngineWebSocket, UpgradeProbe
from deployapp.realtime.hub import Hub
from deployapp.realtime.loop import Loop, WSGIEnvironment
from deployapp.realtime.socketio_packets import BinaryRefused

MAX_QUEUED = 64  # packets kept for a client that polls too seldom


class EngineSockets:
    """`environs` is where python-socketio keeps each client's request. `on_moved` is told of finished upgrades."""

    def __init__(
        self,
        server: Any,
        environs: dict[str, WSGIEnvironment],
        hub: Hub,
        loop: Loop,
        admission: Admission,
        encode_event: Callable[[DeploymentEvent], Any],
        on_moved: Callable[[str, Connection], None],
    ) -> None:
        self._server = server
        self._environs = environs
        self._hub = hub
        self._loop = loop
        self._admission = admission
        self._transport = EngineWebSocket(hub, loop, encode_event)
        self._on_moved = on_moved
        self._probe = UpgradeProbe(hub, self._transport, self._moved)
        self._addresses: dict[str, str] = {}
        queue = _bounded(server._async["queue"], self._close_slow)
        server._async = {**server._async, "websocket": self._open, "queue": queue}
        wrappers = {"connect": self._on_connect, "disconnect": self._on_disconnect, "message": self._on_message}
        for name, wrapped in wrappers.items():
            server.on(name, wrapped(server.handlers[name]))

    def get(self, eio_sid: str | None) -> Any:
        """The Engine.IO socket, or None."""
        return self._server.sockets.get(eio_sid)

    def forget_if_closed(self, eio_sid: str) -> None:
        """python-engineio answers a client that it does not know, and raises for one that it has just closed."""
        socket = self.get(eio_sid)
        if socket is not None and socket.closed:
            del self._server.sockets[eio_sid]

    def address(self, eio_sid: str) -> str:
        return self._addresses.get(eio_sid, "")

    def polling(self) -> list[Any]:
        """The Engine.IO sockets outside the hub.

        To have their clients come back, abort: they are not told that the server wants it.
        """
        return [socket for socket in self._server.sockets.values() if not isinstance(socket.queue, EngineSession)]

    def _close_slow(self, eio_sid: str) -> None:
        socket = self.get(eio_sid)
        if socket is not None and not socket.closing:
            self._hub.note_slow(self.address(eio_sid), "socketio_polling")
            socket.close(wait=False, abort=True)

    def _open(self, handler: Any, server: Any) -> Callable[[WSGIEnvironment, Any], tuple[bytes, ...]]:
        """python-engineio's extension point: `handler` is bound to the Engine.IO socket that gets a WebSocket.

        The gateway has checked the handshake. A tuple is answered, because a list would be taken for packets.
        """
        socket = handler.__self__

        def websocket(environ: WSGIEnvironment, start_response: Any) -> tuple[bytes, ...]:
            if socket.upgrading:
                start_response("400 Bad Request", [("Content-Type", "text/plain")])
                return (b"It is being upgraded already.",)
            self._take_over(socket, environ, handshake.accept(environ))
            return ()

        return websocket

    def _take_over(self, socket: Any, environ: WSGIEnvironment, response: bytes) -> None:
        session = EngineSession(socket, self._hub)
        client, left_over = self._loop.take_over(environ)
        socket.upgrading = socket.connected
        self._environs[socket.sid] = _NO_ENVIRON
        transport = self._probe if socket.upgrading else self._transport
        session.connection = connection = Connection(client, transport, environ.get("REMOTE_ADDR", ""), session=session)
        if not socket.upgrading:
            self._admission.polling.discard(socket.sid)
        self._hub.add(connection, response if socket.upgrading else response + session.take_queue())
        if left_over:
            self._hub.receive(connection, left_over)

    def _on_connect(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def connect(eio_sid: str, environ: WSGIEnvironment) -> Any:
            self._addresses[eio_sid] = environ.get("REMOTE_ADDR", "")
            self._admission.enter(self._addresses[eio_sid])
            self._admission.polling.add(eio_sid)  # until it turns out to be a WebSocket
            self.get(eio_sid).queue.eio_sid = eio_sid
            return handler(eio_sid, environ)

        return connect

    def _on_disconnect(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def disconnect(eio_sid: str, reason: str) -> Any:
            if (address := self._addresses.pop(eio_sid, None)) is not None:
                self._admission.leave(address)
                self._admission.polling.discard(eio_sid)
            return handler(eio_sid, reason)

        return disconnect

    def _moved(self, eio_sid: str, connection: Connection) -> None:
        self._admission.polling.discard(eio_sid)
        self._on_moved(eio_sid, connection)

    def _on_message(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """python-engineio swallows what the handler raises, and goes on with what a closed client has sent."""

        def message(eio_sid: str, data: Any) -> None:
            socket = self.get(eio_sid)
            if socket is None or socket.closed:
                return
            try:
                handler(eio_sid, data)
            except BinaryRefused as error:
                self._throw_out(socket, str(error))

        return message

    def _throw_out(self, socket: Any, reason: str) -> None:
        if isinstance(socket.queue, EngineSession) and socket.queue.connection is not None:
            self._hub.close(socket.queue.connection, CloseReason.UNSUPPORTED_DATA, reason)
        else:
            socket.close(wait=False, abort=True)


def _bounded(queue: Any, on_full: Callable[[str], None]) -> Any:
    """What python-engineio keeps for a client that polls: acknowledgements, pings and events alike."""

    class Queue(queue):  # type: ignore[misc]  # whatever the loop's is
        eio_sid = ""

        def put(self, packet: Any) -> None:
            """None, the end, always has room."""
            if packet is not None and self.qsize() >= MAX_QUEUED:
                on_full(self.eio_sid)
            else:
                super().put(packet)

        def join(self) -> None:
            """python-engineio waits until a client that it throws out has fetched everything: it may never do."""

    return Queue


_NO_ENVIRON: WSGIEnvironment = {}  # one for all: a request's environ would cost several KiB a client

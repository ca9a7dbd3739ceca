"""The way in for subscribers: opens raw WebSocket and SSE connections, carries Socket.IO, hands events out.

The two raw routes stand in front of Flask as WSGI middleware: a connect costs no request context
(docs/decisions/0012-gateway-before-flask.md). Without a loop (command line, tests of the rest) they answer 503.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Flask

from config import Settings
from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime import choice, handshake, sse
from deployapp.realtime.admission import Admission, Refusal
from deployapp.realtime.connection import Connection
from deployapp.realtime.directory import Directory, DirectoryUnavailable, UnknownTopic
from deployapp.realtime.heartbeats import Heartbeats
from deployapp.realtime.hub import Hub
from deployapp.realtime.lookups import Lookups
from deployapp.realtime.loop import Loop, WSGIEnvironment
from deployapp.realtime.socketio import SocketIoServer
from deployapp.realtime.socketio_gate import SocketIoGate
from deployapp.realtime.websocket import RawWebSocket

log = logging.getLogger(__name__)

WEBSOCKET_PATH = "/ws/deployment-updates"
SSE_PATH = "/sse/deployment-updates"
SOCKETIO_PATH = "/socket.io"
SOCKETIO_BELOW = f"{SOCKETIO_PATH}/"
DRAIN_TICK = 0.05  # seconds

# Given a request that is answered here and its `start_response`, its route, and when it began (`perf_counter`); answers
# what to call instead.
Watch = Callable[[WSGIEnvironment, Any, str, float], Any]


def client_policy(settings: Settings) -> dict[str, Any]:
    """What clients are told about polling and coming back (docs/protocol.md, "Policy")."""
    return {
        "enabled": settings.client_enabled,
        "poll_interval": settings.poll_interval,
        "poll_jitter": settings.poll_jitter,
        "reconnect_max": settings.reconnect_max,
    }


class Realtime:
    """Everything of the realtime side in one process: hub, transports, limits, counters.

    `watch` may be set to see refusals and Socket.IO's HTTP; a connection that is accepted costs it nothing.
    `has_published` is to be set to tell whether an event will not come to `publish` any more.
    """

    def __init__(self, settings: Settings, directory: Directory, loop: Loop) -> None:
        self.watch: Watch = lambda environ, start_response, route, began: start_response
        self.has_published: Callable[[DeploymentEvent], bool] = lambda event: True
        self._settings = settings
        self._loop = loop
        self._lookups = Lookups(directory)
        self._admission = Admission(
            settings.connection_limit, settings.max_connections_per_address, settings.polling_limit
        )
        self._hub = Hub(loop, settings.send_buffer_limit)
        self._heartbeats = Heartbeats(self._hub, loop, settings.heartbeat_interval)
        self._websocket = RawWebSocket(self._hub, self._left)
        self._sse = sse.ServerSentEvents(self._left)
        self._socketio = SocketIoServer(
            self._hub, loop, self._admission, settings.allowed_origins, settings.heartbeat_interval
        )

    def init_app(self, app: Flask) -> None:
        """Put the routes in front of the app."""
        self._socketio.init_app(app, self._lookups.check, self._newest, self._hello)
        app.wsgi_app = Gateway(  # type: ignore[method-assign]
            app.wsgi_app,
            {WEBSOCKET_PATH: self._open_websocket, SSE_PATH: self._open_sse},
            SocketIoGate(app.wsgi_app, self._check_origin, self._admission, self._socketio.forget_if_closed),
            lambda *request: self.watch(*request),
        )

    def start(self) -> None:
        """Serve the connections in the background."""
        self._hub.start()
        self._loop.spawn(self._heartbeats.run)
        self._loop.spawn(self._socketio.pings.run)

    def publish(self, event: DeploymentEvent) -> None:
        """Send the event to every subscriber of its topic in this process. Switches."""
        self._lookups.note(event)
        self._socketio.publish(event)
        self._hub.publish(event)

    def drain(self) -> None:
        """Refuse new connections, close the open ones spread over `DRAIN_SECONDS`. Switches."""
        self._admission.draining = True
        closing: list[Callable[[], None]] = [
            partial(self._hub.close, one, 1012, "restarting") for one in self._hub.connections.values()
        ]
        closing += [partial(socket.close, wait=False, abort=True) for socket in self._socketio.polling_sockets()]
        random.shuffle(closing)
        self._spread(closing, self._settings.drain_seconds)

    def _spread(self, calls: list[Callable[[], None]], seconds: float) -> None:
        turns = max(1, min(len(calls), int(seconds / DRAIN_TICK)))
        for turn in range(turns):
            for call in calls[turn::turns]:
                call()
            self._loop.sleep(seconds / turns if turn + 1 < turns else 0)

    def snapshot(self) -> dict[str, Any]:
        """The counters: `connections` by transport, `topics` by name, and those of `Counters`."""
        topics = self._hub.by_topic()
        for topic, count in self._socketio.pollers_by_topic().items():
            topics[topic] = topics.get(topic, 0) + count
        connections = {"websocket": 0, "sse": 0, "socketio": 0, **self._hub.by_transport()}
        return {
            **vars(self._hub.counters),
            "refused": self._admission.refused,
            "connections": {**connections, "socketio_polling": self._socketio.polling},
            "topics": {str(topic): count for topic, count in topics.items()},
        }

    # Opening connections

    def _open_websocket(self, environ: WSGIEnvironment) -> None:
        self._check_origin(environ)
        response = handshake.accept(environ)
        chosen = choice.from_query(environ.get("QUERY_STRING", ""))
        self._open(environ, chosen, self._websocket, response)

    def _open_sse(self, environ: WSGIEnvironment) -> None:
        self._check_origin(environ)
        if environ["REQUEST_METHOD"] != "GET":
            raise Refusal("405 Method Not Allowed", "method_not_allowed", "Only GET.")
        chosen = choice.from_query(environ.get("QUERY_STRING", ""), environ.get("HTTP_LAST_EVENT_ID") or None)
        self._open(environ, chosen, self._sse, sse.response(cors_headers(environ, self._settings.cors_origins)))

    def _open(
        self,
        environ: WSGIEnvironment,
        chosen: choice.Choice,
        transport: RawWebSocket | sse.ServerSentEvents,
        head: bytes,
    ) -> None:
        if chosen.topics != choice.DEFAULT_TOPICS:
            self._lookups.check(chosen.topics)
        newest = self._newest(chosen.topics, chosen.last_event_id)
        address = environ.get("REMOTE_ADDR", "")
        self._admission.check(address)  # from here on nothing switches
        socket, left_over = self._loop.take_over(environ)
        connection = Connection(socket, transport, address, chosen.topics)
        for event in newest:
            connection.note_told(event.topic, event.id)
        missed = [event for event in newest if event.id != chosen.last_event_id]
        greeting = transport.greet(self._hello(chosen.topics)) if chosen.hello else b""
        self._admission.enter(address)
        self._hub.counters.replayed += len(missed)
        self._hub.add(connection, b"".join([head, greeting, *map(transport.encode, missed)]))
        if left_over:
            self._hub.receive(connection, left_over)

    def _newest(self, topics: tuple[Topic, ...], last_event_id: int | None) -> list[DeploymentEvent]:
        """The newest event of each topic if it is newer, oldest first; the one that the subscriber heard last, perhaps
        of another process, if it is still to come here.

        Asks again if an event came by while the database was asked: the answer may be older than what the
        subscriber, who is not registered yet, has just missed.
        """
        if last_event_id is None:
            return []
        while True:
            before = self._hub.counters.events
            events = self._lookups.latest(topics, last_event_id)
            if before == self._hub.counters.events:
                wanted = (event for event in events if self._concerns(event, last_event_id))
                return sorted(wanted, key=lambda event: event.id)

    def _concerns(self, event: DeploymentEvent, last_event_id: int) -> bool:
        return event.id > last_event_id or (event.id == last_event_id and not self.has_published(event))

    def _hello(self, topics: tuple[Topic, ...]) -> dict[str, Any]:
        return {"type": "hello", "topics": [str(topic) for topic in topics], "policy": client_policy(self._settings)}

    def _check_origin(self, environ: WSGIEnvironment) -> None:
        if not handshake.origin_allowed(environ, self._settings.allowed_origins):
            raise Refusal("403 Forbidden", "origin_not_allowed", "Pages of this origin may not connect.")

    def _left(self, connection: Connection) -> None:
        self._admission.leave(connection.address)


class Gateway:
    """WSGI middleware: gives subscribers to the realtime side, everything else to the app."""

    def __init__(
        self,
        app: Any,
        routes: dict[str, Callable[[WSGIEnvironment], None]],
        socketio: SocketIoGate,
        watch: Watch,
    ) -> None:
        self._app = app
        self._routes = routes
        self._socketio = socketio
        self._watch = watch

    def __call__(self, environ: WSGIEnvironment, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        bare = path.rstrip("/")
        route = self._routes.get(bare)
        began = time.perf_counter()
        answer = self._app
        try:
            if route is not None:
                route(environ)
                return []
            if path.startswith(SOCKETIO_BELOW):  # as python-engineio decides it
                answer = partial(self._socketio.answer, self._socketio.check(environ))
                start_response = self._watch(environ, start_response, SOCKETIO_BELOW, began)
        except (Refusal, handshake.BadHandshake, choice.InvalidChoice, UnknownTopic, DirectoryUnavailable) as error:
            watched = self._watch(environ, start_response, SOCKETIO_BELOW if route is None else bare, began)
            return _refuse(watched, _refusal(error))
        return answer(environ, start_response)  # type: ignore[no-any-return]


def _refusal(error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case handshake.BadHandshake():
            return Refusal(error.status, error.code, str(error))
        case choice.InvalidChoice():
            fields = {error.field: [str(error)]}
            return Refusal(_status(422), "validation_error", "Some fields are not valid.", fields)
        case UnknownTopic():
            return Refusal(_status(404), "not_found", str(error))
    return Refusal(_status(503), "unavailable", "Not now: the database does not answer.", retry_after=5)


def cors_headers(environ: WSGIEnvironment, allowed: tuple[str, ...]) -> dict[str, str]:
    """What lets a page of another origin read the stream."""
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*"}
    origin = environ.get("HTTP_ORIGIN")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin in allowed and origin else {}


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"


def _refuse(start_response: Any, refusal: Refusal) -> list[bytes]:
    error: dict[str, Any] = {"code": refusal.code, "message": str(refusal)}
    if refusal.fields:
        error["fields"] = refusal.fields
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    if refusal.retry_after:
        headers.append(("Retry-After", str(refusal.retry_after)))
    if refusal.status.startswith("426"):
        headers += [("Upgrade", "websocket"), ("Sec-WebSocket-Version", handshake.VERSION)]
    start_response(refusal.status, headers)
    return [json.dumps({"error": error}).encode()]

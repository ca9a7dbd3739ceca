"""Socket.IO: Flask-SocketIO on the hub, its topics and replay; nothing is forked.

A client over WebSocket leaves the web server and becomes a connection of the hub: no reader and no writer thread.
Long-polling goes on as Engine.IO does it. See docs/decisions/0011-engineio-extension-point.md.
`sid` is Socket.IO's word for a client of the default namespace, `eio_sid` Engine.IO's for its transport session.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import socketio
from flask import Flask
from flask_socketio import SocketIO

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime import choice, frames
from deployapp.realtime.admission import Admission
from deployapp.realtime.connection import Connection, Subscriber
from deployapp.realtime.directory import DirectoryUnavailable, UnknownTopic
from deployapp.realtime.engine_pings import EnginePings
from deployapp.realtime.engine_sockets import EngineSockets
from deployapp.realtime.engine_websocket import EngineSession
from deployapp.realtime.hub import Hub
from deployapp.realtime.loop import Loop
from deployapp.realtime.pollers import Pollers
from deployapp.realtime.socketio_packets import NAMESPACE, Packet, encode_event, encode_packet
from deployapp.realtime.websocket import MAX_INBOUND

log = logging.getLogger(__name__)

PING_TIMEOUT = 20  # seconds
MAX_ENTRIES = 10_000  # topics whose last event is remembered
Newest = Callable[[tuple[Topic, ...], int | None], list[DeploymentEvent]]


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
        self._check: Callable[[tuple[Topic, ...]], None]
        self._newest: Newest
        self._hello: Callable[[tuple[Topic, ...]], dict[str, Any]]
        self._published: dict[Topic, tuple[int, int]] = {}  # each topic's last event, and how many came before it
        self.socketio = SocketIO(
            async_mode=loop.async_mode,
            client_manager=CompactRooms(),
            serializer=Packet,
            async_handlers=False,  # one after the other, where those that wait are counted
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
        newest: Newest,
        hello: Callable[[tuple[Topic, ...]], dict[str, Any]],
    ) -> None:
        """Put it on the app. `check` raises for unknown topics, `newest` answers what a client has missed, and
        what it heard last if that may still come.
        """
        self._check, self._newest, self._hello = check, newest, hello
        self.socketio.init_app(app)
        server = self._server = self.socketio.server
        self._sockets = EngineSockets(
            server.eio, server.environ, self._hub, self._loop, self._admission, partial(encode_event, server),
            self._moved,
        )  # fmt: skip
        self._pollers = Pollers(server, self._hub.counters)
        self.pings = EnginePings(server.eio, self._loop)
        server.on("connect", self._on_connect)
        server.on("disconnect", self._on_disconnect)
        server.on("subscribe", self._on_subscribe)
        server.on("unsubscribe", self._on_unsubscribe)

    @property
    def polling(self) -> int:
        """How many clients are connected by long-polling."""
        return len(self._pollers)

    def pollers_by_topic(self) -> Counter[Topic]:
        return self._pollers.by_topic()

    def publish(self, event: DeploymentEvent) -> None:
        """To those that poll; the hub reaches the others, right after this. Does not switch."""
        if len(self._published) >= MAX_ENTRIES:
            self._published.clear()
        self._published[event.topic] = event.id, self._hub.counters.events
        self._pollers.publish(event)

    def forget_if_closed(self, eio_sid: str) -> None:
        """See `EngineSockets.forget_if_closed`."""
        self._sockets.forget_if_closed(eio_sid)

    def polling_sockets(self) -> list[Any]:
        """The Engine.IO sockets that the hub does not know: what is to be closed beside it."""
        return self._sockets.polling()

    # Who is it

    def _socket(self, sid: str) -> Any:
        return self._sockets.get(self._server.manager.eio_sid_from_sid(sid, NAMESPACE))

    def _subscriber(self, sid: str) -> Subscriber | None:
        socket = self._socket(sid)
        if socket is None or socket.closed:
            return None
        if isinstance(socket.queue, EngineSession):
            return socket.queue.connection
        return self._pollers.get_or_add(sid, self._sockets.address(socket.sid))

    def _moved(self, eio_sid: str, connection: Connection) -> None:
        """From polling into the hub."""
        poller = self._pollers.pop(self._server.manager.sid_from_eio_sid(eio_sid, NAMESPACE))
        if poller is not None:
            connection.told, connection.joined = poller.told, poller.joined
            self._hub.subscribe(connection, poller.topics)

    # Events

    def _on_connect(self, sid: str, environ: Any, auth: Any = None) -> None:
        error = self._subscribe(sid, auth)
        if error is None and self._subscriber(sid) is None:  # gone meanwhile: python-socketio would keep it
            error = {"code": "gone", "message": "You are gone."}
        if error is not None:
            raise socketio.exceptions.ConnectionRefusedError(error["message"], error)

    def _on_disconnect(self, sid: str, reason: str) -> None:
        if self._pollers.pop(sid) is not None:
            return
        subscriber = self._subscriber(sid)
        if isinstance(subscriber, Connection):
            self._hub.unsubscribe(subscriber, subscriber.topics)

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
            newest = self._newest(chosen.topics, chosen.last_event_id)
        except choice.InvalidChoice as error:
            return _invalid(error)
        except UnknownTopic as error:
            return {"code": "not_found", "message": str(error)}
        except DirectoryUnavailable:
            return {"code": "unavailable", "message": "Not now: the database does not answer."}
        except Exception:  # the libraries would swallow it
            log.exception("a subscription failed")
            return {"code": "internal_error", "message": "Something went wrong here."}
        subscriber = self._subscriber(sid)  # from here on nothing switches
        if subscriber is None:
            return None
        if len(set(subscriber.topics).union(chosen.topics)) > choice.MAX_TOPICS:
            return {"code": "validation_error", "message": f"At most {choice.MAX_TOPICS} topics."}
        self._enter(sid, subscriber, chosen, newest)
        return None

    def _enter(self, sid: str, subscriber: Subscriber, chosen: choice.Choice, newest: list[DeploymentEvent]) -> None:
        newest = [event for event in newest if not self._has_heard(subscriber, event)]
        news = [event for event in newest if event.id != chosen.last_event_id]
        for event in newest:
            subscriber.note_told(event.topic, event.id)
        self._hub.counters.replayed += len(news)
        new = tuple(topic for topic in chosen.topics if topic not in subscriber.topics)
        joined = _joined(new, self._hub.counters.events)
        subscriber.joined = {**subscriber.joined, **joined} if subscriber.topics else joined
        if isinstance(subscriber, Connection):
            self._hub.subscribe(subscriber, chosen.topics)
        else:
            subscriber.topics = tuple(dict.fromkeys((*subscriber.topics, *chosen.topics)))
        if chosen.hello:
            self._send(sid, subscriber, encode_packet(self._server, "hello", self._hello(chosen.topics)))
        for event in news:
            self._send(sid, subscriber, encode_event(self._server, event))

    def _has_heard(self, subscriber: Subscriber, event: DeploymentEvent) -> bool:
        """Whether it was replayed to it, or came by while it was subscribed: it may ask for the same again."""
        if subscriber.was_told(event.topic, event.id):
            return True
        newest, events = self._published.get(event.topic, (0, 0))
        return event.topic in subscriber.topics and event.id <= newest and subscriber.joined[event.topic] <= events

    def _send(self, sid: str, subscriber: Subscriber, packet: Any) -> None:
        if isinstance(subscriber, Connection):
            self._hub.send(subscriber, frames.encode_text(packet.encode()))
        else:
            self._pollers.send(sid, packet)


@lru_cache(choice.SHARED)
def _joined(topics: tuple[Topic, ...], events: int) -> Mapping[Topic, int]:
    """The same object for those that come between two events: most choose the same."""
    return dict.fromkeys(topics, events)


def _invalid(error: choice.InvalidChoice) -> dict[str, Any]:
    return {"code": "validation_error", "message": str(error), "fields": {error.field: [str(error)]}}


def _silent(name: str) -> logging.Logger:
    """The libraries would log a traceback for every piece of junk that a client sends."""
    logger = logging.getLogger(f"deployapp.{name}")
    logger.setLevel(logging.CRITICAL)
    return logger

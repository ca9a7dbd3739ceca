"""Owns this process's open connections and fans an event out to them.

All descriptors sit in one epoll of the hub's own, which the loop watches. An idle connection costs no green thread, no
buffer and no parser. An event is encoded once per transport and sent with one non-blocking `send` each.
Knows nothing of HTTP, Flask or the database. Everything runs on one thread: between two calls that switch
(`Loop.pause`, `Loop.sleep`) nothing else happens, so there are no locks. What clients send is handled within the loop
itself, where nothing may switch: what has to wait for something is spawned.
"""

import contextlib
import logging
import select
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import repeat
from operator import length_hint
from socket import SocketType

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime.connection import Connection
from deployapp.realtime.counters import Counters
from deployapp.realtime.frames import Refused
from deployapp.realtime.loop import Loop
from deployapp.realtime.subscriptions import Subscriptions

log = logging.getLogger(__name__)

READABLE = select.EPOLLIN | select.EPOLLRDHUP
WRITABLE = select.EPOLLOUT
GONE = select.EPOLLHUP | select.EPOLLERR

READ_SIZE = 4096
EVENTS_A_ROUND = 256
SENDS_A_TURN = 2048  # of one transport between two pauses for everything else: 10 to 20 ms

SILENT = (1001, "silent")


class Hub:
    """`limit` bytes are kept for a client that reads too slowly."""

    def __init__(self, loop: Loop, limit: int) -> None:
        self._loop = loop
        self._limit = limit
        self._epoll = loop.epoll()
        self._subscriptions = Subscriptions()
        self.connections: dict[int, Connection] = {}  # by descriptor
        self._apart: set[SocketType] = set()  # an event is not simply sent: data waits before it, or it may be known
        self.counters = Counters()

    # Connections

    def add(self, connection: Connection, greeting: bytes = b"") -> None:
        """Take the connection over; `greeting` is sent first. Does not switch."""
        self.connections[connection.fd] = connection
        self._epoll.register(connection.fd, READABLE)
        self._regroup(connection)
        self.counters.accepted += 1
        for topic in connection.topics:
            self._subscriptions.join(connection, topic)
        if greeting:
            self.send(connection, greeting)

    def subscribe(self, connection: Connection, topics: tuple[Topic, ...]) -> None:
        """To topics that differ from each other; those that it has are left as they are."""
        new = tuple(topic for topic in topics if topic not in connection.topics)
        connection.topics = connection.topics + new if connection.topics else topics  # ten thousand can share one
        self._regroup(connection)
        for topic in new:
            self._subscriptions.join(connection, topic)

    def unsubscribe(self, connection: Connection, topics: Iterable[Topic]) -> None:
        for topic in set(topics).intersection(connection.topics):
            connection.topics = tuple(other for other in connection.topics if other != topic)
            connection.forget_told(topic)
            self._subscriptions.leave(connection, topic)
        self._regroup(connection)

    def close(self, connection: Connection, code: int = 1000, reason: str = "") -> None:
        """Say goodbye if the kernel takes it, and forget the connection. Does not switch; closing twice is harmless."""
        if connection.fd < 0:
            return
        del self.connections[connection.fd]
        if connection.out is None and code != 1006:
            with contextlib.suppress(OSError):  # it was gone already
                connection.socket.send(connection.transport.goodbye(code, reason))
        self._epoll.unregister(connection.fd)
        connection.socket.close()
        for topic in connection.topics:
            self._subscriptions.leave(connection, topic)
        self._apart.discard(connection.socket)
        connection.out = connection.reader = None
        try:
            connection.transport.closed(connection)
        except Exception:  # the others must go on
            log.exception("could not clean up after a connection: %s", connection.address)
        connection.session = None

    def note_slow(self, address: str, transport: str) -> None:
        """Count and log a client that is closed because it reads too slowly."""
        self.counters.slow_closes += 1
        log.warning("closed a client that reads too slowly: %s over %s", address, transport)

    def by_transport(self) -> dict[str, int]:
        """How many connections each transport has."""
        return Counter(connection.transport.name for connection in self.connections.values())

    def by_topic(self) -> dict[Topic, int]:
        """How many subscribers each topic has."""
        return self._subscriptions.counts()

    # Sending

    def publish(self, event: DeploymentEvent) -> None:
        """Send the event to every subscriber of its topic. Switches every `SENDS_A_TURN` sends of a transport."""
        started = time.monotonic()
        self.counters.events += 1
        for transport, sockets in self._subscriptions.of(event.topic):
            data = transport.encode(event)
            for start in range(0, len(sockets), SENDS_A_TURN):
                if start:
                    self._loop.pause()
                self._fan_out(event, data, sockets[start : start + SENDS_A_TURN])
        self.counters.last_fanout_at = time.time()
        self.counters.last_fanout_seconds = time.monotonic() - started

    def _fan_out(self, event: DeploymentEvent, data: bytes, sockets: list[SocketType]) -> None:
        """To sockets that may have been closed meanwhile: by number they could even be somebody else's."""
        if self._apart:
            apart = self._apart.intersection(sockets)
            sockets = [socket for socket in sockets if socket not in apart]
            for socket in apart:
                self._send_unless_seen(self.connections[socket.fileno()], event, data)
        self.counters.sends += len(sockets)
        left = iter(sockets)
        sends, size = map(SocketType.send, left, repeat(data)), len(data)
        while True:
            try:
                for sent in sends:  # the hot path: docs/decisions/0015-a-fan-out-is-a-map.md
                    if sent != size:
                        self._keep(self.connections[_last(sockets, left).fileno()], data[sent:])
                return
            except OSError as error:
                connection = self.connections.get(_last(sockets, left).fileno())
                if connection is None:
                    self.counters.sends -= 1
                elif isinstance(error, BlockingIOError):
                    self._keep(connection, data)
                else:
                    self.close(connection, 1006)

    def _send_unless_seen(self, connection: Connection, event: DeploymentEvent, data: bytes) -> None:
        if not connection.was_told(event.topic, event.id):
            connection.forget_told(event.topic)
            self._regroup(connection)
            self.counters.sends += 1
            self.send(connection, data)

    def _regroup(self, connection: Connection) -> None:
        """`out` or `told` may have changed."""
        if connection.out is not None or connection.told:
            self._apart.add(connection.socket)
        else:
            self._apart.discard(connection.socket)

    def send(self, connection: Connection, data: bytes) -> None:
        """Send to one connection; what the kernel does not take is kept, up to the limit. Does not switch."""
        if connection.fd < 0:
            return
        if connection.out is None:
            try:
                sent = connection.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return self.close(connection, 1006)
            if sent == len(data):
                return
            data = data[sent:]
        self._keep(connection, data)

    def _keep(self, connection: Connection, data: bytes) -> None:
        if connection.out is None:
            connection.out = bytearray()
            self._regroup(connection)
            self._epoll.modify(connection.fd, READABLE | WRITABLE)
        if len(connection.out) + len(data) > self._limit:
            self.note_slow(connection.address, connection.transport.name)
            return self.close(connection, 1006)  # a goodbye would have to wait behind what it does not read
        connection.out += data

    def _flush(self, connection: Connection) -> None:
        assert connection.out is not None  # noqa: S101  # only asked to be told when there is something
        try:
            del connection.out[: connection.socket.send(connection.out)]
        except BlockingIOError:
            return
        except OSError:
            return self.close(connection, 1006)
        if not connection.out:
            connection.out = None
            self._regroup(connection)
            self._epoll.modify(connection.fd, READABLE)

    # Receiving

    def start(self) -> None:
        """Serve the connections from now on."""
        self._loop.when_readable(self._epoll.fileno(), self._serve)

    def _serve(self) -> None:
        for fd, events in self._epoll.poll(0, EVENTS_A_ROUND):
            connection = self.connections.get(fd)
            if connection is not None:
                self._handle(connection, events)

    def _handle(self, connection: Connection, events: int) -> None:
        try:
            if events & GONE:
                return self.close(connection, 1006)
            if events & READABLE:
                self._read(connection)
            if events & WRITABLE and connection.fd >= 0 and connection.out is not None:
                self._flush(connection)
        except Exception:
            log.exception("a connection failed: %s over %s", connection.address, connection.transport.name)
            self.close(connection, 1011, "internal error")

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.close(connection, 1006)
        self.receive(connection, data)

    def receive(self, connection: Connection, data: bytes) -> None:
        """Give the transport what the client sent; a client that breaks the protocol is closed. Does not switch."""
        if connection.fd < 0:
            return
        connection.heard = True
        try:
            connection.transport.received(connection, data)
        except Refused as refusal:
            self.close(connection, refusal.code, refusal.reason)

    # Heartbeats and goodbye

    def heartbeat(self, connection: Connection) -> None:
        """Send a heartbeat; a client that has not answered the one before is closed. Does not switch."""
        if connection.fd < 0:
            return
        if connection.transport.answers_heartbeats and not connection.heard:
            self.counters.silent_closes += 1
            return self.close(connection, *SILENT)
        connection.heard = False
        self.send(connection, connection.transport.heartbeat)


def _last(sockets: list[SocketType], left: Iterator[SocketType]) -> SocketType:
    """The one that was taken from the iterator last."""
    return sockets[-1 - length_hint(left)]

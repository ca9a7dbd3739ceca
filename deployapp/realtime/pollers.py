"""Socket.IO clients that poll: Engine.IO keeps a queue for each until it asks again."""

import logging
from collections import Counter
from typing import Any

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime.connection import Subscriber
from deployapp.realtime.counters import Counters
from deployapp.realtime.socketio_packets import NAMESPACE, encode_event

log = logging.getLogger(__name__)


class Pollers:
    """The subscribers by their Socket.IO `sid`."""

    def __init__(self, server: Any, counters: Counters) -> None:
        self._server = server
        self._counters = counters
        self._by_sid: dict[str, Subscriber] = {}

    def __len__(self) -> int:
        return len(self._by_sid)

    def get_or_add(self, sid: str, address: str) -> Subscriber:
        return self._by_sid.setdefault(sid, Subscriber(address))

    def pop(self, sid: str) -> Subscriber | None:
        return self._by_sid.pop(sid, None)

    def by_topic(self) -> Counter[Topic]:
        """How many subscribers each topic has."""
        return Counter(topic for poller in self._by_sid.values() for topic in poller.topics)

    def publish(self, event: DeploymentEvent) -> None:
        if not self._by_sid:
            return
        packet = encode_event(self._server, event)
        for sid, poller in list(self._by_sid.items()):
            if event.topic in poller.topics and not poller.was_told(event.topic, event.id):
                try:
                    self.send(sid, packet)
                except Exception:  # the others must hear of it
                    log.exception("could not lay an event into a client's queue: %s", poller.address)

    def send(self, sid: str, packet: Any) -> None:
        """Lay the packet in the client's queue, which closes a client when it is full. Does not switch."""
        socket = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, NAMESPACE))
        if socket is None or socket.closed:
            return
        socket.send(packet)
        if not socket.closed:
            self._counters.sends += 1

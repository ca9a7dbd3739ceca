"""The bus over Redis or Valkey: one pub/sub channel that every process publishes on and listens to.

Publishing only lays the event into queues; two background threads do the networking, so a server that is down, slow or
hung delays no request. This process' own tabs are told through a queue of its own, whatever the server does.
"""

import atexit
import json
import logging
import queue
import time
import uuid
from collections.abc import Callable
from typing import Any

from redis.client import PubSub
from redis.exceptions import RedisError

from deployapp.bus.base import Callback
from deployapp.bus.link import Link
from deployapp.bus.memory import MAX_WAITING, MemoryBus
from deployapp.bus.redis_address import RedisAddress
from deployapp.events import DeploymentEvent

log = logging.getLogger(__name__)

GRACE = 2.0  # seconds in which a stopping process may still send
LOOK_UP = 0.5  # how often the listener sees that it is to stop
SILENCE = 5.0  # the listener asks for a sign of life after this, and gives up after twice this

_ERRORS = (RedisError, OSError)


class RedisBus:
    """See `Bus`. What finds its queue full, or is sent while nobody listens, is left to the reconcilers."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._origin = uuid.uuid4().hex
        self._local = MemoryBus()
        self._outgoing: queue.Queue[str | None] = queue.Queue(MAX_WAITING)
        self._unsent: str | None = None
        self._sender = Link(f"bus to {address.shown}", self._send, _ERRORS)
        self._listener = Link(f"bus from {address.shown}", self._listen, _ERRORS)

    @property
    def state(self) -> str:
        states = {self._sender.state, self._listener.state}
        return next(state for state in ("down", "connecting", "up") if state in states)

    def publish(self, event: DeploymentEvent) -> None:
        self._local.publish(event)
        try:
            self._outgoing.put_nowait(json.dumps({"origin": self._origin, **event.as_dict()}))
        except queue.Full:
            log.warning("%d events wait for the bus; left to the reconcilers: %d", MAX_WAITING, event.id)
        self._start_sender()

    def start(self, callback: Callback) -> None:
        self._local.start(callback)
        self._listener.start()
        self._start_sender()

    def stop(self) -> None:
        atexit.unregister(self.stop)
        try:
            self._outgoing.put_nowait(None)
        except queue.Full:
            log.warning("%d events were never sent; left to the reconcilers", MAX_WAITING)
        self._listener.stop(grace=0)
        self._sender.stop(GRACE)
        self._local.stop()

    def _start_sender(self) -> None:
        if self._sender.start():
            atexit.register(self.stop)  # a command that only publishes, and ends, still sends

    def _send(self, connected: Callable[[], None]) -> None:
        with self._address.client() as client:
            client.ping()
            connected()
            while (message := self._next()) is not None:
                client.publish(self._address.channel, message)
                self._unsent = None

    def _next(self) -> str | None:
        """The message that failed before, or the next; None is the end."""
        if self._unsent is None:
            self._unsent = self._outgoing.get()
        return self._unsent

    def _listen(self, connected: Callable[[], None]) -> None:
        with self._address.client() as client, client.pubsub() as channel:
            channel.subscribe(self._address.channel)
            self._receive(channel, connected)

    def _receive(self, channel: PubSub, connected: Callable[[], None]) -> None:
        heard = asked = time.monotonic()
        while not self._listener.stopping.is_set():
            message = channel.get_message(timeout=LOOK_UP)
            now = time.monotonic()
            if message is not None:
                heard = asked = now
                connected() if message["type"] == "subscribe" else self._deliver(message)
            elif now - heard > 2 * SILENCE:
                raise TimeoutError(f"no sign of life for {2 * SILENCE:g} s")
            elif now - asked > SILENCE:
                asked = now
                channel.ping()

    def _deliver(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return  # a sign of life
        try:
            if json.loads(message["data"]).get("origin") != self._origin:
                self._local.publish(DeploymentEvent.from_json(message["data"]))
        except (ValueError, AttributeError) as error:
            log.warning("not a message of ours on the bus: %s", error)

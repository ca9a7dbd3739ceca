"""Who listens: a few hundred bytes each, no green thread, no parser until it is needed."""

from collections.abc import Mapping
from socket import SocketType
from typing import Any, Protocol

from deployapp.events import DeploymentEvent, Topic

_NEVER: Mapping[Topic, int] = {}


class Subscriber:
    """Somebody who listens to topics.

    `told` holds the newest id that was replayed to it, or heard of another process, per topic: the same event may still
    come by the bus.
    `joined` tells Socket.IO how many events there had been when it subscribed, per topic.
    """

    __slots__ = ("address", "joined", "told", "topics")

    def __init__(self, address: str, topics: tuple[Topic, ...] = ()) -> None:
        self.address = address
        self.topics = topics
        self.told: dict[Topic, int] | None = None
        self.joined: Mapping[Topic, int] = _NEVER

    def was_told(self, topic: Topic, event_id: int) -> bool:
        """Whether it is known to have this event, or a newer one of the topic."""
        return self.told is not None and event_id <= self.told.get(topic, 0)

    def note_told(self, topic: Topic, event_id: int) -> None:
        """Remember it, so that `was_told` knows. To be called before the hub adds the connection or its topic."""
        if self.told is None:
            self.told = {}
        self.told[topic] = event_id

    def forget_told(self, topic: Topic) -> None:
        """To be called when it hears of a newer event (ids grow within a topic) or of nothing more of this topic."""
        if self.told is not None:
            self.told.pop(topic, None)


class Connection(Subscriber):
    """What the hub keeps for each client. `socket` is the kernel's own, non-blocking; `fd` is -1 once it is closed.

    `out` holds what the kernel did not take yet, `session` belongs to the transport, `heard` says whether anything
    came since the last heartbeat.
    """

    __slots__ = ("heard", "out", "reader", "session", "socket", "transport")

    def __init__(
        self,
        socket: SocketType,
        transport: "Transport",
        address: str,
        topics: tuple[Topic, ...] = (),
        session: Any = None,
    ) -> None:
        super().__init__(address, topics)
        self.socket = socket
        self.transport = transport
        self.session = session
        self.heard = True
        self.out: bytearray | None = None
        self.reader: Any = None

    @property
    def fd(self) -> int:
        return self.socket.fileno()


class Transport(Protocol):
    """How one kind of connection speaks. One object serves all connections of its kind."""

    name: str  # what the counters call it
    heartbeat: bytes
    answers_heartbeats: bool  # False: only the kernel notices that the peer is gone

    def encode(self, event: DeploymentEvent) -> bytes:
        """The event as it goes over the wire, the same bytes for every connection."""

    def received(self, connection: Connection, data: bytes) -> None:
        """Take what the client sent. Must not switch. Raises `frames.Refused`."""

    def goodbye(self, code: int, reason: str) -> bytes:
        """The last bytes before the server closes; `code` as in RFC 6455."""

    def closed(self, connection: Connection) -> None:
        """The connection is gone."""

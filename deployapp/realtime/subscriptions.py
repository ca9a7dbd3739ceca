"""Who listens to what: the connections of each topic, kept apart by transport because each has its own bytes."""

from socket import SocketType

from deployapp.events import Topic
from deployapp.realtime.connection import Connection, Transport


class Subscriptions:
    """Topics without subscribers leave nothing behind.

    What is kept is the sockets, in the order in which they came: a fan-out then touches nothing else, in the order in
    which all of it lies in memory (docs/decisions/0015-a-fan-out-is-a-map.md).
    """

    def __init__(self) -> None:
        self._members: dict[Topic, dict[Transport, dict[SocketType, None]]] = {}

    def join(self, connection: Connection, topic: Topic) -> None:
        self._members.setdefault(topic, {}).setdefault(connection.transport, {})[connection.socket] = None

    def leave(self, connection: Connection, topic: Topic) -> None:
        transports = self._members[topic]
        members = transports[connection.transport]
        members.pop(connection.socket, None)
        if not members:
            del transports[connection.transport]
        if not transports:
            del self._members[topic]

    def of(self, topic: Topic) -> list[tuple[Transport, list[SocketType]]]:
        """Who listens now: copies, which stay as they are while connections come and go."""
        return [(transport, list(members)) for transport, members in self._members.get(topic, {}).items()]

    def counts(self) -> dict[Topic, int]:
        """How many connections each topic has."""
        return {topic: sum(map(len, transports.values())) for topic, transports in self._members.items()}

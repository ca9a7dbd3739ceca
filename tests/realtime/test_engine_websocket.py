"""What a Socket.IO client sends, handled by a socket that the test stands in for: the library's own never fails so."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from deployapp.realtime.engine_websocket import EngineSession, EngineWebSocket


class BrokenSocket:
    """Fails at the first packet, in a way that nobody has thought of."""

    closed = False

    def __init__(self) -> None:
        self.received: list[Any] = []

    def receive(self, packet: Any) -> None:
        self.received.append(packet.data)
        if len(self.received) == 1:
            raise RuntimeError("unthought of")


def test_a_client_is_heard_again_after_a_failure_that_nobody_has_thought_of() -> None:
    jobs: list[Callable[[], object]] = []
    loop: Any = SimpleNamespace(spawn=lambda function, *args: jobs.append(lambda: function(*args)))
    hub: Any = None
    transport = EngineWebSocket(hub, loop, lambda event: event)
    socket = BrokenSocket()
    connection: Any = SimpleNamespace(session=EngineSession(socket, hub))
    transport.message(connection, "4first")
    with pytest.raises(RuntimeError):
        jobs.pop()()
    transport.message(connection, "4second")
    jobs.pop()()
    assert socket.received == ["first", "second"]

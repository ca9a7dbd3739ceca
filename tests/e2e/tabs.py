"""What a tab is to the server: the clients of the transport contract, and one that polls."""

import threading
from typing import Any, Protocol, Self

from tests.deployapp_process import Deployapp
from tests.realtime.clients import (
    Event,
    PythonSocketIO,
    PythonSocketIOPolling,
    RawWebSocket,
    ServerSentEvents,
)
from tests.waiting import eventually


class Tab(Protocol):
    """A client that listens from when its `with` block begins. `heard` is in the order in which events came."""

    heard: list[Event]

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Poller:
    """Asks for the status, as the seed's fallback does, and notes each answer that it had not before."""

    def __init__(self, server: Deployapp) -> None:
        self.heard: list[Event] = []
        self._server = server
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self._known = self._ask()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _ask(self) -> Event | None:
        answer = self._server.request("GET", "/api/deployments/status/")
        return answer.json() if answer.status_code == 200 else None

    def _listen(self) -> None:
        while not self._stopping.wait(0.1):
            status = self._ask()
            if status is not None and (self._known is None or status["id"] != self._known["id"]):
                self._known = status
                self.heard.append(status)


STREAMING: list[type[Any]] = [RawWebSocket, PythonSocketIO, PythonSocketIOPolling, ServerSentEvents]
TRANSPORTS: list[type[Any]] = [*STREAMING, Poller]


def heard_version(tab: Tab, version: str) -> Event:
    """Wait until the tab hears of this version; answers the event."""
    found = eventually(
        lambda: [event for event in tab.heard if event["version"] == version],
        message=f"{type(tab).__name__} did not hear of {version}, only of {tab.heard}",
    )
    assert len(found) == 1, "once"
    return found[0]

"""What a tab is to the server: a client on each transport, by libraries that know nothing of this project.

Each `heard` is the list of event objects, in the order in which they came. Use them as context managers.
"""

import json
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection
from typing import Any, Protocol, Self

import socketio
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.deployapp_process import Deployapp
from tests.waiting import eventually

Event = dict[str, Any]


class Tab(Protocol):
    """A client that listens from when its `with` block begins."""

    heard: list[Event]

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class RawWebSocket:
    """The `websockets` library on `/ws/deployment-updates`."""

    def __init__(self, server: Deployapp) -> None:
        self.heard: list[Event] = []
        self._server = server

    def __enter__(self) -> Self:
        self._connection = connect(self._server.ws_url).__enter__()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.__exit__(None, None, None)
        self._thread.join()

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            for message in self._connection:
                self.heard.append(json.loads(message))


class SocketIO:
    """python-socketio's client on one of its transports."""

    transport = "websocket"

    def __init__(self, server: Deployapp) -> None:
        self.heard: list[Event] = []
        self._server = server
        self._client = socketio.Client(reconnection_delay_max=1)
        self._client.on("deployment_update", self.heard.append)

    def __enter__(self) -> Self:
        self._client.connect(self._server.url, transports=[self.transport])
        assert self._client.transport() == self.transport
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()


class SocketIOPolling(SocketIO):
    """The same over long-polling, for networks that know only HTTP."""

    transport = "polling"


class ServerSentEvents:
    """`/sse/deployment-updates`, line by line."""

    def __init__(self, server: Deployapp) -> None:
        self.heard: list[Event] = []
        self._server = server

    def __enter__(self) -> Self:
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        connection.request("GET", "/sse/deployment-updates")
        self._socket = connection.sock
        self._answer = connection.getresponse()
        assert self._answer.getheader("Content-Type", "").startswith("text/event-stream")
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the server may have closed it
            self._socket.shutdown(socket.SHUT_RDWR)  # ends the thread's reading
        self._thread.join()
        self._answer.close()
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            for line in self._answer:
                if line.startswith(b"data:"):
                    self.heard.append(json.loads(line.removeprefix(b"data:")))


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


TRANSPORTS: list[type[Any]] = [RawWebSocket, SocketIO, SocketIOPolling, ServerSentEvents, Poller]


def heard_version(tab: Tab, version: str, seconds: float = 5) -> Event:
    """Wait until the tab hears of this version; answers the event."""
    found = eventually(
        lambda: [event for event in tab.heard if event["version"] == version],
        seconds,
        f"{type(tab).__name__} did not hear of {version}, only of {tab.heard}",
    )
    assert len(found) == 1, "once"
    return found[0]

"""Clients of every transport behind one interface, by libraries that know nothing of this project.

They add reading the documented protocol, and nothing else. Each is a context manager and open when its block begins.
"""

import json
import socket
import subprocess
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import requests
import socketio
import websocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.deployapp_process import Deployapp
from tests.waiting import PATIENCE, eventually

Event = dict[str, Any]
HERE = Path(__file__).parent


class Refused(Exception):
    """The server did not let the client in; `error` is the documented error object."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error


class Client(Protocol):
    """`heard` are the events, `greetings` the `hello`s, in the order in which they came. `connects` counts."""

    heard: list[Event]
    greetings: list[dict[str, Any]]
    connects: int

    def __init__(
        self,
        server: Deployapp,
        *,
        topics: Sequence[str] = (),
        last_event_id: int | None = None,
        hello: bool = False,
        origin: str | None = None,
    ) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    @property
    def closed(self) -> bool:
        """Whether the connection that was open is not open any more."""


class _Choosing:
    """Keeps what a client asks for."""

    def __init__(
        self,
        server: Deployapp,
        *,
        topics: Sequence[str] = (),
        last_event_id: int | None = None,
        hello: bool = False,
        origin: str | None = None,
    ) -> None:
        self.heard: list[Event] = []
        self.greetings: list[dict[str, Any]] = []
        self.connects = 0
        self.server = server
        self.topics = topics
        self.last_event_id = last_event_id
        self.hello = hello
        self.origin = origin

    @property
    def query(self) -> str:
        pairs: list[tuple[str, str]] = []
        for topic in self.topics:
            frontend, _, environment = topic.partition("/")
            pairs += [("frontend", frontend), ("environment", environment)]
        if self.last_event_id is not None:
            pairs.append(("last_event_id", str(self.last_event_id)))
        if self.hello:
            pairs.append(("hello", "1"))
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def auth(self) -> dict[str, Any] | None:
        auth: dict[str, Any] = {}
        if self.topics:
            auth["topics"] = list(self.topics)
        if self.last_event_id is not None:
            auth["last_event_id"] = self.last_event_id
        if self.hello:
            auth["hello"] = True
        return auth or None

    @property
    def headers(self) -> dict[str, str]:
        return {"Origin": self.origin} if self.origin else {}

    def note(self, message: dict[str, Any]) -> None:
        (self.greetings if message["type"] == "hello" else self.heard).append(message)


class RawWebSocket(_Choosing):
    """The `websockets` library on `/ws/deployment-updates`. `close_code` is what the server closed with."""

    close_code: int | None = None

    def __enter__(self) -> Self:
        try:
            self.connection = connect(
                self.server.ws_url + self.query, origin=self.origin, open_timeout=PATIENCE, close_timeout=1
            ).__enter__()
        except InvalidStatus as refusal:
            raise Refused(json.loads(refusal.response.body)["error"]) from None
        self.connects += 1
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.__exit__(None, None, None)
        self._thread.join()

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self.note(json.loads(self.connection.recv()))
        self.close_code = self.connection.protocol.close_code

    @property
    def closed(self) -> bool:
        return self.close_code is not None


class ServerSentEvents(_Choosing):
    """`/sse/deployment-updates`, line by line. `retry` is the reconnect delay in milliseconds that came last."""

    retry: int | None = None

    def __enter__(self) -> Self:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", "/sse/deployment-updates" + self.query, headers=self.headers)
        self._socket = connection.sock
        self._answer = connection.getresponse()
        if self._answer.status != 200:
            error = json.loads(self._answer.read())["error"]
            connection.close()
            raise Refused(error)
        self.connects += 1
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
        fields: dict[str, str] = {}
        with suppress(OSError):
            for line in self._answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "retry":
                    self.retry = int(value)
                elif name:
                    fields[name] = value
                elif "data" in fields:
                    message = json.loads(fields["data"])
                    assert fields["event"] == message["type"]
                    assert fields.get("id", "") == str(message.get("id", ""))
                    self.note(message)
                    fields = {}

    @property
    def closed(self) -> bool:
        return not self._thread.is_alive()


class PythonSocketIO(_Choosing):
    """python-socketio's client. It comes back by itself."""

    ways = ("websocket",)
    ends_on = "websocket"

    def __enter__(self) -> Self:
        self._http = requests.Session()
        self._websockets: list[websocket.WebSocket] = []
        self._refused: list[Any] = []
        client = self.client = socketio.Client(
            reconnection_delay=0.02,
            reconnection_delay_max=0.2,
            handle_sigint=False,
            http_session=self._http,
            websocket_extra_options={"suppress_origin": True, "class_": self._websocket},
        )
        client.on("deployment_update", self.note)
        client.on("hello", self.note)
        client.on("connect_error", self._refused.append)
        client.on("connect", self._connected)
        try:
            client.connect(
                self.server.url,
                headers=self.headers,
                auth=self.auth,
                transports=list(self.ways),
                wait_timeout=PATIENCE,
                retry=False,
            )
        except socketio.exceptions.ConnectionError:
            self.__exit__()
            raise Refused(_error_of(self._refused[0])) from None
        eventually(lambda: client.transport() == self.ends_on)
        return self

    def __exit__(self, *_: object) -> None:
        engine = self.client.eio
        threads = engine.read_loop_task, engine.write_loop_task
        self.client.shutdown()
        for thread in threads:
            if thread is not None:
                thread.join()
        self._http.close()
        for socket_ in self._websockets:
            socket_.shutdown()  # the library leaves it open when the server was the first to close it

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        self._websockets.append(websocket.WebSocket(**options))
        return self._websockets[-1]

    def _connected(self) -> None:
        self.connects += 1

    @property
    def closed(self) -> bool:
        return not self.client.connected

    def ask(self, event: str, argument: object) -> Any:
        """Send an event; answers its acknowledgement."""
        return self.client.call(event, argument, timeout=PATIENCE)


def _error_of(refusal: Any) -> dict[str, Any]:
    """Of a refused subscription, or of a refused poll's answer; a refused WebSocket's is not to be had."""
    told: dict[str, Any] = refusal if isinstance(refusal, dict) else {}
    error: dict[str, Any] = told.get("data") or told.get("error") or {}
    return error


class PythonSocketIOPolling(PythonSocketIO):
    ways = ("polling",)
    ends_on = "polling"


class PythonSocketIOUpgrade(PythonSocketIO):
    ways = ("polling", "websocket")


class Node:
    """A Node process with any number of tabs by the stock client; see socketio_tabs.mjs."""

    def __init__(self) -> None:
        self._numbers = count()
        self._said: dict[int, list[list[Any]]] = defaultdict(list)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", "socketio_tabs.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._thread.join()
        self._process.stdout.close()

    def open(self, address: str, options: dict[str, Any]) -> int:
        """Open a tab; answers its number."""
        tab = next(self._numbers)
        self.tell("open", tab, address, options)
        return tab

    def tell(self, what: str, tab: int, *arguments: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, tab, *arguments]) + "\n")
        self._process.stdin.flush()

    def said(self, tab: int, what: str) -> list[list[Any]]:
        """The arguments of everything of this kind that happened to the tab."""
        return [arguments for name, *arguments in list(self._said[tab]) if name == what]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            what, tab, *arguments = json.loads(line)
            self._said[tab].append([what, *arguments])


class StockSocketIO(_Choosing):
    """The stock `socket.io-client` of npm, in the process `node` (tests/realtime/conftest.py). Comes back by itself."""

    node: Node
    ways: tuple[str, ...] = ("websocket",)
    ends_on = "websocket"

    def __enter__(self) -> Self:
        options = {"transports": self.ways, "auth": self.auth or {}, "extraHeaders": self.headers}
        self._tab = self.node.open(self.server.url, options)
        eventually(self._settled, message="the stock client never connected")
        if refusals := self._said("connect_error"):
            self.__exit__()
            raise Refused(refusals[0][1] or {})
        return self

    def __exit__(self, *_: object) -> None:
        self.node.tell("close", self._tab)
        eventually(lambda: self._said("closed"))

    def _settled(self) -> bool:
        """Connected on the transport that it ends on, or refused."""
        there = bool(self.connects) and [self.ends_on] in self._said("transport")
        return there or bool(self._said("connect_error"))

    def _said(self, what: str) -> list[list[Any]]:
        return self.node.said(self._tab, what)

    @property
    def heard(self) -> list[Event]:  # type: ignore[override]  # the others keep it themselves
        return [event for (event,) in self._said("deployment_update")]

    @heard.setter
    def heard(self, none: list[Event]) -> None:
        assert none == []

    @property
    def greetings(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [greeting for (greeting,) in self._said("hello")]

    @greetings.setter
    def greetings(self, none: list[dict[str, Any]]) -> None:
        assert none == []

    @property
    def connects(self) -> int:  # type: ignore[override]
        return len(self._said("connect"))

    @connects.setter
    def connects(self, none: int) -> None:
        assert none == 0

    @property
    def closed(self) -> bool:
        return len(self._said("disconnect")) == self.connects

    def ask(self, event: str, argument: object) -> Any:
        """Send an event; answers its acknowledgement."""
        already = len(self._said("answer"))
        self.node.tell("emit", self._tab, event, argument)
        return eventually(lambda: self._said("answer")[already:])[0][0]


class StockSocketIOPolling(StockSocketIO):
    ways = ("polling",)
    ends_on = "polling"


class StockSocketIOUpgrade(StockSocketIO):
    ways = ("polling", "websocket")


SOCKET_IO: list[type[Any]] = [
    PythonSocketIO,
    PythonSocketIOPolling,
    PythonSocketIOUpgrade,
    StockSocketIO,
    StockSocketIOPolling,
    StockSocketIOUpgrade,
]
TRANSPORTS: list[type[Any]] = [RawWebSocket, ServerSentEvents, *SOCKET_IO]


def hears(client: Client, *ids: Any) -> None:
    """Wait until the client has heard as many events, and assert that they are these, once each, in this order."""
    eventually(lambda: len(client.heard) >= len(ids), message=lambda: f"heard only {client.heard}")
    heard = [event["id"] for event in client.heard]
    if isinstance(client, PythonSocketIO):  # handles each packet in a thread of its own
        heard.sort()
        ids = tuple(sorted(ids))
    assert heard == list(ids)

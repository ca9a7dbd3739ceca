"""Clients that write down what they see: one class per transport, each in a thread, reconnecting as a tab would.

A watcher connects to a process picked at random, asks for what it missed, reads until the connection breaks, and comes
back after a pause with jitter. Nothing is concluded here; tests/faults/verdict.py does that.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlencode

import requests
import socketio
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from deployapp.realtime.socketio import PING_TIMEOUT

LONGEST_PAUSE = 1.0  # seconds before coming back, with full jitter
HEARTBEAT = 1.0  # seconds: HEARTBEAT_INTERVAL of the processes here
SILENCE = 3.0  # seconds without a heartbeat, after which a tab gives a connection up


class Sighting(NamedTuple):
    """An event as a client saw it."""

    connection: int
    topic: str
    id: int
    when: float


class Watcher(threading.Thread):
    """`addresses` answers the servers to choose from; `seen` grows; `connects` are the moments it was connected,
    `breaks` those at which such a connection broke.

    `period` is how seldom, in seconds, the client itself looks: 0 for one that is told. `blind` is how long it may take
    to see that its connection is dead when the network swallows everything. It waits `patience` seconds for an answer,
    and gives a connection up after `silence` seconds without a sign of life.
    """

    transport = ""
    broken: tuple[type[Exception], ...] = ()
    period = 0.0
    blind = SILENCE
    silence = SILENCE
    patience = 2.0

    def __init__(self, addresses: Callable[[], Sequence[str]], topics: Sequence[str]) -> None:
        super().__init__(daemon=True, name=f"{self.transport} watcher")
        self.topics = list(topics)
        self.seen: list[Sighting] = []
        self.latest = dict.fromkeys(topics, 0)
        self.connects: list[float] = []
        self.breaks: list[float] = []
        self._addresses = addresses
        self._ending = threading.Event()

    @property
    def connection(self) -> int:
        return len(self.connects)

    def watch(self, address: str) -> None:
        """Connect, call `connected`, and `see` what comes until the connection breaks (raises) or `ending`."""
        raise NotImplementedError

    def run(self) -> None:
        while not self._ending.is_set():
            before = self.connection
            with suppress(*self.broken):
                self.watch(random.choice(self._addresses()))
            if self.connection > before:
                self.breaks.append(time.monotonic())
            self._ending.wait(random.uniform(0, LONGEST_PAUSE))

    def end(self) -> None:
        self._ending.set()

    @property
    def ending(self) -> bool:
        return self._ending.is_set()

    def connected(self) -> None:
        self.connects.append(time.monotonic())

    def see(self, event: dict[str, object]) -> None:
        if event.get("type") == "deployment_update":
            self.note(f"{event['frontend']}/{event['environment']}", int(str(event["id"])))

    def note(self, topic: str, number: int) -> None:
        self.seen.append(Sighting(self.connection, topic, number, time.monotonic()))
        self.latest[topic] = max(self.latest[topic], number)

    @property
    def last_event_id(self) -> int:
        """With several topics, the oldest of their newest: nothing of any topic is left out."""
        return min(self.latest.values())

    @property
    def query(self) -> str:
        parts = [topic.split("/") for topic in self.topics]
        pairs = [pair for frontend, env in parts for pair in (("frontend", frontend), ("environment", env))]
        return urlencode([*pairs, ("last_event_id", str(self.last_event_id))])


class WebSocketWatcher(Watcher):
    """The raw WebSocket; pings of its own find a dead connection."""

    transport = "websocket"
    broken = (OSError, WebSocketException)

    def watch(self, address: str) -> None:
        url = f"{address.replace('http', 'ws', 1)}/ws/deployment-updates?{self.query}"
        with connect(
            url, open_timeout=self.patience, close_timeout=0.2, ping_interval=1, ping_timeout=self.silence
        ) as socket:
            self.connected()
            while not self.ending:
                with suppress(TimeoutError):
                    self.see(json.loads(socket.recv(timeout=0.5)))


class SseWatcher(Watcher):
    """Server-sent events; the comment lines are its sign of life."""

    transport = "sse"
    broken = (requests.RequestException, OSError)

    def watch(self, address: str) -> None:
        url = f"{address}/sse/deployment-updates?{self.query}"
        with requests.get(url, stream=True, timeout=(self.patience, self.silence)) as answer:
            answer.raise_for_status()
            self.connected()
            for line in answer.iter_lines(chunk_size=1):
                if line.startswith(b"data:"):
                    self.see(json.loads(line[5:]))
                if self.ending:
                    return


class SocketIoWatcher(Watcher):
    """Socket.IO by the stock Python client, over websocket only. How long it waits for a ping is Socket.IO's word."""

    blind = HEARTBEAT + PING_TIMEOUT
    transport = "socketio-websocket"
    ways = ("websocket",)
    broken = (socketio.exceptions.ConnectionError, OSError)

    def watch(self, address: str) -> None:
        http = requests.Session()
        client = socketio.Client(
            reconnection=False, request_timeout=self.patience, handle_sigint=False, http_session=http
        )
        gone = threading.Event()
        client.on("disconnect", lambda *_: gone.set())
        client.on("deployment_update", self.see)
        self.connected()  # before it is: events may come before `connect` returns
        try:
            auth = {"topics": self.topics, "last_event_id": self.last_event_id}
            client.connect(address, auth=auth, transports=list(self.ways), wait_timeout=self.patience)
            # Its state too: the stock client does not tell of a connection that breaks while `connect` is returning
            while client.eio.state == "connected" and not (self.ending or gone.wait(0.1)):
                continue
        finally:
            with suppress(*self.broken):
                client.disconnect()
            http.close()
            if socket := getattr(client.eio, "ws", None):
                socket.shutdown()  # the stock client leaves it open after a connection broke


class SocketIoPollingWatcher(SocketIoWatcher):
    """Socket.IO over long-polling only: always the same process, as a sticky proxy would see to."""

    transport = "socketio-polling"
    ways = ("polling",)


class PollingWatcher(Watcher):
    """No push at all: conditional GETs of the status. Each round counts as a connection of its own."""

    transport = "polling"
    broken = (requests.RequestException,)
    pause = 0.5
    period = pause + LONGEST_PAUSE

    def watch(self, address: str) -> None:
        self.connected()
        for topic in self.topics:
            frontend, environment = topic.split("/")
            answer = requests.get(
                f"{address}/api/deployments/status/",
                params={"frontend": frontend, "environment": environment},
                timeout=self.patience,
            )
            answer.raise_for_status()
            if answer.status_code == 200:
                self.note(topic, answer.json()["id"])
        self._ending.wait(self.pause)


PUSHED: tuple[type[Watcher], ...] = (WebSocketWatcher, SseWatcher, SocketIoWatcher, SocketIoPollingWatcher)
ALL: tuple[type[Watcher], ...] = (*PUSHED, PollingWatcher)


@contextmanager
def watching(watchers: Sequence[Watcher]) -> Iterator[Sequence[Watcher]]:
    """Let them run; at the end, stop them."""
    for watcher in watchers:
        watcher.start()
    try:
        yield watchers
    finally:
        for watcher in watchers:
            watcher.end()
        for watcher in watchers:
            watcher.join(10)

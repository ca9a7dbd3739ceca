"""Engine.IO's pings to clients that poll, from one timer: the library would keep a sleeping green thread for each.

Clients over WebSocket get the hub's heartbeat instead.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from engineio import packet as engine_packet
from engineio.socket import Socket

from deployapp.realtime.loop import Loop

TICK = 1.0  # seconds


class EnginePings:
    """Replaces `Socket._send_ping`, which sleeps, and the library's monitoring task, which wakes for each client."""

    def __init__(self, server: Any, loop: Loop) -> None:
        self._server = server
        self._loop = loop
        self._due: deque[tuple[float, str]] = deque()  # in the order of time, as all wait the same interval
        self._asked: deque[tuple[float, str, float]] = deque()
        self._start_task: Callable[..., Any] = server.start_background_task
        server.start_background_task = self._start

    def run(self) -> None:
        """To be run in the background."""
        while True:
            self._loop.sleep(TICK)
            self._ping_due(time.monotonic())
            self._close_silent(time.monotonic())

    def _start(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if getattr(target, "__func__", None) is Socket._send_ping:
            self._due.append((time.monotonic() + self._server.ping_interval, target.__self__.sid))  # type: ignore[attr-defined]
            return None
        return self._start_task(target, *args, **kwargs)

    def _ping_due(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            socket = self._polling(self._due.popleft()[1])
            if socket is not None:
                socket.last_ping = time.time()
                self._asked.append((now + self._server.ping_timeout, socket.sid, socket.last_ping))
                socket.queue.put(engine_packet.Packet(engine_packet.PING))

    def _close_silent(self, now: float) -> None:
        while self._asked and self._asked[0][0] <= now:
            _, eio_sid, asked_at = self._asked.popleft()
            socket = self._polling(eio_sid)
            if socket is not None and socket.last_ping == asked_at:
                socket.close(wait=False, abort=True, reason=self._server.reason.PING_TIMEOUT)
                self._polling(eio_sid)

    def _polling(self, eio_sid: str) -> Any:
        """The client's socket, or None if it is in the hub or gone; one that never asked again is forgotten here."""
        socket = self._server.sockets.get(eio_sid)
        if socket is None or socket.upgraded:
            return None
        if socket.closed:
            del self._server.sockets[eio_sid]
            return None
        return socket

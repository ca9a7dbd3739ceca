"""Heartbeats: each connection gets one an interval, and the heartbeats of all are spread over the interval.

A connection's turn comes from its descriptor: the kernel hands out the lowest free number, so descriptors are dense,
and neither a timer nor a place in a queue has to be kept for each.
"""

from itertools import islice

from deployapp.realtime.connection import Connection
from deployapp.realtime.hub import Hub
from deployapp.realtime.loop import Loop

TICK = 1.0  # seconds
BEATS_A_TURN = 512  # between two pauses for everything else


class Heartbeats:
    """`interval` is in seconds. A client that has to answer and was silent from one heartbeat to the next is closed."""

    def __init__(self, hub: Hub, loop: Loop, interval: float) -> None:
        self._hub = hub
        self._loop = loop
        self._turns = max(4, round(interval / TICK))
        self._tick = interval / self._turns

    def run(self) -> None:
        """To be run in the background."""
        turn = 0
        while True:
            self._loop.sleep(self._tick)
            turn = (turn + 1) % self._turns
            self._beat([one for fd, one in self._hub.connections.items() if fd % self._turns == turn])

    def _beat(self, connections: list[Connection]) -> None:
        beats = iter(connections)
        while batch := list(islice(beats, BEATS_A_TURN)):
            for connection in batch:
                self._hub.heartbeat(connection)
            self._loop.pause()

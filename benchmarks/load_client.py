"""Drives one load client (`native/load_client.c`): a process that holds the clients of one server."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any, Literal, Self

from benchmarks.accounting import ProcessorTime, processor_time
from benchmarks.native import BUILT

Protocol = Literal["websocket", "socketio", "sse"]

WINDOW = 48  # connections being opened at a time: fewer than the listen backlog of any server here


class ClientFailed(Exception):
    """The load client ended."""


@dataclass(frozen=True)
class Connected:
    """How opening connections went."""

    connected: int
    failed: int
    seconds: float
    client_cpu_seconds: float


@dataclass(frozen=True)
class Heard:
    """One broadcast: when its clients heard it, in milliseconds since just before the trigger connected.

    `client_cpu_ms` is what the load client used until the last of them had: its share of `last_ms` tells how far it
    is from being the bottleneck. `began_ns` is that moment on the monotonic clock, which all processes share.
    """

    heard: int
    lost: int
    first_ms: float
    median_ms: float
    p99_ms: float
    last_ms: float
    answer_ms: float
    answer_status: int
    client_cpu_ms: float
    began_ns: int = 0


@dataclass(frozen=True)
class Status:
    """What is open, and what went wrong since the start."""

    open: int
    stalled: int
    closed_by_server: int
    duplicates: int


class LoadClient:
    """Use as a context manager; leaving it closes all connections. Methods raise `ClientFailed`."""

    def __init__(self, protocol: Protocol, port: int, path: str, cpu: int | None) -> None:
        def pin() -> None:
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})

        self._process = subprocess.Popen(
            [str(BUILT / "load_client"), protocol, str(port), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pin,
        )

    def connect(self, count: int, seconds: float, stalled: bool = False, window: int = WINDOW) -> Connected:
        """Open `count` more connections, giving up after `seconds`; stalled ones never read once they have joined."""
        return Connected(**self._ask(f"connect {count} {window} {seconds} {'stalled' if stalled else ''}"))

    def broadcast(self, port: int, trigger: bytes, seconds: float) -> Heard:
        """Send the trigger and wait until every reading connection has heard one event, or for `seconds`."""
        return Heard(**self._ask(f"broadcast {port} {seconds} {trigger.hex()}"))

    def listen(self, seconds: float) -> Heard:
        """Wait as `broadcast` does, for an event that another client triggers meanwhile."""
        return Heard(**self._ask(f"listen {seconds}"))

    def status(self) -> Status:
        return Status(**self._ask("status"))

    def processor_time(self) -> ProcessorTime:
        return processor_time(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, command: str) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout  # noqa: PT018  # they are pipes
        try:
            stdin.write(command + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise ClientFailed(f"the load client has ended before {command.split()[0]!r}") from None
        answer = stdout.readline()
        if not answer:
            raise ClientFailed(f"the load client ended during {command.split()[0]!r}")
        return json.loads(answer)

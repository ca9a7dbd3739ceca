"""Measures one contender at one number of connections, each broadcast paired with one of the C loop.

Both servers are up at the same time, each with as many clients; the one that does not broadcast idles. Servers are
pinned to one processor, load clients to another, so that the scheduler's choice is not part of the result.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.contenders.base import Contender, Running
from benchmarks.contenders.c_loop import start as start_c_loop
from benchmarks.load_client import ClientFailed, Heard, LoadClient
from benchmarks.results import DISTURBED, Cell, Opened, Pair, median_ratio
from benchmarks.server_process import ServerFailed

CONNECT_SECONDS = 90
BROADCAST_SECONDS = 30
SETTLE_SECONDS = 1.0
WARM_BUDGET_SECONDS = 60
CACHE_BYTES = 256 << 20  # several times what processors of today have

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is measured in a cell."""

    warm: int  # pairs of broadcasts
    rests: int  # each followed by a cold pair
    rest_seconds: float


@dataclass(frozen=True)
class Processors:
    """What servers and load clients are pinned to; `None` leaves it to the scheduler."""

    servers: int | None
    clients: int | None

    @classmethod
    def choose(cls) -> "Processors":
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[1]) if len(allowed) > 1 else cls(None, None)


def measure(contender: Contender, connections: int, plan: Plan, processors: Processors, say: Say) -> Cell:
    """Never raises for what a contender does wrong: the cell then says what."""
    cell = Cell(contender.name, connections)
    try:
        with tempfile.TemporaryDirectory(prefix="deployapp-benchmark-") as folder:
            _measure(cell, contender, plan, processors, Path(folder), say)
    except (ServerFailed, ClientFailed, ContenderFailed) as error:
        cell.problem = str(error)
        say(f"  {error}")
    return cell


class ContenderFailed(Exception):
    """A contender does not do what is measured."""


def _measure(cell: Cell, contender: Contender, plan: Plan, processors: Processors, folder: Path, say: Say) -> None:
    with (
        contender.start(folder, processors.servers) as own,
        start_c_loop(folder, processors.servers, contender.wire_text) as c,
        LoadClient(contender.protocol, own.port, contender.path, processors.clients) as own_tabs,
        LoadClient("websocket", c.port, "/", processors.clients) as c_tabs,
    ):
        sides = Sides(Side(own, own_tabs), Side(c, c_tabs))
        _connect(cell, sides)
        say(f"  {cell.connects_per_second:.0f} connects/s")
        time.sleep(SETTLE_SECONDS)
        cell.start = sides.pair(own_first=True)
        _rest_and_cold(cell, sides, plan, say)
        _warm(cell, sides, plan, say)
        status = own_tabs.status()
        cell.duplicates, cell.closed_by_server = status.duplicates, status.closed_by_server


class Told(NamedTuple):
    """A broadcast: what the clients heard, the server's processor time, what server and clients waited for theirs."""

    heard: Heard
    cpu_ms: float
    waited_ms: float
    clients_waited_ms: float


class Side:
    """A running server with its clients."""

    def __init__(self, running: Running, tabs: LoadClient) -> None:
        self.running = running
        self.tabs = tabs

    def broadcast(self, event_id: int) -> Told:
        """Trigger it and wait until its clients have heard."""
        server, tabs = self.running.server, self.tabs
        server_before, tabs_before = server.processor_time(), tabs.processor_time()
        heard = tabs.broadcast(self.running.trigger_port, self.running.trigger(event_id), BROADCAST_SECONDS)
        if not 200 <= heard.answer_status < 300:
            raise ContenderFailed(f"the trigger was answered {heard.answer_status}")
        used = server.processor_time().since(server_before)
        return Told(heard, used.ran, used.waited, tabs.processor_time().since(tabs_before).waited)


class Sides:
    """The contender and the C loop."""

    def __init__(self, own: Side, c: Side) -> None:
        self.own = own
        self.c = c
        self._ids = count(1)

    def pair(self, own_first: bool, before_each: Callable[[], None] = lambda: None) -> Pair:
        event_id = next(self._ids)
        told: dict[Side, Told] = {}
        for side in (self.own, self.c) if own_first else (self.c, self.own):
            before_each()
            told[side] = side.broadcast(event_id)
        own, c = told[self.own], told[self.c]
        waited, clients_waited = own.waited_ms + c.waited_ms, own.clients_waited_ms + c.clients_waited_ms
        return Pair(own.heard, c.heard, own.cpu_ms, c.cpu_ms, waited, clients_waited)


def _connect(cell: Cell, sides: Sides) -> None:
    server = sides.own.running.server
    time.sleep(SETTLE_SECONDS)
    before = server.pss()
    cell.connected, opened = _open(sides.own.running, sides.own.tabs, cell.connections)
    cell.opened.append(opened)
    if cell.connected < cell.connections:
        raise ContenderFailed(f"only {cell.connected} of {cell.connections} could connect in {CONNECT_SECONDS} s")
    sides.c.tabs.connect(cell.connections, CONNECT_SECONDS)
    cell.bytes_per_connection = (server.pss() - before) / cell.connections


def _open(running: Running, tabs: LoadClient, connections: int) -> tuple[int, Opened]:
    before = running.server.processor_time()
    done = tabs.connect(connections, CONNECT_SECONDS)
    used = running.server.processor_time().since(before)
    rate = done.connected / done.seconds
    return done.connected, Opened(rate, 1000 * used.ran / connections, used.waited > DISTURBED * 1000 * done.seconds)


def open_again(contender: Contender, connections: int, processors: Processors) -> Opened:
    """Open all connections to a fresh server, and nothing more. Raises `ServerFailed` or `ClientFailed`."""
    with (
        tempfile.TemporaryDirectory(prefix="deployapp-benchmark-") as folder,
        contender.start(Path(folder), processors.servers) as running,
        LoadClient(contender.protocol, running.port, contender.path, processors.clients) as tabs,
    ):
        time.sleep(SETTLE_SECONDS)
        return _open(running, tabs, connections)[1]


def _rest_and_cold(cell: Cell, sides: Sides, plan: Plan, say: Say) -> None:
    """Idle processor time over the rests, then a cold pair after each."""
    server, idle_ms, rested = sides.own.running.server, 0.0, 0.0
    tries = 0
    while len(cell.cold) < plan.rests:
        began, before = time.monotonic(), server.processor_time()
        time.sleep(plan.rest_seconds)
        idle_ms += server.processor_time().since(before).ran
        rested += time.monotonic() - began
        pair = sides.pair(tries % 2 == 0, empty_caches)
        tries += 1
        _keep(cell, cell.cold, pair, tries < 2 * plan.rests)
        say(f"  cold: {pair.own.last_ms:.1f} ms, {pair.ratio:.2f} x the C loop{', disturbed' * pair.disturbed}")
    cell.idle_cpu_percent = 0.1 * idle_ms / rested if rested else 0


def _warm(cell: Cell, sides: Sides, plan: Plan, say: Say) -> None:
    """Alternately the one and the other first; what a slow contender cannot do in time is left out."""
    until = time.monotonic() + WARM_BUDGET_SECONDS
    sides.pair(own_first=True)
    sides.own.running.longest_collection_ms()  # forget those before
    tries = 0
    while len(cell.warm) < plan.warm and (time.monotonic() < until or not cell.warm):
        pair = sides.pair(tries % 2 == 0)
        tries += 1
        _keep(cell, cell.warm, pair, tries < 2 * plan.warm)
    cell.longest_gc_ms = sides.own.running.longest_collection_ms()
    last = median(pair.own.last_ms for pair in cell.warm)
    say(f"  warm: {last:.1f} ms, {median_ratio(cell.warm):.2f} x the C loop")


def _keep(cell: Cell, kept: list[Pair], pair: Pair, may_repeat: bool) -> None:
    """Keep the pair unless it was disturbed and may be measured again: a busy machine gets twice the tries."""
    if pair.disturbed and may_repeat:
        cell.disturbed += 1
    else:
        kept.append(pair)


def empty_caches() -> None:
    """Walk over more memory than the caches hold, on every processor, so that the next broadcast finds them cold."""
    allowed = os.sched_getaffinity(0)
    memory = b"\1" * CACHE_BYTES  # not zeros: those would be one page of the kernel's, mapped many times
    for cpu in allowed:
        os.sched_setaffinity(0, {cpu})
        memory[::64]
    os.sched_setaffinity(0, allowed)

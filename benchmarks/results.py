"""What was measured: plain values, kept as JSON so that a run can be done in parts."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

from benchmarks.load_client import Heard

DISTURBED = 0.1


@dataclass(frozen=True)
class Pair:
    """A broadcast of a contender and one of the C loop right beside it; times in ms, `cpu` of the server."""

    own: Heard
    c: Heard
    own_cpu_ms: float
    c_cpu_ms: float
    waited_ms: float  # that the servers were ready to run and something else had their processor
    clients_waited_ms: float  # the same of the load clients, which includes being woken by each message

    @property
    def ratio(self) -> float:
        return self.own.last_ms / self.c.last_ms

    @property
    def disturbed(self) -> bool:
        """Whether something else on the machine took a part of it that shows."""
        return self.waited_ms > DISTURBED * (self.own.last_ms + self.c.last_ms)


@dataclass(frozen=True)
class Opened:
    """One opening of all connections to a freshly started server; `cpu_us` of the server for each of them."""

    per_second: float
    cpu_us: float
    disturbed: bool  # see `Pair.disturbed`


@dataclass
class Cell:
    """One contender at one number of connections. `problem` says why there is no more than this."""

    contender: str
    connections: int
    connected: int = 0
    opened: list[Opened] = field(default_factory=list)
    bytes_per_connection: float = 0
    idle_cpu_percent: float = 0
    start: Pair | None = None  # the first broadcast after the start
    cold: list[Pair] = field(default_factory=list)  # after a rest, caches emptied
    warm: list[Pair] = field(default_factory=list)
    disturbed: int = 0  # warm and cold pairs measured again because of that
    longest_gc_ms: float | None = None  # pause of the garbage collector during the warm broadcasts, if it is told
    duplicates: int = 0
    closed_by_server: int = 0
    problem: str = ""

    @property
    def pairs(self) -> list[Pair]:
        return [*([self.start] if self.start else []), *self.cold, *self.warm]

    @property
    def connects_per_second(self) -> float:
        """Median of the undisturbed openings, of all if there is none."""
        quiet = [one.per_second for one in self.opened if not one.disturbed]
        return median(quiet or [one.per_second for one in self.opened] or [0])

    @property
    def lost(self) -> int:
        return sum(pair.own.lost for pair in self.pairs)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        opened = [Opened(**one) for one in fields["opened"]]
        pairs = {"cold": [_pair(one) for one in fields["cold"]], "warm": [_pair(one) for one in fields["warm"]]}
        return cls(
            **{**fields, **pairs, "opened": opened, "start": _pair(fields["start"]) if fields["start"] else None}
        )


@dataclass
class Stalled:
    """Broadcasts to the clients that read, in turns without and with the stalled ones beside them."""

    reading: int
    stalled: int
    without: list[Heard] = field(default_factory=list)
    beside: list[Heard] = field(default_factory=list)
    fills_to_close: list[int] = field(default_factory=list)  # more large events until all stalled ones were closed

    @property
    def ratio(self) -> float:
        """The p99 of the others beside stalled clients, over that without."""
        return median(heard.p99_ms for heard in self.beside) / median(heard.p99_ms for heard in self.without)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        lists = {name: [Heard(**one) for one in fields[name]] for name in ("without", "beside")}
        return cls(**{**fields, **lists})


def _pair(fields: dict[str, Any]) -> Pair:
    return Pair(**{**fields, "own": Heard(**fields["own"]), "c": Heard(**fields["c"])})


def median_ratio(pairs: list[Pair]) -> float:
    """The median of the ratios to the C loop, pair by pair: the machine's speed drifts."""
    return median(pair.ratio for pair in pairs)


class Results:
    """The cells of one file. A cell that is measured again replaces the older one."""

    def __init__(self, path: Path, anew: bool = False) -> None:
        self.path = path
        kept = json.loads(path.read_text()) if path.exists() and not anew else {}
        self.runs: list[dict[str, Any]] = kept.get("runs", [])  # the machine and the commit of each run
        self.stalled: Stalled | None = Stalled.from_dict(kept["stalled"]) if kept.get("stalled") else None
        self.cells: dict[tuple[str, int], Cell] = {}
        for fields in kept.get("cells", []):
            self._put(Cell.from_dict(fields))

    def note_run(self, machine: dict[str, Any], what: str) -> None:
        """Tell what was measured on which machine and commit; parts that follow each other there are one entry."""
        last = self.runs[-1] if self.runs else {}
        if {**last, "date": "", "measured": ""} == {**machine, "date": "", "measured": ""}:
            last["measured"] += f"; {what}"
        else:
            self.runs.append({**machine, "measured": what})

    def add(self, cell: Cell) -> None:
        """Keep the cell, in the file too."""
        self._put(cell)
        self.save()

    def save(self) -> None:
        cells = ",\n".join(json.dumps(_rounded(asdict(cell))) for cell in self.cells.values())
        runs = ",\n".join(json.dumps(run) for run in self.runs)
        stalled = json.dumps(_rounded(asdict(self.stalled))) if self.stalled else "null"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(f'{{"runs": [\n{runs}\n],\n"stalled": {stalled},\n"cells": [\n{cells}\n]}}\n')

    def _put(self, cell: Cell) -> None:
        self.cells[cell.contender, cell.connections] = cell


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value

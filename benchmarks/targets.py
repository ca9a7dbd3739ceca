"""What the fan-out has to reach at 10,000 connections, and whether it did."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from benchmarks.contenders.references import SOCKETIO_REFERENCES, WEBSOCKET_REFERENCES
from benchmarks.results import Cell, Results, median_ratio

NUMBER = 10_000
RAW_RIVALS = ("nchan", *(one.name for one in WEBSOCKET_REFERENCES))
SOCKETIO_RIVALS = tuple(one.name for one in SOCKETIO_REFERENCES if one.name != "python-socketio")
GC_SHARE = 0.1  # of a broadcast: a pause below that does not show


@dataclass(frozen=True)
class Verdict:
    """`met` is None where something was not measured."""

    measure: str
    target: str
    measured: str
    met: bool | None

    @property
    def word(self) -> str:
        return {True: "met", False: "**not met**", None: "not measured"}[self.met]


def judge(results: Results) -> list[Verdict]:
    """One verdict for each target, in their order."""
    raw, socketio = _cell(results, "ours"), _cell(results, "ours-sio")
    return [
        _fan_out("raw WebSocket, trigger to last tab", raw, 1.1, _cells(results, RAW_RIVALS)),
        _fan_out("Socket.IO, trigger to last tab", socketio, 1.3, _cells(results, SOCKETIO_RIVALS)),
        _memory("memory per idle raw connection", raw, 1),
        _memory("memory per idle Socket.IO connection", socketio, 6),
        _connects("connects per second, raw", raw, _cell(results, "websockets"), "`websockets`"),
        _connects("connects per second, Socket.IO", socketio, _cell(results, "socketio"), "Node's socket.io"),
        _stalled(results),
        _cold(raw),
        _collector(raw),
        _lost(results),
    ]


def _cell(results: Results, name: str) -> Cell | None:
    cell = results.cells.get((name, NUMBER))
    return cell if cell is not None and cell.warm else None


def _cells(results: Results, names: Iterable[str]) -> list[Cell]:
    return [cell for name in names if (cell := _cell(results, name))]


def _fan_out(measure: str, own: Cell | None, limit: float, rivals: list[Cell]) -> Verdict:
    target = f"at most {limit} x the C loop, ahead of the others"
    if own is None or not rivals:
        return Verdict(measure, target, "-", None)
    nearest = min(rivals, key=lambda cell: median_ratio(cell.warm))
    ratio, other = median_ratio(own.warm), median_ratio(nearest.warm)
    return Verdict(measure, target, f"{ratio:.2f} x; the nearest other, {nearest.contender}, {other:.2f} x",
                   ratio <= limit and ratio < other)  # fmt: skip


def _memory(measure: str, own: Cell | None, limit: int) -> Verdict:
    if own is None:
        return Verdict(measure, f"at most {limit} KiB", "-", None)
    size = own.bytes_per_connection / 1024
    return Verdict(measure, f"at most {limit} KiB", f"{size:.2f} KiB", size <= limit)


def _connects(measure: str, own: Cell | None, rival: Cell | None, name: str) -> Verdict:
    if own is None or rival is None:
        return Verdict(measure, f"ahead of {name}", "-", None)
    mine, other = own.connects_per_second, rival.connects_per_second
    return Verdict(measure, f"ahead of {name}", f"{mine:,.0f}; {name} {other:,.0f}", mine > other)


def _stalled(results: Results) -> Verdict:
    measure, target = "100 stalled clients among 10,000", "p99 of the others within 10 %"
    if results.stalled is None:
        return Verdict(measure, target, "-", None)
    change = results.stalled.ratio - 1
    return Verdict(measure, target, f"{100 * change:+.1f} %", change <= 0.1)


def _cold(own: Cell | None) -> Verdict:
    measure, target = "cold broadcast, raw", "at most 1.25 x a cold C loop"
    if own is None or not own.cold:
        return Verdict(measure, target, "-", None)
    ratio = median_ratio(own.cold)
    return Verdict(measure, target, f"{ratio:.2f} x", ratio <= 1.25)


def _collector(own: Cell | None) -> Verdict:
    measure, target = "garbage collector", "no pause shows in any of 50 broadcasts"
    if own is None or own.longest_gc_ms is None:
        return Verdict(measure, target, "-", None)
    middle, slowest = median(pair.own.last_ms for pair in own.warm), max(pair.own.last_ms for pair in own.warm)
    return Verdict(
        measure,
        target,
        f"longest pause {own.longest_gc_ms:.1f} ms; of {len(own.warm)} broadcasts the slowest {slowest:.0f} ms,"
        f" the median {middle:.0f} ms",
        own.longest_gc_ms < GC_SHARE * middle,
    )


def _lost(results: Results) -> Verdict:
    own = [cell for (name, _), cell in results.cells.items() if name.startswith("ours")]
    lost, twice = sum(cell.lost for cell in own), sum(cell.duplicates for cell in own)
    told = sum(pair.own.heard for cell in own for pair in cell.pairs)
    measured = f"{lost}, {twice} of {told:,} messages"
    return Verdict("lost, duplicate", "0, 0", measured, lost == twice == 0 if own else None)

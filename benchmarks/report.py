"""Writes results as Markdown tables. Says what was measured; judges nothing but the targets (`targets.py`)."""

from collections.abc import Callable
from statistics import median

from benchmarks.contenders import CONTENDERS
from benchmarks.load_client import Heard
from benchmarks.results import Cell, Pair, Results, median_ratio

HEAD = [
    "server", "connects/s", "KiB each", "idle CPU", "first", "median", "p99", "last", "x C", "cold last", "cold x C",
    "start x C", "CPU/broadcast", "lost", "twice",
]  # fmt: skip


def tables(results: Results) -> str:
    """One table for each number of connections."""
    numbers = sorted({connections for _, connections in results.cells})
    return "\n\n".join(f"### {number:,} connections\n\n{_table(results, number)}" for number in numbers)


def _table(results: Results, number: int) -> str:
    rows = [HEAD, ["---", *["--:"] * (len(HEAD) - 1)]]
    for contender in CONTENDERS:
        cell = results.cells.get((contender.name, number))
        if cell is not None:
            rows.append([contender.label, *_columns(cell)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _columns(cell: Cell) -> list[str]:
    if not cell.warm:
        return [f"{cell.connects_per_second:,.0f}", *["-"] * 11, f"not measured: {_first_line(cell.problem)}", ""]
    return [
        f"{cell.connects_per_second:,.0f}",
        f"{cell.bytes_per_connection / 1024:.1f}",
        f"{cell.idle_cpu_percent:.1f} %",
        *(_ms(cell.warm, read) for read in (_first, _median, _p99, _last)),
        f"{median_ratio(cell.warm):.2f}",
        _ms(cell.cold, _last),
        f"{median_ratio(cell.cold):.2f}" if cell.cold else "-",
        f"{cell.start.ratio:.2f}" if cell.start else "-",
        f"{median(pair.own_cpu_ms for pair in cell.warm):.1f} ms",
        str(cell.lost),
        str(cell.duplicates),
    ]


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(":") or "no reason kept"


def _ms(pairs: list[Pair], read: Callable[[Heard], float]) -> str:
    return f"{median(read(pair.own) for pair in pairs):.1f} ms" if pairs else "-"


def _first(heard: Heard) -> float:
    return heard.first_ms


def _median(heard: Heard) -> float:
    return heard.median_ms


def _p99(heard: Heard) -> float:
    return heard.p99_ms


def _last(heard: Heard) -> float:
    return heard.last_ms

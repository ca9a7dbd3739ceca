"""The results as Markdown tables, one for each number of connections."""

from collections.abc import Callable
from statistics import median

from benchmarks.contenders import CONTENDERS
from benchmarks.load_client import Heard
from benchmarks.results import Cell, Pair, Results, median_ratio

HEAD = [
    "server", "connects/s", "CPU/connect", "KiB each", "idle CPU", "first", "median", "p99", "last", "last x C",
    "cold last", "cold x C", "start x C", "CPU/broadcast", "lost + twice",
]  # fmt: skip


def tables(results: Results) -> str:
    numbers = sorted({connections for _, connections in results.cells})
    return "\n\n".join(f"### {number:,} connections\n\n{_table(results, number)}" for number in numbers)


def table(rows: list[list[str]], right: int) -> str:
    """The first row is the head; the columns after the first `right` are aligned to the right."""
    line = ["---" if place < right else "--:" for place in range(len(rows[0]))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], line, *rows[1:]])


def _table(results: Results, number: int) -> str:
    measured = [(one, cell) for one in CONTENDERS if (cell := results.cells.get((one.name, number)))]
    failed = [f"{one.label}: {_first_line(cell.problem)}." for one, cell in measured if not cell.warm]
    rows = [[one.label, *_columns(cell)] for one, cell in measured if cell.warm]
    return "\n\n".join([table([HEAD, *rows], 1), *failed])


def _columns(cell: Cell) -> list[str]:
    return [
        f"{cell.connects_per_second:,.0f}" + " (disturbed)" * all(one.disturbed for one in cell.opened),
        f"{median(one.cpu_us for one in cell.opened):.0f} µs",
        f"{cell.bytes_per_connection / 1024:.1f}",
        f"{cell.idle_cpu_percent:.1f} %",
        *(_ms(cell.warm, read) for read in (_first, _median, _p99, _last)),
        f"{median_ratio(cell.warm):.2f}",
        _ms(cell.cold, _last),
        f"{median_ratio(cell.cold):.2f}" if cell.cold else "-",
        f"{cell.start.ratio:.2f}" if cell.start else "-",
        f"{median(pair.own_cpu_ms for pair in cell.warm):.1f} ms",
        f"{cell.lost} + {cell.duplicates}",
    ]


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(":.") or "no reason kept"


def _ms(pairs: list[Pair], read: Callable[[Heard], float]) -> str:
    return f"{median(read(pair.own) for pair in pairs):.1f}" if pairs else "-"


def _first(heard: Heard) -> float:
    return heard.first_ms


def _median(heard: Heard) -> float:
    return heard.median_ms


def _p99(heard: Heard) -> float:
    return heard.p99_ms


def _last(heard: Heard) -> float:
    return heard.last_ms

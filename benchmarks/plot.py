"""Draws the results at one number of connections as an SVG of bars. Light background of its own: it fits every page."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from benchmarks.contenders import CONTENDERS
from benchmarks.contenders.base import Contender
from benchmarks.results import Cell, Results, median_ratio

LABEL_WIDTH, PANEL_WIDTH, GAP, ROW, TOP, MARGIN = 340, 190, 24, 24, 78, 16
OURS, OTHERS, TEXT, FAINT = "#0b6e4f", "#9aa5b1", "#1f2933", "#616e7c"


@dataclass(frozen=True)
class Panel:
    """A column of bars. A bar above `most` is cut off there; its number tells."""

    title: str
    note: str
    most: float
    read: Callable[[Cell], float | None]
    form: str


PANELS = [
    Panel("Last tab, warm", "times the C loop; less is better", 5, lambda cell: median_ratio(cell.warm), "{:.2f}"),
    Panel("Last tab, cold", "times a cold C loop; less is better", 5,
          lambda cell: median_ratio(cell.cold) if cell.cold else None, "{:.2f}"),
    Panel("Memory", "KiB per idle connection; less is better", 70, lambda cell: cell.bytes_per_connection / 1024,
          "{:.1f}"),
    Panel("Connects", "per second; more is better", 8000, lambda cell: cell.connects_per_second, "{:,.0f}"),
]  # fmt: skip


def draw(results: Results, number: int) -> str:
    """The SVG's text. Contenders that were not measured at this number are left out."""
    rows = [(one, cell) for one in CONTENDERS if (cell := results.cells.get((one.name, number))) and cell.warm]
    width = MARGIN * 2 + LABEL_WIDTH + len(PANELS) * (PANEL_WIDTH + GAP)
    height = TOP + ROW * len(rows) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(MARGIN, 30, f"{number:,} connections", 16, "bold"),
    ]
    parts += [_text(MARGIN, _row_y(place) + 13, one.label, 13, _weight(one)) for place, (one, _) in enumerate(rows)]
    for place, panel in enumerate(PANELS):
        left = MARGIN + LABEL_WIDTH + place * (PANEL_WIDTH + GAP)
        parts += [_text(left, 44, panel.title, 13, "bold"), _text(left, 61, panel.note, 10, "normal", FAINT)]
        parts += [_bar(panel, left, _row_y(row), one, panel.read(cell)) for row, (one, cell) in enumerate(rows)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row_y(row: int) -> int:
    return TOP + row * ROW


def _weight(contender: Contender) -> str:
    return "bold" if _is_ours(contender) else "normal"


def _is_ours(contender: Contender) -> bool:
    return contender.name.startswith("ours")


def _bar(panel: Panel, left: int, top: int, contender: Contender, value: float | None) -> str:
    if value is None:
        return _text(left, top + 13, "-", 12, "normal", FAINT)
    room = PANEL_WIDTH - 48  # the number stands behind the bar
    length = max(1.0, room * min(1.0, value / panel.most))
    colour = OURS if _is_ours(contender) else OTHERS
    number = panel.form.format(value) + (" →" if value > panel.most else "")
    bar = f'<rect x="{left}" y="{top + 2}" width="{length:.1f}" height="14" rx="2" fill="{colour}"/>'
    return bar + _text(left + length + 5, top + 13, number, 12, _weight(contender))


def _text(x: float, y: float, text: str, size: int, weight: str, colour: str = TEXT) -> str:
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'

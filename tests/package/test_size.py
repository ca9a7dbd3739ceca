"""Issue 5, point 7: how much a page downloads for it, beside what it could take instead. KB is 1,024 bytes here."""

import re
from pathlib import Path

import pytest

from tests.package import sizes

BEHIND = 0.05  # the part by which the documentation may be behind
_SIZE = re.compile(r"(\d+\.\d) KB")


def test_it_is_small_and_the_documented_table_is_true(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = sizes.measure(installed)
    with capsys.disabled():
        print("\n" + sizes.table(rows))
    core, everything = rows[:2]
    assert core["brotli"] <= 3 * sizes.KB
    assert everything["brotli"] <= 8 * sizes.KB
    written, measured = (_read(text) for text in (sizes.written(), sizes.table(rows)))
    assert written[0] == measured[0], "run `make docs`"
    assert written[1] == pytest.approx(measured[1], rel=BEHIND), "run `make docs`"


def _read(table: str) -> tuple[str, list[float]]:
    """What the table says without its sizes, and the sizes."""
    return _SIZE.sub("", table), [float(size) for size in _SIZE.findall(table)]

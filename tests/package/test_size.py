"""Issue 5, point 7: how much a page downloads for it, beside what it could take instead. KB is 1,024 bytes here."""

from pathlib import Path

import pytest

from tests.package import sizes


def test_it_is_small_and_the_documented_table_is_true(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = sizes.measure(installed)
    with capsys.disabled():
        print("\n" + sizes.table(rows))
    core, everything = rows[:2]
    assert core["brotli"] <= 3 * sizes.KB
    assert everything["brotli"] <= 8 * sizes.KB
    assert sizes.written() == sizes.table(rows), "run `make docs`"

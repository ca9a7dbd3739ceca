"""A target is met or not by the figures alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.load_client import Heard
from benchmarks.results import Cell, Pair, Results
from benchmarks.targets import NUMBER, judge

C = Heard(NUMBER, 0, 1, 50, 99, 100, 100, 204, 30)


def cell(name: str, ratio: float, **more: float) -> Cell:
    pair = Pair(replace(C, last_ms=100 * ratio), C, 100, 100, 0, 0)
    return Cell(name, NUMBER, NUMBER, warm=[pair] * 3, cold=[pair], **more)  # type: ignore[arg-type]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results.json")


def word(results: Results, measure: str) -> str:
    return next(verdict.word for verdict in judge(results) if verdict.measure == measure)


@pytest.mark.parametrize(
    ("own", "other", "expected"), [(1.09, 1.2, "met"), (1.11, 1.2, "**not met**"), (1.09, 1.05, "**not met**")]
)
def test_the_fan_out_has_a_limit_and_rivals(results: Results, own: float, other: float, expected: str) -> None:
    results.add(cell("ours", own))
    results.add(cell("nchan", other))
    assert word(results, "raw WebSocket, trigger to last tab") == expected


def test_what_was_not_measured_is_not_met(results: Results) -> None:
    results.add(cell("ours", 1.0))
    assert word(results, "raw WebSocket, trigger to last tab") == "not measured"
    assert word(results, "100 stalled clients among 10,000") == "not measured"


def test_a_lost_message_is_told(results: Results) -> None:
    own = cell("ours", 1.0)
    results.add(own)
    assert word(results, "lost, duplicate") == "met"
    lossy = replace(own.warm[0], own=replace(C, lost=1))
    results.add(replace(own, warm=[lossy]))
    assert word(results, "lost, duplicate") == "**not met**"


def test_results_are_read_as_they_were_written(results: Results) -> None:
    results.add(cell("ours", 1.5, bytes_per_connection=300))
    assert Results(results.path).cells == results.cells

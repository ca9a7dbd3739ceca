"""It counts what it says: nothing is lost or told twice; table and plot have each contender. No timings."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.contenders import CONTENDERS
from benchmarks.results import Results

ROOT = Path(__file__).parents[2]
TABS = 50


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("name", ["ours", "ours-sio", "ours-sse", "ours-post", "c"])
def test_every_tab_hears_every_broadcast_once(name: str, tmp_path: Path) -> None:
    done = run("--only", name, "--connections", str(TABS), "--quick", "--into", str(tmp_path))
    assert done.returncode == 0, done.stderr
    cell = Results(tmp_path / "results.json").cells[name, TABS]
    assert cell.problem == ""
    assert cell.connected == TABS
    assert [pair.own.heard for pair in cell.pairs] == [TABS] * 7  # at the start, cold, five warm ones
    assert [pair.c.heard for pair in cell.pairs] == [TABS] * 7
    assert (cell.lost, cell.duplicates, cell.closed_by_server) == (0, 0, 0)
    page, plot = (tmp_path / "README.md").read_text(), (tmp_path / "plot.svg").read_text()
    label = next(contender.label for contender in CONTENDERS if contender.name == name)
    for written in (done.stdout, page):
        assert f"### {TABS} connections" in written
        assert f"| {label} |" in written
    assert f">{label}<" in plot


def test_a_contender_that_does_not_exist_is_named() -> None:
    done = run("--only", "apache")
    assert done.returncode == 2
    assert "there is no contender 'apache'" in done.stderr

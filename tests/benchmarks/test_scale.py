"""`make bench-scale`, in small: what it measures is all there, and no tab is forgotten."""

import re
import subprocess
import sys

from tests.deployapp_process import ROOT


def test_a_small_fleet() -> None:
    small = ["--processes", "2", "--tabs", "30", "--broadcasts", "2", "--rest", "0.1"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *small], cwd=ROOT, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    cells = dict(re.findall(r"\| (.+) \| (.+) \|", done.stdout))
    assert cells["full restart: tabs that came back"] == "60 of 60"
    assert {cells[name] for name in cells if name.endswith("lost")} == {"0"}
    assert cells["told twice"] == "0"

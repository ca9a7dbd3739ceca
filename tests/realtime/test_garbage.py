"""What lives long is out of the collector's sight once a server serves."""

import subprocess
import sys

from tests.deployapp_process import ROOT

PROGRAM = """
import gc
import deployapp.app
from deployapp.realtime import garbage
before = len(gc.get_objects())
garbage.settle()
print(before, len(gc.get_objects()), gc.get_threshold()[2] > 10)
"""


def test_nothing_that_was_there_is_looked_at_again() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    before, after, rarer = done.stdout.split()
    assert int(before) > 50_000
    assert int(after) < 100
    assert rarer == "True"

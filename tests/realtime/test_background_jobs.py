"""What the loop runs in the background: in few green threads, and none in another's way.

In a process of its own: eventlet does not like the forks that other tests need.
"""

import subprocess
import sys

import pytest

from tests.deployapp_process import ROOT

BEGIN = """
import greenlet
from deployapp.realtime.eventlet_server import EventletLoop
loop = EventletLoop()
done = []
"""

MANY_JOBS_SHARE_A_FEW_GREEN_THREADS = """
for _ in range(100):
    loop.spawn(lambda: done.append(greenlet.getcurrent()))
assert not done, "nothing runs before its time"
loop.pause()
assert len(done) == 100
assert len(set(done)) <= 2
"""

A_JOB_THAT_WAITS_HOLDS_UP_NOBODY = """
def waits_for_the_last():
    while "last" not in done:
        loop.pause()
    done.append("first")

loop.spawn(waits_for_the_last)
loop.spawn(waits_for_the_last)
loop.spawn(done.append, "last")
for _ in range(10):
    loop.pause()
assert done == ["last", "first", "first"]
loop.spawn(done.append, "later")
loop.pause()
assert done[-1] == "later"
"""

A_JOB_THAT_FAILS_IS_TOLD_OF_AND_THE_OTHERS_RUN = """
loop.spawn(lambda: 1 / 0)
loop.spawn(done.append, "other")
loop.pause()
loop.pause()
assert done == ["other"]
"""


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (MANY_JOBS_SHARE_A_FEW_GREEN_THREADS, ""),
        (A_JOB_THAT_WAITS_HOLDS_UP_NOBODY, ""),
        (A_JOB_THAT_FAILS_IS_TOLD_OF_AND_THE_OTHERS_RUN, "ZeroDivisionError"),
    ],
    ids=["many jobs share a few green threads", "one that waits holds up nobody", "one that fails is told of"],
)
def test_jobs(program: str, told: str) -> None:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert told in done.stderr if told else not done.stderr

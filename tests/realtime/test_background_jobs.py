"""What the loop runs in the background: in few green threads, and none in another's way."""

import greenlet
import pytest

from deployapp.realtime.eventlet_server import EventletLoop


@pytest.fixture
def loop() -> EventletLoop:
    return EventletLoop()


def test_many_jobs_share_a_few_green_threads(loop: EventletLoop) -> None:
    seen: list[greenlet.greenlet] = []
    for _ in range(100):
        loop.spawn(lambda: seen.append(greenlet.getcurrent()))
    assert not seen, "nothing runs before its time"
    loop.pause()
    assert len(seen) == 100
    assert len(set(seen)) <= 2


def test_a_job_that_waits_holds_up_nobody(loop: EventletLoop) -> None:
    done: list[str] = []

    def waits_for_the_last() -> None:
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


def test_a_job_that_fails_is_told_of_and_the_others_run(loop: EventletLoop, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    loop.spawn(lambda: 1 / 0)
    loop.spawn(done.append, "other")
    loop.pause()
    loop.pause()
    assert done == ["other"]
    assert "ZeroDivisionError" in caplog.text

"""A link comes back, whatever ended its work."""

import logging
import threading
from collections.abc import Callable

import pytest

from deployapp.bus import link
from deployapp.bus.link import Link
from tests.waiting import eventually


@pytest.mark.parametrize(("error", "tracebacks"), [(OSError("refused"), 0), (RuntimeError("a bug"), 1)])
def test_it_comes_back(
    error: Exception, tracebacks: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody expected too: a bus that is dead and says `up` would be the worst of all."""
    caplog.set_level(logging.INFO, "deployapp.bus")
    monkeypatch.setattr(link, "FIRST_PAUSE", 0.01)
    ending, failed = threading.Event(), threading.Event()

    def work(connected: Callable[[], None]) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        connected()
        ending.wait(10)

    one = Link("bus", work, (OSError,))
    one.start()
    eventually(lambda: one.state == "up")
    ending.set()
    one.stop(10)
    assert [record.message.split(":")[0] for record in caplog.records if record.exc_info is None] == [
        "bus is down",
        "bus is up",
    ]
    assert sum(record.exc_info is not None for record in caplog.records) == tracebacks


def test_pauses_double_up_to_a_bound_and_have_jitter() -> None:
    assert all(0 <= link.pause(failures) <= link.LONGEST_PAUSE for failures in range(100) for _ in range(20))
    assert max(link.pause(1) for _ in range(100)) <= 2 * link.FIRST_PAUSE
    assert len({link.pause(3) for _ in range(10)}) > 1

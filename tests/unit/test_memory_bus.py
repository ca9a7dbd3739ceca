"""The bus of a single process."""

import logging
import threading

import pytest

from deployapp.bus import MemoryBus
from deployapp.bus import memory as module
from deployapp.events import DeploymentEvent
from tests.waiting import eventually


def event(number: int) -> DeploymentEvent:
    return DeploymentEvent(number, "2025-06-25T12:00:00.000Z")


def test_what_is_published_arrives_in_order() -> None:
    got: list[int] = []
    bus = MemoryBus()
    bus.start(lambda one: got.append(one.id))
    for number in range(100):
        bus.publish(event(number))
    bus.stop()
    assert got == list(range(100)), "stopping hands over what was published before"


def test_publishing_returns_at_once_while_a_fan_out_is_under_way() -> None:
    working, go_on = threading.Event(), threading.Event()
    bus = MemoryBus()

    def fan_out(one: DeploymentEvent) -> None:
        working.set()
        assert go_on.wait(10)

    bus.start(fan_out)
    bus.publish(event(1))
    assert working.wait(10)
    bus.publish(event(2))  # would wait for ever
    go_on.set()
    bus.stop()


def test_a_fan_out_that_fails_is_logged_and_the_next_one_happens(caplog: pytest.LogCaptureFixture) -> None:
    got: list[int] = []

    def fan_out(one: DeploymentEvent) -> None:
        if one.id == 1:
            raise RuntimeError("a transport is broken")
        got.append(one.id)

    bus = MemoryBus()
    bus.start(fan_out)
    bus.publish(event(1))
    bus.publish(event(2))
    bus.stop()
    assert got == [2]
    assert "the fan-out of deployment 1 failed" in caplog.text


def test_nobody_listens_on_the_command_line() -> None:
    bus = MemoryBus()
    bus.publish(event(1))
    bus.stop()


def test_what_does_not_fit_is_left_to_the_reconciler(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    caplog.set_level(logging.WARNING)
    working, go_on = threading.Event(), threading.Event()
    got: list[int] = []

    def fan_out(one: DeploymentEvent) -> None:
        got.append(one.id)
        working.set()
        assert go_on.wait(10)

    bus = MemoryBus()
    bus.start(fan_out)
    bus.publish(event(1))
    assert working.wait(10)
    for number in 2, 3, 4:
        bus.publish(event(number))
    go_on.set()
    eventually(lambda: got == [1, 2, 3])
    bus.stop()
    assert "left to the reconciler: 4" in caplog.text

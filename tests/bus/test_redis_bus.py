"""The bus over a real Valkey: what it carries, and what it does when the server is down, hung or back and empty."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from deployapp.bus import Bus, make_bus
from deployapp.bus import redis as redis_bus
from deployapp.bus.redis_address import TIMEOUT
from deployapp.events import DeploymentEvent
from tests.servers import Valkey
from tests.waiting import eventually

AT_ONCE = TIMEOUT / 2  # seconds; who waits for a server that hangs waits twice as long


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


class Listening:
    """A bus as one process has it, with the ids it was told."""

    def __init__(self, url: str) -> None:
        self.bus: Bus = make_bus(url)
        self.ids: list[int] = []
        self.bus.start(lambda event: self.ids.append(event.id))


@pytest.fixture
def two(valkey: Valkey) -> Iterator[tuple[Listening, Listening]]:
    """Two processes' buses on one server, both connected."""
    both = Listening(valkey.url), Listening(valkey.url)
    eventually(lambda: all(each.bus.state == "up" for each in both))
    yield both
    for each in both:
        each.bus.stop()


def event(number: int) -> DeploymentEvent:
    return DeploymentEvent(number, "2026-01-01T00:00:00.000Z", version="1 größer")


def test_each_process_is_told_once(two: tuple[Listening, Listening]) -> None:
    one, other = two
    for number in range(1, 101):
        one.bus.publish(event(number))
    eventually(lambda: len(other.ids) == 100 and len(one.ids) == 100)
    assert one.ids == other.ids == list(range(1, 101))


def test_an_event_arrives_as_it_was(two: tuple[Listening, Listening], valkey: Valkey) -> None:
    with valkey.client() as client, client.pubsub() as channel:
        channel.subscribe("deployapp/0")
        eventually(lambda: channel.get_message(timeout=0.1))  # subscribed, and not only asked for
        two[0].bus.publish(event(7))
        message = eventually(lambda: channel.get_message(ignore_subscribe_messages=True, timeout=0.1))
    assert DeploymentEvent.from_json(message["data"]) == event(7)
    assert json.loads(message["data"])["origin"]


@pytest.mark.parametrize("junk", [b"\xff", b"{}", b"[1]", b"1", b'{"origin": 1}', b'{"id": "x"}'])
def test_junk_on_the_channel_is_passed_over(junk: bytes, two: tuple[Listening, Listening], valkey: Valkey) -> None:
    with valkey.client() as client:
        client.publish("deployapp/0", junk)
    two[0].bus.publish(event(1))
    eventually(lambda: two[1].ids == [1])


def test_another_database_is_another_installation(two: tuple[Listening, Listening], valkey: Valkey) -> None:
    stranger = Listening(valkey.url.replace("/0", "/1"))
    eventually(lambda: stranger.bus.state == "up")
    two[0].bus.publish(event(1))
    eventually(lambda: two[1].ids == [1])
    stranger.bus.stop()
    assert stranger.ids == []


@pytest.mark.parametrize("fault", ["kill", "pause"])
def test_a_broken_server_delays_nobody(
    fault: str, two: tuple[Listening, Listening], valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishing takes no time and no thread, and this process' own tabs are told, while the server is away."""
    monkeypatch.setattr(redis_bus, "SILENCE", 0.5)
    threads = threading.active_count()
    getattr(valkey, fault)()
    began = time.monotonic()
    two[0].bus.publish(event(1))
    assert time.monotonic() - began < AT_ONCE
    eventually(lambda: two[0].ids == [1])
    eventually(lambda: two[0].bus.state == "down" and two[1].bus.state == "down")
    began = time.monotonic()
    for number in range(2, 102):
        two[0].bus.publish(event(number))
    assert time.monotonic() - began < AT_ONCE
    assert threading.active_count() == threads
    eventually(lambda: two[0].ids == list(range(1, 102)))

    valkey.start() if fault == "kill" else valkey.go_on()
    eventually(lambda: two[0].bus.state == "up" and two[1].bus.state == "up")
    two[0].bus.publish(event(102))
    eventually(lambda: two[1].ids[-1:] == [102])
    assert sorted(set(two[1].ids)) == two[1].ids, "what waited arrives in order, once"


def test_the_log_tells_a_change_once(
    two: tuple[Listening, Listening], valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "deployapp.bus")
    valkey.kill()
    eventually(lambda: two[0].bus.state == "down" and two[1].bus.state == "down")
    two[0].bus.publish(event(1))
    here = valkey.url.replace("valkey", "redis")
    eventually(lambda: f"bus to {here} is down" in caplog.text)  # with a server there again it would notice nothing
    valkey.start()
    eventually(lambda: two[0].bus.state == "up" and two[1].bus.state == "up")
    told = [record.message.split(": ")[0] for record in caplog.records]
    assert told.count(f"bus from {here} is down") == told.count(f"bus from {here} is up") == 2, "two listeners"
    assert told.count(f"bus to {here} is down") == told.count(f"bus to {here} is up") == 1, "one sender noticed"


def test_more_than_fits_the_queue_is_left_to_the_reconciler(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_bus, "MAX_WAITING", 3)
    valkey.pause()
    bus = make_bus(valkey.url)
    for number in range(10):
        bus.publish(event(number))
    assert "left to the reconcilers: 9" in caplog.text
    valkey.go_on()
    bus.stop()


def test_a_program_that_only_publishes_still_sends(valkey: Valkey) -> None:
    """The command line ends right after its commit."""
    listening = Listening(valkey.url)
    eventually(lambda: listening.bus.state == "up")
    program = f"""
from deployapp.bus import make_bus
from deployapp.events import DeploymentEvent
make_bus({valkey.url!r}).publish(DeploymentEvent(5, "2026-01-01T00:00:00.000Z"))
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    eventually(lambda: listening.ids == [5])
    listening.bus.stop()


def test_start_without_a_server_and_find_it_later(valkey: Valkey) -> None:
    valkey.kill()
    listening = Listening(valkey.url)
    eventually(lambda: listening.bus.state == "down")
    valkey.start()
    eventually(lambda: listening.bus.state == "up")
    listening.bus.stop()

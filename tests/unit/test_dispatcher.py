"""Each event once per process, newest of its topic only, one at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

from deployapp import dispatcher as module
from deployapp.dispatcher import Dispatcher
from deployapp.events import DeploymentEvent


def event(number: int, environment: str = "production") -> DeploymentEvent:
    return DeploymentEvent(number, "2025-06-25T12:00:00.000Z", environment=environment)


class Transports:
    """Takes what the dispatcher hands on."""

    def __init__(self) -> None:
        self.got: list[tuple[str, int]] = []

    def publish(self, one: DeploymentEvent) -> None:
        self.got.append((one.environment, one.id))


def test_an_event_is_handed_on_once_however_often_it_comes() -> None:
    transports = Transports()
    dispatcher = Dispatcher(transports.publish)
    assert dispatcher.dispatch(event(1), "bus") is True
    assert dispatcher.dispatch(event(1), "reconciler") is False
    assert transports.got == [("production", 1)]
    assert dispatcher.counts == {("dispatched", "bus"): 1, ("deduplicated", "reconciler"): 1}


def test_within_a_topic_an_older_event_is_dropped() -> None:
    transports = Transports()
    dispatcher = Dispatcher(transports.publish)
    for number, environment in [(2, "production"), (1, "production"), (1, "staging")]:
        dispatcher.dispatch(event(number, environment))
    assert transports.got == [("production", 2), ("staging", 1)]


def test_what_was_there_before_the_start_is_not_told() -> None:
    transports = Transports()
    dispatcher = Dispatcher(transports.publish)
    dispatcher.seen(event(5))
    dispatcher.dispatch(event(5))
    dispatcher.dispatch(event(6))
    assert transports.got == [("production", 6)]


def test_tabs_see_ids_grow_whichever_thread_brings_them() -> None:
    transports = Transports()
    dispatcher = Dispatcher(transports.publish)
    together = threading.Barrier(8)

    def bring(first: int) -> None:
        together.wait()
        for number in range(first, 400, 8):
            dispatcher.dispatch(event(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bring, range(1, 9)))
    numbers = [number for _, number in transports.got]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 399


def test_the_memory_of_topics_is_bounded() -> None:
    dispatcher = Dispatcher(Transports().publish)
    for number in range(1, module.MAX_TOPICS + 3):
        dispatcher.dispatch(event(number, f"pr-{number}"))
    assert len(dispatcher._newest) == module.MAX_TOPICS

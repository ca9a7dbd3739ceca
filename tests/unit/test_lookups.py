"""What is remembered of the directory's answers is never older than what was announced."""

import threading
from collections.abc import Sequence

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime.lookups import Lookups

TOPIC = Topic("default", "production")
OLD, NEW = (DeploymentEvent(number, "2026-01-01T00:00:00.000Z") for number in (1, 2))


class SlowDirectory:
    """Has read `OLD` when it says so, and answers when it may."""

    def __init__(self) -> None:
        self.has_read, self.may_answer = threading.Event(), threading.Event()
        self.questions = 0

    def check(self, topics: Sequence[Topic]) -> None:
        """Every topic exists."""

    def latest(self, topics: Sequence[Topic]) -> list[DeploymentEvent]:
        self.questions += 1
        self.has_read.set()
        assert self.may_answer.wait(10)
        return [OLD]


def test_an_answer_that_an_event_overtook_is_not_remembered() -> None:
    """Whoever connects next would be given the old one, after the new one went to those who were there."""
    directory = SlowDirectory()
    lookups = Lookups(directory)
    asking = threading.Thread(target=lookups.latest, args=([TOPIC],))
    asking.start()
    assert directory.has_read.wait(10)
    lookups.note(NEW)
    directory.may_answer.set()
    asking.join()
    assert lookups.latest([TOPIC]) == [NEW]


def test_an_answer_is_remembered_for_a_moment() -> None:
    directory = SlowDirectory()
    directory.may_answer.set()
    lookups = Lookups(directory)
    assert [lookups.latest([TOPIC]) for _ in range(100)] == [[OLD]] * 100
    assert directory.questions == 1

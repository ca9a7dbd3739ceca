"""What is remembered of the directory's answers is never older than what was announced."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime import lookups as module
from deployapp.realtime.directory import DirectoryUnavailable, UnknownTopic
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


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer gets stale, however long the test takes."""
    monkeypatch.setattr(module, "NEWEST_SECONDS", 600.0)


@pytest.mark.usefixtures("lasting")
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


@pytest.mark.usefixtures("lasting")
def test_an_answer_is_remembered_for_a_moment() -> None:
    directory = SlowDirectory()
    directory.may_answer.set()
    lookups = Lookups(directory)
    assert [lookups.latest([TOPIC]) for _ in range(100)] == [[OLD]] * 100
    assert directory.questions == 1


@pytest.mark.usefixtures("lasting")
def test_an_answer_from_before_what_the_asker_has_heard_is_asked_anew_once() -> None:
    directory = SlowDirectory()
    directory.may_answer.set()
    lookups = Lookups(directory)
    for heard, questions in [(0, 1), (OLD.id, 1), (NEW.id, 2), (NEW.id, 2), (OLD.id, 2)]:
        assert lookups.latest([TOPIC], heard) == [OLD]
        assert directory.questions == questions
    lookups.note(NEW)
    assert lookups.latest([TOPIC], NEW.id) == [NEW]
    assert directory.questions == 2


class AwayDirectory:
    """Answers nothing while it is `away`: each question waits until it `may_fail`, and counts."""

    def __init__(self, away: bool = True) -> None:
        self.away = away
        self.asked, self.may_fail = threading.Event(), threading.Event()
        self.questions = 0

    def check(self, topics: Sequence[Topic]) -> None:
        self._wait()
        if any(topic != TOPIC for topic in topics):
            raise UnknownTopic("There is none.")

    def latest(self, topics: Sequence[Topic]) -> list[DeploymentEvent]:
        self._wait()
        return [OLD]

    def _wait(self) -> None:
        self.questions += 1
        if self.away:
            self.asked.set()
            assert self.may_fail.wait(10)
            raise DirectoryUnavailable


Ask = Callable[[Lookups], object]
ASKS = pytest.mark.parametrize(
    "ask", [lambda lookups: lookups.check([TOPIC]), lambda lookups: lookups.latest([TOPIC])], ids=["check", "latest"]
)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is stale at once."""
    monkeypatch.setattr(module, "FRONTEND_SECONDS", 0.0)
    monkeypatch.setattr(module, "NEWEST_SECONDS", 0.0)


def ask_together(ask: Ask, lookups: Lookups, directory: AwayDirectory) -> list[BaseException | None]:
    """Ten ask while the first question hangs, which fails then; what each was refused with."""
    directory.asked.clear()
    directory.may_fail.clear()
    with ThreadPoolExecutor(10) as pool:
        asking = [pool.submit(ask, lookups) for _ in range(10)]
        assert directory.asked.wait(10)
        directory.may_fail.set()
    return [one.exception() for one in asking]


def after_a_failure() -> tuple[AwayDirectory, Lookups]:
    """A directory that is away, and was asked once."""
    directory = AwayDirectory()
    directory.may_fail.set()
    lookups = Lookups(directory)
    with pytest.raises(DirectoryUnavailable):
        lookups.check([TOPIC])
    return directory, lookups


@ASKS
def test_a_directory_that_is_away_is_asked_once_for_all_who_wait(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question may take seconds: one behind another, the last would wait for minutes."""
    monkeypatch.setattr(module, "AWAY_SECONDS", 60.0)
    directory = AwayDirectory()
    lookups = Lookups(directory)
    assert {type(error) for error in ask_together(ask, lookups, directory)} == {DirectoryUnavailable}
    with pytest.raises(DirectoryUnavailable):
        ask(lookups)
    assert directory.questions == 1


@ASKS
@pytest.mark.usefixtures("forgetful")
def test_what_was_known_is_answered_meanwhile(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_SECONDS", 60.0)
    directory = AwayDirectory(away=False)
    lookups = Lookups(directory)
    known = ask(lookups)
    directory.away = True
    assert ask_together(ask, lookups, directory) == [None] * 10
    assert ask(lookups) == known
    assert directory.questions == 2


@ASKS
@pytest.mark.usefixtures("forgetful")
def test_nobody_waits_for_the_one_who_tries_whether_it_is_back(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.0)
    directory, lookups = after_a_failure()
    directory.asked.clear()
    directory.may_fail.clear()
    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(ask, lookups)
        assert directory.asked.wait(10)
        with pytest.raises(DirectoryUnavailable):
            ask(lookups)
        assert not trying.done()
        directory.may_fail.set()
    assert directory.questions == 2


@pytest.mark.parametrize("topic", [TOPIC, Topic("unknown", "production")], ids=["known", "unknown"])
@pytest.mark.usefixtures("forgetful")
def test_any_answer_ends_it(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.0)
    directory, lookups = after_a_failure()
    directory.away = False
    with suppress(UnknownTopic):
        lookups.check([topic])
    monkeypatch.setattr(module, "AWAY_SECONDS", 60.0)
    assert lookups.latest([TOPIC]) == [OLD]

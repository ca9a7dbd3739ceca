"""Asks the directory seldom: ten thousand tabs that come back at once must not be ten thousand queries."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime.directory import Directory, DirectoryUnavailable, UnknownTopic

FRONTEND_SECONDS = 30.0  # how long a frontend that exists is taken as existing
UNKNOWN_SECONDS = 1.0  # how long one that does not is not asked for again
NEWEST_SECONDS = 1.0  # how long a topic's newest event is not asked for again
AWAY_SECONDS = 1.0  # how long a directory that did not answer is not asked again
MAX_ENTRIES = 10_000

_NEVER_ASKED = 0.0, None, 0


class Lookups:
    """A `Directory` that remembers for a moment. One question at a time goes to the one behind it.

    While that one is away, one question a second tries it, and nobody waits for its answer: each may take as long as
    the database's timeout.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._failed: float | None = None  # when the last question failed; None if it did not
        self._known: dict[str, float] = {}
        self._unknown: dict[tuple[Topic, ...], tuple[float, UnknownTopic]] = {}
        self._newest: dict[Topic, tuple[float, DeploymentEvent | None, int]] = {}  # until, event, up to which id

    def check(self, topics: Sequence[Topic]) -> None:
        """Raises `UnknownTopic`, or `DirectoryUnavailable` when nothing is remembered and the directory is away."""
        if self._all_known(topics):
            return
        try:
            with self._turn():
                if not self._all_known(topics):
                    self._learn(topics)
        except DirectoryUnavailable:
            if not all(topic.frontend in self._known for topic in topics):
                raise

    def latest(self, topics: Sequence[Topic], heard: int = 0) -> list[DeploymentEvent]:
        """The newest event of each topic that has one; a stale answer rather than none while the directory is away.

        `heard` is the id of an event that is there already, perhaps by another process: what was asked before it may be
        is not taken for an answer.
        """
        if not self._all_fresh(topics, heard):
            try:
                with self._turn():
                    if not self._all_fresh(topics, heard):
                        self._refresh(topics, heard)
            except DirectoryUnavailable:
                if not all(topic in self._newest for topic in topics):
                    raise
        found = [self._newest.get(topic, _NEVER_ASKED)[1] for topic in topics]
        return [event for event in found if event is not None]

    def note(self, event: DeploymentEvent) -> None:
        """This is its topic's newest now."""
        _bound(self._newest)
        self._newest[event.topic] = (_in(NEWEST_SECONDS), event, event.id)

    def _all_known(self, topics: Sequence[Topic]) -> bool:
        now = time.monotonic()
        until, error = self._unknown.get(tuple(topics), (0.0, None))
        if error is not None and until > now:
            raise error
        return all(self._known.get(topic.frontend, 0) > now for topic in topics)

    def _all_fresh(self, topics: Sequence[Topic], heard: int) -> bool:
        now = time.monotonic()
        remembered = [self._newest.get(topic, _NEVER_ASKED) for topic in topics]
        return all(until > now and known >= heard for until, _, known in remembered)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one's turn to ask. Raises `DirectoryUnavailable`, at once, for all who came too early to try."""
        came = time.monotonic()
        if not self._lock.acquire(blocking=self._failed is None):
            raise DirectoryUnavailable("it was away, and is just being tried")
        try:
            if self._failed is not None and came < self._failed + AWAY_SECONDS:  # also who came first, and waited
                raise DirectoryUnavailable("it was away a moment ago")
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        failed = None
        try:
            yield
        except DirectoryUnavailable:
            failed = time.monotonic()
            raise
        finally:
            self._failed = failed

    def _learn(self, topics: Sequence[Topic]) -> None:
        try:
            with self._asking():
                self._directory.check(topics)
        except UnknownTopic as error:
            _bound(self._unknown)
            self._unknown[tuple(topics)] = (_in(UNKNOWN_SECONDS), error)
            raise
        _bound(self._known)
        self._known.update((topic.frontend, _in(FRONTEND_SECONDS)) for topic in topics)

    def _refresh(self, topics: Sequence[Topic], heard: int) -> None:
        _bound(self._newest)
        before = {topic: self._newest.get(topic) for topic in topics}
        with self._asking():
            events = {event.topic: event for event in self._directory.latest(topics)}
        for topic in topics:
            if self._newest.get(topic) is before[topic]:  # else an event came by meanwhile: the answer may be older
                event = events.get(topic)
                self._newest[topic] = (_in(NEWEST_SECONDS), event, max(heard, event.id if event else 0))


def _in(seconds: float) -> float:
    return time.monotonic() + seconds


def _bound(remembered: dict) -> None:  # type: ignore[type-arg]  # any of the three
    """A hostile client can ask for any number of environments: forgetting all costs one question each."""
    if len(remembered) > MAX_ENTRIES:
        remembered.clear()

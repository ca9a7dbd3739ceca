"""What must hold after a fault, whatever it was: the promise of the project, checked on what the clients saw."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.cluster import INTERVAL, Cluster
from tests.faults.watchers import Watcher
from tests.waiting import eventually

IN_TIME = INTERVAL + 2.0  # seconds after the healing; one that polls has its own period on top
BESIDE_OTHERS = "PYTEST_XDIST_WORKER" in os.environ  # in a run of everything the cores are full of other tests
BUSY = 10.0 if BESIDE_OTHERS else 0.0  # seconds in which they may not come to a process
GIVE_UP = 30.0  # after this a tab counts as left behind
QUIET = 60.0  # what a Socket.IO client may need to see that its server is silent (21 s), and to find one that answers


@dataclass
class Verdict:
    """What was wrong, in words; nothing if all is well."""

    late: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, other: "Verdict") -> None:
        for mine, its in zip(self._all(), other._all(), strict=True):
            mine += [line for line in its if line not in mine]

    def wrong(self) -> list[str]:
        return [line for lines in self._all() for line in lines]

    def _all(self) -> tuple[list[str], ...]:
        return self.late, self.lost, self.duplicated, self.backwards, self.missing


def judge(cluster: Cluster, watchers: Sequence[Watcher], healed: float, cut: bool = False) -> Verdict:
    """To be called when everything runs again and nothing more is triggered.

    After the network was `cut`, a client is not late before it can have seen that its connection is dead.
    """
    verdict = Verdict()
    latest = cluster.latest()
    for watcher in watchers:
        _wait_for(watcher, latest, healed + (watcher.blind if cut else 0), verdict)
    if not verdict.lost:
        verdict.lost += after_another_look(cluster, watchers)
    for watcher in watchers:
        _order(watcher, verdict)
    stored = cluster.stored()
    seen = {sighting.id for watcher in watchers for sighting in watcher.seen}
    verdict.missing += [f"deployment {number} was answered and is not stored" for number in cluster.answered - stored]
    verdict.missing += [f"deployment {number} was announced and is not stored" for number in seen - stored]
    return verdict


def assert_all_is_well(cluster: Cluster, watchers: Sequence[Watcher], healed: float) -> None:
    """As `judge`, but beside other tests a client may be late by what a busy machine takes."""
    wrong = judge(cluster, watchers, healed + BUSY).wrong()
    assert not wrong, "\n".join(wrong)


def everybody_knows(cluster: Cluster, watchers: Sequence[Watcher]) -> None:
    """Wait until all is quiet: the state that a fault is to disturb."""
    behind = _left_behind(cluster, watchers)
    assert not behind, "\n".join(behind)


def after_another_look(cluster: Cluster, watchers: Sequence[Watcher]) -> Sequence[str]:
    """Wait until every process with clients has looked into the database once more; answers who was left behind.

    Each client is brought a row that nobody publishes. Whatever the look that found it told beside it, twice perhaps,
    came before on the same connection.
    """
    told = [watcher for watcher in watchers if not watcher.period]
    for topic in {watcher.topics[0] for watcher in told}:
        cluster.insert_by_sql(topic)
    return _left_behind(cluster, told)


def _left_behind(cluster: Cluster, watchers: Sequence[Watcher]) -> Sequence[str]:
    """Wait until every client knows the latest; answers, in words, who never did."""
    latest = cluster.latest()
    with suppress(AssertionError):
        eventually(lambda: not any(_behind(watcher, latest) for watcher in watchers), QUIET)
    return [f"{watcher.name} never saw {lacks}" for watcher in watchers if (lacks := _behind(watcher, latest))]


def _behind(watcher: Watcher, latest: dict[str, int]) -> dict[str, int]:
    return {topic: latest[topic] for topic in watcher.topics if watcher.latest[topic] < latest.get(topic, 0)}


def _wait_for(watcher: Watcher, latest: dict[str, int], healed: float, verdict: Verdict) -> None:
    while behind := _behind(watcher, latest):
        if time.monotonic() > healed + GIVE_UP:
            verdict.lost.append(f"{watcher.name} on connection {watcher.connection} never saw {behind}")
            return
        time.sleep(0.01)
    arrived = [s.when for s in watcher.seen if s.id == latest.get(s.topic)]
    if arrived and (delay := _last_first(watcher, latest) - healed) > IN_TIME + watcher.period:
        verdict.late.append(f"{watcher.name} knew only {delay:.1f} s after the healing")


def _last_first(watcher: Watcher, latest: dict[str, int]) -> float:
    """When it first knew the newest of all its topics."""
    first: dict[str, float] = {}
    for sighting in watcher.seen:
        if sighting.id == latest.get(sighting.topic):
            first.setdefault(sighting.topic, sighting.when)
    return max(first.values())


def _order(watcher: Watcher, verdict: Verdict) -> None:
    newest: dict[tuple[int, str], int] = {}
    for sighting in list(watcher.seen):
        key = sighting.connection, sighting.topic
        before = newest.get(key, 0)
        where = f"{watcher.name}, connection {sighting.connection}: {sighting.topic} {sighting.id} after {before}"
        if sighting.id == before:
            verdict.duplicated.append(where)
        elif sighting.id < before:
            verdict.backwards.append(where)
        newest[key] = max(before, sighting.id)

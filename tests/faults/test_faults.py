"""Whatever dies on the way: every client ends up knowing the latest deployment, and none is told twice.

Real processes, a real PostgreSQL and Valkey, real clients on every transport. Each test breaks something, heals it, and
leaves the verdict to tests/faults/verdict.py. `make soak` does the same at random for half an hour.
"""

import json
import random
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from websockets.sync.client import connect

from deployapp.bus import make_bus
from deployapp.events import DeploymentEvent
from tests.deployapp_process import Deployapp
from tests.faults import watchers
from tests.faults.chaos import TOPICS, hold
from tests.faults.cluster import Cluster, cluster, load
from tests.faults.verdict import BESIDE_OTHERS, assert_all_is_well, everybody_knows
from tests.faults.watchers import Watcher, watching
from tests.waiting import eventually

CLIENTS_A_TRANSPORT = 3
ASIDE = DeploymentEvent(10**6, "2026-01-01T00:00:00.000Z", environment="aside")  # of a topic that no client watches
DRAIN = 3.0  # seconds, where the spread of the goodbyes is looked at; a busy machine delays some of them
NORMAL_TIME = 1.5  # seconds for a trigger, however busy this machine; one that waits for the bus takes 2 or more


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture
def clients(running: Cluster) -> Iterator[Sequence[Watcher]]:
    """Some on each transport, each on five topics, all of them up to date."""
    made = [
        kind(running.addresses, [TOPICS[(5 * number + step) % len(TOPICS)] for step in range(5)])
        for kind in watchers.ALL
        for number in range(CLIENTS_A_TRANSPORT)
    ]
    for topic in TOPICS[::5]:
        running.trigger_surely(topic)
    with watching(made):
        everybody_knows(running, made)
        yield made


def usual_time(cluster: Cluster, topics: Sequence[str]) -> float:
    """Seconds that a trigger takes, by the median: of some, one may meet a process that has to stand still."""
    took = []
    for topic in topics:
        began = time.monotonic()
        assert cluster.trigger(topic)
        took.append(time.monotonic() - began)
    return median(took)


def noticed(worker: Deployapp) -> int:
    """How often its listener has found the bus down."""
    return len(re.findall(r"bus from \S+ is down", worker.log))


def ring(cluster: Cluster, event: DeploymentEvent) -> None:
    """Put an event on the bus, as another process would."""
    bus = make_bus(cluster.valkey.url)
    bus.publish(event)
    bus.stop()


def test_killed_between_commit_and_publish(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 1: the row is there, and nobody was rung."""
    victim = running.workers[0]
    victim.kill()
    victim.command = (sys.executable, "-m", "tests.faults.dying_server")
    victim.start()
    try:
        before = running.stored()
        assert running.trigger(TOPICS[0], worker=victim, version="die") is None
        healed = time.monotonic()
        assert len(running.stored() - before) == 1, "it died after the commit"
        eventually(lambda: victim.ended)
    finally:
        victim.kill()
        victim.command = Deployapp.command
        victim.start()
    assert_all_is_well(running, clients, healed)


def test_killed_at_random_under_load(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 2: each process is killed twice, in an order that the printed seed gives again."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # pytest shows it when the test fails
    with load(running, TOPICS):
        for victim in random.Random(seed).sample(running.workers * 2, 2 * len(running.workers)):
            victim.kill()
            running.trigger_surely(TOPICS[3])
            victim.start()
    assert_all_is_well(running, clients, time.monotonic())


def test_valkey_restarts_empty(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 3, first half: while it is away, deployments are taken in their normal time."""
    running.valkey.kill()
    assert usual_time(running, TOPICS[:5]) < NORMAL_TIME
    running.valkey.start()
    assert_all_is_well(running, clients, time.monotonic())


def test_valkey_hangs(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 3, second half: it keeps its connections and answers nothing, until every process has noticed (10 to 12 s).
    The look into the database carries on.
    """
    said = [noticed(worker) for worker in running.workers]
    running.valkey.pause()
    try:
        with load(running, TOPICS):
            assert usual_time(running, TOPICS[:5]) < NORMAL_TIME
            for worker, before in zip(running.workers, said, strict=True):
                eventually(lambda worker=worker, before=before: noticed(worker) > before, 60)
        assert_all_is_well(running, clients, time.monotonic())
    finally:
        running.valkey.go_on()
    assert_all_is_well(running, clients, time.monotonic())


def test_postgres_restarts(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 4, first half."""
    with load(running, TOPICS):
        running.trigger_surely(TOPICS[0])
        running.postgres.restart()
        running.trigger_surely(TOPICS[0])
    assert_all_is_well(running, clients, time.monotonic())


def test_postgres_hangs(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 4, second half: triggers are refused within a bound, more of them than the pool has connections, while
    the process answers everybody else, its tabs stay connected, and what the bus brings is told.
    """
    pushed = [client for client in clients if client.transport != "polling"]
    connections = [client.connection for client in pushed]
    worker = running.workers[0]
    eventually(lambda: worker.request("GET", "/readyz").json()["bus"] == "up")  # the test before may have disturbed it
    with connect(f"{worker.ws_url}?environment={ASIDE.environment}") as aside:
        running.postgres.pause()
        try:
            began = time.monotonic()
            with ThreadPoolExecutor(30) as pool:
                answers = [pool.submit(running.trigger, TOPICS[0], worker=worker) for _ in range(30)]
                assert worker.request("GET", "/healthz").elapsed.total_seconds() < NORMAL_TIME
                ring(running, ASIDE)
                assert json.loads(aside.recv(timeout=10))["id"] == ASIDE.id
                assert [answer.result() for answer in answers] == [None] * 30
            assert time.monotonic() - began < 9, "DATABASE_TIMEOUT is 1 s here; without it a client gives up after 10"
            hold(watchers.SILENCE)
            lost = sum(client.connection != before for client, before in zip(pushed, connections, strict=True))
            allowed = len(pushed) // 3 if BESIDE_OTHERS else 0
            assert lost <= allowed, "heartbeats went on: without them every client would have come back"
        finally:
            running.postgres.go_on()
    healed = time.monotonic()
    running.trigger_surely(TOPICS[0])
    assert_all_is_well(running, clients, max(healed, time.monotonic()))


def test_rolling_restart_under_load(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 5."""
    with load(running, TOPICS):
        for worker in running.workers:
            worker.stop(signal.SIGTERM)
            worker.start()
    assert_all_is_well(running, clients, time.monotonic())


def test_a_restart_sends_its_clients_away_spread_out(running: Cluster) -> None:
    """Fault 5 too: all at once, they would come back all at once. The clients' own pause is not in what is measured."""
    victim, other = running.workers[:2]
    usual, addresses = victim.settings, [victim.url]
    victim.settings = {**usual, "DRAIN_SECONDS": str(DRAIN)}
    victim.stop()
    victim.start()
    with watching([kind(lambda: addresses, TOPICS[:1]) for kind in watchers.PUSHED for _ in range(6)]) as clients:
        running.trigger_surely(TOPICS[0])
        everybody_knows(running, clients)
        said = [len(client.breaks) for client in clients]
        addresses[:] = [other.url]
        victim.stop(signal.SIGTERM)
        victim.settings = usual
        victim.start()
        eventually(lambda: all(len(client.breaks) > before for client, before in zip(clients, said, strict=True)))
        moments = sorted(client.breaks[before] for client, before in zip(clients, said, strict=True))
        assert moments[-1] - moments[0] > DRAIN / 2, moments
        assert moments[len(moments) * 3 // 4] - moments[len(moments) // 4] > DRAIN / 8, f"most in one moment: {moments}"
        assert_all_is_well(running, clients, time.monotonic())


def test_a_row_of_another_program(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 7."""
    running.insert_by_sql(TOPICS[7])
    assert_all_is_well(running, clients, time.monotonic())


def test_many_triggers_at_once_each_repeated(running: Cluster, clients: Sequence[Watcher]) -> None:
    """Fault 8: the same keys by way of other processes at the same time; nobody is told of a deployment twice."""
    before = running.stored()
    keys = [(f"storm-{number}", TOPICS[number % len(TOPICS)]) for number in range(50)]

    def trigger(key: tuple[str, str]) -> int:
        return running.trigger_surely(key[1], key=key[0])

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(trigger, [key for key in keys for _ in range(3)]))
    assert answers[::3] == answers[1::3] == answers[2::3]
    assert len(running.stored() - before) == 50
    assert_all_is_well(running, clients, time.monotonic())

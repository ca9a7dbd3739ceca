"""The faults of the soak: each breaks something for the given seconds and has healed it when it returns."""

import random
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.faults.cluster import Cluster

TOPICS = [f"default/pr-{number}" for number in range(20)]
Fault = Callable[[Cluster, float], None]


def hold(seconds: float) -> None:
    """A fault lasts; that is no waiting for a condition."""
    threading.Event().wait(seconds)


def kill_a_process(cluster: Cluster, seconds: float) -> None:
    victim = random.choice(cluster.workers)
    victim.kill()
    hold(seconds)
    victim.start()


def kill_all_processes(cluster: Cluster, seconds: float) -> None:
    for victim in cluster.workers:
        victim.kill()
    hold(seconds)
    for victim in cluster.workers:
        victim.start()


def rolling_restart(cluster: Cluster, seconds: float) -> None:
    for worker in cluster.workers:
        worker.stop(signal.SIGTERM)
        worker.start()


def pause_a_process(cluster: Cluster, seconds: float) -> None:
    victim = random.choice(cluster.workers)
    victim.pause()
    hold(seconds)
    victim.go_on()


def kill_valkey(cluster: Cluster, seconds: float) -> None:
    cluster.valkey.kill()
    hold(seconds)
    cluster.valkey.start()


def pause_valkey(cluster: Cluster, seconds: float) -> None:
    cluster.valkey.pause()
    hold(seconds)
    cluster.valkey.go_on()


def restart_postgres(cluster: Cluster, seconds: float) -> None:
    cluster.postgres.restart()


def pause_postgres(cluster: Cluster, seconds: float) -> None:
    cluster.postgres.pause()
    hold(seconds)
    cluster.postgres.go_on()


def insert_by_sql(cluster: Cluster, seconds: float) -> None:
    for topic in random.sample(TOPICS, 3):
        cluster.insert_by_sql(topic)


def storm(cluster: Cluster, seconds: float) -> None:
    """Fifty triggers at once, each three times."""
    keys = [(f"{random.random()}", random.choice(TOPICS)) for _ in range(50)]
    with ThreadPoolExecutor(30) as pool:
        list(pool.map(lambda key: cluster.trigger(key[1], key=key[0]), keys * 3))


def cut_the_cable(cluster: Cluster, seconds: float) -> None:
    assert cluster.cable is not None
    cluster.cable.cut()
    hold(seconds)
    cluster.cable.heal()


ANYWHERE: Sequence[Fault] = (
    kill_a_process,
    kill_all_processes,
    rolling_restart,
    pause_a_process,
    kill_valkey,
    pause_valkey,
    restart_postgres,
    pause_postgres,
    insert_by_sql,
    storm,
)


def possible(cluster: Cluster) -> Sequence[Fault]:
    return ANYWHERE if cluster.cable is None else (*ANYWHERE, cut_the_cable)

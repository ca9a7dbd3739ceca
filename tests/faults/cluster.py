"""Several real processes of Deployapp on one PostgreSQL and one Valkey, and a CI that triggers deployments."""

import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.deployapp_process import Deployapp, flask
from tests.faults import watchers
from tests.faults.partition import Cable
from tests.servers import Postgres, Valkey

INTERVAL = 0.5
TRIGGER_SECONDS = 120
LONGEST_PAUSE = 0.5  # seconds before a trigger is repeated
SETTINGS = {
    "RECONCILE_INTERVAL": str(INTERVAL),
    "HEARTBEAT_INTERVAL": str(watchers.HEARTBEAT),
    "DATABASE_TIMEOUT": "1",
    "LOG_FORMAT": "json",
}


@dataclass
class Cluster:
    """What runs, and where. `answered` are the ids that a trigger was answered with."""

    postgres: Postgres
    valkey: Valkey
    workers: list[Deployapp]
    cable: Cable | None = None
    answered: set[int] = field(default_factory=set)
    refused: int = 0

    def addresses(self) -> Sequence[str]:
        return [worker.url for worker in self.workers]

    def trigger(self, topic: str, *, worker: Deployapp | None = None, key: str = "", **fields: object) -> int | None:
        """One attempt; the id, or None if it was refused or its answer was lost on the way."""
        frontend, environment = topic.split("/")
        to = worker or random.choice(self.workers)
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or uuid.uuid4().hex}
        body = {"frontend": frontend, "environment": environment, **fields}
        try:
            answer = requests.post(f"{to.url}/api/deployments/trigger/", json=body, headers=headers, timeout=(2, 10))
        except requests.RequestException:
            self.refused += 1
            return None
        if answer.status_code not in (200, 201):
            assert answer.status_code == 503, answer.text
            self.refused += 1
            return None
        number = int(answer.json()["id"])
        self.answered.add(number)
        return number

    def trigger_surely(self, topic: str, key: str = "", **fields: object) -> int:
        """As CI does: again and again with one key, after pauses, until it is answered."""
        key, deadline = key or uuid.uuid4().hex, time.monotonic() + TRIGGER_SECONDS
        while time.monotonic() < deadline:
            if number := self.trigger(topic, key=key, **fields):
                return number
            time.sleep(random.uniform(0, LONGEST_PAUSE))
        raise AssertionError(f"no process took a deployment for {TRIGGER_SECONDS} s")

    @property
    def token(self) -> str:
        return self.workers[0].token

    def latest(self) -> dict[str, int]:
        """Topic → the newest id, by the database's own word."""
        rows = self.postgres.run(
            "SELECT f.slug || '/' || d.environment, max(d.id) FROM frontend_deployment d "
            "JOIN frontend f ON f.id = d.frontend_id GROUP BY 1"
        )
        return {str(topic): int(str(number)) for topic, number in rows}

    def stored(self) -> set[int]:
        return {int(str(row[0])) for row in self.postgres.run("SELECT id FROM frontend_deployment")}

    def insert_by_sql(self, topic: str) -> None:
        """As another program would: no listener of ours sees it."""
        frontend, environment = topic.split("/")
        self.postgres.run(
            f"INSERT INTO frontend_deployment (frontend_id, environment) "
            f"SELECT id, '{environment}' FROM frontend WHERE slug = '{frontend}'"
        )


@contextmanager
def cluster(folder: Path, workers: int = 3, cable: Cable | None = None, **settings: str) -> Iterator[Cluster]:
    """Start it all; at the end, end it all, the processes cleanly. The last process is behind the `cable`."""
    here = cable.here if cable else "127.0.0.1"
    with ExitStack() as stack:
        postgres, valkey = stack.enter_context(Postgres(here)), stack.enter_context(Valkey(here))
        where = {"DATABASE_URL": postgres.url, "MESSAGE_QUEUE_URL": valkey.url, **SETTINGS, **settings}
        made = [Deployapp(_folder(folder / f"worker-{number}"), **where) for number in range(workers)]
        if cable:
            made[-1] = Deployapp(made[-1].folder, **where, HOST=cable.there)
            made[-1].command = (*cable.inside, *Deployapp.command)
        done = flask(made[0].folder, "setup", **where | {"DATABASE_TIMEOUT": "30"})  # no fault yet, only a busy machine
        assert done.returncode == 0, done.stderr
        for worker in made:
            stack.callback(worker.stop)
        with ThreadPoolExecutor() as pool:
            list(pool.map(Deployapp.start, made))
        yield Cluster(postgres, valkey, made, cable)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


class Load(threading.Thread):
    """Triggers deployments on random topics, each after a pause, until `end`."""

    def __init__(self, cluster: Cluster, topics: Sequence[str], pause: float) -> None:
        super().__init__(daemon=True, name="load")
        self._cluster = cluster
        self._topics = topics
        self._pause = pause
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.wait(random.uniform(0, 2 * self._pause)):
            self._cluster.trigger(random.choice(self._topics))

    def end(self) -> None:
        self._ending.set()
        self.join(15)


@contextmanager
def load(cluster: Cluster, topics: Sequence[str], pause: float = 0.1) -> Iterator[None]:
    running = Load(cluster, topics, pause)
    running.start()
    try:
        yield
    finally:
        running.end()

"""Behind Sentinels: when the master dies, the bus goes on over its replica."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from redis import Redis

from deployapp.bus import Bus, make_bus
from deployapp.events import DeploymentEvent
from tests.servers import Valkey
from tests.waiting import eventually


class Replica(Valkey):
    """Follows a master."""

    def __init__(self, master: Valkey) -> None:
        super().__init__()
        self.master = master

    def command(self) -> list[str]:
        return [*super().command(), "--replicaof", f"{self.master.host} {self.master.port}"]

    def answers(self) -> bool:
        if not super().answers():
            return False
        with self.client() as client:
            return client.info("replication").get("master_link_status") == "up"


class Sentinel(Valkey):
    """Watches a master; one is enough to agree with itself."""

    def __init__(self, master: Valkey, password: str = "") -> None:
        super().__init__()
        self.password = password
        (self.folder / "sentinel.conf").write_text(
            f"sentinel monitor main {master.host} {master.port} 1\n"
            "sentinel down-after-milliseconds main 3000\n"  # a master that only had to wait for its turn is not down
            "sentinel failover-timeout main 1000\n"
            f'requirepass "{password}"\n'
        )

    def command(self) -> list[str]:
        program = super().command()[0]
        return [program, "sentinel.conf", "--sentinel", "--port", str(self.port), "--bind", self.host]

    def client(self) -> Redis:
        return Redis(self.host, self.port, password=self.password or None, socket_timeout=1)

    def knows_replica(self) -> bool:
        with self.client() as client:
            return len(client.execute_command("SENTINEL REPLICAS main")) == 1


@pytest.fixture
def watched() -> Iterator[tuple[Valkey, Sentinel]]:
    with ExitStack() as servers:
        master = servers.enter_context(Valkey())
        servers.enter_context(Replica(master))
        sentinel = servers.enter_context(Sentinel(master))
        eventually(sentinel.knows_replica)
        yield master, sentinel


def test_failover(watched: tuple[Valkey, Sentinel]) -> None:
    master, sentinel = watched
    url = f"valkey+sentinel://{sentinel.host}:{sentinel.port},127.0.0.1:1/main/0"
    ids: list[int] = []
    here, there = make_bus(url), make_bus(url)
    here.start(lambda event: None)
    there.start(lambda event: ids.append(event.id))
    eventually(lambda: here.state == there.state == "up")

    master.kill()  # what is carried from here on goes over the replica
    eventually(lambda: carried(here, ids), message="the bus did not come back over the replica")
    for bus in here, there:
        bus.stop()


@pytest.mark.parametrize(("given", "state"), [("?sentinel_password=s%26cret", "up"), ("", "down")])
def test_sentinels_that_want_a_password(given: str, state: str) -> None:
    with Valkey() as master, Sentinel(master, password="s&cret") as sentinel:
        bus = make_bus(f"redis+sentinel://{sentinel.host}:{sentinel.port}/main{given}")
        bus.start(lambda event: None)
        eventually(lambda: bus.state == state)
        bus.stop()


def carried(bus: Bus, ids: list[int]) -> bool:
    """Publish one more, and see whether any arrived; what is sent while nobody listens is lost, as it may be."""
    bus.publish(DeploymentEvent(1, "2026-01-01T00:00:00.000Z"))
    return bool(ids)

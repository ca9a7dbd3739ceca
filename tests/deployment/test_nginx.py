"""nginx in front of three processes, by the configuration in deploy/nginx/: every transport goes through."""

import time
from collections.abc import Iterator

import pytest
import requests

from tests.deployment.nginx import CONFIGURATION, Nginx, upstream_ports
from tests.faults import watchers
from tests.faults.cluster import Cluster, cluster
from tests.faults.verdict import assert_all_is_well, everybody_knows
from tests.faults.watchers import Watcher, watching
from tests.waiting import PATIENCE, eventually

TOPIC = "default/production"
STATUS = "/api/deployments/status/?frontend=default&environment=production"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(
        tmp_path_factory.mktemp("cluster"), TRUSTED_PROXIES="1", STATUS_CACHE_CONTROL="public, max-age=1"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def nginx(running: Cluster) -> Iterator[Nginx]:
    assert len(upstream_ports()) == len(running.workers)
    with Nginx([worker.port for worker in running.workers]) as proxy:
        yield proxy


def clients(nginx: Nginx) -> list[Watcher]:
    made = [kind(lambda: [nginx.url], [TOPIC]) for kind in watchers.ALL for _ in range(3)]
    for watcher in made:
        watcher.patience = watcher.silence = PATIENCE  # no process stands still for good here
    return made


def test_every_transport_goes_through(running: Cluster, nginx: Nginx) -> None:
    running.trigger_surely(TOPIC)
    with watching(clients(nginx)) as made:
        everybody_knows(running, made)
        connections = {watcher: watcher.connection for watcher in made if watcher.transport != "polling"}
        for _ in range(5):
            running.trigger_surely(TOPIC)
        assert_all_is_well(running, made, time.monotonic())
        assert connections == {watcher: watcher.connection for watcher in connections}, "nobody had to come back"


def test_a_process_dies_behind_it(running: Cluster, nginx: Nginx) -> None:
    running.trigger_surely(TOPIC)
    with watching(clients(nginx)) as made:
        everybody_knows(running, made)
        running.workers[1].kill()
        running.trigger_surely(TOPIC)
        assert_all_is_well(running, made, time.monotonic())
        running.workers[1].start()


def test_an_idle_sse_stream_is_not_buffered(running: Cluster, nginx: Nginx) -> None:
    """The first bytes come before there is anything to tell."""
    with requests.get(f"{nginx.url}/sse/deployment-updates", stream=True, timeout=PATIENCE) as stream:
        assert next(stream.iter_content(1))


def test_the_status_is_kept_as_long_as_it_says(running: Cluster, nginx: Nginx) -> None:
    running.trigger_surely(TOPIC)

    def cached() -> bool:
        return requests.get(nginx.url + STATUS, timeout=PATIENCE).headers["X-Cache-Status"] == "HIT"

    eventually(cached)
    newest = running.trigger_surely(TOPIC)
    eventually(lambda: requests.get(nginx.url + STATUS, timeout=PATIENCE).json()["id"] == newest)


def test_the_status_is_answered_while_no_process_is(running: Cluster, nginx: Nginx) -> None:
    newest = running.trigger_surely(TOPIC)
    eventually(lambda: requests.get(nginx.url + STATUS, timeout=PATIENCE).json()["id"] == newest)
    for worker in running.workers:
        worker.kill()
    answer = requests.get(nginx.url + STATUS, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["id"]) == (200, newest)
    for worker in running.workers:
        worker.start()


def test_the_metrics_are_not_for_the_outside(running: Cluster, nginx: Nginx) -> None:
    assert requests.get(f"{nginx.url}/metrics", timeout=PATIENCE).status_code == 404
    assert requests.get(f"{running.workers[0].url}/metrics", timeout=PATIENCE).status_code == 200


def test_request_ids_are_handed_on_and_made(running: Cluster, nginx: Nginx) -> None:
    given = requests.get(f"{nginx.url}/healthz", headers={"X-Request-ID": "ci-42"}, timeout=PATIENCE)
    assert given.headers["X-Request-ID"] == "ci-42"
    made = requests.get(f"{nginx.url}/healthz", headers={"X-Request-ID": "bad id\t"}, timeout=PATIENCE)
    assert len(made.headers["X-Request-ID"]) == 32


def test_a_forged_address_is_not_believed(running: Cluster, nginx: Nginx) -> None:
    requests.get(f"{nginx.url}/no-such-page", headers={"X-Forwarded-For": "192.0.2.66"}, timeout=PATIENCE)
    eventually(lambda: any('"unmatched"' in worker.log for worker in running.workers))
    assert not any("192.0.2.66" in worker.log for worker in running.workers)


def test_the_two_lists_of_processes_differ_in_addresses_only() -> None:
    here, compose = (
        [line for line in (CONFIGURATION / name).read_text().splitlines() if not line.startswith("#")]
        for name in ("upstreams.conf", "upstreams.compose.conf")
    )
    replaced = [line.replace("127.0.0.1:800", "app").replace(" max", ":8000 max") for line in here]
    assert replaced == compose

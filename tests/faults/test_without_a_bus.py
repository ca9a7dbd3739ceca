"""Several processes on one PostgreSQL and nothing beside it: what one stores, the others find by looking."""

import time
from pathlib import Path

from tests.faults import watchers
from tests.faults.chaos import TOPICS
from tests.faults.cluster import cluster
from tests.faults.verdict import assert_all_is_well, everybody_knows
from tests.faults.watchers import watching


def test_what_any_process_stored_is_told_at_all_of_them_once(tmp_path: Path) -> None:
    """Clients on every transport at every process; each process takes a deployment in its turn."""
    with cluster(tmp_path, MESSAGE_QUEUE_URL="") as alone:
        alone.valkey.kill()
        told = [alone.trigger_surely(TOPICS[0])]
        made = [
            kind(lambda worker=worker: [worker.url], TOPICS[:1]) for worker in alone.workers for kind in watchers.PUSHED
        ]
        with watching(made):
            everybody_knows(alone, made)
            for worker in alone.workers:
                number = alone.trigger(TOPICS[0], worker=worker)
                assert number, "taken"
                told.append(number)
                assert_all_is_well(alone, made, time.monotonic())
            for client in made:
                assert [sighting.id for sighting in client.seen if sighting.id in told] == told, client.name

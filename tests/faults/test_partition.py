"""Fault 6: a process that the network has cut off. A cluster of its own, half of it behind a cable."""

import time
from pathlib import Path

import pytest

from tests.faults import watchers
from tests.faults.chaos import TOPICS
from tests.faults.cluster import cluster
from tests.faults.partition import available, cable
from tests.faults.test_faults import CLIENTS_A_TRANSPORT
from tests.faults.verdict import assert_all_is_well, everybody_knows
from tests.faults.watchers import watching


@pytest.mark.skipif(not available(), reason="cutting a network needs Linux, root and iproute2 (ip, tc)")
def test_the_network_of_a_process_is_cut(tmp_path: Path) -> None:
    """Between a process and its clients, PostgreSQL and Valkey; packets vanish without a word."""
    with cable() as far, cluster(tmp_path, cable=far) as parted:
        made = [kind(parted.addresses, TOPICS[:3]) for kind in watchers.ALL for _ in range(CLIENTS_A_TRANSPORT)]
        with watching(made):
            parted.trigger_surely(TOPICS[0])
            everybody_knows(parted, made)
            far.cut()
            for topic in TOPICS[:3]:
                parted.trigger_surely(topic)
            everybody_knows(parted, made)  # by way of the others
            far.heal()
            parted.trigger_surely(TOPICS[0])
            assert_all_is_well(parted, made, time.monotonic())

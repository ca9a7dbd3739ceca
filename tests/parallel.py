"""How `make test` spreads the tests over processes; a pytest plugin.

A module stays together, in its order, because its fixtures are servers. The slowest folders start first, so that no
process is left with a long one at the end.
"""

import os

import pytest

SLOWEST_FIRST = ["faults", "deployment", "package", "benchmarks", "client", "e2e", "realtime", "observability", "admin"]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core: most tests wait rather than compute. One process where folders or files are asked for."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return 2 * (os.cpu_count() or 1) if everything else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return SLOWEST_FIRST.index(folder) if folder in SLOWEST_FIRST else len(SLOWEST_FIRST)

"""How `make test` spreads the tests over processes; a pytest plugin.

A module stays together, in its order, because its fixtures are servers. The slowest folders start first, so that no
process is left with a long one at the end.
"""

import os
from pathlib import Path

import pytest

SLOWEST_FIRST = ["faults", "deployment", "client", "e2e", "realtime", "observability", "admin", "bus", "cli"]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core: most tests wait rather than compute. One process where single files are asked for."""
    chosen = any("::" in argument or Path(argument).is_file() for argument in config.args)
    return 0 if chosen else 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return SLOWEST_FIRST.index(folder) if folder in SLOWEST_FIRST else len(SLOWEST_FIRST)

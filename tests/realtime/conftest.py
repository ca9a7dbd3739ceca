"""What the transports' tests share."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import settings

from tests.realtime.clients import Node, StockSocketIO

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

_numbers = count(1)


@pytest.fixture
def new_topic() -> Callable[[], str]:
    """Makes topics on which nothing was ever deployed; an environment needs no row in the database."""
    return lambda: f"default/unheard-{next(_numbers)}"


@pytest.fixture
def topic(new_topic: Callable[[], str]) -> str:
    return new_topic()


@pytest.fixture(scope="session", autouse=True)
def node() -> Iterator[Node]:
    """The one Node process in which all tabs of the stock client run."""
    with Node() as node:
        StockSocketIO.node = node
        yield node

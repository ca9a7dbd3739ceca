"""Waiting on conditions, the only way in which tests wait."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.02
PATIENCE = 30.0  # seconds; only what fails takes so long


def eventually(condition: Callable[[], T], seconds: float = PATIENCE, message: str | Callable[[], str] = "") -> T:
    """Call `condition` until it answers something true, and answer that; fails after `seconds` with `message`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            told = message() if callable(message) else message
            raise AssertionError(told or f"not within {seconds} s: {condition}")
        time.sleep(PAUSE)
    return value

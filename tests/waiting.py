"""Waiting on conditions, the only way in which tests wait."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.02


def eventually(condition: Callable[[], T], seconds: float = 10.0, message: str = "") -> T:
    """Call `condition` until it answers something true, and answer that; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(message or f"not within {seconds} s: {condition}")
        time.sleep(PAUSE)
    return value

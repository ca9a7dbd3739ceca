"""Limits sign-in attempts, per client address and per user name, in this process."""

import math
import time

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MAX_NAME = 80  # longer names belong to nobody and share what they may cost


class Attempts:
    """`rates` as `SIGN_IN_LIMIT` has it, such as `10 per minute; 100 per hour`. Raises `ValueError`."""

    def __init__(self, rates: str) -> None:
        self._rates = parse_many(rates)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def note(self, address: str, username: str) -> int:
        """Count one attempt. 0 if it may be made, else the seconds until the next one may.

        An address that has used up its own attempts uses up nobody else's.
        """
        return self._note("address", address) or self._note("name", username[:MAX_NAME])

    def _note(self, *key: str) -> int:
        full = [rate for rate in self._rates if not self._limiter.test(rate, *key)]
        if full:
            resets = [self._limiter.get_window_stats(rate, *key).reset_time for rate in full]
            return max(1, math.ceil(max(resets) - time.time()))
        for rate in self._rates:
            self._limiter.hit(rate, *key)
        return 0

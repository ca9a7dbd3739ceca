"""Limits sign-in attempts, per client address and, more loosely, per user name, in this process."""

import math
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MAX_NAME = 80  # longer names belong to nobody and share what they may cost
ADDRESSES_PER_NAME = 10  # so many must use up their attempts before a name is closed to its owner


class Attempts:
    """`rates` as `SIGN_IN_LIMIT` has it, such as `10 per minute; 100 per hour`. Raises `ValueError`."""

    def __init__(self, rates: str) -> None:
        self._per_address = parse_many(rates)
        self._per_name = [_times(ADDRESSES_PER_NAME, rate) for rate in self._per_address]
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def note(self, address: str, username: str) -> int:
        """Count one attempt. 0 if it may be made, else the seconds until the next one may.

        An address that has used up its own attempts uses up nobody else's, and alone it cannot use up a name's.
        """
        return self._note(self._per_address, "address", address) or self._note(
            self._per_name, "name", username[:MAX_NAME]
        )

    def _note(self, rates: list[RateLimitItem], *key: str) -> int:
        full = [rate for rate in rates if not self._limiter.test(rate, *key)]
        if full:
            resets = [self._limiter.get_window_stats(rate, *key).reset_time for rate in full]
            return max(1, math.ceil(max(resets) - time.time()))
        for rate in rates:
            self._limiter.hit(rate, *key)
        return 0


def _times(factor: int, rate: RateLimitItem) -> RateLimitItem:
    return type(rate)(factor * rate.amount, rate.multiples, rate.namespace)

"""Carries events between processes: the doorbell, never the truth. Knows nothing of Flask or the database."""

from deployapp.bus.base import Bus
from deployapp.bus.memory import MemoryBus


def make_bus(url: str) -> Bus:
    """The bus that `MESSAGE_QUEUE_URL` asks for; empty is in-process. Raises `ValueError`, its text fit for people."""
    if not url:
        return MemoryBus()
    from deployapp.bus import redis, redis_address  # a single process does not pay for the import

    return redis.RedisBus(redis_address.parse(url))


__all__ = ["Bus", "MemoryBus", "make_bus"]

"""Carries events between processes: the doorbell, never the truth. Knows nothing of Flask or the database."""

from deployapp.bus.base import Bus
from deployapp.bus.memory import MemoryBus


def make_bus(url: str) -> Bus:
    """The bus that `MESSAGE_QUEUE_URL` asks for; empty is in-process. Raises `ValueError` for an unknown scheme."""
    if not url:
        return MemoryBus()
    raise ValueError(f"MESSAGE_QUEUE_URL={url}: no such kind of bus")


__all__ = ["Bus", "MemoryBus", "make_bus"]

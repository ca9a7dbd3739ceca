"""What the dashboard and the metrics read. Plain numbers, no locks: the hub runs on one thread."""

from dataclasses import dataclass


@dataclass
class Counters:
    """Since the start of the process; `last_fanout_seconds` is from the first send to the last."""

    accepted: int = 0
    events: int = 0
    sends: int = 0
    replayed: int = 0
    slow_closes: int = 0
    silent_closes: int = 0
    refused: int = 0
    last_fanout_seconds: float = 0.0
    last_fanout_at: float = 0.0  # Unix time

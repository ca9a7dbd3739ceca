"""Each event once per process, newest of its topic only, to every transport.

Knows nothing of where events come from (bus, reconciler) or how they travel on.
"""

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from deployapp.events import DeploymentEvent, Topic

log = logging.getLogger(__name__)

MAX_TOPICS = 100_000


class Dispatcher:
    """Drops what a topic has already seen (ids grow within a topic), hands on the rest, one event at a time.

    `counts` holds `dispatched` and `deduplicated`, by the given source. `timed` is told the seconds of each fan-out.
    """

    def __init__(self, publish: Callable[[DeploymentEvent], None]) -> None:
        self._publish = publish
        self._newest: OrderedDict[Topic, int] = OrderedDict()
        self._lock = threading.Lock()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.timed: Callable[[float], None] = lambda seconds: None

    def dispatch(self, event: DeploymentEvent, source: str = "bus") -> bool:
        """Hand the event to the transports unless its topic has seen it or a newer one; True if handed on."""
        with self._lock:  # held during the fan-out: within a topic, tabs see ids grow
            if self.has_seen(event):
                self.counts["deduplicated", source] += 1
                return False
            self.seen(event)
            self.counts["dispatched", source] += 1
            began = time.perf_counter()
            self._publish(event)
            self.timed(time.perf_counter() - began)
            return True

    def has_seen(self, event: DeploymentEvent) -> bool:
        """Whether this event, or a newer one of its topic, was handed on or was there before the start."""
        return event.id <= self._newest.get(event.topic, 0)

    def seen(self, event: DeploymentEvent) -> None:
        """Remember the event as its topic's newest without handing it on (what was there before the start)."""
        self._newest[event.topic] = event.id
        self._newest.move_to_end(event.topic)
        if len(self._newest) > MAX_TOPICS:
            self._newest.popitem(last=False)

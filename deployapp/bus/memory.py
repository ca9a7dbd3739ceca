"""The bus of a single process: a queue and one background thread, so that a fan-out never delays a request."""

import logging
import queue
import threading

from deployapp.bus.base import Callback
from deployapp.events import DeploymentEvent

log = logging.getLogger(__name__)

MAX_WAITING = 10_000


class MemoryBus:
    """See `Bus`. Without a listener (the command line) a published event is dropped: the reconciler finds its row."""

    state = "up"

    def __init__(self) -> None:
        self._queue: queue.Queue[DeploymentEvent | None] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None

    def publish(self, event: DeploymentEvent) -> None:
        if self._thread is not None:
            try:
                self._queue.put_nowait(event)
            except queue.Full:
                log.warning("%d events wait for their fan-out; left to the reconciler: %d", MAX_WAITING, event.id)

    def start(self, callback: Callback) -> None:
        self._thread = threading.Thread(target=self._run, args=(callback,), name="bus", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self, callback: Callback) -> None:
        while (event := self._queue.get()) is not None:
            try:
                callback(event)
            except Exception:
                log.exception("the fan-out of deployment %d failed", event.id)

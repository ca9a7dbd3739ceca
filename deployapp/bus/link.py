"""Keeps one piece of networking alive in a background thread: connects, works, and after a failure tries again.

Knows nothing of what travels. The pauses between attempts are exponential with full jitter, so that many processes
that lost the same server do not come back at the same moment.
"""

import logging
import random
import threading
from collections.abc import Callable
from typing import Literal

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0

State = Literal["connecting", "up", "down"]
Work = Callable[[Callable[[], None]], None]


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: anything up to a bound that doubles (full jitter)."""
    bound = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10))
    return random.uniform(0, bound)  # noqa: S311  # spreads load, keeps no secret


class Link:
    """Runs `work(connected)` again and again until `stop`; `work` calls `connected` once it is, returns to end.

    Any failure is tried again; one that is not of the expected `errors` is logged with its traceback. Each change of
    `state` is logged once.
    """

    def __init__(self, name: str, work: Work, errors: tuple[type[Exception], ...]) -> None:
        self._name = name
        self._work = work
        self._errors = errors
        self._failures = 0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.stopping = threading.Event()
        self.state: State = "connecting"

    def start(self) -> bool:
        """Begin in the background, unless that was done before; True if it was not."""
        with self._starting:
            if self._thread is not None:
                return False
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
            return True

    def stop(self, grace: float) -> None:
        """End it: what is under way gets `grace` seconds, unless the connection is known to be broken."""
        if self._thread is not None and self.state != "down":
            self._thread.join(grace)
        self.stopping.set()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._work(self._connected)
                return
            except self._errors as error:
                self._failed(f"{type(error).__name__}: {error}")
            except Exception:
                log.exception("%s met what it does not know", self._name)
                self._failed("unexpected error")
            self.stopping.wait(pause(self._failures))

    def _failed(self, why: str) -> None:
        self._failures += 1
        self._say("down", logging.WARNING, why)

    def _connected(self) -> None:
        self._failures = 0
        self._say("up", logging.INFO, "connected")

    def _say(self, state: State, level: int, why: str) -> None:
        if state != self.state and not self.stopping.is_set():
            log.log(level, "%s is %s: %s", self._name, state, why)
        self.state = state

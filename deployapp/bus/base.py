"""What a bus promises."""

from collections.abc import Callable
from typing import Protocol

from deployapp.events import DeploymentEvent

Callback = Callable[[DeploymentEvent], object]


class Bus(Protocol):
    """One message in, one call of the callback in every process that listens, this one included.

    A message may get lost or come twice: the reconciler and the dispatcher answer for that.
    """

    @property
    def state(self) -> str:
        """`up`, `connecting` or `down`, for people and metrics."""

    def publish(self, event: DeploymentEvent) -> None:
        """Hand the event over and return at once: never blocks, never raises for a broken connection."""

    def start(self, callback: Callback) -> None:
        """Listen in the background; `callback` runs there, one event at a time."""

    def stop(self) -> None:
        """Stop listening, after what was published in this process was handed over where that is possible."""

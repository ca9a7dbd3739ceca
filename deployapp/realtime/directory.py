"""What the realtime side asks of the application."""

from collections.abc import Sequence
from typing import Protocol

from deployapp.events import DeploymentEvent, Topic


class UnknownTopic(LookupError):
    """A frontend that does not exist; `str(error)` is fit for people."""


class DirectoryUnavailable(Exception):
    """The question cannot be answered now."""


class Directory(Protocol):
    """Which topics there are, and what is newest on them. May wait for the database.

    Both raise `DirectoryUnavailable` when it does not answer.
    """

    def check(self, topics: Sequence[Topic]) -> None:
        """Raises `UnknownTopic`."""

    def latest(self, topics: Sequence[Topic]) -> list[DeploymentEvent]:
        """The newest event of each topic that has one."""

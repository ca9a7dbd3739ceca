"""What travels: topics and deployment events, with their one JSON form.

Pure values. Knows nothing of Flask, the database or the network. The fields are documented in docs/protocol.md.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

DEFAULT_FRONTEND = "default"
DEFAULT_ENVIRONMENT = "production"
EVENT_TYPE = "deployment_update"

SLUG_PATTERN = r"[a-z0-9][a-z0-9-]{0,62}"
ENVIRONMENT_PATTERN = r"[a-z0-9][a-z0-9._-]{0,62}"
_SLUG = re.compile(SLUG_PATTERN)
_ENVIRONMENT = re.compile(ENVIRONMENT_PATTERN)


class InvalidTopic(ValueError):
    """A frontend's slug or an environment is not of the documented form; `str(error)` is fit for people."""


class Topic(NamedTuple):
    """What a client subscribes to and an event is published on; `str(topic)` is `frontend/environment`."""

    frontend: str = DEFAULT_FRONTEND
    environment: str = DEFAULT_ENVIRONMENT

    @classmethod
    def of(cls, frontend: str = DEFAULT_FRONTEND, environment: str = DEFAULT_ENVIRONMENT) -> Self:
        """Make a topic of checked parts; raises `InvalidTopic`."""
        if not _SLUG.fullmatch(frontend):
            raise InvalidTopic(f"{frontend[:80]!r} is not a frontend: lower-case letters, digits and '-', at most 63.")
        if not _ENVIRONMENT.fullmatch(environment):
            raise InvalidTopic(
                f"{environment[:80]!r} is not an environment: lower-case letters, digits, '.', '_' and '-', at most 63."
            )
        return cls(frontend, environment)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `frontend/environment` (or `frontend` alone); raises `InvalidTopic`."""
        frontend, _, environment = text.partition("/")
        return cls.of(frontend, environment or DEFAULT_ENVIRONMENT)

    def __str__(self) -> str:
        return f"{self.frontend}/{self.environment}"


def format_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`; a naive moment is taken as UTC (SQLite keeps no zone)."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class DeploymentEvent:
    """The immutable snapshot of a deployment that travels to the tabs.

    `deployed_at` is already in its travelling form (`format_time`).
    """

    id: int
    deployed_at: str
    frontend: str = DEFAULT_FRONTEND
    environment: str = DEFAULT_ENVIRONMENT
    version: str | None = None
    commit_sha: str | None = None
    url: str | None = None
    notes: str | None = None
    kind: str = "release"
    mode: str = "prompt"
    severity: str = "normal"
    min_version: str | None = None
    reload_window: int = 0

    @property
    def topic(self) -> Topic:
        return Topic(self.frontend, self.environment)

    def as_dict(self) -> dict[str, Any]:
        """The event object of docs/protocol.md, `type` included."""
        return {"type": EVENT_TYPE, **asdict(self)}

    def as_json(self) -> str:
        """The same as compact JSON without line breaks, so that it fits one SSE `data:` line."""
        return json.dumps(self.as_dict(), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `as_json` wrote, perhaps by a newer version: unknown fields are ignored.

        Raises `ValueError` for anything that is not an event.
        """
        try:
            fields = json.loads(text)
            known = {name: fields[name] for name in cls.__slots__ if name in fields}
            return cls(**known)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a deployment event: {error}") from None

"""A deployment as it is asked for, changed and shown. The fields are documented in docs/protocol.md."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from deployapp.events import (
    DEFAULT_ENVIRONMENT,
    DEFAULT_FRONTEND,
    ENVIRONMENT_PATTERN,
    SLUG_PATTERN,
    Topic,
)
from deployapp.models import FrontendDeployment, Kind, Mode, Severity

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MAX_NOTES = 10_000
MAX_RELOAD_WINDOW = 86_400


def _printable(text: str) -> str:
    if _CONTROL.search(text.replace("\r\n", "\n")):
        raise ValueError("Control characters are not allowed.")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("Must be one line.")
    return _printable(text)


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", text):
        raise ValueError("Must be an http or https address.")
    return _one_line(text)


Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG_PATTERN}$")]
Environment = Annotated[str, StringConstraints(pattern=f"^{ENVIRONMENT_PATTERN}$")]
Version = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_one_line)
]
CommitSha = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{7,64}$")]
WebAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_web_address)]
Notes = Annotated[str, StringConstraints(max_length=MAX_NOTES), AfterValidator(_printable)]


class _Metadata(BaseModel):
    """What describes a release and may be corrected later."""

    version: Version | None = Field(None, description="What the build calls itself.", examples=["1.42.0"])
    commit_sha: CommitSha | None = Field(None, description="The commit that was built: 7 to 64 hex digits.")
    url: WebAddress | None = Field(None, description="Where to read about the release.")
    notes: Notes | None = Field(None, description="Release notes, plain text, for the people in front of the tab.")
    kind: Kind = Field(Kind.RELEASE, description="`rollback` when it goes back to an older version.")
    mode: Mode = Field(Mode.PROMPT, description="How a tab should move.")
    severity: Severity = Field(Severity.NORMAL, description="How much it matters that tabs move.")
    min_version: Version | None = Field(None, description="A tab older than this must move, as with mode `force`.")
    reload_window: int = Field(
        0, ge=0, le=MAX_RELOAD_WINDOW, description="Seconds over which the tabs spread their reloads."
    )


class TopicChoice(BaseModel):
    """One topic, chosen in a query or a body."""

    model_config = ConfigDict(extra="forbid")

    frontend: Slug = Field(DEFAULT_FRONTEND, description="The frontend's slug.")
    environment: Environment = Field(DEFAULT_ENVIRONMENT, description="Where it runs.")

    @property
    def topic(self) -> Topic:
        return Topic(self.frontend, self.environment)


class NewDeployment(TopicChoice, _Metadata):
    """What registers a deployment; every field has a default, so the body may be empty."""


class DeploymentChange(_Metadata):
    """What may be corrected. Fields that only the server sets are ignored, so an answer may be sent back as it came."""

    model_config = ConfigDict(extra="ignore")


class DeploymentFilter(BaseModel):
    """Which deployments to list, newest first."""

    model_config = ConfigDict(extra="forbid")

    frontend: Slug | None = Field(None, description="Only this frontend.")
    environment: Environment | None = Field(None, description="Only this environment.")
    version: Version | None = Field(None, description="Only this version.")
    since: AwareDatetime | None = Field(None, description="Only later than this moment (ISO 8601 with its zone).")
    page: int = Field(1, ge=1, le=1_000_000, description="Which page, from 1.")
    per_page: int = Field(50, ge=1, le=200, description="Deployments on a page.")


class DeploymentOut(BaseModel):
    """A deployment as the API shows it: the event's fields, and who did it."""

    id: int
    deployed_at: str = Field(description="UTC, milliseconds, `Z`.", examples=["2025-06-25T12:00:00.000Z"])
    deployed_by: int | None = Field(
        description="The user's id; null when the user is gone or another program wrote it."
    )
    deployed_by_username: str | None
    frontend: str
    environment: str
    version: str | None
    commit_sha: str | None
    url: str | None
    notes: str | None
    kind: Kind
    mode: Mode
    severity: Severity
    min_version: str | None
    reload_window: int

    @classmethod
    def of(cls, row: FrontendDeployment) -> Self:
        fields: dict[str, Any] = row.as_event().as_dict()
        del fields["type"]
        by = row.deployed_by
        return cls(deployed_by=row.deployed_by_id, deployed_by_username=by.username if by else None, **fields)

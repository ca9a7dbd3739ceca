"""A deployment as it is asked for, changed and shown. The fields are documented in docs/protocol.md."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

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


def matching(pattern: str, message: str) -> tuple[AfterValidator, WithJsonSchema]:
    """The whole text must match; `message` says so in words, the pattern is for the documentation."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(message)
        return text

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Must lie within the years 1 to 9999.") from None


Slug = Annotated[str, *matching(SLUG_PATTERN, "Lower-case letters, digits and '-', at most 63.")]
Environment = Annotated[
    str, *matching(ENVIRONMENT_PATTERN, "Lower-case letters, digits, '.', '_' and '-', at most 63.")
]
Version = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_one_line)
]
CommitSha = Annotated[str, *matching("[0-9a-fA-F]{7,64}", "Must be 7 to 64 hex digits.")]
WebAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_web_address)]
Notes = Annotated[str, StringConstraints(max_length=MAX_NOTES), AfterValidator(_printable)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Metadata(BaseModel):
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
        0, ge=0, le=MAX_RELOAD_WINDOW, strict=True, description="Seconds over which the tabs spread their reloads."
    )


class TopicChoice(BaseModel):
    """One topic, chosen in a query or a body."""

    model_config = ConfigDict(extra="forbid")

    frontend: Slug = Field(DEFAULT_FRONTEND, description="The frontend's slug.")
    environment: Environment = Field(DEFAULT_ENVIRONMENT, description="Where it runs.")

    @property
    def topic(self) -> Topic:
        return Topic(self.frontend, self.environment)


class NewDeployment(TopicChoice, Metadata):
    """What registers a deployment; every field has a default, so the body may be empty."""

    model_config = ConfigDict(
        extra="forbid",
        openapi_extra={"required": False, "example": {"version": "1.42.0", "notes": "Faster search."}},  # type: ignore[typeddict-unknown-key]
    )


def _set_by_server() -> Any:
    return Field(None, exclude=True, json_schema_extra={"readOnly": True}, description="Ignored: set by the server.")


class DeploymentChange(Metadata):
    """What may be corrected. An answer may be sent back as it came: what only the server sets is ignored."""

    model_config = ConfigDict(
        extra="forbid",
        openapi_extra={"example": {"version": "1.42.1", "notes": "Faster search, and safer."}},  # type: ignore[typeddict-unknown-key]
    )

    frontend: Slug | None = Field(None, description="Cannot be changed: if given, the one it has.")
    environment: Environment | None = Field(None, description="Cannot be changed: if given, the one it has.")
    id: Any = _set_by_server()
    deployed_at: Any = _set_by_server()
    deployed_by: Any = _set_by_server()
    deployed_by_username: Any = _set_by_server()


class DeploymentFilter(BaseModel):
    """Which deployments to list, newest first."""

    model_config = ConfigDict(extra="forbid")

    frontend: Slug | None = Field(None, description="Only this frontend.")
    environment: Environment | None = Field(None, description="Only this environment.")
    version: Version | None = Field(None, description="Only this version.")
    since: Moment | None = Field(None, description="Only later than this moment (ISO 8601 with its zone).")
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


class DeploymentPage(BaseModel):
    """A page of a list; past the end `items` is empty."""

    items: list[DeploymentOut]
    page: int
    per_page: int
    total: int = Field(description="How many deployments match.")
    pages: int = Field(description="How many pages they fill.")

"""The deployments: one row is one release of a frontend into an environment."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deployapp.events import DEFAULT_ENVIRONMENT, DeploymentEvent, Topic, format_time
from deployapp.models.base import Base, UtcDateTime
from deployapp.models.frontend import Frontend
from deployapp.models.user import User


class Kind(StrEnum):
    """Whether a deployment goes forward or back to an older version."""

    RELEASE = "release"
    ROLLBACK = "rollback"


class Mode(StrEnum):
    """How a tab should move to the deployment (docs/protocol.md)."""

    SILENT = "silent"
    PROMPT = "prompt"
    IDLE = "idle"
    NAVIGATION = "navigation"
    FORCE = "force"


class Severity(StrEnum):
    """How much it matters that tabs move."""

    NORMAL = "normal"
    CRITICAL = "critical"


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Holds for other programs too, which insert rows by plain SQL."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class FrontendDeployment(Base):
    """One release. `deployed_at` is set by `deployapp.capture`, strictly increasing within a topic.

    The server defaults let another program insert a row with nothing but `frontend_id`.
    """

    __tablename__ = "frontend_deployment"
    __table_args__ = (
        Index("ix_frontend_deployment_topic_id", "frontend_id", "environment", "id"),
        Index("ix_frontend_deployment_topic_time", "frontend_id", "environment", "deployed_at"),
        UniqueConstraint("deployed_by_id", "idempotency_key"),
        _one_of("kind", Kind),
        _one_of("mode", Mode),
        _one_of("severity", Severity),
        CheckConstraint("reload_window >= 0", name="reload_window"),
        # AUTOINCREMENT: an id that was deleted is never given out again, so ids only grow.
        {"sqlite_autoincrement": True},
    )

    # Rows of one flush are stamped one by one (`capture`), each after the one before it is in the database.
    __mapper_args__ = {"batch": False}  # noqa: RUF012

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    frontend_id: Mapped[int] = mapped_column(ForeignKey("frontend.id", ondelete="RESTRICT"))
    environment: Mapped[str] = mapped_column(
        String(63), default=DEFAULT_ENVIRONMENT, server_default=DEFAULT_ENVIRONMENT
    )
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.current_timestamp(), index=True)
    deployed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    version: Mapped[str | None] = mapped_column(String(64))
    commit_sha: Mapped[str | None] = mapped_column(String(64))
    url: Mapped[str | None] = mapped_column(String(500))
    notes: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16), default=Kind.RELEASE, server_default=Kind.RELEASE)
    mode: Mapped[str] = mapped_column(String(16), default=Mode.PROMPT, server_default=Mode.PROMPT)
    severity: Mapped[str] = mapped_column(String(16), default=Severity.NORMAL, server_default=Severity.NORMAL)
    min_version: Mapped[str | None] = mapped_column(String(64))
    reload_window: Mapped[int] = mapped_column(default=0, server_default="0")
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    idempotency_fingerprint: Mapped[str | None] = mapped_column(String(64))

    frontend: Mapped[Frontend] = relationship(lazy="joined")
    deployed_by: Mapped[User | None] = relationship(lazy="joined")

    @property
    def topic(self) -> Topic:
        return Topic(self.frontend.slug, self.environment)

    def snapshot(self, slug: str) -> DeploymentEvent:
        """The event of this row; `slug` is its frontend's, so that nothing needs to be loaded."""
        return DeploymentEvent(
            id=self.id,
            deployed_at=format_time(self.deployed_at),
            frontend=slug,
            environment=self.environment,
            version=self.version,
            commit_sha=self.commit_sha,
            url=self.url,
            notes=self.notes,
            kind=str(self.kind),
            mode=str(self.mode),
            severity=str(self.severity),
            min_version=self.min_version,
            reload_window=self.reload_window,
        )

    def as_event(self) -> DeploymentEvent:
        return self.snapshot(self.frontend.slug)

    def __str__(self) -> str:
        return f"{self.topic} #{self.id}"

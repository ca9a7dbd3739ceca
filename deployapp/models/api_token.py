"""Bearer tokens of machines."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deployapp.models.base import Base, Permission, PermissionSet, UtcDateTime, now
from deployapp.models.frontend import Frontend

if TYPE_CHECKING:
    from deployapp.models.user import User

api_token_frontend = Table(
    "api_token_frontend",
    Base.metadata,
    Column("api_token_id", ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True),
    Column("frontend_id", ForeignKey("frontend.id", ondelete="CASCADE"), primary_key=True),
)


class ApiToken(Base):
    """A Bearer token: shown once, kept as a hash, known to people by its name and prefix.

    It can do what its user can, narrowed to `permissions` (None: not narrowed) and to `frontends` when
    `narrowed_to_frontends` is set: the flag keeps a token narrow after the last of its frontends is deleted.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[frozenset[Permission] | None] = mapped_column(PermissionSet)
    narrowed_to_frontends: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped["User"] = relationship(back_populates="tokens")
    frontends: Mapped[list[Frontend]] = relationship(secondary=api_token_frontend)

    @property
    def usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now())

    def __str__(self) -> str:
        return f"{self.name or 'token'} ({self.prefix}…)"

"""The people and machines that sign in."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from flask_login import UserMixin
from sqlalchemy import String, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deployapp.models.base import Base, Permission, PermissionSet, UtcDateTime, now

if TYPE_CHECKING:
    from deployapp.models.api_token import ApiToken


class User(UserMixin, Base):  # type: ignore[misc]  # flask_login publishes no types
    """Somebody who may sign in. `password_hash` is Werkzeug's; an empty one lets nobody in by password."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    is_superuser: Mapped[bool] = mapped_column(default=False, server_default=false())
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    permissions: Mapped[frozenset[Permission]] = mapped_column(PermissionSet, default=frozenset)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    tokens: Mapped[list["ApiToken"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    @property
    def is_active(self) -> bool:
        """Flask-Login's question: an inactive user's sessions end."""
        return self.active

    def get_id(self) -> str:
        """What the session cookie keeps. It changes with the password, so that a new password ends old sessions."""
        return f"{self.id}.{hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]}"

    def __str__(self) -> str:
        return self.username

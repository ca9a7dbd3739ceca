"""The web applications whose tabs are told."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deployapp.models.base import Base, UtcDateTime, now


class Frontend(Base):
    """A web application, known to clients by its slug. `default` always exists (the first migration makes it)."""

    __tablename__ = "frontend"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    def __str__(self) -> str:
        return self.slug

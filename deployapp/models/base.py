"""The declarative base and the column types that several tables share."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from deployapp.extensions import metadata


class Base(DeclarativeBase):
    metadata = metadata


def now() -> datetime:
    """The present moment in UTC, cut to milliseconds: what the API shows and what the database keeps are the same."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone, always UTC; SQLite keeps none, so it is put back when a row is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Permission(StrEnum):
    """What may be done with deployments; the seed's model permissions."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    VIEW = "view"


class PermissionSet(TypeDecorator[frozenset[Permission]]):
    """A set of permissions as one sorted, space-separated string. NULL stays None ("not narrowed", tokens)."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(sorted(Permission(name) for name in value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Permission] | None:
        return None if value is None else frozenset(Permission(name) for name in value.split())

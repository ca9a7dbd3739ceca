"""Making, checking and revoking Bearer tokens. A token is shown once; only its SHA-256 is kept.

A plain hash is enough: the secret is 256 random bits, which nobody can guess from it.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from deployapp.extensions import db
from deployapp.models import ApiToken, Frontend, Permission, User
from deployapp.models.base import now
from deployapp.services.errors import Invalid, NotFound
from deployapp.services.writing import begin_write

PREFIX = "dpa_"
LAST_USE_PRECISION = timedelta(minutes=1)
MAX_NAME = 120


class NewToken(NamedTuple):
    """The row, and the secret that is never seen again."""

    row: ApiToken
    secret: str


def create(
    user: User,
    name: str = "",
    *,
    permissions: Iterable[Permission] | None = None,
    frontends: Iterable[Frontend] = (),
    expires_at: datetime | None = None,
) -> NewToken:
    """A token that can do what its user can, narrowed to the permissions (None: not) and frontends (empty: not).

    Raises `Invalid` for a name that is too long or not one line.
    """
    _check(name)
    secret = PREFIX + secrets.token_urlsafe(32)
    frontends = list(frontends)
    begin_write()
    row = ApiToken(
        user_id=user.id,
        name=name,
        prefix=secret[: len(PREFIX) + 6],
        token_hash=_digest(secret),
        permissions=None if permissions is None else frozenset(permissions),
        narrowed_to_frontends=bool(frontends),
        frontends=[db.session.merge(frontend) for frontend in frontends],
        expires_at=expires_at,
    )
    db.session.add(row)
    db.session.commit()
    return NewToken(row, secret)


def get(token_id: int) -> ApiToken:
    """Raises `NotFound`."""
    row = db.session.get(ApiToken, token_id)
    if row is None:
        raise NotFound(f"There is no token {token_id}.")
    return row


def every(user: User | None = None) -> Sequence[ApiToken]:
    """All tokens, or those of a user, oldest first."""
    query = select(ApiToken).order_by(ApiToken.id)
    return db.session.scalars(query if user is None else query.where(ApiToken.user_id == user.id)).all()


def find(secret: str) -> ApiToken | None:
    """The token with that secret if it may still be used and its user is active."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(secret)))
    return row if row is not None and row.usable and row.user.active else None


def note_use(row: ApiToken) -> None:
    """Remember when a token was last used, to the minute, so that a busy CI does not write at every call."""
    if row.last_used_at is None or now() - row.last_used_at >= LAST_USE_PRECISION:
        begin_write()
        row.last_used_at = now()
        db.session.commit()


def revoke(token_id: int) -> ApiToken:
    """End a token for good; revoking twice keeps the first time. Raises `NotFound`."""
    begin_write()
    row = get(token_id)
    row.revoked_at = row.revoked_at or now()
    db.session.commit()
    return row


def _check(name: str) -> None:
    if len(name) > MAX_NAME or not name.isprintable():
        raise Invalid({"name": [f"At most {MAX_NAME} characters, in one line."]})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

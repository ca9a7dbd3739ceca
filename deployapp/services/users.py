"""Making users and checking passwords."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from config import MIN_PASSWORD
from deployapp.extensions import db
from deployapp.models import Permission, User
from deployapp.services.errors import Conflict, Invalid, NotFound
from deployapp.services.writing import begin_write


def create(username: str, password: str, *, superuser: bool = False, permissions: Iterable[Permission] = ()) -> User:
    """Raises `Invalid` for an empty name or a short password, `Conflict` when the name is taken."""
    if not username.strip() or len(username) > 80:
        raise Invalid({"username": ["Between 1 and 80 characters."]})
    password_hash = hash_password(password)
    begin_write()
    user = User(
        username=username.strip(),
        password_hash=password_hash,
        is_superuser=superuser,
        permissions=frozenset(permissions),
    )
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(f"There is a user {username!r} already.") from None
    return user


def set_password(username: str, password: str) -> None:
    """Change a password; ends the user's sessions. Raises `NotFound`, `Invalid`."""
    password_hash = hash_password(password)
    begin_write()
    named(username).password_hash = password_hash
    db.session.commit()


def named(username: str) -> User:
    """Raises `NotFound`."""
    user: User | None = db.session.scalar(select(User).where(User.username == username))
    if user is None:
        raise NotFound(f"There is no user {username!r}.")
    return user


def every() -> Sequence[User]:
    """All users, by name."""
    return db.session.scalars(select(User).order_by(User.username)).all()


def any_exists() -> bool:
    return db.session.scalar(select(User.id).limit(1)) is not None


def first_superuser() -> User | None:
    """The oldest superuser who may still sign in."""
    user: User | None = db.session.scalar(select(User).where(User.is_superuser, User.active).order_by(User.id).limit(1))
    return user


def authenticate(username: str, password: str) -> User | None:
    """The active user with that password, else None, after the same time whether or not the name exists."""
    user = db.session.scalar(select(User).where(User.username == username))
    known = user is not None and bool(user.password_hash)
    right = check_password_hash(user.password_hash if user and known else _nobodys_hash(), password)
    return user if user and known and right and user.active else None


def hash_password(password: str) -> str:
    """Werkzeug's default (scrypt). Raises `Invalid` for a short password."""
    if len(password) < MIN_PASSWORD:
        raise Invalid({"password": [f"At least {MIN_PASSWORD} characters."]})
    return generate_password_hash(password)


@cache
def _nobodys_hash() -> str:
    return generate_password_hash("nobody")

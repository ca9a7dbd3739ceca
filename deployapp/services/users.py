"""Making, changing and removing users; checking passwords. At least one active superuser always remains."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from flask import current_app
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
    name = _checked_name(username)
    password_hash = hash_password(password)
    begin_write()
    user = User(
        username=name,
        password_hash=password_hash,
        is_superuser=superuser,
        permissions=frozenset(permissions),
    )
    db.session.add(user)
    _commit_name(name)
    return user


def change(
    user_id: int,
    *,
    username: str,
    superuser: bool,
    active: bool,
    permissions: Iterable[Permission],
    password: str | None = None,
) -> User:
    """Change all of it; no password keeps the old one. Raises `NotFound`, `Invalid`, `Conflict`.

    The last active superuser stays one.
    """
    name = _checked_name(username)
    password_hash = hash_password(password) if password else None
    begin_write()
    user = _locked(user_id)
    if not (superuser and active):
        _keep_a_superuser_beside(user)
    user.username, user.is_superuser, user.active = name, superuser, active
    user.permissions = frozenset(permissions)
    if password_hash:
        user.password_hash = password_hash
    _commit_name(name)
    return user


def delete(user_id: int, by: User) -> None:
    """Remove a user and its tokens; deployments stay. Raises `NotFound`, and `Conflict` for oneself and the last
    active superuser."""
    own_id = by.id
    begin_write()
    user = _locked(user_id)
    if user_id == own_id:
        raise Conflict("Nobody can delete the account they are signed in with.")
    _keep_a_superuser_beside(user)
    db.session.delete(user)
    db.session.commit()


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
    right = _offload(check_password_hash, user.password_hash if user and known else _nobodys_hash(), password)
    return user if user and known and right and user.active else None


def hash_password(password: str) -> str:
    """Werkzeug's default (scrypt). Raises `Invalid` for a short password."""
    if len(password) < MIN_PASSWORD:
        raise Invalid({"password": [f"At least {MIN_PASSWORD} characters."]})
    hashed: str = _offload(generate_password_hash, password)
    return hashed


@cache
def _nobodys_hash() -> str:
    return generate_password_hash("nobody")


def _offload(function: Callable[..., Any], *args: Any) -> Any:
    """In the cooperative server a hash on the one thread would hold up every tab; elsewhere it runs right here."""
    away: Callable[..., Any] | None = current_app.extensions.get("deployapp.offload")
    return away(function, *args) if away else function(*args)


def _checked_name(username: str) -> str:
    name = username.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise Invalid({"username": ["Between 1 and 80 characters."]})
    return name


def _commit_name(name: str) -> None:
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(f"There is a user {name!r} already.") from None


def _locked(user_id: int) -> User:
    """The user, locked together with every active superuser, so that two calls cannot each demote the other's last.

    Raises `NotFound`.
    """
    superusers = select(User.id).where(User.is_superuser, User.active).order_by(User.id).with_for_update()
    db.session.scalars(superusers).all()
    user = db.session.get(User, user_id, populate_existing=True)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


def _keep_a_superuser_beside(user: User) -> None:
    others = select(User.id).where(User.is_superuser, User.active, User.id != user.id).limit(1)
    if user.is_superuser and user.active and db.session.scalar(others) is None:
        raise Conflict(f"{user.username!r} is the last active superuser. Make another one first.")

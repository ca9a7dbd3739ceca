"""Users for tests. Hashing is slow on purpose, so the one password that all of them have is hashed once."""

from collections.abc import Iterable
from functools import cache

from werkzeug.security import generate_password_hash

from deployapp.extensions import db
from deployapp.models import Permission, User
from tests.deployapp_process import PASSWORD


def add_user(name: str, permissions: Iterable[Permission] = (), *, superuser: bool = False) -> User:
    """In the current app's database; signs in with `PASSWORD`."""
    user = User(username=name, password_hash=_hashed(), is_superuser=superuser, permissions=frozenset(permissions))
    db.session.add(user)
    db.session.commit()
    return user


@cache
def _hashed() -> str:
    return generate_password_hash(PASSWORD)

"""Who calls the API in these tests: anyone, an administrator, and users and tokens of a test's own making."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from deployapp.app import create_app
from deployapp.extensions import db
from deployapp.models import Permission
from deployapp.services import frontends, tokens
from tests.people import add_user

Makes = Callable[..., FlaskClient]


@pytest.fixture
def make_app(settings: config.Settings) -> Iterator[Callable[..., Flask]]:
    """Makes apps on the test's database with settings of a test's own: `make_app(poll_interval=10)`."""
    made = []

    def make(**changed: object) -> Flask:
        made.append(create_app(settings.model_copy(update=changed)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """No context is pushed: each request has its own, as in life."""
    return make_app()


@pytest.fixture
def anyone(app: Flask) -> FlaskClient:
    """Nobody is signed in."""
    return app.test_client()


@pytest.fixture
def with_token(app: Flask) -> Makes:
    """Makes callers that send a new token: of a user with `permissions`, narrowed by the other arguments."""

    def make(
        permissions: Iterable[Permission] = (),
        *,
        superuser: bool = False,
        name: str = "machine",
        narrowed_to: Iterable[Permission] | None = None,
        frontends_only: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> FlaskClient:
        with app.app_context():
            user = add_user(name, permissions, superuser=superuser)
            only = [frontends.named(slug) for slug in frontends_only]
            made = tokens.create(user, "test", permissions=narrowed_to, frontends=only, expires_at=expires_at)
        return sending(app, made.secret)

    return make


@pytest.fixture
def admin(with_token: Makes) -> FlaskClient:
    """An administrator's token is sent with every request."""
    return with_token(superuser=True, name="admin")


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., FlaskClient]:
    """Makes callers whose session is signed in, as a browser after the sign-in page."""

    def make(permissions: Iterable[Permission] = (), *, superuser: bool = False, name: str = "person") -> FlaskClient:
        with app.app_context():
            session_id = add_user(name, permissions, superuser=superuser).get_id()
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = session_id
        return client

    return make


@pytest.fixture
def shop(app: Flask) -> str:
    """A second frontend."""
    with app.app_context():
        return frontends.create("shop").slug


def sending(app: Flask, secret: str) -> FlaskClient:
    """A caller that sends this token with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client

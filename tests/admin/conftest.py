"""Who uses the admin in these tests: people with sessions, in Flask's client and in a real browser."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

import config
from deployapp.app import create_app
from deployapp.extensions import db
from deployapp.models import Permission
from tests.admin.window import Window
from tests.client.conftest import node_tools
from tests.deployapp_process import PASSWORD, Deployapp, set_up
from tests.people import add_user

__all__ = ["node_tools"]  # a fixture: the folder of the installed development tools

SIGN_IN = "/admin/sign-in"


@pytest.fixture
def make_app(settings: config.Settings) -> Iterator[Callable[..., Flask]]:
    """Makes apps on the test's database with settings of a test's own: `make_app(sign_in_limit="2 per minute")`."""
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


@dataclass
class Person:
    """A browser without scripts: it has a cookie jar, and sends the CSRF token that a page gave it."""

    client: FlaskClient
    name: str = ""
    id: int = 0
    token: str = ""

    def get(self, path: str, **query: object) -> TestResponse:
        return self.client.get(path, query_string=query or None)

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form, with the token of the dashboard or, before signing in, of the sign-in page."""
        self.token = self.token or token_in(self.client.get("/admin/", follow_redirects=True))
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def sign_in(self, name: str, password: str = PASSWORD, **fields: object) -> TestResponse:
        answer = self.post(SIGN_IN, username=name, password=password, **fields)
        self.token = ""  # a new session has a new one
        return answer

    def texts(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


def token_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


@pytest.fixture
def anyone(app: Flask) -> Person:
    """Nobody is signed in."""
    return Person(app.test_client())


@pytest.fixture
def person(app: Flask) -> Callable[..., Person]:
    """Makes people whose session is signed in, as after the sign-in page."""

    def make(permissions: Iterable[Permission] = (), *, superuser: bool = False, name: str = "person") -> Person:
        with app.app_context():
            user = add_user(name, permissions, superuser=superuser)
            user_id, session_id = user.id, user.get_id()
        somebody = Person(app.test_client(), name, user_id)
        with somebody.client.session_transaction() as session:
            session["_user_id"] = session_id
        return somebody

    return make


@pytest.fixture
def root(person: Callable[..., Person]) -> Person:
    """A superuser."""
    return person(superuser=True, name="root")


@pytest.fixture(scope="session")
def service(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    """One real server for the tests in the browser."""
    running = Deployapp(set_up(set_up_folder, tmp_path_factory.mktemp("admin"))).start()
    yield running
    running.stop()


@pytest.fixture
def window(browser: Browser, service: Deployapp) -> Iterator[Callable[..., Window]]:
    """Opens windows, on `service` unless another server is given. None may end with an error in its console."""
    opened: list[Window] = []
    with ExitStack() as stack:

        def open_window(server: Deployapp = service, **options: Any) -> Window:
            opened.append(Window(browser, server, **options))
            stack.callback(opened[-1].context.close)
            return opened[-1]

        yield open_window
        assert [error for one in opened for error in one.errors] == []

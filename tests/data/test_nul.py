"""A NUL character, which PostgreSQL takes in no text: refused at the door, wherever it is sent, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from deployapp.app import create_app
from deployapp.extensions import db
from deployapp.services import tokens, users
from tests.admin.conftest import PASSWORD, Person
from tests.people import add_user

ADMIN_QUERIES = [
    "/admin/?a=%00",
    "/admin/sign-in?next=%00",
    "/admin/deployments/?search=a%00",
    "/admin/deployments/?flt0_frontend_equals=1%00",
    "/admin/deployments/?flt0_environment_equals=%00",
    "/admin/deployments/?flt0_version_contains=a%00",
    "/admin/deployments/?%00=1",
    "/admin/deployments/details/?id=1%00",
    "/admin/deployments/edit/?id=1%00",
    "/admin/deployments/delete/?id=1%00",
    "/admin/frontends/?search=%00",
    "/admin/users/?search=%00",
    "/admin/tokens/?search=%00",
]
ADMIN_FORMS = [
    ("/admin/sign-in", {"username": "root\0", "password": PASSWORD}),
    ("/admin/announce", {"frontend": "default", "environment": "production", "key": "a\0"}),
    ("/admin/deployments/new/", {"frontend": "default", "environment": "production", "key": "a\0"}),
    ("/admin/deployments/new/", {"frontend": "default", "environment": "a\0", "version": "1\0"}),
    ("/admin/frontends/new/", {"slug": "shop", "name": "\0"}),
    ("/admin/users/new/", {"username": "eve\0", "password": PASSWORD}),
    ("/admin/tokens/new/", {"user": "root", "name": "CI\0"}),
    ("/admin/tokens/new/", {"user": "root", "frontends": ["default\0"]}),
]
API_CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("get", "/api/deployments/status/?frontend=%00", {}),
    ("get", "/api/deployments/status/?environment=a%00", {}),
    ("get", "/api/deployments/?frontend=a%00", {}),
    ("get", "/api/deployments/?environment=a%00", {}),
    ("get", "/api/deployments/?version=a%00", {}),
    ("get", "/api/deployments/?since=%00", {}),
    ("get", "/api/deployments/?%00=a", {}),
    ("post", "/api/deployments/", {"headers": {"Idempotency-Key": "a\0"}}),
    *(
        ("post", "/api/deployments/", {"json": {name: "abcdef1\0"}})
        for name in ("frontend", "environment", "version", "commit_sha", "url", "notes", "min_version", "kind")
    ),
]


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """No context is pushed: each request has its own, as in life."""
    app = create_app(settings)
    with app.app_context():
        add_user("root", superuser=True)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def root(app: Flask) -> Person:
    somebody = Person(app.test_client())
    assert somebody.sign_in("root").status_code == 303
    return somebody


def test_in_the_address_of_an_admin_page(root: Person) -> None:
    assert {path: root.get(path).status_code for path in ADMIN_QUERIES} == dict.fromkeys(ADMIN_QUERIES, 400)
    assert "holds a NUL character" in root.get(ADMIN_QUERIES[0]).text


@pytest.mark.parametrize(("path", "fields"), ADMIN_FORMS)
def test_in_a_form(root: Person, path: str, fields: dict[str, Any]) -> None:
    answer = root.post(path, **fields)
    assert answer.status_code == 400
    assert "holds a NUL character" in answer.text


def test_in_a_path(root: Person) -> None:
    for path in ("/%00", "/admin/%00", "/admin/assets/%00", "/notifier/%00", "/api/deployments/%00/"):
        assert root.get(path).status_code == 404, path


@pytest.mark.parametrize(("method", "path", "sent"), API_CALLS)
def test_in_a_call_of_the_api(app: Flask, method: str, path: str, sent: dict[str, Any]) -> None:
    answer = api(app).open(path, method=method.upper(), **sent)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "validation_error"


def test_as_a_bearer_token(app: Flask) -> None:
    assert app.test_client().get("/api/deployments/", headers={"Authorization": "Bearer a\0"}).status_code == 401


def api(app: Flask) -> FlaskClient:
    """Sends the superuser's token."""
    client = app.test_client()
    with app.app_context():
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.create(users.named('root'), 'test').secret}"
    return client

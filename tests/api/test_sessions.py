"""A session that is signed in may call the API too; what it changes needs its CSRF token."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from deployapp.extensions import db
from deployapp.models import Permission, User
from deployapp.services import users

LIST = "/api/deployments/"
TRIGGER = "/api/deployments/trigger/"

SignsIn = Callable[..., FlaskClient]


def csrf_token(app: Flask, client: FlaskClient) -> str:
    """What the admin's pages carry for their scripts."""
    with client.session_transaction() as session, app.test_request_context():
        from flask import session as request_session

        token: str = generate_csrf()
        session["csrf_token"] = request_session["csrf_token"]
    return token


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", TRIGGER, 201),
        ("POST", LIST, 201),
        ("PUT", "/api/deployments/1/", 200),
        ("PATCH", "/api/deployments/1/", 200),
        ("DELETE", "/api/deployments/1/", 204),
    ],
)
def test_what_changes_something_needs_the_csrf_token(
    app: Flask, admin: FlaskClient, signed_in: SignsIn, method: str, path: str, status: int
) -> None:
    admin.post(TRIGGER)
    person = signed_in(superuser=True)
    headers = {"X-CSRFToken": csrf_token(app, person)}

    for wrong in ({}, {"X-CSRFToken": "guessed"}):
        refused = person.open(path, method=method, json={}, headers=wrong)
        assert refused.status_code == 403
        assert refused.get_json()["error"]["code"] == "csrf_failed"

    assert person.open(path, method=method, json={}, headers=headers).status_code == status


def test_reading_needs_no_csrf_token(signed_in: SignsIn) -> None:
    answer = signed_in().get(LIST)
    assert answer.status_code == 200
    assert "Cookie" in answer.headers["Vary"]


def test_the_session_has_its_users_permissions(app: Flask, signed_in: SignsIn) -> None:
    person = signed_in([Permission.VIEW])
    assert person.post(TRIGGER, headers={"X-CSRFToken": csrf_token(app, person)}).status_code == 403


def test_a_form_of_another_site_registers_nothing(signed_in: SignsIn) -> None:
    """What a browser sends without asking anybody: the cookie and a form."""
    answer = signed_in(superuser=True).post(TRIGGER, data={"csrf_token": "guessed"})
    assert answer.status_code == 403


def test_a_form_is_no_json_even_with_the_csrf_token(app: Flask, signed_in: SignsIn) -> None:
    person = signed_in(superuser=True)
    answer = person.post(TRIGGER, data={"csrf_token": csrf_token(app, person), "version": "1"})
    assert answer.status_code == 415


def test_a_bearer_token_never_falls_back_to_the_session(signed_in: SignsIn) -> None:
    answer = signed_in(superuser=True).get(LIST, headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_another_scheme_does_not_hide_the_session(signed_in: SignsIn) -> None:
    """A proxy in front may ask for a password of its own, which browsers then send with every request."""
    assert signed_in().get(LIST, headers={"Authorization": "Basic YTpi"}).status_code == 200


def test_a_new_password_ends_the_session(app: Flask, signed_in: SignsIn) -> None:
    person = signed_in()
    with app.app_context():
        users.set_password("person", "another good password")
    assert person.get(LIST).status_code == 401


def test_an_inactive_user_has_no_session(app: Flask, signed_in: SignsIn) -> None:
    person = signed_in()
    with app.app_context():
        db.session.execute(db.update(User).values(active=False))
        db.session.commit()
    assert person.get(LIST).status_code == 401


@pytest.mark.parametrize("forged", ["1", "1.", "1.é", "one.two", "", "99999999999999999999.x"])
def test_a_session_of_another_form_is_nobodys(app: Flask, signed_in: SignsIn, forged: str) -> None:
    person = signed_in(superuser=True)
    with person.session_transaction() as session:
        session["_user_id"] = forged
    assert person.get(LIST).status_code == 401


@pytest.mark.parametrize("path", [LIST, "/admin/"])
def test_nobody_is_remembered_by_a_cookie(app: Flask, path: str) -> None:
    """Flask-Login would look into it, and raise for what is not ASCII."""
    caller = app.test_client(use_cookies=False)
    plain = caller.get(path).status_code
    for forged in ('"1|\\303\\251"', "1|guessed"):
        assert caller.get(path, headers={"Cookie": f"remember_token={forged}"}).status_code == plain

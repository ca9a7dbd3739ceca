"""Bearer tokens: what they may do, and when they may not do it any more."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deployapp.extensions import db
from deployapp.models import ApiToken, Permission, User
from deployapp.models.base import now
from deployapp.services import tokens
from tests.api.conftest import Makes, sending

LIST = "/api/deployments/"
TRIGGER = "/api/deployments/trigger/"
ONE = "/api/deployments/1/"

CALLS = [
    ("POST", TRIGGER, Permission.ADD, 201),
    ("POST", LIST, Permission.ADD, 201),
    ("PUT", ONE, Permission.CHANGE, 200),
    ("PATCH", ONE, Permission.CHANGE, 200),
    ("DELETE", ONE, Permission.DELETE, 204),
]


@pytest.fixture(autouse=True)
def one(admin: FlaskClient) -> None:
    admin.post(TRIGGER)


@pytest.mark.parametrize(("method", "path", "permission", "status"), CALLS)
def test_each_call_needs_its_permission(
    with_token: Makes, method: str, path: str, permission: Permission, status: int
) -> None:
    without = with_token(set(Permission) - {permission}, name="without").open(path, method=method, json={})
    assert without.status_code == 403
    assert without.get_json() == {
        "error": {"code": "forbidden", "message": f"This needs the permission '{permission}'."}
    }
    assert with_token([permission], name="with").open(path, method=method, json={}).status_code == status


@pytest.mark.parametrize(("method", "path", "permission", "status"), CALLS)
def test_a_token_narrowed_to_permissions_has_no_others(
    with_token: Makes, method: str, path: str, permission: Permission, status: int
) -> None:
    others = set(Permission) - {permission}
    narrow = with_token(superuser=True, narrowed_to=others, name="narrow")
    assert narrow.open(path, method=method, json={}).status_code == 403
    exact = with_token(superuser=True, narrowed_to=[permission], name="exact")
    assert exact.open(path, method=method, json={}).status_code == status


def test_narrowing_gives_nothing_that_the_user_lacks(with_token: Makes) -> None:
    assert with_token([], narrowed_to=Permission).post(TRIGGER).status_code == 403


def test_the_permission_is_asked_for_before_the_body_is_judged(with_token: Makes) -> None:
    assert with_token().post(TRIGGER, data="{").status_code == 403


@pytest.mark.parametrize(("method", "path", "permission", "status"), CALLS)
def test_a_token_narrowed_to_frontends_reaches_no_others(
    with_token: Makes, shop: str, method: str, path: str, permission: Permission, status: int
) -> None:
    answer = with_token(superuser=True, frontends_only=[shop], name="shop").open(path, method=method, json={})
    assert answer.status_code == 403
    assert answer.get_json()["error"]["message"] == "This token is not for the frontend 'default'."
    fitting = with_token(superuser=True, frontends_only=["default"], name="fitting")
    assert fitting.open(path, method=method, json={}).status_code == status


def test_a_token_narrowed_to_frontends_sees_only_theirs(with_token: Makes, shop: str) -> None:
    narrow = with_token([Permission.ADD], frontends_only=[shop])
    own = narrow.post(TRIGGER, json={"frontend": shop}).get_json()
    assert narrow.get(LIST).get_json()["items"] == [own]
    assert narrow.get(f"{LIST}{own['id']}/").status_code == 200
    assert narrow.get(ONE).status_code == 403
    assert narrow.get(f"{LIST}?frontend=default").status_code == 403


def test_a_token_stays_narrow_when_its_last_frontend_is_gone(app: Flask, with_token: Makes, shop: str) -> None:
    narrow = with_token(superuser=True, frontends_only=[shop])
    with app.app_context():
        db.session.delete(db.session.scalars(db.select(ApiToken).order_by(ApiToken.id.desc())).first().frontends[0])
        db.session.commit()
    assert narrow.post(TRIGGER).status_code == 403
    assert narrow.get(LIST).get_json()["items"] == []


def test_who_is_signed_in_may_read(with_token: Makes) -> None:
    reader = with_token()
    assert reader.get(LIST).status_code == 200
    assert reader.get(ONE).status_code == 200


def test_a_token_narrowed_to_permissions_reads_only_with_view(with_token: Makes) -> None:
    writer = with_token(superuser=True, narrowed_to=[Permission.ADD], name="writer")
    assert [writer.get(LIST).status_code, writer.get(ONE).status_code] == [403, 403]
    reader = with_token(narrowed_to=[Permission.VIEW], name="reader")
    assert [reader.get(LIST).status_code, reader.get(ONE).status_code] == [200, 200]


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x", "bearer dpa_unknown", "Bearer a b", "Bearer \xff", "Bearer " + "x" * 5000],
)
def test_a_malformed_or_unknown_token_is_refused(anyone: FlaskClient, header: str) -> None:
    answer = anyone.get(LIST, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="deployapp", error="invalid_token"'
    assert answer.get_json()["error"]["code"] == "invalid_token"


@pytest.mark.parametrize("header", [None, "Basic YTpi", "Digest x"])
@pytest.mark.parametrize("path", [LIST, ONE, LIST.rstrip("/")])
def test_401_where_nobody_is_signed_in(anyone: FlaskClient, header: str | None, path: str) -> None:
    answer = anyone.get(path, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="deployapp"'
    assert answer.get_json() == {"error": {"code": "not_signed_in", "message": "Send a Bearer token, or sign in."}}


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _, _ in CALLS])
def test_nobody_changes_anything(anyone: FlaskClient, method: str, path: str) -> None:
    assert anyone.open(path, method=method, json={}).status_code == 401


def test_an_expired_token_is_refused(with_token: Makes) -> None:
    assert with_token(name="a", expires_at=now() + timedelta(minutes=1)).get(LIST).status_code == 200
    assert with_token(name="b", expires_at=now() - timedelta(seconds=1)).get(LIST).status_code == 401


def test_a_revoked_token_is_refused(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        tokens.revoke(1)
    assert admin.get(LIST).status_code == 401


def test_the_token_of_an_inactive_user_is_refused(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(db.update(User).values(active=False))
        db.session.commit()
    assert admin.get(LIST).status_code == 401


def test_a_user_has_many_tokens(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        second = tokens.create(db.session.get(User, 1), "second").secret
    assert sending(app, second).get(LIST).status_code == 200
    assert admin.get(LIST).status_code == 200


def test_the_last_use_is_noted(app: Flask, with_token: Makes) -> None:
    before = now()
    caller = with_token()

    def last_used() -> object:
        with app.app_context():
            return db.session.scalars(db.select(ApiToken.last_used_at).order_by(ApiToken.id.desc())).first()

    assert last_used() is None
    caller.get(LIST)
    first = last_used()
    assert first >= before
    caller.get(LIST)
    assert last_used() == first, "to the minute, so that a busy CI does not write at every call"


def test_a_token_sets_no_cookie(admin: FlaskClient) -> None:
    answer = admin.get(LIST)
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"

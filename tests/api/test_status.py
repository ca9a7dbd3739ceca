"""`GET /api/deployments/status/`: what every tab polls that cannot be pushed to."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from deployapp.extensions import db

STATUS = "/api/deployments/status/"
TRIGGER = "/api/deployments/trigger/"
POLICY = "enabled=1, poll-interval=300, poll-jitter=0.2, reconnect-max=60"


@pytest.mark.parametrize("path", [STATUS, STATUS.rstrip("/")])
def test_204_while_nothing_was_deployed(anyone: FlaskClient, path: str) -> None:
    answer = anyone.get(path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("path", [STATUS, STATUS.rstrip("/"), f"{STATUS}?frontend=&environment="])
def test_anyone_sees_the_latest_deployment(admin: FlaskClient, anyone: FlaskClient, path: str) -> None:
    admin.post(TRIGGER)
    latest = admin.post(TRIGGER, json={"version": "2"}).get_json()
    answer = anyone.get(path)
    assert answer.status_code == 200
    assert answer.get_json() == latest


def test_each_topic_has_its_own(admin: FlaskClient, anyone: FlaskClient, shop: str) -> None:
    one = admin.post(TRIGGER, json={"frontend": shop, "environment": "staging"}).get_json()
    assert anyone.get(f"{STATUS}?frontend=shop&environment=staging").get_json() == one
    assert anyone.get(f"{STATUS}?frontend=shop").status_code == 204
    assert anyone.get(STATUS).status_code == 204


def test_304_until_it_changes(admin: FlaskClient, anyone: FlaskClient) -> None:
    admin.post(TRIGGER)
    tag = anyone.get(STATUS).headers["ETag"]
    same = anyone.get(STATUS, headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["ETag"] == tag
    admin.patch("/api/deployments/1/", json={"notes": "Corrected."})
    changed = anyone.get(STATUS, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_weakened_tag_is_the_same_tag(admin: FlaskClient, anyone: FlaskClient) -> None:
    """A proxy that compresses weakens it (RFC 9110, 8.8.3)."""
    admin.post(TRIGGER)
    tag = anyone.get(STATUS).headers["ETag"]
    assert anyone.get(STATUS, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304


def test_every_process_answers_with_the_same_tag(
    admin: FlaskClient, anyone: FlaskClient, make_app: Callable[..., Flask]
) -> None:
    admin.post(TRIGGER)
    other = make_app().test_client()
    assert other.get(STATUS).headers["ETag"] == anyone.get(STATUS).headers["ETag"]


def test_head_answers_as_get_without_a_body(admin: FlaskClient, anyone: FlaskClient) -> None:
    admin.post(TRIGGER)
    head, get = anyone.head(STATUS), anyone.get(STATUS)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.data))


def test_the_policy_and_the_cache_rule_come_with_every_answer(admin: FlaskClient, anyone: FlaskClient) -> None:
    none = anyone.get(STATUS)
    admin.post(TRIGGER)
    some = anyone.get(STATUS)
    same = anyone.get(STATUS, headers={"If-None-Match": some.headers["ETag"]})
    assert [none.status_code, some.status_code, same.status_code] == [204, 200, 304]
    for answer in (none, some, same):
        assert answer.headers["Deployapp-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_policy_and_cache_rule_are_settings(make_app: Callable[..., Flask]) -> None:
    app = make_app(client_enabled=False, poll_interval=1_234_567.5, status_cache_control="public, max-age=10")
    answer = app.test_client().get(STATUS)
    assert answer.headers["Deployapp-Policy"].startswith("enabled=0, poll-interval=1234567.5, ")
    assert answer.headers["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("frontend=Shop", "frontend", "Lower-case letters, digits and '-', at most 63."),
        ("environment=%00", "environment", "Lower-case letters, digits, '.', '_' and '-', at most 63."),
        ("enviroment=staging", "enviroment", "There is no such field."),
        ("frontend=a&frontend=b", "frontend", "Given more than once."),
    ],
)
def test_a_wrong_query_is_named(anyone: FlaskClient, query: str, field: str, message: str) -> None:
    answer = anyone.get(f"{STATUS}?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {field: [message]}


def test_404_for_an_unknown_frontend(anyone: FlaskClient) -> None:
    answer = anyone.get(f"{STATUS}?frontend=nowhere")
    assert answer.status_code == 404
    assert answer.get_json() == {"error": {"code": "not_found", "message": "There is no frontend 'nowhere'."}}


def test_a_shared_cache_may_keep_it(admin: FlaskClient, signed_in: Callable[..., FlaskClient]) -> None:
    """Even to who is signed in: no cookie, and nothing that varies by one."""
    admin.post(TRIGGER)
    answer = signed_in().get(STATUS)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


def test_it_costs_one_indexed_query(app: Flask, admin: FlaskClient, anyone: FlaskClient) -> None:
    admin.post(TRIGGER)
    statements: list[tuple[str, object]] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    assert anyone.get(STATUS).status_code == 200
    queries = [(text, values) for text, values in statements if text.startswith("SELECT")]
    assert len(queries) == 1
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {queries[0][0]}", queries[0][1]).all()
    steps = [row[3] for row in plan]
    assert all(step.startswith("SEARCH") for step in steps), steps

"""One JSON shape for every error under `/api`, whoever raises it; never a page, never a stack trace."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from deployapp.extensions import db
from deployapp.services import deployments
from deployapp.services.errors import Conflict


def error(answer: TestResponse) -> dict[str, Any]:
    assert answer.content_type == "application/json"
    assert set(answer.get_json()) == {"error"}
    found: dict[str, Any] = answer.get_json()["error"]
    assert set(found) <= {"code", "message", "fields"}
    return found


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/deployments/1/2/", "/api/deployments/trigger/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_404_where_there_is_nothing(anyone: FlaskClient, path: str, method: str) -> None:
    answer = anyone.open(path, method=method)
    assert answer.status_code == 404
    assert error(answer) == {"code": "not_found", "message": "There is nothing at this address."}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/deployments/status/", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/deployments/trigger/", {"POST", "OPTIONS"}),
        ("DELETE", "/api/deployments", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("POST", "/api/deployments/1", {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}),
    ],
)
def test_405_says_what_is_allowed(admin: FlaskClient, method: str, path: str, allowed: set[str]) -> None:
    answer = admin.open(path, method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == allowed
    assert error(answer)["code"] == "method_not_allowed"


@pytest.fixture
def raises(app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], TestResponse]:
    """Makes showing a deployment raise this, and answers what the caller gets."""

    def show(mistake: Exception) -> TestResponse:
        def fails(deployment_id: int) -> None:
            raise mistake

        monkeypatch.setattr(deployments, "get", fails)
        return admin.get("/api/deployments/1/")

    return show


def test_409_for_a_conflict(raises: Callable[[Exception], TestResponse]) -> None:
    answer = raises(Conflict("It is still in use."))
    assert answer.status_code == 409
    assert error(answer) == {"code": "conflict", "message": "It is still in use."}


def test_429_says_when_to_try_again(raises: Callable[[Exception], TestResponse]) -> None:
    answer = raises(TooManyRequests(retry_after=30))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert error(answer) == {"code": "too_many_requests", "message": "Too many requests."}


def test_500_tells_nothing_of_its_cause_but_logs_it(
    raises: Callable[[Exception], TestResponse], caplog: pytest.LogCaptureFixture
) -> None:
    answer = raises(RuntimeError("the secret is 42"))
    assert answer.status_code == 500
    assert error(answer) == {"code": "internal_server_error", "message": "Something went wrong here. It was logged."}
    assert "the secret is 42" in caplog.text


def test_503_when_the_database_is_away(make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url="postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    for path in ("/api/deployments/status/", "/api/deployments/"):
        answer = app.test_client().get(path, headers={"Authorization": "Bearer x"})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert error(answer) == {"code": "unavailable", "message": "The database does not answer. Try again."}


def test_503_when_another_program_holds_the_database(app: Flask, admin: FlaskClient, monkeypatch: Any) -> None:
    admin.get("/api/deployments/")  # notes the use of the token, so that only the deployment is still to be written
    with app.app_context():
        engine = db.engine
    engine.dispose()
    monkeypatch.setattr("deployapp.database.BUSY_SECONDS", 0)
    with engine.connect().execution_options(begin_immediate=True) as other:
        other.begin()
        answer = admin.post("/api/deployments/trigger/")
        assert answer.status_code == 503
    assert admin.post("/api/deployments/trigger/").status_code == 201


def test_what_is_not_the_api_keeps_its_pages(anyone: FlaskClient) -> None:
    answer = anyone.get("/apiary")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"

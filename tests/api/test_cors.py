"""Pages of other origins may read what is public, and only that."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

STATUS = "/api/deployments/status/"
ORIGIN = {"Origin": "https://shop.example"}


@pytest.mark.parametrize("path", [STATUS, STATUS.rstrip("/"), f"{STATUS}?frontend=nowhere", f"{STATUS}?frontend=A"])
def test_any_origin_by_default(anyone: FlaskClient, path: str) -> None:
    """Errors too: else a page could not tell an unknown frontend from a network that is down."""
    answer = anyone.get(path, headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "Deployapp-Policy, ETag, Retry-After"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_304_may_be_read_as_well(admin: FlaskClient, anyone: FlaskClient) -> None:
    admin.post("/api/deployments/trigger/")
    tag = anyone.get(STATUS).headers["ETag"]
    answer = anyone.get(STATUS, headers={**ORIGIN, "If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_only_the_origins_of_the_setting(make_app: Callable[..., Flask]) -> None:
    anyone = make_app(cors_origins=("https://shop.example", "https://other.example")).test_client()
    allowed = anyone.get(STATUS, headers=ORIGIN)
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    refused = anyone.get(STATUS, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers
    for answer in (allowed, refused, anyone.get(STATUS)):
        assert answer.headers["Vary"] == "Origin", "a shared cache keeps them apart"


@pytest.mark.parametrize("path", [STATUS, STATUS.rstrip("/")])
def test_preflight_of_a_poller_with_its_tag(anyone: FlaskClient, path: str) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = anyone.options(path, headers=asked)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nothing_else_is_open_to_other_origins(admin: FlaskClient, method: str) -> None:
    answer = admin.open("/api/deployments/", method=method, headers=ORIGIN)
    assert answer.status_code < 300
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]

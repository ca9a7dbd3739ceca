"""`POST /api/deployments/trigger/` and `POST /api/deployments/`: registering a deployment."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

ALL_FIELDS: dict[str, Any] = {
    "frontend": "default",
    "environment": "pr-42",
    "version": "1.42.0",
    "commit_sha": "0123abc",
    "url": "https://example.org/releases/1.42.0",
    "notes": "Faster.\nAnd safer.",
    "kind": "rollback",
    "mode": "idle",
    "severity": "critical",
    "min_version": "1.40",
    "reload_window": 60,
}
PATHS = ["/api/deployments/trigger/", "/api/deployments/trigger", "/api/deployments/", "/api/deployments"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("content_type", ["application/json", None])
def test_an_empty_body_registers_a_release_of_default_into_production(
    admin: FlaskClient, path: str, content_type: str | None
) -> None:
    answer = admin.post(path, content_type=content_type)
    assert answer.status_code == 201
    assert answer.content_type == "application/json"
    assert answer.headers["Location"] == "/api/deployments/1/"
    deployment = answer.get_json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", deployment.pop("deployed_at"))
    assert deployment == {
        "id": 1,
        "deployed_by": 1,
        "deployed_by_username": "admin",
        "frontend": "default",
        "environment": "production",
        "version": None,
        "commit_sha": None,
        "url": None,
        "notes": None,
        "kind": "release",
        "mode": "prompt",
        "severity": "normal",
        "min_version": None,
        "reload_window": 0,
    }


@pytest.mark.parametrize("path", PATHS)
def test_every_field_may_be_given(admin: FlaskClient, path: str) -> None:
    answer = admin.post(path, json=ALL_FIELDS)
    assert answer.status_code == 201
    assert answer.get_json().items() >= ALL_FIELDS.items()


def test_two_deployments_differ_in_id_and_time(admin: FlaskClient) -> None:
    first, second = (admin.post(PATHS[0]).get_json() for _ in range(2))
    assert second["id"] > first["id"]
    assert second["deployed_at"] > first["deployed_at"]


def test_what_the_server_sets_cannot_be_given(admin: FlaskClient) -> None:
    answer = admin.post(PATHS[0], json={"deployed_at": "2001-01-01T00:00:00Z", "deployed_by": 7, "id": 7})
    assert answer.status_code == 422
    assert set(answer.get_json()["error"]["fields"]) == {"deployed_at", "deployed_by", "id"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("frontend", "Shop", "Lower-case letters, digits and '-', at most 63."),
        ("frontend", "shop\n", "Lower-case letters, digits and '-', at most 63."),
        ("frontend", "shop", "There is no frontend 'shop'."),
        ("frontend", None, "Must be a string."),
        ("environment", "a/b", "Lower-case letters, digits, '.', '_' and '-', at most 63."),
        ("environment", "x" * 64, "Lower-case letters, digits, '.', '_' and '-', at most 63."),
        ("version", "x" * 65, "Longer than 64 characters."),
        ("version", "  ", "Must not be empty."),
        ("version", 1.42, "Must be a string."),
        ("version", "1\x002", "Control characters are not allowed."),
        ("version", "1\n2", "Must be one line."),
        ("commit_sha", "xyz", "Must be 7 to 64 hex digits."),
        ("url", "javascript:alert(1)", "Must be an http or https address."),
        ("notes", "x" * 10_001, "Longer than 10000 characters."),
        ("notes", "a\x00b", "Control characters are not allowed."),
        ("notes", ["a"], "Must be a string."),
        ("kind", "downgrade", "Must be 'release' or 'rollback'."),
        ("mode", "now", "Must be 'silent', 'prompt', 'idle', 'navigation' or 'force'."),
        ("severity", 1, "Must be 'normal' or 'critical'."),
        ("reload_window", "60", "Must be a whole number."),
        ("reload_window", True, "Must be a whole number."),
        ("reload_window", 1.5, "Must be a whole number."),
        ("reload_window", -1, "Must be at least 0."),
        ("reload_window", 10**30, "Must be at most 86400."),
        ("verison", "1", "There is no such field."),
    ],
)
def test_a_wrong_field_is_named(admin: FlaskClient, field: str, value: Any, message: str) -> None:
    answer = admin.post(PATHS[0], json={field: value})
    assert answer.status_code == 422
    assert answer.get_json() == {
        "error": {
            "code": "validation_error",
            "message": "Some fields are not valid.",
            "fields": {field: [message]},
        }
    }


def test_all_wrong_fields_are_named_together(admin: FlaskClient) -> None:
    answer = admin.post(PATHS[0], json={"kind": "x", "commit_sha": "y"})
    assert set(answer.get_json()["error"]["fields"]) == {"kind", "commit_sha"}


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "12"])
def test_json_that_is_no_object_is_refused(admin: FlaskClient, body: str) -> None:
    answer = admin.post(PATHS[0], data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {"body": ["Must be a JSON object."]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"version=1",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"version": "\\ud800"}',
        b'{"reload_window": ' + b"9" * 5000 + b"}",
    ],
    ids=["cut off", "a form", "not UTF-8", "very deep", "lone surrogate", "a number of 5000 digits"],
)
def test_what_is_no_json_is_refused(admin: FlaskClient, body: bytes) -> None:
    answer = admin.post(PATHS[0], data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json() == {"error": {"code": "bad_request", "message": "The body is not valid JSON."}}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_must_say_that_it_is_json(admin: FlaskClient, content_type: str | None) -> None:
    answer = admin.post(PATHS[0], data='{"version": "1"}', content_type=content_type)
    assert answer.status_code == 415
    assert answer.get_json()["error"]["code"] == "unsupported_media_type"


def test_a_body_may_not_be_larger_than_the_setting(admin: FlaskClient) -> None:
    answer = admin.post(PATHS[0], json={"notes": "x" * 70_000})
    assert answer.status_code == 413
    assert answer.get_json() == {
        "error": {"code": "request_entity_too_large", "message": "The body is larger than 65536 bytes."}
    }


def test_a_chunked_body_is_not_taken_for_an_empty_one(admin: FlaskClient) -> None:
    answer = admin.post(PATHS[0], headers={"Transfer-Encoding": "chunked"}, content_type="application/json")
    assert answer.status_code == 411
    assert answer.get_json()["error"]["code"] == "length_required"

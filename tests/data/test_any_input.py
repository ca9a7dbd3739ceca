"""Whatever is sent to the API, it answers as its OpenAPI document says: never a 500, never another shape."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployapp.extensions import db
from deployapp.services import tokens
from tests.people import add_user

CALLS = [
    ("get", "/api/deployments/"),
    ("post", "/api/deployments/"),
    ("get", "/api/deployments/status/"),
    ("post", "/api/deployments/trigger/"),
    ("get", "/api/deployments/{deployment_id}/"),
    ("put", "/api/deployments/{deployment_id}/"),
    ("patch", "/api/deployments/{deployment_id}/"),
    ("delete", "/api/deployments/{deployment_id}/"),
]
ODD = [
    *(
        "",
        "0",
        "-1",
        "1",
        "1e9",
        "9" * 40,
        "NaN",
        "null",
        "default",
        "production",
        "\x00",
        "a\x00b",
        "😀",
        "\u202e",
        "%00",
    ),
    *("2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00", "2026-02-30T25:61:00Z"),
    *("http://[", "javascript:alert(1)", "https://example.test/" + "a" * 3000),
]
words = st.sampled_from(ODD) | st.text(max_size=20)
values = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
numbers = st.just("1") | st.sampled_from(["0", "-1", "2147483648", "9223372036854775808", "9" * 40, "x", "%00"])
keys = st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """Sends an administrator's token; there is one deployment."""
    secret = tokens.create(add_user("admin", superuser=True), "test").secret
    db.session.remove()
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    assert client.post("/api/deployments/trigger/").status_code == 201
    return client


def bodies(document: dict[str, Any], call: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Bytes, JSON of any shape, and objects with the fields that the call knows."""
    any_json = values.map(lambda value: json.dumps(value).encode())
    if "requestBody" not in call:
        return st.just(b"")
    reference = call["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    fields = sorted(document["components"]["schemas"][reference]["properties"])
    known = st.dictionaries(st.sampled_from(fields), words | values, max_size=3)
    return st.binary(max_size=30) | any_json | known.map(lambda value: json.dumps(value).encode())


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_it_answers_as_documented(admin: FlaskClient, method: str, path: str) -> None:
    document = admin.get("/api/openapi.json").get_json()
    call = document["paths"][path][method]
    parameters = [one["name"] for one in call.get("parameters", []) if one["in"] == "query"]
    queries = st.dictionaries(st.sampled_from(parameters) if parameters else words, words, max_size=4)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(number=numbers, query=queries, key=keys, body=bodies(document, call))
    def answers(number: str, query: dict[str, str], key: str | None, body: bytes) -> None:
        answer = admin.open(
            path.replace("{deployment_id}", number),
            method=method.upper(),
            query_string=query,
            data=body,
            content_type="application/json",
            headers={} if key is None else {"Idempotency-Key": key},
        )
        assert str(answer.status_code) in call["responses"], answer.text
        if answer.status_code >= 400:
            assert set(answer.get_json()["error"]) <= {"code", "message", "fields"}

    answers()


def test_every_call_is_tried(admin: FlaskClient) -> None:
    document = admin.get("/api/openapi.json").get_json()
    assert {(method, path) for path, item in document["paths"].items() for method in item} == set(CALLS)

"""`/api/deployments/{id}/`: showing, correcting and deleting one deployment."""

from typing import Any

import pytest
from flask.testing import FlaskClient

ONE = "/api/deployments/1/"
BOTH = [ONE, ONE.rstrip("/")]
DEFAULTS = {
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


@pytest.fixture
def made(admin: FlaskClient) -> dict[str, Any]:
    """One deployment, as it was answered."""
    fields = {"version": "1", "notes": "First.", "mode": "idle", "environment": "staging"}
    deployment: dict[str, Any] = admin.post("/api/deployments/", json=fields).get_json()
    return deployment


@pytest.mark.parametrize("path", BOTH)
def test_show(admin: FlaskClient, made: dict[str, Any], path: str) -> None:
    answer = admin.get(path)
    assert (answer.status_code, answer.get_json()) == (200, made)


@pytest.mark.parametrize("path", BOTH)
def test_put_replaces_all_metadata(admin: FlaskClient, made: dict[str, Any], path: str) -> None:
    answer = admin.put(path, json={"version": "2"})
    assert answer.status_code == 200
    assert answer.get_json() == {**made, **DEFAULTS, "version": "2"}
    assert admin.get(path).get_json() == answer.get_json()


@pytest.mark.parametrize("path", BOTH)
def test_patch_keeps_what_is_not_given(admin: FlaskClient, made: dict[str, Any], path: str) -> None:
    answer = admin.patch(path, json={"notes": None, "severity": "critical"})
    assert answer.status_code == 200
    assert answer.get_json() == {**made, "notes": None, "severity": "critical"}
    assert admin.get(path).get_json() == answer.get_json()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_answer_may_be_sent_back_as_it_came(admin: FlaskClient, made: dict[str, Any], method: str) -> None:
    answer = admin.open(ONE, method=method, json=made)
    assert (answer.status_code, answer.get_json()) == (200, made)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_the_server_sets_stays(admin: FlaskClient, made: dict[str, Any], method: str) -> None:
    forged = {**made, "id": 9, "deployed_at": "2001-01-01T00:00:00.000Z", "deployed_by": 9, "deployed_by_username": "x"}
    assert admin.open(ONE, method=method, json=forged).get_json() == made


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(("field", "value"), [("frontend", "other"), ("environment", "production")])
def test_the_topic_cannot_be_changed(
    admin: FlaskClient, made: dict[str, Any], method: str, field: str, value: str
) -> None:
    answer = admin.open(ONE, method=method, json={field: value, "version": "2"})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {field: ["Cannot be changed."]}
    assert admin.get(ONE).get_json() == made


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_wrong_field_is_named_and_nothing_changed(admin: FlaskClient, made: dict[str, Any], method: str) -> None:
    answer = admin.open(ONE, method=method, json={"kind": "x", "verison": "2", "notes": "Lost."})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {
        "kind": ["Must be 'release' or 'rollback'."],
        "verison": ["There is no such field."],
    }
    assert admin.get(ONE).get_json() == made


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_no_body_changes_nothing(admin: FlaskClient, made: dict[str, Any], method: str) -> None:
    assert admin.open(ONE, method=method).status_code == 415
    assert admin.open(ONE, method=method, content_type="application/json").status_code == 400
    assert admin.get(ONE).get_json() == made


@pytest.mark.parametrize("path", BOTH)
def test_delete_falls_back_to_the_one_before(admin: FlaskClient, anyone: FlaskClient, path: str) -> None:
    first = admin.post("/api/deployments/").get_json()
    second = admin.post("/api/deployments/").get_json()
    status = "/api/deployments/status/"
    assert anyone.get(status).get_json() == second
    answer = admin.delete(f"/api/deployments/{second['id']}/")
    assert (answer.status_code, answer.data) == (204, b"")
    assert anyone.get(status).get_json() == first
    assert admin.delete(path).status_code == 204
    assert anyone.get(status).status_code == 204
    assert admin.post("/api/deployments/").get_json()["id"] > second["id"], "an id is never given out again"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("number", ["2", "0", "2147483647", "2147483648", "9" * 100, "9" * 5000, "-1", "x", "%D9%A1"])
def test_404_for_what_is_not_there(admin: FlaskClient, made: dict[str, Any], method: str, number: str) -> None:
    body = {"json": {}} if method in ("PUT", "PATCH") else {}
    answer = admin.open(f"/api/deployments/{number}/", method=method, **body)
    assert answer.status_code == 404
    if method != "HEAD":
        assert answer.get_json()["error"]["code"] == "not_found"

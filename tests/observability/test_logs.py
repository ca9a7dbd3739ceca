"""What a real process writes: lines for people, or JSON for programs; each with the request's id."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.deployapp_process import Deployapp
from tests.waiting import eventually


def lines(server: Deployapp) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]


def test_production_writes_one_json_object_a_line(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(DEPLOYAPP_ENV="production").start()
    server.request("GET", "/api/deployments/status/?environment=logged", headers={"X-Request-ID": "ci-7"})
    line = eventually(lambda: next((line for line in lines(server) if line.get("request_id") == "ci-7"), None))
    assert line["level"] == "INFO"
    assert line["route"] == "/api/deployments/status/"
    assert line["method"] == "GET"
    assert line["status"] in (200, 204)
    assert line["milliseconds"] >= 0
    assert line["time"].endswith(("Z", "+00:00"))
    server.stop()
    assert all(line.startswith("{") for line in server.log.splitlines() if line), server.log


def test_development_writes_for_people(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    server.request("GET", "/api/deployments/status/", headers={"X-Request-ID": "by-hand"})
    eventually(lambda: "by-hand] GET /api/deployments/status/ 20" in server.log)
    assert not lines(server)


def test_log_level(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(LOG_LEVEL="WARNING").start()
    server.request("GET", "/api/deployments/status/")
    server.stop()
    assert "GET /api" not in server.log


def test_each_request_has_an_id_of_its_own(server: Deployapp) -> None:
    one, other = (server.request("GET", "/healthz").headers["X-Request-ID"] for _ in range(2))
    assert one != other
    assert len(one) == 32


@pytest.mark.parametrize("insane", ["", "two words", "x" * 129, 'quote"', "<script>"])
def test_an_insane_id_is_replaced(insane: str, server: Deployapp) -> None:
    answered = server.request("GET", "/healthz", headers={"X-Request-ID": insane}).headers["X-Request-ID"]
    assert len(answered) == 32


def test_errors_carry_the_id_too(server: Deployapp) -> None:
    answer = server.request("POST", "/api/deployments/trigger/", headers={"X-Request-ID": "refused-1"})
    assert answer.status_code == 401
    assert answer.headers["X-Request-ID"] == "refused-1"
    form = server.request("POST", "/admin/sign-in/", headers={"X-Request-ID": "refused-2"})
    assert form.status_code == 400, "without a CSRF token, before any view"
    assert form.headers["X-Request-ID"] == "refused-2"

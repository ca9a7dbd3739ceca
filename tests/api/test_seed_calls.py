"""The two calls of the document that this project answers, word for word, by curl against a real server."""

import json
import subprocess
from typing import Any

import pytest

from tests.deployapp_process import Deployapp


def curl(*arguments: str) -> tuple[int, dict[str, Any]]:
    """What curl answers: status and JSON."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.parametrize("path", ["/api/deployments/trigger/", "/api/deployments/"])
def test_register_by_curl(server: Deployapp, path: str) -> None:
    status, deployment = curl(
        "-X", "POST", f"{server.url}{path}",
        "-H", f"Authorization: Bearer {server.token}",
        "-H", "Content-Type: application/json",
    )  # fmt: skip
    assert status == 201
    assert deployment.keys() >= {"id", "deployed_at", "deployed_by", "deployed_by_username"}
    assert deployment["deployed_by_username"] == "admin"

    assert curl(f"{server.url}/api/deployments/status/") == (200, deployment)


def test_a_chunked_body_by_curl_is_refused_in_the_one_shape(server: Deployapp) -> None:
    """Not taken for an empty one, which would register a release of `default`."""
    status, answer = curl(
        "-X", "POST", f"{server.url}/api/deployments/trigger/",
        "-H", f"Authorization: Bearer {server.token}",
        "-H", "Content-Type: application/json",
        "-H", "Transfer-Encoding: chunked",
        "-d", '{"environment": "staging"}',
    )  # fmt: skip
    assert (status, answer["error"]["code"]) == (411, "length_required")


def test_a_body_that_is_too_large_by_curl(server: Deployapp) -> None:
    status, answer = curl(
        "-X", "POST", f"{server.url}/api/deployments/trigger/",
        "-H", f"Authorization: Bearer {server.token}",
        "-H", "Content-Type: application/json",
        "-d", json.dumps({"notes": "x" * 70_000}),
    )  # fmt: skip
    assert (status, answer["error"]["code"]) == (413, "request_entity_too_large")

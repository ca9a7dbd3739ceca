"""A deployment, however it is registered, reaches a tab on every transport: the product in one test."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.deployapp_process import Deployapp, flask
from tests.e2e.tabs import TRANSPORTS, Tab, heard_version

_versions = count(1)


def by_curl(server: Deployapp, version: str) -> None:
    """The seed's own line, with a body."""
    done = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--write-out", "\n%{http_code}"),
            *("-X", "POST", f"{server.url}/api/deployments/trigger/"),
            *("-H", f"Authorization: Bearer {server.token}"),
            *("-H", "Content-Type: application/json"),
            *("-d", json.dumps({"version": version})),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    body, _, status = done.stdout.rpartition("\n")
    assert status == "201", done.stdout
    assert {"id", "deployed_at", "deployed_by", "deployed_by_username"} <= json.loads(body).keys()


def by_the_standard_endpoint(server: Deployapp, version: str) -> None:
    answer = server.request(
        "POST",
        "/api/deployments/",
        json={"version": version},
        headers={"Authorization": f"Bearer {server.token}"},
    )
    assert answer.status_code == 201, answer.text


def by_the_command_line(server: Deployapp, version: str) -> None:
    """In a process of its own, which shares no bus with the server."""
    done = flask(server.folder, "deployments", "trigger", "--version", version)
    assert done.returncode == 0, done.stderr


def by_plain_sql(server: Deployapp, version: str) -> None:
    """Another program, which knows nothing of this project."""
    connection = sqlite3.connect(server.folder / "deployapp.sqlite3", timeout=5)
    with connection:
        connection.execute(
            "INSERT INTO frontend_deployment (frontend_id, version) SELECT id, ? FROM frontend WHERE slug = 'default'",
            (version,),
        )
    connection.close()


@pytest.fixture(scope="module")
def tabs(server: Deployapp) -> Iterator[list[Tab]]:
    with ExitStack() as stack:
        yield [stack.enter_context(transport(server)) for transport in TRANSPORTS]


@pytest.mark.parametrize("register", [by_curl, by_the_standard_endpoint, by_the_command_line, by_plain_sql])
def test_every_transport_tells_it_once(
    server: Deployapp, tabs: list[Tab], register: Callable[[Deployapp, str], None]
) -> None:
    version = f"{register.__name__}-{next(_versions)}"
    register(server, version)
    events = [heard_version(tab, version) for tab in tabs]
    assert len({event["id"] for event in events}) == 1
    assert len({event["deployed_at"] for event in events}) == 1
    pushed = [event for event in events if "type" in event]
    assert len(pushed) == len(TRANSPORTS) - 1, "all but the poller"
    assert all(event == pushed[0] for event in pushed), "the same object on every transport"
    assert pushed[0]["type"] == "deployment_update"


def test_a_retry_with_the_same_key_tells_nobody_twice(server: Deployapp, tabs: list[Tab]) -> None:
    headers = {"Authorization": f"Bearer {server.token}", "Idempotency-Key": "build-7"}
    answers = [
        server.request("POST", "/api/deployments/trigger/", json={"version": "retried"}, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    for tab in tabs:
        heard_version(tab, "retried")
    by_curl(server, "after the retry")
    for tab in tabs:
        heard_version(tab, "after the retry")
        heard_version(tab, "retried")  # still once


def test_the_seeds_curl_without_a_body(server: Deployapp, tabs: list[Tab]) -> None:
    done = subprocess.run(
        [
            *("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"),
            *("-X", "POST", f"{server.url}/api/deployments/trigger/"),
            *("-H", f"Authorization: Bearer {server.token}", "-H", "Content-Type: application/json"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "201"

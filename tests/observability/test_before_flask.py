"""What is answered in front of Flask is seen as the rest is: the gateway's refusals, and Socket.IO over HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from websockets.sync.client import connect

from tests.deployapp_process import Deployapp, set_up
from tests.observability.test_logs import lines
from tests.observability.test_metrics import of
from tests.waiting import eventually

WEBSOCKET, SSE, SOCKETIO = "/ws/deployment-updates", "/sse/deployment-updates", "/socket.io/"
POLLING = "/socket.io/?EIO=4&transport=polling"
ELSEWHERE = {"Origin": "https://elsewhere.example"}


@pytest.fixture(scope="module")
def told(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    """A server that logs in JSON and lets pages of its own in."""
    folder = set_up(set_up_folder, tmp_path_factory.mktemp("told"))
    server = Deployapp(folder, LOG_FORMAT="json", ALLOWED_ORIGINS="https://app.example").start()
    yield server
    server.stop()


def counted(server: Deployapp, **labels: str) -> float:
    return of(server, **labels).get("deployapp_http_requests_total", 0)


REFUSALS = [
    ("GET", WEBSOCKET, {}, WEBSOCKET, 426),
    ("GET", f"{WEBSOCKET}/", ELSEWHERE, WEBSOCKET, 403),
    ("POST", SSE, {}, SSE, 405),
    ("GET", f"{SSE}?last_event_id=x", {}, SSE, 422),
    ("GET", f"{SSE}?frontend=nobody-knows", {}, SSE, 404),
    ("GET", POLLING, ELSEWHERE, SOCKETIO, 403),
    ("GET", f"{POLLING}&sid=unknown", {}, SOCKETIO, 400),
    ("GET", "/socket.io/deeper?EIO=3", {}, SOCKETIO, 400),
    ("BREW", POLLING, {}, SOCKETIO, 405),
]


@pytest.mark.parametrize(("method", "path", "headers", "route", "status"), REFUSALS)
def test_a_refusal_has_an_id_a_line_and_is_counted(
    told: Deployapp, method: str, path: str, headers: dict[str, str], route: str, status: int
) -> None:
    label = {"method": "other" if method == "BREW" else method, "route": route, "status": str(status)}
    before = counted(told, **label)
    answer = told.request(method, path, headers=headers)
    assert answer.status_code == status
    identifier = answer.headers["X-Request-ID"]
    assert len(identifier) == 32
    assert counted(told, **label) == before + 1
    line = eventually(lambda: next((line for line in lines(told) if line.get("request_id") == identifier), None))
    assert (line["method"], line["route"], line["status"]) == (method, route, status)
    assert line["remote"] == "127.0.0.1"
    assert line["milliseconds"] >= 0


def test_a_refusals_id_is_the_callers_if_it_is_sane(told: Deployapp) -> None:
    for path in WEBSOCKET, POLLING + "&sid=unknown":
        assert told.request("GET", path, headers={"X-Request-ID": "tab-7"}).headers["X-Request-ID"] == "tab-7"
        assert len(told.request("GET", path, headers={"X-Request-ID": "two words"}).headers["X-Request-ID"]) == 32


def test_polls_are_counted_but_neither_logged_nor_timed(told: Deployapp) -> None:
    before = counted(told, route=SOCKETIO, status="200")
    answer = told.request("GET", POLLING, headers={"X-Request-ID": "a-poll"})
    assert answer.status_code == 200
    assert answer.headers["X-Request-ID"] == "a-poll"
    assert counted(told, route=SOCKETIO, status="200") == before + 1
    assert "deployapp_http_request_duration_seconds_count" not in of(told, route=SOCKETIO)
    told.request("GET", "/healthz", headers={"X-Request-ID": "after-it"})
    eventually(lambda: "after-it" in told.log)
    assert "a-poll" not in told.log


def test_a_connection_that_is_accepted_is_no_request(told: Deployapp) -> None:
    accepted = of(told)["deployapp_connections_accepted_total"]
    before = counted(told, route=WEBSOCKET) + counted(told, route=SSE)
    with connect(told.ws_url), requests.get(told.url + SSE, stream=True, timeout=10):
        eventually(lambda: of(told)["deployapp_connections_accepted_total"] == accepted + 2)
    assert counted(told, route=WEBSOCKET) + counted(told, route=SSE) == before


def test_a_line_for_people_has_the_refusals_id(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    server.request("GET", WEBSOCKET, headers={"X-Request-ID": "by-hand"})
    eventually(lambda: f"by-hand] GET {WEBSOCKET} 426" in server.log)

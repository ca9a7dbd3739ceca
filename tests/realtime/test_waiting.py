"""What a Socket.IO client asks for while the database makes it wait."""

import json
from collections.abc import Iterator

import pytest

from tests.deployapp_process import Deployapp, flask
from tests.realtime import usage
from tests.realtime.wire import PING, PONG, SOCKETIO_WEBSOCKET, TEXT, Wire, frame
from tests.servers import Postgres

POLLING = "/socket.io/?EIO=4&transport=polling"
ASK = '{"topics":["default/%s"],"last_event_id":0}'


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def target(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    folder = tmp_path_factory.mktemp("waiting")
    assert flask(folder, "setup", DATABASE_URL=postgres.url).returncode == 0
    unhurried = {"RECONCILE_INTERVAL": "60", "DATABASE_TIMEOUT": "60"}
    server = Deployapp(folder, DATABASE_URL=postgres.url, **unhurried).start()
    yield server
    server.stop()


def connect(wire: Wire) -> None:
    wire.open(SOCKETIO_WEBSOCKET, behind=frame(TEXT, b"40"))
    assert wire.read_packet().startswith("0{")
    assert wire.read_packet().startswith("40{")


def test_what_a_client_asks_for_is_done_in_its_order(target: Deployapp, postgres: Postgres) -> None:
    with Wire(target) as wire:
        connect(wire)
        postgres.pause()
        try:
            wire.send(frame(TEXT, f'421["subscribe",{ASK % "order"}]'.encode()))
            wire.send(frame(TEXT, f'422["unsubscribe",{ASK % "order"}]'.encode()) + frame(PING, b"there"))
            assert wire.read_past_heartbeats() == (PONG, b"there")
        finally:
            postgres.go_on()
        assert wire.read_packet() == '431[{"ok":true,"topics":["default/production","default/order"]}]'
        assert wire.read_packet() == '432[{"ok":true,"topics":["default/production"]}]'


def test_no_more_messages_wait_than_the_limit(target: Deployapp, postgres: Postgres) -> None:
    with Wire(target) as wire:
        connect(wire)
        postgres.pause()
        try:
            for number in range(33):  # the first is being handled
                wire.send(frame(TEXT, f'42["subscribe",{ASK % f"many-{number}"}]'.encode()) + frame(PING))
                assert wire.read_past_heartbeats() == (PONG, b"")
            wire.send(frame(TEXT, b'42["unsubscribe"]'))
            assert wire.close_code() == 1008
        finally:
            postgres.go_on()


def test_who_leaves_while_it_connects_is_forgotten(target: Deployapp, postgres: Postgres) -> None:
    sid = json.loads(target.request("GET", POLLING).text[1:])["sid"]
    packet = f"40{ASK % 'left'}"
    with Wire(target) as wire:
        postgres.pause()
        try:
            head = f"POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(packet)}\r\n\r\n"
            wire.send(f"{head}{packet}".encode())
            assert target.request("POST", f"{POLLING}&sid={sid}", data=b"1").status_code == 200
        finally:
            postgres.go_on()
        assert wire.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert usage.connections(target)["socketio_polling"] == 0
    assert "default/left" not in target.request("GET", "/metrics").text

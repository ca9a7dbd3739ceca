"""SIGTERM with clients on every transport: what they see, when, and that they come back."""

import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from tests.deployapp_process import Deployapp
from tests.realtime.clients import SOCKET_IO, RawWebSocket, ServerSentEvents, hears
from tests.realtime.wire import SOCKETIO_WEBSOCKET, TEXT, Wire, frame, when_readable
from tests.waiting import eventually


def restart(server: Deployapp) -> None:
    server.stop()  # asserts exit code 0, in time, without a traceback
    server.start()


@pytest.mark.parametrize("kind", SOCKET_IO)
def test_socket_io_clients_come_back_by_themselves(make_server: Callable[..., Deployapp], kind: type[Any]) -> None:
    server = make_server().start()
    with kind(server, topics=["default/x"]) as client:
        restart(server)
        eventually(lambda: client.connects == 2, message="it stayed away")
        hears(client, server.trigger(environment="x")["id"])


def test_a_raw_client_is_told_of_the_restart_and_misses_nothing(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    with RawWebSocket(server) as client:
        last: Any = server.trigger()["id"]
        hears(client, last)
        restart(server)
        eventually(lambda: client.closed)
        assert client.close_code == 1012
    missed = server.trigger()["id"]
    with RawWebSocket(server, last_event_id=last) as back:
        hears(back, missed)


def test_a_stream_is_told_when_to_come_back_not_all_at_once(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    with ExitStack() as stack:
        streams = [stack.enter_context(ServerSentEvents(server)) for _ in range(20)]
        server.stop()
        for stream in streams:
            eventually(lambda stream=stream: stream.closed)  # type: ignore[misc]
    delays = [stream.retry for stream in streams]
    assert all(delay is not None and 3000 <= delay < 13_000 for delay in delays)
    assert len(set(delays)) > 10


def test_goodbyes_are_spread_over_the_given_time(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(DRAIN_SECONDS="2", HEARTBEAT_INTERVAL="600").start()
    with ExitStack() as stack:
        raw = [stack.enter_context(Wire(server)).open() for _ in range(40)]
        engine = [stack.enter_context(Wire(server)).open(SOCKETIO_WEBSOCKET) for _ in range(40)]
        for wire in engine:
            wire.send(frame(TEXT, b"40"))
            assert wire.read_text().startswith("0{")
            assert wire.read_text().startswith("40{")
        server.signal(signal.SIGTERM)
        began = time.monotonic()
        moments = when_readable([*raw, *engine])
        assert all(wire.close_code() == 1012 for wire in [*raw, *engine])
    for group in (moments[:40], moments[40:]):
        spread = sorted(moment - began for moment in group)
        assert spread[0] < 1.5, "it begins at once"
        assert spread[-1] > 1.0, "and takes its time"
        assert spread[30] - spread[10] > 0.3, "in between too"
    server.ends_cleanly()


def test_connections_that_ask_for_nothing_do_not_hold_the_exit(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    with ExitStack() as stack:
        for _ in range(5):
            idle = stack.enter_context(Wire(server))
            idle.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            idle.read_until(b"\r\n\r\n")
            silent = stack.enter_context(Wire(server))
            half = stack.enter_context(Wire(server))
            half.send(b"GET /healthz HT")
            assert silent.socket.fileno() != half.socket.fileno()
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5


def test_during_the_drain_nobody_new_is_let_in(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(DRAIN_SECONDS="1").start()
    with Wire(server) as kept, Wire(server) as tab:
        kept.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        kept.read_until(b"\r\n\r\n")
        tab.open()
        server.signal(signal.SIGTERM)
        eventually(lambda: refused(server))
        assert tab.close_code() == 1012
    server.ends_cleanly()


def refused(server: Deployapp) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
    except ConnectionError:
        return True
    return False

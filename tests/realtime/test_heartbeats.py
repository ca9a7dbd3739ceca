"""Heartbeats against a real server: spread over the interval, and who gives no sign of life is closed."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.deployapp_process import Deployapp
from tests.realtime import usage
from tests.realtime.clients import RawWebSocket, hears
from tests.realtime.wire import PING, PONG, SOCKETIO_WEBSOCKET, TEXT, Wire, frame, head, readable, when_it_came
from tests.waiting import eventually

INTERVAL = 2.0  # seconds


def test_everyone_gets_one_an_interval_and_not_all_at_once(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HEARTBEAT_INTERVAL=str(INTERVAL)).start()
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(server)) for _ in range(40)]
        for wire in wires:  # all at once, so that the last one is open before the first one's heartbeat
            wire.send(head("/ws/deployment-updates"))
        for wire in wires:
            wire.read_until(b"\r\n\r\n")
        came: dict[Wire, list[float]] = {wire: [] for wire in wires}

        def twice() -> bool:
            for wire, moments in came.items():
                if readable(wire):
                    moments.append(when_it_came(wire))
                    assert wire.read_frame() == (PING, b"")
                    wire.send(frame(PONG))  # at once: who is silent until all others had theirs is nearly too late
            return all(len(moments) >= 2 for moments in came.values())

        eventually(twice)
        second = [moments[1] for moments in came.values()]
        assert max(second) - min(second) > INTERVAL / 4, "not all at once"


def test_a_client_alone_is_not_asked_more_often(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HEARTBEAT_INTERVAL=str(INTERVAL)).start()
    began = time.monotonic()  # before the first can come: how late one is read does not count
    with Wire(server) as wire:
        wire.open()
        for _ in range(3):
            assert wire.read_frame() == (PING, b"")
            wire.send(frame(PONG))
        assert time.monotonic() - began > 2 * INTERVAL * 0.8


def test_who_stays_silent_is_closed_and_who_answers_stays(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HEARTBEAT_INTERVAL=str(INTERVAL)).start()
    before = usage.descriptors(server)
    with RawWebSocket(server) as tab:
        with Wire(server) as raw, Wire(server) as engine:
            raw.open()
            engine.open(SOCKETIO_WEBSOCKET, behind=frame(TEXT, b"40"))
            assert raw.close_code() == 1001
            assert engine.close_code() == 1001
        eventually(lambda: usage.counter(server, "silent_closes_total") == 2)
        hears(tab, server.trigger()["id"])
    usage.settles(server, before)


def test_a_stream_gets_comments(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HEARTBEAT_INTERVAL=str(INTERVAL)).start()
    with server.request("GET", "/sse/deployment-updates", stream=True) as answer:
        lines = iter(answer.iter_lines(chunk_size=1))
        assert [next(lines) for _ in range(4)] == [b"retry: 3000", b"", b":", b""]

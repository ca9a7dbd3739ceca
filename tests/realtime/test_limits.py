"""Limits on connections, and clients that read too slowly, against a real server."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.deployapp_process import Deployapp
from tests.realtime import usage
from tests.realtime.clients import RawWebSocket, ServerSentEvents, hears
from tests.realtime.wire import PATIENCE, SOCKETIO_WEBSOCKET, TEXT, Wire, answer, frame, head
from tests.waiting import eventually

RAW = "/ws/deployment-updates"
SSE = "/sse/deployment-updates"
SOCKETIO = SOCKETIO_WEBSOCKET
POLLING = "/socket.io/?EIO=4&transport=polling"
SIDE_DOOR = "/socket.io/?EIO=4&transport=polling&nosid=1"  # no `sid`, though the letters are there
DEEPER = ["/socket.io/deeper?EIO=4&transport=polling", "/socket.io/deeper?EIO=4&transport=websocket"]
PATHS = [RAW, SSE, SOCKETIO, POLLING, SIDE_DOOR, *DEEPER]  # python-engineio takes what is below its path
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = "n" * 4000  # release notes that fill a client's buffers soon


def refusal(server: Deployapp, path: str, **headers: str) -> tuple[int, str | None, str]:
    """How the server refuses a client: status, Retry-After, the error's code."""
    plain = {} if "transport=polling" not in path else {"Upgrade": "", "Connection": "close"}
    status, answered, body = answer(server, head(path, **plain, **headers))
    return status, answered.get("retry-after"), json.loads(body)["error"]["code"]


@contextmanager
def opened(server: Deployapp, *paths: str, **headers: str) -> Iterator[list[Wire]]:
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(server)) for _ in paths]
        for wire, path in zip(wires, paths, strict=True):
            wire.send(head(path, **headers))
            wire.read_until(b"\r\n\r\n")
        yield wires


def test_a_full_process_refuses_before_the_upgrade(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(MAX_CONNECTIONS="3").start()
    before = usage.descriptors(server)
    with opened(server, RAW, SSE, SOCKETIO):
        for path in PATHS:
            assert refusal(server, path) == (503, "5", "full"), path
        assert usage.counter(server, "connections_refused_total") == len(PATHS)
        assert server.request("GET", "/api/deployments/status/").status_code == 204, "polling goes on"
    usage.settles(server, before)
    with RawWebSocket(server) as tab:
        hears(tab, server.trigger()["id"])


def test_an_address_may_not_take_everything(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(MAX_CONNECTIONS_PER_ADDRESS="3").start()
    before = usage.descriptors(server)
    with opened(server, RAW, SSE, SOCKETIO):
        for path in PATHS:
            assert refusal(server, path) == (429, "30", "too_many_connections"), path
            assert refusal(server, path, X_Forwarded_For="203.0.113.7")[0] == 429, "nobody is trusted to say so"
    usage.settles(server, before)
    with opened(server, RAW, SSE, SOCKETIO):
        assert refusal(server, RAW)[0] == 429


def test_only_so_many_http_connections_are_served_at_once(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HTTP_MAX_CONNECTIONS="16").start()
    for _ in range(3):
        with opened(server, *[RAW] * 20), ExitStack() as stack:  # pushed connections count elsewhere
            idle = [stack.enter_context(Wire(server)) for _ in range(16)]
            for wire in idle:
                wire.send(HEALTH)
                wire.read_until(b"\r\n\r\n")
            waiting = stack.enter_context(Wire(server))
            waiting.send(HEALTH)
            for wire in idle:  # they are served once more meanwhile
                wire.send(HEALTH)
                wire.read_until(b"\r\n\r\n")
            waiting.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                waiting.socket.recv(1)
            waiting.socket.settimeout(PATIENCE)
            idle[0].socket.close()
            assert waiting.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_behind_a_trusted_proxy_the_forwarded_address_counts(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(MAX_CONNECTIONS_PER_ADDRESS="3", TRUSTED_PROXIES="1").start()
    with opened(server, RAW, SSE, SOCKETIO, X_Forwarded_For="198.51.100.1, 203.0.113.7"):
        for path in PATHS:
            assert refusal(server, path, X_Forwarded_For="203.0.113.7")[0] == 429, path
            assert refusal(server, path, X_Forwarded_For="forged, 203.0.113.7")[0] == 429, path
        with opened(server, RAW, SSE, SOCKETIO, X_Forwarded_For="203.0.113.8"):
            assert refusal(server, RAW, X_Forwarded_For="203.0.113.8")[0] == 429


def test_more_than_a_thousand_and_twenty_four_at_once(make_server: Callable[..., Deployapp]) -> None:
    """eventlet's server stops at 1,024 by default."""
    server = make_server(MAX_CONNECTIONS_PER_ADDRESS="0", HEARTBEAT_INTERVAL="600").start()  # none of them answers
    before = usage.descriptors(server)
    with opened(server, *[RAW, RAW, SSE, SOCKETIO] * 400) as wires:
        for wire in wires[3::4]:
            wire.send(frame(TEXT, b"40"))
        eventually(lambda: topic_connections(server) == 1600)
        assert usage.connections(server) == {"websocket": 800, "sse": 400, "socketio": 400, "socketio_polling": 0}
        made = server.trigger(version="for all")["id"]
        for wire in wires:
            wire.read_until(b'"id":%d' % made)
            wire.read_until(b'"version":"for all"')
    usage.settles(server, before)


def topic_connections(server: Deployapp) -> float:
    for line in server.request("GET", "/metrics").text.splitlines():
        if line.startswith("deployapp_topic_connections{"):
            return float(line.rpartition(" ")[2])
    return 0


# Slow clients


def polling_session(server: Deployapp) -> str:
    """A new client that polls: its session."""
    return str(json.loads(server.request("GET", POLLING).text[1:])["sid"])


@pytest.mark.parametrize("path", [RAW, SSE, SOCKETIO], ids=["raw", "sse", "socketio"])
def test_who_does_not_read_is_closed_counted_and_logged_once_and_delays_nobody(
    make_server: Callable[..., Deployapp], path: str
) -> None:
    server = make_server(SEND_BUFFER_LIMIT="16384").start()
    before = usage.descriptors(server)
    with Wire(server, receive_buffer=1024) as stalled, RawWebSocket(server) as raw, ServerSentEvents(server) as sse:
        stalled.send(head(path))
        stalled.read_until(b"\r\n\r\n")
        if path == SOCKETIO:
            stalled.send(frame(TEXT, b"40"))
        eventually(lambda: topic_connections(server) == 3)
        memory = usage.memory(server)
        ids: list[Any] = []
        while usage.counter(server, "slow_closes_total") == 0:
            ids.append(server.trigger(notes=LARGE)["id"])
            hears(raw, *ids)
            hears(sse, *ids)
            assert len(ids) < 3000, "it keeps everything"
        ids += [server.trigger(notes=LARGE)["id"] for _ in range(3)]
        hears(raw, *ids)
        hears(sse, *ids)
        assert usage.counter(server, "slow_closes_total") == 1
        assert server.log.count("reads too slowly") == 1
        assert usage.memory(server) < memory + (8 << 20)
        assert stalled.read_to_end(), "what was sent before is still there"
    usage.settles(server, before)


def test_who_polls_too_seldom_is_closed_and_counted(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    sid = polling_session(server)
    server.request("POST", f"{POLLING}&sid={sid}", data=b"40")
    server.request("GET", f"{POLLING}&sid={sid}")
    for _ in range(66):
        server.trigger()
    eventually(lambda: usage.counter(server, "slow_closes_total") == 1)
    assert server.log.count("reads too slowly: 127.0.0.1 over socketio_polling") == 1
    assert usage.connections(server)["socketio_polling"] == 0
    assert server.request("GET", f"{POLLING}&sid={sid}").status_code == 400


ASKS = {
    "acknowledgements": b'421["subscribe"]',
    "refusals": b"40/admin,",
    "answers to junk": b"5",
}


@pytest.mark.parametrize("packet", ASKS.values(), ids=ASKS)
def test_who_asks_for_answers_and_never_polls_is_closed(make_server: Callable[..., Deployapp], packet: bytes) -> None:
    server = make_server().start()
    sid = polling_session(server)
    server.request("POST", f"{POLLING}&sid={sid}", data=b"40")
    for _ in range(5):  # of at most 16 packets
        answered = server.request("POST", f"{POLLING}&sid={sid}", data=b"\x1e".join([packet] * 16))
        assert answered.status_code in (200, 400)
    assert server.request("POST", f"{POLLING}&sid={sid}", data=packet).status_code == 400
    assert usage.counter(server, "slow_closes_total") == 1
    assert server.log.count("reads too slowly") == 1
    assert usage.connections(server)["socketio_polling"] == 0


def test_those_that_poll_leave_connections_for_everybody_else(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HTTP_MAX_CONNECTIONS="16").start()
    with ExitStack() as stack:
        sids = [polling_session(server) for _ in range(5)]
        for sid in sids:
            poll = stack.enter_context(Wire(server))
            poll.send(f"GET {POLLING}&sid={sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        for path in (POLLING, SIDE_DOOR, f"{POLLING}&transport=websocket"):
            assert refusal(server, path) == (503, "5", "full")
        misleading = answer(server, head(f"{POLLING}&transport=websocket"))
        assert (misleading[0], misleading[1]["retry-after"]) == (503, "5")
        assert usage.counter(server, "connections_refused_total") == 4
        assert server.request("GET", "/healthz").status_code == 200
        with opened(server, RAW, SSE, SOCKETIO), RawWebSocket(server) as tab:
            hears(tab, server.trigger()["id"])
        with Wire(server) as moving:  # who has moved to a WebSocket polls no more
            moving.open(f"{SOCKETIO}&sid={sids[0]}", behind=frame(TEXT, b"2probe") + frame(TEXT, b"5"))
            assert moving.read_text() == "3probe"
            eventually(lambda: server.request("GET", POLLING).status_code == 200)
            assert refusal(server, POLLING)[0] == 503
        server.request("POST", f"{POLLING}&sid={sids[1]}", data=b"1")
        assert server.request("GET", POLLING).status_code == 200
        assert refusal(server, POLLING)[0] == 503


def test_a_session_has_one_poll_at_a_time(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HTTP_MAX_CONNECTIONS="16").start()
    with ExitStack() as stack:
        sid = polling_session(server)
        poll = f"GET {POLLING}&sid={sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        waiting = stack.enter_context(Wire(server))
        waiting.send(poll)
        for _ in range(20):
            assert server.request("GET", f"{POLLING}&sid={sid}").status_code == 409
        server.request("POST", f"{POLLING}&sid={sid}", data=b"40")
        assert waiting.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        assert b"40{" in waiting.read_until(b"}")


def test_who_reads_slowly_but_reads_gets_everything(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(SEND_BUFFER_LIMIT="8388608", HEARTBEAT_INTERVAL="600").start()  # it answers none
    with Wire(server, receive_buffer=1024) as slow:
        slow.open()
        ids = [server.trigger(notes=LARGE)["id"] for _ in range(200)]
        assert [json.loads(slow.read_text())["id"] for _ in ids] == ids
        assert usage.counter(server, "slow_closes_total") == 0

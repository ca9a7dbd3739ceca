"""Clients that do everything wrong, against a real server: afterwards it serves on, and nothing of them is left."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.deployapp_process import Deployapp, set_up
from tests.realtime import usage
from tests.realtime.clients import TRANSPORTS, PythonSocketIO, RawWebSocket, hears
from tests.realtime.wire import BINARY, CLOSE, PING, PONG, SOCKETIO_WEBSOCKET, TEXT, Wire, answer, frame, head

MIB = 1 << 20
SOCKETIO = SOCKETIO_WEBSOCKET
POLLING = "/socket.io/?EIO=4&transport=polling"
_numbers = count(1)


@pytest.fixture(scope="module")
def target(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    folder = set_up(set_up_folder, tmp_path_factory.mktemp("hostile"))
    server = Deployapp(folder, HEARTBEAT_INTERVAL="2", MAX_CONNECTIONS_PER_ADDRESS="0").start()
    for transport in TRANSPORTS:  # once each, so that what is made at first use is there
        with transport(server):
            assert server.trigger()
    yield server
    server.stop()  # asserts that the log has no traceback


@pytest.fixture(autouse=True)
def _nothing_is_left(target: Deployapp) -> Iterator[None]:
    """After each test the server still tells everybody, and its descriptors are back."""
    usage.settles(target, usage.descriptors(target))
    before = usage.descriptors(target)
    yield
    usage.settles(target, before)
    topic = f"default/after-{next(_numbers)}"
    with RawWebSocket(target, topics=[topic]) as raw, PythonSocketIO(target, topics=[topic]) as socket_io:
        made = target.trigger(environment=topic.split("/")[1])["id"]
        hears(raw, made)
        hears(socket_io, made)
    usage.settles(target, before)
    assert "Traceback" not in target.log, target.log


# Handshakes


BAD_HANDSHAKES = [
    {"Upgrade": ""},
    {"Upgrade": "h2c"},
    {"Connection": "keep-alive"},
    {"Sec_WebSocket_Version": "8"},
    {"Sec_WebSocket_Version": ""},
    {"Sec_WebSocket_Key": ""},
    {"Sec_WebSocket_Key": "c2hvcnQ="},
    {"Sec_WebSocket_Key": "not base64 at all!!!!!!!"},
]


def test_a_bad_handshake_is_refused_in_plain_http(target: Deployapp) -> None:
    for headers in BAD_HANDSHAKES:
        status, answered, body = answer(target, head(**headers))
        assert status in (400, 426), headers
        assert json.loads(body)["error"]["code"] in ("bad_handshake", "upgrade_required")
        if status == 426:
            assert answered["upgrade"] == "websocket"
            assert answered["sec-websocket-version"] == "13"
        assert answer(target, head(SOCKETIO, **headers))[0] in (400, 426), headers


def test_half_a_handshake_and_gone(target: Deployapp) -> None:
    for cut in range(1, 120, 7):
        with Wire(target) as wire:
            wire.send(head()[:cut])
    for cut in range(1, 120, 7):
        with Wire(target) as wire:
            wire.send(head(SOCKETIO)[:cut])
            wire.reset()


def test_reset_in_the_middle_of_a_head(target: Deployapp) -> None:
    """The server is waiting for the rest of it: others are served in between."""
    for begun in (b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n"):
        with Wire(target) as wire:
            wire.send(begun)
            target.request("GET", "/healthz")
            wire.reset()


def test_reset_right_behind_the_handshake(target: Deployapp) -> None:
    for path in ("/ws/deployment-updates", "/sse/deployment-updates", SOCKETIO, POLLING):
        for _ in range(50):
            with Wire(target) as wire:
                wire.send(head(path))
                wire.reset()


def test_an_empty_line_instead_of_http(target: Deployapp) -> None:
    with Wire(target) as wire:
        wire.send(b"\r\n\r\n")
        assert wire.read_to_end() == b""


TOO_LONG = b"X: ".ljust(8190, b"x") + b"\r\n"  # and nothing behind it: what nobody reads may take the answer away
JUNK = [
    (b"\x00" * 100, 400, "bad_request"),
    (b"GET\r\n\r\n", 400, "bad_request"),
    (b"\x16\x03\x01\x02\x00\x01", 400, "bad_request"),
    (b"GET / HTTP/x\r\n\r\n", 400, "bad_request"),
    (b"GET / HTTP/9.9\r\n\r\n", 505, "http_version_not_supported"),
    (b"GET /".ljust(8192, b"x"), 414, "uri_too_long"),
    (b"GET / HTTP/1.1\r\n" + TOO_LONG, 431, "headers_too_large"),
    (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101, 431, "headers_too_large"),
    (b"GET / HTTP/1.1\r\n" + b"X: %b\r\n" % (b"x" * 8000) * 9, 431, "headers_too_large"),
    (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "bad_request"),
    (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400, "bad_request"),
    (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_request"),
]


@pytest.mark.parametrize(("junk", "status", "code"), JUNK, ids=[repr(junk[:40]) for junk, _, _ in JUNK])
def test_junk_instead_of_http_has_the_one_error_shape(target: Deployapp, junk: bytes, status: int, code: str) -> None:
    with Wire(target) as wire:
        with suppress(ConnectionError):  # it may have been refused before its end
            wire.send(junk)
            wire.socket.shutdown(socket.SHUT_WR)
        first, _, rest = wire.read_to_end().partition(b"\r\n")
        fields, _, body = rest.partition(b"\r\n\r\n")
        assert first.startswith(b"HTTP/1.1 %d " % status)
        assert {b"Content-Type: application/json", b"Connection: close"} <= set(fields.split(b"\r\n"))
        assert json.loads(body)["error"]["code"] == code


def test_junk_to_head_is_answered_without_a_body(target: Deployapp) -> None:
    with Wire(target) as wire:
        wire.send(b"HEAD / HTTP/1.1\r\n" + TOO_LONG)
        answered = wire.read_to_end()
    assert answered.startswith(b"HTTP/1.1 431 ")
    assert answered.endswith(b"\r\n\r\n")


# Frames


BROKEN_FRAMES = {
    "not masked": (frame(TEXT, b"hello", mask=None), 1002),
    "a length of 2^63": (b"\x81\xff" + b"\xff" * 8 + b"abcd", 1002),
    "a length of 2^40": (b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"abcd" + b"x" * 4200, 1009),
    "too large": (frame(TEXT, b"x" * 4097), 1009),
    "reserved bits": (b"\xf1\x80abcd", 1002),
    "an unknown opcode": (frame(3, b"?"), 1002),
    "a continuation of nothing": (frame(0, b"?"), 1002),
    "a ping in parts": (frame(PING, b"?", fin=False), 1002),
    "a long ping": (frame(PING, b"x" * 126), 1002),
    "not UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "not UTF-8, in parts": (frame(TEXT, b"\xf0\x9f", fin=False) + frame(0, b"\xff"), 1007),
    "text within text": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "binary": (frame(BINARY, b"\x00\x01"), 1003),
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "a close with a code that never travels": (frame(CLOSE, (1006).to_bytes(2, "big")), 1002),
    "many parts": (frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 5000, 1008),
}


@pytest.mark.parametrize("path", ["/ws/deployment-updates", SOCKETIO], ids=["raw", "socketio"])
def test_a_broken_frame_closes_the_connection_with_its_code(target: Deployapp, path: str) -> None:
    for kind, (data, code) in BROKEN_FRAMES.items():
        with Wire(target) as wire:
            wire.open(path)
            with suppress(ConnectionError):  # the server may close before it has read everything
                wire.send(data)
            assert wire.close_code() in ({code, None} if len(data) > 4096 else {code}), kind


def test_endless_parts_of_a_message(target: Deployapp) -> None:
    with Wire(target) as wire, suppress(ConnectionError):
        wire.open()
        wire.send(frame(TEXT, b"x", fin=False))
        for _ in range(100_000):
            wire.send(frame(0, b"x", fin=False))
        pytest.fail("it reads for ever")


def test_a_length_that_never_comes(target: Deployapp) -> None:
    """The heartbeat ends it: nothing is answered meanwhile."""
    with Wire(target) as wire:
        wire.open()
        wire.send(b"\x81\xfe\x0f\xff" + b"abcd" + b"x")
        assert wire.close_code() == 1001


def test_a_flood_of_pings_is_answered_while_others_are_served(target: Deployapp) -> None:
    topic = f"default/flooded-{next(_numbers)}"
    enough = Event()

    def flood(wire: Wire) -> None:
        with suppress(ConnectionError):
            while not enough.is_set():
                wire.send(frame(PING, b"x" * 125) * 100)
                wire.socket.recv(1 << 16)

    with Wire(target) as wire, RawWebSocket(target, topics=[topic]) as tab:
        wire.open()
        flooding = Thread(target=flood, args=[wire])
        flooding.start()
        try:
            hears(tab, *[target.trigger(environment=topic.split("/")[1])["id"] for _ in range(5)])
        finally:
            enough.set()
            flooding.join()


def test_a_flood_of_pings_whose_answers_are_never_read(target: Deployapp) -> None:
    before = usage.memory(target)
    slow = usage.counter(target, "slow_closes_total")
    with Wire(target, receive_buffer=4096) as wire, suppress(ConnectionError):
        wire.open()
        while usage.counter(target, "slow_closes_total") == slow:
            wire.send(frame(PING, b"x" * 125) * 2000)
    assert usage.memory(target) < before + 16 * MIB


# Socket.IO


JUNK_PACKETS = [
    *("", "4", "40junk", "42", "42[", "42[]", '42{"a":1}', "42[null]", '420["subscribe"', "43", "431[]", "44", "45"),
    *('451-["x",{"_placeholder":true,"num":0}]', "46", "47", "49", "5", "6", "2probe", "9", "x", "\x00", "4" * 4000),
    *("42" + "[" * 3000, '42["subscribe",' + '{"a":' * 600, "40/admin,", '40{"topics":' + "[" * 2000, "41", "1"),
    *('42["connect"]', '42["disconnect"]', '4217["subscribe",null,null,null]', "0", "ü" * 1000),
]


def connected(target: Deployapp, wire: Wire) -> Wire:
    """A Socket.IO client whose connection to the namespace is answered."""
    wire.open(SOCKETIO, behind=frame(TEXT, b"40"))
    assert wire.read_packet().startswith("0{")
    assert wire.read_packet().startswith("40{")
    return wire


def outcome(wire: Wire) -> int | str | None:
    """Wait until what was sent is handled: the code of the server's close, or the answer to a subscription behind it.

    The `40` connects those again that have left the namespace.
    """
    with suppress(EOFError, ConnectionError):
        wire.send(frame(TEXT, b"40") + frame(TEXT, b'4299["subscribe",{"topics":["default/barrier"]}]'))
        while True:
            opcode, payload = wire.read_frame()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big")
            if payload.startswith(b"4399["):
                return payload.decode()
    return None


def test_junk_on_a_socket_io_websocket(target: Deployapp) -> None:
    for junk in JUNK_PACKETS:
        with Wire(target) as wire, suppress(ConnectionError):
            wire.open(SOCKETIO)
            wire.send(frame(TEXT, junk.encode()))
            wire.send(frame(CLOSE, (1000).to_bytes(2, "big")))
            wire.close_code()


def test_junk_behind_a_socket_io_connection_is_ignored_or_ends_it(target: Deployapp) -> None:
    for junk in JUNK_PACKETS:
        with Wire(target) as wire:
            connected(target, wire).send(frame(TEXT, junk.encode()))
            ended = outcome(wire)
            assert ended in (1000, 1002, 1003) or str(ended).startswith('4399[{"ok":true'), (junk, ended)
            assert "Traceback" not in target.log, junk


UNKNOWN_EVENTS = [
    *("42[{}]", "42[[1]]", "42[7]", "42[null]", '42["subscribe",1,2,3]', '42["unsubscribe",1,2]', '42["disconnect"]'),
    *('42["connect"]', '42["deployment_update",{}]', "42[]", '42"subscribe"', "42{}", '427["disconnect",1]', "42", "4"),
]


def test_events_that_are_not_known_are_ignored(target: Deployapp) -> None:
    for junk in UNKNOWN_EVENTS:
        with Wire(target) as wire:
            connected(target, wire).send(frame(TEXT, junk.encode()) * 3)
            assert outcome(wire) == '4399[{"ok":true,"topics":["default/production","default/barrier"]}]', junk
        sid = polling_session(target)
        assert poll(target, sid, b"40")[0] == 200
        assert poll(target, sid, "\x1e".join([junk] * 3).encode())[0] == 200
        assert poll(target, sid, b'429["subscribe"]')[0] == 200
        assert poll(target, sid)[1].endswith('\x1e439[{"ok":true,"topics":["default/production"]}]'), junk
        assert poll(target, sid, b"1")[0] == 200
        assert "Traceback" not in target.log, junk


BINARY_EVENTS = [
    '459999999999-["x",{"_placeholder":true,"num":0}]',
    "461-7[]",
    "45",
    '4"51-[]"',  # JSON's text of one
    "4 5",  # the bare number
    "\N{ARABIC-INDIC DIGIT FOUR}51-[]",
    "4\N{ARABIC-INDIC DIGIT FIVE}1-[]",
]


def test_binary_events_are_refused_as_nothing_would_end_their_attachments(target: Deployapp) -> None:
    for packet in BINARY_EVENTS:
        with Wire(target) as wire:
            connected(target, wire).send(frame(TEXT, packet.encode()))
            assert outcome(wire) == 1003, packet
        sid = polling_session(target)
        assert poll(target, sid, b"40")[0] == 200
        assert poll(target, sid, f"{packet}\x1e4attachment\x1e40".encode())[0] == 200
        assert poll(target, sid)[0] == 400, packet


def test_a_flood_of_socket_io_messages(target: Deployapp) -> None:
    """Handled one after the other; who sends faster than that is closed."""
    with Wire(target) as wire:
        wire.open(SOCKETIO)
        wire.send(frame(TEXT, b"40"))
        with suppress(ConnectionError):
            wire.send(frame(TEXT, b'421["subscribe",{"topics":["default/flood"]}]') * 3000)
        assert wire.close_code() in (1008, None)


def poll(target: Deployapp, sid: str | None = None, body: bytes | None = None) -> tuple[int, str]:
    path = POLLING + (f"&sid={sid}" if sid else "")
    done = target.request("GET" if body is None else "POST", path, data=body)
    return done.status_code, done.text


def polling_session(target: Deployapp) -> str:
    status, text = poll(target)
    assert status == 200
    return str(json.loads(text[1:])["sid"])


def test_junk_on_socket_io_polling(target: Deployapp) -> None:
    for junk in [*JUNK_PACKETS, "b", "bAAEC", "b!", "\x1e" * 20, "4" * 5000, "\x1e".join(["42[]"] * 100)]:
        poll_junk(target, junk)
        poll_junk(target, junk, behind=b"40")
    assert poll(target, "no-such-session")[0] == 400
    assert poll(target, "no-such-session", b"40")[0] == 400


def poll_junk(target: Deployapp, junk: str, behind: bytes | None = None) -> None:
    sid = polling_session(target)
    if behind:
        assert poll(target, sid, behind)[0] == 200
        assert "40{" in poll(target, sid)[1]
    status, _ = poll(target, sid, junk.encode())
    assert status in (200, 400), junk
    poll(target, sid, b"1")


NO_UPGRADES = {
    "junk": frame(TEXT, b"junk"),
    "binary": frame(BINARY, b"2probe"),
    "at once": frame(TEXT, b"5"),
    "twice": frame(TEXT, b"2probe") * 2,
    "pong": frame(TEXT, b"3"),
}


def test_a_client_that_posts_into_the_session_it_has_closed(target: Deployapp) -> None:
    sid = polling_session(target)
    assert [poll(target, sid, packet)[0] for packet in (b"1", b"40")] == [200, 400]


def test_junk_for_an_upgrade_leaves_the_client_polling(target: Deployapp) -> None:
    for kind, junk in NO_UPGRADES.items():
        sid = polling_session(target)
        with Wire(target) as wire:
            wire.open(f"{SOCKETIO}&sid={sid}")
            wire.send(junk)
            assert wire.close_code() in (1002, 1003), kind
        assert poll(target, sid, b"40")[0] == 200
        assert "40{" in poll(target, sid)[1]
        assert poll(target, sid, b"1")[0] == 200


def test_a_probe_that_goes_silent_is_closed_and_the_client_polls_on(target: Deployapp) -> None:
    sid = polling_session(target)
    with Wire(target) as wire:
        wire.open(f"{SOCKETIO}&sid={sid}", behind=frame(TEXT, b"2probe"))
        assert wire.read_text() == "3probe"
        assert wire.close_code() == 1001
    assert poll(target, sid, b"40")[0] == 200
    assert poll(target, sid, b"1")[0] == 200


def test_one_upgrade_at_a_time_and_none_after_it(target: Deployapp) -> None:
    sid = polling_session(target)
    with Wire(target) as first:
        first.open(f"{SOCKETIO}&sid={sid}", behind=frame(TEXT, b"2probe"))
        assert first.read_text() == "3probe"
        assert answer(target, head(f"{SOCKETIO}&sid={sid}"))[0] == 400
        first.send(frame(TEXT, b"5") + frame(TEXT, b"40"))
        assert first.read_packet().startswith("40{")
        assert answer(target, head(f"{SOCKETIO}&sid={sid}"))[0] == 400
        first.send(frame(TEXT, b"5"))  # means nothing any more, or ends it


def test_junk_behind_an_upgrade(target: Deployapp) -> None:
    for junk in JUNK_PACKETS:
        sid = polling_session(target)
        with Wire(target) as wire, suppress(ConnectionError):
            wire.open(f"{SOCKETIO}&sid={sid}", behind=frame(TEXT, b"2probe") + frame(TEXT, b"5"))
            wire.send(frame(TEXT, junk.encode()) + frame(CLOSE, (1000).to_bytes(2, "big")))
            wire.close_code()


def test_a_session_that_never_polls_again_is_forgotten(target: Deployapp) -> None:
    sid = polling_session(target)
    assert poll(target, sid, b"40")[0] == 200
    assert poll(target, sid, b"1")[0] == 200  # the fixture waits until nothing of it is left


# While events flow


@pytest.fixture
def events_flow(target: Deployapp) -> Iterator[Callable[[], int]]:
    """Deployments one after the other on the default topic; called, it tells how many there were."""
    enough = Event()
    made: list[object] = []

    def deploy() -> None:
        while not enough.is_set():
            made.append(target.trigger(notes="x" * 3000))

    deploying = Thread(target=deploy)
    deploying.start()
    yield lambda: len(made)
    enough.set()
    deploying.join()


@pytest.mark.parametrize("rudely", [False, True], ids=["close", "reset"])
def test_leaving_during_broadcasts(target: Deployapp, events_flow: Callable[[], int], rudely: bool) -> None:
    with RawWebSocket(target) as witness:
        for path in ("/ws/deployment-updates", "/sse/deployment-updates", SOCKETIO):
            for _ in range(100):
                with Wire(target) as wire:
                    wire.send(head(path))
                    if path == SOCKETIO:
                        wire.send(frame(TEXT, b"40"))
                    wire.read_until(b"\r\n\r\n")
                    if rudely:
                        wire.reset()
        heard = [event["id"] for event in witness.heard]
    assert heard == sorted(set(heard))
    assert events_flow() > 1


def test_a_poll_that_is_reset_while_it_waits(target: Deployapp) -> None:
    sid = polling_session(target)
    assert poll(target, sid, b"40")[0] == 200
    assert poll(target, sid)[0] == 200
    with Wire(target) as wire:
        wire.send(f"GET {POLLING}&sid={sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wire.reset()
    target.trigger()
    assert poll(target, sid, b"1")[0] == 200


def test_two_thousand_connects_and_disconnects(target: Deployapp, events_flow: Callable[[], int]) -> None:
    memory = None
    paths = ["/ws/deployment-updates", "/sse/deployment-updates?last_event_id=0", SOCKETIO, "/ws/deployment-updates"]
    for batch in range(40):
        with ExitStack() as stack:
            wires = [stack.enter_context(Wire(target)) for _ in range(50)]
            for number, wire in enumerate(wires):
                wire.send(head(paths[number % 4]))
                if paths[number % 4] == SOCKETIO:
                    wire.send(frame(TEXT, b"40"))
            for wire in wires:
                wire.read_until(b"\r\n\r\n")
        if batch == 10:
            memory = usage.memory(target)
    assert memory is not None
    assert usage.memory(target) < memory + 8 * MIB
    assert events_flow() > 1


# Time


@pytest.fixture
def hurried(make_server: Callable[..., Deployapp]) -> Deployapp:
    return make_server(REQUEST_TIMEOUT="1").start()


def test_a_client_that_is_slow_to_ask_is_closed_however_it_spreads_its_bytes(hurried: Deployapp) -> None:
    with ExitStack() as stack:
        dripping = [stack.enter_context(Wire(hurried)) for _ in range(20)]
        silent = stack.enter_context(Wire(hurried))
        began = time.monotonic()
        for byte in head() * 2:
            try:
                for wire in dripping:
                    wire.send(bytes([byte]))
            except ConnectionError:
                break
            silent.socket.settimeout(0.05)
            with suppress(TimeoutError):
                assert silent.read_to_end() == b""
        else:
            pytest.fail("it was given all the time it wanted")
        assert time.monotonic() - began < 10
    with RawWebSocket(hurried) as tab:
        hears(tab, hurried.trigger()["id"])


def test_what_was_sent_right_behind_the_handshake_is_not_lost(target: Deployapp) -> None:
    with Wire(target) as wire:
        wire.open("/ws/deployment-updates?hello=1", behind=frame(TEXT, b'{"type":"ping"}') + frame(PING, b"7"))
        assert json.loads(wire.read_text())["type"] == "hello"
        assert json.loads(wire.read_text()) == {"type": "pong"}
        assert wire.read_frame() == (PONG, b"7")
    with Wire(target) as wire:
        wire.open(SOCKETIO, behind=frame(TEXT, b"40"))
        assert wire.read_packet().startswith("0{")
        assert wire.read_packet().startswith("40{")

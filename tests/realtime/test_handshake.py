"""The opening handshake against the `websockets` library's own client side."""

from typing import Any

import pytest
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from deployapp.realtime import handshake


def environ(**changes: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def test_another_library_accepts_the_answer() -> None:
    for _ in range(50):  # each with a key of its own
        client = ClientProtocol(parse_uri("ws://localhost/"))
        request = client.connect()
        client.send_request(request)
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.raw_items()}
        client.receive_data(handshake.accept({"REQUEST_METHOD": "GET", **headers}))
        assert client.state is State.OPEN
        assert client.handshake_exc is None


def test_the_example_of_the_rfc() -> None:
    """RFC 6455, section 1.3."""
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in handshake.accept(environ())


def test_the_tokens_may_be_lists_in_any_case() -> None:
    assert handshake.accept(environ(HTTP_CONNECTION="keep-alive, UPGRADE", HTTP_UPGRADE="WebSocket"))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"HTTP_UPGRADE": None}, "426"),
        ({"HTTP_UPGRADE": "websocketish"}, "426"),
        ({"HTTP_SEC_WEBSOCKET_VERSION": "7"}, "426"),
        ({"HTTP_SEC_WEBSOCKET_VERSION": None}, "426"),
        ({"REQUEST_METHOD": "POST"}, "400"),
        ({"HTTP_CONNECTION": "close"}, "400"),
        ({"HTTP_SEC_WEBSOCKET_KEY": None}, "400"),
        ({"HTTP_SEC_WEBSOCKET_KEY": "c2hvcnQ="}, "400"),
        ({"HTTP_SEC_WEBSOCKET_KEY": "ü" * 24}, "400"),
    ],
    ids=str,
)
def test_what_is_no_handshake_is_refused(changes: dict[str, str | None], status: str) -> None:
    with pytest.raises(handshake.BadHandshake) as refusal:
        handshake.accept(environ(**changes))
    assert refusal.value.status.startswith(status)


@pytest.mark.parametrize(
    ("origin", "allowed", "may"),
    [
        ("https://a.example", ("*",), True),
        ("https://a.example", ("https://a.example",), True),
        ("https://b.example", ("https://a.example",), False),
        ("null", ("https://a.example",), False),
        (None, ("https://a.example",), True),
    ],
)
def test_origins(origin: str | None, allowed: tuple[str, ...], may: bool) -> None:
    assert handshake.origin_allowed(environ(HTTP_ORIGIN=origin), allowed) is may

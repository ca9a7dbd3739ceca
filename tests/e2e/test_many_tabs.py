"""More tabs than stock Flask-SocketIO on eventlet can hold, in one process: it ends at 1,024."""

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

import pytest

from tests.deployapp_process import Deployapp

TABS = 1500
HANDSHAKE = (
    b"GET /ws/deployment-updates HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, PING = 0x81, 0x89


@pytest.fixture
def descriptors() -> Iterator[None]:
    """As many as are allowed, here and in the server that this process starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("descriptors")
def test_all_are_told(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(HEARTBEAT_INTERVAL="600").start()  # these tabs answer none
    with ExitStack() as stack:
        tabs = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 30)) for _ in range(TABS)]
        for tab in tabs:
            tab.sendall(HANDSHAKE)
        files = [stack.enter_context(tab.makefile("rb")) for tab in tabs]
        for file in files:
            assert file.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
            while file.readline() != b"\r\n":
                continue
        server.trigger(version="1.0")
        for file in files:
            kind, event = PING, b""
            while kind == PING:
                kind, event = frame(file)
            assert kind == TEXT
            assert b'"version":"1.0"' in event


def frame(file: BinaryIO) -> tuple[int, bytes]:
    """The next frame's first byte and payload (RFC 6455, section 5.2; up to 64 KiB)."""
    kind, size = file.read(2)
    return kind, file.read(int.from_bytes(file.read(2)) if size == 126 else size)

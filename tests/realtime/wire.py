"""Bare bytes on bare sockets: what no library would send."""

import base64
import os
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Self

from tests.deployapp_process import Deployapp
from tests.waiting import PATIENCE, eventually

SOCKETIO_WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HEARTBEATS = (PING, b""), (TEXT, b"2")


def head(path: str = "/ws/deployment-updates", **headers: str) -> bytes:
    """The head of an opening handshake; `headers` (`_` for `-`) are added or replaced, an empty one is left out."""
    fields = {
        "Host": "localhost",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


def frame(opcode: int, payload: bytes = b"", fin: bool = True, mask: bytes | None = b"abcd") -> bytes:
    """A client's frame; without a mask it breaks RFC 6455, section 5.1."""
    first = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if mask else 0
    if len(payload) <= 125:
        size = bytes([bit | len(payload)])
    elif len(payload) < 1 << 16:
        size = struct.pack("!BH", bit | 126, len(payload))
    else:
        size = struct.pack("!BQ", bit | 127, len(payload))
    if mask is None:
        return first + size + payload
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return first + size + mask + masked


class Wire:
    """A TCP connection to the server. Use as a context manager."""

    def __init__(self, server: Deployapp, receive_buffer: int | None = None) -> None:
        self._server = server
        self._receive_buffer = receive_buffer
        self.buffer = b""

    def __enter__(self) -> Self:
        self.socket = socket.socket()
        if self._receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", self._server.port))
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def open(self, path: str = "/ws/deployment-updates", behind: bytes = b"") -> Self:
        """Do the handshake, with `behind` in the same segment."""
        self.send(head(path) + behind)
        answer = self.read_until(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        return self

    def read_until(self, end: bytes) -> bytes:
        """Up to and with `end`; raises `EOFError` if the server closes before."""
        while end not in self.buffer:
            self._more()
        found, _, self.buffer = self.buffer.partition(end)
        return found + end

    def read(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def read_frame(self) -> tuple[int, bytes]:
        """The server's next frame: opcode and payload."""
        first, size = self.read(2)
        assert first & 0x80, "the server sends whole frames"
        assert size < 0x80, "the server does not mask"
        if size == 126:
            size = int.from_bytes(self.read(2), "big")
        elif size == 127:
            size = int.from_bytes(self.read(8), "big")
        return first & 0x0F, self.read(size)

    def read_text(self) -> str:
        """The server's next text message; its pings are skipped."""
        opcode, payload = self.read_frame()
        while opcode == PING:
            opcode, payload = self.read_frame()
        assert opcode == TEXT, (opcode, payload)
        return payload.decode()

    def read_past_heartbeats(self) -> tuple[int, bytes]:
        """The server's next frame that is no heartbeat of WebSocket or Engine.IO; those may come at any time."""
        while (found := self.read_frame()) in HEARTBEATS:
            pass
        return found

    def read_packet(self) -> str:
        """The server's next Engine.IO packet over WebSocket."""
        opcode, payload = self.read_past_heartbeats()
        assert opcode == TEXT, (opcode, payload)
        return payload.decode()

    def close_code(self) -> int | None:
        """Read on until the server closes; the code that it gave, None for none."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except (EOFError, ConnectionError):
            return None

    def read_to_end(self) -> bytes:
        """Everything until the server closes, by whatever means."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError):
            return self.buffer

    def reset(self) -> None:
        """Vanish: the peer gets a RST instead of a goodbye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data


def when_readable(wires: Sequence[Wire]) -> list[float]:
    """Wait until each has something to read; answers when it came."""
    moments: dict[int, float] = {}

    def look() -> bool:
        for number, wire in enumerate(wires):
            if number not in moments and readable(wire):
                moments[number] = when_it_came(wire)
        return len(moments) == len(wires)

    eventually(look)
    return [moments[number] for number in range(len(wires))]


def readable(wire: Wire) -> bool:
    return bool(wire.buffer) or bool(select.select([wire.socket], [], [], 0)[0])


def when_it_came(wire: Wire) -> float:
    """When the last bytes came (`monotonic`), by the kernel: a test that is held up sees them later."""
    ago: int = struct.unpack_from("I", wire.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 56), 52)[0]
    return time.monotonic() - ago / 1000  # struct tcp_info, tcpi_last_data_recv, in milliseconds


def answer(server: Deployapp, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read the HTTP answer to them: status, headers in lower case, body."""
    with Wire(server) as wire:
        wire.send(request)
        status, *lines = wire.read_until(b"\r\n\r\n").decode().rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = wire.read(int(headers.get("content-length", 0)))
        return int(status.split()[1]), headers, body

"""WebSocket frames (RFC 6455, section 5): encoding the server's, reading the client's.

A server frame is not masked, so one encoded frame serves everybody. What a waiting tab sends is nearly always one
whole frame (a pong, a subscription): that is read here at once; everything else is left to wsproto.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed

TEXT, BINARY, CLOSE, PING, PONG = (
    int(opcode) for opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CLOSE, Opcode.PING, Opcode.PONG)
)
_SHORT = 125
_WHOLE = {0x80 | opcode: opcode for opcode in (TEXT, BINARY, PING, PONG)}


class Refused(Exception):
    """The client broke the protocol or a limit; the connection is closed with `code` (RFC 6455, section 7.4)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """One whole message or control frame; `data` is text for TEXT, bytes otherwise (a close's code first)."""

    opcode: int
    data: str | bytes


def encode(opcode: int, payload: bytes) -> bytes:
    """One whole frame from the server."""
    size = len(payload)
    if size <= _SHORT:
        head = bytes((0x80 | opcode, size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big")
    return head + payload


def encode_text(text: str) -> bytes:
    return encode(TEXT, text.encode())


def encode_close(code: int, reason: str = "") -> bytes:
    """The reason is cut to what fits a control frame, between characters."""
    fitting = reason.encode()[: _SHORT - 2].decode(errors="ignore").encode()
    return encode(CLOSE, code.to_bytes(2, "big") + fitting)


PING_FRAME = encode(PING, b"")


def read_whole(data: bytes, limit: int) -> Message | None:
    """The message if `data` is exactly one whole, masked data, ping or pong frame of at most `limit` bytes; else None.

    Raises `Refused` (1007) for text that is not UTF-8.
    """
    if len(data) < 6 or (opcode := _WHOLE.get(data[0])) is None:
        return None
    start = 6
    size = data[1] - 0x80
    if size == 126 and opcode in (TEXT, BINARY):
        start, size = 8, int.from_bytes(data[2:4], "big")
        if not _SHORT < size <= limit:
            return None
    elif not 0 <= size <= _SHORT:
        return None
    if len(data) != start + size:
        return None
    payload = _unmask(data[start - 4 : start], data[start:])
    if opcode != TEXT:
        return Message(opcode, payload)
    try:
        return Message(TEXT, payload.decode())
    except UnicodeDecodeError:
        raise Refused(CloseReason.INVALID_FRAME_PAYLOAD_DATA, "not UTF-8") from None


def _unmask(mask: bytes, payload: bytes) -> bytes:
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


class Reader:
    """Reads whatever a client may send, piece by piece. Messages above `limit` bytes are refused."""

    __slots__ = ("_limit", "_parts", "_protocol", "_size")

    def __init__(self, limit: int) -> None:
        self._protocol = FrameProtocol(client=False, extensions=[])
        self._limit = limit
        self._parts: list[str | bytes] = []
        self._size = 0

    @property
    def idle(self) -> bool:
        """Whether it stands between two messages, and nothing of the next has come: another can take its place."""
        decoder = self._protocol._frame_decoder  # wsproto, which is pinned, does not tell by itself
        return not self._parts and decoder.header is None and not len(decoder.buffer)

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes. Raises `Refused`."""
        self._protocol.receive_bytes(data)
        try:
            for frame in self._protocol.received_frames():
                if frame.opcode is Opcode.CLOSE:
                    code, _ = cast("tuple[int, str]", frame.payload)
                    yield Message(CLOSE, int(code).to_bytes(2, "big"))
                elif frame.opcode.iscontrol():
                    yield Message(int(frame.opcode), bytes(cast("bytes", frame.payload)))
                elif (
                    whole := self._add(
                        cast("str | bytes", frame.payload), frame.frame_finished and frame.message_finished
                    )
                ) is not None:
                    yield Message(TEXT if isinstance(whole, str) else BINARY, whole)
        except ParseFailed as error:
            raise Refused(error.code, str(error)) from None

    def _add(self, part: str | bytes, finished: bool) -> str | bytes | None:
        part = part if isinstance(part, str) else bytes(part)
        self._parts.append(part)
        self._size += len(part.encode() if isinstance(part, str) else part)
        if self._size > self._limit:
            raise Refused(CloseReason.MESSAGE_TOO_BIG, f"more than {self._limit} bytes")
        if len(self._parts) > self._limit:
            raise Refused(CloseReason.POLICY_VIOLATION, "too many fragments")
        if not finished:
            return None
        parts, self._parts, self._size = self._parts, [], 0
        empty = "" if isinstance(part, str) else b""
        return empty.join(parts)  # type: ignore[arg-type]  # all of one kind: RFC 6455 continues a message in its own

"""Frames against an independent implementation of RFC 6455: the sans-I/O core of the `websockets` library."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from deployapp.realtime import frames
from tests.realtime.wire import frame as client_frame

LIMIT = 4096
NO_CODE = (1005).to_bytes(2, "big")  # what a close without a code means: RFC 6455, section 7.1.5

texts = st.text(st.characters(codec="utf-8"), max_size=300)
masks = st.binary(min_size=4, max_size=4)
chunk_sizes = st.lists(st.integers(1, 200), min_size=1, max_size=20)


def parse(data: bytes, mask: bool) -> list[Frame]:
    """The frames in `data`, read by the other library."""
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found = []
    while not _finished(reader.at_eof()):
        found.append(_finished(Frame.parse(reader.read_exact, mask=mask, max_size=1 << 20)))
    return found


def _finished(steps: object) -> object:
    """Run a sans-I/O coroutine that has all its data."""
    try:
        while True:
            next(steps)  # type: ignore[call-overload]
    except StopIteration as end:
        return end.value


def chunks(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """`data` in pieces of these sizes, which repeat."""
    pieces, start, turn = [], 0, 0
    while start < len(data):
        pieces.append(data[start : start + sizes[turn % len(sizes)]])
        start += sizes[turn % len(sizes)]
        turn += 1
    return pieces


def fed(reader: frames.Reader, pieces: Sequence[bytes]) -> list[frames.Message]:
    return [message for piece in pieces for message in reader.feed(piece)]


# What the server sends


@given(st.sampled_from([frames.TEXT, frames.BINARY, frames.PING, frames.PONG]), st.binary(max_size=125))
def test_a_short_frame_is_read_back(opcode: int, payload: bytes) -> None:
    assert parse(frames.encode(opcode, payload), mask=False) == [Frame(Opcode(opcode), payload)]


@given(st.sampled_from([0, 125, 126, 127, 128, 65535, 65536, 70000]), st.binary(min_size=1, max_size=4))
def test_a_frame_of_any_length_is_read_back(size: int, seed: bytes) -> None:
    payload = (seed * size)[:size]
    encoded = frames.encode(frames.BINARY, payload)
    assert parse(encoded, mask=False) == [Frame(Opcode.BINARY, payload)]
    assert encoded == Frame(Opcode.BINARY, payload).serialize(mask=False), "in the shortest form"


@given(texts)
def test_text_is_read_back(text: str) -> None:
    assert parse(frames.encode_text(text), mask=False) == [Frame(Opcode.TEXT, text.encode())]


@given(st.sampled_from([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013]), texts)
def test_a_close_frame_is_read_back_whatever_its_reason(code: int, reason: str) -> None:
    (read,) = parse(frames.encode_close(code, reason), mask=False)
    assert read.opcode is Opcode.CLOSE
    assert len(read.data) <= 125
    assert int.from_bytes(read.data[:2], "big") == code
    assert reason.startswith(read.data[2:].decode()), "cut between characters"


# What a client sends, whole and short


@given(texts, masks)
def test_a_whole_text_frame_is_read_at_once(text: str, mask: bytes) -> None:
    data = client_frame(frames.TEXT, text.encode(), mask=mask)
    read = frames.read_whole(data, LIMIT)
    assert read == (frames.TEXT, text)


@given(st.sampled_from([frames.BINARY, frames.PING, frames.PONG]), st.binary(max_size=125), masks)
def test_a_whole_binary_or_control_frame_is_read_at_once(opcode: int, payload: bytes, mask: bytes) -> None:
    assert frames.read_whole(client_frame(opcode, payload, mask=mask), LIMIT) == (opcode, payload)


@given(st.binary(max_size=300))
def test_whatever_is_read_at_once_the_other_library_reads_alike(data: bytes) -> None:
    read, code = None, None
    try:
        read = frames.read_whole(data, LIMIT)
    except frames.Refused as refusal:
        code = refusal.code
    assert code in (None, 1007)
    if read is not None:
        (expected,) = parse(data, mask=True)
        assert expected.fin
        assert int(expected.opcode) == read.opcode
        assert expected.data == (read.data.encode() if isinstance(read.data, str) else read.data)


@given(st.binary(min_size=1, max_size=125), masks)
def test_what_is_not_exactly_one_whole_frame_is_left_to_the_reader(payload: bytes, mask: bytes) -> None:
    data = client_frame(frames.BINARY, payload, mask=mask)
    for other in (
        data[:-1],
        data + b"\x81",
        client_frame(frames.BINARY, payload, mask=None),
        client_frame(frames.BINARY, payload, mask=mask, fin=False),
        bytes([data[0] | 0x40]) + data[1:],
        client_frame(frames.CLOSE, b"\x03\xe8", mask=mask),
        client_frame(frames.BINARY, b"x" * (LIMIT + 1), mask=mask),
        client_frame(frames.PING, b"x" * 126, mask=mask),
    ):
        assert frames.read_whole(other, LIMIT) is None


def test_text_that_is_not_utf8_is_refused_at_once() -> None:
    with pytest.raises(frames.Refused) as refusal:
        frames.read_whole(client_frame(frames.TEXT, b"\xff"), LIMIT)
    assert refusal.value.code == 1007


# What a client sends, in any pieces


@st.composite
def conversations(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, str | bytes]]]:
    """Messages in parts, with control frames in between: the bytes, and the messages in the order they are whole."""
    data, expected = b"", []
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.booleans())
        payload = draw(texts).encode() if text else draw(st.binary(max_size=600))
        cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=4)))
        parts = [payload[start:end] for start, end in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
        for number, part in enumerate(parts):
            opcode = (frames.TEXT if text else frames.BINARY) if number == 0 else 0
            data += client_frame(opcode, part, fin=number == len(parts) - 1, mask=draw(masks))
            if number < len(parts) - 1 and draw(st.booleans()):
                control = draw(st.sampled_from([frames.PING, frames.PONG]))
                body = draw(st.binary(max_size=125))
                data += client_frame(control, body, mask=draw(masks))
                expected.append((control, body))
        expected.append((frames.TEXT, payload.decode()) if text else (frames.BINARY, payload))
    return data, expected


@given(conversations(), chunk_sizes)
def test_messages_are_put_together_from_any_parts_and_pieces(
    conversation: tuple[bytes, list[tuple[int, str | bytes]]], sizes: list[int]
) -> None:
    data, expected = conversation
    assert fed(frames.Reader(LIMIT), chunks(data, sizes)) == expected


@given(conversations(), chunk_sizes)
def test_a_reader_with_nothing_left_to_remember_says_so(
    conversation: tuple[bytes, list[tuple[int, str | bytes]]], sizes: list[int]
) -> None:
    data, _ = conversation
    reader = frames.Reader(LIMIT)
    fed(reader, chunks(data, sizes))
    assert reader.idle
    fed(reader, [client_frame(frames.TEXT, b"begun", fin=False)])
    assert not reader.idle
    fed(reader, [client_frame(0, b"ended"), b"\x81"])
    assert not reader.idle


@st.composite
def nearly_conversations(draw: st.DrawFn) -> bytes:
    """A conversation with one byte changed."""
    data, _ = draw(conversations())
    place = draw(st.integers(0, len(data) - 1))
    return data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]


@given(st.one_of(st.binary(max_size=400), nearly_conversations()), chunk_sizes)
def test_any_bytes_are_read_or_refused_as_the_other_library_does(data: bytes, sizes: list[int]) -> None:
    """What the other library rejects is refused, up to a close frame; of what neither does, both read the same.

    A mistake in a frame's first two bytes is refused by the time its head is whole, which can be twelve bytes later.
    """
    reader = frames.Reader(LIMIT)
    read: list[frames.Message] = []
    code = None
    try:
        for piece in chunks(data, sizes):
            read += reader.feed(piece)
    except frames.Refused as refusal:
        code = refusal.code
    assert code in (None, 1002, 1007, 1008, 1009)
    refused = code is not None
    theirs = StreamReader()
    theirs.feed_data(data)
    theirs.feed_eof()
    whole: list[Frame] = []
    try:
        while not _finished(theirs.at_eof()):
            whole.append(_finished(Frame.parse(theirs.read_exact, mask=True)))
    except EOFError:
        pass  # the rest would come later
    except ProtocolError:
        if not refused and frames.CLOSE not in [message.opcode for message in read]:
            with pytest.raises(frames.Refused):
                fed(reader, [bytes(12)])
        return
    if not refused:
        expected = _messages(whole)
        assert read == expected[: len(read)]
        assert len(read) == len(expected) or read[-1].opcode == frames.CLOSE


def _messages(whole: list[Frame]) -> list[tuple[int, str | bytes]]:
    """What the frames mean, once they are known to follow the rules."""
    messages: list[tuple[int, str | bytes]] = []
    opcode, parts = 0, b""
    for one in whole:
        if one.opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
            data = bytes(one.data)
            messages.append((int(one.opcode), (data[:2] or NO_CODE) if one.opcode is Opcode.CLOSE else data))
            continue
        opcode = int(one.opcode) or opcode
        parts += one.data
        if one.fin:
            messages.append((opcode, parts.decode() if opcode == frames.TEXT else parts))
            opcode, parts = 0, b""
    return messages


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 3000, 4999])
def test_a_close_frame_tells_its_code(code: int) -> None:
    data = client_frame(frames.CLOSE, code.to_bytes(2, "big") + "bis später".encode())
    assert fed(frames.Reader(LIMIT), [data]) == [(frames.CLOSE, code.to_bytes(2, "big"))]


@pytest.mark.parametrize("code", [0, 999, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
def test_a_close_code_that_must_not_travel_is_refused(code: int) -> None:
    with pytest.raises(frames.Refused) as refusal:
        fed(frames.Reader(LIMIT), [client_frame(frames.CLOSE, code.to_bytes(2, "big"))])
    assert refusal.value.code == 1002


@given(st.integers(LIMIT + 1, 3 * LIMIT), st.integers(1, 64))
def test_a_message_above_the_limit_is_refused_however_it_is_cut(size: int, parts: int) -> None:
    step = -(-size // parts)
    pieces = [b"x" * min(step, size - start) for start in range(0, size, step)]
    sent = [client_frame(frames.TEXT if n == 0 else 0, piece, fin=False) for n, piece in enumerate(pieces)]
    with pytest.raises(frames.Refused) as refusal:
        fed(frames.Reader(LIMIT), sent)
    assert refusal.value.code == 1009


def test_a_message_at_the_limit_is_read() -> None:
    data = client_frame(frames.TEXT, b"x" * LIMIT)
    assert fed(frames.Reader(LIMIT), [data]) == [(frames.TEXT, "x" * LIMIT)]

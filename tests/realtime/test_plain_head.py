"""What is read of a plain head at once is what the standard library reads in it, its oracle here."""

import io
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployapp.realtime import plain_head

LINE = b"GET /ws/deployment-updates?last_event_id=7&environment=production HTTP/1.1\r\n"
FIREFOX = (
    b"Host: example.com\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    b"Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    b"Sec-WebSocket-Version: 13\r\nOrigin: https://example.com\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-Fetch-Dest: empty\r\nUpgrade: websocket\r\n\r\n"
)


class Library(BaseHTTPRequestHandler):
    """The standard library's reading of a head; `error` is its status if it refuses it."""

    protocol_version = "HTTP/1.1"
    error: int | None = None

    def __init__(self, line: bytes, following: bytes) -> None:
        self.raw_requestline, self.rfile = line, io.BufferedReader(io.BytesIO(following))  # type: ignore[arg-type]
        self.read = self.parse_request()

    def send_error(self, code: int, *_: Any) -> None:
        self.error = code


def check(line: bytes, following: bytes) -> bool:
    """Whether it was read; if so, as the library reads it."""
    path, fields = plain_head.read_path(line), plain_head.read_fields(following)
    if path is None or fields is None:
        return False
    library = Library(line, following)
    assert library.read, library.error
    assert (library.command, library.path, library.request_version) == ("GET", path, "HTTP/1.1")
    assert library.headers.items() == fields.pairs
    assert library.rfile.read() == following[fields.size :]
    return True


def test_a_browsers_head_is_read_whatever_follows() -> None:
    assert check(LINE, FIREFOX)
    assert check(LINE, FIREFOX + b"\x81\x82\0\0\0\x0040")
    assert check(LINE, FIREFOX + b"GET / HTTP/1.1\r\n\r\n")
    assert check(LINE, b"X: y\r\n" * 87 + FIREFOX), "the library reads 99 fields"


names = st.sampled_from([b"Upgrade", b"upgrade", b"Host", b"X-A", b"x_b", b"Connection", b"Cookie", b"Expect", b"~"])
pieces = st.sampled_from([b":", b" ", b"\t", b"\r\n", b"\n", b"\r", b"a", b"Upgrade", b"\x00", b"\xff", b"\x0b", b","])
values = st.lists(pieces, max_size=4).map(b"".join)
fields = st.lists(st.tuples(names, st.just(b":"), values, st.sampled_from([b"\r\n"] * 9 + [b"\n", b""])), max_size=5)
paths = st.sampled_from(
    [b"/", b"/a?b=c#d", b"//a", b"//", b"/%20", b"*", b"", b"/\xff", b"/a b", b"http://a/b", b"/a//b"]
)


@given(paths, fields, st.sampled_from([b"\r\n", b"\n", b""]), values)
def test_what_is_read_is_what_the_library_reads(
    path: bytes, fields: list[tuple[bytes, ...]], end: bytes, rest: bytes
) -> None:
    block = b"".join(b"".join(field) for field in fields)
    check(b"GET " + path + b" HTTP/1.1\r\n", b"Upgrade: websocket\r\n" + block + end + rest)


@given(st.binary(max_size=40), st.integers(0, len(FIREFOX)))
def test_a_damaged_head_is_read_as_the_library_reads_it_or_not_at_all(junk: bytes, at: int) -> None:
    check(LINE, FIREFOX[:at] + junk + FIREFOX[at:])
    check(LINE, FIREFOX[:at] + junk + FIREFOX[at + len(junk) :])


@pytest.mark.parametrize(
    ("line", "following"),
    [
        (LINE, FIREFOX[:-2]),  # not whole yet
        (LINE, FIREFOX.replace(b"\r\n\r\n", b"\r\n folded\r\n\r\n")),
        (LINE, b"Content-Length: 3\r\n" + FIREFOX),
        (LINE, b"Transfer-Encoding: chunked\r\n" + FIREFOX),
        (LINE, b"Expect: 100-continue\r\n" + FIREFOX),
        (LINE, b"X: y\r\n" * 88 + FIREFOX),
        (LINE, b"No value\r\n" + FIREFOX),
        (LINE.replace(b"GET", b"POST"), FIREFOX),
        (LINE.replace(b"1.1", b"1.0"), FIREFOX),
        (LINE.replace(b"/ws", b"//ws"), FIREFOX),
        (b"GET /\r\n", FIREFOX),
    ],
)
def test_what_is_not_plain_is_left_to_the_library(line: bytes, following: bytes) -> None:
    assert plain_head.read_path(line) is None or plain_head.read_fields(following) is None

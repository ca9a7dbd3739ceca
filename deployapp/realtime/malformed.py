"""The answer to what is not proper HTTP, in the one error shape (docs/protocol.md). Pure; closes nothing itself."""

import json
from http import HTTPStatus

_ERRORS = {
    400: ("bad_request", "This is not proper HTTP."),
    414: ("uri_too_long", "The request line is too long."),
    431: ("headers_too_large", "The headers are too many or too large."),
    505: ("http_version_not_supported", "HTTP/1.1 is spoken here."),
}


def answer(status: int, *, with_body: bool = True) -> bytes:
    """A whole answer, after which the connection is to be closed. Repeats nothing that the client sent."""
    phrase = HTTPStatus(status).phrase
    code, message = _ERRORS.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")

"""The opening handshake of RFC 6455, section 4.2, and the Origin check, on a WSGI environ."""

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
VERSION = "13"


class BadHandshake(Exception):
    """Not a proper opening handshake; `status` is the HTTP status to answer with."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def accept(environ: Mapping[str, Any]) -> bytes:
    """The server's half of the handshake. Raises `BadHandshake`."""
    if "websocket" not in _tokens(environ.get("HTTP_UPGRADE", "")):
        raise BadHandshake("426 Upgrade Required", "upgrade_required", "This address speaks WebSocket.")
    if environ["REQUEST_METHOD"] != "GET" or "upgrade" not in _tokens(environ.get("HTTP_CONNECTION", "")):
        raise BadHandshake("400 Bad Request", "bad_handshake", "Not a WebSocket handshake.")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != VERSION:
        raise BadHandshake("426 Upgrade Required", "upgrade_required", f"WebSocket version {VERSION} is spoken here.")
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip()
    if not _is_key(key):
        raise BadHandshake("400 Bad Request", "bad_handshake", "Sec-WebSocket-Key is not 16 bytes in base64.")
    proof = base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {proof}\r\n\r\n"
    ).encode()


def origin_allowed(environ: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Browsers always send an Origin; without one it is not a browser, and there is nobody to protect."""
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or "*" in allowed or origin in allowed


def _tokens(header: str) -> list[str]:
    return [token.strip().lower() for token in header.split(",")]


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False

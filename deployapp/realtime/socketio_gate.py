"""What a request must pass on its way to Socket.IO's own middleware: the limits. Knows no packets.

A poll holds one of the web server's connections while it waits. Without a limit those that poll could hold all of
them, and nobody else would be served.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from deployapp.realtime import handshake
from deployapp.realtime.admission import Admission, Refusal
from deployapp.realtime.loop import WSGIEnvironment


class SocketIoGate:
    """Stands in front of `app`."""

    def __init__(
        self,
        app: Any,
        check_origin: Callable[[WSGIEnvironment], None],
        admission: Admission,
        forget_if_closed: Callable[[str], None],
    ) -> None:
        self._app = app
        self._check_origin = check_origin
        self._admission = admission
        self._forget_if_closed = forget_if_closed
        self._polled: set[str] = set()  # the sessions whose poll is under way

    def check(self, environ: WSGIEnvironment) -> str | None:
        """The session that the request polls, if it does. Raises `Refusal` and `handshake.BadHandshake`."""
        self._check_origin(environ)
        upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        if upgrade:
            handshake.accept(environ)  # python-engineio would keep a session for a client that gets no WebSocket
        query = environ.get("QUERY_STRING", "")
        session = _session(query)
        if session is None:
            self._admission.check(environ.get("REMOTE_ADDR", ""), lambda: _polls(query, upgrade))
            return None
        self._forget_if_closed(session)
        if upgrade or environ["REQUEST_METHOD"] != "GET":
            return None
        if session in self._polled:
            raise Refusal("409 Conflict", "poll_under_way", "Another poll of this session is under way.")
        return session

    def answer(self, polled: str | None, environ: WSGIEnvironment, start_response: Any) -> Iterable[bytes]:
        """To be called right after `check`, with what it has answered."""
        if polled is None:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        self._polled.add(polled)
        try:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        finally:
            self._polled.remove(polled)


def _session(query: str) -> str | None:
    """Engine.IO's rule: a request without `sid` is a new client."""
    return parse_qs(query).get("sid", [None])[0] if "sid=" in query else None


def _polls(query: str, upgrade: bool) -> bool:
    """Engine.IO's rule: what a new client's session begins as."""
    return not upgrade or parse_qs(query).get("transport", ["polling"])[0] != "websocket"

"""Everything that knows eventlet: monkey patching, the WSGI server, the loop that the hub asks for.

Leaving eventlet means rewriting this file. Importing it imports nothing else that must be patched first.
See docs/decisions/0010-own-epoll.md for how a connection leaves the web server.
"""

import logging
import math
import os
import re
import resource
import signal
import socket
import warnings
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # that eventlet is being retired is known: docs/decisions/0013-eventlet-in-one-module.md
    import eventlet
    import eventlet.hubs
    import eventlet.patcher
    import eventlet.tpool
    import eventlet.wsgi

from deployapp.realtime import malformed, plain_head

if TYPE_CHECKING:
    from config import Settings
    from deployapp.realtime.loop import Poller

log = logging.getLogger(__name__)

native_os = eventlet.patcher.original("os")
native_select = eventlet.patcher.original("select")

eventlet.wsgi.RESPONSE_414 = malformed.answer(414)  # the library's own is a page; it sends this as it is

IDLE_SECONDS = 75  # how long the web server keeps an HTTP connection that asks for nothing more
STALLED_SECONDS = 30  # how long a request's body or an answer may stand still
DEAD_PEER_SECONDS = 60  # how long sent data may stay unacknowledged
SEND_BUFFER = 65_536  # bytes that the kernel keeps for a client that does not read; by itself it would take megabytes
FINISH_SECONDS = 3.0  # how long requests under way may take after the drain
FINISH_TICK = 0.01  # seconds between two looks at whether they are done
ACCEPT_PAUSE = 0.25  # seconds before the next attempt to accept; until then the backlog keeps who comes

_LENGTH = re.compile(r"[0-9]+[ \t]*")  # RFC 9112, section 6.2
_LEFT_OVER = "deployapp.left_over"  # in an environ: what the read buffer holds after the head, None if that is unknown


def monkey_patch() -> None:
    """Make the standard library and psycopg2 cooperative. To be called before anything else is imported."""
    eventlet.monkey_patch()


def offload(function: Callable[..., Any], *args: Any) -> Any:
    """Run a slow function that does not wait cooperatively (password hashing) on a real thread, and wait for it."""
    return eventlet.tpool.execute(function, *args)


class EventletLoop:
    """See `deployapp.realtime.loop.Loop`."""

    async_mode = "eventlet"

    sleep = staticmethod(eventlet.sleep)

    def __init__(self) -> None:
        self.spawn = _Workers().spawn

    def epoll(self) -> "Poller":
        return cast("Poller", native_select.epoll())

    def pause(self) -> None:
        eventlet.sleep(0)

    def when_readable(self, fd: int, callback: Callable[[], None]) -> None:
        """A listener that stays: waiting anew each time would be two system calls and a switch more."""
        loop = eventlet.hubs.get_hub()
        loop.add(loop.READ, fd, lambda _: callback(), lambda *_: None, lambda: None)

    def take_over(self, environ: dict[str, Any]) -> tuple[socket.SocketType, bytes]:
        request = environ["eventlet.input"]
        connection = request.get_socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        left_over = environ[_LEFT_OVER]
        if left_over is None:
            connection.settimeout(0)  # so that looking into the read buffer does not wait for more
            try:
                left_over = bytes(request.rfile.peek())
            except OSError:  # the client is gone already: the hub will notice
                left_over = b""
        eventlet.wsgi.WSGI_LOCAL.already_handled = True
        native = socket.SocketType(connection.family, connection.type, connection.proto, connection.fd.detach())
        native.setblocking(False)
        return native, left_over


class _Workers:
    """Green threads that go on with the next job as long as there is one.

    A green thread is a mapping of memory and its page faults, more than most jobs here take. Whoever takes a job sees
    to it that another is there for the rest, should this one wait for something.
    """

    def __init__(self) -> None:
        self._jobs: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()
        self._coming = False

    def spawn(self, function: Callable[..., object], *args: object) -> None:
        self._jobs.append((function, args))
        self._call_another()

    def _call_another(self) -> None:
        if not self._coming:
            self._coming = True
            eventlet.spawn_n(self._work)

    def _work(self) -> None:
        self._coming = False
        while self._jobs:
            function, args = self._jobs.popleft()
            if self._jobs:
                self._call_another()
            try:
                function(*args)
            except Exception:  # the others must go on
                log.exception("in the background: %s", function)


class _Connections:
    """What `eventlet.wsgi.server` asks of a pool: at most `size` connections are served at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = eventlet.Semaphore(size)
        self._workers = _Workers()

    def spawn(self, serve: Callable[[Any], None], connection: Any) -> "_Served":
        """Waits while there are too many."""
        self._free.acquire()
        served = _Served()
        self._workers.spawn(self._serve, served, serve, connection)
        return served

    def _serve(self, served: "_Served", serve: Callable[[Any], None], connection: Any) -> None:
        try:
            serve(connection)
        finally:
            self._free.release()
            served.call_back(served, connection)

    def waitall(self) -> None:
        """Wait until all are served; the server does at its end, and so do we."""
        while self._free.balance < self._size:
            eventlet.sleep(FINISH_TICK)


class _Served:
    """What the server asks of a green thread: to tell when the connection has been served."""

    __slots__ = ("call_back",)

    call_back: Callable[[object, Any], None]

    def link(self, call_back: Callable[[object, Any], None], connection: Any) -> None:
        self.call_back = call_back


def serve(
    application: Any,
    settings: "Settings",
    on_stop: Callable[[], None],
    on_listening: Callable[[str, int], None],
) -> None:
    """Serve until SIGTERM or SIGINT; then call `on_stop`, which says goodbye to the clients, and return.

    Raises `OSError` if the address cannot be listened on.
    """
    _raise_descriptor_limit()
    listener = _listen(settings)
    pool = _Connections(settings.http_max_connections)
    server = eventlet.spawn(
        eventlet.wsgi.server, _PatientListener(listener), partial(_answer, application), custom_pool=pool,
        protocol=partial(_HttpProtocol, settings.request_timeout), log_output=False,
        keepalive=IDLE_SECONDS, socket_timeout=STALLED_SECONDS, debug=False,
    )  # fmt: skip
    on_listening(*listener.getsockname()[:2])
    _wait_for_signal()
    server.kill()  # first: the loop must not wait for a descriptor that is closed, and soon somebody else's
    listener.close()
    on_stop()
    with eventlet.Timeout(FINISH_SECONDS, False):
        pool.waitall()


def _answer(application: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """The server answers 500 to what an application raises, and tells nobody."""
    try:
        return application(environ, start_response)
    except (ConnectionError, TimeoutError):  # the client is gone
        raise
    except Exception:
        log.exception("a request failed: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        raise


def _raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _listen(settings: "Settings") -> Any:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = eventlet.listen(
        (settings.host, settings.port),
        family=family,
        backlog=settings.listen_backlog,
        reuse_port=settings.reuse_port,
    )
    # Accepted connections inherit these (Linux). Without NODELAY a handshake can wait 40 ms for a delayed ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_DEFER_ACCEPT"):  # who says nothing yet costs nothing yet
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, math.ceil(settings.request_timeout))
    for name, value in (
        ("TCP_KEEPIDLE", DEAD_PEER_SECONDS),
        ("TCP_KEEPINTVL", DEAD_PEER_SECONDS // 4),
        ("TCP_KEEPCNT", 4),
        ("TCP_USER_TIMEOUT", DEAD_PEER_SECONDS * 1000),
    ):
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return listener


class _PatientListener:
    """Goes on accepting after an error, such as no descriptor left: eventlet's server would end and refuse all."""

    def __init__(self, listener: Any) -> None:
        self._listener = listener
        self._failing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    def accept(self) -> Any:
        while True:
            try:
                accepted = self._listener.accept()
            except OSError as error:
                self._say(failing=True, message=f"cannot accept connections: {error.strerror}")
                eventlet.sleep(ACCEPT_PAUSE)
            else:
                self._say(failing=False, message="accepting connections again")
                return accepted

    def _say(self, *, failing: bool, message: str) -> None:
        if failing is not self._failing:
            log.log(logging.ERROR if failing else logging.INFO, "%s", message)
        self._failing = failing


def _wait_for_signal() -> None:
    """A pipe wakes the loop: a bare handler would only run its code, and the loop would sleep on."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def wake(number: int, frame: object) -> None:
        # A second signal ends the process at once.
        signal.signal(number, signal.SIG_DFL)
        native_os.write(writing, b"!")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, wake)
    eventlet.hubs.trampoline(reading, read=True)


class _HttpProtocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]  # publishes no types
    """Gives a client a limited time to ask: eventlet's own limit begins anew with every byte."""

    connection: Any
    conn_state: Any
    wfile: Any
    raw_requestline: bytes
    rfile: Any
    _left_over: bytes | None

    def __init__(self, seconds: float, connection: Any, server: Any) -> None:
        self._seconds, self._idle = seconds, IDLE_SECONDS  # before a further request it may be silent as well
        super().__init__(connection, server)  # which serves it to its end

    def log_message(self, *_: object) -> None:
        """Junk is answered with 400; the library would write it to standard error."""

    def handle_one_request(self) -> None:
        self._deadline = eventlet.Timeout(self._seconds, TimeoutError("no request"))
        try:
            super().handle_one_request()
        finally:
            self._deadline.cancel()

    def parse_request(self) -> bool:
        self._left_over = None
        path = plain_head.read_path(self.raw_requestline)
        buffered = b"" if path is None else bytes(self.rfile.fp.peek())
        fields = plain_head.read_fields(buffered)
        if fields is None:
            return self._parse_by_library()
        self.rfile.fp.read(fields.size)
        self._left_over = buffered[fields.size :]
        self.command, self.path, self.request_version = "GET", path, "HTTP/1.1"
        self.requestline = self.raw_requestline.decode().rstrip()
        self.headers = self.MessageClass()
        for name, value in fields.pairs:
            self.headers[name] = value
        self.close_connection = self.headers.get("Connection", "").lower() == "close"
        return True

    def _parse_by_library(self) -> bool:
        try:
            if not super().parse_request():
                return False
        except (eventlet.wsgi.HeaderLineTooLong, eventlet.wsgi.HeadersTooLarge):
            self.send_error(431)
            return False
        length = self.headers.get("Content-Length")
        if length is None or (_LENGTH.fullmatch(length) and "Transfer-Encoding" not in self.headers):
            return True
        self.send_error(400)  # the library would send one without a body
        return False

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The standard library would send a page, and without a status line if it did not understand the request's."""
        self.wfile.write(malformed.answer(code, with_body=self.command != "HEAD"))
        self.close_connection = True

    def get_environ(self) -> dict[str, Any]:
        """Called once the request's head is there."""
        self._deadline.cancel()
        self._seconds += self._idle
        self._idle = 0
        environ: dict[str, Any] = super().get_environ()
        environ[_LEFT_OVER] = self._left_over
        return environ

    def finish(self) -> None:
        """What could not be sent makes the end of it fail, and the descriptor would stay open."""
        if self.connection.fileno() < 0:  # taken over: nothing is there to be shut down, which would be tried twice
            self.conn_state[1] = self.connection = _Nothing
        try:
            super().finish()
        finally:
            self.rfile.close()
            self.environ = None  # it leads back here, so that the collector would have to find all of it


class _Nothing:
    """In place of a connection that was taken over."""

    @staticmethod
    def shutdown(how: int) -> None:
        pass

    @staticmethod
    def close() -> None:
        pass

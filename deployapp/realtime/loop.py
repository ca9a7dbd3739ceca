"""What the realtime side asks of the event loop that serves it. `eventlet_server` answers; nothing else knows it."""

from collections.abc import Callable
from socket import SocketType
from typing import Any, Protocol

WSGIEnvironment = dict[str, Any]


class Poller(Protocol):
    """`select.epoll`, the kernel's own and not a cooperative stand-in."""

    def fileno(self) -> int: ...
    def register(self, fd: int, events: int) -> None: ...
    def modify(self, fd: int, events: int) -> None: ...
    def unregister(self, fd: int) -> None: ...
    def poll(self, timeout: float, maxevents: int) -> list[tuple[int, int]]: ...


class Loop(Protocol):
    """A cooperative loop on one thread: nothing else runs between two calls that may switch."""

    async_mode: str  # what Flask-SocketIO calls this loop

    def epoll(self) -> Poller: ...

    def spawn(self, function: Callable[..., object], *args: object) -> None:
        """Run the function in the background."""

    def pause(self) -> None:
        """Let everything else that is ready run once (switches)."""

    def sleep(self, seconds: float) -> None:
        """Switches."""

    def when_readable(self, fd: int, callback: Callable[[], None]) -> None:
        """Call back whenever the descriptor can be read, as long as it can. The callback must not switch or raise."""

    def take_over(self, environ: WSGIEnvironment) -> tuple[SocketType, bytes]:
        """Take the request's connection out of the web server: its socket, and what was read from it already.

        The socket is the kernel's own and not a cooperative stand-in: it raises `BlockingIOError` instead of waiting.

        The web server then forgets the connection: whoever takes it must close it. The application answers `[]`.
        """

"""What stands between a browser and a server: a proxy that can forbid, cut and silence connections, and counts them."""

import contextlib
import re
import socket
import threading
from typing import Self

from tests.waiting import eventually

CHUNK = 65_536
SERVICE = ("/static/notifier/", "/api/", "/ws/", "/sse/", "/socket.io/")
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONNECTION = re.compile(rb"(?i)(?<=\r\n)connection:[^\r]*\r\n")  # each engine spells it its own way


class Network:
    """Forwards to a port of this machine. Each HTTP connection carries one request, so that each can be judged."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: int | None = None  # port of a frontend on the same origin, as behind one reverse proxy
        self.forbidden: tuple[str, ...] = ()  # beginnings of paths, such as "/ws/"
        self.unanswered: tuple[str, ...] = ()  # of those that are taken and never answered
        self.requests: list[str] = []  # request lines and headers, as they came
        self._open: dict[socket.socket, tuple[str, threading.Event]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def open_to(self, path: str) -> int:
        """How many connections to this path are open now."""
        return sum(opened.startswith(path) for opened, _ in list(self._open.values()))

    def asked(self, path: str) -> int:
        """How many requests for this path have come so far."""
        return sum(request.split(" ")[1].startswith(path) for request in self.requests)

    def forbid(self, *paths: str) -> None:
        """Refuse these paths from now on and cut what is open to them."""
        self.forbidden = paths
        self.cut(*paths)

    def cut(self, *paths: str) -> None:
        """Close the open connections to these paths."""
        for connection, (path, _) in list(self._open.items()):
            if path.startswith(paths):
                _shut(connection)

    def fall_silent(self) -> None:
        """Swallow what the open connections carry from now on, as a network does that a laptop has left."""
        for _, silent in list(self._open.values()):
            silent.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._listener)  # wakes `accept`, which closing alone does not
        self._listener.close()
        eventually(lambda: not self._open or self.cut("/"))  # again for what was accepted just before

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head = _head(client)
            if not head:
                return
            request = head.decode("latin-1")
            self.requests.append(request)
            path = request.split(" ")[1]
            silent = threading.Event()
            self._open[client] = (path, silent)  # before it is judged: what is forbidden meanwhile is cut
            try:
                if path.startswith(self.forbidden):
                    client.sendall(FORBIDDEN)
                elif path.startswith(self.unanswered):
                    client.recv(CHUNK)  # until it is closed
                else:
                    self._forward(client, path, head, silent)
            finally:
                del self._open[client]

    def _port_of(self, path: str) -> int:
        return self.port if self.pages is None or path.startswith(SERVICE) else self.pages

    def _forward(self, client: socket.socket, path: str, head: bytes, silent: threading.Event) -> None:
        if b"upgrade: websocket" not in head.lower():
            # A second request on this connection would not be judged, whatever its path.
            head = CONNECTION.sub(b"", head).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        with socket.create_connection(("127.0.0.1", self._port_of(path))) as server:
            server.sendall(head)
            back = threading.Thread(target=_pump, args=(server, client, silent), daemon=True)
            back.start()
            _pump(client, server, silent)
            back.join()


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        received = client.recv(CHUNK)
        if not received:
            return b""
        head += received
    return head


def _pump(source: socket.socket, target: socket.socket, silent: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while received := source.recv(CHUNK):
            if not silent.is_set():
                target.sendall(received)
    _shut(source)
    _shut(target)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

"""The bus over TLS: `rediss://`, `valkeys://`. The Valkey of the tests speaks none, so a small front does it for it."""

import json
import logging
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.sync.client import connect

from deployapp.bus import make_bus
from deployapp.events import DeploymentEvent
from tests.deployapp_process import Deployapp
from tests.servers import Valkey
from tests.waiting import eventually

EVENT = DeploymentEvent(10**6, "2026-01-01T00:00:00.000Z")


class Front(socketserver.ThreadingTCPServer):
    """Takes TLS connections and hands their bytes on to a plain port."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, behind: int) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(self.certificate, key)
        self.behind = behind
        super().__init__(("127.0.0.1", 0), Handing)

    @property
    def url(self) -> str:
        return f"valkeys://127.0.0.1:{self.server_address[1]}/0?ssl_ca_certs={self.certificate}"


class Handing(socketserver.BaseRequestHandler):
    """One connection."""

    server: Front

    def handle(self) -> None:
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", self.server.behind)) as inside,
        ):
            back = threading.Thread(target=hand_on, args=(inside, outside), daemon=True)
            back.start()
            hand_on(outside, inside)
            back.join()


def hand_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    with Valkey() as valkey, Front(tmp_path, valkey.port) as running:
        serving = threading.Thread(target=running.serve_forever)
        serving.start()
        yield running
        running.shutdown()
        serving.join()


def test_an_event_goes_from_one_process_to_another(front: Front) -> None:
    ids: list[int] = []
    here, there = make_bus(front.url), make_bus(front.url)
    here.start(lambda event: None)
    there.start(lambda event: ids.append(event.id))
    eventually(lambda: here.state == there.state == "up")
    here.publish(EVENT)
    eventually(lambda: ids == [EVENT.id])
    for bus in here, there:
        bus.stop()


def test_a_real_process_hears_over_it(front: Front, make_server: Callable[..., Deployapp]) -> None:
    """Its sockets are eventlet's, and so is its TLS."""
    server = make_server(MESSAGE_QUEUE_URL=front.url).start()
    eventually(lambda: server.request("GET", "/readyz").json()["bus"] == "up")
    with connect(server.ws_url) as tab:
        bus = make_bus(front.url)
        bus.publish(EVENT)
        assert json.loads(tab.recv(timeout=20))["id"] == EVENT.id
        bus.stop()


def test_a_certificate_of_nobody_known_is_refused(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "deployapp.bus")
    bus = make_bus(front.url.partition("?")[0])
    bus.start(lambda event: None)
    eventually(lambda: bus.state == "down")
    bus.stop()
    assert "certificate verify failed" in caplog.text

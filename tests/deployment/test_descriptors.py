"""More clients than descriptors: they wait, and are served once there is room."""

import re
import shlex
import socket
from collections.abc import Callable
from contextlib import ExitStack

from tests.deployapp_process import Deployapp
from tests.waiting import eventually

DESCRIPTORS = 64


def test_it_accepts_again_when_descriptors_are_free(make_server: Callable[..., Deployapp]) -> None:
    server = make_server(LOG_LEVEL="INFO")
    server.command = ("sh", "-c", f"ulimit -n {DESCRIPTORS}; exec {shlex.join(Deployapp.command)}")
    server.start()
    with ExitStack() as clients:
        for _ in range(DESCRIPTORS):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            client.send(b"G")  # who says nothing is not even accepted
        eventually(lambda: "cannot accept connections: Too many open files" in server.log)
    eventually(lambda: "accepting connections again" in server.log)
    assert server.request("GET", "/healthz").status_code == 200
    said = re.findall("cannot accept|accepting connections again", server.log)
    assert said[::2] == ["cannot accept"] * (len(said) // 2), "once each time, however often it tried"
    assert said[1::2] == ["accepting connections again"] * (len(said) // 2)

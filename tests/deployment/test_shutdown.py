"""What a process still does between SIGTERM and its end."""

import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from tests.deployapp_process import ROOT, Deployapp

TABS = 100
DRAIN = 4.0  # seconds: long beside what this process, which looks at the clock, may stand still

# Descriptors are numbered from the lowest that is free: what is opened during the drain gets the listener's. libpq
# opens its sockets as this program does its pipe, without eventlet's knowledge, and waits for them by `select`.
PROGRAM = """
from deployapp.realtime import eventlet_server
eventlet_server.monkey_patch()
import os, select, signal, threading
from config import Settings

def drain():
    reading, writing = os.pipe()
    threading.Timer(0.1, os.write, [writing, b"answer"]).start()
    assert select.select([reading], [], [], 5)[0]
    print("drained")

def listening(host, port):
    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()

settings = Settings(port=0, secret_key="a secret for the tests only")
application = lambda environ, start: (start("204 No Content", []), [])[1]
eventlet_server.serve(application, settings, on_stop=drain, on_listening=listening)
"""


def test_what_is_opened_during_the_drain_is_not_taken_for_the_listener() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "drained\n", "")


def test_nothing_is_waited_for_when_no_request_is_under_way() -> None:
    """An open connection that asks for nothing is none."""
    program = PROGRAM.replace(
        "def drain():",
        """eventlet_server.FINISH_SECONDS = 3600
def drain():
    return
""",
    ).replace(
        "def listening(host, port):",
        """def listening(host, port):
    global client
    client = __import__("socket").create_connection((host, port))
    client.send(b"GET / HTTP/1.1\\r\\n\\r\\n")
    assert client.recv(99).startswith(b"HTTP/1.1 ")
""",
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_tabs_are_sent_away_spread_over_the_drain(make_server: Callable[..., Deployapp]) -> None:
    """All at once, they would all come back at once, to the next process that is restarted."""
    server = make_server(DRAIN_SECONDS=str(DRAIN)).start()
    tabs = [tab(server.port) for _ in range(TABS)]
    ending = threading.Thread(target=server.stop)
    began = time.monotonic()
    ending.start()
    moments = [moment - began for moment in gone(tabs)]
    ending.join()
    assert len(moments) == TABS
    assert moments[-1] - moments[0] > DRAIN / 2
    assert max(sum(start <= moment < start + DRAIN / 4 for moment in moments) for start in moments) <= TABS * 3 / 4


def tab(port: int) -> socket.socket:
    """A raw WebSocket on which nothing more will come than the goodbye."""
    one = socket.create_connection(("127.0.0.1", port), timeout=10)
    one.sendall(
        b"GET /ws/deployment-updates HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert one.recv(4096).startswith(b"HTTP/1.1 101 ")
    return one


def gone(tabs: list[socket.socket]) -> list[float]:
    """When each was said goodbye to, in order."""
    moments: list[float] = []
    with selectors.DefaultSelector() as selector:
        for one in tabs:
            selector.register(one, selectors.EVENT_READ)
        while len(moments) < len(tabs) and (ready := selector.select(30)):
            for key, _ in ready:
                moments.append(time.monotonic())
                selector.unregister(key.fileobj)
    for one in tabs:
        one.close()
    return moments

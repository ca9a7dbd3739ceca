"""What a process still does between SIGTERM and its end."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

from tests.deployapp_process import ROOT, Deployapp
from tests.realtime.wire import Wire, when_readable

TABS = 100
DRAIN = 2.0  # seconds

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
    server = make_server(DRAIN_SECONDS=str(DRAIN), HEARTBEAT_INTERVAL="600").start()
    with ExitStack() as stack:
        tabs = [stack.enter_context(Wire(server)).open() for _ in range(TABS)]
        ending = threading.Thread(target=server.stop)
        ending.start()
        moments = when_readable(tabs)
        ending.join()
    assert max(moments) - min(moments) > DRAIN / 2
    assert max(sum(start <= moment < start + DRAIN / 4 for moment in moments) for start in moments) <= TABS / 2

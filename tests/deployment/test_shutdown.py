"""What a process still does between SIGTERM and its end."""

import subprocess
import sys

from tests.deployapp_process import ROOT

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
eventlet_server.serve(lambda environ, start: [], settings, on_stop=drain, on_listening=listening)
"""


def test_what_is_opened_during_the_drain_is_not_taken_for_the_listener() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "drained\n", "")

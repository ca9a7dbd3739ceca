"""What an application in front of Flask raises: the client gets a plain 500, the log the traceback."""

import subprocess
import sys

from tests.deployapp_process import ROOT

PROGRAM = """
from deployapp.realtime import eventlet_server
eventlet_server.monkey_patch()
import os, signal, threading, urllib.error, urllib.request
from config import Settings

def ask(host, port):
    try:
        urllib.request.urlopen(f"http://{host}:{port}/some/path")
    except urllib.error.HTTPError as error:
        print(error.code, error.read())
        error.close()
    os.kill(os.getpid(), signal.SIGTERM)

def fail(environ, start):
    raise RuntimeError("on purpose")

settings = Settings(port=0, secret_key="a secret for the tests only")
listening = lambda host, port: threading.Thread(target=ask, args=(host, port)).start()
eventlet_server.serve(fail, settings, on_stop=lambda: None, on_listening=listening)
"""


def test_the_log_has_the_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "500 b''\n")
    assert "a request failed: GET /some/path\n" in done.stderr
    assert "RuntimeError: on purpose" in done.stderr

"""SQLite lets one write at a time; whoever waits for that must not stop the whole server."""

import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.deployapp_process import Deployapp
from tests.e2e.tabs import heard_version
from tests.realtime.clients import RawWebSocket

# As `python wsgi.py`, but a write waits so long for its turn that the test need not be quick.
PROGRAM = """
from deployapp.realtime import eventlet_server
eventlet_server.monkey_patch()
import runpy
from deployapp import database
database.BUSY_SECONDS = 60
runpy.run_path("wsgi.py", run_name="__main__")
"""


def test_while_a_trigger_waits_for_another_program_everything_else_is_served(
    make_server: Callable[..., Deployapp],
) -> None:
    server = make_server()
    server.command = (sys.executable, "-c", PROGRAM)
    server.start()
    server.trigger()  # notes the use of the token, so that only the deployment is still to be written
    other = sqlite3.connect(server.folder / "deployapp.sqlite3", isolation_level=None)
    with RawWebSocket(server) as tab, ThreadPoolExecutor() as pool:
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(server.trigger, version="waited")
        for _ in range(20):
            server.request("GET", "/api/deployments/status/")
            assert not waiting.done(), "nobody else waits for the lock"
        other.execute("COMMIT")
        assert waiting.result()["version"] == "waited"
        heard_version(tab, "waited")
    other.close()

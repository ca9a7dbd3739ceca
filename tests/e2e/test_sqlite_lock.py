"""SQLite lets one write at a time; whoever waits for that must not stop the whole server."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

from tests.deployapp_process import Deployapp
from tests.e2e.tabs import heard_version
from tests.realtime.clients import RawWebSocket


def test_while_a_trigger_waits_for_another_program_everything_else_is_served(server: Deployapp) -> None:
    other = sqlite3.connect(server.folder / "deployapp.sqlite3", isolation_level=None)
    with RawWebSocket(server) as tab, ThreadPoolExecutor() as pool:
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(server.trigger, version="waited")
        for _ in range(20):
            took = server.request("GET", "/api/deployments/status/").elapsed
            assert took.total_seconds() < 2, "nobody else waits for the lock"
        assert not waiting.done()
        other.execute("COMMIT")
        assert waiting.result()["version"] == "waited"
        heard_version(tab, "waited")
    other.close()

"""A process serves no one before it can."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.deployapp_process import Deployapp, flask
from tests.servers import Postgres
from tests.waiting import eventually


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.mark.parametrize("fault", ["kill", "pause"])
def test_it_waits_for_its_database(fault: str, postgres: Postgres, tmp_path: Path) -> None:
    """A proxy that sees an open port would send it tabs whose missed deployments it cannot know."""
    settings = {"DATABASE_URL": postgres.url, "DATABASE_TIMEOUT": "1"}
    assert flask(tmp_path, "setup", **settings).returncode == 0
    worker = Deployapp(tmp_path, **settings)
    getattr(postgres, fault)()
    with ThreadPoolExecutor() as pool:
        started = pool.submit(worker.start)
        try:
            eventually(lambda: worker.log.count("the database is away, trying again") >= 2, 120)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", worker.port), timeout=5)
        finally:
            postgres.start() if fault == "kill" else postgres.go_on()
        started.result()
    assert worker.request("GET", "/readyz").status_code == 200
    worker.stop()

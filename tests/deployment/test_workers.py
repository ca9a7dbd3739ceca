"""`make run WORKERS=n`: several processes on one port, kept running by supervisord as deploy/supervisord.conf says."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.deployapp_process import ROOT, environment, flask
from tests.ports import free_port, is_free
from tests.waiting import eventually

WORKERS = 2


def free_prefix() -> str:
    """What begins the workers' metrics ports, all of them free."""
    prefixes = (str(free_port() // 100) for _ in range(100))
    return next(one for one in prefixes if all(is_free("127.0.0.1", int(f"{one}{n:02}")) for n in range(WORKERS)))


class Supervised:
    """The supervisor and what it runs."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.prefix = free_prefix()
        given = {
            "PORT": str(self.port),
            "WORKERS": str(WORKERS),
            "PYTHON": sys.executable,
            "DEPLOYAPP_ENV": "production",
        }
        self.environment = environment(folder, METRICS_PORT_PREFIX=self.prefix, REUSE_PORT="true", **given)
        done = flask(folder, "setup", **given)
        assert done.returncode == 0, done.stderr
        self.log = folder / "log"
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "supervisor.supervisord", "-c", "deploy/supervisord.conf"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def answering(self) -> set[int]:
        """The workers whose own metrics answer, by number."""
        found = set()
        for number in range(WORKERS):
            with suppress(requests.ConnectionError):
                url = f"http://127.0.0.1:{self.prefix}{number:02}/metrics"
                if "deployapp_bus_state" in requests.get(url, timeout=2).text:
                    found.add(number)
        return found

    def serving(self) -> bool:
        """Whether the shared port answers, by whichever worker."""
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status_code < 500
        except requests.ConnectionError:
            return False

    def all_up(self) -> bool:
        return len(self.workers()) == WORKERS and len(self.answering()) == WORKERS and self.serving()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    one = Supervised(tmp_path)
    try:
        eventually(one.all_up, 60, "the workers never answered")
        yield one
    finally:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.wait(60)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_dies_is_started_again_and_all_end_together(how: signal.Signals, supervised: Supervised) -> None:
    victim = supervised.workers()[0].pid
    os.kill(victim, signal.SIGKILL)
    eventually(supervised.serving, 10, "those that live take the connections")
    eventually(lambda: supervised.all_up() and victim not in {worker.pid for worker in supervised.workers()}, 60)

    workers = supervised.workers()
    supervised.process.send_signal(how)
    assert supervised.process.wait(60) == 0
    assert not any(worker.is_running() for worker in workers)
    assert not supervised.serving()
    assert "Traceback" not in supervised.log.read_text()
    assert Path(os.devnull).is_char_device(), "the supervisor removes its pid file, which must be no device"

"""`make run WORKERS=n`: several processes on one port, kept running by supervisord as deploy/supervisord.conf says."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.deployapp_process import ROOT, environment
from tests.ports import free_port, is_free
from tests.waiting import eventually

WORKERS = 2


def free_prefix() -> str:
    """What begins the workers' metrics ports, all of them free."""
    prefixes = (str(free_port() // 100) for _ in range(100))
    return next(one for one in prefixes if all(is_free("127.0.0.1", int(f"{one}{n:02}")) for n in range(WORKERS)))


class Supervised:
    """`make run WORKERS=n` in a session of its own, as a terminal starts it: make, the supervisor, its workers."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.prefix = free_prefix()
        given = {"PORT": str(self.port), "METRICS_PORT_PREFIX": self.prefix, "DEPLOYAPP_ENV": "production"}
        self.log = folder / "log"
        # A shell ignores it for what it runs in the background, tests too, and so would all that they start.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with self.log.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", "run", f"WORKERS={WORKERS}", "-o", ".venv/.installed-run"],  # what is installed stays as it is
                cwd=ROOT,
                env=environment(folder, **given),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def workers(self) -> list[psutil.Process]:
        return [worker for child in psutil.Process(self.make.pid).children() for worker in child.children()]

    def end(self, how: signal.Signals) -> None:
        """Ctrl-C reaches make and the supervisor, by way of the terminal; a SIGTERM make alone, which hands it on."""
        if how == signal.SIGINT:
            os.killpg(self.make.pid, how)
        else:
            self.make.send_signal(how)

    def answering(self) -> set[int]:
        """The workers whose own metrics answer, by number."""
        found = set()
        for number in range(WORKERS):
            with suppress(requests.RequestException):  # one that stands still too
                url = f"http://127.0.0.1:{self.prefix}{number:02}/metrics"
                if "deployapp_bus_state" in requests.get(url, timeout=2).text:
                    found.add(number)
        return found

    def serving(self) -> bool:
        """Whether the shared port answers, by whichever worker."""
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status_code < 500
        except requests.RequestException:
            return False

    def all_up(self) -> bool:
        return len(self.answering()) == WORKERS and self.serving() and len(self.workers()) == WORKERS


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    one = Supervised(tmp_path)
    try:
        eventually(one.all_up, 60, lambda: f"the workers never answered:\n{one.log.read_text()}")
        yield one
    finally:
        if one.make.poll() is None:
            one.end(signal.SIGTERM)
            one.make.wait(60)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_dies_is_started_again_and_all_end_together(how: signal.Signals, supervised: Supervised) -> None:
    victim = supervised.workers()[0].pid
    os.kill(victim, signal.SIGKILL)
    eventually(supervised.serving, message="those that live take the connections")
    eventually(lambda: supervised.all_up() and victim not in {worker.pid for worker in supervised.workers()}, 60)

    workers = supervised.workers()
    supervised.end(how)
    assert supervised.make.wait(60) == -how
    said = supervised.log.read_text()
    assert all(f"stopped: worker-{number} (exit status 0)" in said for number in range(WORKERS)), said
    assert not any(worker.is_running() for worker in workers)
    assert not supervised.serving()
    assert "Traceback" not in said
    assert Path(os.devnull).is_char_device(), "the supervisor removes its pid file, which must be no device"

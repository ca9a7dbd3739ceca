"""Writers that race: `deployed_at` strictly increases within a topic, a key registers once, nobody is locked out."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

import config
from deployapp import capture
from deployapp.capture import deployment_committed
from deployapp.extensions import db
from deployapp.models import FrontendDeployment
from deployapp.models.base import now
from deployapp.schemas import NewDeployment
from deployapp.services import deployments, users
from deployapp.services.errors import Invalid
from tests.deployapp_process import ROOT, environment

T = TypeVar("T")
THREADS = 8
EACH = 10


def race(app: Flask, action: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """Call `action(0)`, `action(1)`, … in threads that start together, each in an app context of its own."""
    together = threading.Barrier(threads)

    def run(number: int) -> T:
        with app.app_context():
            together.wait(10)
            return action(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def times(environment: str = "production") -> list[datetime]:
    """`deployed_at` of the topic's deployments, by id."""
    db.session.rollback()
    rows = db.session.scalars(
        select(FrontendDeployment)
        .where(FrontendDeployment.environment == environment)
        .order_by(FrontendDeployment.id)
        .execution_options(populate_existing=True)
    )
    return [row.deployed_at for row in rows]


def assert_strictly_increasing(moments: list[datetime]) -> None:
    assert all(earlier < later for earlier, later in pairwise(moments)), moments
    assert all(moment.microsecond % 1000 == 0 for moment in moments), "a millisecond is what clients see"


def deploy(number: int = 0) -> FrontendDeployment:
    return deployments.register(NewDeployment(version=str(number)), None).deployment


def test_threads_that_race(app: Flask) -> None:
    race(app, lambda number: [deploy(number) for _ in range(EACH)])
    moments = times()
    assert len(moments) == THREADS * EACH
    assert_strictly_increasing(moments)


DEPLOY = """
import sys
from config import load
from deployapp.app import create_app
from deployapp.schemas import NewDeployment
from deployapp.services import deployments
with create_app(load()).app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range({each}):
        deployments.register(NewDeployment(), None)
"""


def test_processes_that_race(app: Flask, settings: config.Settings) -> None:
    env = environment(settings.instance_path, DATABASE_URL=settings.database_url)
    command = [sys.executable, "-c", DEPLOY.format(each=EACH)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("go\n", timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    moments = times()
    assert len(moments) == 3 * EACH
    assert_strictly_increasing(moments)


def test_a_clock_that_steps_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    present = now()
    for seconds in 0, -3600, -3600, 1:
        monkeypatch.setattr(capture, "now", lambda seconds=seconds: present + timedelta(seconds=seconds))
        deploy()
    moments = times()
    assert_strictly_increasing(moments)
    assert moments[1] == present + timedelta(milliseconds=1)
    assert moments[3] == present + timedelta(seconds=1), "and follows the clock again as soon as it can"


def test_two_in_one_millisecond(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    present = now()
    monkeypatch.setattr(capture, "now", lambda: present)
    for _ in range(3):
        deploy()
    assert times() == [present + timedelta(milliseconds=number) for number in range(3)]


def test_topics_have_clocks_of_their_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    present = now()
    monkeypatch.setattr(capture, "now", lambda: present)
    deploy()
    deployments.register(NewDeployment(environment="staging"), None)
    assert times("staging") == times("production") == [present]


@pytest.mark.parametrize("who", ["a user", "the command line"])
def test_a_key_that_races_registers_once_and_tells_once(app: Flask, who: str) -> None:
    user = users.create("ci", "correct horse battery") if who == "a user" else None
    heard: list[int] = []

    def hear(sender: Flask, event: object) -> None:
        heard.append(1)

    def register(number: int) -> tuple[int, bool]:
        done = deployments.register(NewDeployment(version="1.0"), user, "build-7")
        return done.deployment.id, done.created

    with deployment_committed.connected_to(hear, sender=app):
        answers = race(app, register)
    assert len({number for number, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    assert len(times()) == len(heard) == 1


def test_a_key_is_for_one_content_and_one_user(app: Flask) -> None:
    ada, bob = (users.create(name, "correct horse battery") for name in ("ada", "bob"))
    first = deployments.register(NewDeployment(version="1.0"), ada, "key")
    assert deployments.register(NewDeployment(version="1.0"), bob, "key").created
    assert deployments.register(NewDeployment(version="1.0"), ada, "key").deployment.id == first.deployment.id
    with pytest.raises(Invalid, match="Idempotency-Key"):
        deployments.register(NewDeployment(version="2.0"), ada, "key")

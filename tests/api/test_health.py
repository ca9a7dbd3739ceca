"""`/healthz` and `/readyz`."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade

import config
from deployapp.api.health import run
from deployapp.app import create_app
from deployapp.database import MIGRATIONS
from deployapp.extensions import db
from tests.waiting import eventually


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a hanging check waits for; opened in the end."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_a_living_process_says_so(anyone: FlaskClient) -> None:
    answer = anyone.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Vary" not in answer.headers


def test_ready_with_a_migrated_database(anyone: FlaskClient) -> None:
    answer = anyone.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ready", "checks": {"database": "ok"}, "bus": "up"}


def test_not_ready_before_the_migrations(tmp_path: Path) -> None:
    app = create_app(config.Settings(instance_path=tmp_path, secret_key="a secret for the tests"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": "not migrated; run `flask --app wsgi setup`"}
    with app.app_context():
        db.engine.dispose()


def test_not_ready_while_a_migration_is_missing(app: Flask, anyone: FlaskClient) -> None:
    with app.app_context():
        downgrade(str(MIGRATIONS), revision="base")
    assert anyone.get("/readyz").status_code == 503


def test_ready_when_a_newer_release_has_migrated_further(app: Flask, anyone: FlaskClient) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    assert anyone.get("/readyz").status_code == 200


def test_not_ready_without_the_database(make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url="postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "not ready", "checks": {"database": "does not answer"}, "bus": "up"}


def test_the_bus_alone_makes_no_process_unready(make_app: Callable[..., Flask]) -> None:
    app = make_app(message_queue_url="redis://127.0.0.1:1/0")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["bus"] != "up"


def test_modules_add_checks_of_their_own(app: Flask, anyone: FlaskClient) -> None:
    app.extensions["deployapp.readiness"]["reconciler"] = lambda: "stopped"
    answer = anyone.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": "ok", "reconciler": "stopped"}


def test_a_check_that_hangs_is_given_up_and_not_started_again(gate: threading.Event) -> None:
    started = []

    def hangs() -> None:
        started.append(True)
        gate.wait()

    running: dict[str, threading.Thread] = {}

    def quick_answers() -> bool:
        found = run({"slow": hangs, "quick": lambda: None}, running, seconds=0.05)
        assert found["slow"] == "no answer within 0.05 s"
        return found["quick"] is None

    for _ in range(3):
        eventually(quick_answers)
    assert len(started) == 1


def test_a_check_that_fails_is_not_ready_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert run({"broken": lambda: str(1 // 0)}, {}) == {"broken": "failed; see the log"}
    assert "ZeroDivisionError" in caplog.text

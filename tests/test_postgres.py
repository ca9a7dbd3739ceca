"""A real PostgreSQL: what a request meets while it hangs, restarts or is slow, and how the schema gets there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

import config
from deployapp.app import create_app
from deployapp.extensions import db
from deployapp.postgres import MARGIN
from tests.conftest import MIGRATIONS, SECRET
from tests.servers import Postgres
from tests.waiting import eventually

PATIENCE = 1.0
BUSY = 10.0  # seconds more that a busy machine may take; what has no deadline takes for ever


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture
def app(postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    settings = config.Settings(
        database_url=postgres.url,
        database_timeout=PATIENCE,
        database_pool_size=2,
        instance_path=tmp_path,
        secret_key=SECRET,
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def seconds_until_error(statement: str, match: str) -> float:
    began = time.monotonic()
    with pytest.raises(OperationalError, match=match):
        db.session.execute(text(statement))
    db.session.rollback()
    return time.monotonic() - began


def test_a_hung_server_costs_a_bounded_wait(app: Flask, postgres: Postgres) -> None:
    db.session.execute(text("SELECT 1"))
    postgres.pause()
    try:
        for _ in "an open connection", "a new one":
            assert seconds_until_error("SELECT 1", "did not answer") < PATIENCE + MARGIN + BUSY
    finally:
        postgres.go_on()
    assert db.session.scalar(text("SELECT 7")) == 7, "and nobody reads the late answer to another question"


def test_a_server_that_hangs_at_the_end_of_a_request_changes_no_answer(app: Flask, postgres: Postgres) -> None:
    try:
        with app.app_context():
            db.session.execute(text("SELECT 1"))
            postgres.pause()
    finally:
        postgres.go_on()
    with app.app_context():
        assert db.session.scalar(text("SELECT 7")) == 7


def test_a_restart_between_two_requests_is_not_seen(app: Flask, postgres: Postgres) -> None:
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
    postgres.restart()
    assert db.session.scalar(text("SELECT 1")) == 1


def test_a_slow_statement_is_ended_and_its_connection_kept(app: Flask) -> None:
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    assert seconds_until_error("SELECT pg_sleep(30)", "statement timeout") < PATIENCE + BUSY
    assert db.session.scalar(text("SELECT pg_backend_pid()")) == mine


def test_who_finds_no_free_connection_waits_no_longer(app: Flask) -> None:
    with db.engine.connect(), db.engine.connect():
        began = time.monotonic()
        with pytest.raises(PoolTimeoutError):
            db.engine.connect()
        assert time.monotonic() - began < PATIENCE + BUSY


def test_a_server_that_is_away_is_an_error_at_once_and_comes_back(app: Flask, postgres: Postgres) -> None:
    postgres.kill()
    try:
        assert seconds_until_error("SELECT 1", "refused|terminated|closed") < BUSY
    finally:
        postgres.start()
    assert db.session.scalar(text("SELECT 1")) == 1


def test_what_the_address_says_wins(tmp_path: Path, postgres: Postgres) -> None:
    url = f"{postgres.url}?options=-c%20statement_timeout%3D1234"
    app = create_app(config.Settings(database_url=url, instance_path=tmp_path, secret_key=SECRET))
    with app.app_context():
        assert db.session.scalar(text("SHOW statement_timeout")) == "1234ms"
        db.session.remove()
        db.engine.dispose()


MIGRATE = """
from flask_migrate import upgrade
from config import load
from deployapp.app import create_app
with create_app(load()).app_context():
    upgrade("migrations")
"""


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_many_migrate_at_once_and_one_does_it(kind: str, postgres: Postgres, tmp_path: Path) -> None:
    if kind == "postgresql":
        postgres.run("DROP DATABASE IF EXISTS race")
        postgres.run("CREATE DATABASE race")
    url = f"{postgres.url.rpartition('/')[0]}/race" if kind == "postgresql" else f"sqlite:///{tmp_path}/race.sqlite3"
    environment = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "INSTANCE_PATH": str(tmp_path)}

    def migrate(_: int) -> int:
        return subprocess.run([sys.executable, "-c", MIGRATE], env=environment, cwd=MIGRATIONS.parent).returncode

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(migrate, range(4))) == [0] * 4


def test_a_migration_may_take_longer_than_a_request(app: Flask, postgres: Postgres) -> None:
    """Another program holds a table for longer than `DATABASE_TIMEOUT`: the migration waits."""
    upgrade(str(MIGRATIONS))
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(postgres.run, f"LOCK alembic_version; SELECT pg_sleep({PATIENCE + MARGIN + 0.5})")
        eventually(lambda: postgres.run("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock'"))
        upgrade(str(MIGRATIONS))
        slow.result()

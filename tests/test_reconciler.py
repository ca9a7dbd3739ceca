"""What the look into a real PostgreSQL finds when commits overtake each other, and what it does when the server is
away or hangs. The rest, on both databases, is in tests/data/test_reconciler.py.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from flask import Flask
from flask_migrate import upgrade

import config
from deployapp import reconciler as module
from deployapp.app import create_app
from deployapp.extensions import db
from tests.conftest import MIGRATIONS, SECRET
from tests.data.test_reconciler import Looking
from tests.servers import Postgres
from tests.waiting import eventually

INSERT = "INSERT INTO frontend_deployment (frontend_id, environment) SELECT id, '{}' FROM frontend WHERE slug='default'"
PATIENCE = 5.0  # DATABASE_TIMEOUT


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture
def app(postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    """On PostgreSQL, where commits can come in another order than ids; its tables emptied."""
    app = create_app(
        config.Settings(database_url=postgres.url, database_timeout=PATIENCE, instance_path=tmp_path, secret_key=SECRET)
    )
    with app.app_context():
        upgrade(str(MIGRATIONS))
        postgres.run("TRUNCATE frontend_deployment")
        yield app
        db.session.remove()
        db.engine.dispose()


class Writer:
    """Another program with a transaction of its own, which no listener of ours sees."""

    def __init__(self, postgres: Postgres) -> None:
        self.connection = psycopg2.connect(host=postgres.host, port=postgres.port, user="postgres")

    def insert(self, environment: str) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(INSERT.format(environment) + " RETURNING id")
            return int(cursor.fetchone()[0])

    def commit(self) -> None:
        self.connection.commit()


@pytest.fixture
def writers(postgres: Postgres) -> Iterator[tuple[Writer, Writer]]:
    both = Writer(postgres), Writer(postgres)
    yield both
    for writer in both:
        writer.connection.close()


def test_an_id_that_commits_after_a_higher_one_is_found(app: Flask, writers: tuple[Writer, Writer]) -> None:
    looking = Looking(app)
    late, early = writers[0].insert("staging"), writers[1].insert("production")
    writers[1].commit()
    assert looking.look() == [(early, "production")]
    looking.clock += module.GAP_SECONDS - 1
    writers[0].commit()
    assert looking.look() == [(late, "staging")]


def test_an_id_that_was_skipped_before_the_start_is_found(app: Flask, writers: tuple[Writer, Writer]) -> None:
    writers[1].insert("production")
    writers[1].commit()
    late, _ = writers[0].insert("staging"), writers[1].insert("production")
    writers[1].commit()
    looking = Looking(app)
    writers[0].commit()
    assert looking.look() == [(late, "staging")]


def test_what_commits_late_is_not_told_after_its_topics_newer_one(app: Flask, writers: tuple[Writer, Writer]) -> None:
    looking = Looking(app)
    _, newer = writers[0].insert("production"), writers[1].insert("production")
    writers[1].commit()
    assert looking.look() == [(newer, "production")]
    writers[0].commit()
    assert looking.look() == []


def test_a_server_that_dies_and_is_started_again(app: Flask, postgres: Postgres) -> None:
    looking = Looking(app)
    looking.reconciler.start()
    try:
        postgres.kill()
        eventually(lambda: not looking.reconciler.healthy)
        postgres.start()
        eventually(lambda: looking.reconciler.healthy)
        postgres.run(INSERT.format("production"))
        eventually(lambda: len(looking.told) == 1)
    finally:
        looking.reconciler.stop()


def test_stopping_does_not_wait_for_a_hung_database(app: Flask, postgres: Postgres) -> None:
    looking = Looking(app)
    looking.reconciler.start()
    postgres.pause()
    try:
        began = time.monotonic()
        looking.reconciler.stop()
        assert time.monotonic() - began < PATIENCE, "the look itself waits longer"
    finally:
        postgres.go_on()

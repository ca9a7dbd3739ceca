"""What the look into the database finds, on SQLite and on a real PostgreSQL."""

import logging
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
from deployapp.dispatcher import Dispatcher
from deployapp.events import DeploymentEvent
from deployapp.extensions import db
from deployapp.reconciler import MAX_GAPS, Reconciler
from tests.conftest import MIGRATIONS, SECRET
from tests.servers import Postgres
from tests.waiting import eventually

INSERT = "INSERT INTO frontend_deployment (frontend_id, environment) SELECT id, '{}' FROM frontend WHERE slug='default'"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


class Looking:
    """A reconciler with what it dispatched, as `(id, environment)`."""

    def __init__(self, app: Flask, interval: float = 0.05) -> None:
        self.told: list[tuple[int, str]] = []
        self.clock = 0.0
        self.dispatcher = Dispatcher(lambda event: self.told.append((event.id, event.environment)))
        self.reconciler = Reconciler(app, self.dispatcher, interval, clock=lambda: self.clock)
        self.reconciler.prime()

    def look(self) -> list[tuple[int, str]]:
        """What one look finds."""
        self.told.clear()
        self.reconciler.look()
        return list(self.told)


@pytest.fixture
def app(postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    """On PostgreSQL, where commits can come in another order than ids; its tables emptied."""
    app = create_app(
        config.Settings(database_url=postgres.url, database_timeout=1, instance_path=tmp_path, secret_key=SECRET)
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


def test_what_was_there_before_is_no_news(app: Flask, writers: tuple[Writer, Writer]) -> None:
    writers[0].insert("production")
    writers[0].commit()
    assert Looking(app).look() == []


def test_rows_of_another_program_are_found_once(app: Flask, writers: tuple[Writer, Writer]) -> None:
    looking = Looking(app)
    first, second = writers[0].insert("production"), writers[0].insert("staging")
    writers[0].commit()
    assert looking.look() == [(first, "production"), (second, "staging")]
    assert looking.look() == []
    assert looking.reconciler.found == 2


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


def test_skipped_ids_are_given_up_and_bounded(app: Flask, writers: tuple[Writer, Writer], postgres: Postgres) -> None:
    """A sequence that jumps far must not make the query long."""
    looking = Looking(app)
    writers[0].insert("production")
    writers[0].commit()
    looking.look()
    postgres.run("SELECT setval(pg_get_serial_sequence('frontend_deployment', 'id'), 1000000)")
    far = writers[0].insert("production")
    writers[0].commit()
    assert looking.look() == [(far, "production")]
    assert len(looking.reconciler._gaps) == MAX_GAPS
    looking.clock += module.GAP_SECONDS + 1
    assert looking.look() == []
    assert not looking.reconciler._gaps


def test_more_rows_than_one_query_brings(app: Flask, postgres: Postgres) -> None:
    looking = Looking(app)
    postgres.run(
        "INSERT INTO frontend_deployment (frontend_id, environment) "
        f"SELECT 1, 'pr-' || n FROM generate_series(1, {2 * module.BATCH + 1}) AS n"
    )
    assert len(looking.look()) == 2 * module.BATCH + 1


def test_a_database_that_goes_away_and_comes_back(
    app: Flask, postgres: Postgres, writers: tuple[Writer, Writer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "deployapp.reconciler")
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
    told = [record.message[:20] for record in caplog.records]
    assert told == ["the database is away", "the database is back"], "each change once"


def test_a_fan_out_that_fails_does_not_end_the_looking(app: Flask, postgres: Postgres) -> None:
    told: list[int] = []

    def fail_first(event: DeploymentEvent) -> None:
        told.append(event.id)
        if len(told) == 1:
            raise RuntimeError("a transport is broken")

    reconciler = Reconciler(app, Dispatcher(fail_first), interval=0.02)
    reconciler.prime()
    reconciler.start()
    try:
        for number in 1, 2:
            postgres.run(INSERT.format("production"))
            eventually(lambda wanted=number: len(told) == wanted)
    finally:
        reconciler.stop()


def test_stopping_does_not_wait_for_a_hung_database(app: Flask, postgres: Postgres) -> None:
    looking = Looking(app, interval=0.01)
    looking.reconciler.start()
    postgres.pause()
    try:
        began = time.monotonic()
        looking.reconciler.stop()
        assert time.monotonic() - began < module.GRACE_SECONDS + 0.5
    finally:
        postgres.go_on()


def test_an_event_that_the_bus_brought_is_not_told_again(app: Flask, writers: tuple[Writer, Writer]) -> None:
    looking = Looking(app)
    number = writers[0].insert("production")
    looking.dispatcher.dispatch(DeploymentEvent(number, "2026-01-01T00:00:00.000Z"), "bus")
    writers[0].commit()
    assert looking.look() == []
    assert looking.reconciler.found == 0

"""What the look into the database finds. Commits that overtake each other are in tests/test_reconciler.py."""

import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

import config
from deployapp import reconciler as module
from deployapp.dispatcher import Dispatcher
from deployapp.events import DeploymentEvent
from deployapp.extensions import db
from deployapp.reconciler import MAX_GAPS, Reconciler
from deployapp.services import deployments
from tests.waiting import eventually


class Looking:
    """A reconciler with what it dispatched, as `(id, environment)`."""

    def __init__(self, app: Flask) -> None:
        self.told: list[tuple[int, str]] = []
        self.clock = 0.0
        self.dispatcher = Dispatcher(lambda event: self.told.append((event.id, event.environment)))
        self.reconciler = Reconciler(app, self.dispatcher, interval=0.02, clock=lambda: self.clock)
        self.reconciler.prime()

    def look(self) -> list[tuple[int, str]]:
        """What one look finds."""
        self.told.clear()
        self.reconciler.look()
        return list(self.told)


class OtherProgram:
    """Writes plain SQL, past every listener of ours, each statement a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def insert(self, environment: str, number: int | None = None, columns: str = "", values: str = "") -> int:
        """A row of `default`; answers its id."""
        if number is not None:
            columns, values = f", id{columns}", f", {number}{values}"
        with self._engine.connect() as connection:
            return int(
                connection.exec_driver_sql(
                    f"INSERT INTO frontend_deployment (frontend_id, environment{columns}) "
                    f"SELECT id, '{environment}'{values} FROM frontend WHERE slug = 'default' RETURNING id"
                ).scalar_one()
            )


@pytest.fixture
def other(app: Flask, settings: config.Settings) -> Iterator[OtherProgram]:
    engine = create_engine(settings.database_uri, isolation_level="AUTOCOMMIT")
    yield OtherProgram(engine)
    engine.dispose()


def test_what_was_there_before_is_no_news(app: Flask, other: OtherProgram) -> None:
    other.insert("production")
    assert Looking(app).look() == []


def test_rows_of_another_program_are_found_once(app: Flask, other: OtherProgram) -> None:
    looking = Looking(app)
    first, second = other.insert("production"), other.insert("staging")
    assert looking.look() == [(first, "production"), (second, "staging")]
    assert looking.look() == []
    assert looking.reconciler.found == 2


def test_an_id_below_what_was_seen_is_found(app: Flask, other: OtherProgram) -> None:
    """As of a transaction that commits late."""
    looking = Looking(app)
    other.insert("production", number=7)
    assert looking.look() == [(7, "production")]
    other.insert("staging", number=5)
    assert looking.look() == [(5, "staging")]
    other.insert("production", number=6)
    assert looking.look() == [], "its topic has a newer one"


def test_an_id_below_the_oldest_row_at_the_start_is_found(app: Flask, other: OtherProgram) -> None:
    other.insert("production", number=12)
    looking = Looking(app)
    other.insert("staging", number=11)
    assert looking.look() == [(11, "staging")]


def test_what_committed_during_a_long_outage_is_found(app: Flask, other: OtherProgram) -> None:
    """Longer than skipped ids are looked for."""
    looking = Looking(app)
    other.insert("production", number=7)
    looking.look()
    other.insert("staging", number=6)
    other.run("ALTER TABLE frontend_deployment RENAME TO taken_away")
    looking.clock += module.GAP_SECONDS + 1
    with pytest.raises(SQLAlchemyError):
        looking.look()
    other.run("ALTER TABLE taken_away RENAME TO frontend_deployment")
    assert looking.look() == [(6, "staging")]


def test_ids_decide_and_not_clocks(app: Flask, other: OtherProgram) -> None:
    """Another host's clock is years behind, or ahead."""
    looking = Looking(app)
    for year in 2001, 2099, 2002:
        dated = other.insert("production", columns=", deployed_at", values=f", '{year}-01-01 00:00:00.000000'")
        assert looking.look() == [(dated, "production")]


def test_skipped_ids_are_given_up_and_bounded(app: Flask, other: OtherProgram) -> None:
    """Ids that jump far must not make the query long."""
    looking = Looking(app)
    other.insert("production", number=1)
    looking.look()
    other.insert("production", number=1_000_000)
    assert looking.look() == [(1_000_000, "production")]
    assert len(looking.reconciler._gaps) == MAX_GAPS
    looking.clock += module.GAP_SECONDS + 1
    assert looking.look() == []
    assert not looking.reconciler._gaps


def test_an_idle_look_reads_an_index_and_not_the_table(app: Flask, other: OtherProgram) -> None:
    """With ids to look for below the newest, too."""
    other.run(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM numbers WHERE n < 19999) "
        "INSERT INTO frontend_deployment (id, frontend_id, environment) SELECT n, 1, 'production' FROM numbers"
    )
    other.run("ANALYZE")
    reconciler = Looking(app).reconciler
    assert len(reconciler._gaps) > 100
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    for query in reconciler._unseen():
        compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = "\n".join(str(row) for row in db.session.connection().exec_driver_sql(f"{explain} {compiled}"))
        assert "frontend_deployment" in plan
        assert not re.search(r"(Seq Scan on|SCAN) frontend_deployment", plan), plan


def test_more_rows_than_one_query_brings(app: Flask, other: OtherProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    looking = Looking(app)
    wanted = [(other.insert(f"pr-{number}"), f"pr-{number}") for number in range(21)]
    assert looking.look() == wanted


def test_an_event_that_the_bus_brought_is_not_told_again(app: Flask, other: OtherProgram) -> None:
    looking = Looking(app)
    number = other.insert("production")
    looking.dispatcher.dispatch(DeploymentEvent(number, "2026-01-01T00:00:00.000Z"), "bus")
    assert looking.look() == []
    assert looking.reconciler.found == 0


def test_the_id_of_a_deleted_deployment_is_not_given_out_again(app: Flask, other: OtherProgram) -> None:
    """Else the next deployment would pass for one that everybody knows."""
    looking = Looking(app)
    last = other.insert("production")
    looking.look()
    deployments.delete(last)
    following = other.insert("production")
    assert looking.look() == [(following, "production")]


def test_a_database_that_fails_and_comes_back(
    app: Flask, other: OtherProgram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "deployapp.reconciler")
    looking = Looking(app)
    looking.reconciler.start()
    try:
        other.run("ALTER TABLE frontend_deployment RENAME TO taken_away")
        eventually(lambda: not looking.reconciler.healthy)
        other.run("ALTER TABLE taken_away RENAME TO frontend_deployment")
        eventually(lambda: looking.reconciler.healthy)
        other.insert("production")
        eventually(lambda: len(looking.told) == 1)
    finally:
        looking.reconciler.stop()
    told = [record.message[:20] for record in caplog.records]
    assert told == ["the database is away", "the database is back"], "each change once"


def test_a_fan_out_that_fails_does_not_end_the_looking(app: Flask, other: OtherProgram) -> None:
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
            other.insert("production")
            eventually(lambda wanted=number: len(told) == wanted)
    finally:
        reconciler.stop()

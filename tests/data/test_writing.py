"""How a service begins to write: on SQLite it takes the write lock at once, so that nobody is refused half way."""

import sqlite3
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

import config
from deployapp.extensions import db
from deployapp.models import Frontend
from deployapp.services.writing import begin_write


def other_program(settings: config.Settings) -> sqlite3.Connection:
    """Another program's connection to the same file, which does not wait for locks."""
    return sqlite3.connect(settings.instance_path / "deployapp.sqlite3", timeout=0, isolation_level=None)


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> config.Settings:
    """SQLite only: PostgreSQL has no such lock."""
    (tmp_path / "deployapp.sqlite3").write_bytes(migrated.read_bytes())
    return config.Settings(instance_path=tmp_path, secret_key="a secret for the tests only")


def test_begin_write_takes_the_write_lock_at_once(app: Flask, settings: config.Settings) -> None:
    begin_write()
    other = other_program(settings)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    db.session.rollback()
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_reading_takes_no_lock(app: Flask, settings: config.Settings) -> None:
    db.session.scalar(select(Frontend))
    other = other_program(settings)
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_what_was_read_before_does_not_stop_a_write(app: Flask, settings: config.Settings) -> None:
    """Without `begin_write`, SQLite refuses a transaction that read before another program wrote."""

    def write() -> None:
        db.session.execute(text("UPDATE frontend SET name = 'ours'"))
        db.session.commit()

    other = other_program(settings)
    db.session.scalar(select(Frontend))
    other.execute("UPDATE frontend SET name = 'theirs'")
    with pytest.raises(Exception, match="locked"):
        write()
    db.session.rollback()

    db.session.scalar(select(Frontend))
    other.execute("UPDATE frontend SET name = 'theirs again'")
    begin_write()
    write()
    assert other.execute("SELECT name FROM frontend").fetchone() == ("ours",)
    other.close()


def test_a_process_that_stood_still_for_long_has_not_waited_in_vain(
    app: Flask, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the lock stood still too, perhaps in the same process: a laptop that slept, a machine that was paused."""
    other = other_program(settings)
    other.execute("BEGIN IMMEDIATE")
    steps = iter([lambda: None, lambda: other.execute("COMMIT")])
    minutes = count()

    class Clock:
        monotonic = staticmethod(lambda: 60.0 * next(minutes))
        sleep = staticmethod(lambda _: next(steps)())

    monkeypatch.setattr("deployapp.database.time", Clock)
    begin_write()
    db.session.rollback()
    other.close()


def test_the_file_is_in_wal_mode_and_keeps_foreign_keys(app: Flask) -> None:
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
    assert db.session.scalar(text("PRAGMA busy_timeout")) == 5000

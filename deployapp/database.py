"""How each kind of database is spoken to: SQLite's pragmas and transactions; PostgreSQL's in `deployapp.postgres`."""

import logging
import sqlite3
import time
from pathlib import Path
from typing import Any, cast

from flask import Flask
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from config import Settings
from deployapp import postgres
from deployapp.extensions import db

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
BUSY_SECONDS = 5
RETRY_SECONDS = 0.005


def init_app(app: Flask) -> None:
    """Bind `db` to this app and prepare its engine."""
    settings: Settings = app.config["SETTINGS"]
    url = make_url(settings.database_uri)
    on_postgres = url.get_backend_name() == "postgresql"
    if on_postgres:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = postgres.engine_options(url, settings)
    db.init_app(app)
    app.teardown_appcontext(_end_session)  # runs before Flask-SQLAlchemy's own
    with app.app_context():
        engine = db.engine
    if on_postgres:
        postgres.prepare(engine)
    elif engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)


def _end_session(_: BaseException | None) -> None:
    """A database that is away cannot roll back: the connection is thrown away, and the answer stays what it was."""
    try:
        db.session.remove()
    except OperationalError as error:
        log.warning("the database was away at the end of a request: %s", error.orig)
        db.session().invalidate()


def make_folder(database_uri: str) -> None:
    """SQLite makes its file but not the folder around it."""
    url = make_url(database_uri)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself, so that SAVEPOINTs nest (see `_begin`)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("begin_immediate"):
        _begin_immediate(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    """Wait for the write lock here: SQLite's own waiting would stop every green thread, the lock's owner too."""
    sqlite = cast("sqlite3.Connection", connection.connection.driver_connection)
    waited = 0.0  # its own waiting and not the clock's: while the whole process stands still, the owner does too
    sqlite.execute("PRAGMA busy_timeout = 0")
    try:
        while not _begun(sqlite) and waited < BUSY_SECONDS:
            time.sleep(RETRY_SECONDS)
            waited += RETRY_SECONDS
        if not sqlite.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what SQLAlchemy makes of it
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _begun(sqlite: sqlite3.Connection) -> bool:
    try:
        sqlite.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True

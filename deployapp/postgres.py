"""PostgreSQL by psycopg2: a pool for many green threads, and a deadline on every wait, so that a server that hangs
costs a request its answer and nobody else anything.

The server's own `statement_timeout` ends a slow statement. It cannot help when the server does not run at all (stopped,
its host gone, the network cut), so waiting for it has a deadline here too, a second later (decision 71). psycopg2 calls
`_wait` whenever it would block, for the whole process; `select` lets other green threads run once the standard library
is monkey patched, and works on plain threads as well.
"""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import extensions
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError

from config import Settings

MARGIN = 1.0  # the server's own timeout comes first: it leaves the connection usable
LOCK = int.from_bytes(b"deploya")  # any number that no other program picks
RECYCLE_SECONDS = 1800  # firewalls forget idle connections after about an hour


class UrgentConnection(extensions.connection):
    """Waits `patience` seconds for the server, at most; None is forever, as other users of psycopg2 expect."""

    patience: float | None = None


def engine_options(url: URL, settings: Settings) -> dict[str, Any]:
    """What `create_engine` gets. What the address itself says (`?connect_timeout=…`) wins."""
    seconds = settings.database_timeout
    extensions.set_wait_callback(_wait)
    ours = {
        "connection_factory": type("Connection", (UrgentConnection,), {"patience": seconds + MARGIN}),
        "application_name": "deployapp",
        "connect_timeout": max(2, round(seconds)),  # for programs without `_wait`; libpq takes 1 as 2
        "options": f"-c statement_timeout={round(seconds * 1000)}",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": round((seconds + MARGIN) * 1000),
    }
    return {
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": seconds,
        "pool_recycle": RECYCLE_SECONDS,
        "pool_use_lifo": True,  # what the last rush opened is closed by the recycling instead of kept warm
        "connect_args": {name: value for name, value in ours.items() if name not in url.query},
    }


def prepare(engine: Engine) -> None:
    """Never hand out a connection that the server has closed."""
    event.listen(engine, "checkout", _refuse_closed)


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """No deadlines inside: a migration may take long. Does nothing on other databases."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.connection.dbapi_connection.patience = None  # type: ignore[union-attr]  # an UrgentConnection
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.commit()
    try:
        yield
    finally:
        connection.invalidate()  # these settings must not reach others


def lock(connection: Connection) -> None:
    """Wait until no other transaction holds Deployapp's lock, and hold it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _wait(connection: extensions.connection) -> None:
    """Wait until psycopg2 has what it wants; raising makes it close the connection, so nobody reads a late answer."""
    patience = getattr(connection, "patience", None)
    deadline = None if patience is None else time.monotonic() + patience
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = [connection] if state == extensions.POLL_READ else []
        writing = [connection] if state == extensions.POLL_WRITE else []
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not any(select.select(reading, writing, [], left)):
            raise psycopg2.OperationalError(f"the database did not answer within {patience:g} s")


def _refuse_closed(connection: extensions.connection, *_: Any) -> None:
    """An idle connection has nothing to read unless the server has ended it; then the pool opens new ones.

    Repeating is safe here: nothing was sent yet. Cheaper than a ping, and cannot hang.
    """
    if connection.closed or select.select([connection], [], [], 0)[0]:
        raise InvalidatePoolError("the server has closed the connection")

"""How a service begins to write, on every database."""

from deployapp.extensions import db


def begin_write() -> None:
    """End the read transaction that the sign-in check began, so that writing starts from the newest data.

    On SQLite the write lock is taken at once: a transaction that has read and then wants to write is refused when
    another process wrote in between. Nothing may have been written before; objects already loaded stay usable.
    """
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        db.session.connection(execution_options={"begin_immediate": True})

"""How Alembic runs here: on the app's own engine and metadata, one transaction for all.

However many processes migrate at once, one does it and the others wait and find nothing left to do: on PostgreSQL by an
advisory lock, on SQLite by taking the write lock at the beginning.
"""

from alembic import context
from flask import current_app

from deployapp import models  # noqa: F401  # fills the metadata
from deployapp.extensions import metadata
from deployapp.postgres import lock, unhurried


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(begin_immediate=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_server_default=True,
            user_module_prefix="models.",
            transactional_ddl=True,  # SQLite can do it too, since the app begins its transactions itself
        )
        with unhurried(connection), context.begin_transaction():
            lock(connection)
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; printing SQL is not supported.")
run()

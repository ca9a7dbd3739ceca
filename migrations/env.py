"""How Alembic runs here: on the app's own engine and metadata, one transaction for all."""

from alembic import context
from flask import current_app

from deployapp import models  # noqa: F401  # fills the metadata
from deployapp.extensions import metadata


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_server_default=True,
            user_module_prefix="models.",
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; printing SQL is not supported.")
run()

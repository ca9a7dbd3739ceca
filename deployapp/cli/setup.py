"""`flask --app wsgi setup`: makes the database ready, however often and from however many processes it is called.

Migrates, makes the first administrator while there is no user, and in development keeps a token of that
administrator in a file, so that the printed curl line works when pasted.
"""

import fcntl
import os
import secrets
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade

from config import Settings
from deployapp import database
from deployapp.cli.plain_errors import plain_errors
from deployapp.extensions import db
from deployapp.first_steps import token_file
from deployapp.services import tokens, users
from deployapp.services.errors import Conflict


@click.command()
@plain_errors()
def setup() -> None:
    """Migrate the database and make the first administrator."""
    settings: Settings = current_app.config["SETTINGS"]
    database.make_folder(settings.database_uri)
    upgrade(str(database.MIGRATIONS))
    if not users.any_exists():
        _make_administrator(settings)
    if not settings.production:
        _keep_token(token_file(settings))


def _make_administrator(settings: Settings) -> None:
    password = settings.admin_password or secrets.token_urlsafe(12)
    try:
        users.create(settings.admin_username, password, superuser=True)
    except Conflict:
        return  # another process was first
    click.echo(f"First administrator: {settings.admin_username}")
    if not settings.admin_password:
        click.echo(f"Password (shown only now): {password}")


def _keep_token(path: Path) -> None:
    """See to it that the file holds a token that works, as long as there is an administrator. One process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", opener=_for_the_owner) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        db.session.rollback()  # to see what another process wrote while this one waited for the lock
        administrator = users.first_superuser()
        file.seek(0)
        if administrator and not tokens.find(file.read().strip()):
            file.truncate(0)
            file.write(tokens.create(administrator, "development, made by setup").secret + "\n")


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

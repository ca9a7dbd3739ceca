"""The command line: `flask --app wsgi …`. Reads options, calls a service, prints; decides nothing itself."""

import click
from flask import Flask
from flask.cli import run_command

from deployapp.cli import deployments, frontends, reference, setup, tokens, users


def init_app(app: Flask) -> None:
    """Put the project's commands beside Flask's own, and refuse Flask's `run`, whose server cannot push."""
    for group in (deployments.group, frontends.group, tokens.group, users.group, reference.group):
        app.cli.add_command(group)
    app.cli.add_command(setup.setup)
    context = click.get_current_context(silent=True)
    if context is not None and context.command is run_command:
        raise click.ClickException("Flask's own server cannot push to tabs: use `make run` or `python wsgi.py`.")

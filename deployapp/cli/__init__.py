"""The command line: `flask --app wsgi …`. Reads options, calls a service, prints; decides nothing itself."""

from flask import Flask

from deployapp.cli import deployments, frontends, setup, tokens, users


def init_app(app: Flask) -> None:
    """Put the project's commands beside Flask's own."""
    for group in (deployments.group, frontends.group, tokens.group, users.group):
        app.cli.add_command(group)
    app.cli.add_command(setup.setup)

"""`flask --app wsgi users …`."""

import sys

import click

from deployapp.cli.plain_errors import PlainGroup
from deployapp.models import Permission
from deployapp.services import users

PERMISSIONS = click.Choice([permission.value for permission in Permission])
password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input instead of asking."
)


@click.group("users", cls=PlainGroup)
def group() -> None:
    """Who may sign in."""


@group.command()
@click.argument("name")
@click.option("--superuser", is_flag=True, help="May do everything, users and tokens included.")
@click.option("--permission", "permissions", type=PERMISSIONS, multiple=True, help="May do this. Repeatable.")
@password_stdin
def create(name: str, superuser: bool, permissions: tuple[str, ...], password_stdin: bool) -> None:
    """Make the user NAME."""
    users.create(name, _password(password_stdin), superuser=superuser, permissions=map(Permission, permissions))
    click.echo(f"Made the user {name}.")


@group.command()
@click.argument("name")
@password_stdin
def password(name: str, password_stdin: bool) -> None:
    """Give NAME a new password, which ends the sessions of the old one."""
    users.named(name)
    users.set_password(name, _password(password_stdin))
    click.echo(f"Changed the password of {name}.")


@group.command("list")
def list_() -> None:
    """List the users: name, state, permissions."""
    for user in users.every():
        may = "superuser" if user.is_superuser else ", ".join(sorted(user.permissions)) or "no permissions"
        click.echo(f"{user.username}\t{'active' if user.active else 'inactive'}\t{may}")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password: use --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))

"""`flask --app wsgi tokens …`."""

from datetime import timedelta

import click

from deployapp.cli.plain_errors import PlainGroup
from deployapp.cli.users import PERMISSIONS
from deployapp.models import ApiToken, Permission
from deployapp.models.base import now
from deployapp.services import frontends, tokens, users


@click.group("tokens", cls=PlainGroup)
def group() -> None:
    """Bearer tokens of machines."""


@group.command()
@click.argument("user")
@click.option("--name", default="", help="What it is for, for the people who look at the list.")
@click.option("--permission", "permissions", type=PERMISSIONS, multiple=True, help="Narrow it to this. Repeatable.")
@click.option("--frontend", "slugs", multiple=True, metavar="SLUG", help="Narrow it to this frontend. Repeatable.")
@click.option("--expires-in-days", type=click.IntRange(1, 36_500), help="Without it the token does not expire.")
def create(
    user: str, name: str, permissions: tuple[str, ...], slugs: tuple[str, ...], expires_in_days: int | None
) -> None:
    """Make a token for USER and print it, alone, this once."""
    made = tokens.create(
        users.named(user),
        name,
        permissions=[Permission(value) for value in permissions] or None,
        frontends=[frontends.named(slug) for slug in slugs],
        expires_at=now() + timedelta(days=expires_in_days) if expires_in_days else None,
    )
    click.echo(made.secret)


@group.command("list")
@click.argument("user", required=False)
def list_(user: str | None) -> None:
    """List the tokens, or those of USER: id, prefix, user, state, name."""
    for token in tokens.every(users.named(user) if user else None):
        click.echo(f"{token.id}\t{token.prefix}…\t{token.user.username}\t{_state(token)}\t{token.name}")


@group.command()
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """End the token TOKEN_ID (see `list`) for good."""
    token = tokens.revoke(token_id)
    click.echo(f"Revoked the token {token.prefix}… of {token.user.username}.")


def _state(token: ApiToken) -> str:
    if token.revoked_at:
        return "revoked"
    return "usable" if token.usable else "expired"

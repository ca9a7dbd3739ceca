"""`flask --app wsgi frontends …`."""

import click

from deployapp.cli.plain_errors import PlainGroup
from deployapp.services import frontends


@click.group("frontends", cls=PlainGroup)
def group() -> None:
    """The web applications whose tabs are told."""


@group.command()
@click.argument("slug")
@click.option("--name", default="", help="Its name for people.")
def create(slug: str, name: str) -> None:
    """Make the frontend SLUG: lower-case letters, digits and '-'."""
    frontends.create(slug, name)
    click.echo(f"Made the frontend {slug}.")


@group.command("list")
def list_() -> None:
    """List the frontends: slug, name."""
    for frontend in frontends.every():
        click.echo(f"{frontend.slug}\t{frontend.name}")

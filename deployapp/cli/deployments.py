"""`flask --app wsgi deployments …`."""

import json
from collections.abc import Callable
from typing import Any

import click

from deployapp.cli.plain_errors import PlainGroup
from deployapp.models import FrontendDeployment, Kind, Mode, Severity
from deployapp.schemas import DeploymentFilter, DeploymentOut, Metadata, NewDeployment, TopicChoice
from deployapp.schemas.deployment import MAX_RELOAD_WINDOW
from deployapp.services import deployments
from deployapp.services.deployments import MAX_IDEMPOTENCY_KEY
from deployapp.services.errors import Invalid

_CHOICES = {"kind": Kind, "mode": Mode, "severity": Severity}
_TYPES: dict[str, click.ParamType[Any]] = {
    "reload_window": click.IntRange(0, MAX_RELOAD_WINDOW),
    **{name: click.Choice([choice.value for choice in choices]) for name, choices in _CHOICES.items()},
}
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, as the API answers.")


@click.group("deployments", cls=PlainGroup)
def group() -> None:
    """Register and list deployments."""


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a new deployment: one for each field of `NewDeployment`, helped by its description."""
    names = [*TopicChoice.model_fields, *Metadata.model_fields]
    for name in reversed(names):  # click lists the last one first
        about = NewDeployment.model_fields[name].description
        command = click.option(f"--{name.replace('_', '-')}", type=_TYPES.get(name, click.STRING), help=about)(command)
    return command


@group.command()
@_fields
@click.option("--idempotency-key", help="A second call with the same key registers nothing.")
@as_json
def trigger(idempotency_key: str | None, as_json: bool, **fields: Any) -> None:
    """Register a deployment: every open tab of a running server is told.

    The tabs hear of it at once by the bus, or within RECONCILE_INTERVAL where the processes share none.
    """
    if idempotency_key is not None and not 0 < len(idempotency_key) <= MAX_IDEMPOTENCY_KEY:
        raise Invalid({"--idempotency-key": [f"Between 1 and {MAX_IDEMPOTENCY_KEY} characters."]})
    new = NewDeployment(**{name: value for name, value in fields.items() if value is not None})
    row, created = deployments.register(new, None, idempotency_key)
    if as_json:
        click.echo(DeploymentOut.of(row).model_dump_json())
    else:
        click.echo(f"{'Registered' if created else 'Was registered before:'} {_line(row)}")


@group.command("list")
@click.option("--frontend", metavar="SLUG", help="Only this frontend.")
@click.option("--environment", help="Only this environment.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="At most so many.")
@as_json
def list_(frontend: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """List the deployments, newest first: topic and id, time, version, notes."""
    wanted = DeploymentFilter.model_validate({"frontend": frontend, "environment": environment, "per_page": limit})
    rows = deployments.page(wanted).items
    if as_json:
        click.echo(json.dumps([DeploymentOut.of(row).model_dump(mode="json") for row in rows], indent=2))
    else:
        for row in rows:
            click.echo(_line(row))


def _line(row: FrontendDeployment) -> str:
    notes = (row.notes or "").split("\n")[0]
    return "\t".join([str(row), row.as_event().deployed_at, row.version or "-", notes]).rstrip()

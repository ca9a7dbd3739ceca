"""`flask --app wsgi reference …`: writes docs/settings.md and docs/cli.md from the code (`make docs`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from pydantic.fields import FieldInfo

from config import INSTANCE, Settings

OUR_COMMANDS = ("setup", "users", "tokens", "frontends", "deployments", "reference")
PROGRAM = "flask --app wsgi"
WIDTH = 100

_ABOUT_SETTINGS = """# Settings

Environment variables; an empty one counts as not set. Times are seconds, sizes bytes. All mistakes are told together at
the start. This page is written by `make docs` from [config.py](../config.py).

| setting | default | meaning |
|---|---|---|"""

_ABOUT_CLI = f"""# Command line

`{PROGRAM} COMMAND`, in the repository's folder, with `.venv/bin` in the path (`. .venv/bin/activate`) and the same
settings as the server. Exit codes: 0 done, 1 it cannot be done (one line on standard error says why), 2 wrong usage.
Flask's own commands (`db`, `routes`, `shell`) are there too; its `run` is refused, because that server cannot push.
This page is written by `make docs` from the commands' own help."""


@click.group("reference")
def group() -> None:
    """Write the reference pages of the documentation."""


@group.command("settings")
def settings() -> None:
    """Print docs/settings.md."""
    click.echo("\n".join([_ABOUT_SETTINGS, *(_row(name, field) for name, field in Settings.model_fields.items())]))


@group.command("cli")
def cli() -> None:
    """Print docs/cli.md."""
    click.echo("\n\n".join([_ABOUT_CLI, *(section for name in OUR_COMMANDS for section in _sections(name))]))


def _row(name: str, field: FieldInfo) -> str:
    about = (field.description or "").replace("|", "\\|")
    return f"| `{name.upper()}` | {_default(field.default)} | {about} |"


def _default(value: Any) -> str:
    if value in ("", None):
        return ""
    if isinstance(value, Path):
        return f"`{value.relative_to(INSTANCE.parent)}/`"
    if isinstance(value, tuple):
        return f"`{', '.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _sections(name: str) -> Iterator[str]:
    """A heading and the help of each command, those of groups one by one."""
    command = current_app.cli.commands[name]
    if isinstance(command, click.Group):
        for part in command.commands:
            yield _section(f"{name} {part}", command.commands[part])
    else:
        yield _section(name, command)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"{PROGRAM} {name}", terminal_width=WIDTH, max_content_width=WIDTH)
    return f"## {name}\n\n```\n{command.get_help(context)}\n```"

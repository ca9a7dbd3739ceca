"""Says what went wrong in plain words on standard error, with exit code 1, where a person would get a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from deployapp.schemas.messages import mistakes
from deployapp.services.errors import DomainError, Invalid


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the errors that a user can meet into `click.ClickException`. Also a decorator."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    except ValidationError as error:
        raise click.ClickException(str(_as_invalid(error))) from None
    except UnicodeEncodeError as error:  # an argument whose bytes are no UTF-8: no database takes it
        raise click.ClickException(f"Not valid text: {error.object!r} ({error.reason}).") from None
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(_about_database(error)) from None


class PlainGroup(click.Group):
    """A group of commands that report errors plainly."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group; raises `click.ClickException` for what a user can meet."""
        with plain_errors():
            return super().invoke(ctx)


def _as_invalid(error: ValidationError) -> Invalid:
    return Invalid({f"--{name}".replace("_", "-"): messages for name, messages in mistakes(error).items()})


def _about_database(error: DBAPIError) -> str:
    said = str(error.orig).strip()
    if "no such table" in said or ("relation" in said and "does not exist" in said):
        return "The database has no tables yet: run `flask --app wsgi setup` first (`make run` does)."
    return f"The database cannot be used: {said}"

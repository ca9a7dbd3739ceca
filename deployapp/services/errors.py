"""The errors of the domain. Services raise them; the API maps them to HTTP in one place, the CLI prints them."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something that a caller asked for cannot be done; `str(error)` is fit for people, `code` for programs."""

    code = "error"


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"


class Conflict(DomainError):
    """It is already there, or still in use."""

    code = "conflict"


class NotSignedIn(DomainError):
    """Nobody is signed in, or the token is not valid (any more)."""

    code = "not_signed_in"


class Forbidden(DomainError):
    """Signed in, but the permission lacks."""

    code = "forbidden"


class Invalid(DomainError):
    """Some fields are wrong; `fields` maps each name to its messages."""

    code = "validation_error"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: list(messages) for name, messages in fields.items()}
        super().__init__("; ".join(f"{name}: {' '.join(messages)}" for name, messages in self.fields.items()))

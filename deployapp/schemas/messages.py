"""What pydantic found wrong, in words for people. Never repeats what was sent."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

WHOLE = "body"  # the name under which a mistake in the body as a whole is reported

_Context = Mapping[str, Any]
_MESSAGES: dict[str, Callable[[_Context], str]] = {
    "missing": lambda about: "Is required.",
    "extra_forbidden": lambda about: "There is no such field.",
    "model_type": lambda about: "Must be a JSON object.",
    "string_type": lambda about: "Must be a string.",
    "string_unicode": lambda about: "Is not valid Unicode.",
    "string_too_long": lambda about: f"Longer than {about['max_length']} characters.",
    "string_too_short": lambda about: "Must not be empty.",
    "enum": lambda about: f"Must be {about['expected']}.",
    "greater_than_equal": lambda about: f"Must be at least {about['ge']}.",
    "less_than_equal": lambda about: f"Must be at most {about['le']}.",
    "value_error": lambda about: str(about["error"]),
}
_FAMILIES = {
    "int_": "Must be a whole number.",
    "finite_": "Must be a whole number.",
    "datetime_": "Must be a moment with its zone, such as 2025-06-25T12:00:00Z.",
    "timezone_": "Must be a moment with its zone, such as 2025-06-25T12:00:00Z.",
}


def mistakes(error: ValidationError) -> dict[str, list[str]]:
    """Each wrong field's name with its messages; `body` where the whole is wrong."""
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in detail["loc"]) or WHOLE
        found.setdefault(name, []).append(_message(detail["type"], detail.get("ctx", {}), detail["msg"]))
    return found


def _message(kind: str, about: _Context, otherwise: str) -> str:
    if kind in _MESSAGES:
        return _MESSAGES[kind](about)
    return next((text for family, text in _FAMILIES.items() if kind.startswith(family)), f"{otherwise}.")

"""Forms that are checked by the same schemas and services as the API, with each mistake shown at its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from flask_admin.form import BaseForm
from pydantic import BaseModel, ValidationError
from wtforms import SelectChoice, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from deployapp.models import Permission
from deployapp.schemas.messages import mistakes
from deployapp.services.errors import DomainError, Invalid


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]  # WTForms publishes no types
    """Several of the choices, each with its checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Form(BaseForm):  # type: ignore[misc]  # Flask-Admin publishes no types
    """A form of the admin. `mistakes` holds what concerns no single field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.mistakes: list[str] = []
        super().__init__(*args, **kwargs)

    def refuse(self, error: DomainError) -> None:
        """Show what a service or schema refused."""
        fields: Mapping[str, Iterable[str]] = error.fields if isinstance(error, Invalid) else {}
        for name, messages in fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, *messages]
            else:
                self.mistakes.extend(messages)
        if not fields:
            self.mistakes.append(str(error))

    def check(self, schema: type[BaseModel]) -> Any:
        """The schema's object of what was filled in; what was left empty counts as not given. Raises `Invalid`."""
        given = {name: self[name].data for name in schema.model_fields if name in self}
        try:
            return schema.model_validate({name: value for name, value in given.items() if value not in (None, "")})
        except ValidationError as error:
            raise Invalid(mistakes(error)) from None


def submitted() -> bool:
    return request.method == "POST"


def stripped(text: str | None) -> str | None:
    """What people paste often has blanks around it."""
    return text.strip() if text else text


PERMISSIONS = [
    SelectChoice(Permission.ADD.value, "Add: register deployments"),
    SelectChoice(Permission.CHANGE.value, "Change: correct a deployment's details"),
    SelectChoice(Permission.DELETE.value, "Delete: remove deployments"),
    SelectChoice(Permission.VIEW.value, "View: look at deployments here"),
]

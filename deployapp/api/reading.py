"""Reads requests into the pydantic models that a view declares; refuses what does not fit.

flask-openapi3 documents the same models, but does not read the requests (docs/decisions/0040-reading-requests.md).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, LengthRequired, UnsupportedMediaType

from deployapp.schemas.messages import mistakes
from deployapp.services.errors import Invalid

Model = TypeVar("Model", bound=BaseModel)
View = Callable[..., Any]


def reads_request(view: View) -> View:
    """Give the view what its parameters `path`, `query`, `header` and `body` declare.

    Raises `Invalid`; for a body also 400 (not JSON), 411, 413 and 415.
    """
    readers = {"query": _query, "header": _header, "body": _body}
    wanted = {name: model for name, model in get_type_hints(view).items() if name in {*readers, "path"}}

    @wraps(view)
    def reading(**path: Any) -> Any:
        given = {name: readers[name](model) for name, model in wanted.items() if name in readers}
        if "path" in wanted:
            given["path"] = wanted["path"](**path)  # already checked by the route
        return view(**given)

    reading.__delay_validate_request__ = True  # type: ignore[attr-defined]  # flask-openapi3 leaves it to us
    return reading


def _query(model: type[Model]) -> Model:
    """Empty values count as not given: `?frontend=&environment=` asks for the defaults."""
    if repeated := [name for name, values in request.args.lists() if len(values) > 1]:
        raise Invalid({name: ["Given more than once."] for name in repeated})
    return _checked(model.model_validate, {name: value for name, value in request.args.items() if value})


def _header(model: type[Model]) -> Model:
    names = [field.alias or name for name, field in model.model_fields.items()]
    return _checked(model.model_validate, {name: request.headers[name] for name in names if name in request.headers})


def _body(model: type[Model]) -> Model:
    """JSON. No body at all counts as `{}` where the model's documentation says that it is not required."""
    if _has_no_known_end():
        raise LengthRequired("Send the body with its Content-Length.")
    extra: Any = model.model_config.get("openapi_extra", {})
    may_be_empty = not extra.get("required", True)
    if not request.is_json and (request.content_length or not may_be_empty):
        raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
    data = request.get_data().strip()
    return _checked(model.model_validate_json, b"{}" if may_be_empty and not data else data)


def _has_no_known_end() -> bool:
    """A chunked body under a server that does not end it by itself: Werkzeug would read nothing of it."""
    chunked = "Transfer-Encoding" in request.headers and request.content_length is None
    return chunked and not request.environ.get("wsgi.input_terminated")


def _checked(validate: Callable[[Any], Model], given: Any) -> Model:
    try:
        return validate(given)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise BadRequest("The body is not valid JSON.") from None
        raise Invalid(mistakes(error)) from None

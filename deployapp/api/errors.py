"""The one place where errors become HTTP: every error answer under `/api` is the JSON object of docs/protocol.md.

Elsewhere (admin, demo page) people get a page.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from deployapp.auth.request import InvalidToken
from deployapp.schemas import ErrorDetail, ErrorOut
from deployapp.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, NotSignedIn

log = logging.getLogger(__name__)

RETRY_SECONDS = 5

_STATUS: dict[type[DomainError], int] = {NotSignedIn: 401, Forbidden: 403, NotFound: 404, Conflict: 409, Invalid: 422}
_MESSAGES = {
    404: "There is nothing at this address.",
    405: "This address does not answer to this method.",
    413: "The body is too large.",
    429: "Too many requests.",
    500: "Something went wrong here. It was logged.",
}


def init_app(app: Flask, elsewhere: Callable[[HTTPException], ResponseReturnValue]) -> None:
    """Answer in the one shape also where no view was found, and for what no view expected.

    `elsewhere` answers what is not under `/api`.
    """

    def answer(error: HTTPException) -> ResponseReturnValue:
        ours = request.path == "/api" or request.path.startswith("/api/")
        if error.response is not None:
            return error.response
        return _http_error(error) if ours else elsewhere(error)

    app.register_error_handler(HTTPException, answer)


def speak_json(blueprint: Blueprint) -> None:
    """Answer the blueprint's domain errors, and a database that is away, in the one shape."""
    blueprint.register_error_handler(DomainError, _domain_error)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        blueprint.register_error_handler(away, _database_error)


def error_answer(status: int, code: str, message: str, fields: Mapping[str, Sequence[str]] | None = None) -> Response:
    """An error in the one shape; `fields` only with 422."""
    named = {name: list(messages) for name, messages in fields.items()} if fields else None
    shape = ErrorOut(error=ErrorDetail(code=code, message=message, fields=named))
    return Response(shape.model_dump_json(exclude_none=True), status, mimetype="application/json")


def _http_error(error: HTTPException) -> Response:
    error = _wrong_method(error)
    status = error.code or 500
    answer = error_answer(status, error.name.lower().replace(" ", "_"), _message(error, status))
    for name, value in error.get_headers():
        if name.lower() != "content-type":  # Allow, Retry-After, …
            answer.headers[name] = value
    return answer


def _wrong_method(error: HTTPException) -> HTTPException:
    """405 instead of 404 where only the method does not fit: Werkzeug does not see that without the trailing slash."""
    adapter = current_app.create_url_adapter(request)
    if error.code != 404 or request.url_rule is not None or request.path.endswith("/") or adapter is None:
        return error
    allowed = set(adapter.allowed_methods(f"{request.path}/"))
    return MethodNotAllowed(allowed) if allowed else error


def _message(error: HTTPException, status: int) -> str:
    if status == 413:
        return f"The body is larger than {current_app.config['MAX_CONTENT_LENGTH']} bytes."
    return _MESSAGES.get(status, error.description or error.name)


def _domain_error(error: DomainError) -> Response:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, Invalid):
        return error_answer(status, error.code, "Some fields are not valid.", error.fields)
    answer = error_answer(status, error.code, str(error))
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = _challenge(error)
    return answer


def _challenge(error: NotSignedIn) -> str:
    """RFC 6750, section 3."""
    challenge = 'Bearer realm="deployapp"'
    return f'{challenge}, error="invalid_token"' if isinstance(error, InvalidToken) else challenge


def _database_error(error: Exception) -> Response:
    log.error("the database cannot be used: %s", error)
    answer = error_answer(503, "unavailable", "The database does not answer. Try again.")
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer

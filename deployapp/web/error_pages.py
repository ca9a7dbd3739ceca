"""What is shown to people where there is no page; the API's errors are JSON (`deployapp.api.errors`)."""

import logging

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, ServiceUnavailable

log = logging.getLogger(__name__)

RETRY_SECONDS = 5
_WORDS = {
    400: "The request was not understood. Please go back and try again.",
    403: "This is not for your account.",
    404: "There is no such page.",
    405: "This page cannot be used in that way.",
    413: "That was too much to send.",
    429: "Too many attempts. Please wait a little.",
    500: "Something went wrong here. It was logged.",
    503: "The service is not ready. Please try again in a moment.",
}


def init_app(app: Flask) -> None:
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _database_error)


def error_page(error: HTTPException) -> ResponseReturnValue:
    """A page that says what went wrong in plain words; keeps the error's headers (`Allow`, `Retry-After`)."""
    status = error.code or 500
    words = _WORDS.get(status, error.description)
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    return render_template("web/error.html", status=status, name=error.name, words=words), status, headers


def _database_error(error: Exception) -> ResponseReturnValue:
    log.error("the database cannot be used: %s", error)
    return error_page(ServiceUnavailable(retry_after=RETRY_SECONDS))

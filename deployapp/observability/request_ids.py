"""Each request has an id: the caller's `X-Request-ID` if it is sane, else a new one. It is answered and logged."""

import re
import uuid

from flask import Flask, Response, g, has_request_context, request

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def init_app(app: Flask) -> None:
    app.before_request_funcs.setdefault(None, []).insert(0, _take)  # what hooks of others refuse has one too
    app.after_request(_answer)


def current() -> str | None:
    """The id of the request that is being answered; None outside of one."""
    return getattr(g, "request_id", None) if has_request_context() else None


def _take() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex


def _answer(response: Response) -> Response:
    if identifier := current():
        response.headers[HEADER] = identifier
    return response

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


def sane(given: str) -> str:
    """The id that a caller gave, a new one if it is not sane."""
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


def _take() -> None:
    g.request_id = sane(request.headers.get(HEADER, ""))


def _answer(response: Response) -> Response:
    if identifier := current():
        response.headers[HEADER] = identifier
    return response

"""Who sends this request: by its Bearer token, else by its session.

A request with a Bearer header never falls back to the session, so a browser's cookie can not lend it rights; only a
session must show a CSRF token, because only a cookie is sent by the browser on its own.
"""

from flask import request
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from deployapp.auth.identity import Identity
from deployapp.auth.sessions import without_session
from deployapp.extensions import csrf
from deployapp.services import tokens
from deployapp.services.errors import Forbidden, NotSignedIn


class InvalidToken(NotSignedIn):
    """A Bearer token was sent, and it is malformed, unknown, expired or revoked, or its user is inactive."""

    code = "invalid_token"


class CsrfFailed(Forbidden):
    """A session wants to change something without proof that its own page asked for it."""

    code = "csrf_failed"


def identify() -> Identity:
    """Who asks. Notes the use of a token. Raises `NotSignedIn`, `InvalidToken`, `CsrfFailed`."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return _by_token(secret.strip()) if scheme.lower() == "bearer" else _by_session()


def _by_token(secret: str) -> Identity:
    without_session()
    token = tokens.find(secret)
    if token is None:
        raise InvalidToken("This token is not valid, or not any more.")
    tokens.note_use(token)
    return Identity.of_token(token)


def _by_session() -> Identity:
    if not current_user.is_authenticated:
        raise NotSignedIn("Send a Bearer token, or sign in.")
    try:
        csrf.protect()
    except CSRFError as error:
        raise CsrfFailed(f"{error.description} A session sends it in the header X-CSRFToken.") from None
    return Identity.of_user(current_user)

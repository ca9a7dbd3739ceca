"""The session cookie: whose it is, and where there is none."""

import hmac
import re

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from deployapp.extensions import db, login_manager
from deployapp.models import User

_ID = re.compile("[0-9]{1,9}")  # what the column holds on every database
_STATELESS = "deployapp.stateless"


@login_manager.user_loader  # type: ignore[untyped-decorator]  # flask_login publishes no types
def load_user(session_id: str) -> User | None:
    """The active user of a session; None once the password has changed (`User.get_id`)."""
    number = session_id.partition(".")[0]
    user = db.session.get(User, int(number)) if _ID.fullmatch(number) else None
    known = user is not None and hmac.compare_digest(user.get_id().encode(), session_id.encode())
    return user if user and known and user.active else None


def without_session() -> None:
    """This request's answer sets no cookie and does not vary by one, so that shared caches may keep it."""
    request.environ[_STATELESS] = True


class SessionInterface(SecureCookieSessionInterface):
    """Flask's own, but stateless answers stay so: Flask-Login looks into the session after every request, which
    would add `Vary: Cookie` to all of them."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not request.environ.get(_STATELESS):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Put the session interface on the app."""
    app.session_interface = SessionInterface()

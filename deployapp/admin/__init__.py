"""The admin pages: Flask-Admin's views behind Flask-Login, on this project's own templates.

A view checks the permission, calls one service and answers; it never commits. Nothing here is inline, so that a
strict Content-Security-Policy holds.
"""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from deployapp.admin import pages, sign_in
from deployapp.admin.dashboard import Dashboard
from deployapp.admin.deployments import Deployments
from deployapp.admin.frontends import Frontends
from deployapp.admin.tokens import Tokens
from deployapp.admin.users import Users

GENERAL, ACCESS = "General", "Access"


def init_app(app: Flask) -> None:
    """Put the admin on the app."""
    # A form stays good as long as its session: a dashboard may be open for days before something is announced.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    sign_in.init_app(app)
    admin = Admin(name="Deployapp", theme=Bootstrap4Theme(), index_view=Dashboard())
    admin.add_view(Deployments(category=GENERAL))
    admin.add_view(Frontends(category=GENERAL))
    admin.add_view(Users(category=ACCESS))
    admin.add_view(Tokens(category=ACCESS))
    admin.init_app(app)
    app.register_blueprint(pages.console)

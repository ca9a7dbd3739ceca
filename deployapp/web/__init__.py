"""The public pages: the demo at `/`, and what is shown where there is no page."""

from flask import Flask

from deployapp.web import error_pages, headers
from deployapp.web.demo import web
from deployapp.web.error_pages import error_page

__all__ = ["error_page", "init_app"]


def init_app(app: Flask) -> None:
    """Put the pages on the app, and the security headers on every answer."""
    app.register_blueprint(web)
    error_pages.init_app(app)
    headers.init_app(app)

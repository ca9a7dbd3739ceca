"""REST: blueprints that read a request, call one service and answer; one error shape; OpenAPI from the same code."""

from flask import Flask

from deployapp.api import documentation, errors, health
from deployapp.api.deployments import deployments_api
from deployapp.api.status import status_api


def init_app(app: Flask) -> None:
    """Put the API on the app."""
    errors.init_app(app)
    documentation.init_app(app)
    health.init_app(app)
    app.register_blueprint(status_api)
    app.register_blueprint(deployments_api)

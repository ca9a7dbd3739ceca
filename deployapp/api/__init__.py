"""REST: blueprints that read a request, call one service and answer; one error shape; OpenAPI from the same code."""

from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from deployapp.api import documentation, errors, health
from deployapp.api.deployments import deployments_api
from deployapp.api.status import status_api


def init_app(app: Flask, elsewhere: Callable[[HTTPException], ResponseReturnValue]) -> None:
    """Put the API on the app; `elsewhere` answers HTTP errors that are not the API's."""
    errors.init_app(app, elsewhere)
    documentation.init_app(app)
    health.init_app(app)
    app.register_blueprint(status_api)
    app.register_blueprint(deployments_api)

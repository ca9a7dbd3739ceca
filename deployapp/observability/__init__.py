"""What operators see: logs with request ids, and Prometheus metrics. Changes nothing that it watches."""

from flask import Flask

from deployapp.observability import before_flask, metrics, request_ids, requests


def init_app(app: Flask) -> None:
    """To be called last: the request hooks run around everything else."""
    request_ids.init_app(app)
    registry = metrics.init_app(app)
    count = requests.init_app(app, registry)
    before_flask.init_app(app, count)

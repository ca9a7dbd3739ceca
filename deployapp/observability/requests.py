"""Counts and times each HTTP request by route, and logs it. Holds no paths: their number has no bound."""

import logging
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def init_app(app: Flask, registry: CollectorRegistry) -> None:
    total = Counter(
        "deployapp_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=registry
    )
    duration = Histogram(
        "deployapp_http_request_duration_seconds", "Time to answer.", ["method", "route"], registry=registry
    )

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.began
        method = request.method if request.method in METHODS else "other"
        total.labels(method, route(), response.status_code).inc()
        duration.labels(method, route()).observe(seconds)
        _log(response.status_code, seconds)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)  # also times the hooks of others
    app.after_request(end)


def route() -> str:
    """The route's template, `/api/deployments/<int:deployment_id>/`; `unmatched` for what no route takes."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def _log(status: int, seconds: float) -> None:
    milliseconds = round(seconds * 1000, 1)
    told = {"method": request.method, "route": route(), "status": status, "milliseconds": milliseconds}
    told["remote"] = request.remote_addr or ""
    log.info("%s %s %d %.1f ms", request.method, route(), status, milliseconds, extra=told)

"""Counts and times each HTTP request by route, and logs it. Holds no paths: their number has no bound."""

import logging
import time
from collections.abc import Callable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

log = logging.getLogger(__name__)

Count = Callable[[str, str, int], None]  # counts a request: method, route, status
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def init_app(app: Flask, registry: CollectorRegistry) -> Count:
    """Watch the app's requests; answers what counts one that the app does not see."""
    total = Counter(
        "deployapp_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=registry
    )
    duration = Histogram(
        "deployapp_http_request_duration_seconds", "Time to answer.", ["method", "route"], registry=registry
    )

    def count(method: str, route: str, status: int) -> None:
        total.labels(_label(method), route, status).inc()

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.began
        count(request.method, route(), response.status_code)
        duration.labels(_label(request.method), route()).observe(seconds)
        log_line(request.method, route(), response.status_code, seconds, request.remote_addr)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)  # also times the hooks of others
    app.after_request(end)
    return count


def route() -> str:
    """The route's template, `/api/deployments/<int:deployment_id>/`; `unmatched` for what no route takes."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def log_line(method: str, route: str, status: int, seconds: float, remote: str | None, **more: str) -> None:
    """Log a request that was answered."""
    milliseconds = round(seconds * 1000, 1)
    told = {"method": method, "route": route, "status": status, "milliseconds": milliseconds, "remote": remote or ""}
    log.info("%s %s %d %.1f ms", method, route, status, milliseconds, extra={**told, **more})


def _label(method: str) -> str:
    return method if method in METHODS else "other"

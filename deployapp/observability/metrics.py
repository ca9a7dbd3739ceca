"""`/metrics` in Prometheus' format. Each process tells its own; workers that share a port have `METRICS_PORT` each."""

import hmac
import logging

from flask import Flask, Response, abort, current_app, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)

from config import Settings
from deployapp.capture import deployment_committed
from deployapp.events import DeploymentEvent
from deployapp.observability.state import StateCollector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody asks for

log = logging.getLogger(__name__)

FAN_OUT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


def init_app(app: Flask) -> CollectorRegistry:
    """Serve `/metrics`; answers the registry, one for each app."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    _count_published(app, registry)
    if "deployapp.realtime" in app.extensions:  # not on the command line
        registry.register(StateCollector(app))
        _time_fan_outs(app, registry)
    app.extensions["deployapp.metrics"] = registry
    app.add_url_rule("/metrics", "metrics", _metrics)
    return registry


def serve_alone(app: Flask) -> None:
    """Serve this process' metrics on `METRICS_PORT`, on loopback and without a token, if it is set."""
    settings: Settings = app.config["SETTINGS"]
    if settings.metrics_port:
        try:
            start_http_server(settings.metrics_port, "127.0.0.1", app.extensions["deployapp.metrics"])
        except OSError as error:  # worth an error, not worth the service
            log.error("no metrics on port %d: %s", settings.metrics_port, error)


def _metrics() -> Response:
    if not _may_read(current_app.config["SETTINGS"]):
        abort(404)  # says nothing about what is here
    return Response(generate_latest(current_app.extensions["deployapp.metrics"]), content_type=CONTENT_TYPE_LATEST)


def _may_read(settings: Settings) -> bool:
    if not settings.metrics_token:
        return not settings.production
    given = request.headers.get("Authorization", "").encode("latin-1", "replace")  # the bytes that were sent
    return hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode())


def _count_published(app: Flask, registry: CollectorRegistry) -> None:
    published = Counter(
        "deployapp_events_published", "Deployments that this process committed and announced.", registry=registry
    )

    def count(sender: Flask, event: DeploymentEvent) -> None:
        published.inc()

    deployment_committed.connect(count, sender=app, weak=False)


def _time_fan_outs(app: Flask, registry: CollectorRegistry) -> None:
    duration = Histogram(
        "deployapp_fanout_duration_seconds",
        "From the first send of an event to the last.",
        buckets=FAN_OUT_BUCKETS,
        registry=registry,
    )
    app.extensions["deployapp.dispatcher"].timed = duration.observe

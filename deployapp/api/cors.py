"""Lets pages of other origins read what is public (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from flask import Response, current_app, request

from config import Settings

EXPOSED = "Deployapp-Policy, ETag, Retry-After"
PREFLIGHT_SECONDS = 86_400


def allow_other_origins(response: Response) -> Response:
    """An `after_request`: the origins of `CORS_ORIGINS` may read this. Cookies are never part of it."""
    settings: Settings = current_app.config["SETTINGS"]
    if "*" in settings.cors_origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.vary.add("Origin")
        if request.origin in settings.cors_origins:
            response.headers["Access-Control-Allow-Origin"] = request.origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def preflight() -> Response | None:
    """A `before_request`: answer OPTIONS. A poller asks with `If-None-Match`, which browsers ask leave for."""
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    response.headers["Allow"] = response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response

"""What `python wsgi.py` serves, and one route more: `POST /publish` puts the event in its body on the bus.

It measures the fan-out by the same kind of trigger as the other servers: without sign-in, without a commit.
"""

from deployapp.realtime import eventlet_server

eventlet_server.monkey_patch()  # before anything else is imported

from collections.abc import Iterable  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask  # noqa: E402

from config import load  # noqa: E402
from deployapp.app import create_app  # noqa: E402
from deployapp.events import DeploymentEvent  # noqa: E402
from deployapp.observability import logs  # noqa: E402
from deployapp.realtime_app import serve  # noqa: E402


def add_publish(app: Flask) -> None:
    inner, bus = app.wsgi_app, app.extensions["deployapp.bus"]

    def with_publish(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/publish":
            return inner(environ, start_response)
        bus.publish(DeploymentEvent.from_json(environ["wsgi.input"].read()))
        start_response("204 No Content", [])
        return []

    app.wsgi_app = with_publish  # type: ignore[method-assign]


settings = load()
logs.configure(settings)
app = create_app(settings, loop=eventlet_server.EventletLoop())
add_publish(app)
serve(app)

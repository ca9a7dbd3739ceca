"""What `python wsgi.py` serves, with two routes more for the benchmarks.

`POST /publish` puts the event in its body on the bus: the fan-out is triggered as in the other servers, without
sign-in and commit. `GET /collections` answers the longest pause of the garbage collector in ms since it was last asked.
"""

from deployapp.realtime import eventlet_server

eventlet_server.monkey_patch()  # before anything else is imported

import gc  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterable  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask  # noqa: E402

from config import load  # noqa: E402
from deployapp.app import create_app  # noqa: E402
from deployapp.events import DeploymentEvent  # noqa: E402
from deployapp.observability import logs  # noqa: E402
from deployapp.realtime_app import serve  # noqa: E402


class Collections:
    """Times the garbage collector."""

    def __init__(self) -> None:
        self._began = self._longest = 0.0
        gc.callbacks.append(self._observe)

    def _observe(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._longest = max(self._longest, time.perf_counter() - self._began)

    def take_longest_ms(self) -> float:
        longest, self._longest = self._longest, 0.0
        return 1000 * longest


def add_routes(app: Flask) -> None:
    inner, bus, collections = app.wsgi_app, app.extensions["deployapp.bus"], Collections()

    def with_routes(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/publish":
            bus.publish(DeploymentEvent.from_json(environ["wsgi.input"].read()))
            start_response("204 No Content", [])
            return []
        if environ["PATH_INFO"] == "/collections":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(collections.take_longest_ms()).encode()]
        return inner(environ, start_response)

    app.wsgi_app = with_routes  # type: ignore[method-assign]


settings = load()
logs.configure(settings)
app = create_app(settings, loop=eventlet_server.EventletLoop())
add_routes(app)
serve(app)

"""Gives what is answered in front of Flask what Flask's hooks give the rest: the request's id, the counter, the line.

That is Socket.IO's HTTP and the refusals of the push routes. A connection that is accepted leaves the web server and
is counted by the hub. Polls are not timed, because they wait on purpose, and only logged if they are refused.
"""

import time
from typing import Any

from flask import Flask

from deployapp.observability import request_ids, requests
from deployapp.realtime.gateway import Realtime
from deployapp.realtime.loop import WSGIEnvironment


def init_app(app: Flask, count: requests.Count) -> None:
    """Watch the gateway, if the app has one."""

    def watch(environ: WSGIEnvironment, start_response: Any, route: str, began: float) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            identifier = request_ids.sane(environ.get("HTTP_X_REQUEST_ID", ""))
            method, code = environ["REQUEST_METHOD"], int(status[:3])
            count(method, route, code)
            if code >= 400:
                seconds = time.perf_counter() - began
                requests.log_line(method, route, code, seconds, environ.get("REMOTE_ADDR"), request_id=identifier)
            return start_response(status, [*headers, (request_ids.HEADER, identifier)], *error)

        return start

    realtime: Realtime | None = app.extensions.get("deployapp.realtime")  # not on the command line
    if realtime is not None:
        realtime.watch = watch

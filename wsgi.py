"""The way in: `python wsgi.py` serves, `flask --app wsgi …` is the command line."""

SERVING = __name__ == "__main__"

if SERVING:
    from deployapp.realtime import eventlet_server

    eventlet_server.monkey_patch()  # before anything else is imported

import sys  # noqa: E402

from config import ConfigError, load  # noqa: E402
from deployapp.app import create_app  # noqa: E402
from deployapp.observability import logs  # noqa: E402
from deployapp.realtime_app import serve  # noqa: E402

try:
    settings = load()
    if SERVING:
        logs.configure(settings)
    app = create_app(settings, loop=eventlet_server.EventletLoop() if SERVING else None)
except ConfigError as error:
    sys.exit(str(error))

if SERVING:
    serve(app)

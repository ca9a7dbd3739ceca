"""The way in: `python wsgi.py` serves, `flask --app wsgi …` is the command line."""

if __name__ == "__main__":
    from deployapp.realtime.eventlet_server import monkey_patch

    monkey_patch()  # before anything else is imported

import sys

from config import ConfigError, load
from deployapp.app import create_app

try:
    app = create_app(load())
except ConfigError as error:
    sys.exit(str(error))

if __name__ == "__main__":
    from deployapp.realtime_app import serve

    serve(app)

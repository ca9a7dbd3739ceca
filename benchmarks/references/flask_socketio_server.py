"""Stock Flask-SocketIO on eventlet, which serves 1,024 connections unless `max_size` is raised.

python flask_socketio_server.py PORT
"""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO  # noqa: E402

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet")


@app.post("/publish")
def publish() -> tuple[str, int]:
    socketio.emit("deployment_update", request.get_json())
    return "", 204


socketio.run(app, "127.0.0.1", int(sys.argv[1]), max_size=65_536, log_output=False)

"""python-socketio under uvicorn, with uvloop and httptools as `uvicorn[standard]` has them.

python python_socketio_server.py PORT
"""

import json
import sys
from typing import Any

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi")


async def publish(scope: dict[str, Any], receive: Any, send: Any) -> None:
    message = await receive()
    await sio.emit("deployment_update", json.loads(message["body"]))
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


uvicorn.run(
    socketio.ASGIApp(sio, publish), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off"
)

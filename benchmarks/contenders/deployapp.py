"""This project's server, twice: as users run it, and with the bare trigger that the references have.

`python wsgi.py` is triggered by `POST /api/deployments/trigger/`: a token is checked, a row committed, the event goes
over the bus. No reference does any of that, so the fan-out is compared by `servers/deployapp_server.py`: the same
application with one more route, which puts the given event on the same bus.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.contenders.base import Contender, Running, Start, publish_trigger
from benchmarks.messages import deployment_trigger
from benchmarks.server_process import ServerProcess, free_port

ROOT = Path(__file__).parents[2]
WEBSOCKET = "/ws/deployment-updates"
SOCKETIO = "/socket.io/?EIO=4&transport=websocket"
SSE = "/sse/deployment-updates"


def environment(folder: Path, port: int, **settings: str) -> dict[str, str]:
    """The defaults, but for what a single machine full of clients needs."""
    own = {
        "PORT": str(port),
        "INSTANCE_PATH": str(folder),
        "ADMIN_PASSWORD": "for the benchmark only",
        "MAX_CONNECTIONS_PER_ADDRESS": "0",
        "DRAIN_SECONDS": "0",
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONPATH": str(ROOT),
    }
    return {"PATH": os.environ["PATH"], **own, **settings}


def starter(program: str, real_trigger: bool) -> Start:
    """Runs `python PROGRAM` on a fresh instance folder."""

    @contextmanager
    def start(folder: Path, cpu: int | None) -> Iterator[Running]:
        port = free_port()
        env = environment(folder, port)
        setup = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
        subprocess.run(setup, cwd=ROOT, env=env, check=True, capture_output=True)
        token = (folder / "admin_token").read_text().strip()
        with ServerProcess([sys.executable, str(ROOT / program)], port, folder / "deployapp.log", cpu, env) as server:
            if real_trigger:
                yield Running(server, lambda event_id: deployment_trigger(port, token), port)
            else:
                yield Running(server, publish_trigger(port), port, lambda: _longest_collection_ms(port))

    return start


def _longest_collection_ms(port: int) -> float:
    with urlopen(f"http://127.0.0.1:{port}/collections", timeout=10) as answer:  # always http
        return float(answer.read())


BARE = starter("benchmarks/servers/deployapp_server.py", real_trigger=False)
REAL = starter("wsgi.py", real_trigger=True)
DEPLOYAPP = [
    Contender("ours", "Deployapp, raw WebSocket", "websocket", WEBSOCKET, BARE),
    Contender("ours-sio", "Deployapp, Socket.IO", "socketio", SOCKETIO, BARE),
    Contender("ours-sse", "Deployapp, SSE", "sse", SSE, BARE),
    Contender("ours-post", "Deployapp, raw WebSocket, the whole POST", "websocket", WEBSOCKET, REAL, only_at=10_000),
    Contender("ours-sio-post", "Deployapp, Socket.IO, the whole POST", "socketio", SOCKETIO, REAL, only_at=10_000),
]

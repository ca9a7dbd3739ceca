"""The limit of this machine: `native/c_loop.c`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders.base import Contender, Running
from benchmarks.messages import event_json, http_post
from benchmarks.native import BUILT
from benchmarks.server_process import ServerProcess, free_port


@contextmanager
def start(folder: Path, cpu: int | None, text: Callable[[int], str] = event_json) -> Iterator[Running]:
    """Run it; each broadcast sends `text(id)` in one frame."""
    port = free_port()
    with ServerProcess([str(BUILT / "c_loop"), str(port)], port, folder / "c-loop.log", cpu) as server:
        yield Running(server, lambda event_id: http_post(port, "/publish", text(event_id)), port)


C_LOOP = Contender("c", "C loop over send()", "websocket", "/", start)

"""Whether clients that never read delay the others: the same broadcasts without them and with a hundred of them.

What a stalled client does not read fills the kernel's buffers first, which costs a server nothing. So each round sends
them large events on a topic of their own until the server itself has to keep what they do not take, measures in that
state, and then goes on until the server has closed them all, which proves that it was in that state.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.contenders.base import Running
from benchmarks.contenders.deployapp import DEPLOYAPP, WEBSOCKET
from benchmarks.load_client import Heard, LoadClient
from benchmarks.measuring import BROADCAST_SECONDS, CONNECT_SECONDS, ContenderFailed, Processors, Say
from benchmarks.messages import EVENT, http_post
from benchmarks.results import Stalled

STALLED = 100
FILL_BYTES = 16_384
KEPT_FILLS = 2  # of the four that fit into SEND_BUFFER_LIMIT: room for what is measured
MOST_FILLS = 1000
ROUNDS = 3
BROADCASTS = 15


def measure_stalled(connections: int, processors: Processors, say: Say) -> Stalled:
    """Raises `ServerFailed`, `ClientFailed` or `ContenderFailed`."""
    result = Stalled(connections - STALLED, STALLED)
    with (
        tempfile.TemporaryDirectory(prefix="deployapp-benchmark-") as folder,
        DEPLOYAPP[0].start(Path(folder), processors.servers) as running,
        LoadClient("websocket", running.port, WEBSOCKET, processors.clients) as tabs,
    ):
        run = _Run(running, tabs, processors)
        tabs.connect(result.reading, CONNECT_SECONDS)
        with run.stalled_clients():
            fills = run.fill_until_closed()
        for _ in range(ROUNDS):
            result.without += run.broadcasts()
            with run.stalled_clients():
                run.fill(fills - KEPT_FILLS)
                result.beside += run.broadcasts()
                result.fills_to_close.append(run.fill_until_closed())
            say(f"  {STALLED} stalled clients: p99 of the others {result.ratio:.2f} times that without them")
    return result


class _Run:
    def __init__(self, running: Running, tabs: LoadClient, processors: Processors) -> None:
        self._running = running
        self._tabs = tabs
        self._processors = processors
        self._ids = count(1)
        self._closed_before = 0

    @contextmanager
    def stalled_clients(self) -> Iterator[None]:
        """A hundred that subscribe to one topic more and never read."""
        path = f"{WEBSOCKET}?environment=production&environment=staging"
        self._closed_before = self._slow_closes()
        with LoadClient("websocket", self._running.port, path, self._processors.clients) as clients:
            clients.connect(STALLED, CONNECT_SECONDS, stalled=True)
            yield

    def broadcasts(self) -> list[Heard]:
        return [self._broadcast() for _ in range(BROADCASTS)]

    def fill(self, times: int) -> None:
        """Send large events to the stalled clients alone."""
        for _ in range(times):
            event = replace(EVENT, id=next(self._ids), environment="staging", notes="x" * FILL_BYTES)
            request = Request(f"http://127.0.0.1:{self._running.port}/publish", event.as_json().encode())
            urlopen(request, timeout=BROADCAST_SECONDS).close()  # noqa: S310  # always http

    def fill_until_closed(self) -> int:
        """Answers how many large events that took."""
        for turn in range(1, MOST_FILLS):
            self.fill(1)
            time.sleep(0.02)  # the fan-out follows the answer
            if self._slow_closes() - self._closed_before >= STALLED:
                return turn
        raise ContenderFailed(f"{MOST_FILLS} large events did not make the server close the stalled clients")

    def _broadcast(self) -> Heard:
        event = replace(EVENT, id=next(self._ids)).as_json()
        trigger = http_post(self._running.port, "/publish", event)
        return self._tabs.broadcast(self._running.port, trigger, BROADCAST_SECONDS)

    def _slow_closes(self) -> int:
        with urlopen(f"http://127.0.0.1:{self._running.port}/metrics", timeout=10) as answer:
            found = re.search(r"^deployapp_slow_closes_total (\S+)", answer.read().decode(), re.MULTILINE)
        return int(float(found[1])) if found else 0

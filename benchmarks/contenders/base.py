"""What every contender is: how it is started, what its clients speak, what makes it broadcast."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load_client import Protocol
from benchmarks.messages import event_json, http_post, socketio_text
from benchmarks.server_process import ServerProcess

Start = Callable[[Path, int | None], AbstractContextManager["Running"]]


@dataclass(frozen=True)
class Running:
    """A started contender. `trigger(id)`, sent to `trigger_port`, makes it broadcast that event."""

    server: ServerProcess
    trigger: Callable[[int], bytes]
    trigger_port: int
    longest_collection_ms: Callable[[], float | None] = lambda: None  # of the garbage collector, since last asked

    @property
    def port(self) -> int:
        return self.server.port


@dataclass(frozen=True)
class Contender:
    """`start(folder, cpu)` runs it on a free port; `folder` is for its files, `cpu` what it is pinned to."""

    name: str
    label: str
    protocol: Protocol
    path: str
    start: Start = field(repr=False)
    note: str = ""
    largest: int | None = None  # more connections are not tried, for the reason in `note`
    only_at: int | None = None  # the one number of connections it is measured at
    reference: str | None = None  # what has to be installed first

    def measured_at(self, connections: int) -> bool:
        return self.only_at in (None, connections) and (self.largest is None or connections <= self.largest)

    def wire_text(self, event_id: int) -> str:
        """The text of the frame it sends, for the C loop to send one of the same size."""
        return socketio_text(event_id) if self.protocol == "socketio" else event_json(event_id)


def publish_trigger(port: int) -> Callable[[int], bytes]:
    """The trigger of every server here but the real one: `POST /publish` with the event."""
    return lambda event_id: http_post(port, "/publish", event_json(event_id))

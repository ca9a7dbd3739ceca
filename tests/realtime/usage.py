"""What a server process uses, and whether it is back to what it was."""

import gc
from pathlib import Path

from tests.deployapp_process import Deployapp
from tests.waiting import eventually

SLACK = 3  # descriptors: the database's and the bus' own may come and go


def descriptors(server: Deployapp) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def memory(server: Deployapp) -> int:
    """Anonymous memory of the process, in bytes."""
    fields = (Path(f"/proc/{server.pid}/smaps_rollup")).read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in fields if line.startswith("Anonymous:")))


def connections(server: Deployapp) -> dict[str, float]:
    """What the server counts itself, by transport."""
    found = {}
    for line in server.request("GET", "/metrics").text.splitlines():
        if line.startswith('deployapp_connections{transport="'):
            found[line.split('"')[1]] = float(line.rpartition(" ")[2])
    return found


def counter(server: Deployapp, name: str) -> float:
    """A counter of /metrics, without its prefix: `slow_closes_total`."""
    for line in server.request("GET", "/metrics").text.splitlines():
        if line.startswith(f"deployapp_{name} "):
            return float(line.rpartition(" ")[2])
    raise KeyError(name)


def settles(server: Deployapp, before: int) -> None:
    """Wait until the server has as many descriptors as before, and counts no connection."""
    gc.collect()  # sockets that a failed client left behind

    def settled() -> bool:
        return sum(connections(server).values()) == 0 and descriptors(server) <= before + SLACK

    eventually(settled, message=f"{descriptors(server)} descriptors, {before} before; {connections(server)}")

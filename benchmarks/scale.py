"""`make bench-scale`: several processes full of tabs on this machine, one PostgreSQL, one Valkey; then a full restart.

Each process has a load client of its own, since both are bound by the descriptor limit, and a port of its own, as
behind nginx. Prints a Markdown table; docs/scale.md says what it means. Nothing is pinned to a processor: servers,
databases and load clients share what there is, so times are an upper bound of what the servers alone would take.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import machine, native
from benchmarks.contenders.deployapp import ROOT, WEBSOCKET, environment
from benchmarks.load_client import LoadClient
from benchmarks.messages import deployment_trigger
from benchmarks.server_process import ServerProcess, free_port
from tests.servers import Postgres, Valkey

T = TypeVar("T")

DRAIN_SECONDS = 2  # the default, which the other benchmarks switch off
CONNECT_SECONDS = 120
LISTEN_SECONDS = 60
AVALANCHE_WINDOW = 4096  # connects under way at a time, of each load client: all that a process' backlog takes
LONGEST_PAUSE = 1.0  # seconds before tabs that were refused try again
LISTENING_SECONDS = 0.3  # until every load client surely waits for the event


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Member:
    """One process, and the tabs that belong to it."""

    server: ServerProcess
    tabs: LoadClient


@dataclass(frozen=True)
class Broadcast:
    """One deployment, over all processes; times in ms since just before the trigger connected."""

    answer_ms: float
    first_process_ms: float  # until the last tab of the process that was done first
    last_ms: float  # until the last tab of all
    lost: int


@dataclass(frozen=True)
class Avalanche:
    """A restart of all processes at once, in seconds; `refused` are the attempts that were not taken at first."""

    drain: float
    back: float  # from the end of the last process until the last tab was back
    refused: int


class Fleet:
    """The processes with their tabs; `count` tabs belong to each."""

    def __init__(self, members: Sequence[Member], count: int, token: str) -> None:
        self.members = members
        self.count = count
        self._token = token
        self._pool = ThreadPoolExecutor(len(members))

    def pss(self) -> int:
        return sum(member.server.pss() for member in self.members)

    def cpu_seconds(self) -> float:
        return sum(member.server.processor_time().ran / 1000 for member in self.members)

    def connect(self) -> float:
        """Open all tabs; answers the seconds. Ends the program if one cannot."""
        began = time.monotonic()
        opened = list(self._each(lambda member: member.tabs.connect(self.count, CONNECT_SECONDS)))
        if failed := sum(one.failed for one in opened):
            sys.exit(f"{failed} tabs could not connect")
        return time.monotonic() - began

    def broadcast(self, turn: int) -> Broadcast:
        """Deploy by way of one process, in turn, and wait for every tab of all."""
        by_way_of = self.members[turn % len(self.members)]
        others = [member for member in self.members if member is not by_way_of]
        waiting = [self._pool.submit(member.tabs.listen, LISTEN_SECONDS) for member in others]
        time.sleep(LISTENING_SECONDS)
        port = by_way_of.server.port
        own = by_way_of.tabs.broadcast(port, deployment_trigger(port, self._token), LISTEN_SECONDS)
        heard = [own, *(one.result() for one in waiting)]
        done = sorted((one.began_ns - own.began_ns) / 1e6 + one.last_ms for one in heard)
        missing = len(self.members) * self.count - sum(one.heard for one in heard)
        return Broadcast(own.answer_ms, done[0], done[-1], missing)

    def restart(self) -> Avalanche:
        """End all processes by SIGTERM, start them again, and let every tab come back."""
        began = time.monotonic()
        list(self._each(lambda member: member.server.__exit__()))
        ended = time.monotonic()
        refused = sum(self._each(self._start_and_come_back))
        return Avalanche(ended - began, time.monotonic() - ended, refused)

    def duplicates(self) -> int:
        return sum(member.tabs.status().duplicates for member in self.members)

    def open(self) -> int:
        return sum(member.tabs.status().open for member in self.members)

    def _start_and_come_back(self, member: Member) -> int:
        member.server.__enter__()
        refused, until = 0, time.monotonic() + CONNECT_SECONDS
        while (missing := self.count - member.tabs.status().open) and time.monotonic() < until:
            failed = member.tabs.connect(missing, CONNECT_SECONDS, window=AVALANCHE_WINDOW).failed
            refused += failed
            time.sleep(random.uniform(0, LONGEST_PAUSE) if failed else 0)  # noqa: S311  # spreads load
        return refused

    def _each(self, do: Callable[[Member], T]) -> Iterable[T]:
        return self._pool.map(do, self.members)


@contextmanager
def fleet(folder: Path, processes: int, count: int) -> Iterator[Fleet]:
    with ExitStack() as stack:
        settings = {
            "DATABASE_URL": stack.enter_context(Postgres()).url,
            "MESSAGE_QUEUE_URL": stack.enter_context(Valkey()).url,
            "SECRET_KEY": "for the benchmark only",
            "DRAIN_SECONDS": str(DRAIN_SECONDS),
        }
        members: list[Member] = []
        for number in range(processes):
            port = free_port()
            env = environment(folder, port, **settings)
            if not members:
                setup = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
                subprocess.run(setup, cwd=ROOT, env=env, check=True, capture_output=True)
            log = folder / f"process-{number}.log"
            server = stack.enter_context(
                ServerProcess([sys.executable, str(ROOT / "wsgi.py")], port, log, None, environment=env)
            )
            tabs = stack.enter_context(LoadClient("websocket", port, f"{WEBSOCKET}?last_event_id=0", None))
            members.append(Member(server, tabs))
        yield Fleet(members, count, (folder / "admin_token").read_text().strip())


def measure(running: Fleet, broadcasts: int, rest: float) -> dict[str, str]:
    """Everything, in the order of the table."""
    total = len(running.members) * running.count
    empty, free = running.pss(), available()
    say(f"connecting {total:,} tabs …")
    seconds = running.connect()
    full, taken = running.pss(), free - available()
    say(f"resting for {rest:g} s …")
    idle = running.cpu_seconds()
    time.sleep(rest)
    idle = (running.cpu_seconds() - idle) / rest
    told = deploy(running, broadcasts)
    say("restarting all processes at once …")
    avalanche = running.restart()
    back = running.open()
    after = deploy(running, max(2, broadcasts // 3))
    return {
        "processes x tabs": f"{len(running.members)} x {running.count:,} = {total:,}",
        "connecting": f"{seconds:.1f} s, {total / seconds:,.0f} a second",
        "memory of the processes, empty": f"{empty / 2**20:,.0f} MiB",
        "memory of the processes, full": f"{full / 2**20:,.0f} MiB",
        "memory for a tab in its process": f"{(full - empty) / total / 1024:.2f} KiB",
        "all memory for a tab: process, kernel, load client, both ends": f"{taken / total / 1024:.1f} KiB",
        "processor time of all processes at rest": f"{100 * idle:.1f} % of one processor",
        **rows("deployment", told),
        "full restart: the old processes are gone after": f"{avalanche.drain:.1f} s",
        "full restart: from then until the last tab is back": f"{avalanche.back:.1f} s",
        "full restart: tabs that came back": f"{back:,} of {total:,}",
        "full restart: attempts that had to be repeated": f"{avalanche.refused:,}",
        **rows("deployment after the restart", after),
        "told twice": str(running.duplicates()),
    }


def deploy(running: Fleet, broadcasts: int) -> list[Broadcast]:
    told = []
    for turn in range(broadcasts):
        told.append(running.broadcast(turn))
        say(f"  last tab after {told[-1].last_ms:.0f} ms, {told[-1].lost} lost")
    return told


def rows(name: str, told: Sequence[Broadcast]) -> dict[str, str]:
    last = [one.last_ms for one in told]
    return {
        f"{name}: 201 answered": f"{median(one.answer_ms for one in told):.0f} ms (median of {len(told)})",
        f"{name}: first process done": f"{median(one.first_process_ms for one in told):.0f} ms",
        f"{name}: last tab of all": f"{median(last):.0f} ms (best {min(last):.0f}, worst {max(last):.0f})",
        f"{name}: lost": str(sum(one.lost for one in told)),
    }


def available() -> int:
    """Bytes that the kernel could still give out."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--tabs", type=int, default=18_000, help="of each process")
    parser.add_argument("--broadcasts", type=int, default=12)
    parser.add_argument("--rest", type=float, default=30, help="seconds in which nothing happens, for the idle figure")
    wanted = parser.parse_args()
    native.build()
    about = machine.describe()
    with (
        tempfile.TemporaryDirectory(prefix="deployapp-scale-") as folder,
        fleet(Path(folder), wanted.processes, wanted.tabs) as running,
    ):
        table = measure(running, wanted.broadcasts, wanted.rest)
    print(f"{about['date']}, commit {about['commit']}, {about['cores']} cores of {about['processor']}\n")
    print("| figure | |\n|---|---|")
    print("\n".join(f"| {name} | {value} |" for name, value in table.items()))


if __name__ == "__main__":
    main()

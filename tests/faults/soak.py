"""`make soak`: faults at random, under load, for as long as wanted; then the figures, as a Markdown table.

    python -m tests.faults.soak --minutes 30 [--seed 1] [--clients 4]

Ends with code 1 if anything was lost, late, duplicated or out of order.
"""

import argparse
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine
from tests.faults import watchers
from tests.faults.chaos import TOPICS, cut_the_cable, possible
from tests.faults.cluster import Cluster, cluster, load
from tests.faults.partition import available, cable
from tests.faults.verdict import IN_TIME, Verdict, everybody_knows, judge
from tests.faults.watchers import Watcher, watching

LONGEST_FAULT = 10.0  # seconds


class Soak:
    """One run and its figures."""

    def __init__(self, cluster: Cluster, clients: Sequence[Watcher], seed: int) -> None:
        self.cluster = cluster
        self.clients = clients
        self.seed = seed
        self.faults: Counter[str] = Counter()
        self.verdict = Verdict()
        self.seconds = 0.0
        self._ending = False

    def run(self, minutes: float) -> None:
        began = time.monotonic()
        everybody_knows(self.cluster, self.clients)
        while time.monotonic() - began < 60 * minutes and not self._ending:
            self._one_fault()
        self.seconds = time.monotonic() - began

    def end(self, *_: object) -> None:
        """Let the fault that is under way be the last."""
        self._ending = True

    def _one_fault(self) -> None:
        fault = random.choice(possible(self.cluster))
        with load(self.cluster, TOPICS, pause=0.2):
            fault(self.cluster, random.uniform(0, LONGEST_FAULT))
        self.faults[fault.__name__.replace("_", " ")] += 1
        found = judge(self.cluster, self.clients, time.monotonic(), cut=fault is cut_the_cable)
        for line in found.wrong() or ["all is well"]:
            print(f"{time.strftime('%H:%M:%S')} after {fault.__name__}: {line}", flush=True)
        self.verdict.add(found)

    def table(self) -> str:
        """The figures, in Markdown."""
        about = machine.describe()
        rows = {
            "ended": f"{about['date']}, commit {about['commit']}, {about['cores']} cores",
            "duration": f"{self.seconds / 60:.1f} min",
            "seed": self.seed,
            "processes": len(self.cluster.workers),
            "clients": f"{len(self.clients)} ({', '.join(sorted({client.transport for client in self.clients}))})",
            "topics": len(TOPICS),
            "deployments": len(self.cluster.stored()),
            "triggers without an answer (503 or connection lost)": self.cluster.refused,
            "connections made": sum(client.connection for client in self.clients),
            "deliveries": sum(len(client.seen) for client in self.clients),
            **{f"fault: {name}": count for name, count in sorted(self.faults.items())},
            f"late (more than {IN_TIME:g} s after the healing)": len(self.verdict.late),
            "lost": len(self.verdict.lost) + len(self.verdict.missing),
            "duplicated on a connection": len(self.verdict.duplicated),
            "backwards on a connection": len(self.verdict.backwards),
        }
        return "| figure | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--clients", type=int, default=4, help="on each transport")
    wanted = parser.parse_args()
    random.seed(wanted.seed)
    logging.disable()  # the client libraries' words about connections that broke: they are meant to
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deployapp-soak-")))
        far = stack.enter_context(cable()) if available() else None
        running = stack.enter_context(cluster(folder, cable=far))
        made = [
            kind(running.addresses, random.sample(TOPICS, 5)) for kind in watchers.ALL for _ in range(wanted.clients)
        ]
        stack.enter_context(watching(made))
        soak = Soak(running, made, wanted.seed)
        signal.signal(signal.SIGTERM, soak.end)
        soak.run(wanted.minutes)
        print(soak.table())
        return 1 if soak.verdict.wrong() else 0


if __name__ == "__main__":
    sys.exit(main())

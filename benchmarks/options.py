"""The command line of `python -m benchmarks`."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import CONTENDERS
from benchmarks.contenders.base import Contender
from benchmarks.descriptors import most_connections
from benchmarks.measuring import Plan
from benchmarks.native import BUILT

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"
NUMBERS = (1000, 5000, 10_000)
REFERENCE_NUMBER = 10_000  # the one that the targets speak of
COMPARED_CONNECTS = ("ours", "websockets", "ours-sio", "socketio")
CONNECT_ROUNDS = 2  # beside the first opening
TARGETED = ("ours", "ours-sio")  # measured longer there


@dataclass(frozen=True)
class Options:
    contenders: list[Contender]
    numbers: list[int]
    folder: Path
    quick: bool
    warm: int | None
    stalled: bool
    report_only: bool
    by_name: bool
    anew: bool  # forget what an earlier run has left in the folder

    def measures(self, contender: Contender, connections: int) -> bool:
        """A contender that is asked for by name is measured at every number that it can do."""
        return contender.measured_at(connections) or (self.by_name and contender.largest is None)

    def compares_connects(self, contender: Contender, connections: int) -> bool:
        return connections == REFERENCE_NUMBER and not self.quick and contender.name in COMPARED_CONNECTS

    def plan(self, contender: Contender, connections: int) -> Plan:
        """More broadcasts and rests where the targets look."""
        if self.quick:
            plan = Plan(warm=5, rests=1, rest_seconds=2)
        elif connections != REFERENCE_NUMBER:
            plan = Plan(warm=15, rests=1, rest_seconds=5)
        elif contender.name in TARGETED:
            plan = Plan(warm=50, rests=3, rest_seconds=20)
        else:
            plan = Plan(warm=15, rests=1, rest_seconds=20)
        return Plan(self.warm or plan.warm, plan.rests, plan.rest_seconds)


def parse(arguments: list[str] | None = None) -> Options:
    """Read the command line; ends the program with a plain word about what is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    by_name = {contender.name: contender for contender in CONTENDERS}
    names = given.only.split(",") if given.only else list(by_name)
    for name in names:
        if name not in by_name:
            parser.error(f"there is no contender {name!r}, only {', '.join(by_name)}")
    try:
        numbers = [_number(word) for word in given.connections.split(",")]
    except ValueError:
        parser.error(f"--connections wants numbers or 'max', not {given.connections!r}")
    for number in numbers:
        if not 1 <= number <= most_connections():
            parser.error(f"{number} connections: this machine allows 1 to {most_connections()} in one process")
    a_part = given.quick or given.only or given.connections != parser.get_default("connections")
    folder = given.into or (BUILT / "latest" if a_part else DOCS)
    stalled = not given.no_stalled and "ours" in names and REFERENCE_NUMBER in numbers and not given.quick
    return Options(
        [by_name[name] for name in names],
        numbers,
        folder,
        given.quick,
        given.warm,
        stalled,
        given.report,
        bool(given.only),
        not (a_part or given.into or given.report),
    )


def _number(word: str) -> int:
    return most_connections() if word == "max" else int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Measure Deployapp beside other servers on loopback and write results.json, README.md and plots.",
        epilog="Contenders: " + "; ".join(f"{one.name} ({one.label})" for one in CONTENDERS),
    )
    parser.add_argument("--only", metavar="NAME,…", help="measure these contenders, not all")
    default = ",".join([*map(str, NUMBERS), "max"])
    parser.add_argument(
        "--connections", metavar="N,…", default=default, help="numbers of connections; max is what one process can hold"
    )
    parser.add_argument("--warm", metavar="N", type=int, help="pairs of warm broadcasts, not the plan's number")
    parser.add_argument("--quick", action="store_true", help="few broadcasts and short rests: to see that it works")
    parser.add_argument("--no-stalled", action="store_true", help="leave out the run with stalled clients")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report of what is there anew")
    parser.add_argument(
        "--into",
        metavar="FOLDER",
        type=Path,
        help="where results are added; by default docs/benchmarks for a full run, benchmarks/.build/latest for a part",
    )
    return parser

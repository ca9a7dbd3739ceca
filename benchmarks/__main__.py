"""`python -m benchmarks`: measures, keeps the results, writes the report. Progress goes to standard error."""

import signal
import sys

from benchmarks import installing, machine, native, report
from benchmarks.load_client import ClientFailed
from benchmarks.measuring import ContenderFailed, Processors, measure, open_again
from benchmarks.options import CONNECT_ROUNDS, REFERENCE_NUMBER, Options, parse
from benchmarks.results import Cell, Results
from benchmarks.server_process import ServerFailed
from benchmarks.stalled import measure_stalled
from benchmarks.tables import tables


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(options: Options) -> Results:
    """Measure what the options ask for, contender by contender in turns at each number of connections."""
    results = Results(options.folder / "results.json", options.anew)
    if options.report_only:
        return results
    names, numbers = (
        ", ".join(map(str, words)) for words in ([one.name for one in options.contenders], options.numbers)
    )
    results.note_run(machine.describe(), f"{names} at {numbers}")
    processors = Processors.choose()
    missing = installing.install((one.reference for one in options.contenders if one.reference), say)
    for number in options.numbers:
        for contender in options.contenders:
            if options.measures(contender, number):
                say(f"{contender.label}, {number:,} connections")
                if contender.reference in missing:
                    results.add(Cell(contender.name, number, problem=missing[contender.reference]))
                    continue
                results.add(measure(contender, number, options.plan(contender, number), processors, say))
        open_again_in_turns(results, options, number, processors)
    if options.stalled:
        say("Stalled clients")
        results.stalled = measure_stalled(REFERENCE_NUMBER, processors, say)
        results.save()
    return results


def open_again_in_turns(results: Results, options: Options, number: int, processors: Processors) -> None:
    """How fast connections are opened is compared closely: more samples, in turns; disturbed ones are taken again."""
    compared = [one for one in options.contenders if options.compares_connects(one, number)]
    for turn in range(2 * CONNECT_ROUNDS):
        for contender in compared:
            cell = results.cells[contender.name, number]
            if sum(not one.disturbed for one in cell.opened) <= CONNECT_ROUNDS and not cell.problem:
                cell.opened.append(open_again(contender, number, processors))
                say(f"{contender.label}: {cell.opened[-1].per_second:.0f} connects/s, turn {turn + 1}")
    results.save()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(f"ended by signal {number}"))  # and end the servers
    options = parse()
    try:
        native.build()
    except native.CannotBuild as error:
        sys.exit(str(error))
    try:
        results = run(options)
    except (ServerFailed, ClientFailed, ContenderFailed) as error:
        sys.exit(f"{error}\nWhat was measured before is kept: --report writes its report.")
    report.write(results)
    print(tables(results))
    say(f"Written: {options.folder}/README.md")


if __name__ == "__main__":
    main()

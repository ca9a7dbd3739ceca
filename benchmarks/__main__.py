"""`python -m benchmarks`: measures, keeps the results, writes the report. Progress goes to standard error."""

import sys

from benchmarks import installing, machine, native, report
from benchmarks.measuring import Processors, measure
from benchmarks.options import Options, parse
from benchmarks.results import Cell, Results


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(options: Options) -> Results:
    """Measure what the options ask for, contender by contender in turns at each number of connections."""
    results = Results(options.folder / "results.json")
    if options.report_only:
        return results
    results.runs.append(machine.describe())
    processors = Processors.choose()
    missing = installing.install((one.reference for one in options.contenders if one.reference), say)
    for number in options.numbers:
        for contender in options.contenders:
            if contender.largest is None or number <= contender.largest:
                say(f"{contender.label}, {number:,} connections")
                if contender.reference in missing:
                    results.add(Cell(contender.name, number, problem=missing[contender.reference]))
                    continue
                results.add(measure(contender, number, options.plan(contender, number), processors, say))
    return results


def main() -> None:
    options = parse()
    try:
        native.build()
    except native.CannotBuild as error:
        sys.exit(str(error))
    print(report.tables(run(options)))


if __name__ == "__main__":
    main()

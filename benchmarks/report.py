"""Writes `README.md` and the plot beside `results.json`. All figures in it come from there."""

from pathlib import Path
from statistics import median
from string import Template

from benchmarks import plot
from benchmarks.contenders import CONTENDERS
from benchmarks.results import Results
from benchmarks.tables import table, tables
from benchmarks.targets import NUMBER, judge

TEMPLATE = Path(__file__).with_name("report.md")


def write(results: Results) -> None:
    folder = results.path.parent
    page = Template(TEMPLATE.read_text()).substitute(
        targets=_targets(results),
        runs=_runs(results),
        client=_client(results),
        disturbed=_disturbed(results),
        stalled=_stalled(results),
        tables=tables(results),
        notes="\n".join(f"- {one.label}: {one.note}" for one in CONTENDERS if one.note),
        plot=_plot(results, folder),
    )
    (folder / "README.md").write_text(page)


def _targets(results: Results) -> str:
    rows = [[one.measure, one.target, one.measured, one.word] for one in judge(results)]
    return table([["measure", "target", "measured", ""], *rows], 4)


def _runs(results: Results) -> str:
    head = list(results.runs[-1]) if results.runs else []
    return table([head, *([str(run.get(name, "")) for name in head] for run in results.runs)], len(head))


def _client(results: Results) -> str:
    """How far the load client is from being the bottleneck, where the server is fastest: the C loop's broadcasts."""
    pairs = [pair for (_, number), cell in results.cells.items() if number == NUMBER for pair in cell.warm]
    if not pairs:
        return "Not measured at this number."
    share = median(pair.c.client_cpu_ms / pair.c.last_ms for pair in pairs)
    lag = median(max(0.0, pair.c.last_ms - pair.c.answer_ms) for pair in pairs)
    return (
        f"In {len(pairs)} broadcasts of the C loop, the fastest server here, it used its processor {100 * share:.0f} %"
        f" of the time, and the last tab had heard {lag:.2f} ms (median) after the server answered that"
        f" its loop was done."
    )


def _disturbed(results: Results) -> str:
    kept = [pair for cell in results.cells.values() for pair in [*cell.warm, *cell.cold]]
    again = sum(cell.disturbed for cell in results.cells.values())
    still = sum(pair.disturbed for pair in kept)
    return f"{again} pairs were measured again; {still} of the {len(kept)} pairs kept were disturbed all the same."


def _stalled(results: Results) -> str:
    run = results.stalled
    if run is None:
        return "Not measured in this run."
    return (
        f"{run.reading:,} clients that read, {run.stalled} that do not. p99 of those that read, median of"
        f" {len(run.without)} broadcasts without stalled clients: {median(one.p99_ms for one in run.without):.1f} ms;"
        f" median of {len(run.beside)} with them: {median(one.p99_ms for one in run.beside):.1f} ms"
        f" ({run.ratio:.2f} times). Lost: {sum(one.lost for one in [*run.without, *run.beside])}. After"
        f" {_words(run.fills_to_close)} more large events the server had closed every stalled client."
    )


def _words(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _plot(results: Results, folder: Path) -> str:
    number = max((n for _, n in results.cells if n <= NUMBER), default=0)
    (folder / "plot.svg").write_text(plot.draw(results, number))
    return f"![Last tab, memory and connects at {number:,} connections](plot.svg)"

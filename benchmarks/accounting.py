"""What the kernel accounts to a process and its children: memory, processor time, waiting for a processor."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self


class ProcessorTime(NamedTuple):
    """Milliseconds on a processor, and ready to run while something else had it."""

    ran: float
    waited: float

    def since(self, before: Self) -> "ProcessorTime":
        return ProcessorTime(self.ran - before.ran, self.waited - before.waited)


def processor_time(pid: int) -> ProcessorTime:
    """Of all threads, exact to the moment at which each last left its processor."""
    tasks = [task for one in _family(pid) for task in Path(f"/proc/{one}/task").iterdir()]
    numbers = [(task / "schedstat").read_text().split() for task in tasks]
    return ProcessorTime(sum(int(one[0]) for one in numbers) / 1e6, sum(int(one[1]) for one in numbers) / 1e6)


def pss(pid: int) -> int:
    """Bytes of memory, shared pages divided among their sharers."""
    return 1024 * sum(_pss_kib(one) for one in _family(pid))


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))

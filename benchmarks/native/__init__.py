"""The parts in C, the load client and the C loop, and how they are built."""

import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent
BUILT = SOURCES.parent / ".build"
PROGRAMS = {"load_client": ("load_client.c", "connection.c"), "c_loop": ("c_loop.c",)}


class CannotBuild(Exception):
    """There is no C compiler, or it refuses; `str(error)` is fit for people."""


def build() -> None:
    """Compile what is older than its sources. Raises `CannotBuild`."""
    BUILT.mkdir(exist_ok=True)
    newest = max(file.stat().st_mtime for file in SOURCES.glob("*.[ch]"))
    for name, sources in PROGRAMS.items():
        program = BUILT / name
        if not program.exists() or program.stat().st_mtime < newest:
            _compile(program, sources)


def _compile(program: Path, sources: tuple[str, ...]) -> None:
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(program), *(str(SOURCES / source) for source in sources)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise CannotBuild("The load client is written in C: install gcc and libc6-dev.") from None
    except subprocess.CalledProcessError as error:
        raise CannotBuild(f"gcc refused {program.name}:\n{error.stderr}") from None

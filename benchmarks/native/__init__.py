"""The parts in C, the load client and the C loop, and how they are built."""

import os
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent
BUILT = SOURCES.parent / ".build"
PROGRAMS = {"load_client": ("load_client.c", "connection.c", "trigger.c"), "c_loop": ("c_loop.c",)}


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
    """Put it in its place once it is whole: another run may be starting it."""
    draft = program.with_name(f"{program.name}.{os.getpid()}")
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(draft), *(str(SOURCES / source) for source in sources)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
        draft.replace(program)
    except FileNotFoundError:
        raise CannotBuild("The load client is written in C: install gcc and libc6-dev.") from None
    except subprocess.CalledProcessError as error:
        raise CannotBuild(f"gcc refused {program.name}:\n{error.stderr}") from None

"""Installs the servers that we compare with into `.references/`, which git ignores: nothing of them touches the system.

Python's come from PyPI into a virtual environment, Node's from npm, Nchan from Debian's package, unpacked.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "references"
INSTALLED = HERE / ".references"
VENV = INSTALLED / "venv"
NODE = INSTALLED / "node"
NCHAN = INSTALLED / "nchan"
NCHAN_MODULE = NCHAN / "usr/lib/nginx/modules/ngx_nchan_module.so"

Say = Callable[[str], None]


class CannotInstall(Exception):
    """A reference cannot be installed here; `str(error)` says why."""


def install(names: Iterable[str], say: Say) -> dict[str, str]:
    """Install what is missing or not up to date; answers why, for each that cannot be installed."""
    problems = {}
    for name in dict.fromkeys(names):
        steps, pins = REFERENCES[name]
        try:
            _once(name, pins, steps, say)
        except CannotInstall as error:
            problems[name] = f"cannot be installed here: {error}"
            say(problems[name])
    return problems


def _once(name: str, pins: list[Path], steps: Callable[[], None], say: Say) -> None:
    """Skip it if it was installed by these very pins."""
    stamp = INSTALLED / f"{name}.installed"
    wanted = hashlib.sha256(b"".join(pin.read_bytes() for pin in pins)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing the references for {name} into {INSTALLED} …")
    INSTALLED.mkdir(exist_ok=True)
    steps()
    stamp.write_text(wanted)


def _python() -> None:
    _run(sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = [str(VENV / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "-r", str(SOURCES / "requirements.txt"))


def _node() -> None:
    NODE.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, NODE)
    _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", folder=NODE)


def _nchan() -> None:
    """Debian's module fits Debian's nginx only, the one in the PATH."""
    NCHAN.mkdir(exist_ok=True)
    _run("apt-get", "download", "-qq", "libnginx-mod-nchan", folder=NCHAN)
    for package in NCHAN.glob("*.deb"):
        _run("dpkg-deb", "--extract", str(package), str(NCHAN))
    if not NCHAN_MODULE.exists():
        raise CannotInstall(f"the package has no {NCHAN_MODULE.name}")


def _run(*command: str, folder: Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise CannotInstall(f"there is no {command[0]}") from None
    except subprocess.CalledProcessError as error:
        raise CannotInstall(f"{command[0]}: {error.stderr.strip()[-500:]}") from None


REFERENCES: dict[str, tuple[Callable[[], None], list[Path]]] = {
    "python": (_python, [SOURCES / "requirements.txt"]),
    "node": (_node, [SOURCES / "package-lock.json"]),
    "nchan": (_nchan, []),
}

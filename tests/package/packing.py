"""The npm package as a user gets it: packed, installed, and the types that go with it."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTIFIER = ROOT / "deployapp" / "static" / "notifier"
NAME = "@deployapp/notifier"
TYPES = NOTIFIER / "types"
# The entries of the package and what they name; the types of inner modules are nobody's business.
PUBLIC = ("index.d.ts", "auto.d.ts", "types.d.ts")
# What the emitter keeps of JSDoc although it has become types.
_LEFTOVERS = re.compile(r"/\*\*(?:(?!\*/).)*@(?:typedef|import)\b(?:(?!\*/).)*\*/\n", re.DOTALL)
TSC = ROOT / "tests" / "client" / "node_modules" / ".bin" / "tsc"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a program to its end and answer what it printed; an AssertionError shows why it failed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, env=environment or None)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pack(folder: Path) -> Path:
    """Run `npm pack`; the tarball lands in `folder`."""
    [packed] = json.loads(run("npm", "pack", "--json", "--pack-destination", folder, cwd=NOTIFIER))
    return folder / packed["filename"]


def install(tarball: Path, folder: Path) -> Path:
    """Install the tarball, and nothing from anywhere else, into `folder`; answers the package's folder."""
    (folder / "package.json").write_text('{"private": true}')
    run("npm", "install", "--offline", "--no-audit", "--no-fund", tarball, cwd=folder)
    return folder / "node_modules" / NAME


def declarations() -> dict[str, str]:
    """What TypeScript makes of the JSDoc: the text of each public `.d.ts`."""
    with tempfile.TemporaryDirectory() as folder:
        emit = ("--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", folder)
        run(TSC, "--project", NOTIFIER / "tsconfig.json", *emit, cwd=ROOT)
        return {name: _LEFTOVERS.sub("", (Path(folder) / name).read_text()) for name in PUBLIC}


def write_declarations() -> None:
    TYPES.mkdir(exist_ok=True)
    for name, text in declarations().items():
        (TYPES / name).write_text(text)


if __name__ == "__main__":
    write_declarations()

"""The client's unit tests, by Node's own runner, and its types, by TypeScript's strict checker."""

import subprocess
from pathlib import Path

from tests.client.conftest import HERE, NOTIFIER


def run(*command: str | Path) -> None:
    result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


def test_unit() -> None:
    run("node", "--test", "unit/")


def test_types(node_tools: Path) -> None:
    run(node_tools / ".bin" / "tsc", "--project", NOTIFIER / "tsconfig.json")

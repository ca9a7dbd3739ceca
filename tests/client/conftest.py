"""What the tests of the JS client share: its Node tools."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NOTIFIER = HERE.parents[1] / "deployapp" / "static" / "notifier"


@pytest.fixture(scope="session")
def node_tools() -> Path:
    """The folder of the installed development tools (`npm ci`, again only when the lock file changed)."""
    installed = HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)
    return HERE / "node_modules"

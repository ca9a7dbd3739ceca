"""What cannot run where these tests run (containers, systemd's own processes) is at least read by its own tools."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import Settings
from tests.deployapp_process import ROOT

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def lint(*command: str | Path) -> str:
    """Run it, assert that it found no error, and answer what it said all the same."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_the_dockerfile() -> None:
    # DL3066: a numeric user; the image has one user of its own, made in it
    lint(BIN / "hadolint", "--ignore", "DL3066", DEPLOY / "Dockerfile")


def test_the_compose_file_is_valid_and_hardened() -> None:
    lint(BIN / "compose-lint", DEPLOY / "compose.yaml")


def test_the_images_files_are_all_there() -> None:
    """What the Dockerfile copies exists, and `.dockerignore` lets it through."""
    copied = re.findall(r"^COPY ([^-\n].*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    names = {name for line in copied for name in line.split()}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in names)
    assert names == let_through


def test_the_systemd_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine")
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = re.sub(r"/opt/deployapp/\.venv/bin/\w+", str(python), unit.read_text())
        (tmp_path / unit.name).write_text(text)
    said = lint(program, "verify", *sorted(tmp_path.glob("*.service")))
    assert str(tmp_path) not in said, "what it does not know it ignores, and ends with 0"


def test_a_restart_or_a_failure_of_the_setup_takes_no_process_with_it() -> None:
    unit = (DEPLOY / "systemd" / "deployapp@.service").read_text()
    lines = re.findall(r"^(\w+)=(.*)$", unit, re.M)
    naming = {name for name, value in lines if "deployapp-setup.service" in value.split()}
    assert naming == {"After", "Wants"}, "Requires=, BindsTo= and PartOf= would"


@pytest.mark.parametrize("name", ["systemd/environment", "compose.yaml", "Dockerfile"])
def test_every_setting_that_is_given_exists(name: str) -> None:
    known = {field.upper() for field in Settings.model_fields}
    others = {"POSTGRES_USER", "POSTGRES_PASSWORD", "PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    given = set(re.findall(r"(?<![\w$-])([A-Z][A-Z_]{3,})(?=[=:] ?)", (DEPLOY / name).read_text()))
    assert given - known - others == set()

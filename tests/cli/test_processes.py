"""The command line as a process of its own: terminals, missing databases, and Flask's own server."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployapp_process import PASSWORD, ROOT, environment, flask, set_up


def test_the_password_is_asked_for_twice_and_not_shown(set_up_folder: Path, tmp_path: Path) -> None:
    folder = set_up(set_up_folder, tmp_path / "instance")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "users", "create", "eve"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(folder), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = b""
        for prompt in b"Password: ", b"Repeat for confirmation: ":
            while not shown.endswith(prompt):
                shown += os.read(ours, 1024)
            os.write(ours, PASSWORD.encode() + b"\n")
        while b"Made the user eve." not in shown:
            shown += os.read(ours, 1024)
        assert process.wait(10) == 0
    os.close(ours)
    assert PASSWORD.encode() not in shown


def test_a_database_without_tables_is_said_plainly(tmp_path: Path) -> None:
    done = flask(tmp_path, "users", "list")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database has no tables yet: run `flask --app wsgi setup` first")


@pytest.mark.parametrize("command", [["users", "list"], ["setup"]])
def test_a_database_that_is_away_is_said_plainly(tmp_path: Path, command: list[str]) -> None:
    done = flask(tmp_path, *command, DATABASE_URL="postgresql://127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database cannot be used: ")
    assert "Traceback" not in done.stderr


def test_flasks_own_server_is_refused_because_it_cannot_push(tmp_path: Path) -> None:
    done = flask(tmp_path, "run", "--port", "0")
    assert done.returncode == 1
    assert "python wsgi.py" in done.stderr
    assert "Traceback" not in done.stderr

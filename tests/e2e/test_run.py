"""Starting and ending the server, as a user does it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deployapp_process import END_SECONDS, ROOT, Deployapp, environment
from tests.e2e.tabs import STREAMING, heard_version
from tests.realtime.clients import RawWebSocket
from tests.waiting import eventually


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_within_seconds_with_tabs_open(
    make_server: Callable[..., Deployapp], how: signal.Signals
) -> None:
    server = make_server().start()
    with ExitStack() as stack:
        for transport in STREAMING:
            stack.enter_context(transport(server))
        began = time.monotonic()
        server.stop(how)  # asserts exit code 0 and no traceback
        assert time.monotonic() - began < END_SECONDS / 2


def test_started_again_it_keeps_its_data_and_its_token(make_server: Callable[..., Deployapp]) -> None:
    server = make_server().start()
    first = server.trigger(version="1.0")
    server.stop()
    server.start()
    assert server.request("GET", "/api/deployments/status/").json()["id"] == first["id"]
    with RawWebSocket(server) as tab:
        server.trigger(version="2.0")
        heard_version(tab, "2.0")
        assert [event["version"] for event in tab.heard] == ["2.0"], "what was there before is no news"


def test_a_port_in_use_is_said_plainly(set_up_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "wsgi.py"],
            cwd=ROOT,
            env=environment(set_up_folder, PORT=str(port)),
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_database_without_tables_is_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "wsgi.py"], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert "setup" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_wrong_settings_are_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env=environment(tmp_path, PORT="many", POLL_JITTER="2"),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "PORT=many" in done.stderr
    assert "POLL_JITTER=2" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


class MakeRun:
    """`make run` in a session of its own, as a terminal starts it, with its output kept."""

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout
        self.output = checkout / "output"

    def __enter__(self) -> "MakeRun":
        env = environment(self._checkout, ADMIN_PASSWORD="", SECRET_KEY="")
        del env["INSTANCE_PATH"]
        command = ["make", "run", "-o", ".venv/.installed-run"]
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                command, cwd=self._checkout, env=env, stdout=file, stderr=file, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def said(self) -> str:
        return self.output.read_text()

    def curl_line(self) -> str:
        """The printed line, as it is pasted."""
        found = eventually(
            lambda: re.search(r"^ *(curl .*)$", self.said, re.MULTILINE), message="no curl line was printed"
        )
        return found[1] + " --silent --show-error --retry-connrefused --retry 3"

    def press_ctrl_c(self) -> None:
        """The terminal sends SIGINT to everything that runs in it."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(END_SECONDS)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The repository's files as a fresh clone has them, beside a ready `.venv` (installing it is `make test`'s job)."""
    folder = tmp_path / "check out"  # a blank, as in many a home folder
    left_out = shutil.ignore_patterns(
        *(".venv", "node_modules", "instance", "__pycache__", ".*_cache", ".hypothesis"),
        *(".references", ".build", "build"),  # where other tests work meanwhile
    )
    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def test_make_run_prints_what_works_when_pasted_at_every_start(checkout: Path) -> None:
    for start, number in enumerate((1, 2), start=1):
        with MakeRun(checkout) as running:
            answer = subprocess.run(running.curl_line(), shell=True, capture_output=True, text=True, timeout=60)
            assert json.loads(answer.stdout)["id"] == number, answer.stderr
            assert "(sign in as admin; forgotten: .venv/bin/flask --app wsgi users password admin)" in running.said
            running.press_ctrl_c()
            assert running.said.count("Password (shown only now): ") == (1 if start == 1 else 0)
            assert "Traceback" not in running.said
    assert (checkout / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600

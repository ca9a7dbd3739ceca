"""No process may outlive the tests that started it; a pytest plugin.

Whatever a test starts inherits `RUN` in its environment. Who still carries it after the last fixture is named, ended,
and fails the run.
"""

import os
import uuid

import psutil
import pytest

from tests.deployapp_process import END_SECONDS, RUN
from tests.waiting import eventually

_found = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault(RUN, uuid.uuid4().hex)  # the workers inherit it from the process that starts them


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Runs once the workers have ended."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        eventually(lambda: not left(), END_SECONDS)
    except AssertionError:
        session.config.stash[_found] = [end(process) for process in left()]
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for process in config.stash.get(_found, []):
        terminalreporter.line(f"A process outlived the tests: {process}", red=True)


def left() -> list[psutil.Process]:
    """The processes that were started by this run and are still there."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_ours(process)]


def end(process: psutil.Process) -> str:
    """Kill it; answers what it was."""
    try:
        said = f"{process.pid} {' '.join(process.cmdline())}"
        process.kill()
    except psutil.NoSuchProcess:
        return f"{process.pid}, which ended just now"
    return said


def _is_ours(process: psutil.Process) -> bool:
    try:
        return process.environ().get(RUN) == os.environ[RUN]
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False

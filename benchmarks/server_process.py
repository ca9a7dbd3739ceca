"""A server under measurement: a process with its children, its memory and its processor time as the kernel counts."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from benchmarks import accounting
from benchmarks.accounting import ProcessorTime

START_SECONDS = 30
END_SECONDS = 10


class ServerFailed(Exception):
    """The server did not start, or ended; `str(error)` has the end of its log."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class ServerProcess:
    """Starts the command, pinned to one processor, and waits until its port answers. Use as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        cpu: int | None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self._command = command
        self._log = log
        self._cpu = cpu
        self._environment = environment

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # not a session of its own: the scheduler would not heed the run's priority
                preexec_fn=self._prepare,
            )
        try:
            self._wait_until_it_answers()
        except ServerFailed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it with its children; what does not end by SIGTERM is killed."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def pss(self) -> int:
        """Bytes of memory, shared pages divided among their sharers (PSS), of the process and its children."""
        return accounting.pss(self._process.pid)

    def processor_time(self) -> ProcessorTime:
        """Since the start, of all threads of the process and its children."""
        return accounting.processor_time(self._process.pid)

    def _prepare(self) -> None:
        if self._cpu is not None:
            os.sched_setaffinity(0, {self._cpu})

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServerFailed(f"it ended with {self._process.returncode}:\n{self._log_end()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise ServerFailed(f"it does not answer after {START_SECONDS} s:\n{self._log_end()}")

    def _log_end(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return  # it has ended

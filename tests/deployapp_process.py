"""A real `python wsgi.py` in a process of its own, as a user starts it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from tests.ports import free_port
from tests.waiting import PATIENCE, eventually

ROOT = Path(__file__).parent.parent
SECRET = "a secret for the tests only"
ADMIN = "admin"
PASSWORD = "correct horse battery"
END_SECONDS = 30
RUN = "DEPLOYAPP_TEST_RUN"  # in the environment of whatever a test starts: see tests/leftovers.py
_LISTENING = re.compile(r"http://[\d.]+:(\d+)")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """This machine's environment with the settings of a test server, and none of the developer's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", RUN) if name in os.environ}
    test = {
        "HOST": "127.0.0.1",
        "PORT": "0",
        "INSTANCE_PATH": str(folder),
        "SECRET_KEY": SECRET,
        "ADMIN_USERNAME": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
        "RECONCILE_INTERVAL": "0.5",
        "SIGN_IN_LIMIT": "1000 per minute",
        "DRAIN_SECONDS": "0.2",
        "FLASK_SKIP_DOTENV": "1",
    }
    return {**kept, **test, **settings}


def flask(folder: Path, *arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `flask --app wsgi …` as a user does; the caller looks at the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment(folder, **settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


class Deployapp:
    """`python wsgi.py` on its own instance folder. `start` waits until it answers, `stop` asserts a clean end.

    It keeps its port from one start to the next.
    """

    command: Sequence[str] = (sys.executable, "wsgi.py")

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings: Mapping[str, str] = settings
        self.log_path = folder / "server.log"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.settings.get('HOST', '127.0.0.1')}:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/deployment-updates"

    @property
    def sse_url(self) -> str:
        return f"{self.url}/sse/deployment-updates"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def token(self) -> str:
        """The administrator's token, made by `setup`."""
        return (self.folder / "admin_token").read_text().strip()

    @property
    def log(self) -> str:
        return self.log_path.read_text() if self.log_path.exists() else ""

    def start(self) -> "Deployapp":
        """Start and wait until it answers."""
        already = len(self.log)
        env = environment(self.folder, **{"PORT": str(self.port), **self.settings})
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            eventually(lambda: self.ended or self._answers(already), 60, "the server never answered")
            assert not self.ended, "the server ended at its start"
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}:\n{self.log}") from None
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and assert that it ended cleanly."""
        if self._process is not None:
            self._process.send_signal(how)
            self.ends_cleanly(how)

    def ends_cleanly(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Assert that it ends, having been told `how`: in time, with code 0, without a traceback in its log."""
        process, self._process = self._process, None
        assert process is not None
        try:
            code = process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not end within {END_SECONDS} s of {how.name}:\n{self.log}") from None
        assert code == 0, f"the server ended with {code}:\n{self.log}"
        assert "Traceback" not in self.log, self.log

    def signal(self, number: signal.Signals) -> None:
        """Send a signal and do not wait."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: it keeps its connections and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def request(self, method: str, path: str, **options: object) -> requests.Response:
        """One HTTP request without a token."""
        return requests.request(method, self.url + path, timeout=PATIENCE, **options)  # type: ignore[arg-type]

    def trigger(self, **fields: object) -> dict[str, object]:
        """Register a deployment over the API; answers the deployment."""
        answer = self.request(
            "POST", "/api/deployments/trigger/", json=fields, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _answers(self, already: int) -> bool:
        """Whether it says where it listens, in the log after `already`, and does."""
        said = _LISTENING.search(self.log, already)
        if said is None:
            return False
        self.port = int(said[1])
        try:
            return self.request("GET", "/healthz").status_code < 500
        except requests.RequestException:
            return False


def set_up(template: Path, folder: Path) -> Path:
    """A folder as `setup` left it: faster than running `setup` for each server."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return folder

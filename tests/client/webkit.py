"""A real WebKit for tests, Safari's engine: WebKitGTK's MiniBrowser, driven by WebDriver
(https://www.w3.org/TR/webdriver2/) on a virtual display.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from tests.client.engine import CommandFailed, EngineTab
from tests.ports import free_port
from tests.waiting import eventually

LIBRARIES = Path("/usr/lib")
END_SECONDS = 20
COMMAND_SECONDS = 60


def webkit_is_installed() -> bool:
    return bool(shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and _browser())


@contextmanager
def running_webkit() -> Iterator["WebKit"]:
    """One browser with a profile of its own."""
    with ExitStack() as stack:
        display = _start(stack, "Xvfb", "-displayfd", "1", "-nolisten", "tcp", stdout=subprocess.PIPE)
        assert display.stdout is not None
        number = display.stdout.readline().decode().strip()
        stack.callback(display.stdout.close)
        port = free_port()
        environment = {**os.environ, "DISPLAY": f":{number}"}
        _start(stack, "WebKitWebDriver", f"--port={port}", env=environment, stdout=subprocess.DEVNULL)
        webkit = WebKit(f"http://127.0.0.1:{port}", str(_browser()))
        stack.callback(webkit.end)
        yield webkit


def _browser() -> Path | None:
    return next(iter(LIBRARIES.glob("*/webkit2gtk-4*/MiniBrowser")), None)


def _start(stack: ExitStack, *command: str, **options: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    stack.callback(process.wait, END_SECONDS)
    stack.callback(process.terminate)
    return process


class WebKit:
    """One session."""

    def __init__(self, driver: str, browser: str) -> None:
        self._session = f"{driver}/session"
        options = {"binary": browser, "args": ["--automation"]}
        eventually(lambda: self._answers(driver), message="WebKitWebDriver does not answer")
        opened = self.call("POST", "", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}})
        self._session += f"/{opened['sessionId']}"

    def call(self, method: str, path: str, **body: object) -> Any:
        """One command and its value. Raises CommandFailed."""
        answer = requests.request(method, self._session + path, json=body, timeout=COMMAND_SECONDS)
        if not answer.ok:
            raise CommandFailed(answer.text)
        return answer.json()["value"]

    def open(self, url: str) -> "WebKitTab":
        # A window, because the tabs in the background of one are hidden.
        tab = WebKitTab(self, self.call("POST", "/window/new", type="window")["handle"])
        self.call("POST", "/window", handle=tab.handle)
        self.call("POST", "/url", url=url)
        return tab

    def end(self) -> None:
        self.call("DELETE", "")

    @staticmethod
    def _answers(driver: str) -> bool:
        with suppress(requests.ConnectionError):
            return bool(requests.get(f"{driver}/status", timeout=COMMAND_SECONDS).json()["value"]["ready"])
        return False


class WebKitTab(EngineTab):
    def __init__(self, webkit: WebKit, handle: str) -> None:
        self._webkit = webkit
        self.handle = handle

    def evaluate(self, expression: str) -> Any:
        self._webkit.call("POST", "/window", handle=self.handle)
        script = f"const done = arguments[0]; (async () => JSON.stringify(await ({expression})) ?? 'null')().then(done)"
        return json.loads(self._webkit.call("POST", "/execute/async", script=script, args=[]))

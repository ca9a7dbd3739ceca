"""A real Firefox for tests, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): Playwright drives only a
Firefox of its own.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.client.engine import CommandFailed, EngineTab
from tests.waiting import eventually

PROGRAMS = ("firefox", "firefox-esr")
# What would call home, and what would ask.
PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
}
END_SECONDS = 20
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


@contextmanager
def running_firefox(folder: Path) -> Iterator["Firefox"]:
    """A headless Firefox on a profile of its own in `folder`."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program is not None, "The tests need Firefox: .ci/need firefox"
    profile, log = folder / "profile", folder / "firefox.log"
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    command = [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        found = eventually(lambda: _LISTENING.search(log.read_text()), 60, "Firefox does not listen")
        with connect(f"{found[1]}/session", max_size=None) as connection:
            firefox = Firefox(connection)
            firefox.call("session.new", capabilities={})
            yield firefox
            firefox.call("browser.close")
    finally:
        process.terminate()
        process.wait(END_SECONDS)


class Firefox:
    """One browser, as WebDriver BiDi's commands."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer; events are not subscribed to. Raises CommandFailed."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(60))
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise CommandFailed(answer)
                return dict(answer["result"])

    def open(self, url: str) -> "FirefoxTab":
        """A new tab of this address, loaded."""
        tab = FirefoxTab(self, self.call("browsingContext.create", type="tab")["context"])
        self.call("browsingContext.navigate", context=tab.context, url=url, wait="complete")
        return tab


class FirefoxTab(EngineTab):
    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self.context = context

    def evaluate(self, expression: str) -> Any:
        answer = self._firefox.call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

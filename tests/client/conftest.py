"""What the tests of the JS client share: its Node tools, a browser, and a frontend whose tabs are told."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.deployapp_process import Deployapp
from tests.waiting import eventually

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOTIFIER = ROOT / "deployapp" / "static" / "notifier"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
# Fast enough for tests to wait on: the server sets the client's pace.
PACE = {"POLL_INTERVAL": "1", "RECONNECT_MAX": "1"}


@pytest.fixture(scope="session")
def node_tools() -> Path:
    """The folder of the installed development tools (`npm ci`, again only when the lock file changed)."""
    installed = HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)
    return HERE / "node_modules"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = CHROMIUM if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own: nothing remembered."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def deployapp(make_server: Callable[..., Deployapp]) -> Deployapp:
    """A real server of this test's own, with nothing deployed, that paces its clients for tests."""
    return make_server(**PACE).start()


@pytest.fixture
def network(deployapp: Deployapp) -> Iterator[Network]:
    """The way from the browser to that server."""
    with Network(deployapp.port) as network:
        yield network


@pytest.fixture
def frontend(network: Network) -> Iterator[Frontend]:
    """A frontend that includes the client from that server."""
    with Frontend(network.url) as frontend:
        yield frontend


class Tab:
    """One tab of the frontend, with the words that the tests need."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.banner = page.locator("deployapp-banner")
        self.message = self.banner.get_by_role("status")

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.page.evaluate("() => globalThis.notifier?.current ?? {}"))

    @property
    def log(self) -> list[list[Any]]:
        """Events of the notifier, in this page load."""
        return list(self.page.evaluate("() => globalThis.log ?? []"))

    def is_(self, **wanted: object) -> "Tab":
        """Wait until the state is so."""
        eventually(lambda: wanted.items() <= self.state.items(), 15, f"wanted {wanted}, got {self.state}")
        return self

    def hears(self, deployment: dict[str, Any]) -> "Tab":
        """Wait until this deployment is known here."""
        eventually(lambda: (self.state.get("event") or {}).get("id") == deployment["id"], 15)
        return self

    def press(self, name: str) -> None:
        self.banner.get_by_role("button", name=name, exact=True).click()

    def runs(self, version: str) -> "Tab":
        """Wait until the page of this version is there and its notifier has asked the server."""
        self.page.get_by_role("heading", name=f"Version {version}", exact=True).wait_for()
        eventually(lambda: self.state.get("decision", "unknown") != "unknown", 15)
        return self


@pytest.fixture
def open_tab(context: BrowserContext, frontend: Frontend) -> Iterator[Callable[..., Tab]]:
    """Opens a tab of the frontend and waits until it listens. No tab may end with an error that nobody caught."""
    errors: list[str] = []

    def open_tab(path: str = "/", *, connected: bool = True, **options: Any) -> Tab:
        frontend.options |= options
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(frontend.url + path)
        tab = Tab(page).runs(str(frontend.version))
        return tab.is_(connected=True) if connected else tab

    yield open_tab
    assert not errors

"""What the tests of the JS client share: its Node tools, a browser, and a frontend whose tabs are told."""

import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.deployapp_process import Deployapp, set_up
from tests.waiting import eventually

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOTIFIER = ROOT / "deployapp" / "static" / "notifier"
# Fast enough for tests to wait on: the server sets the client's pace.
PACE = {"POLL_INTERVAL": "1", "RECONNECT_MAX": "1"}
# Since when the time of pages stands still, with `context.clock.pause_at(NOW)` before the first: until the test moves
# it nothing passes, and no test has to be quick.
NOW = "2026-01-01"
_NUMBERS = count(1)

Deploy = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def node_tools() -> Path:
    """The folder of the installed development tools (`npm ci`, again only when the lock file changed)."""
    installed = HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)
    return HERE / "node_modules"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own: nothing remembered."""
    context = browser.new_context()
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture(scope="session")
def service(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    """One real server for these tests, that paces its clients for tests; each test has an environment of its own."""
    running = Deployapp(set_up(set_up_folder, tmp_path_factory.mktemp("client")), **PACE).start()
    yield running
    running.stop()


@pytest.fixture
def environment() -> str:
    """Where this test's frontend runs: nothing was ever deployed there."""
    return f"test-{next(_NUMBERS)}"


@pytest.fixture
def deploy(service: Deployapp, environment: str) -> Deploy:
    """Registers a deployment of this test's frontend, over the API."""
    return lambda **fields: service.trigger(environment=environment, **fields)


@pytest.fixture
def network(service: Deployapp) -> Iterator[Network]:
    """The way from the browser to the server."""
    with Network(service.port) as network:
        yield network


@pytest.fixture
def frontend(network: Network, environment: str) -> Iterator[Frontend]:
    """A frontend that includes the client from that server."""
    with Frontend(network.url) as frontend:
        frontend.options["environment"] = environment
        yield frontend


class Tab:
    """One tab of the frontend, with the words that the tests need."""

    def __init__(self, page: Page, *, has_banner: bool) -> None:
        self.page = page
        self.has_banner = has_banner
        self.banner = page.locator("deployapp-banner")
        self.message = self.banner.get_by_role("status")

    def read(self, expression: str, default: Any) -> Any:
        """Evaluate it in the page; `default` while that is on its way."""
        try:
            return self.page.evaluate(expression)
        except Error as error:
            if "navigation" not in error.message:
                raise
            return default

    @property
    def state(self) -> dict[str, Any]:
        """The notifier's state; empty while the page is on its way."""
        return dict(self.read("() => globalThis.notifier?.current ?? {}", {}))

    @property
    def log(self) -> list[list[Any]]:
        """Events of the notifier, in this page load; none while the page is on its way."""
        return list(self.read("() => globalThis.log ?? []", []))

    def is_(self, **wanted: object) -> "Tab":
        """Wait until the state is so."""
        eventually(lambda: wanted.items() <= self.state.items(), message=lambda: f"wanted {wanted}, got {self.state}")
        return self

    def says(self, text: str) -> None:
        """Wait until the banner says this."""
        expect(self.message).to_have_text(text)

    def hears(self, deployment: dict[str, Any]) -> "Tab":
        """Wait until this deployment is known here."""
        eventually(lambda: (self.state.get("event") or {}).get("id") == deployment["id"])
        return self

    def press(self, name: str) -> None:
        self.banner.get_by_role("button", name=name, exact=True).click()

    def refresh(self) -> None:
        """Press the button in a page whose time stands still, and let the moment pass that a reload waits."""
        self.press("Refresh")
        self.is_(notice="reloading")
        self.page.clock.run_for(100)

    def runs(self, version: str) -> "Tab":
        """Wait until the page of this version is there, its notifier has asked the server and its banner can speak."""
        self.page.get_by_role("heading", name=f"Version {version}", exact=True).wait_for()
        eventually(lambda: self.state.get("decision", "unknown") != "unknown", message=lambda: f"got {self.state}")
        if self.has_banner:  # it and its language are loaded after the notifier
            self.banner.locator("section[lang]").first.wait_for(state="attached")
        return self

    def arrives(self, version: str) -> "Tab":
        """Wait until the page of this version is there and knows that it was the aim; its notice of that passes."""
        self.runs(version)
        eventually(lambda: "updated" in [kind for kind, _ in self.log])
        return self


OpenTab = Callable[..., Tab]


@pytest.fixture
def page_errors() -> Iterator[list[str]]:
    """Errors that no page caught; what a test expects it takes out."""
    errors: list[str] = []
    yield errors
    assert not errors


@pytest.fixture
def open_tab(context: BrowserContext, frontend: Frontend, page_errors: list[str]) -> OpenTab:
    """Opens a tab of the frontend and waits until it listens. No tab may end with an error that nobody caught."""

    def open_tab(path: str = "/", *, connected: bool = True, known: bool = True, **options: Any) -> Tab:
        frontend.options |= options
        page = context.new_page()
        failed: list[str] = []
        page.on("pageerror", lambda error: page_errors.append(f"{error} (requests that failed: {failed})"))
        page.on("requestfailed", lambda request: failed.append(f"{request.url} {request.failure}"))
        page.goto(frontend.url + path)
        tab = Tab(page, has_banner=frontend.options.get("banner") is not False)
        if known:
            tab.runs(str(frontend.version))
        return tab.is_(connected=True) if connected else tab

    return open_tab


@pytest.fixture
def waiting_tab(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> Tab:
    """A tab whose user has pressed "Refresh" while the frontend still serves the old version, and says so."""
    frontend.meta = True
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.press("Refresh")
    return tab.is_(notice="waiting")

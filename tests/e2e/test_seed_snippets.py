"""The two client snippets of the seed document, verbatim (`seed/`), in a real browser against this server.

They name `localhost:8000`; the browser is told that this is where the test's server listens.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Playwright

from tests.browser import launch
from tests.deployapp_process import Deployapp
from tests.waiting import eventually

SEED = Path(__file__).parent / "seed"
ORIGIN = "http://localhost:8000"
NOTICE = "New version available! Refreshing..."
FALLBACK = "WebSocket error, falling back to polling"
FIVE_MINUTES = 5 * 60 * 1000

# What the document leaves to the page: `notifyUser`. The loads, leaves and notices are kept over reloads.
PAGE = """<!doctype html><link rel="icon" href="data:,"><title>A frontend</title><script>
const keep = (name, value) =>
  sessionStorage.setItem(name, JSON.stringify([...JSON.parse(sessionStorage.getItem(name) ?? "[]"), value]));
keep("loads", Date.now());
addEventListener("beforeunload", () => keep("leaves", Date.now()));
const notifyUser = (text) => keep("notices", [text, Date.now()]);
</script><script>{snippets}</script>"""


def kept(name: str) -> str:
    return f"JSON.parse(sessionStorage.getItem('{name}') ?? '[]')"


class Frontend:
    """A page with snippets of the seed, in one tab."""

    def __init__(self, page: Page, *snippets: str) -> None:
        text = "\n".join((SEED / f"{name}.js").read_text() for name in snippets)
        self.page = page
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        document = PAGE.replace("{snippets}", text)
        page.route(f"{ORIGIN}/frontend", lambda route: route.fulfill(body=document, content_type="text/html"))

    def open(self) -> "Frontend":
        self.page.goto(f"{ORIGIN}/frontend")
        return self

    def has_logged(self, text: str, times: int = 1) -> None:
        """Wait until the console said so, so often."""

        def count() -> bool:
            self.read("0")  # lets what the browser reported come in
            return sum(line.startswith(text) for line in self.console) >= times

        eventually(count, message=f"{text!r} is not in {self.console}")

    def is_connected(self) -> "Frontend":
        self.page.wait_for_function("() => typeof ws === 'object' && ws.readyState === WebSocket.OPEN")
        return self

    def has_loaded(self, times: int) -> None:
        """Wait until the page was loaded so often."""
        self.page.wait_for_function(f"wanted => {kept('loads')}.length === wanted", arg=times)

    def has_notified(self, times: int) -> None:
        """Wait until the user was notified so often, always in the document's words."""
        self.page.wait_for_function(f"wanted => {kept('notices')}.length === wanted", arg=times)
        assert {text for text, _ in self.notices} <= {NOTICE}

    def read(self, expression: str) -> Any:
        """Evaluate it in the page, once more if that is reloaded meanwhile: what is kept outlives it."""
        found: list[Any] = []

        def evaluated() -> bool:
            with suppress(Error):
                found.append(self.page.evaluate(expression))
            return bool(found)

        eventually(evaluated)
        return found[0]

    @property
    def leaves(self) -> list[int]:
        """When it was left for a reload, in milliseconds."""
        return list(self.read(kept("leaves")))

    @property
    def loads(self) -> list[int]:
        """When it was loaded, in milliseconds."""
        return list(self.read(kept("loads")))

    @property
    def notices(self) -> list[tuple[str, int]]:
        return [(text, when) for text, when in self.read(kept("notices"))]

    @property
    def stored_time(self) -> object:
        return self.read("localStorage.getItem('deploymentTime')")

    def poll(self) -> None:
        """Let five minutes pass and wait for the answer of the poll."""
        with self.page.expect_response("**/api/deployments/status/"):
            self.page.clock.fast_forward(FIVE_MINUTES)


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[Callable[[Deployapp], Page]]:
    """Opens a tab for which `localhost:8000` is this server."""
    with ExitStack() as stack:

        def open_page(server: Deployapp) -> Page:
            browser = launch(playwright, f"--host-resolver-rules=MAP localhost:8000 127.0.0.1:{server.port}")
            stack.callback(browser.close)
            # The page itself comes from the test, so Chromium asks whether it may reach into the local network.
            page = browser.new_context(permissions=["local-network-access"]).new_page()
            page.set_default_timeout(30_000)
            return page

        yield open_page


Make = Callable[..., Deployapp]
Open = Callable[[Deployapp], Page]


def test_websocket_a_deployment_notifies_is_remembered_and_reloads_after_two_seconds(
    make_server: Make, open_page: Open
) -> None:
    server = make_server().start()
    tab = Frontend(open_page(server), "websocket").open().is_connected()
    first = server.trigger()
    tab.has_notified(1)
    assert tab.stored_time == first["deployed_at"]
    tab.has_loaded(2)
    assert tab.leaves[0] - tab.notices[0][1] > 1_900

    tab.is_connected()
    server.trigger(environment="staging")  # not this tab's topic
    second = server.trigger()
    tab.has_notified(2)
    assert tab.stored_time == second["deployed_at"]
    tab.has_loaded(3)


def test_websocket_the_first_visit_does_not_reload(make_server: Make, open_page: Open) -> None:
    """Something was deployed before: the snippet would reload at once if the server sent it on connecting."""
    server = make_server().start()
    server.trigger()
    tab = Frontend(open_page(server), "websocket").open().is_connected()
    second = server.trigger()
    tab.has_notified(1)
    assert tab.stored_time == second["deployed_at"], "and not the first one's"


def test_websocket_what_is_not_newer_is_ignored(make_server: Make, open_page: Open) -> None:
    server = make_server().start()
    tab = Frontend(open_page(server), "websocket").open().is_connected()
    tab.page.evaluate("currentDeploymentTime = '2999-01-01T00:00:00Z'")
    tab.page.evaluate("ws.addEventListener('message', () => { window.received = true; })")
    server.trigger()
    tab.page.wait_for_function("() => window.received")
    assert tab.notices == []


def test_websocket_an_error_falls_back_to_polling(make_server: Make, open_page: Open) -> None:
    """The server refuses this origin's WebSocket, so the browser reports an error and the snippet polls."""
    server = make_server(ALLOWED_ORIGINS="https://elsewhere.example").start()
    page = open_page(server)
    page.clock.install()
    tab = Frontend(page, "websocket", "polling").open()
    tab.has_logged(FALLBACK)
    deployment = server.trigger()
    tab.poll()
    tab.has_notified(1)
    assert tab.stored_time == deployment["deployed_at"]
    tab.has_loaded(2)
    assert tab.leaves[0] - tab.notices[0][1] > 1_900

    tab.has_logged(FALLBACK, times=2)
    tab.poll()
    tab.poll()
    assert len(tab.notices) == 1, "the same deployment does not reload again"
    assert len(tab.loads) == 2


def test_polling_while_nothing_is_deployed_does_nothing(make_server: Make, open_page: Open) -> None:
    server = make_server().start()
    page = open_page(server)
    page.clock.install()
    tab = Frontend(page, "polling").open()
    page.evaluate("startPolling()")
    tab.poll()
    tab.has_logged("Polling error:")
    assert tab.notices == []
    server.trigger()
    tab.poll()
    tab.has_notified(1)

"""What the README says is what happens when it is done: the tour, the line for a frontend, the call of a CI."""

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.deployapp_process import ADMIN, PASSWORD, ROOT, Deployapp, environment

README = (ROOT / "README.md").read_text()


def block(containing: str) -> str:
    """The one code block with these words."""
    (found,) = [text for _, text in re.findall(r"^ *```(\w+)\n(.*?)^ *```", README, re.M | re.S) if containing in text]
    return found.strip()


def typed(line: str, **settings: str) -> str:
    """What the line prints; typed into a shell in the repository's folder."""
    done = subprocess.run(
        line, shell=True, cwd=ROOT, env=environment(ROOT, **settings), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def server(make_server: Callable[..., Deployapp]) -> Deployapp:
    """One where nothing was deployed yet."""
    return make_server(RECONNECT_MAX="1").start()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


def connected(page: Page) -> None:
    expect(page.locator("#connection")).to_have_text("WebSocket")


def test_the_tour(server: Deployapp, context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    for tab in first, second:
        tab.goto(server.url)
        connected(tab)

    typed(first.inner_text("#curl") + " --silent")
    refresh = [tab.get_by_role("button", name="Refresh", exact=True) for tab in (first, second)]
    second.get_by_label("Unsaved work").fill("half a sentence")
    for button in refresh:
        button.click()
    expect(first.locator("#version")).to_have_text("1.43.0")
    expect(second.get_by_role("button", name="Discard and refresh")).to_be_visible()

    admin = context.new_page()
    admin.goto(f"{server.url}/admin/")
    admin.get_by_label("User name").fill(ADMIN)
    admin.get_by_label("Password").fill(PASSWORD)
    admin.get_by_role("button", name="Sign in").click()
    expect(admin.locator("[data-link]")).to_have_text("Live")
    admin.get_by_label("Version").fill("1.44.0")
    admin.get_by_role("button", name="Announce").click()
    expect(first.locator("deployapp-banner")).to_contain_text("1.44.0")
    expect(admin.locator("[data-part=live]")).to_contain_text("1.44.0")

    typed(block("deployments trigger"), INSTANCE_PATH=str(server.folder))
    expect(first.locator("deployapp-banner")).to_contain_text("1.45.0")
    expect(admin.locator("[data-part=live]")).to_contain_text("1.45.0")

    server.stop()
    expect(first.locator("#connection")).not_to_have_text("WebSocket")
    server.start()
    connected(first)


def test_the_line_for_a_frontend(server: Deployapp, context: BrowserContext) -> None:
    page = context.new_page()
    line = block("auto.js").replace("https://deployapp.example", server.url)
    page.route(
        f"{server.url}/shop",
        lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html><title>Shop</title>{line}"),
    )
    with page.expect_websocket() as socket:
        page.goto(f"{server.url}/shop")
    assert "/ws/deployment-updates" in socket.value.url


def test_the_call_of_a_ci(server: Deployapp) -> None:
    line = block("DEPLOYAPP_TOKEN").replace("https://deployapp.example", server.url)
    given = {"DEPLOYAPP_TOKEN": server.token, "CI_PIPELINE_ID": "4711"}
    once, again = (typed(line, **given) for _ in range(2))
    assert '"version":"1.43.0"' in once
    assert again == once, "a retry is no second deployment"

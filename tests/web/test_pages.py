"""The demo page at `/`, and what people see where there is no page."""

import re

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from deployapp.schemas import NewDeployment
from deployapp.services import deployments
from tests.deployapp_process import Deployapp


def test_the_demo_runs_the_version_that_is_live_when_it_loads(client: FlaskClient) -> None:
    assert "deployapp-version" not in client.get("/").text
    deployments.register(NewDeployment(version='1.42.0-"quoted"'), None)
    page = client.get("/")
    assert '<meta name="deployapp-version" content="1.42.0-&#34;quoted&#34;">' in page.text
    assert page.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in page.headers


def test_every_page_refuses_inline_code_and_frames(client: FlaskClient) -> None:
    for path in ("/", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [("GET", "/nothing", 404, "There is no such page."), ("POST", "/", 405, "cannot be used in that way")],
)
def test_errors_of_pages_are_pages(client: FlaskClient, method: str, path: str, status: int, words: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert words in answer.text
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console held against the page."""
    return []


@pytest.fixture
def tab(server: Deployapp, browser: Browser, complaints: list[str]) -> Page:
    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page = browser.new_context().new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url + "/?a=b#c")
    return page


def test_the_printed_curl_line_tells_the_tab_and_refresh_brings_it_there(
    server: Deployapp, tab: Page, complaints: list[str]
) -> None:
    expect(tab.locator("#connection")).to_have_text("WebSocket")
    assert re.search(r"curl -X POST http://127\.0\.0\.1:\d+/api/deployments/trigger/", tab.inner_text("#curl"))
    server.trigger(version="7.0", notes="<b>faster</b>")
    expect(tab.get_by_role("log")).to_contain_text("7.0 · release · <b>faster</b>")
    expect(tab.locator("#decision")).to_have_text("a newer version is live")
    tab.get_by_role("button", name="Refresh", exact=True).click()
    expect(tab.locator("#version")).to_have_text("7.0")
    expect(tab.locator("#decision")).to_have_text("up to date")
    assert tab.url == server.url + "/?a=b#c"
    assert complaints == []


def test_unsaved_work_is_not_thrown_away(server: Deployapp, tab: Page) -> None:
    expect(tab.locator("#connection")).to_have_text("WebSocket")
    tab.get_by_label("Unsaved work").fill("half a sentence")
    server.trigger(version="8.0")
    expect(tab.locator("#decision")).to_have_text("a newer version is live")
    tab.get_by_role("button", name="Refresh safely").click()
    expect(tab.get_by_role("button", name="Discard and refresh")).to_be_visible()
    expect(tab.get_by_label("Unsaved work")).to_have_value("half a sentence")


@pytest.mark.parametrize(
    ("blocked", "transport"),
    [("?block=websocket", "server-sent events"), ("?block=websocket&block=sse", "polling")],
)
def test_a_network_that_blocks(server: Deployapp, tab: Page, blocked: str, transport: str) -> None:
    tab.goto(server.url + "/" + blocked)
    expect(tab.locator("#connection")).to_have_text(transport)
    expect(tab.get_by_label("WebSocket")).to_be_checked()
    server.trigger(version=f"9.0-{transport[:3]}")
    if transport == "polling":
        tab.get_by_role("button", name="Check now").click()
    expect(tab.get_by_role("log")).to_contain_text(f"9.0-{transport[:3]}")

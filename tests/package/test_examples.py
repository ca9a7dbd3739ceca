"""Issue 5, point 8: each recipe is a build that works, from the first version to the second."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.deployapp_process import Deployapp
from tests.package.building import EXAMPLES, FRAMEWORKS, Site, build, workshop
from tests.waiting import eventually

NAMES = ("html", *FRAMEWORKS)
VITE = {"react", "vue", "svelte"}
PATIENCE = 20_000  # milliseconds


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that remembers nothing; an error that nobody caught fails the test."""
    errors: list[str] = []
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def test_each_example_is_tested() -> None:
    assert {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} - {"node_modules", "build"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_tab_moves_from_version_1_to_version_2(
    name: str, installed: Path, server: Deployapp, page: Page, tmp_path: Path
) -> None:
    with workshop(name, installed) as app:
        first, second = (build(app, version, f"{server.url}/", tmp_path / version) for version in ("1.0.0", "2.0.0"))
    if name in VITE:
        chunks = {file.name.split("-")[0] for file in (first / "assets").glob("*.js")}
        assert {"index", "parts", "banner", "de"} <= chunks, "what is imported later is not in the first file"
    banner = page.locator("deployapp-banner")
    with Site(first) as site:
        listens(page, site)
        expect(page.get_by_role("heading", name="Version 1.0.0", exact=True)).to_be_visible()
        site.folder = second
        server.trigger(version="2.0.0")
        expect(banner.get_by_text("A new version 2.0.0 is available.")).to_be_visible(timeout=PATIENCE)
        if name == "react":
            page.get_by_role("textbox", name="Comment").fill("half a thought")
        banner.get_by_role("button", name="Refresh", exact=True).click()
        expect(page.get_by_role("heading", name="Version 2.0.0", exact=True)).to_be_visible(timeout=PATIENCE)
        expect(banner.get_by_text("Updated to 2.0.0")).to_be_visible(timeout=PATIENCE)
        if name == "react":
            expect(page.get_by_role("textbox", name="Comment")).to_have_value("half a thought")


def listens(page: Page, site: Site) -> None:
    """Open the site and wait until its notifier is connected, so that what comes next is news to it."""
    heard: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))
    page.goto(site.url)

    def greeted() -> bool:
        page.evaluate("0")  # lets Playwright hand over what happened
        return bool(heard)

    eventually(greeted, PATIENCE / 1000, "the server never said hello")

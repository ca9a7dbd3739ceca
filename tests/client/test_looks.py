"""Issue 5, point 6: the banner in every look, accessible by axe-core's rules and never wider than the window.

With `SCREENSHOTS=folder` in the environment each look is kept as a picture, for people to look at.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect

from tests.client.conftest import Deploy, OpenTab, Tab
from tests.client.frontend import Frontend

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 900, "height": 420}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 900, "height": 420}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 480}},
    "right to left": {"color_scheme": "light", "viewport": {"width": 900, "height": 420}, "locale": "ar"},
    "more contrast": {"color_scheme": "light", "forced_colors": "active", "viewport": {"width": 900, "height": 420}},
}
LONG = "unbroken" * 8  # as long as a version may be
PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def axe(node_tools: Path) -> str:
    return (node_tools / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context(browser: Browser, look: str) -> Any:
    context = browser.new_context(**LOOKS[look])
    yield context
    context.close()


def around(box: FloatRect) -> FloatRect:
    return {"x": box["x"] - 16, "y": box["y"] - 16, "width": box["width"] + 32, "height": box["height"] + 32}


def check(tab: Tab, axe: str, name: str) -> None:
    page = tab.page
    # Half faded in, its colours are not yet those that people read.
    tab.banner.locator("section").evaluate("section => Promise.all(section.getAnimations().map(one => one.finished))")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{name} is {wide} px wider than the window"
    box = tab.banner.locator("section").bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= size["width"], name
    assert 0 <= box["y"] <= box["y"] + box["height"] <= size["height"], name
    if PICTURES:
        path = Path(PICTURES) / f"banner-{name.replace(' ', '-')}.png"
        page.screenshot(path=path, animations="disabled", clip=around(box))
    page.evaluate(axe)
    found = page.evaluate("axe.run('deployapp-banner', { resultTypes: ['violations', 'passes', 'incomplete'] })")
    # Forced colours are the user's own: axe cannot tell their contrast.
    for doubt in ("violations", "incomplete") if "more contrast" not in name else ("violations",):
        nodes = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found[doubt]]
        assert nodes == [], f"{name}, {doubt}: {json.dumps(nodes, indent=1)}"
    assert "aria-allowed-attr" in [one["id"] for one in found["passes"]], "axe looked into the shadow root"


def test_each_notice(
    context: BrowserContext, axe: str, deploy: Deploy, frontend: Frontend, open_tab: OpenTab, look: str
) -> None:
    if look == "right to left":
        frontend.lang = "ar"
    frontend.meta = True
    tab = open_tab(countdownSeconds=60)
    notes = "Search is twice as fast.\nYour basket survives a change of device."
    deploy(version="1.43.0", notes=notes, url="https://shop.example/changes/1.43")
    tab.is_(notice="available")
    check(tab, axe, f"available {look}")
    tab.banner.locator("summary").click()
    check(tab, axe, f"notes {look}")
    tab.page.get_by_label("Name").fill("Ada")
    tab.banner.locator("[part~=refresh]").click()
    tab.is_(notice="unsaved")
    check(tab, axe, f"unsaved {look}")
    tab.banner.locator("[part~=refresh]").click()
    tab.is_(notice="waiting")
    check(tab, axe, f"waiting {look}")
    deploy(version="1.44.0", mode="force", severity="critical")
    frontend.version = "1.44.0"
    tab.runs("1.44.0").is_(notice="updated")
    check(tab, axe, f"updated {look}")
    frontend.version = "1.44.0"
    deploy(version=LONG, mode="force", severity="critical", notes=LONG * 9, url=f"https://shop.example/{LONG}")
    tab.is_(notice="countdown")
    tab.banner.locator("summary").click()
    check(tab, axe, f"countdown {look}")
    deploy(version="0.9.0", kind="rollback")
    tab.is_(notice="available")
    check(tab, axe, f"rollback {look}")

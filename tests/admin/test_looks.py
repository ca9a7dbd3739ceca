"""Every page of the admin, light, dark and narrow: accessible by axe-core's rules, no wider than the window."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.admin.window import Window
from tests.deployapp_process import Deployapp

WINDOWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "tablet": {"color_scheme": "light", "viewport": {"width": 770, "height": 600}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 380, "height": 700}},
    "narrow, dark": {"color_scheme": "dark", "viewport": {"width": 380, "height": 700}},
}
PAGES = [
    "",
    "deployments/",
    "deployments/?search=nothing-like-this",
    "deployments/new/",
    "deployments/details/?id=1",
    "deployments/edit/?id=1",
    "deployments/delete/?id=1",
    "frontends/",
    "frontends/new/",
    "frontends/edit/?id=1",
    "users/",
    "users/new/",
    "users/edit/?id=1",
    "tokens/",
    "tokens/new/",
    "tokens/details/?id=1",
    "tokens/delete/?id=1",
]
LONG = "unbroken" * 8  # as long as a version may be


@pytest.fixture(scope="module")
def axe(node_tools: Path) -> str:
    return (node_tools / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def furnished(service: Deployapp) -> Deployapp:
    """With something to show, some of it as wide as it may be."""
    service.trigger(version=LONG, notes=LONG * 20, url=f"https://example.test/{LONG}", environment=LONG[:63])
    service.trigger(version="1.0.0", kind="rollback", severity="critical", mode="force", commit_sha="a1b2c3d")
    for number in range(30):
        service.trigger(version=f"1.{number}", environment="many")
    return service


@pytest.mark.parametrize("look", WINDOWS)
def test_each_page(browser: Browser, furnished: Deployapp, axe: str, look: str) -> None:
    window = Window(browser, furnished, **WINDOWS[look])
    page = window.page
    page.goto(f"{furnished.url}/admin/sign-in")
    check(page, axe)
    window.sign_in().live()
    for path in PAGES:
        page.goto(f"{furnished.url}/admin/{path}")
        check(page, axe)
    assert window.errors == []

    # What answers with an error status is a console error by itself.
    page.goto(f"{furnished.url}/admin/deployments/details/?id=999999")
    check(page, axe)
    page.goto(f"{furnished.url}/admin/deployments/new/")
    page.get_by_label("Link").fill("nonsense")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Must be an http or https address.").wait_for()
    check(page, axe)
    page.goto(f"{furnished.url}/admin/tokens/new/")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Token of").wait_for()
    check(page, axe)
    window.context.close()


def check(page: Page, axe: str) -> None:
    page.wait_for_load_state()  # with its styles, also after a form was sent
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{page.url} is {wide} px wider than the window"
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    violations = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]]
    assert violations == [], f"{page.url}: {json.dumps(violations, indent=1)}"

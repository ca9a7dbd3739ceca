"""`make screenshots`: takes the pictures of the documentation anew, from a real server with some deployments.

Look at each before it is committed.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.admin.window import Window
from tests.browser import launch
from tests.deployapp_process import ROOT, Deployapp, flask

IMAGES = ROOT / "docs" / "images"
LOOKS = ("light", "dark")
WIDE = {"width": 1200, "height": 760}
NARROW = {"width": 380, "height": 760}
DEPLOYMENTS: list[dict[str, Any]] = [
    {"version": "2.8.0", "frontend": "shop", "notes": "Search finds what you misspell."},
    {"version": "2.8.1", "frontend": "shop", "environment": "staging", "commit_sha": "9c1f0d2"},
    {"version": "1.41.0", "notes": "The basket keeps what you put into it."},
    {"version": "2.7.4", "frontend": "shop", "kind": "rollback", "notes": "Back to the old checkout for now."},
    {"version": "1.42.0", "environment": "staging", "notes": "Half the size, twice as fast."},
    {"version": "1.41.1", "severity": "critical", "notes": "Closes a hole in the sign-in."},
    {"version": "1.42.0", "notes": "Half the size, twice as fast.", "commit_sha": "4be81a7"},
]
NEWS: dict[str, Any] = {"version": "1.43.0", "notes": "Faster search"}


def main() -> None:
    with sync_playwright() as playwright, launch(playwright) as browser:
        for look in LOOKS:
            with tempfile.TemporaryDirectory(prefix="deployapp-") as folder:
                server = furnished(Path(folder))
                try:
                    take(browser, server, look)
                finally:
                    server.stop()


def furnished(folder: Path) -> Deployapp:
    """A running server with a second frontend and some deployments."""
    for command in (["setup"], ["frontends", "create", "shop", "--name", "Shop"]):
        done = flask(folder, *command)
        assert done.returncode == 0, done.stderr
    server = Deployapp(folder).start()
    for deployment in DEPLOYMENTS:
        server.trigger(**deployment)
    return server


def take(browser: Browser, server: Deployapp, look: str) -> None:
    """All pictures in one look."""
    window = Window(browser, server, color_scheme=look, viewport=WIDE)
    page = window.page
    with ExitStack() as crowd:  # browsers for the dashboard to count
        for blocked in ("", "", "", "?block=websocket"):
            demo(crowd.enter_context(browser.new_context()).new_page(), server, blocked)
        shoot(window.sign_in().live().page, f"dashboard-{look}")
    page.goto(f"{server.url}/admin/deployments/")
    shoot(page, f"deployments-{look}")
    page.set_viewport_size(NARROW)
    shoot(page, f"deployments-narrow-{look}")
    page.set_viewport_size(WIDE)
    demo(page, server)
    server.trigger(**NEWS)
    page.get_by_role("button", name="Refresh", exact=True).wait_for()
    shoot(page, f"demo-{look}")
    page.set_viewport_size(NARROW)
    shoot(page, f"demo-narrow-{look}")
    window.context.close()


def demo(page: Page, server: Deployapp, blocked: str = "") -> None:
    """The demo page, connected."""
    page.goto(f"{server.url}/{blocked}")
    expect(page.locator("#connection")).to_have_text("server-sent events" if blocked else "WebSocket")


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()

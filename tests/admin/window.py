"""A browser window on the admin, which notes what no page of it may cause."""

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, expect

from tests.deployapp_process import ADMIN, PASSWORD, Deployapp


class Window:
    """One window with its own cookies. `errors` collects console errors (a broken policy is one) and exceptions."""

    def __init__(self, browser: Browser, server: Deployapp, **options: Any) -> None:
        self.server = server
        self.errors: list[str] = []
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.link = self.page.locator("[data-link]")

    def sign_in(self) -> "Window":
        self.page.goto(f"{self.server.url}/admin/sign-in")
        self.page.get_by_label("User name").fill(ADMIN)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Dashboard")).to_be_visible()
        return self

    def live(self, seconds: float = 30) -> "Window":
        """Wait until the dashboard is connected."""
        expect(self.link).to_have_text("Live", timeout=seconds * 1000)
        return self

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

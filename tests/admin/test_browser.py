"""The admin in a real Chromium, on the real server."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import ClientConnection, connect

from tests.admin.window import Window
from tests.deployapp_process import ADMIN, PASSWORD, Deployapp
from tests.waiting import PATIENCE, eventually

OpenWindow = Callable[..., Window]


@pytest.fixture
def listener(service: Deployapp) -> Iterator[ClientConnection]:
    """A tab of the default frontend, connected."""
    with connect(f"{service.ws_url}?frontend=default&environment=production&hello=1") as socket:
        assert "hello" in str(socket.recv(PATIENCE))
        yield socket


def test_signing_in_and_adding_by_keyboard_alone_tells_every_tab(
    service: Deployapp, window: OpenWindow, listener: ClientConnection
) -> None:
    page = window().page
    keys = page.keyboard
    page.goto(f"{service.url}/admin/deployments/new/")
    expect(page.get_by_label("User name")).to_be_focused()
    keys.type(ADMIN)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Add a frontend deployment")).to_be_visible()

    tab_to(page, "version")
    keys.type("4.5.6")
    tab_to(page, "notes")
    keys.type("By keyboard")
    tab_to(page, "Save")
    keys.press("Enter")
    expect(page).to_have_url(f"{service.url}/admin/deployments/")

    assert '"version":"4.5.6"' in str(listener.recv(PATIENCE)).replace(" ", "")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("4.5.6")
    expect(first).to_contain_text("By keyboard")
    expect(page.get_by_role("status")).to_have_text("Announced default/production 4.5.6.")


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the field with this id, or the button with this text, has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]").count(wanted):
            return
    raise AssertionError(f"the Tab key never leads to {wanted}")


def test_the_skip_link_leads_past_the_menu(window: OpenWindow) -> None:
    page = window().sign_in().page
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_quick_form_answers_while_tabs_are_connected(
    service: Deployapp, window: OpenWindow, listener: ClientConnection
) -> None:
    page = window().sign_in().live().page
    page.get_by_label("Version").fill("5.0.0")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_role("status").filter(has_text="Announced default/production 5.0.0.")).to_be_visible()
    expect(page.locator("[data-part=recent] tbody tr").first).to_contain_text("5.0.0")
    assert "5.0.0" in str(listener.recv(PATIENCE))


def test_the_dashboard_updates_itself_and_is_never_reloaded(
    service: Deployapp, window: OpenWindow, listener: ClientConnection
) -> None:
    page = window().sign_in().live().page
    page.evaluate("globalThis.kept = true")
    page.get_by_label("Notes").fill("half a sentence")

    service.trigger(version="6.0.0", mode="force", severity="critical")

    recent, live = page.locator("[data-part=recent] tbody tr").first, page.locator("[data-part=live]")
    expect(recent).to_contain_text("6.0.0")
    expect(live).to_contain_text("6.0.0")
    expect(recent).to_contain_text("critical")
    expect(page.locator("[data-said]")).to_have_text("default/production 6.0.0 was deployed.")
    assert int(page.locator("[data-subscribers]").inner_text()) >= 2
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")
    assert page.evaluate("globalThis.kept")


def test_the_dashboard_comes_back_after_a_restart(make_server: Callable[..., Deployapp], window: OpenWindow) -> None:
    server = make_server(RECONNECT_MAX="1").start()
    here = window(server).sign_in().live()
    server.stop()
    expect(here.link).to_have_text("Not live, trying again")
    server.start()
    here.live(30)
    server.trigger(version="7.0.0")
    expect(here.page.locator("[data-part=recent] tbody tr").first).to_contain_text("7.0.0")
    here.errors.clear()  # requests that failed while the server was away


def test_a_session_that_ended_elsewhere_is_said(window: OpenWindow, service: Deployapp) -> None:
    here = window().sign_in().live()
    here.page.context.clear_cookies()
    service.trigger(version="8.0.0")
    expect(here.link).to_have_text("Signed out. Sign in again")
    here.link.get_by_role("link").click()
    expect(here.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_filtering_and_searching(service: Deployapp, window: OpenWindow) -> None:
    for environment, version in [("filter-a", "1"), ("filter-b", "2"), ("filter-b", "3")]:
        service.trigger(environment=environment, version=version)
    page = window().sign_in().page
    page.goto(f"{service.url}/admin/deployments/")
    page.get_by_label("Environment").select_option("filter-b")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Version").fill("2")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Environment")).to_have_value("filter-b")
    page.get_by_label("Version").fill("nothing like this")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("link", name="Show all").first.click()
    expect(page.get_by_label("Environment")).to_have_value("")


def test_deleting_asks_first_and_comes_back_to_the_list_as_it_was(service: Deployapp, window: OpenWindow) -> None:
    service.trigger(environment="deleting", version="1")
    service.trigger(environment="deleting", version="2")
    page = window().sign_in().page
    page.goto(f"{service.url}/admin/deployments/?search=deleting")
    where = page.url
    delete = page.get_by_role("link", name="Delete deployment default/deleting 2")
    delete.click()
    expect(page.get_by_role("heading")).to_contain_text(["Delete deployment default/deleting 2?"])
    page.get_by_role("link", name="Keep it").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    delete.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "search=deleting" in where
    assert "search=deleting" in page.url


def test_a_new_token_can_be_copied_and_used(service: Deployapp, window: OpenWindow) -> None:
    here = window().sign_in()
    page = here.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{service.url}/admin/tokens/new/")
    page.get_by_label("Name").fill("copied")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    secret = page.evaluate("navigator.clipboard.readText()")
    answer = service.request("POST", "/api/deployments/trigger/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 201


def test_times_are_the_readers_and_utc_in_the_title(service: Deployapp, window: OpenWindow) -> None:
    row = service.trigger(version="when")
    utc = datetime.fromisoformat(str(row["deployed_at"]))
    page = window(timezone_id="Asia/Tokyo", locale="en-GB").sign_in().page
    moment = page.locator("[data-part=live] time").first
    expect(moment).to_have_attribute("title", f"{utc:%Y-%m-%d %H:%M:%S} UTC")
    expect(moment).to_contain_text(f"{utc.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}")


def test_the_menu_of_a_phone_opens_and_closes(window: OpenWindow, service: Deployapp) -> None:
    page = window(viewport={"width": 380, "height": 700}).sign_in().page
    menu, entry = page.get_by_role("button", name="Menu"), page.get_by_role("link", name="API Tokens")
    expect(entry).to_be_hidden()
    menu.click()
    expect(entry).to_be_visible()
    menu.click()
    expect(entry).to_be_hidden()
    menu.click()
    entry.click()
    expect(page.get_by_role("heading", name="API Tokens")).to_be_visible()


def test_everything_works_without_scripts(service: Deployapp, window: OpenWindow) -> None:
    page = window(java_script_enabled=False).sign_in().page
    page.get_by_label("Version").fill("9.0.0")
    page.get_by_role("button", name="Announce").click()
    expect(page.locator("[data-part=recent] tbody tr").first).to_contain_text("9.0.0")
    page.get_by_role("link", name="Frontend Deployments").click()
    page.get_by_role("link", name=re.compile("^Edit")).first.click()
    page.get_by_label("Notes").fill("Without scripts")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tbody tr").first).to_contain_text("Without scripts")
    eventually(lambda: service.request("GET", "/api/deployments/status/").json()["notes"] == "Without scripts")

"""Issue 5: what was typed before the client's later parts were there is work as well."""

from playwright.sync_api import BrowserContext, Route

from tests.client.conftest import Deploy, OpenTab
from tests.client.frontend import Frontend


def test_what_was_typed_while_the_client_still_loaded_is_kept(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    late: list[Route] = []
    context.route("**/notifier/parts.js", lambda route: late.append(route))
    tab = open_tab(connected=False)
    assert late, "it asks for its parts at once"
    name = tab.page.get_by_label("Name")
    name.fill("half a name")
    for route in late:
        route.continue_()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.press("Refresh")
    tab.is_(notice="unsaved", version="1.0.0")
    assert name.input_value() == "half a name"

"""Issue 5: the client's later parts come late, or at the second try; what was typed before is work as well."""

from playwright.sync_api import BrowserContext, Route

from tests.client.conftest import Deploy, OpenTab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.client.test_transports import STATUS


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


def test_parts_that_fail_to_load_are_tried_again(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    broken: list[Route] = []

    def fail_once(route: Route) -> None:
        broken.append(route)
        route.abort() if len(broken) == 1 else route.continue_()

    context.route("**/notifier/parts.js", fail_once)
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    assert len(broken) == 2


def test_a_status_that_fails_at_first_is_asked_again(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    deploy(version="1.1.0")
    network.forbid(STATUS)
    tab = open_tab(connected=False, known=False).is_(connected=True, decision="unknown")
    network.forbid()
    tab.is_(decision="current")

"""Issue 5, point 2: the notifier hears, whatever the network does."""

from playwright.sync_api import BrowserContext

from tests.client.conftest import Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.waiting import eventually

WS, SSE, STATUS = "/ws/", "/sse/", "/api/deployments/status/"


def test_complaint_16_websocket_tells_at_once(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    tab = open_tab().is_(transport="websocket")
    asked = network.asked(STATUS)
    tab.hears(deploy(version="1.1.0"))
    assert network.asked(STATUS) == asked, "it was pushed, not asked for"


def test_sse_takes_over_where_websocket_is_blocked(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    network.forbid(WS)
    tab = open_tab().is_(transport="sse")
    tab.hears(deploy(version="1.1.0"))


def test_polling_takes_over_where_both_are_blocked_and_climbs_back(
    deploy: Deploy, network: Network, open_tab: OpenTab
) -> None:
    network.forbid(WS, SSE)
    tab = open_tab().is_(transport="polling")
    tab.hears(deploy(version="1.1.0"))
    network.forbid(WS)
    tab.is_(transport="sse", connected=True)
    network.forbid()
    tab.is_(transport="websocket", connected=True)
    eventually(lambda: network.open_to(SSE) == 0)
    tab.hears(deploy(version="1.2.0"))


def test_polling_asks_with_the_etag_and_without_a_preflight(
    deploy: Deploy, network: Network, open_tab: OpenTab
) -> None:
    deploy()
    network.forbid(WS, SSE)
    open_tab().is_(transport="polling")

    def polls() -> list[str]:
        return [request for request in network.requests if STATUS in request.split("\r\n")[0]]

    eventually(lambda: len(polls()) >= 3)
    assert all(request.startswith("GET ") for request in polls())
    assert all("if-none-match:" in request.lower() for request in polls()[1:])


def test_complaint_19_the_service_is_on_another_origin(network: Network, frontend: Frontend, open_tab: OpenTab) -> None:
    open_tab("/deep/below?a=1")
    assert frontend.url != network.url
    assert network.asked(STATUS) == 1
    assert not [path for path, _ in frontend.requests if "deployments" in path]


def test_what_was_deployed_during_an_outage_is_replayed(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    tab = open_tab()
    network.forbid("/")
    tab.is_(connected=False)
    deployment = deploy(version="1.1.0")
    network.forbid()
    tab.hears(deployment).is_(connected=True, transport="websocket")


def test_offline_and_online(deploy: Deploy, context: BrowserContext, network: Network, open_tab: OpenTab) -> None:
    tab = open_tab()
    context.set_offline(True)
    network.cut("/")
    tab.is_(connected=False)
    deployment = deploy(version="1.1.0")
    context.set_offline(False)
    tab.hears(deployment).is_(connected=True)


def test_complaint_14_a_laptop_that_slept_replaces_its_dead_socket(
    deploy: Deploy, context: BrowserContext, network: Network, open_tab: OpenTab
) -> None:
    context.clock.install()
    tab = open_tab().is_(transport="websocket")
    sockets = network.asked(WS)
    network.fall_silent()
    deployment = deploy(version="1.1.0")
    context.clock.fast_forward("08:00:00")  # the clock jumps, timers fire once: what opening the lid does
    tab.hears(deployment)
    context.clock.fast_forward("00:00:06")  # no pong within five seconds
    eventually(lambda: network.asked(WS) > sockets or context.clock.fast_forward("00:00:02"))
    tab.is_(transport="websocket", connected=True)


def test_complaint_15_a_hidden_tab_does_not_poll_and_asks_once_on_return(
    deploy: Deploy, context: BrowserContext, network: Network, open_tab: OpenTab
) -> None:
    network.forbid(WS, SSE)
    tab = open_tab().is_(transport="polling")
    hide(tab, True)
    eventually(lambda: network.asked(WS))
    asked = network.asked(STATUS)
    tries = network.asked(WS)
    eventually(lambda: network.asked(WS) >= tries + 3, 20, "it still tries to climb")
    assert network.asked(STATUS) <= asked + 1, "one poll may have been on its way"
    deployment = deploy(version="1.1.0")
    hide(tab, False)
    tab.hears(deployment)


def hide(tab: Tab, hidden: bool) -> None:
    """As the browser does when another tab comes to the front; headless Chromium never hides one by itself."""
    tab.page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )

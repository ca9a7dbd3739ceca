"""Issue 5, point 3: one connection per browser, not per tab."""

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.client.conftest import NOW, Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.client.test_transports import SSE, STATUS, WS
from tests.deployapp_process import Deployapp
from tests.waiting import eventually


def test_complaint_7_ten_tabs_one_connection_one_dismissal(
    context: BrowserContext, deploy: Deploy, network: Network, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)  # a leader that has to wait for its turn is not dethroned
    tabs = [open_tab() for _ in range(10)]
    assert network.open_to(WS) == 1
    assert [tab.state["leader"] for tab in tabs] == [True] + [False] * 9
    deploy(version="1.1.0")
    for tab in tabs:
        tab.is_(notice="available")
    tabs[7].press("Later")
    for tab in tabs:
        tab.is_(notice=None)
    assert network.asked(WS) == 1


def test_the_next_tab_takes_over_when_the_leader_is_closed(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    first, second = open_tab(), open_tab()
    deployment = deploy(version="1.1.0")
    first.hears(deployment)
    second.hears(deployment)
    first.page.close()
    second.is_(leader=True, connected=True)
    second.hears(deploy(version="1.2.0"))
    eventually(lambda: network.open_to(WS) == 1)


def test_the_next_leader_is_not_connected_before_it_is(network: Network, open_tab: OpenTab) -> None:
    first, second = open_tab(), open_tab()
    network.unanswered = (WS,)
    first.page.close()
    second.is_(leader=True, connected=False)


def test_a_leader_that_the_browser_freezes_hands_over(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    first, second = open_tab(), open_tab()
    tell_lifecycle(first, "freeze")
    second.is_(leader=True, connected=True)
    eventually(lambda: network.open_to(WS) == 1)
    second.hears(deploy(version="1.1.0"))
    tell_lifecycle(first, "resume")
    first.hears(deploy(version="1.2.0")).is_(leader=False)


def test_a_leader_that_hangs_is_dethroned(deploy: Deploy, open_tab: OpenTab) -> None:
    first, second = open_tab(), open_tab()
    hanging: list[Route] = []
    first.page.route("**/hang", lambda route: hanging.append(route))
    first.page.evaluate("""setTimeout(() => {
      const request = new XMLHttpRequest();
      request.open("GET", "/hang", false);  // its answer is waited for and nothing else is done
      request.send();
    })""")
    second.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody looks at it
    second.is_(leader=True, connected=True)
    hanging[0].fulfill()
    first.is_(leader=False)
    deployment = deploy(version="1.1.0")
    first.hears(deployment)
    second.hears(deployment)


def tell_lifecycle(tab: Tab, event: str) -> None:
    """What Chromium tells a tab that it freezes or thaws; a headless one is always visible and never frozen."""
    tab.page.evaluate("(event) => document.dispatchEvent(new Event(event))", event)


def test_whoever_looks_at_nothing_but_a_polling_leader_hears_as_soon_as_it(
    deploy: Deploy, network: Network, context: BrowserContext, open_tab: OpenTab
) -> None:
    """A hidden tab does not ask its leader."""
    network.forbid(WS, SSE)
    open_tab().is_(transport="polling")
    context.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    hidden = open_tab().is_(transport="polling", leader=False)
    deploy(version="1.1.0")
    hidden.is_(notice="available")


def test_complaint_7_a_dismissal_comes_before_what_it_dismisses(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    """As from a tab that asked the server by itself."""
    tab = open_tab()
    first = deploy(version="1.1.0")
    tab.hears(first).press("Later")
    tab.is_(notice=None)
    channel = f"deployapp:{frontend.service}default/{frontend.options['environment']}"
    tab.page.evaluate(
        "([channel, dismissed]) => new BroadcastChannel(channel).postMessage({ dismissed })", [channel, first["id"] + 1]
    )
    tab.is_(dismissed=first["id"] + 1)
    tab.hears(deploy(version="1.2.0")).is_(notice=None)


@pytest.mark.parametrize("lacking", ["Navigator.prototype.locks", "globalThis.BroadcastChannel"])
def test_in_a_browser_that_cannot_share_each_tab_has_its_own(
    network: Network, context: BrowserContext, open_tab: OpenTab, lacking: str
) -> None:
    context.add_init_script(f"delete {lacking}")
    open_tab()
    open_tab()
    assert network.open_to(WS) == 2


def test_without_sharing_each_tab_has_its_own(network: Network, open_tab: OpenTab) -> None:
    open_tab(share=False)
    open_tab(share=False)
    assert network.open_to(WS) == 2


def test_complaint_7_refresh_moves_the_other_tabs_too(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    first, second, third = (open_tab(refreshAll=True) for _ in range(3))
    third.page.get_by_label("Name").fill("half a name")
    deploy(version="1.1.0")
    first.is_(notice="available")
    second.is_(notice="available")
    third.is_(notice="available")
    frontend.version = "1.1.0"
    first.press("Refresh")
    first.runs("1.1.0")
    second.runs("1.1.0")
    third.is_(notice="unsaved", version="1.0.0")


def test_complaint_18_two_frontends_on_one_page(
    service: Deployapp, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    """Micro-frontends: each has a notifier of its own, and nothing is on `window` that this page did not put there."""
    frontend.script = f"""
      const before = Object.keys(globalThis);
      globalThis.other = createNotifier({{ url: "{frontend.service}", environment: "staging", banner: false }});
      globalThis.added = Object.keys(globalThis).filter((key) => !before.includes(key) && key !== "other");"""
    tab = open_tab()
    eventually(lambda: tab.page.evaluate("other.current.connected"))
    service.trigger(version="1.1.0", environment="staging")
    eventually(lambda: tab.page.evaluate("other.current.event?.version") == "1.1.0")
    assert tab.state["event"] is None
    tab.hears(deploy(version="1.2.0"))
    assert tab.page.evaluate("other.current.event.version") == "1.1.0"
    assert tab.page.evaluate("added") == []


def test_what_is_destroyed_leaves_nothing(deploy: Deploy, network: Network, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.page.evaluate("notifier.destroy()")
    eventually(lambda: network.open_to(WS) == 0)
    assert tab.banner.count() == 0
    tab.page.evaluate("notifier.dismiss()")


def test_however_many_ask_one_question_is_in_flight(network: Network, open_tab: OpenTab) -> None:
    tab = open_tab().is_(transport="websocket")
    asked = network.asked(STATUS)
    tab.page.evaluate("Promise.all([notifier.check(), notifier.check(), notifier.check()])")
    assert network.asked(STATUS) == asked + 1

"""Issue 5, point 2, against servers of their own: one that is killed, and one with its kill switch on."""

from collections.abc import Callable

import pytest

from tests.client.conftest import PACE, Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.client.test_transports import STATUS, WS
from tests.deployapp_process import Deployapp
from tests.waiting import eventually


@pytest.fixture
def service(make_server: Callable[..., Deployapp]) -> Deployapp:
    return make_server(**PACE).start()


def test_a_killed_server_comes_back(service: Deployapp, deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    service.kill()
    tab.is_(connected=False)
    service.start()
    tab.is_(connected=True, transport="websocket").hears(deploy(version="1.1.0"))


def test_the_kill_switch_silences_tabs_and_is_taken_back(
    service: Deployapp, network: Network, frontend: Frontend, waiting_tab: Tab
) -> None:
    service.stop()
    service.settings = {**PACE, "CLIENT_ENABLED": "false"}
    service.start()
    waiting_tab.is_(enabled=False, notice=None, transport="polling")
    eventually(lambda: network.open_to(WS) == 0)
    frontend.version = "1.1.0"  # now the reload that waited would be worth it
    waiting_tab.page.evaluate("notifier.rescue(new Error('a file is gone'))")
    asked = network.asked(STATUS)
    eventually(lambda: network.asked(STATUS) > asked + 1)
    assert (waiting_tab.state["notice"], frontend.loads) == (None, 1), "it does nothing by itself"
    service.stop()
    service.settings = PACE
    service.start()
    waiting_tab.arrives("1.1.0").is_(enabled=True, transport="websocket", connected=True)

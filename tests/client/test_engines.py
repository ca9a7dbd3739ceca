"""Issue 5: the same client in Gecko and in WebKit: transports, leader, banner, reload, rescue, strict policy."""

from collections.abc import Iterator

import pytest

from tests.client.conftest import Deploy
from tests.client.engine import Engine
from tests.client.firefox import running_firefox
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.client.test_rescue import GONE
from tests.client.test_strict_policy import frontend_behind_one_proxy
from tests.client.test_transports import SSE, WS
from tests.client.webkit import running_webkit, webkit_is_installed
from tests.waiting import eventually

MESSAGE = """document.querySelector("deployapp-banner")?.shadowRoot.querySelector("[role=status]").textContent"""


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "firefox":
        with running_firefox(tmp_path_factory.mktemp("firefox")) as firefox:
            yield firefox
    elif webkit_is_installed():
        with running_webkit() as webkit:
            yield webkit
    else:
        pytest.skip("WebKit is not installed; .ci/run does: .ci/need WebKitWebDriver Xvfb")


def test_one_connection_a_banner_and_a_safe_reload(
    engine: Engine, deploy: Deploy, network: Network, frontend: Frontend
) -> None:
    first = engine.open(frontend.url).is_(transport="websocket", connected=True, leader=True)
    second = engine.open(frontend.url + "/?q=1#here").is_(transport="websocket", connected=True, leader=False)
    assert network.open_to(WS) == 1
    deploy(version="1.1.0")
    first.is_(notice="available")
    second.is_(notice="available")
    eventually(lambda: second.evaluate(MESSAGE) == "A new version 1.1.0 is available.")
    second.evaluate("document.querySelector('[name=name]').focus()")
    second.evaluate("document.execCommand('insertText', false, 'half a name')")
    second.press("Refresh")
    second.is_(notice="unsaved")
    frontend.version = "1.1.0"
    second.press("Discard and refresh")
    second.arrives("1.1.0")
    assert second.evaluate("location.href") == frontend.url + "/?q=1#here"
    first.press("Later")
    first.is_(notice=None, version="1.0.0")


def test_other_transports(engine: Engine, deploy: Deploy, network: Network, frontend: Frontend) -> None:
    network.forbid(WS)
    tab = engine.open(frontend.url).is_(transport="sse", connected=True)
    network.forbid(WS, SSE)
    tab.is_(transport="polling", connected=True)
    deploy(version="1.1.0")
    tab.is_(notice="available")
    network.forbid()
    tab.is_(transport="websocket", connected=True)


@pytest.mark.parametrize("fallback", [False, True])
def test_complaint_9_10_a_failed_import_in_the_engines_own_words(
    engine: Engine, deploy: Deploy, frontend: Frontend, fallback: bool
) -> None:
    frontend.fallback = fallback
    tab = engine.open(frontend.url).is_(connected=True)
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.evaluate(f"void import('{GONE}').catch((error) => setTimeout(() => Promise.reject(error)))")
    tab.arrives("1.1.0")


def test_complaint_17_a_strict_policy(engine: Engine, deploy: Deploy, network: Network, frontend: Frontend) -> None:
    frontend_behind_one_proxy(network, frontend)
    tab = engine.open(frontend.url + "/app").is_(transport="websocket", connected=True)
    deploy(version="1.1.0")
    tab.is_(notice="available")
    eventually(lambda: tab.evaluate(MESSAGE))
    box = 'document.querySelector("deployapp-banner").shadowRoot.querySelector("section")'
    assert tab.evaluate(f"getComputedStyle({box}).borderTopLeftRadius") == "12px", "it is styled"
    assert tab.evaluate("violations") == []

"""Issue 5, point 2: Socket.IO, for a page that hands over its own `io`; with the client that npm has."""

import pytest

from tests.client.conftest import ROOT, Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.waiting import eventually

LIBRARY = ROOT / "tests" / "package" / "node_modules" / "socket.io-client" / "dist" / "socket.io.esm.min.js"
SOCKET_IO = "/socket.io/"
SOCKET_IO_WS = "/socket.io/?EIO=4&transport=websocket"
SOCKET_IO_POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture
def tab(frontend: Frontend, open_tab: OpenTab) -> Tab:
    """A tab with a second notifier, `other`, that uses Socket.IO."""
    frontend.files["/socket.io.js"] = ("text/javascript", LIBRARY.read_text())
    frontend.script = f"""
      import {{ io }} from "/socket.io.js";
      globalThis.other = createNotifier({{ url: "{frontend.service}", version: "1.0.0", share: false, banner: false,
        environment: "{frontend.options["environment"]}", io }});"""
    return open_tab(banner=False)


def other(tab: Tab, **wanted: object) -> None:
    eventually(lambda: wanted.items() <= tab.page.evaluate("other.current").items())


def test_it_hears_by_socketio_and_polls_while_it_cannot(tab: Tab, deploy: Deploy, network: Network) -> None:
    other(tab, transport="socketio", connected=True)
    deploy(version="1.1.0")
    other(tab, decision="update", notice="available")
    network.forbid(SOCKET_IO)
    other(tab, transport="polling", connected=True)
    deploy(version="1.0.0", kind="rollback")
    other(tab, decision="current", notice=None)
    network.forbid()
    other(tab, transport="socketio", connected=True)


def test_websocket_comes_first_and_long_polling_where_it_is_blocked(tab: Tab, deploy: Deploy, network: Network) -> None:
    other(tab, transport="socketio", connected=True)
    assert network.asked(SOCKET_IO) == network.asked(SOCKET_IO_WS) == 1
    network.forbid(SOCKET_IO_WS)
    eventually(lambda: network.asked(SOCKET_IO_POLLING) > 0)
    other(tab, transport="socketio", connected=True)
    deploy(version="1.1.0")
    other(tab, decision="update", notice="available")


def test_complaint_14_a_dead_socket_is_found_by_its_missing_acknowledgement(
    tab: Tab, deploy: Deploy, network: Network
) -> None:
    other(tab, transport="socketio", connected=True)
    opened = network.asked(SOCKET_IO)
    network.fall_silent()
    tab.page.evaluate("dispatchEvent(new Event('online'))")
    eventually(lambda: network.asked(SOCKET_IO) > opened)
    other(tab, transport="socketio", connected=True)
    deploy(version="1.1.0")
    other(tab, decision="update")

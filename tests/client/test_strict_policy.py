"""Issue 5, point 6: a strict Content Security Policy and Trusted Types hold without a nonce or an exception."""

from urllib.parse import urlsplit

import pytest

from tests.client.conftest import Deploy, OpenTab
from tests.client.frontend import Frontend
from tests.client.network import Network
from tests.client.test_banner import style
from tests.waiting import eventually

POLICY = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
WATCH = """const violations = (globalThis.violations = []);
addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));"""


def frontend_behind_one_proxy(network: Network, frontend: Frontend) -> Frontend:
    """On the service's own origin, so that `'self'` covers both; with the policy, and noting what breaks it."""
    network.pages = urlsplit(frontend.url).port
    frontend.url = network.url
    frontend.headers["Content-Security-Policy"] = POLICY
    frontend.files["/watch.js"] = ("text/javascript", WATCH)
    frontend.body = '<script src="/watch.js"></script>'
    return frontend


@pytest.fixture
def frontend(network: Network, frontend: Frontend) -> Frontend:
    return frontend_behind_one_proxy(network, frontend)


def test_complaint_17_the_whole_way_without_a_violation(
    deploy: Deploy, network: Network, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab("/app", banner={"lang": "de"}).is_(transport="websocket")
    deploy(version="1.1.0", notes="Schneller.", severity="critical")
    tab.is_(notice="available")
    tab.banner.get_by_text("Was ist neu").click()
    assert style(tab, "section", "borderRadius") == "12px", "it is styled"
    tab.page.get_by_label("Name").fill("Ada")
    tab.press("Neu laden")
    tab.is_(notice="unsaved")
    assert tab.page.evaluate("violations") == []
    frontend.version = "1.1.0"
    tab.press("Verwerfen und neu laden")
    tab.arrives("1.1.0")
    network.forbid("/ws/")
    tab.is_(transport="sse", connected=True)
    assert tab.page.evaluate("violations") == []


def test_complaint_17_the_policy_of_this_test_bites(frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.body += '<p style="color: red">…</p><script>globalThis.inline = true</script>'
    tab = open_tab("/app")
    tab.page.evaluate("try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>') } catch {}")
    wanted = {"style-src-attr", "script-src-elem", "require-trusted-types-for"}
    eventually(lambda: set(tab.page.evaluate("violations")) == wanted)
    assert tab.page.evaluate("globalThis.inline") is None

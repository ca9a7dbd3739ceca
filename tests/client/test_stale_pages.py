"""Issue 5, point 4: reloads that do not help. Probe first, two attempts at most, then an honest message."""

from itertools import cycle

import pytest
from playwright.sync_api import BrowserContext

from tests.client.conftest import NOW, Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.waiting import eventually

WAITING = "The new version is not here yet. This page keeps trying."
STUCK = "The new version did not load. Please try again later."


@pytest.mark.parametrize("mode", ["prompt", "force"])
def test_complaint_1_2_3_a_cached_index_html_ends_in_a_message_after_two_attempts(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab, mode: str
) -> None:
    """No loop (2), no silence (3), and the notice does not come back as if nothing had happened (1)."""
    context.clock.pause_at(NOW)
    tab = open_tab(countdownSeconds=0)  # and frontend.version stays: what a cache in front of it does
    deploy(version="1.1.0", mode=mode)
    if mode == "prompt":
        tab.is_(notice="available").refresh()
    else:
        tab.is_(decision="update", mode=mode)
        context.clock.run_for(100)
    eventually(lambda: frontend.loads == 2)
    tab.runs("1.0.0").is_(notice="waiting")
    tab.says(WAITING)
    assert not tab.banner.get_by_role("button", name="Refresh").is_visible()
    context.clock.run_for(4000)
    eventually(lambda: frontend.loads == 3)
    tab.runs("1.0.0").is_(notice="stuck")
    tab.says(STUCK)
    assert tab.log[-1][0] == "stuck"

    context.clock.run_for(120_000)
    assert frontend.loads == 3
    context.clock.resume()
    tab.press("Close")
    tab.is_(notice=None)
    frontend.version = "1.2.0"
    deploy(version="1.2.0")
    tab.is_(notice="available")
    tab.press("Refresh")
    tab.arrives("1.2.0")


def test_complaint_3_whoever_put_the_notice_away_and_reloads_after_all_hears_that_it_failed(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.press("Later")
    tab.is_(notice=None)
    tab.page.evaluate("void notifier.reload()")  # as a button of the page's own does
    tab.is_(notice="reloading")
    context.clock.run_for(100)
    eventually(lambda: frontend.loads == 2)
    tab.runs("1.0.0").is_(notice="waiting")
    context.clock.run_for(4000)
    eventually(lambda: frontend.loads == 3)
    tab.runs("1.0.0").is_(notice="stuck")
    tab.says(STUCK)


def test_complaint_1_the_second_attempt_goes_past_the_browsers_cache(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    frontend.headers["Cache-Control"] = "max-age=86400"
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.refresh()
    tab.is_(notice="waiting", version="1.0.0")
    frontend.version = "1.1.0"
    context.clock.run_for(4000)
    tab.arrives("1.1.0")
    pages = [headers for path, headers in frontend.requests if path == "/"]
    assert "no-cache" in [headers.get("Cache-Control") for headers in pages]


def test_complaint_1_a_page_that_says_its_version_is_not_reloaded_before_the_new_one_is_served(
    frontend: Frontend, waiting_tab: Tab
) -> None:
    """What a CDN, or a registration before the upload, does: known from the probe, no attempt is wasted."""
    waiting_tab.says(WAITING)
    assert frontend.loads == 1
    frontend.version = "1.1.0"
    waiting_tab.arrives("1.1.0")
    assert frontend.loads == 2


def test_whoever_presses_later_while_it_waits_stays(frontend: Frontend, waiting_tab: Tab) -> None:
    waiting_tab.press("Later")
    waiting_tab.is_(notice=None)
    frontend.version = "1.1.0"
    asked: list[str] = []  # from now on; a probe may still be on its way
    waiting_tab.page.on("request", lambda request: asked.append(request.url))
    waiting_tab.page.evaluate("notifier.check()")
    assert waiting_tab.state["notice"] is None
    assert frontend.url + "/" not in asked


def test_whoever_presses_later_while_the_origin_hangs_hears_of_the_next_deployment(
    deploy: Deploy, frontend: Frontend, waiting_tab: Tab
) -> None:
    page = waiting_tab.page
    page.route(frontend.url + "/", lambda route: None)  # never answered
    with page.expect_request(frontend.url + "/", timeout=60_000):  # the pauses between probes grow
        pass
    waiting_tab.press("Later")
    waiting_tab.is_(notice=None)
    deploy(version="1.2.0")
    waiting_tab.is_(notice="available")


def test_complaint_2_where_no_attempt_can_be_recorded_nothing_reloads_by_itself(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    """The tab's storage is full or blocked; the page comes from a cache that keeps the old one."""
    context.add_init_script("""
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (...entry) {
        if (this === sessionStorage) throw new DOMException("full", "QuotaExceededError");
        return setItem.apply(this, entry);
      };""")
    tab = open_tab(countdownSeconds=0)
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="available")
    assert frontend.loads == 1
    frontend.version = "1.1.0"
    tab.press("Refresh")
    tab.runs("1.1.0")


def test_complaint_4_pods_of_two_versions_cost_one_reload_too_many_at_most(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    frontend.meta = True
    tab = open_tab()
    # The probe meets a new pod, the reload an old one; then again.
    frontend.pods = cycle(["1.1.0", "1.0.0"])
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.refresh()
    eventually(lambda: frontend.loads == 2)
    tab.is_(notice="waiting", version="1.0.0")
    frontend.pods = cycle(["1.1.0"])  # the roll-out is done
    context.clock.run_for(4000)
    tab.arrives("1.1.0")
    assert frontend.loads == 3


def test_complaint_4_an_old_pods_tab_is_told_though_the_deployment_is_older_than_the_page(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    open_tab()
    deploy(version="1.1.0")
    frontend.meta = True
    late = open_tab("/from-an-old-pod").is_(decision="update", notice="available")
    frontend.version = "1.1.0"
    late.press("Refresh")
    late.runs("1.1.0")


def test_complaint_13_no_reload_onto_an_error_page(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab(countdownSeconds=0)
    frontend.down = True
    tab.hears(deploy(version="1.1.0", mode="force")).is_(notice="waiting")
    context.set_offline(True)
    frontend.down = False
    eventually(lambda: not tab.page.evaluate("navigator.onLine"))
    assert frontend.loads == 1
    frontend.version = "1.1.0"
    context.set_offline(False)
    tab.arrives("1.1.0")
    assert frontend.loads == 2


def test_what_is_rolled_back_while_a_tab_waits_is_not_reloaded(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    frontend.meta = True
    tab = open_tab(countdownSeconds=0)
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="waiting")
    deploy(version="1.0.0", kind="rollback", mode="force")
    tab.is_(decision="current", notice=None)
    assert frontend.loads == 1


def test_complaint_22_a_rollback_reloads_as_safely(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    tab = open_tab()
    frontend.version = "0.9.0"
    deploy(version="0.9.0", kind="rollback")
    tab.is_(decision="rollback", notice="available")
    tab.press("Refresh")
    tab.arrives("0.9.0").is_(decision="current")

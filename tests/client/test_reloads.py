"""Issue 5, point 4: the tab moves in the way that its mode says."""

import pytest
from playwright.sync_api import BrowserContext

from tests.client.conftest import NOW, Deploy, OpenTab
from tests.client.frontend import Frontend
from tests.waiting import eventually

UNSAVED = "A new version is ready. Save your work first."


def test_complaint_23_after_a_prompt_and_its_button_it_says_updated(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    tab = open_tab()
    deployment = deploy(version="1.43.0")
    tab.is_(notice="available", mode="prompt")
    frontend.version = "1.43.0"
    tab.refresh()
    tab.runs("1.43.0").is_(notice="updated")
    tab.says("Updated to 1.43.0")
    [(kind, detail)] = [entry for entry in tab.log if entry[0] == "updated"]
    assert (kind, detail["event"]["id"], detail["from"]) == ("updated", deployment["id"], "1.0.0")
    tab.press("Close")
    tab.is_(notice=None)


def test_silent_shows_nothing_and_leaves_the_rest_to_the_page(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab()
    deploy(version="1.1.0", mode="silent")
    tab.is_(decision="update", mode="silent", notice=None)
    assert [kind for kind, _ in tab.log] == ["deployment"]
    frontend.version = "1.1.0"
    tab.page.evaluate("void notifier.reload()")
    tab.runs("1.1.0")


def test_complaint_24_a_kiosk_reloads_by_itself_when_nobody_touches_it(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.install()
    tab = open_tab(mode="idle", banner=False)
    frontend.version = "1.1.0"
    deploy(version="1.1.0")
    tab.is_(decision="update", mode="idle")
    for _ in range(3):
        context.clock.fast_forward(50_000)
        tab.page.keyboard.press("Shift")
        context.clock.run_for(2000)
    assert frontend.loads == 1, "somebody is there"
    context.clock.fast_forward(61_000)
    context.clock.run_for(1000)
    tab.runs("1.1.0")


def test_complaint_24_whoever_comes_back_while_a_kiosk_waits_is_left_alone(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.install()
    frontend.meta = True
    tab = open_tab(mode="idle", banner=False)
    deploy(version="1.1.0")
    tab.is_(decision="update", mode="idle")
    context.clock.fast_forward(61_000)
    context.clock.run_for(1000)
    tab.is_(notice="waiting")
    tab.page.keyboard.press("Shift")
    frontend.version = "1.1.0"
    context.clock.run_for(5000)
    tab.is_(notice=None)
    assert frontend.loads == 1
    context.clock.fast_forward(61_000)
    context.clock.run_for(1000)
    tab.runs("1.1.0")


def push_state(path: str) -> str:
    """JavaScript that goes there, after the timers that are due: with such a one, mode `navigation` begins to look."""
    return f"new Promise((done) => setTimeout(done)).then(() => history.pushState(null, '', '{path}'))"


def test_navigation_moves_with_the_next_route(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    tab = open_tab()
    frontend.version = "1.1.0"
    deploy(version="1.1.0", mode="navigation")
    tab.is_(decision="update", mode="navigation", notice=None)
    tab.page.evaluate(push_state("/cart?step=2"))
    tab.runs("1.1.0")
    assert tab.page.url == f"{frontend.url}/cart?step=2"


def test_force_counts_down_and_cannot_be_put_away(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    frontend.version = "1.0.0"
    tab = open_tab(countdownSeconds=6)
    frontend.version = "1.1.0"
    tab.page.evaluate("void notifier.subscribe(({ notice, seconds }) => log.push([notice, seconds]))")
    tab.page.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('seen', JSON.stringify(log)))")
    deploy(version="1.1.0", mode="force")
    tab.is_(decision="update", mode="force")
    context.clock.run_for(100)
    tab.is_(notice="countdown")
    tab.says("A new version is live. This page refreshes shortly.")
    assert not tab.banner.get_by_role("button", name="Later").is_visible()
    tab.banner.get_by_role("button", name="Refresh").press("Escape")
    context.clock.run_for(6000)
    tab.arrives("1.1.0")
    seen = tab.page.evaluate("JSON.parse(sessionStorage.getItem('seen'))")
    counted = dict.fromkeys(seconds for notice, seconds in seen if notice == "countdown")
    assert list(counted) == [6, 5, 4, 3, 2, 1]


WORK = {
    "a text": "document.querySelector('[name=name]').focus(); document.execCommand('insertText', false, 'half a name')",
    "a checkbox": "document.querySelector('[name=agree]').click()",
    "a choice": """const select = document.querySelector('select');
        select.focus(); select.value = 'large'; select.dispatchEvent(new Event('input', { bubbles: true }))""",
    "an editable text": """document.querySelector('[contenteditable]').focus();
        document.execCommand('insertText', false, 'a note')""",
    "what the page says": "void notifier.guard(() => true)",
    "a guard that fails": "void notifier.guard(() => { throw new Error('no idea') })",
    "what cannot be kept": "void notifier.save(() => { throw new Error('too much') })",
}


@pytest.mark.parametrize("work", WORK)
def test_complaint_5_unsaved_work_is_never_lost_even_under_force(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, work: str
) -> None:
    tab = open_tab(countdownSeconds=1)
    frontend.version = "1.1.0"
    tab.page.evaluate(WORK[work])
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="unsaved")
    tab.says(UNSAVED)
    assert not tab.banner.get_by_role("button", name="Later").is_visible(), "only unsaved work stands in the way"
    assert frontend.loads == 1
    tab.press("Discard and refresh")
    tab.runs("1.1.0")


@pytest.mark.parametrize("mode", ["prompt", "idle", "navigation", "force"])
def test_complaint_5_once_saved_the_tab_moves_on(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, mode: str
) -> None:
    tab = open_tab(countdownSeconds=1, idleSeconds=0)
    frontend.version = "1.1.0"
    tab.page.get_by_label("Name").fill("Ada")
    deploy(version="1.1.0", mode=mode)
    tab.is_(decision="update", mode=mode)
    if mode == "prompt":
        tab.press("Refresh")
    tab.page.evaluate(push_state("/next"))
    tab.is_(notice="unsaved")
    assert frontend.loads == 1
    tab.page.evaluate("void notifier.saved()")
    if mode == "prompt":
        tab.is_(notice="available")
        tab.press("Refresh")
    tab.runs("1.1.0")


def test_complaint_5_what_was_changed_back_or_is_ignored_is_no_work(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    frontend.body = '<div data-deployapp-ignore><input aria-label="Search"></div>'
    tab = open_tab(countdownSeconds=1)
    tab.page.get_by_label("Search").fill("shoes")
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").fill("")
    tab.page.get_by_label("Agree").click(click_count=2)
    frontend.version = "1.1.0"
    deploy(version="1.1.0", mode="force")
    tab.runs("1.1.0")


def test_complaint_5_work_that_begins_during_the_probe_stops_the_reload(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab(countdownSeconds=1)
    frontend.down = True
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="waiting")
    tab.page.get_by_label("Name").fill("Ada")
    frontend.down, frontend.version = False, "1.1.0"
    tab.is_(notice="unsaved")
    assert frontend.loads == 1
    tab.page.evaluate("void notifier.saved()")
    tab.runs("1.1.0")


def test_complaint_5_the_page_may_refuse(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.script = """
      const refuse = (event) => event.preventDefault();
      notifier.addEventListener("beforereload", refuse);
      globalThis.allow = () => notifier.removeEventListener("beforereload", refuse);"""
    tab = open_tab(countdownSeconds=1)
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="available")
    tab.press("Refresh")
    tab.is_(notice="available")
    assert [kind for kind, _ in tab.log] == ["deployment", "beforereload", "beforereload"]
    frontend.version = "1.1.0"
    tab.page.evaluate("allow()")
    tab.press("Refresh")
    tab.runs("1.1.0")


def test_whoever_stays_at_the_browsers_own_question_is_asked_again_later(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.install()
    frontend.script = "addEventListener('beforeunload', (event) => event.preventDefault());"
    tab = open_tab()
    tab.page.get_by_role("heading").click()  # browsers ask only where somebody touched the page
    deploy(version="1.1.0")
    tab.is_(notice="available")
    with tab.page.expect_event("dialog") as question:
        tab.page.evaluate("void notifier.reload()")
    assert question.value.type == "beforeunload"
    question.value.dismiss()
    tab.is_(notice="reloading")
    context.clock.run_for(11_000)
    tab.is_(notice="available")
    assert frontend.loads == 1


def test_complaint_6_save_and_restore(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.body = '<textarea aria-label="Draft" data-deployapp-ignore></textarea>'
    frontend.script = """
      const draft = document.querySelector("textarea");
      notifier.save(() => draft.value && { draft: draft.value });
      notifier.save(() => ({ scroll: 7 }));
      notifier.restore((kept) => { draft.value = kept.draft; log.push(["kept", kept]); });"""
    tab = open_tab()
    assert tab.log == [], "nothing was kept yet"
    tab.page.get_by_label("Draft").fill("Dear all,")
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.press("Refresh")
    tab.runs("1.1.0")
    eventually(lambda: tab.page.get_by_label("Draft").input_value() == "Dear all,")
    assert [detail for kind, detail in tab.log if kind == "kept"] == [{"draft": "Dear all,", "scroll": 7}]
    tab.page.reload()
    tab.runs("1.1.0")
    assert tab.page.evaluate("notifier.restore(() => { throw new Error('again') })") is None, "given back once"


def test_complaint_8_the_exact_address_is_kept(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    address = "/deep/page?q=a%20b&q=2&#/route?x=1"
    tab = open_tab(address)
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.press("Refresh")
    tab.runs("1.1.0")
    assert tab.page.url == frontend.url + address


def test_complaint_11_tabs_spread_over_the_window_that_the_server_gives(
    context: BrowserContext, deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    context.clock.pause_at(NOW)
    tab = open_tab(mode="idle", idleSeconds=0)
    tab.page.evaluate("Math.random = () => 0.5")
    frontend.version = "1.1.0"
    tab.hears(deploy(version="1.1.0", reload_window=1000))
    context.clock.fast_forward(499_000)
    context.clock.run_for(500)
    assert frontend.loads == 1
    context.clock.run_for(1500)
    tab.runs("1.1.0")


def test_complaint_20_a_minimum_version_forces_older_tabs_only(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab(countdownSeconds=1, mode="silent")
    deploy(version="1.1.0", min_version="1.0.0")
    tab.is_(decision="update", mode="silent", notice=None)
    frontend.version = "1.2.0"
    deploy(version="1.2.0", min_version="1.0.1")
    tab.arrives("1.2.0")


def test_complaint_20_a_critical_notice_returns_with_the_next_page(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="1.1.0", severity="critical")
    tab.is_(notice="available")
    assert tab.banner.locator("[part~=critical]").is_visible()
    tab.press("Later")
    tab.is_(notice=None)
    open_tab().is_(notice="available")

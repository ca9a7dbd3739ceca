"""Issue 5, point 1: the notifier knows what its tab runs."""

from tests.client.conftest import Deploy, OpenTab
from tests.client.frontend import Frontend


def test_a_first_visit_never_prompts(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    deploy(version="2.0.0")
    tab = open_tab()
    assert tab.state["decision"] == "current"
    assert not tab.message.is_visible()


def test_the_first_deployment_of_all_reaches_an_open_tab(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab().is_(event=None, decision="current")
    deploy(version="1.1.0")
    tab.is_(decision="update", notice="available")
    tab.says("A new version 1.1.0 is available.")


def test_without_versions_the_id_decides(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.says_version = False
    deploy()
    tab = open_tab().is_(decision="current")
    deploy()
    tab.is_(decision="update", notice="available")
    tab.says("A new version is available.")
    tab.press("Refresh")
    tab.arrives(str(frontend.version)).is_(decision="current")


def test_complaint_22_a_rollback_is_worded_as_one(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="0.9.0", kind="rollback")
    tab.is_(decision="rollback", notice="available")
    tab.says("The previous version 0.9.0 is live again.")


def test_a_tab_that_runs_the_right_version_takes_its_banner_down(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    deploy(version="1.0.0", kind="rollback")
    tab.is_(decision="current", notice=None)
    assert not tab.banner.is_visible()


def test_two_deployments_in_quick_succession_are_one_prompt_and_one_reload(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    tab = open_tab()
    deploy(version="1.1.0", notes="Faster search.")
    tab.hears(deploy(version="1.2.0", notes="New colours."))
    assert [kind for kind, _ in tab.log] == ["deployment", "deployment"]
    frontend.version = "1.2.0"
    tab.press("Refresh")
    tab.arrives("1.2.0")
    assert frontend.loads == 2


def test_complaint_21_the_notes_since_the_tabs_own_version(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="1.1.0", notes="Faster search.")
    tab.hears(deploy(version="1.2.0", notes="New colours.", url="https://example.com/1.2"))
    tab.banner.get_by_text("What is new").click()
    assert tab.banner.locator("[part=text]").inner_text() == "Faster search.\n\nNew colours."
    assert tab.banner.get_by_role("link").get_attribute("href") == "https://example.com/1.2"

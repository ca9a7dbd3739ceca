"""Issue 5, point 5: a tab whose files a deployment took away is moved to the new ones."""

import pytest

from tests.client.conftest import Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.client.test_reloads import UNSAVED
from tests.waiting import eventually

GONE = "/assets/page-0a1b2c.js"


def add(tag: str, **attributes: str) -> str:
    """JavaScript that adds such an element."""
    return f"document.head.append(Object.assign(document.createElement('{tag}'), {attributes}))"


FAILURES = {
    "a dynamic import": f"import('{GONE}').catch((error) => setTimeout(() => Promise.reject(error)))",
    "an import that Vite preloads": f"""import('{GONE}').catch((payload) => {{
        dispatchEvent(Object.assign(new Event('vite:preloadError', {{ cancelable: true }}), {{ payload }})) }})""",
    "webpack's": """setTimeout(() => {
        throw Object.assign(new Error('Loading chunk 7 failed.'), { name: 'ChunkLoadError' }) })""",
    "a module script": add("script", type="module", src=GONE),
    "a classic script": add("script", src=GONE),
    "a preloaded module": add("link", rel="modulepreload", href=GONE),
    "a style sheet": add("link", rel="stylesheet", href="/assets/page-0a1b2c.css"),
    "an error boundary": "notifier.rescue(new Error('cannot draw this page'))",
}


def rescues(tab: Tab) -> list[str]:
    return [detail for kind, detail in tab.log if kind == "rescue"]


@pytest.mark.parametrize("failure", FAILURES)
def test_complaint_9_what_fails_after_a_deployment_is_caught_checked_and_reloaded_once(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, page_errors: list[str], failure: str
) -> None:
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.page.evaluate(f"void ({FAILURES[failure]})")
    tab.arrives("1.1.0")
    assert frontend.loads == 2
    page_errors.clear()


HTML_AS_SCRIPT = {
    "a dynamic import": FAILURES["a dynamic import"],
    "a module script": FAILURES["a module script"],
    "a classic script": FAILURES["a classic script"],
}


@pytest.mark.parametrize("failure", HTML_AS_SCRIPT)
def test_complaint_10_a_page_in_place_of_a_script_is_the_same(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, page_errors: list[str], failure: str
) -> None:
    frontend.fallback = True
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    frontend.version = "1.1.0"
    tab.page.evaluate(f"void ({HTML_AS_SCRIPT[failure]})")
    tab.arrives("1.1.0")
    page_errors.clear()


def test_complaint_9_files_that_go_before_the_deployment_is_registered(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, page_errors: list[str]
) -> None:
    """The tab knows nothing to move to yet; it does so without a question as soon as it hears."""
    tab = open_tab()
    frontend.version = "1.1.0"
    tab.page.evaluate(f"void ({FAILURES['a dynamic import']})")
    eventually(lambda: rescues(tab))
    assert frontend.loads == 1
    deploy(version="1.1.0")
    tab.arrives("1.1.0")
    page_errors.clear()


def test_complaint_9_a_rescue_that_changes_nothing_does_not_loop(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    frontend.script = f"import('{GONE}').catch(notifier.rescue);"  # as a page does that is broken from its start
    tab = open_tab()
    deploy(version="1.1.0")
    eventually(lambda: frontend.loads == 3)
    tab.runs("1.0.0").is_(notice="stuck")
    assert frontend.loads == 3


def test_complaint_5_a_rescue_loses_no_work(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, page_errors: list[str]
) -> None:
    tab = open_tab()
    tab.page.get_by_label("Name").fill("half a name")
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.page.evaluate(f"void ({FAILURES['a dynamic import']})")
    tab.is_(notice="unsaved")
    tab.says(UNSAVED)
    assert frontend.loads == 1
    page_errors.clear()


HARMLESS = {
    "a script of others that is blocked": add("script", src="http://127.0.0.1:9/advertisement.js"),
    "an image": add("img", src="/gone.png"),
    "an error of the page": "setTimeout(() => { throw new Error('undefined is not a function') })",
    "an answer that is no JSON": "void Promise.resolve().then(() => JSON.parse('<html>'))",
}


PERFORM = """(failure) => new Promise((resolve, reject) => {
  setTimeout(reject, 15000, "nothing failed");
  const heard = () => setTimeout(resolve);
  for (const type of ["error", "unhandledrejection"]) addEventListener(type, heard, { capture: true, once: true });
  failure();
})"""


@pytest.mark.parametrize("failure", HARMLESS)
def test_what_is_no_missing_file_moves_nothing(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab, page_errors: list[str], failure: str
) -> None:
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.page.evaluate(f"({PERFORM})(() => {{ {HARMLESS[failure]} }})")
    assert rescues(tab) == []
    tab.is_(notice="available")
    page_errors.clear()


def test_without_a_deployment_a_failure_is_only_told(frontend: Frontend, open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.page.evaluate("notifier.rescue(new Error('cannot draw this page'))")
    assert tab.log == [["rescue", "cannot draw this page"]]
    assert (tab.state["notice"], frontend.loads) == (None, 1)


def test_rescue_can_be_left_out(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab(rescue=False)
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.page.evaluate(f"({PERFORM})(() => {{ {FAILURES['a module script']} }})")
    assert rescues(tab) == []
    tab.is_(notice="available")

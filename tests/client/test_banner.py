"""Issue 5, point 6: the banner speaks to everybody, in their language, by keyboard, in the page's own style."""

import pytest
from playwright.sync_api import Browser, Page

from tests.client.conftest import Deploy, OpenTab, Tab
from tests.client.frontend import Frontend
from tests.waiting import eventually

NOTICES = {
    "ar": "يتوفر إصدار جديد 1.1.0.",
    "de": "Eine neue Version 1.1.0 ist verfügbar.",
    "de-AT": "Eine neue Version 1.1.0 ist verfügbar.",
    "en-GB": "A new version 1.1.0 is available.",
    "es": "Hay una nueva versión 1.1.0.",
    "fr": "Une nouvelle version 1.1.0 est disponible.",
    "it": "È disponibile una nuova versione 1.1.0.",
    "ja": "新しいバージョン 1.1.0 があります。",
    "nl": "Er is een nieuwe versie 1.1.0.",
    "pl": "Dostępna jest nowa wersja 1.1.0.",
    "pt-BR": "Há uma nova versão 1.1.0.",
    "ru": "Доступна новая версия 1.1.0.",
    "zh-Hans": "新版本 1.1.0 已可用。",
}


def style(tab: Tab, part: str, name: str) -> str:
    return str(tab.banner.locator(part).evaluate("(element, name) => getComputedStyle(element)[name]", name))


def focused(page: Page) -> str:
    """The text of what has the focus, wherever it is."""
    return str(
        page.evaluate("""() => {
          let element = document.activeElement;
          while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
          return element.name || element.textContent.trim();
        }""")
    )


def test_it_is_announced_and_takes_no_focus(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    assert tab.banner.get_by_role("status").count() == 1, "the region is there before its text, or nobody hears it"
    tab.page.get_by_label("Name").focus()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.says("A new version 1.1.0 is available.")
    assert focused(tab.page) == "name"
    assert tab.banner.get_by_role("region", name="A new version 1.1.0 is available.").count() == 1


def test_only_what_changes_is_announced(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab(countdownSeconds=30)
    tab.message.evaluate("""(message) => {
      const heard = (globalThis.heard = []);
      const look = () => heard.push(message.textContent);
      new MutationObserver(look).observe(message, { childList: true, characterData: true, subtree: true });
    }""")
    deploy(version="1.1.0", mode="force")
    tab.is_(notice="countdown")
    eventually(lambda: tab.state["seconds"] <= 28)
    assert tab.page.evaluate("heard") == ["A new version is live. This page refreshes shortly."]
    assert 0 < int(tab.banner.get_by_role("timer").inner_text()) <= 28


def test_keyboard_only(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    tab = open_tab()
    keyboard = tab.page.keyboard
    deploy(version="1.1.0", notes="Faster search.")
    tab.is_(notice="available")
    tab.page.get_by_label("Notes", exact=True).focus()
    keyboard.press("Tab")
    assert focused(tab.page) == "What is new"
    keyboard.press("Enter")
    assert tab.banner.get_by_text("Faster search.").is_visible()
    keyboard.press("Tab")
    assert focused(tab.page) == "Faster search.", "long notes are scrolled by keyboard"
    keyboard.press("Tab")
    assert focused(tab.page) == "Refresh"
    assert style(tab, "[part~=refresh]", "outlineStyle") == "solid"
    keyboard.press("Tab")
    assert focused(tab.page) == "Later"
    keyboard.press("Escape")
    tab.is_(notice=None)
    assert focused(tab.page) == "as it was", "the focus returns to where it came from"

    frontend.version = "1.2.0"
    deploy(version="1.2.0")
    tab.is_(notice="available")
    for _ in range(3):  # past the notes, which are still open
        keyboard.press("Tab")
    assert focused(tab.page) == "Refresh"
    keyboard.press("Space")
    tab.arrives("1.2.0")


def test_the_focus_survives_a_button_that_goes(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.meta = True
    tab = open_tab()
    tab.page.get_by_label("Name").focus()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.banner.get_by_role("button", name="Refresh").focus()
    tab.page.keyboard.press("Enter")
    tab.is_(notice="waiting")
    assert focused(tab.page) == "name"


@pytest.mark.parametrize("lang", NOTICES)
def test_it_speaks_the_pages_language(deploy: Deploy, frontend: Frontend, open_tab: OpenTab, lang: str) -> None:
    frontend.lang = lang
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.says(NOTICES[lang])
    box = tab.banner.locator("section")
    assert box.get_attribute("lang") == lang.split("-")[0]
    assert box.get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")


def test_own_texts_and_another_language_than_the_pages(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab(banner={"lang": "fr", "messages": {"available": "Shop {version} est là !"}})
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.says("Shop 1.1.0 est là !")
    assert tab.banner.get_by_role("button").all_inner_texts() == ["Recharger", "Plus tard"]


def test_own_style_by_properties_and_parts(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.files["/shop.css"] = (
        "text/css",
        """:root { --deployapp-background: rgb(1, 2, 3); --deployapp-color: rgb(250, 251, 252) }
        deployapp-banner::part(refresh) { text-transform: uppercase }
        section, p, button { font-size: 99px !important; display: none }""",
    )
    frontend.body = '<link rel="stylesheet" href="/shop.css">'
    tab = open_tab(banner={"position": "top"})
    deploy(version="1.1.0", severity="critical")
    tab.is_(notice="available")
    assert style(tab, "section", "backgroundColor") == "rgb(1, 2, 3)"
    assert style(tab, "section", "color") == "rgb(250, 251, 252)"
    assert style(tab, "[part~=refresh]", "textTransform") == "uppercase"
    assert style(tab, "[part~=critical]", "borderInlineStartWidth") != "1px"
    assert style(tab, "p", "fontSize") == "16px", "the page's own rules stay outside"
    assert tab.message.is_visible()


@pytest.mark.parametrize("position", ["top", "bottom"])
def test_position(deploy: Deploy, open_tab: OpenTab, position: str) -> None:
    tab = open_tab(banner={"position": position})
    deploy(version="1.1.0")
    tab.is_(notice="available")
    box = tab.banner.locator("section").bounding_box()
    height = (tab.page.viewport_size or {})["height"]
    assert box is not None
    assert box["y"] == 16 if position == "top" else box["y"] + box["height"] == pytest.approx(height - 16, abs=1)


def test_light_and_dark(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    deploy(version="1.1.0")
    tab.is_(notice="available")
    tab.page.emulate_media(color_scheme="light")
    light = style(tab, "section", "backgroundColor")
    tab.page.emulate_media(color_scheme="dark")
    assert style(tab, "section", "backgroundColor") != light


def test_less_motion(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.page.emulate_media(reduced_motion="reduce")
    deploy(version="1.1.0")
    tab.is_(notice="available")
    assert style(tab, "section", "animationName") == "none"
    tab.page.emulate_media(reduced_motion="no-preference")
    assert style(tab, "section", "animationName") == "in"


def test_notes_are_text_and_links_are_web_addresses(deploy: Deploy, open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.hears(deploy(version="1.1.0", notes="<img src=x onerror=alert(1)>", url="https://example.com/1.1"))
    tab.banner.get_by_text("What is new").click()
    assert tab.banner.locator("[part=text]").inner_text() == "<img src=x onerror=alert(1)>"
    assert tab.banner.locator("img").count() == 0
    assert tab.banner.get_by_role("link").get_attribute("rel") == "noreferrer"


def test_no_banner_and_the_store_instead(deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    frontend.script = """
      const seen = (globalThis.seen = []);
      globalThis.stop = { store: notifier.subscribe((state) => seen.push(state)) };
      notifier.addEventListener("change", ({ detail }) => log.push(["change", detail === notifier.current]));"""
    tab = open_tab(banner=False)
    assert tab.banner.count() == 0
    assert tab.page.evaluate("seen[0].decision === 'unknown' && seen.at(-1) === notifier.current")
    deploy(version="1.1.0", notes="Faster search.")
    tab.is_(notice="available", decision="update")
    assert tab.page.evaluate("seen.at(-1).event.notes") == "Faster search."
    assert all(is_current for kind, is_current in tab.log if kind == "change")
    same = "(before) => notifier.check().then((state) => state === before && state === notifier.current)"
    assert tab.page.evaluate(f"({same})(notifier.current)"), "a new object only for a change, as React's stores need"
    tab.page.evaluate("void notifier.dismiss()")
    tab.is_(notice=None)
    tab.page.evaluate("stop.store()")
    count = tab.page.evaluate("seen.length")
    tab.hears(deploy(version="1.2.0"))
    assert tab.page.evaluate("seen.length") == count
    frontend.version = "1.2.0"
    tab.page.evaluate("void notifier.reload()")
    tab.runs("1.2.0")
    tab.page.evaluate("notifier.destroy()")
    assert tab.page.evaluate("notifier.check().then(({ event }) => event.version)") == "1.2.0"


def test_complaint_18_a_dismissal_concerns_its_own_frontend_only(
    deploy: Deploy, frontend: Frontend, open_tab: OpenTab
) -> None:
    """Two instances with a banner each, on one page."""
    frontend.script = f"""
      globalThis.other = createNotifier({{ url: "{frontend.service}", environment: "{frontend.options["environment"]}",
        version: "0.5.0", share: false, banner: {{ position: "top" }} }});"""
    tab = open_tab()
    eventually(lambda: tab.page.evaluate("other.current.connected"))
    deploy(version="1.0.0")
    eventually(lambda: tab.page.evaluate("other.current.notice") == "available")
    assert tab.state["notice"] is None, "the one runs 1.0.0 already, the other 0.5.0"
    assert sorted(tab.message.all_inner_texts()) == ["", "A new version 1.0.0 is available."]


def test_the_one_line_include(browser: Browser, deploy: Deploy, frontend: Frontend, open_tab: OpenTab) -> None:
    service, environment = frontend.service, frontend.options["environment"]
    tab = open_tab(banner=False)
    frontend.body = f"""<script type="module" src="{service}static/notifier/auto.js" data-environment="{environment}"
      data-version="1.0.5" data-position="top"></script>"""
    tab.page.goto(frontend.url)
    tab.page.evaluate(
        "(module) => import(module).then(({ notifier }) => { globalThis.auto = notifier })",
        f"{service}static/notifier/auto.js",
    )
    eventually(lambda: tab.page.evaluate("auto.current.connected"))
    deploy(version="1.0.6")
    eventually(lambda: tab.page.evaluate("auto.current.notice") == "available")
    assert tab.page.evaluate("auto.current.version") == "1.0.5"
    tab.says("A new version 1.0.6 is available.")

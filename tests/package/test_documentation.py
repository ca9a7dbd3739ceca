"""docs/client.md says everything that the client has, and shows the examples as they are."""

import re
from pathlib import Path

import pytest

from tests.package.building import EXAMPLES, FRAMEWORKS
from tests.package.packing import NOTIFIER, ROOT
from tests.package.snippets import filled_in, names

HERE = Path(__file__).parent
CLIENT = (ROOT / "docs" / "client.md").read_text()
CODE = {file.name: file.read_text() for file in NOTIFIER.glob("*.js")}
TYPES = ("Options", "BannerOptions", "Messages", "NotifierMethods", "NotifierDetails", "State", "ReloadOptions")


def found(pattern: str, *files: str) -> set[str]:
    words = {word for file in files for word in re.findall(pattern, CODE[file])}
    assert words, pattern
    return words


def members(typedef: str) -> set[str]:
    """The properties of a typedef, as JSDoc names them."""
    comment = re.search(rf"@typedef {{object}} {typedef}\n(.*?)\*/", CODE["types.js"], re.DOTALL)
    assert comment, typedef
    return set(re.findall(r"@property \{.*\} \[?(\w+)", comment[1]))


@pytest.mark.parametrize("typedef", TYPES)
def test_each_member_of_the_public_types_is_documented(typedef: str) -> None:
    assert members(typedef)
    assert [name for name in members(typedef) if not re.search(rf"[`{{ ]{name}[`(:, }}\]]", CLIENT)] == []


def test_each_event_is_in_the_table_of_events() -> None:
    emitted = found(r'emit\("(\w+)"', "index.js", "mover.js")
    table = CLIENT.split("| event | when |")[1].split("\n\n")[0]
    assert emitted == members("NotifierDetails") == set(re.findall(r"^\| `(\w+)` ", table, re.MULTILINE))


def test_each_custom_property_and_part_is_documented() -> None:
    words = found(r"var\((--deployapp-[\w-]+)", "banner-styles.js")
    words |= {part for parts in found(r'make\("\w+", "([\w ]+)"', "banner.js") for part in parts.split()}
    words |= found(r'part\.toggle\("(\w+)"', "banner.js")
    assert [word for word in words if f"`{word}`" not in CLIENT] == []


def test_each_attribute_and_meta_tag_is_documented() -> None:
    attributes = found(r"const \{ (url.*?) \} = script", "auto.js").pop().split(", ")
    metas = found(r'meta\("(\w+)"', "options.js")
    assert [name for name in attributes if f"`data-{name}" not in CLIENT] == []
    assert [name for name in metas if f"deployapp-{name}" not in CLIENT] == []


def test_each_language_is_documented() -> None:
    names = {
        "ar": "Arabic",
        "de": "German",
        "es": "Spanish",
        "fr": "French",
        "it": "Italian",
        "ja": "Japanese",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "ru": "Russian",
        "zh": "Chinese",
    }
    assert {file.stem for file in (NOTIFIER / "languages").glob("*.js")} == set(names)
    assert [name for name in ("English", *names.values()) if name not in CLIENT] == []


def test_the_recipes_are_the_examples() -> None:
    assert filled_in(CLIENT) == CLIENT, "run `make docs`"
    assert {name.split("/")[1] for name in names(CLIENT)} == {"html", *FRAMEWORKS}
    assert all((EXAMPLES.parent / name).is_file() for name in names(CLIENT))


def test_what_is_migrated_from_exists_there() -> None:
    package = HERE / "node_modules" / "@plugin-web-update-notification" / "core" / "dist"
    theirs = "".join((package / name).read_text() for name in ("index.d.mts", "webUpdateNoticeInjectScript.mjs"))
    page = (ROOT / "docs" / "migrating.md").read_text().split("## From a WebSocket")[0]
    cells = " ".join(re.findall(r"^\| (`.*?) \| ", page, re.MULTILINE))
    named = set(re.findall(r"[`.](\w{4,})", cells))
    assert len(named) > 10
    assert [name for name in named if name not in theirs] == []

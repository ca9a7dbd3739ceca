"""The documentation says everything there is, and only what there is."""

import re
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from deployapp.cli.reference import OUR_COMMANDS
from deployapp.events import DeploymentEvent
from deployapp.realtime import gateway

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FRAMEWORK = {"static", "flask-openapi3"}  # endpoints and blueprints that are not ours to document


def everything_written() -> str:
    return "\n".join(page.read_text() for page in PAGES)


@pytest.mark.parametrize("page", ["settings", "cli"])
def test_the_reference_is_what_the_code_says(app: Flask, page: str) -> None:
    said = app.test_cli_runner().invoke(args=["reference", page])
    assert said.exit_code == 0, said.output
    assert (DOCS / f"{page}.md").read_text() == said.stdout, "run `make docs`"


def test_each_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_each_command_is_documented_and_has_help(app: Flask) -> None:
    written = (DOCS / "cli.md").read_text()
    for name in OUR_COMMANDS:
        command = app.cli.commands[name]
        for part in getattr(command, "commands", {"": command}).values():
            assert part.help, name
            for parameter in part.params:
                if parameter.param_type_name == "option":
                    assert parameter.help, f"{name} {part.name} {parameter.opts}"
        for heading in getattr(command, "commands", {"": None}):
            assert f"## {name} {heading}".rstrip() in written


def test_no_command_of_ours_is_left_out(app: Flask) -> None:
    assert set(app.cli.commands) - {"db", "limiter", "openapi"} == set(OUR_COMMANDS)


def test_each_field_of_the_event_is_documented() -> None:
    written = (DOCS / "protocol.md").read_text()
    fields = ["type", *DeploymentEvent.__slots__]
    assert [field for field in fields if not re.search(rf"^\| `{field}` \| ", written, re.MULTILINE)] == []


def test_each_route_is_documented(app: Flask) -> None:
    written = everything_written()
    paths = routes(app) | {gateway.WEBSOCKET_PATH, gateway.SSE_PATH, gateway.SOCKETIO_PATH}
    missing = [path for path in paths if not re.search(rf"(?<![\w/]){re.escape(path)}(?![\w/{{])", written)]
    assert missing == []


def routes(app: Flask) -> set[str]:
    """The paths of our own routes, as the documentation writes them: `/api/deployments/{id}/`."""
    paths = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in FRAMEWORK or rule.endpoint.endswith("static"):
            continue
        path = re.sub(r"<(?:[^:>]+:)?[^>]*?(\w+)>", r"{\1}", str(rule)).replace("{deployment_id}", "{id}")
        paths.add("/admin/" if path.startswith("/admin/") else path)
    return paths


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text()
    for page in DOCS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_each_decision_that_is_named_exists_and_is_in_the_index() -> None:
    sources = [path for folder in ("deployapp", "tests", "docs", "deploy", "benchmarks") for path in text_files(folder)]
    named = {name for path in sources for name in re.findall(r"decisions/(\d{4}-[a-z0-9-]+\.md)", path.read_text())}
    pages = {page.name for page in (DOCS / "decisions").glob("[0-9]*.md")}
    assert named - pages == set()
    index = (DOCS / "decisions" / "README.md").read_text()
    assert {name for name in pages if f"({name})" not in index} == set()


def text_files(folder: str) -> list[Path]:
    kinds = {".py", ".md", ".js", ".conf", ".html"}
    found = (path for path in (ROOT / folder).rglob("*") if path.suffix in kinds)
    return [path for path in found if not {"node_modules", ".references"} & set(path.parts)]


def test_each_picture_is_shown_somewhere() -> None:
    pictures = {picture.name for picture in (DOCS / "images").iterdir()}
    assert {name for name in pictures if f"images/{name}" not in everything_written()} == set()


def test_each_row_of_the_seed_names_its_tests() -> None:
    rows = re.findall(r"^\| .* \| (.+) \|$", (DOCS / "seed.md").read_text(), re.MULTILINE)[1:]
    assert len(rows) >= 15
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", row)
        assert named, row
        for path, test in named:
            assert f"\ndef {test or 'test_'}" in (ROOT / path).read_text(), f"{path}::{test}"

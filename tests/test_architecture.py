"""Imports run one way (docs/architecture.md): a part imports only from the layers below its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS = [
    {"wsgi"},
    {"app"},
    {"realtime_app", "admin"},
    {"observability"},
    {"api", "cli", "web", "notifier_files"},
    {"auth", "first_steps", "reconciler"},
    {"services"},
    {"schemas", "capture"},
    {"models", "database"},
    {"extensions", "postgres", "dispatcher", "realtime"},
    {"config"},
    {"bus"},
    {"events"},
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
PURE = {"events", "bus", "dispatcher"}  # know nothing of Flask
HUB = {
    *("hub", "connection", "subscriptions", "heartbeats", "frames", "handshake", "websocket", "sse"),
    *("choice", "counters", "loop", "directory"),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Each module of ours with its file: `("deployapp.api.errors", …)`."""
    for file in [ROOT / "wsgi.py", ROOT / "config.py", *sorted((ROOT / "deployapp").rglob("*.py"))]:
        yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file


def imports(file: Path) -> Iterator[str]:
    """What the file imports, as full names."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(module: str) -> str:
    """`deployapp.api.errors` belongs to `api`, `config` to itself."""
    first, *rest = module.split(".")
    return rest[0] if first == "deployapp" and rest else first


MODULES = [(name, file) for name, file in modules() if name != "deployapp"]


@pytest.mark.parametrize(("module", "file"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_run_one_way(module: str, file: Path) -> None:
    assert part(module) in LEVEL, "a new part needs its layer here and in docs/architecture.md"
    for imported in imports(file):
        if imported.split(".")[0] in {"deployapp", "config", "wsgi"} and part(imported) != part(module):
            assert LEVEL[part(imported)] > LEVEL[part(module)], f"{module} imports {imported}"


@pytest.mark.parametrize(("module", "file"), MODULES, ids=[name for name, _ in MODULES])
def test_what_carries_events_knows_neither_flask_nor_the_database(module: str, file: Path) -> None:
    name = module.rpartition(".")[2]
    if part(module) in PURE or (part(module) == "realtime" and name in HUB):
        assert not {"flask", "sqlalchemy", "flask_sqlalchemy"} & {known.split(".")[0] for known in imports(file)}


def test_one_module_knows_eventlet() -> None:
    knowing = {name for name, file in MODULES if any(found.split(".")[0] == "eventlet" for found in imports(file))}
    assert knowing == {"deployapp.realtime.eventlet_server"}

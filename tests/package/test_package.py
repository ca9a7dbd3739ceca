"""Issue 5: the served folder is a publishable npm package."""

import json
import re
import shutil
import tarfile
import tomllib
from pathlib import Path

import pytest

from tests.package.packing import NOTIFIER, ROOT, TSC, TYPES, declarations, run

HERE = Path(__file__).parent
MANIFEST = json.loads((NOTIFIER / "package.json").read_text())


def test_its_version_is_the_projects() -> None:
    assert MANIFEST["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_it_carries_the_licence() -> None:
    assert (NOTIFIER / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert MANIFEST["license"] == "Apache-2.0"


def test_its_types_are_those_of_the_code() -> None:
    assert {file.name: file.read_text() for file in TYPES.iterdir()} == declarations(), "run `make docs`"


def test_it_holds_all_that_it_imports_and_nothing_else(tarball: Path) -> None:
    with tarfile.open(tarball) as packed:
        names = {name.removeprefix("package/") for name in packed.getnames()}
    here = {str(file.relative_to(NOTIFIER)) for file in NOTIFIER.rglob("*.*")} - {"tsconfig.json"}
    assert names == here | {"LICENSE"}


def test_each_export_is_there(installed: Path) -> None:
    targets = re.findall(r'"(\./[^"]+\.[^"]+)"', json.dumps(MANIFEST))
    assert len(targets) > len(MANIFEST["exports"])
    for target in targets:
        assert (installed / target).is_file(), target


@pytest.mark.parametrize(("module", "resolution"), [("esnext", "bundler"), ("nodenext", "nodenext")])
def test_its_types_serve_strict_typescript(installed: Path, tmp_path: Path, module: str, resolution: str) -> None:
    (tmp_path / "node_modules").symlink_to(installed.parents[1])
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "usage.ts", tmp_path)
    strict = ("--strict", "--exactOptionalPropertyTypes", "--noEmit", "--types", "", "--target", "es2022")
    run(TSC, *strict, "--module", module, "--moduleResolution", resolution, "usage.ts", cwd=tmp_path)


def test_its_readme_says_nothing_that_is_not_there(installed: Path) -> None:
    readme = (installed / "README.md").read_text()
    members = re.findall(r"notifier\.(\w+)\(", readme)
    assert members
    types = (installed / "types" / "types.d.ts").read_text()
    for member in members:
        assert f"    {member}: " in types, member

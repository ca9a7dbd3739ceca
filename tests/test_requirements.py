"""Each package that gets installed is pinned, on every Python that this runs on."""

from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deployapp_process import ROOT

PYTHONS = ["3.11.0", "3.11.9", "3.12.0", "3.13.0", "3.14.0"]


def pinned(name: str) -> list[Requirement]:
    """What the file and those it includes name."""
    found = []
    for line in (ROOT / name).read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found += pinned(text.removeprefix("-r "))
        elif text:
            found.append(Requirement(text))
    return found


def brought_by(pin: Requirement) -> list[Requirement]:
    """What its metadata asks for; of what another Python only gets, and is not installed here, nothing is known."""
    try:
        return [Requirement(line) for line in requires(pin.name) or []]
    except PackageNotFoundError:
        assert pin.marker, f"{pin.name} is not installed"
        return []


def holds(requirement: Requirement, python: str, extra: str = "") -> bool:
    environment = {
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
        "extra": extra,
    }
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_a_package_brings_is_pinned_too(name: str, python: str) -> None:
    pins = [pin for pin in pinned(name) if holds(pin, python)]
    names = {canonicalize_name(pin.name) for pin in pins}
    for pin in pins:
        for needed in brought_by(pin):
            wanted = any(holds(needed, python, extra) for extra in pin.extras or {""})
            assert not wanted or canonicalize_name(needed.name) in names, f"{pin.name} brings {needed}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_version_is_exact(name: str) -> None:
    for pin in pinned(name):
        assert [one.operator for one in pin.specifier] == ["=="], pin

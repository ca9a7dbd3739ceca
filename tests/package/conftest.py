"""What the tests of the npm package share: the package as users get it."""

from pathlib import Path

import pytest

from tests.package import packing


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packing.pack(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="session")
def installed(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's folder, installed from the tarball."""
    return packing.install(tarball, tmp_path_factory.mktemp("installed"))

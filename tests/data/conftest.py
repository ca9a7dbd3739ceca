"""Each test here runs on SQLite and on a real PostgreSQL, on a database of its own with the real schema."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import make_url

import config
from deployapp.app import create_app
from deployapp.extensions import db
from tests.conftest import MIGRATIONS
from tests.deployapp_process import SECRET
from tests.servers import Postgres

DATABASES = ["sqlite", "postgresql"]
_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


def make_database(postgres: Postgres, *, like: str = "template1") -> str:
    """A new database on the server, a copy of `like`; answers its address."""
    name = f"test_{next(_numbers)}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE {like}")
    return make_url(postgres.url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_on_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that the migrations have made; copied for each test."""
    url = make_database(postgres)
    folder = tmp_path_factory.mktemp("postgres")
    app = create_app(config.Settings(database_url=url, instance_path=folder, secret_key=SECRET))
    with app.app_context():
        upgrade(str(MIGRATIONS))
        db.engine.dispose()
    return str(make_url(url).database)


@pytest.fixture(params=DATABASES)
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> config.Settings:
    """Settings of a database without any table."""
    url = make_database(request.getfixturevalue("postgres")) if request.param == "postgresql" else ""
    return config.Settings(database_url=url, instance_path=tmp_path, secret_key=SECRET)


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> config.Settings:
    """Settings of a database with the real schema."""
    url = ""
    if request.param == "postgresql":
        template = request.getfixturevalue("migrated_on_postgres")
        url = make_database(request.getfixturevalue("postgres"), like=template)
    else:
        shutil.copy(migrated, tmp_path / "deployapp.sqlite3")
    return config.Settings(database_url=url, instance_path=tmp_path, secret_key=SECRET, database_pool_size=10)

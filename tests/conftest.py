"""What all tests share: an app on a fresh database with the real schema."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

import config
from deployapp.app import create_app
from deployapp.extensions import db

SECRET = "a secret for the tests only"
MIGRATIONS = Path(__file__).parent.parent / "migrations"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that the migrations have made; copied for each test, which is faster than migrating again."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(config.Settings(instance_path=folder, secret_key=SECRET))
    with app.app_context():
        upgrade(str(MIGRATIONS))
        db.engine.dispose()
    return folder / "deployapp.sqlite3"


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> config.Settings:
    shutil.copy(migrated, tmp_path / "deployapp.sqlite3")
    return config.Settings(instance_path=tmp_path, secret_key=SECRET)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """An app of its own for each test, its context pushed."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

"""What all tests share: an app on a fresh database with the real schema, a real server process, a real browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Browser, Playwright, sync_playwright

import config
from deployapp.app import create_app
from deployapp.extensions import db
from tests.browser import launch
from tests.deployapp_process import SECRET, Deployapp, flask, set_up

pytest_plugins = ["tests.parallel", "tests.leftovers"]

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


@pytest.fixture(scope="session")
def set_up_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder after `flask --app wsgi setup`: schema, administrator, development token."""
    folder = tmp_path_factory.mktemp("set-up")
    done = flask(folder, "setup")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def server(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    """One real server for all tests that do not restart it or need an empty one."""
    running = Deployapp(set_up(set_up_folder, tmp_path_factory.mktemp("server"))).start()
    yield running
    running.stop()


@pytest.fixture
def make_server(set_up_folder: Path, tmp_path: Path) -> Iterator[Callable[..., Deployapp]]:
    """Makes servers of a test's own, not started yet: `make_server(RECONCILE_INTERVAL="1").start()`."""
    numbers = count()
    with ExitStack() as stack:

        def make(**settings: str) -> Deployapp:
            one = Deployapp(set_up(set_up_folder, tmp_path / f"server-{next(numbers)}"), **settings)
            stack.callback(one.stop)
            return one

        yield make


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one Playwright of the run: a second one beside it is refused."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all; a test makes its own `browser.new_context()`, which remembers nothing."""
    browser = launch(playwright)
    yield browser
    browser.close()

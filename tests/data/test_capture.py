"""What was inserted and committed is announced, once, after its commit; nothing else is, whoever writes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import config
from deployapp import capture
from deployapp.app import create_app
from deployapp.capture import deployment_committed
from deployapp.dispatcher import Dispatcher
from deployapp.events import DeploymentEvent
from deployapp.extensions import db
from deployapp.models import Frontend, FrontendDeployment
from deployapp.reconciler import Reconciler
from deployapp.schemas import NewDeployment
from deployapp.services import deployments


class Heard:
    """Subscribes to an app's deployments; `versions` is what it heard."""

    def __init__(self, app: Flask) -> None:
        self.events: list[DeploymentEvent] = []
        deployment_committed.connect(self.hear, sender=app)

    def hear(self, sender: Flask, event: DeploymentEvent) -> None:
        self.events.append(event)

    @property
    def versions(self) -> list[str | None]:
        return [event.version for event in self.events]


@pytest.fixture
def heard(app: Flask) -> Iterator[Heard]:
    heard = Heard(app)
    yield heard
    deployment_committed.disconnect(heard.hear, sender=app)


def a_row(version: str, **fields: object) -> FrontendDeployment:
    frontend = db.session.scalar(select(Frontend).where(Frontend.slug == "default"))
    return FrontendDeployment(frontend=frontend, version=version, **fields)


def add(version: str) -> FrontendDeployment:
    row = a_row(version)
    db.session.add(row)
    db.session.flush()
    return row


def test_a_commit_announces_the_whole_event(heard: Heard) -> None:
    new = NewDeployment(version="1.0", environment="staging", notes="Faster", reload_window=30)
    row = deployments.register(new, None).deployment
    assert heard.events == [row.as_event()]
    assert heard.events[0].topic == ("default", "staging")
    assert heard.events[0].notes == "Faster"


def test_when_it_is_announced_others_can_read_it(app: Flask) -> None:
    seen: list[object] = []
    other = create_engine(db.engine.url)

    def look(sender: Flask, event: DeploymentEvent) -> None:
        with other.connect() as connection:
            seen.append(connection.scalar(text("SELECT version FROM frontend_deployment")))

    with deployment_committed.connected_to(look, sender=app):
        deployments.register(NewDeployment(version="1.0"), None)
    other.dispose()
    assert seen == ["1.0"]


def test_a_flush_announces_nothing_yet(heard: Heard) -> None:
    add("1.0")
    assert heard.versions == []
    db.session.commit()
    assert heard.versions == ["1.0"]


def test_a_rollback_announces_nothing_not_even_later(heard: Heard) -> None:
    add("1.0")
    db.session.rollback()
    add("2.0")
    db.session.commit()
    assert heard.versions == ["2.0"]


def test_a_kept_savepoint_is_announced_once_with_the_outer_commit(heard: Heard) -> None:
    with db.session.begin_nested():
        add("1.0")
    assert heard.versions == []
    db.session.commit()
    assert heard.versions == ["1.0"]


def test_a_lost_savepoint_is_not_announced_and_its_neighbours_are(heard: Heard) -> None:
    add("1.0")
    savepoint = db.session.begin_nested()
    add("2.0")
    savepoint.rollback()
    add("3.0")
    db.session.commit()
    assert heard.versions == ["1.0", "3.0"]


def test_a_savepoint_kept_inside_a_transaction_that_is_rolled_back(heard: Heard) -> None:
    with db.session.begin_nested():
        add("1.0")
    db.session.rollback()
    db.session.commit()
    assert heard.versions == []


def test_a_savepoint_within_a_lost_savepoint(heard: Heard) -> None:
    outer = db.session.begin_nested()
    with db.session.begin_nested():
        add("1.0")
    outer.rollback()
    db.session.commit()
    assert heard.versions == []


def test_two_rows_of_one_commit_are_announced_in_their_order(heard: Heard) -> None:
    db.session.add_all([a_row("1.0"), a_row("2.0"), a_row("3.0", environment="staging")])
    db.session.commit()
    assert heard.versions == ["1.0", "2.0", "3.0"]
    ids = [event.id for event in heard.events]
    assert ids == sorted(ids)


def test_rows_of_one_flush_get_times_that_grow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that stands still."""
    monkeypatch.setattr(capture, "now", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    rows = [a_row(version) for version in ("1.0", "2.0", "3.0")]
    db.session.add_all(rows)
    db.session.commit()
    assert [row.deployed_at.microsecond for row in rows] == [0, 1000, 2000]


def test_a_commit_outside_an_app_is_a_commit_and_found_later(heard: Heard, app: Flask) -> None:
    engine = db.engine

    def write() -> None:
        with Session(engine) as session:
            frontend = session.scalar(select(Frontend).where(Frontend.slug == "default"))
            session.add(FrontendDeployment(frontend=frontend, version="1.0"))
            session.commit()

    with ThreadPoolExecutor() as outside:
        outside.submit(write).result()
    assert heard.versions == []
    assert db.session.scalars(select(FrontendDeployment.version)).all() == ["1.0"]


def test_a_refused_insert_announces_nothing(heard: Heard) -> None:
    db.session.add(FrontendDeployment(frontend_id=999_999))
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
    add("2.0")
    db.session.commit()
    assert heard.versions == ["2.0"]


def test_a_row_that_is_deleted_before_the_commit_is_not_announced(heard: Heard) -> None:
    row = add("1.0")
    db.session.delete(row)
    db.session.commit()
    assert heard.versions == []


def test_changing_and_deleting_announce_nothing(heard: Heard) -> None:
    row = add("1.0")
    db.session.commit()
    heard.events.clear()
    row.version = "1.1"
    db.session.commit()
    db.session.delete(row)
    db.session.commit()
    assert heard.versions == []


def test_any_session_announces(app: Flask, heard: Heard) -> None:
    """Not only Flask-SQLAlchemy's own: whoever's session wrote it."""
    with Session(db.engine) as session:
        frontend = session.scalar(select(Frontend))
        session.add(FrontendDeployment(frontend=frontend, version="1.0"))
        session.commit()
    assert heard.versions == ["1.0"]


def test_an_error_in_a_subscriber_loses_neither_the_row_nor_the_others(
    app: Flask, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(sender: Flask, event: DeploymentEvent) -> None:
        raise RuntimeError("a subscriber is broken")

    with deployment_committed.connected_to(fail, sender=app):
        row = deployments.register(NewDeployment(version="1.0"), None).deployment
    assert db.session.get(FrontendDeployment, row.id) is not None
    assert heard.versions == ["1.0"]
    assert f"deployment {row.id} is stored, but could not be announced now" in caplog.text


def test_an_app_hears_only_of_its_own(app: Flask, heard: Heard, settings: config.Settings) -> None:
    """Listeners are registered once, at import: making more apps announces nothing twice."""
    other = create_app(settings)
    with other.app_context():
        deployments.register(NewDeployment(version="of the other"), None)
        db.session.remove()
        db.engine.dispose()
    deployments.register(NewDeployment(version="ours"), None)
    assert heard.versions == ["ours"]


@pytest.mark.parametrize("how", ["plain SQL", "an insert() statement"])
def test_what_no_listener_sees_is_found_by_the_reconciler(app: Flask, heard: Heard, how: str) -> None:
    told: list[int] = []
    reconciler = Reconciler(app, Dispatcher(lambda event: told.append(event.id)), interval=60)
    reconciler.prime()
    frontend = db.session.scalar(select(Frontend.id))
    if how == "plain SQL":
        db.session.execute(text(f"INSERT INTO frontend_deployment (frontend_id) VALUES ({frontend})"))
    else:
        db.session.execute(insert(FrontendDeployment).values(frontend_id=frontend))
    db.session.commit()
    assert heard.events == []
    assert reconciler.look() == 1
    assert reconciler.look() == 0
    latest = db.session.scalar(select(FrontendDeployment))
    assert latest is not None
    assert told == [latest.id]
    assert latest.as_event().environment == "production", "the database's own defaults fill the row"

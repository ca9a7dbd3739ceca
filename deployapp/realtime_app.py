"""Joins the app and the realtime side: what the hub asks of the database, what runs in the background, the start.

`serve` is what `python wsgi.py` does. Everything before it starts nothing, so an app can be made for the command
line and for tests.
"""

import logging
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from config import Settings
from deployapp.bus import Bus
from deployapp.cli import banner
from deployapp.dispatcher import Dispatcher
from deployapp.events import DeploymentEvent, Topic
from deployapp.extensions import db
from deployapp.models import FrontendDeployment
from deployapp.observability import metrics
from deployapp.realtime import garbage
from deployapp.realtime.directory import DirectoryUnavailable, UnknownTopic
from deployapp.realtime.gateway import Realtime
from deployapp.realtime.loop import Loop
from deployapp.reconciler import Reconciler
from deployapp.services import deployments, frontends

log = logging.getLogger(__name__)

MAX_RETRY_SECONDS = 10.0


class DatabaseDirectory:
    """What the realtime side asks of the database (see `deployapp.realtime.directory.Directory`)."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def check(self, topics: Sequence[Topic]) -> None:
        """Raises `UnknownTopic` for a frontend that does not exist, `DirectoryUnavailable`."""
        with self._asking():
            known = frontends.known({topic.frontend for topic in topics})
        for topic in topics:
            if topic.frontend not in known:
                raise UnknownTopic(f"There is no frontend {topic.frontend!r}.")

    def latest(self, topics: Sequence[Topic]) -> list[DeploymentEvent]:
        """The newest event of each topic that has one. Raises `DirectoryUnavailable`."""
        with self._asking():
            rows = [deployments.newest(topic) for topic in topics]
            return [row.as_event() for row in rows if row is not None]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with self._app.app_context():
                yield
        except SQLAlchemyError as error:
            raise DirectoryUnavailable(str(error)) from error


def init_app(app: Flask, loop: Loop) -> None:
    """Put Socket.IO, the raw WebSocket and SSE on the app, and make what feeds them."""
    settings: Settings = app.config["SETTINGS"]
    realtime = Realtime(settings, DatabaseDirectory(app), loop)
    realtime.init_app(app)
    dispatcher = Dispatcher(realtime.publish)
    realtime.has_published = dispatcher.has_seen
    app.extensions["deployapp.realtime"] = realtime
    app.extensions["deployapp.dispatcher"] = dispatcher
    reconciler = app.extensions["deployapp.reconciler"] = Reconciler(app, dispatcher, settings.reconcile_interval)
    app.extensions["deployapp.readiness"]["reconciler"] = lambda: None if reconciler.healthy else "sees no database"


def serve(app: Flask) -> None:
    """Serve until SIGTERM or SIGINT. To be called in a process that was monkey patched before anything else."""
    from deployapp.realtime import eventlet_server  # not needed, and slow to import, on the command line

    settings: Settings = app.config["SETTINGS"]
    realtime: Realtime = app.extensions["deployapp.realtime"]
    dispatcher: Dispatcher = app.extensions["deployapp.dispatcher"]
    reconciler: Reconciler = app.extensions["deployapp.reconciler"]
    bus: Bus = app.extensions["deployapp.bus"]

    _prime(app, reconciler)  # before the first client: what comes later is news
    app.extensions["deployapp.offload"] = eventlet_server.offload
    bus.start(lambda event: dispatcher.dispatch(event, "bus"))
    reconciler.start()
    realtime.start()
    metrics.serve_alone(app)
    garbage.settle()

    def stop() -> None:
        realtime.drain()
        reconciler.stop()
        bus.stop()

    try:
        eventlet_server.serve(
            app, settings, on_stop=stop, on_listening=lambda host, port: banner.announce(app, host, port)
        )
    except OSError as error:
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Set PORT or HOST to another.")


def _prime(app: Flask, reconciler: Reconciler) -> None:
    """Wait for the database, and end with a plain word if it has no tables."""
    pause = 0.5
    while True:
        try:
            with app.app_context():
                ready = inspect(db.engine).has_table(FrontendDeployment.__tablename__)
            if not ready:
                sys.exit("The database has no tables yet: run `flask --app wsgi setup` first (`make run` does).")
            return reconciler.prime()
        except OperationalError as error:
            log.error("the database is away, trying again: %s", error.orig)
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # not a secret
            pause = min(2 * pause, MAX_RETRY_SECONDS)

"""Finds in the database what was not dispatched: what the bus lost, a killed process never published, another
program inserted. The database is the truth; the bus is only the doorbell.

Ids follow INSERT order and not commit order: a transaction may commit an id long after a higher one. So the ids that
were skipped are remembered and looked for, instead of a bare `id > last`.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from deployapp.dispatcher import Dispatcher
from deployapp.extensions import db
from deployapp.models import FrontendDeployment

log = logging.getLogger(__name__)

GAP_SECONDS = 900.0
GRACE_SECONDS = 1.0
MAX_GAPS = 500
BATCH = 500


class Reconciler:
    """Looks into the database every `interval` seconds (with jitter) and dispatches what is new there.

    `found` counts the deployments that nothing else had dispatched; `healthy` is False while the database is away.
    """

    def __init__(
        self, app: Flask, dispatcher: Dispatcher, interval: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._dispatcher = dispatcher
        self._interval = interval
        self._clock = clock
        self._newest = 0
        self._gaps: dict[int, float] = {}  # skipped id → when to give it up
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.found = 0
        self.healthy = False

    def prime(self) -> None:
        """Take what is there as known: to be done before the first client connects. Raises `SQLAlchemyError`."""
        with self._app.app_context():
            newest_of_topic = (
                select(func.max(FrontendDeployment.id))
                .group_by(FrontendDeployment.frontend_id, FrontendDeployment.environment)
                .scalar_subquery()
            )
            for row in db.session.scalars(select(FrontendDeployment).where(FrontendDeployment.id.in_(newest_of_topic))):
                self._dispatcher.seen(row.as_event())
            recent = list(
                db.session.scalars(select(FrontendDeployment.id).order_by(FrontendDeployment.id.desc()).limit(MAX_GAPS))
            )
        if recent:
            self._newest = recent[-1] if len(recent) == MAX_GAPS else 0
            for known in reversed(recent):
                self._note(known)
        self.healthy = True

    def look(self) -> int:
        """Dispatch what is new in the database, oldest first; answers how many nothing else had dispatched."""
        began = self._clock()
        found, more = 0, True
        while more:
            with self._app.app_context():
                events = [row.as_event() for query in self._unseen() for row in db.session.scalars(query)]
            for event in events:
                self._note(event.id)
                found += self._dispatcher.dispatch(event, "reconciler")
            more = len(events) >= BATCH
        # Only now: what committed while the database was away, or this process stood still, was looked for once more.
        self._gaps = {gap: end for gap, end in self._gaps.items() if end > began}
        self.found += found
        return found

    def start(self) -> None:
        """Look again and again in the background."""
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; a look that waits for a hung database is not waited for."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(GRACE_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval * random.uniform(0.75, 1.25)):  # noqa: S311  # not a secret
            try:
                self.look()
                self._say(True, "the database is back")
            except SQLAlchemyError as error:
                self._say(False, f"the database is away: {error}")
            except Exception:  # whatever a fan-out raises must not end the looking
                log.exception("the look into the database failed")

    def _say(self, healthy: bool, message: str) -> None:
        if healthy is not self.healthy:
            log.log(logging.INFO if healthy else logging.ERROR, "%s", message)
        self.healthy = healthy

    def _unseen(self) -> list[Select[FrontendDeployment]]:
        """What may be new, oldest first. Two queries and no `OR`, for which SQLite would read the whole table."""
        wanted: list[ColumnElement[bool]] = [FrontendDeployment.id.in_(self._gaps)] if self._gaps else []
        wanted.append(FrontendDeployment.id > self._newest)
        every = select(FrontendDeployment).order_by(FrontendDeployment.id).limit(BATCH)
        return [every.where(condition) for condition in wanted]

    def _note(self, known: int) -> None:
        self._gaps.pop(known, None)
        if known > self._newest:
            end = self._clock() + GAP_SECONDS
            skipped = range(max(self._newest + 1, known - MAX_GAPS), known)
            self._gaps.update(dict.fromkeys(skipped, end))
            while len(self._gaps) > MAX_GAPS:
                del self._gaps[next(iter(self._gaps))]
            self._newest = known

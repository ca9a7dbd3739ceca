"""From INSERT to the doorbell: what was inserted *and committed* is announced, whoever's session wrote it.

Also gives each deployment its `deployed_at`. Knows nothing of buses or sockets: it sends the signal
`deployment_committed`, and what is connected to it rings the bell. Publishing never raises, because an exception in
`after_commit` would turn a committed row into a failed request.

Rules learnt from SQLAlchemy (docs/decisions/0001-emit-after-commit.md): `after_commit` also fires when a SAVEPOINT is
released; a rolled-back SAVEPOINT leaves its objects non-persistent; no SQL may run inside `after_commit`.
The listeners are registered once, at import, for every session.
"""

import logging
from datetime import datetime, timedelta

from blinker import Namespace
from flask import current_app, has_app_context
from sqlalchemy import Connection, event, func, inspect, select
from sqlalchemy.orm import Mapper, Session, SessionTransaction, object_session

from deployapp.events import DEFAULT_ENVIRONMENT, DeploymentEvent
from deployapp.models import Frontend, FrontendDeployment
from deployapp.models.base import now

log = logging.getLogger(__name__)

deployment_committed = Namespace().signal(
    "deployment-committed", doc="Sent with the Flask app as sender and `event=DeploymentEvent` after its commit."
)

_PENDING = "deployapp.pending_events"
_Pending = list[tuple[FrontendDeployment, DeploymentEvent]]


@event.listens_for(FrontendDeployment, "before_insert")
def _stamp(mapper: Mapper[FrontendDeployment], connection: Connection, row: FrontendDeployment) -> None:
    """Set `deployed_at` to now, but after every deployment of the topic, even if the clock stepped back.

    The frontend's row is locked until the transaction ends (PostgreSQL), so that two writers cannot tie; on SQLite
    there is one writer at a time, and one that read before another wrote is refused.
    """
    row.environment = row.environment or DEFAULT_ENVIRONMENT
    if row.frontend is not None:
        row.frontend_id = row.frontend.id
    connection.execute(select(Frontend.id).where(Frontend.id == row.frontend_id).with_for_update(key_share=True))
    newest = connection.scalar(
        select(func.max(FrontendDeployment.deployed_at)).where(
            FrontendDeployment.frontend_id == row.frontend_id, FrontendDeployment.environment == row.environment
        )
    )
    row.deployed_at = now() if newest is None else max(now(), _next_millisecond(newest))


def _next_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000) + timedelta(milliseconds=1)


@event.listens_for(FrontendDeployment, "after_insert")
def _remember(mapper: Mapper[FrontendDeployment], connection: Connection, row: FrontendDeployment) -> None:
    session = object_session(row)
    if session is not None:
        slug = connection.scalar(select(Frontend.slug).where(Frontend.id == row.frontend_id))
        session.info.setdefault(_PENDING, []).append((row, row.snapshot(str(slug))))


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if session.in_nested_transaction():
        return  # only a SAVEPOINT was released
    pending: _Pending = session.info.pop(_PENDING, [])
    for row, deployment in pending:
        if inspect(row).persistent:  # not if its SAVEPOINT was rolled back
            _send(deployment)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if previous.parent is None:
        session.info.pop(_PENDING, None)


def _send(deployment: DeploymentEvent) -> None:
    if not has_app_context():
        return  # a session outside an app: the reconciler finds the row
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for receiver in deployment_committed.receivers_for(app):
        try:
            receiver(app, event=deployment)
        except Exception:
            log.exception("deployment %d is stored, but could not be announced now", deployment.id)

"""Registering, reading, correcting and deleting deployments."""

import hashlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deployapp.events import Topic
from deployapp.extensions import db
from deployapp.models import Frontend, FrontendDeployment, User
from deployapp.schemas import DeploymentChange, DeploymentFilter, Metadata, NewDeployment
from deployapp.services.errors import Invalid, NotFound
from deployapp.services.writing import begin_write

MAX_IDEMPOTENCY_KEY = 255
MAX_ID = 2**31 - 1  # what the column holds on PostgreSQL, which refuses to be asked for more


class Registered(NamedTuple):
    """A deployment, and whether this call made it (False: an earlier call with the same key did)."""

    deployment: FrontendDeployment
    created: bool


def register(new: NewDeployment, by: User | None, idempotency_key: str | None = None) -> Registered:
    """Store a deployment and announce it. Raises `Invalid` for an unknown frontend or a key used otherwise before.

    A key belongs to its user: the same key with the same content answers with the first deployment, told to nobody.
    """
    user_id = by.id if by else None
    fingerprint = hashlib.sha256(new.model_dump_json().encode()).hexdigest()
    begin_write()
    frontend = _locked(new.frontend)
    if earlier := _earlier(user_id, idempotency_key, fingerprint):
        return Registered(earlier, False)
    row = FrontendDeployment(
        frontend=frontend,
        environment=new.environment,
        deployed_by_id=user_id,
        idempotency_key=idempotency_key,
        idempotency_fingerprint=fingerprint if idempotency_key else None,
        **_metadata(new),
    )
    db.session.add(row)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if earlier := _earlier(user_id, idempotency_key, fingerprint):  # the same request, a moment before
            return Registered(earlier, False)
        raise
    return Registered(row, True)


def latest(topic: Topic) -> FrontendDeployment | None:
    """The topic's newest deployment, None while there is none. Raises `NotFound` for an unknown frontend."""
    row = newest(topic)
    if row is None and not db.session.scalar(select(Frontend.id).where(Frontend.slug == topic.frontend)):
        raise NotFound(f"There is no frontend {topic.frontend!r}.")
    return row


def newest(topic: Topic) -> FrontendDeployment | None:
    """The same without a word about the frontend."""
    row: FrontendDeployment | None = db.session.scalar(
        select(FrontendDeployment)
        .join(FrontendDeployment.frontend)
        .where(Frontend.slug == topic.frontend, FrontendDeployment.environment == topic.environment)
        .order_by(FrontendDeployment.id.desc())
        .limit(1)
    )
    return row


def get(deployment_id: int) -> FrontendDeployment:
    """Raises `NotFound`."""
    row = db.session.get(FrontendDeployment, deployment_id) if deployment_id <= MAX_ID else None
    if row is None:
        raise NotFound(f"There is no deployment {deployment_id}.")
    return row


def page(wanted: DeploymentFilter, among: Collection[str] | None = None) -> Pagination:
    """The deployments that match, newest first, perhaps only `among` these frontends; an empty page past the end."""
    query = select(FrontendDeployment).join(FrontendDeployment.frontend).order_by(FrontendDeployment.id.desc())
    if among is not None:
        query = query.where(Frontend.slug.in_(among))
    if wanted.frontend:
        query = query.where(Frontend.slug == wanted.frontend)
    if wanted.environment:
        query = query.where(FrontendDeployment.environment == wanted.environment)
    if wanted.version:
        query = query.where(FrontendDeployment.version == wanted.version)
    if wanted.since:
        query = query.where(FrontendDeployment.deployed_at > wanted.since)
    return db.paginate(query, page=wanted.page, per_page=wanted.per_page, error_out=False)


def latest_of_each_topic() -> Sequence[FrontendDeployment]:
    """What is live: the newest deployment of every topic, the last deployed first."""
    newest_ids = select(func.max(FrontendDeployment.id)).group_by(
        FrontendDeployment.frontend_id, FrontendDeployment.environment
    )
    query = select(FrontendDeployment).where(FrontendDeployment.id.in_(newest_ids))
    return db.session.scalars(query.order_by(FrontendDeployment.id.desc())).all()


def recent(count: int) -> Sequence[FrontendDeployment]:
    """The last deployments of all topics, newest first."""
    return db.session.scalars(select(FrontendDeployment).order_by(FrontendDeployment.id.desc()).limit(count)).all()


def environments() -> Sequence[str]:
    """Every environment into which something was deployed, by name."""
    query = select(FrontendDeployment.environment).distinct().order_by(FrontendDeployment.environment)
    return db.session.scalars(query).all()


def change(deployment_id: int, wanted: DeploymentChange, *, partly: bool) -> FrontendDeployment:
    """Correct the metadata; `partly` keeps what was not given. Tells no tab.

    Raises `NotFound`, and `Invalid` for another frontend or environment than it has.
    """
    begin_write()
    row = get(deployment_id)
    _keep_topic(row, wanted)
    for name, value in _metadata(wanted, only_given=partly).items():
        setattr(row, name, value)
    db.session.commit()
    return row


def delete(deployment_id: int) -> None:
    """Remove it; the status falls back to the one before. Raises `NotFound`."""
    begin_write()
    db.session.delete(get(deployment_id))
    db.session.commit()


def _metadata(fields: Metadata, *, only_given: bool = False) -> dict[str, object]:
    return fields.model_dump(include=set(Metadata.model_fields), exclude_unset=only_given)


def _keep_topic(row: FrontendDeployment, wanted: DeploymentChange) -> None:
    given = {"frontend": (wanted.frontend, row.frontend.slug), "environment": (wanted.environment, row.environment)}
    if wrong := [name for name, (new, old) in given.items() if new not in (None, old)]:
        raise Invalid({name: ["Cannot be changed."] for name in wrong})


def _locked(slug: str) -> Frontend:
    """The frontend, locked before a key is looked for: of two calls that race, the second finds the first's row.

    The unique constraint alone would not do: it lets keys of nobody (the command line) tie.
    """
    frontend = db.session.scalar(select(Frontend).where(Frontend.slug == slug).with_for_update(key_share=True))
    if frontend is None:
        raise Invalid({"frontend": [f"There is no frontend {slug!r}."]})
    return frontend


def _earlier(user_id: int | None, key: str | None, fingerprint: str) -> FrontendDeployment | None:
    if key is None:
        return None
    row = db.session.scalar(
        select(FrontendDeployment).where(
            FrontendDeployment.deployed_by_id == user_id, FrontendDeployment.idempotency_key == key
        )
    )
    if row is not None and row.idempotency_fingerprint != fingerprint:
        raise Invalid({"Idempotency-Key": ["Was used before with other content."]})
    return row

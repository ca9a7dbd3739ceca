"""Making, listing and removing frontends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deployapp.events import InvalidTopic, Topic
from deployapp.extensions import db
from deployapp.models import Frontend
from deployapp.services.errors import Conflict, Invalid, NotFound
from deployapp.services.writing import begin_write


def create(slug: str, name: str = "") -> Frontend:
    """Raises `Invalid` for a slug of the wrong form, `Conflict` when it is taken."""
    try:
        Topic.of(slug)
    except InvalidTopic as error:
        raise Invalid({"slug": [str(error)]}) from None
    begin_write()
    frontend = Frontend(slug=slug, name=name)
    db.session.add(frontend)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(f"There is a frontend {slug!r} already.") from None
    return frontend


def named(slug: str) -> Frontend:
    """Raises `NotFound`."""
    frontend = db.session.scalar(select(Frontend).where(Frontend.slug == slug))
    if frontend is None:
        raise NotFound(f"There is no frontend {slug!r}.")
    return frontend


def every() -> Sequence[Frontend]:
    """All frontends, by slug."""
    return db.session.scalars(select(Frontend).order_by(Frontend.slug)).all()


def known(slugs: set[str]) -> set[str]:
    """Those of the slugs that exist."""
    return set(db.session.scalars(select(Frontend.slug).where(Frontend.slug.in_(slugs))))

"""Making, listing, renaming and removing frontends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deployapp.events import DEFAULT_FRONTEND, InvalidTopic, Topic
from deployapp.extensions import db
from deployapp.models import Frontend, FrontendDeployment
from deployapp.services.errors import Conflict, Invalid, NotFound
from deployapp.services.writing import begin_write

MAX_NAME = 120


def create(slug: str, name: str = "") -> Frontend:
    """Raises `Invalid` for a slug of the wrong form, `Conflict` when it is taken."""
    _check(slug, name)
    begin_write()
    frontend = Frontend(slug=slug, name=name)
    db.session.add(frontend)
    _commit_slug(slug)
    return frontend


def change(frontend_id: int, *, slug: str, name: str) -> Frontend:
    """Rename it. Its slug is what clients ask for, so that changes only while nothing was deployed.

    Raises `NotFound`, `Invalid`, `Conflict`.
    """
    _check(slug, name)
    begin_write()
    frontend = _locked(frontend_id)
    if slug != frontend.slug:
        _keep_default(frontend, "renamed")
        if _has_deployments(frontend):
            raise Conflict("It has deployments: its tabs ask for this slug.")
    frontend.slug, frontend.name = slug, name
    _commit_slug(slug)
    return frontend


def delete(frontend_id: int) -> None:
    """Raises `NotFound`, and `Conflict` for `default` and for one that has deployments."""
    begin_write()
    frontend = _locked(frontend_id)
    _keep_default(frontend, "deleted")
    if _has_deployments(frontend):
        raise Conflict(f"The frontend {frontend.slug!r} has deployments. Delete them first.")
    db.session.delete(frontend)
    db.session.commit()


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


def _check(slug: str, name: str) -> None:
    if len(name) > MAX_NAME or not name.isprintable():
        raise Invalid({"name": [f"At most {MAX_NAME} characters, in one line."]})
    try:
        Topic.of(slug)
    except InvalidTopic as error:
        raise Invalid({"slug": [str(error)]}) from None


def _commit_slug(slug: str) -> None:
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(f"There is a frontend {slug!r} already.") from None


def _locked(frontend_id: int) -> Frontend:
    """The frontend, locked so that nothing is deployed meanwhile. Raises `NotFound`."""
    frontend = db.session.get(Frontend, frontend_id, with_for_update=True)
    if frontend is None:
        raise NotFound(f"There is no frontend {frontend_id}.")
    return frontend


def _keep_default(frontend: Frontend, done: str) -> None:
    if frontend.slug == DEFAULT_FRONTEND:
        raise Conflict(f"The frontend {DEFAULT_FRONTEND!r} cannot be {done}.")


def _has_deployments(frontend: Frontend) -> bool:
    query = select(FrontendDeployment.id).where(FrontendDeployment.frontend_id == frontend.id).limit(1)
    return db.session.scalar(query) is not None

"""Registering, listing, correcting and deleting deployments, for who is signed in.

A view checks the permission, calls one service and answers; it never commits.
"""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from flask import Response, g, request, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field
from werkzeug.routing import IntegerConverter

from deployapp.api import answers
from deployapp.api.errors import speak_json
from deployapp.api.reading import reads_request
from deployapp.auth.identity import Identity
from deployapp.auth.request import identify
from deployapp.extensions import csrf
from deployapp.models import Permission
from deployapp.schemas import DeploymentChange, DeploymentFilter, DeploymentOut, DeploymentPage, NewDeployment
from deployapp.schemas.deployment import matching
from deployapp.services import deployments
from deployapp.services.deployments import MAX_IDEMPOTENCY_KEY
from deployapp.services.deployments import page as page_of

View = Callable[..., Any]
READS: list[dict[str, list[Any]]] = [{"session": []}]
WRITES: list[dict[str, list[Any]]] = [{"session": [], "csrf": []}]
ONE = "/<deployment_id:deployment_id>/"

deployments_api = APIBlueprint(
    "deployments",
    __name__,
    url_prefix="/api/deployments",
    abp_tags=[Tag(name="Deployments", description="For who is signed in.")],
    abp_security=[{"bearer": []}],
    abp_responses=answers.errors(401, 403, 503),
)
csrf.exempt(deployments_api)  # `identify` asks sessions, and only them, for the token
speak_json(deployments_api)


class DeploymentId(IntegerConverter):
    """`<deployment_id:…>` in a route: ASCII digits, and not thousands of them; others are not found."""

    regex = "[0-9]{1,10}"


deployments_api.record_once(lambda state: state.app.url_map.converters.update(deployment_id=DeploymentId))


class DeploymentPath(BaseModel):
    """Which deployment."""

    deployment_id: int


_KEY_RULE = f"Between 1 and {MAX_IDEMPOTENCY_KEY} printable ASCII characters."


class IdempotencyHeader(BaseModel):
    """Makes a retry safe."""

    key: Annotated[str, *matching(rf"[\x20-\x7e]{{1,{MAX_IDEMPOTENCY_KEY}}}", _KEY_RULE)] | None = Field(
        None,
        alias="Idempotency-Key",
        description="A retry with the same key and body answers 200 with the first deployment and tells nobody twice.",
    )


@deployments_api.before_request
def sign_in() -> None:
    if request.method != "OPTIONS":
        g.identity = identify()


@deployments_api.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def needs(permission: Permission) -> Callable[[View], View]:
    """Refuse who may not, before anything else is looked at."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(**arguments: Any) -> Any:
            _identity().require(permission)
            return view(**arguments)

        return checked

    return decorate


_REGISTERED = {**answers.REGISTERED, **answers.errors(*answers.BODY_ERRORS)}


@deployments_api.post("/trigger/", operation_id="trigger", security=WRITES, responses=_REGISTERED)
@deployments_api.post("/", operation_id="register", security=WRITES, responses=_REGISTERED)
@needs(Permission.ADD)
@reads_request
def register(header: IdempotencyHeader, body: NewDeployment) -> Response:
    """Register a deployment
    Every open tab of its topic is told. Needs `add`. No body means a release of `default` into `production`.
    """
    _identity().require(Permission.ADD, body.frontend)
    row, created = deployments.register(body, _identity().user, header.key)
    response = _json(DeploymentOut.of(row), 201 if created else 200)
    if created:
        response.headers["Location"] = url_for("deployments.show", deployment_id=row.id)
    return response


@deployments_api.get("/", operation_id="list", security=READS, responses={**answers.PAGE, **answers.errors(422)})
@reads_request
def index(query: DeploymentFilter) -> Response:
    """List deployments
    Newest first. A token that is narrowed to frontends sees only theirs.
    """
    _identity().require_reading(query.frontend)
    found = page_of(query, _identity().frontends)
    response = _json(
        DeploymentPage(
            items=[DeploymentOut.of(row) for row in found.items],
            page=query.page,
            per_page=query.per_page,
            total=found.total or 0,
            pages=found.pages,
        )
    )
    response.headers["Link"] = _links(query, found.pages)
    return response


@deployments_api.get(ONE, operation_id="show", security=READS, responses={**answers.ONE, **answers.errors(404)})
@reads_request
def show(path: DeploymentPath) -> Response:
    """Show a deployment"""
    _identity().require_reading()
    row = deployments.get(path.deployment_id)
    _identity().require_reading(row.frontend.slug)
    return _json(DeploymentOut.of(row))


_CHANGED = {**answers.ONE, **answers.errors(404, *answers.BODY_ERRORS)}


@deployments_api.put(ONE, operation_id="replace", security=WRITES, responses=_CHANGED)
@needs(Permission.CHANGE)
@reads_request
def replace(path: DeploymentPath, body: DeploymentChange) -> Response:
    """Replace a deployment's metadata
    What is not given goes back to its default. Tells no tab. Needs `change`.
    """
    return _change(path, body, partly=False)


@deployments_api.patch(ONE, operation_id="correct", security=WRITES, responses=_CHANGED)
@needs(Permission.CHANGE)
@reads_request
def correct(path: DeploymentPath, body: DeploymentChange) -> Response:
    """Correct a deployment's metadata
    What is not given stays. Tells no tab. Needs `change`.
    """
    return _change(path, body, partly=True)


@deployments_api.delete(ONE, operation_id="delete", security=WRITES, responses={**answers.GONE, **answers.errors(404)})
@needs(Permission.DELETE)
@reads_request
def delete(path: DeploymentPath) -> Response:
    """Delete a deployment
    The status falls back to the one before. Tells no tab. Needs `delete`.
    """
    _identity().require(Permission.DELETE, deployments.get(path.deployment_id).frontend.slug)
    deployments.delete(path.deployment_id)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def _change(path: DeploymentPath, body: DeploymentChange, *, partly: bool) -> Response:
    _identity().require(Permission.CHANGE, deployments.get(path.deployment_id).frontend.slug)
    return _json(DeploymentOut.of(deployments.change(path.deployment_id, body, partly=partly)))


def _identity() -> Identity:
    identity: Identity = g.identity
    return identity


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")


def _links(query: DeploymentFilter, pages: int) -> str:
    numbers = {"first": 1, "prev": query.page - 1, "next": query.page + 1, "last": max(1, pages)}
    asked = query.model_dump(mode="json", exclude_unset=True, exclude={"page"})
    return ", ".join(
        f'<{url_for("deployments.index", page=number, **asked)}>; rel="{name}"'
        for name, number in numbers.items()
        if 1 <= number <= max(1, pages)
    )

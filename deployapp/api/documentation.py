"""The OpenAPI document, put together from every `APIBlueprint` of the app, and a page to read and try it.

The page loads nothing from any other host: Swagger UI comes with the package flask-openapi3-swagger.
"""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import APISpec
from flask_openapi3.models.components import Components
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from deployapp.schemas import DeploymentChange, DeploymentOut, DeploymentPage, ErrorOut, NewDeployment

OPENAPI_VERSION = "3.1.0"
API_VERSION = "1"

_DESCRIPTION = (
    "Tells every open browser tab, at once and exactly once, that a new frontend is live. "
    "Each path works with and without its trailing slash."
)
_SECURITY: dict[str, dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token: `flask --app wsgi tokens create USER`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "deployapp_session",
        "description": "A browser that signed in to the admin.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "What a session sends with every call that changes something.",
    },
}
_MODELS: list[tuple[type[BaseModel], JsonSchemaMode]] = [
    (NewDeployment, "validation"),
    (DeploymentChange, "validation"),
    (DeploymentOut, "serialization"),
    (DeploymentPage, "serialization"),
    (ErrorOut, "serialization"),
]
# The page's scripts and styles are its own; Swagger UI styles elements inline and draws with data: images.
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"

documentation = Blueprint(
    "api_docs",
    __name__,
    url_prefix="/api",
    template_folder="templates",
    static_folder="static",
    static_url_path="/docs/static",
)
swagger = Blueprint(
    "swagger", "flask_openapi3_swagger", static_folder="templates/swagger", static_url_path="/api/docs/swagger"
)


def init_app(app: Flask) -> None:
    """Put the document and the page on the app."""
    app.register_blueprint(documentation)
    app.register_blueprint(swagger)


@documentation.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI document."""
    return Response(json.dumps(document(current_app)), mimetype="application/json")


@documentation.get("/docs")
def page() -> Response:
    """The page."""
    response = Response(render_template("api_docs.html"))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def document(app: Flask) -> dict[str, Any]:
    """OpenAPI 3.1 of all the app's `APIBlueprint`s."""
    blueprints = [blueprint for blueprint in app.blueprints.values() if isinstance(blueprint, APIBlueprint)]
    paths: dict[str, Any] = {}
    tags: dict[str, Tag] = {}
    for blueprint in blueprints:
        paths.update(blueprint.paths)
        tags.update({tag.name: tag for tag in blueprint.tags})
    spec = APISpec(
        openapi=OPENAPI_VERSION,
        info=Info(title="Deployapp", version=API_VERSION, description=_DESCRIPTION),
        tags=list(tags.values()),
        paths=paths,
        components=Components(
            schemas={name: schema for blueprint in blueprints for name, schema in blueprint.components_schemas.items()},
            securitySchemes={name: SecurityScheme(**scheme) for name, scheme in _SECURITY.items()},
        ),
    )
    found: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    found["components"]["schemas"].update(_schemas())
    return found


def _schemas() -> dict[str, Any]:
    """By pydantic itself: flask-openapi3 collects only what requests are made of, and drops the examples."""
    _, found = models_json_schema(_MODELS, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas

"""What is live: the one public call, polled by every tab that cannot be pushed to, and by CDNs in front.

One indexed query; no session, no cookie.
"""

import hashlib

from flask import Response, current_app, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from config import Settings
from deployapp.api import answers
from deployapp.api.cors import allow_other_origins, preflight
from deployapp.api.errors import speak_json
from deployapp.api.reading import reads_request
from deployapp.auth.sessions import without_session
from deployapp.schemas import DeploymentOut, TopicChoice
from deployapp.services import deployments

status_api = APIBlueprint(
    "status",
    __name__,
    url_prefix="/api/deployments",
    abp_tags=[Tag(name="Status", description="Public: what is live. Any origin of `CORS_ORIGINS` may read it.")],
    abp_responses=answers.errors(404, 422, 503),
)
speak_json(status_api)
status_api.before_request(without_session)
status_api.before_request(preflight)
status_api.after_request(allow_other_origins)


@status_api.get("/status/", operation_id="status", responses=answers.STATUS)
@reads_request
def status(query: TopicChoice) -> Response:
    """The latest deployment of a topic
    204 while there is none. `If-None-Match` answers 304 while nothing has changed.
    """
    row = deployments.latest(query.topic)
    response = _latest(DeploymentOut.of(row)) if row else _none()
    settings: Settings = current_app.config["SETTINGS"]
    response.headers["Cache-Control"] = settings.status_cache_control
    response.headers["Deployapp-Policy"] = policy_header(settings)
    return response


def policy_header(settings: Settings) -> str:
    """How clients are to behave (docs/protocol.md, "Policy")."""
    pairs = {
        "enabled": int(settings.client_enabled),
        "poll-interval": settings.poll_interval,
        "poll-jitter": settings.poll_jitter,
        "reconnect-max": settings.reconnect_max,
    }
    return ", ".join(f"{name}={value:.12g}" for name, value in pairs.items())


def _latest(deployment: DeploymentOut) -> Response:
    """The tag is a hash of what is sent, so that it is the same from every process."""
    body = deployment.model_dump_json()
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _none() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response

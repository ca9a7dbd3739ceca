"""What the calls may answer, for the OpenAPI document."""

from typing import Any

from deployapp.schemas import DeploymentOut, DeploymentPage, ErrorOut

Answers = dict[Any, Any]  # as flask-openapi3 takes it: by status

# Status: what it means, and an example's code and message.
_ERRORS = {
    400: ("The body is not valid JSON.", "bad_request", "The body is not valid JSON."),
    401: ("Nobody is signed in, or the token is not valid.", "not_signed_in", "Send a Bearer token, or sign in."),
    403: ("The permission lacks.", "forbidden", "This needs the permission 'add'."),
    404: ("There is no such thing.", "not_found", "There is no deployment 12."),
    411: ("A chunked body.", "length_required", "Send the body with its Content-Length."),
    413: ("Larger than `MAX_BODY_SIZE`.", "request_entity_too_large", "The body is larger than 65536 bytes."),
    415: ("The body is not JSON.", "unsupported_media_type", "Send JSON, with Content-Type: application/json."),
    422: ("Some fields are not valid; they are named.", "validation_error", "Some fields are not valid."),
    503: ("The database does not answer.", "unavailable", "The database does not answer. Try again."),
}
_ERROR_HEADERS = {
    401: {"WWW-Authenticate": '`Bearer`, with `error="invalid_token"` where a token was sent.'},
    503: {"Retry-After": "Seconds."},
}
BODY_ERRORS = (400, 411, 413, 415, 422)


def _headers(texts: dict[str, str]) -> Answers:
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}


def answer(
    description: str, model: type | None = None, headers: dict[str, str] | None = None, **content: Any
) -> Answers:
    """One answer: its description, the model of its body, its headers."""
    described: Answers = {"description": description}
    if headers:
        described["headers"] = _headers(headers)
    if model is not None:
        schema = {"$ref": f"#/components/schemas/{model.__name__}"}
        described["content"] = {"application/json": {"schema": schema, **content}}
    return described


def errors(*statuses: int) -> Answers:
    """The error answers of a call, each with an example."""
    return {str(status): _error(status) for status in statuses}


def _error(status: int) -> Answers:
    description, code, message = _ERRORS[status]
    example: Answers = {"error": {"code": code, "message": message}}
    if status == 422:
        example["error"]["fields"] = {"version": ["Longer than 64 characters."]}
    return answer(description, ErrorOut, _ERROR_HEADERS.get(status), example=example)


_POLICY = {
    "Deployapp-Policy": "How clients are to behave, such as `enabled=1, poll-interval=300`.",
    "Cache-Control": "From `STATUS_CACHE_CONTROL`.",
}
STATUS: Answers = {
    "200": answer("The latest deployment.", DeploymentOut, {**_POLICY, "ETag": "For `If-None-Match`."}),
    "204": answer("Nothing was deployed yet.", headers=_POLICY),
    "304": answer("Still the one that `If-None-Match` names.", headers=_POLICY),
}
REGISTERED: Answers = {
    "201": answer("Registered; the tabs are told.", DeploymentOut, {"Location": "The deployment's address."}),
    "200": answer("Was registered before with this `Idempotency-Key`; nobody is told again.", DeploymentOut),
}
ONE: Answers = {"200": answer("The deployment.", DeploymentOut)}
PAGE: Answers = {"200": answer("A page, newest first.", DeploymentPage, {"Link": "To other pages (RFC 8288)."})}
GONE: Answers = {"204": answer("It is gone; the status falls back to the one before.")}

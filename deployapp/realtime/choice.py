"""Reading what a client asks for: topics, replay, greeting. Knows nothing of connections."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from deployapp.events import DEFAULT_ENVIRONMENT, DEFAULT_FRONTEND, InvalidTopic, Topic

MAX_TOPICS = 32
SHARED = 256  # different choices that are remembered
MAX_ID = (1 << 63) - 1
DEFAULT_TOPICS = (Topic(),)


class InvalidChoice(ValueError):
    """What the client asks for makes no sense; `field` names the culprit."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Choice(NamedTuple):
    """`last_event_id` None: no replay. `hello`: greet with the policy."""

    topics: tuple[Topic, ...] = DEFAULT_TOPICS
    last_event_id: int | None = None
    hello: bool = False


def from_query(query: str, last_event_id: str | None = None) -> Choice:
    """Read a query string (docs/protocol.md); the argument is SSE's header, which wins. Raises `InvalidChoice`."""
    if not query and last_event_id is None:
        return Choice()
    try:
        fields = parse_qs(query, max_num_fields=4 * MAX_TOPICS)
    except ValueError:
        raise InvalidChoice("query", "Too many parameters.") from None
    identifier = last_event_id or fields.get("last_event_id", [None])[-1]
    return Choice(
        _topics(tuple(fields.get("frontend", ())), tuple(fields.get("environment", ()))),
        None if identifier is None else _identifier(identifier),
        fields.get("hello", ["0"])[-1] not in ("0", "false"),
    )


def from_auth(auth: Any) -> Choice:
    """Read Socket.IO's `auth` object or the argument of `subscribe` (docs/protocol.md). Raises `InvalidChoice`."""
    if auth is None:
        return Choice()
    if not isinstance(auth, Mapping):
        raise InvalidChoice("auth", "Must be an object.")
    identifier = auth.get("last_event_id")
    return Choice(_auth_topics(auth), None if identifier is None else _identifier(identifier), bool(auth.get("hello")))


def _auth_topics(auth: Mapping[str, Any]) -> tuple[Topic, ...]:
    if "topics" not in auth:
        return _topics(_strings(auth, "frontend"), _strings(auth, "environment"))
    names = _strings(auth, "topics")
    return _named(names)


@lru_cache(SHARED)
def _named(names: tuple[str, ...]) -> tuple[Topic, ...]:
    if not 1 <= len(names) <= MAX_TOPICS:
        raise InvalidChoice("topics", f"Between 1 and {MAX_TOPICS} topics.")
    return _shared(tuple(dict.fromkeys(_checked("topics", Topic.parse, name) for name in names)))


def _strings(auth: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = auth.get(name, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidChoice(name, "Must be a string or a list of strings.")
    return tuple(values)


@lru_cache(SHARED)
def _topics(frontends: tuple[str, ...], environments: tuple[str, ...]) -> tuple[Topic, ...]:
    if not frontends and not environments:
        return DEFAULT_TOPICS
    frontends = frontends or (DEFAULT_FRONTEND,) * len(environments)
    if len(environments) > len(frontends):
        raise InvalidChoice("environment", "More environments than frontends.")
    if len(frontends) > MAX_TOPICS:
        raise InvalidChoice("frontend", f"At most {MAX_TOPICS} topics.")
    environments += (DEFAULT_ENVIRONMENT,) * (len(frontends) - len(environments))
    pairs = zip(frontends, environments, strict=True)
    return _shared(tuple(dict.fromkeys(_checked("frontend", Topic.of, *pair) for pair in pairs)))


@lru_cache(SHARED)
def _shared(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """The same object for equal topics: most tabs ask for the same, and each keeps what it gets."""
    return DEFAULT_TOPICS if topics == DEFAULT_TOPICS else topics


def _checked(field: str, make: Any, *parts: str) -> Topic:
    try:
        topic: Topic = make(*parts)
    except InvalidTopic as error:
        raise InvalidChoice(field, str(error)) from None
    return topic


def _identifier(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or int(text[:20]) > MAX_ID or len(text) > 19:
        raise InvalidChoice("last_event_id", "Must be the id of an event.")
    return int(text)

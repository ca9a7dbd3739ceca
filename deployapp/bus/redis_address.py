"""From `MESSAGE_QUEUE_URL` to clients of Redis or Valkey, alone or behind Sentinels. Opens no connection itself."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

# Valkey speaks Redis' protocol; redis-py does not know its name.
_REDIS_NAMES = {"valkey": "redis", "valkeys": "rediss", "valkey+sentinel": "redis+sentinel"}
SCHEMES = ("redis", "rediss", "redis+sentinel", *_REDIS_NAMES)
SENTINEL_PORT = 26379

TIMEOUT = 2.0  # seconds for a connect, and for an answer: a hung server counts as a broken one


class RedisAddress(NamedTuple):
    """Where the bus is: how to make a client, the channel, and how to name it without its password."""

    client: Callable[[], "Redis"]
    channel: str
    shown: str


def parse(url: str) -> RedisAddress:
    """Read `redis[s]://…`, `valkey[s]://…` or `redis+sentinel://host:port,host:port/service/db`.

    The login before the hosts is the master's; Sentinels have theirs in `?sentinel_username=…&sentinel_password=…`.

    Raises `ValueError`, its text fit for people.

    Redis' channels are not separated by database, so the channel carries the number: two installations that use two
    databases of one server do not hear each other.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise ValueError(
            f"{scheme[:20]!r} is none of {', '.join(SCHEMES)}. "
            "Without any bus, processes tell each other through the database (docs/deployment.md)."
        )
    parts = urlsplit(f"{_REDIS_NAMES.get(scheme, scheme)}://{rest}")
    if "@" in parts.path + parts.query + parts.fragment:  # else a piece of the password would be told as a port
        raise ValueError(
            "an @ comes after a /, ? or #: in a password write these %2F, %3F, %23; elsewhere the @ as %40"
        )
    if parts.scheme == "redis+sentinel":
        return _behind_sentinels(parts)
    return _alone(parts)


def _options() -> dict[str, Any]:
    # No retries inside: the bus itself comes back, with its own pauses.
    return {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
    }


def _alone(parts: SplitResult) -> RedisAddress:
    if not parts.hostname:
        raise ValueError("there is no host in it")
    database = _database(parts.path.strip("/"))
    port = parts.port  # raises ValueError if it is no number
    url = parts.geturl()
    try:
        Redis.from_url(url).close()  # what redis-py refuses is told at start (a bad query argument)
    except (TypeError, AttributeError):
        raise ValueError("there is an option in it that the client does not take") from None
    shown = f"{parts.scheme}://{parts.hostname}:{port or 6379}/{database}"
    return RedisAddress(lambda: Redis.from_url(url, **_options()), f"deployapp/{database}", shown)


def _behind_sentinels(parts: SplitResult) -> RedisAddress:
    credentials, _, hosts = parts.netloc.rpartition("@")
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("Sentinels need the service's name: redis+sentinel://host:port,host:port/service")
    number = _database(database)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    theirs = {name: options.pop(f"sentinel_{name}", None) for name in ("username", "password")}
    if options:
        raise ValueError(f"{min(options)!r} is no option of Sentinels; sentinel_username and sentinel_password are")
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        [_host(host) for host in hosts.split(",")], sentinel_kwargs={**theirs, **_options()}
    )
    username, _, password = credentials.partition(":")
    login = {"username": unquote(username) or None, "password": unquote(password) or None}

    def client() -> Redis:
        master: Redis = sentinels.master_for(service, db=number, **login, **_options())  # type: ignore[no-untyped-call]
        return master

    return RedisAddress(client, f"deployapp/{number}", f"redis+sentinel://{hosts}/{service}/{number}")


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(f"{text!r} is not a host")
    return parts.hostname, parts.port or SENTINEL_PORT


def _database(text: str) -> int:
    if text and not text.isdecimal():
        raise ValueError(f"{text!r} is not the number of a database")
    return int(text or 0)

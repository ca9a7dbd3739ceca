"""`MESSAGE_QUEUE_URL`: what is understood, and what a mistake is told as."""

import pytest

import config
from deployapp.bus import MemoryBus, make_bus
from deployapp.bus.redis_address import parse


@pytest.mark.parametrize(
    ("url", "shown", "channel"),
    [
        ("redis://cache", "redis://cache:6379/0", "deployapp/0"),
        ("rediss://user:secret@cache:7000/2", "rediss://cache:7000/2", "deployapp/2"),
        ("valkey://cache/1", "redis://cache:6379/1", "deployapp/1"),
        ("valkeys://:secret@[::1]:7000", "rediss://::1:7000/0", "deployapp/0"),
        ("redis+sentinel://u:secret@a:1,b/main/3", "redis+sentinel://a:1,b/main/3", "deployapp/3"),
        ("valkey+sentinel://a/main", "redis+sentinel://a/main/0", "deployapp/0"),
    ],
)
def test_what_is_understood(url: str, shown: str, channel: str) -> None:
    """`shown` goes into logs: no password."""
    address = parse(url)
    assert (address.shown, address.channel) == (shown, channel)
    address.client().close()


def test_options_reach_the_client() -> None:
    arguments = parse("rediss://user:p%40ss@cache:7000/2").client().get_connection_kwargs()
    wanted = {"host": "cache", "port": 7000, "db": 2, "username": "user", "password": "p@ss", "socket_timeout": 2.0}
    assert wanted.items() <= arguments.items()


def test_empty_is_in_process() -> None:
    assert isinstance(make_bus(""), MemoryBus)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("amqp://rabbit", "'amqp' is none of redis, rediss"),
        ("kafka://broker", "Without any bus, processes tell each other through the database"),
        ("localhost:6379", "is none of"),
        ("redis://", "no host"),
        ("redis://cache/one", "'one' is not the number of a database"),
        ("redis://cache:port", "port"),
        ("redis://cache?socket_timeout=soon", "socket_timeout"),
        ("redis://cache?self=1", "an option in it"),
        ("redis+sentinel://a:1,b:2", "service's name"),
        ("redis+sentinel://a,,b/main", "is not a host"),
        ("redis+sentinel://a/main?password=x", "'password' is no option of Sentinels"),
    ],
)
def test_a_mistake_is_told_at_start(url: str, why: str) -> None:
    with pytest.raises(config.ConfigError, match=why) as error:
        config.load(message_queue_url=url)
    assert "  MESSAGE_QUEUE_URL: " in str(error.value)


@pytest.mark.parametrize("password", ["sec/ret", "sec?ret", "sec#ret", "1/sec", "sec[ret"])
@pytest.mark.parametrize("url", ["redis://u:{}@cache", "redis://u:{}@cache:6379/0", "redis+sentinel://u:{}@a:1,b/main"])
def test_a_password_that_is_not_quoted_is_refused_and_not_shown(url: str, password: str) -> None:
    with pytest.raises(config.ConfigError) as error:
        config.load(message_queue_url=url.format(password))
    assert "sec" not in str(error.value)

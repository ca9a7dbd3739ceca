"""Ports for test servers that are started again on the one they had."""

import os
import random
import socket
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 12_000  # below are the ports of things that people run
_HIGHEST = 32_000  # where the kernel's own choice begins, if it does not say
_given: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on, and that the kernel gives to no outgoing connection: it stays free while its
    server is away. Each of the processes that `make test` spreads the tests over has ports of its own, and gives each
    only once: what is free now may be another test's, whose server has yet to start.
    """
    begin = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else _HIGHEST
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ours = range(_LOWEST + number, max(begin, _LOWEST + 1000), count)
    for port in random.sample(ours, len(ours)):
        if port not in _given and is_free(host, port):
            _given.add(port)
            return port
    raise AssertionError(f"no port is free on {host}")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on it."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True

"""Ports for test servers that are started again on the one they had."""

import random
import socket
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 12_000  # below are the ports of things that people run
_HIGHEST = 32_000  # where the kernel's own choice begins, if it does not say


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on, and that the kernel gives to no outgoing connection: it stays free while its
    server is away. Random, so that tests that run beside each other hardly meet.
    """
    begin = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else _HIGHEST
    for port in random.sample(range(_LOWEST, max(begin, _LOWEST + 1000)), 100):
        if is_free(host, port):
            return port
    raise AssertionError(f"no port is free on {host}")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on it."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True

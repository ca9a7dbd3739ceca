"""A second host, as far as the network is concerned: a network namespace joined by a cable that can be cut.

Linux, as root, with iproute2. The near end too is in a network of its own, where its thread and all that this starts
are meanwhile: elsewhere on the machine no address comes or goes. A browser drops requests when one does, and those of
other tests run at the same time. The addresses are of the range for benchmarks (RFC 2544), so they meet nothing real.
"""

import ctypes
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_CLONE_NEWNET = 0x40000000  # linux/sched.h; Python has it from 3.12 on
_DROP_ALL = ["root", "pfifo", "limit", "0"]
_NEAR, _FAR = "near", "far"  # the cable's ends


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


class Cable:
    """Between `here` and `there`, an address in the namespace `name`."""

    here, there = "198.18.0.1", "198.18.0.2"

    def __init__(self) -> None:
        self.name = f"deployapp-{secrets.token_hex(4)}"

    @property
    def inside(self) -> list[str]:
        """Put before a command, it runs there."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Packets vanish both ways and nobody is told, as behind a switch that died."""
        _run("tc", "qdisc", "add", "dev", _NEAR, *_DROP_ALL)
        _run(*self.inside, "tc", "qdisc", "add", "dev", _FAR, *_DROP_ALL)

    def heal(self) -> None:
        _run("tc", "qdisc", "del", "dev", _NEAR, "root")
        _run(*self.inside, "tc", "qdisc", "del", "dev", _FAR, "root")

    def plug_in(self) -> None:
        _run("ip", "netns", "add", self.name)
        _run("ip", "link", "add", _NEAR, "type", "veth", "peer", "name", _FAR, "netns", self.name)
        _run("ip", "addr", "add", f"{self.here}/24", "dev", _NEAR)
        _run("ip", "link", "set", _NEAR, "up")
        _run("ip", "-n", self.name, "addr", "add", f"{self.there}/24", "dev", _FAR)
        _run("ip", "-n", self.name, "link", "set", _FAR, "up")
        _run("ip", "-n", self.name, "link", "set", "lo", "up")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def available() -> bool:
    """Whether this machine lets us: Linux, root, iproute2."""
    return sys.platform.startswith("linux") and os.geteuid() == 0 and bool(shutil.which("ip") and shutil.which("tc"))


@contextmanager
def cable() -> Iterator[Cable]:
    with _network_of_its_own():
        one = Cable()
        try:
            one.plug_in()
            yield one
        finally:
            one.remove()


@contextmanager
def _network_of_its_own() -> Iterator[None]:
    """For this thread, and the threads and processes that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _check(libc.unshare(_CLONE_NEWNET))
        try:
            _run("ip", "link", "set", "lo", "up")
            yield
        finally:
            _check(libc.setns(before, _CLONE_NEWNET))
    finally:
        os.close(before)


def _check(failed: int) -> None:
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

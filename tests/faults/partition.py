"""A second host, as far as the network is concerned: a network namespace joined by a cable that can be cut.

Linux, as root, with iproute2. The addresses are of the range for benchmarks (RFC 2544), so they meet nothing real.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_DROP_ALL = ["root", "pfifo", "limit", "0"]
HERE, THERE = "198.18.77.1", "198.18.77.2"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


class Cable:
    """Between here and the namespace `name`."""

    def __init__(self) -> None:
        self.name = f"deployapp-{os.getpid()}"
        self._end = f"dpa{os.getpid()}"
        self._far = f"dpb{os.getpid()}"

    @property
    def inside(self) -> list[str]:
        """Put before a command, it runs there."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Packets vanish both ways and nobody is told, as behind a switch that died."""
        subprocess.run(["tc", "qdisc", "add", "dev", self._end, *_DROP_ALL], check=True)
        subprocess.run([*self.inside, "tc", "qdisc", "add", "dev", self._far, *_DROP_ALL], check=True)

    def heal(self) -> None:
        subprocess.run(["tc", "qdisc", "del", "dev", self._end, "root"], check=True)
        subprocess.run([*self.inside, "tc", "qdisc", "del", "dev", self._far, "root"], check=True)

    def plug_in(self) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "add", self._end, "type", "veth", "peer", "name", self._far)
        _ip("link", "set", self._far, "netns", self.name)
        _ip("addr", "add", f"{HERE}/24", "dev", self._end)
        _ip("-n", self.name, "addr", "add", f"{THERE}/24", "dev", self._far)
        _ip("-n", self.name, "link", "set", self._far, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")
        _ip("link", "set", self._end, "up")

    def remove(self) -> None:
        subprocess.run(["ip", "link", "del", self._end], check=False)
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def available() -> bool:
    """Whether this machine lets us: Linux, root, iproute2."""
    return sys.platform.startswith("linux") and os.geteuid() == 0 and bool(shutil.which("ip") and shutil.which("tc"))


@contextmanager
def cable() -> Iterator[Cable]:
    one = Cable()
    try:
        one.plug_in()
        yield one
    finally:
        one.remove()

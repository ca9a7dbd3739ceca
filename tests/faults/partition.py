"""A second host, as far as the network is concerned: a network namespace joined by a cable that can be cut.

Linux, as root, with iproute2. The addresses are of the range for benchmarks (RFC 2544), so they meet nothing real.
Several cables can be plugged in at the same time: each takes a network that no other one has.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NETWORKS = 512  # of 254 hosts each
_DROP_ALL = ["root", "pfifo", "limit", "0"]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


class Cable:
    """Between `here` and `there`, an address in the namespace `name`; `network` is a number below `NETWORKS`."""

    def __init__(self, network: int) -> None:
        prefix = f"198.{18 + network // 256}.{network % 256}"
        self.here, self.there = f"{prefix}.1", f"{prefix}.2"
        self.name = f"deployapp-{network}"
        self._end, self._far = f"dpa{network}", f"dpb{network}"

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

    def claim(self) -> bool:
        """Take the network, unless another cable has it: the kernel refuses a second link of one name."""
        link = ["ip", "link", "add", self._end, "type", "veth", "peer", "name", self._far]
        return subprocess.run(link, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def plug_in(self) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "set", self._far, "netns", self.name)
        _ip("addr", "add", f"{self.here}/24", "dev", self._end)
        _ip("-n", self.name, "addr", "add", f"{self.there}/24", "dev", self._far)
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
    one = next(cable for cable in map(Cable, random.sample(range(NETWORKS), NETWORKS)) if cable.claim())
    try:
        one.plug_in()
        yield one
    finally:
        one.remove()

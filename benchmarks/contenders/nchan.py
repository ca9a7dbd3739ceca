"""nginx with the Nchan module of the same Debian."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from benchmarks.contenders.base import Contender, Running, publish_trigger
from benchmarks.descriptors import hard_limit
from benchmarks.installing import NCHAN_MODULE, SOURCES
from benchmarks.server_process import ServerProcess, free_port


@contextmanager
def _start(folder: Path, cpu: int | None) -> Iterator[Running]:
    port = free_port()
    settings = {
        "module": NCHAN_MODULE,
        "folder": folder,
        "port": port,
        "descriptors": hard_limit(),
        "connections": 2 * hard_limit(),  # it closes idle ones once a sixteenth is left
        "user": "" if os.geteuid() else "user root;",  # its worker must reach the folder, which is ours alone
    }
    configuration = folder / "nginx.conf"
    configuration.write_text(Template((SOURCES / "nchan.conf").read_text()).substitute(settings))
    environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin"}
    command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    with ServerProcess(command, port, folder / "nginx.log", cpu, environment) as server:
        yield Running(server, publish_trigger(port), port)


NCHAN = Contender("nchan", "nginx, Nchan", "websocket", "/ws", _start, reference="nchan")

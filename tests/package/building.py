"""Builds an example as its team would, with the package from the tarball, and serves what was built."""

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.package.packing import NAME, ROOT, run

EXAMPLES = ROOT / "examples"
FRAMEWORKS = ("react", "vue", "svelte", "next")
OUTPUT = {"next": "out"}


@contextmanager
def workshop(name: str, package: Path) -> Iterator[Path]:
    """A copy of an example, beside the others so that it finds `examples/node_modules`; removed afterwards."""
    (EXAMPLES / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=EXAMPLES / "build") as folder:
        copy = Path(folder) / name
        shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "out", ".next"))
        if name in FRAMEWORKS:
            shutil.copytree(package, copy / "node_modules" / NAME)
        yield copy


def build(app: Path, version: str, service: str, target: Path) -> Path:
    """Build the app in its folder as that version, against that Deployapp; answers the folder to be served."""
    quiet = {"NEXT_TELEMETRY_DISABLED": "1", "npm_config_update_notifier": "false"}
    address = {"VITE_DEPLOYAPP_URL": service, "DEPLOYAPP_URL": service}
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **quiet, **address}
    if app.name in FRAMEWORKS:
        manifest = app / "package.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": version}))
        run("npm", "run", "build", cwd=app, **environment)
    else:
        run("sh", "build.sh", cwd=app, VERSION=version, **environment)
    return shutil.move(app / OUTPUT.get(app.name, "dist"), target)


class Site:
    """Serves a folder, as the team's web server would: the page itself is always asked for anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handle)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def _handle(self, *given: Any) -> None:
        _Handler(*given, directory=str(self.folder))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        # Both versions were built within a second, which is all that a file's time can tell apart.
        del self.headers["If-Modified-Since"]
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

"""A small frontend as a team would run it: pages of a version, on an origin of its own, that include the notifier.

It stands in for the users' own web server; the Deployapp it talks to is a real one.
"""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Shop {version}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{meta}
<link rel="icon" href="/icon.svg"></head>
<body><main><h1>Version {version}</h1>
<form><label>Name <input name="name"></label><label><input type="checkbox" name="agree"> Agree</label>
<label>Size <select name="size"><option>small</option><option>large</option></select></label></form>
<div contenteditable role="textbox" aria-label="Notes">as it was</div>
{body}</main><script type="module" src="/main.js?version={version}"></script></body></html>"""

ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'

MAIN = """import {{ createNotifier }} from "{service}static/notifier/index.js";
const log = (globalThis.log = []);
const notifier = (globalThis.notifier = createNotifier({options}));
for (const type of ["deployment", "beforereload", "updated", "stuck", "rescue"]) {{
  notifier.addEventListener(type, ({{ detail }}) => log.push([type, detail?.message ?? detail]));
}}
{script}"""


class Frontend:
    """Serves every path with the page of `version`; use as a context manager. Attributes may be set at any time."""

    def __init__(self, service: str) -> None:
        self.service = service.rstrip("/") + "/"
        self.version: str | None = "1.0.0"
        self.says_version = True  # in its own JavaScript; without, the notifier can only compare ids
        self.meta = False  # in a meta tag as well, which a probe can read
        self.pods: Iterator[str] | None = None  # versions that a load balancer answers with in turn, in place of one
        self.down = False
        self.fallback = False  # answers a file that is gone with the page, as many hosts of single-page apps do
        self.lang = "en"
        self.body = ""
        self.script = ""
        self.options: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.files: dict[str, tuple[str, str]] = {"/icon.svg": ("image/svg+xml", ICON)}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def page(self) -> str:
        if self.pods:
            self.version = next(self.pods)
        meta = f'<meta name="deployapp-version" content="{self.version}">' if self.meta else ""
        return PAGE.format(lang=self.lang, version=self.version, meta=meta, body=self.body)

    @property
    def loads(self) -> int:
        """How often a tab has loaded the page."""
        return sum(path.startswith("/main.js") for path, _ in self.requests)

    def main(self, version: str) -> str:
        own = {"version": version} if self.says_version else {}
        options = json.dumps({"url": self.service, **own, **self.options})
        return MAIN.format(service=self.service, options=options, script=self.script)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(frontend: Frontend) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            frontend.requests.append((self.path, dict(self.headers)))
            path = urlsplit(self.path)
            if frontend.down:
                self._answer(503, "text/html", "<h1>Not now</h1>")
            elif path.path in frontend.files:
                self._answer(200, *frontend.files[path.path])
            elif path.path == "/main.js":
                self._answer(200, "text/javascript", frontend.main(path.query.removeprefix("version=")))
            elif "." in path.path and not frontend.fallback:
                self._answer(404, "text/html", "<h1>Not found</h1>")
            else:
                self._answer(200, "text/html; charset=utf-8", frontend.page())

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-cache"}
            for name, value in {**headers, **frontend.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at `requests`."""

    return Handler

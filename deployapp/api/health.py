"""`/healthz`: this process lives. `/readyz`: it can serve; else 503 says which part is not ready.

Other modules add checks: `app.extensions["deployapp.readiness"]` maps a name to a callable that answers None or what
is wrong. A check that hangs costs `/readyz` no more than `CHECK_SECONDS`. The state of the bus is told, but makes no
process unready: without the bus tabs only hear a little later (docs/decisions/0042-ready-without-the-bus.md).
"""

import logging
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from threading import Thread

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, json
from sqlalchemy.exc import SQLAlchemyError

from deployapp.auth.sessions import without_session
from deployapp.bus import Bus
from deployapp.database import MIGRATIONS
from deployapp.extensions import db

log = logging.getLogger(__name__)

CHECK_SECONDS = 3.0

Check = Callable[[], str | None]

health = Blueprint("health", __name__)
health.before_request(without_session)


def init_app(app: Flask) -> None:
    """Put the two addresses on the app, and the first check."""
    checks: dict[str, Check] = {"database": partial(_database, app)}
    app.extensions["deployapp.readiness"] = checks
    app.extensions["deployapp.readiness.running"] = {}
    app.register_blueprint(health)


@health.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return _uncached({"status": "ok"}, 200)


@health.get("/readyz")
def ready() -> Response:
    """This process can serve: `checks` says `ok`, or what is wrong, for each part."""
    bus: Bus = current_app.extensions["deployapp.bus"]
    wrong = run(current_app.extensions["deployapp.readiness"], current_app.extensions["deployapp.readiness.running"])
    checks = {name: reason or "ok" for name, reason in wrong.items()}
    not_ready = any(wrong.values())
    answer = {"status": "not ready" if not_ready else "ready", "checks": checks, "bus": bus.state}
    return _uncached(answer, 503 if not_ready else 200)


def run(checks: dict[str, Check], running: dict[str, Thread], seconds: float = CHECK_SECONDS) -> dict[str, str | None]:
    """What each check answers within `seconds`. One that still hangs from the last time is not started again."""
    found: dict[str, str | None] = {}
    for name, check in checks.items():
        if name not in running or not running[name].is_alive():
            running[name] = Thread(target=_note, args=(name, check, found), name=f"check-{name}", daemon=True)
            running[name].start()
    deadline = time.monotonic() + seconds
    for name in checks:
        running[name].join(max(0.0, deadline - time.monotonic()))
    return {name: found.get(name, f"no answer within {seconds:g} s") for name in checks}


def _note(name: str, check: Check, found: dict[str, str | None]) -> None:
    try:
        found[name] = check()
    except Exception:
        log.exception("the check %s failed", name)
        found[name] = "failed; see the log"


def _database(app: Flask) -> str | None:
    """Reachable and migrated. A database that a newer release has migrated further will do."""
    try:
        with app.app_context(), db.engine.connect() as connection:
            at = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError as error:
        log.warning("the database does not answer: %s", error)
        return "does not answer"
    heads, known = _revisions()
    return "not migrated; run `flask --app wsgi setup`" if at <= known and at != heads else None


@cache
def _revisions() -> tuple[frozenset[str], frozenset[str]]:
    """The newest revisions, and all that this release knows."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    return frozenset(scripts.get_heads()), frozenset(script.revision for script in scripts.walk_revisions())


def _uncached(answer: Mapping[str, object], status: int) -> Response:
    response = Response(json.dumps(answer), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response

"""The dashboard: what is live, who listens, what came last, and a short form that announces a deployment."""

from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from flask import current_app, flash, redirect, request, url_for
from flask_admin import AdminIndexView, expose

from deployapp.admin import pages
from deployapp.admin.access import Guarded, anyone_signed_in, may, permitted
from deployapp.admin.deployments import QuickForm, announced
from deployapp.events import Topic
from deployapp.extensions import db
from deployapp.models import Permission
from deployapp.services import deployments
from deployapp.services.errors import DomainError

RECENT = 20
MAX_WATCHED = 32  # topics on one connection (docs/protocol.md)
NAMES = {
    "websocket": "WebSocket",
    "sse": "SSE",
    "socketio": "Socket.IO",
    "socketio_polling": "long-polling",
}


class Audience(NamedTuple):
    """Who is connected to this process now, and how long its last fan-out took."""

    total: int
    by_transport: list[tuple[str, int]]
    by_topic: dict[str, int]
    last_fanout_at: datetime | None
    last_fanout_ms: float


class Dashboard(Guarded, AdminIndexView):  # type: ignore[misc]  # Flask-Admin publishes no types
    rules: ClassVar = {
        "index": anyone_signed_in,
        "live": anyone_signed_in,
        "announce": permitted(Permission.ADD),
    }

    @expose("/")
    def index(self) -> str:
        return self._page(QuickForm() if self.allows("announce") else None)

    @expose("/live")
    def live(self) -> str:
        """The parts of the page that change by themselves."""
        return pages.render("console/_live.html", self, **self._state())

    @expose("/announce", methods=("POST",))
    def announce(self) -> Any:
        form = QuickForm(request.form)
        if form.validate():
            try:
                flash(announced(form.register()), "success")
                return redirect(url_for("admin.index"), 303)
            except DomainError as error:
                db.session.rollback()
                form.refuse(error)
        return self._page(form), 422

    def _page(self, form: QuickForm | None) -> str:
        return pages.render("console/dashboard.html", self, title="Dashboard", form=form, **self._state())

    def _state(self) -> dict[str, Any]:
        may_see = may(permitted(Permission.VIEW))
        live = deployments.latest_of_each_topic() if may_see else []
        watched = dict.fromkeys([str(Topic()), *(str(row.topic) for row in live)])
        return {
            "may_see": may_see,
            "live": live,
            "recent": deployments.recent(RECENT) if may_see else [],
            "audience": audience(),
            "watched": list(watched)[:MAX_WATCHED],
        }


def audience() -> Audience | None:
    """None in a process without push transports."""
    realtime = current_app.extensions.get("deployapp.realtime")
    if realtime is None:
        return None
    counted = realtime.snapshot()
    connections: dict[str, int] = counted["connections"]
    at = counted["last_fanout_at"]
    return Audience(
        total=sum(connections.values()),
        by_transport=[(NAMES.get(name, name), count) for name, count in connections.items()],
        by_topic=counted["topics"],
        last_fanout_at=datetime.fromtimestamp(at, UTC) if at else None,
        last_fanout_ms=1000 * counted["last_fanout_seconds"],
    )

"""The application factory: it only wires."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings, load
from deployapp import admin, api, cli, database, notifier_files, observability, realtime_app, web
from deployapp.auth import sessions
from deployapp.bus import make_bus
from deployapp.capture import deployment_committed
from deployapp.extensions import csrf, db, login_manager, migrate
from deployapp.realtime.loop import Loop


def create_app(settings: Settings | None = None, loop: Loop | None = None) -> Flask:
    """Make an app of these settings (or of the environment's). Starts nothing: `deployapp.realtime_app.serve` does.

    `loop` carries the push transports; without one (command line, tests) the app has none. Raises `ConfigError`.
    """
    settings = settings or load()
    app = Flask(__name__)
    app.config.from_mapping(settings.flask())
    app.url_map.strict_slashes = False
    database.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)
    sessions.init_app(app)
    api.init_app(app, elsewhere=web.error_page)
    admin.init_app(app)
    web.init_app(app)
    cli.init_app(app)
    notifier_files.init_app(app)
    _announce_on_bus(app, settings)
    if loop is not None:
        realtime_app.init_app(app, loop)
    observability.init_app(app)
    if settings.trusted_proxies:
        _trust_proxies(app, settings.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Outermost, so that everything behind sees the client's address and scheme."""
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=count
    )


def _announce_on_bus(app: Flask, settings: Settings) -> None:
    bus = app.extensions["deployapp.bus"] = make_bus(settings.message_queue_url)

    def ring(sender: Flask, event: Any) -> None:
        bus.publish(event)

    deployment_committed.connect(ring, sender=app, weak=False)

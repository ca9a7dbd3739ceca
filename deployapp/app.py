"""The application factory: it only wires."""

from typing import Any

from flask import Flask

from config import ConfigError, Settings, load
from deployapp import cli, database
from deployapp.bus import make_bus
from deployapp.capture import deployment_committed
from deployapp.extensions import csrf, db, login_manager, migrate


def create_app(settings: Settings | None = None) -> Flask:
    """Make an app of these settings (or of the environment's). Starts nothing: `deployapp.realtime_app.start` does.

    Raises `ConfigError`.
    """
    settings = settings or load()
    app = Flask(__name__)
    app.config.from_mapping(settings.flask())
    app.url_map.strict_slashes = False
    database.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)
    cli.init_app(app)
    _announce_on_bus(app, settings)
    return app


def _announce_on_bus(app: Flask, settings: Settings) -> None:
    try:
        bus = app.extensions["deployapp.bus"] = make_bus(settings.message_queue_url)
    except ValueError as error:
        raise ConfigError(str(error)) from None

    def ring(sender: Flask, event: Any) -> None:
        bus.publish(event)

    deployment_committed.connect(ring, sender=app, weak=False)

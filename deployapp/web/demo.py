"""The demo at `/`: a small frontend that includes the JS client as any page would.

It runs, so to say, the version that was the latest when it was loaded: after a reload it is up to date.
"""

from flask import Blueprint, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from config import Settings
from deployapp.auth.sessions import without_session
from deployapp.events import Topic
from deployapp.first_steps import curl_line
from deployapp.services import deployments

web = Blueprint("web", __name__, template_folder="templates")


@web.get("/")
def demo() -> ResponseReturnValue:
    """The page; never from a cache, since a reload is what it shows."""
    without_session()
    settings: Settings = current_app.config["SETTINGS"]
    latest = deployments.newest(Topic())
    address = settings.public_url or request.host_url
    page = make_response(
        render_template("web/demo.html", version=latest.version if latest else None, curl=curl_line(settings, address))
    )
    page.cache_control.no_cache = True
    return page

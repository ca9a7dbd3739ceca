"""What `python wsgi.py` prints once it listens: where to look, who signs in, and a curl line that works when pasted."""

import logging
import shlex
import sys
from pathlib import Path

import click
from flask import Flask

from config import Settings
from deployapp.first_steps import curl_line

log = logging.getLogger(__name__)

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # recognised, not bound to


def announce(app: Flask, host: str, port: int) -> None:
    """Print it; in production, where nobody reads along, one log line."""
    settings: Settings = app.config["SETTINGS"]
    address = settings.public_url or web_address(host, port)
    if settings.production:
        log.info("listening on %s", address)
    else:
        click.echo(_text(settings, address.rstrip("/")))


def web_address(host: str, port: int) -> str:
    """The address to type into a browser of this machine."""
    host = _ANY_ADDRESS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _text(settings: Settings, address: str) -> str:
    socket = address.replace("http", "ws", 1)
    forgotten = f"{_flask()} --app wsgi users password {settings.admin_username}"
    return f"""
Deployapp is listening.

  Demo page  {address}/
  Admin      {address}/admin/  (sign in as {settings.admin_username}; forgotten: {forgotten})
  API        {address}/api/docs
  WebSocket  {socket}/ws/deployment-updates

Tell every open tab of a new deployment:

  {curl_line(settings, address)}
"""


def _flask() -> str:
    """The `flask` beside this Python, as it is typed in this folder."""
    program = Path(sys.executable).with_name("flask")
    here = Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))

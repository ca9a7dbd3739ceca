"""Lets pages of every origin load the JS client: browsers fetch module scripts with CORS (HTML standard, 8.1.4.2).

Only the client's own files, which are public anyway; nothing else is opened here.
"""

from flask import Flask, Response, request

FOLDER = "notifier/"


def init_app(app: Flask) -> None:
    app.after_request(_open_to_every_origin)


def _open_to_every_origin(response: Response) -> Response:
    if request.endpoint == "static" and str((request.view_args or {}).get("filename", "")).startswith(FOLDER):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response

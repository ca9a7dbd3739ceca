"""What all admin pages share: the frame around them, headers, readable errors, the files they load, what none takes."""

from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest, HTTPException

# Stricter than elsewhere; `form-action` and `base-uri` do not fall back to `default-src`.
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

_TEXTS = {
    403: ("Not allowed", "Your account does not have the permission for this. A superuser can give it to you."),
    404: ("Not found", "There is nothing at this address. It may have been deleted."),
    405: ("Not here", "This address cannot be opened like this. Use the links and buttons of the pages."),
    413: ("Too large", "The form holds more than the server accepts."),
    500: ("Something went wrong", "The mistake is the server's, and it was logged."),
}
_FORM_EXPIRED = (
    "This form has expired",
    "Nothing was changed. You were signed out, or the page was open since before you signed in. "
    "Go back, reload the page, and send it again.",
)

console = Blueprint(
    "console",
    __name__,
    url_prefix="/admin",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)


class Entry(NamedTuple):
    """One line of the navigation."""

    name: str
    url: str
    here: bool


def render(template: str, view: Any = None, **context: Any) -> str:
    """The page inside the frame; `view` is the Flask-Admin view that shows it."""
    return render_template(template, admin_view=view, navigation=_navigation(view), **context)


def dress(blueprint: Blueprint) -> None:
    """Give the blueprint's answers the headers, and its errors the pages; refuse what no view can take."""
    blueprint.before_request(_refuse_nul)
    blueprint.after_request(_add_headers)
    blueprint.register_error_handler(HTTPException, show_error)


def show_error(error: HTTPException) -> Response | HTTPException:
    """A page that says what to do now."""
    if error.response is not None:
        return error
    status = error.code or 500
    title, text = _FORM_EXPIRED if isinstance(error, CSRFError) else _TEXTS.get(status, (error.name, error.description))
    answer = Response(render("console/error.html", title=title, text=text, status=status), status)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            answer.headers[name] = value
    return answer


def _refuse_nul() -> None:
    """400 for a NUL in a form or an address: PostgreSQL takes none, nobody types one. (The API has its schemas.)"""
    if any("\0" in text for pair in request.values.items(multi=True) for text in pair):
        raise BadRequest("The form or the address holds a NUL character.")


def _add_headers(response: Response) -> Response:
    if request.endpoint is None or not request.endpoint.endswith("static"):
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
    return response


def _navigation(view: Any) -> list[tuple[str, list[Entry]]]:
    """Headings with what the signed-in user may open."""
    if not current_user.is_authenticated:
        return []
    admin = current_app.extensions["admin"][0]
    index = Entry("Dashboard", url_for("admin.index"), view is admin.index_view)
    categories = [(item.name, item.get_children()) for item in admin.menu() if item.is_category()]
    return [("", [index])] + [
        (name, [Entry(item.name, item.get_url(), item.is_active(view)) for item in items])
        for name, items in categories
        if items
    ]


dress(console)

"""Who may see and do what in the admin: each view names a rule for each of its actions; what has none is refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from deployapp.admin import pages
from deployapp.auth.identity import Identity
from deployapp.models import Permission

Rule = Callable[[Identity], bool]

# An absolute path of this site. Browsers read `\` as `/` and drop control characters, so neither may be in it.
_SAME_SITE = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")


def permitted(permission: Permission) -> Rule:
    """Users with this permission; superusers have all."""
    return lambda who: who.may(permission)


def superuser(who: Identity) -> bool:
    return bool(who.user.is_superuser)


def anyone_signed_in(who: Identity) -> bool:
    return True


def identity() -> Identity:
    """Who is signed in; only for views that have been guarded."""
    return Identity.of_user(current_user)


def may(rule: Rule | None) -> bool:
    """Whether somebody is signed in to whom the rule applies."""
    return rule is not None and current_user.is_authenticated and rule(identity())


def same_site(target: str | None) -> str | None:
    """The target if following it cannot lead to another site, else None."""
    return target if target and _SAME_SITE.fullmatch(target) else None


def to_sign_in() -> Response:
    """To the sign-in page, and from there back to what was asked for, if that was only looked at."""
    back = same_site(request.full_path.rstrip("?")) if request.method == "GET" else None
    return redirect(url_for("console.sign_in", next=back))


class Guarded:
    """What a Flask-Admin view inherits first. `rules` gives each exposed view method's rule."""

    rules: ClassVar[Mapping[str, Rule]]
    name: str

    def is_accessible(self) -> bool:
        """Whether the menu shows it."""
        return any(may(self.rules.get(name)) for name in ("index", "index_view"))

    def allows(self, name: str) -> bool:
        """Whether who is signed in may use this view method; templates ask before they offer it."""
        return may(self.rules.get(name))

    def create_blueprint(self, admin: Any) -> Any:
        blueprint = super().create_blueprint(admin)  # type: ignore[misc]  # of the Flask-Admin view beside this class
        pages.dress(blueprint)
        return blueprint

    def _handle_view(self, name: str, **kwargs: Any) -> Response | None:
        """Flask-Admin calls this before every view method."""
        if not current_user.is_authenticated:
            return to_sign_in()
        if name not in self.rules:
            abort(404)
        if not self.allows(name):
            abort(403)
        return None

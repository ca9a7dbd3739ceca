"""API tokens: everyone manages their own, superusers everybody's. A secret is shown once, in the answer to its form."""

from datetime import timedelta
from typing import Any, ClassVar

from flask import Response
from flask_login import current_user
from wtforms import IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from deployapp.admin.access import anyone_signed_in
from deployapp.admin.deployments import frontend_choices
from deployapp.admin.forms import PERMISSIONS, CheckboxesField, Form, stripped
from deployapp.admin.listing import Listing
from deployapp.extensions import db
from deployapp.models import ApiToken, Permission
from deployapp.models.base import now
from deployapp.services import frontends, tokens, users

MAX_DAYS = 36_500


def _possible_owners() -> list[SelectChoice]:
    """Only superusers make tokens for others."""
    owners = [one for one in users.every() if one.active] if current_user.is_superuser else [current_user]
    return [SelectChoice(one.username) for one in owners]


class TokenForm(Form):
    user = SelectField("For", choices=_possible_owners, description="The token can do what this user can.")
    name = StringField("Name", filters=[stripped], description="What it is for, such as the name of the CI job.")
    permissions = CheckboxesField(
        "Narrow to permissions", choices=PERMISSIONS, description="None chosen: all that the user has."
    )
    frontends = CheckboxesField(
        "Narrow to frontends", choices=frontend_choices, description="None chosen: all of them."
    )
    expires_in_days = IntegerField(
        "Expires after days",
        validators=[Optional(), NumberRange(1, MAX_DAYS, f"Between 1 and {MAX_DAYS}.")],
        description="Empty: it does not expire. It can be revoked at any time.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.user.data or not current_user.is_superuser:
            self.user.data = current_user.username


class Tokens(Listing):
    singular = "API token"
    article = "an"
    nothing_yet = "There is no token yet. Make one for your CI, so that it can trigger deployments."
    rules = dict.fromkeys(("index_view", "details_view", "create_view", "delete_view"), anyone_signed_in)
    form = TokenForm
    delete_verb = "Revoke"
    column_list = ("name", "prefix", "user", "state", "narrowed", "expires_at", "last_used_at")
    column_details_list = (*column_list, "created_at", "revoked_at")
    column_labels: ClassVar = {
        "prefix": "Begins with",
        "user": "Of",
        "narrowed": "Narrowed to",
        "expires_at": "Expires",
        "last_used_at": "Last used",
        "created_at": "Made",
        "revoked_at": "Revoked",
    }
    column_sortable_list = ("name", ("user", "user.username"), "expires_at", "last_used_at")
    column_default_sort = ("id", True)
    column_searchable_list = ("name", "prefix", "user.username")

    def __init__(self, category: str) -> None:
        super().__init__(ApiToken, db, name="API Tokens", category=category, endpoint="admin_tokens", url="tokens")

    def search_placeholder(self) -> str:
        return "Name, beginning, user"

    def get_query(self) -> Any:
        return self._reachable(super().get_query())

    def get_count_query(self) -> Any:
        return self._reachable(super().get_count_query())

    def get_one(self, id: str) -> ApiToken | None:
        row: ApiToken | None = super().get_one(id)
        return row if row and (current_user.is_superuser or row.user_id == current_user.id) else None

    def _reachable(self, query: Any) -> Any:
        return query if current_user.is_superuser else query.filter(ApiToken.user_id == current_user.id)

    def _get_field_value(self, model: ApiToken, name: str) -> Any:
        if name == "state":
            return state(model)
        if name == "narrowed":
            return narrowed(model)
        if name == "prefix":
            return f"{model.prefix}…"
        return super()._get_field_value(model, name)

    def add(self, form: TokenForm) -> Response:
        made = tokens.create(
            users.named(form.user.data),
            form.name.data or "",
            permissions=[Permission(value) for value in form.permissions.data or ()] or None,
            frontends=[frontends.named(slug) for slug in form.frontends.data or ()],
            expires_at=now() + timedelta(days=form.expires_in_days.data) if form.expires_in_days.data else None,
        )
        page = self.render("console/token.html", title="The new token", made=made, return_url=self._back())
        return Response(page, 201)

    def remove(self, row: ApiToken) -> str:
        return f"Revoked the {self.title_of(tokens.revoke(row.id))}."

    def may_remove(self, row: ApiToken) -> bool:
        return super().may_remove(row) and row.revoked_at is None

    def title_of(self, row: ApiToken) -> str:
        return f"token {row.name} ({row.prefix}…)" if row.name else f"token {row.prefix}…"

    def consequences(self, row: ApiToken) -> str:
        return "Whoever uses it is refused from now on. This cannot be taken back."


def state(token: ApiToken) -> str:
    if token.revoked_at:
        return "revoked"
    return "usable" if token.usable and token.user.active else "expired" if not token.usable else "user inactive"


def narrowed(token: ApiToken) -> str:
    """What it is narrowed to, in words."""
    parts = [] if token.permissions is None else [", ".join(sorted(token.permissions)) or "nothing"]
    if token.narrowed_to_frontends:
        parts.append("frontends " + (", ".join(sorted(one.slug for one in token.frontends)) or "none"))
    return "; ".join(parts)

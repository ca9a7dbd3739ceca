"""Users and their permissions."""

from typing import Any, ClassVar

from flask_login import current_user, login_user
from wtforms import BooleanField, PasswordField, StringField

from config import MIN_PASSWORD
from deployapp.admin.access import superuser
from deployapp.admin.forms import PERMISSIONS, CheckboxesField, Form, stripped
from deployapp.admin.listing import Listing
from deployapp.extensions import db
from deployapp.models import Permission, User
from deployapp.services import users

_NEW_PASSWORD = {"autocomplete": "new-password"}
_PASSWORD = f"At least {MIN_PASSWORD} characters. A new one ends the user's sessions."


class UserForm(Form):
    username = StringField("User name", filters=[stripped], render_kw={"autocomplete": "off"})
    password = PasswordField(
        "New password", description=f"Empty keeps the old one. {_PASSWORD}", render_kw=_NEW_PASSWORD
    )
    is_superuser = BooleanField("Superuser", description="May do everything: frontends, users and tokens included.")
    active = BooleanField("Active", description="Who is not active cannot sign in, and their tokens do not work.")
    permissions = CheckboxesField(
        "Permissions for deployments", choices=PERMISSIONS, description="A superuser has all of them."
    )

    @property
    def chosen(self) -> frozenset[Permission]:
        return frozenset(map(Permission, self.permissions.data or ()))


class NewUserForm(UserForm):
    active = None  # everyone begins as active

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text, self.password.description = "Password", f"At least {MIN_PASSWORD} characters."


class Users(Listing):
    singular = "user"
    nothing_yet = "There is no user."
    rules = dict.fromkeys(("index_view", "details_view", "create_view", "edit_view", "delete_view"), superuser)
    form = NewUserForm
    column_list = ("username", "may", "active", "created_at")
    column_details_list = column_list
    column_labels: ClassVar = {"username": "User name", "may": "May", "created_at": "Added"}
    column_sortable_list = ("username", "active", "created_at")
    column_default_sort = ("username", False)
    column_searchable_list = ("username",)

    def __init__(self, category: str) -> None:
        super().__init__(User, db, name="Users", category=category, endpoint="admin_users", url="users")

    def get_edit_form(self) -> type[Form]:
        return UserForm

    def search_placeholder(self) -> str:
        return "User name"

    def _get_field_value(self, model: User, name: str) -> Any:
        if name == "may":
            return "everything (superuser)" if model.is_superuser else ", ".join(sorted(model.permissions)) or "nothing"
        return super()._get_field_value(model, name)

    def add(self, form: NewUserForm) -> str:
        user = users.create(
            form.username.data or "",
            form.password.data or "",
            superuser=form.is_superuser.data,
            permissions=form.chosen,
        )
        return f"Added the user {user.username}."

    def change(self, row: User, form: UserForm) -> str:
        mine = row.id == current_user.id
        changed = users.change(
            row.id,
            username=form.username.data or "",
            superuser=form.is_superuser.data,
            active=form.active.data,
            permissions=form.chosen,
            password=form.password.data or None,
        )
        if mine and form.password.data:
            login_user(changed)  # a new password ends all sessions but this one
        return f"Saved the user {changed.username}."

    def remove(self, row: User) -> str:
        username = row.username
        users.delete(row.id, by=current_user)
        return f"Deleted the user {username}."

    def may_remove(self, row: User) -> bool:
        return super().may_remove(row) and row.id != current_user.id

    def title_of(self, row: User) -> str:
        return f"user {row.username}"

    def consequences(self, row: User) -> str:
        return (
            "Their tokens stop working at once. Their deployments stay, without a name. "
            "To keep the name, make the user inactive instead."
        )

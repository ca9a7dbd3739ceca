"""The frontends whose tabs can be told."""

from typing import Any, ClassVar

from sqlalchemy import func, select
from wtforms import StringField

from deployapp.admin.access import superuser
from deployapp.admin.forms import Form, stripped
from deployapp.admin.listing import Listing
from deployapp.extensions import db
from deployapp.models import Frontend, FrontendDeployment
from deployapp.services import frontends


class FrontendForm(Form):
    slug = StringField(
        "Slug",
        filters=[stripped],
        description="What its tabs and your CI call it: lower-case letters, digits and '-'. "
        "It can change only while nothing was deployed.",
    )
    name = StringField("Name", filters=[stripped], description="For people. May be empty.")


class Frontends(Listing):
    singular = "frontend"
    nothing_yet = "There is no frontend."
    rules = dict.fromkeys(("index_view", "details_view", "create_view", "edit_view", "delete_view"), superuser)
    form = FrontendForm
    column_list = ("slug", "name", "deployments", "created_at")
    column_details_list = column_list
    column_labels: ClassVar = {"created_at": "Added", "deployments": "Deployments"}
    column_sortable_list = ("slug", "name", "created_at")
    column_default_sort = ("slug", False)
    column_searchable_list = ("slug", "name")

    def __init__(self, category: str) -> None:
        super().__init__(Frontend, db, name="Frontends", category=category, endpoint="admin_frontends", url="frontends")

    def search_placeholder(self) -> str:
        return "Slug, name"

    def _get_field_value(self, model: Frontend, name: str) -> Any:
        if name == "deployments":
            count = select(func.count()).select_from(FrontendDeployment)
            return db.session.scalar(count.where(FrontendDeployment.frontend_id == model.id))
        return super()._get_field_value(model, name)

    def add(self, form: FrontendForm) -> str:
        return f"Added the frontend {frontends.create(form.slug.data or '', form.name.data or '').slug}."

    def change(self, row: Frontend, form: FrontendForm) -> str:
        changed = frontends.change(row.id, slug=form.slug.data or "", name=form.name.data or "")
        return f"Saved the frontend {changed.slug}."

    def remove(self, row: Frontend) -> str:
        slug = row.slug
        frontends.delete(row.id)
        return f"Deleted the frontend {slug}."

    def title_of(self, row: Frontend) -> str:
        return f"frontend {row.slug}"

    def consequences(self, row: Frontend) -> str:
        return "Its tabs can no longer subscribe, and tokens that are narrowed to it lose it."

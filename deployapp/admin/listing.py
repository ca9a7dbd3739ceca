"""The base of the model views: Flask-Admin lists, filters, sorts and pages; everything else goes through services."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import abort, flash, has_request_context, redirect, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.filters import FilterEqual
from flask_admin.model.base import ViewArgs
from werkzeug.wrappers import Response

from deployapp.admin import pages
from deployapp.admin.access import Guarded, same_site
from deployapp.admin.forms import Form, submitted
from deployapp.extensions import db
from deployapp.services.errors import DomainError, NotFound

_ID = re.compile("[0-9]{1,9}")
LAST_PAGE = 1_000_000

Choices = Sequence[tuple[str, str]]


class OneOf(FilterEqual):  # type: ignore[misc]  # Flask-Admin publishes no types
    """A filter by one of the values that there are at the moment."""

    def __init__(self, column: Any, name: str, choices: Callable[[], Choices], clean: Callable[[str], Any] = str):
        super().__init__(column, name)
        self._choices = choices
        self._clean = clean

    def get_options(self, view: Any) -> Choices | None:
        """Flask-Admin also asks while the app is made, when there may be no database yet."""
        return self._choices() if has_request_context() else None

    def validate(self, value: str) -> bool:
        return value in dict(self._choices())

    def clean(self, value: str) -> Any:
        return self._clean(value)


class Listing(Guarded, ModelView):  # type: ignore[misc]  # Flask-Admin publishes no types
    """A model's list, details, add, edit and delete pages. `rules` names who may use which."""

    singular: str
    article = "a"
    nothing_yet: str
    list_template = "console/list.html"
    details_template = "console/details.html"
    create_template = "console/form.html"
    edit_template = "console/form.html"
    delete_template = "console/delete.html"
    form_base_class = Form
    page_size = 25
    can_view_details = True
    can_set_page_size = False
    can_export = False
    column_auto_select_related = False
    action_disallowed_list = ("delete",)
    named_filter_urls = True
    column_type_formatters: Mapping[type, Any] = MappingProxyType({})  # the templates know how to show each type
    column_type_formatters_detail = column_type_formatters
    delete_verb = "Delete"

    # What a view says and does beyond the pages

    def add(self, form: Form) -> str | Response:
        """Store what the form says; answers what to tell. Raises `DomainError`."""
        raise NotImplementedError

    def change(self, row: Any, form: Form) -> str:
        """The same for an existing row."""
        raise NotImplementedError

    def remove(self, row: Any) -> str:
        """Delete the row; answers what to tell. Raises `DomainError`."""
        raise NotImplementedError

    def title_of(self, row: Any) -> str:
        return str(row)

    def consequences(self, row: Any) -> str:
        """What deleting means, for the page that asks."""
        return ""

    def may_remove(self, row: Any) -> bool:
        return self.allows("delete_view")

    # The pages

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        form = self.create_form()
        if submitted() and form.validate():
            done = self._attempt(form, lambda: self.add(form))
            if done:
                return self._done(done) if isinstance(done, str) else done
        return self._show_form(self.create_template, form, f"Add {self.article} {self.singular}")

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        row = self.asked_for()
        form = self.edit_form(row)
        if submitted() and form.validate() and (said := self._attempt(form, lambda: self.change(row, form))):
            return self._done(said)
        return self._show_form(self.edit_template, form, f"Edit {self.title_of(row)}", row=row)

    @expose("/details/")
    def details_view(self) -> str:
        row = self.asked_for()
        return self.render(
            self.details_template,
            row=row,
            title=self.title_of(row),
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=self._back(),
        )

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> Any:
        """Asks first (GET), then does it (POST)."""
        row = self.asked_for()
        if not self.may_remove(row):
            abort(403)
        form = self.form_base_class()
        title = f"{self.delete_verb} {self.title_of(row)}?"
        if submitted() and (said := self._attempt(form, lambda: self.remove(row))):
            return self._done(said)
        return self._show_form(self.delete_template, form, title, row=row, consequences=self.consequences(row))

    def _attempt(self, form: Form, do: Callable[[], Any]) -> Any:
        """What `do` answers; None when it was refused, which the form then shows."""
        try:
            return do()
        except NotFound:
            abort(404)
        except DomainError as error:
            db.session.rollback()  # ends the write that the service had begun
            form.refuse(error)
            return None

    def _show_form(self, template: str, form: Form, title: str, **context: Any) -> tuple[str, int]:
        page = self.render(template, form=form, title=title, return_url=self._back(), **context)
        return page, 422 if submitted() else 200

    def _done(self, said: str) -> Response:
        flash(said, "success")
        return redirect(self._back(), 303)

    def _back(self) -> str:
        """The list, as it was filtered and paged; to who may not see it, the dashboard."""
        wanted = same_site(request.args.get("back"))
        listed: str = self.get_url(".index_view" if self.allows("index_view") else "admin.index")
        return wanted or listed

    def asked_for(self) -> Any:
        """The row that the request is about; the request ends with 404 where there is none."""
        wanted = request.values.get("id", "")
        row = self.get_one(wanted) if _ID.fullmatch(wanted) else None
        return row or abort(404)

    def render(self, template: str, **kwargs: Any) -> str:
        return pages.render(template, self, get_url=self.get_url, **{"get_pk_value": self.get_pk_value, **kwargs})

    # What may stand in a list's address

    def _get_list_extra_args(self) -> ViewArgs:
        """Only what the database can be asked: no page before the first."""
        args = super()._get_list_extra_args()
        args.page = min(max(args.page, 0), LAST_PAGE)
        args.filters = [one for one in args.filters or [] if one[2]]
        args.extra_args = {}
        return args

    def get_list(
        self, page: Any, sort_column: Any, sort_desc: Any, search: str | None, filters: Any, **others: Any
    ) -> Any:
        """Looks for a backslash as itself: in PostgreSQL's LIKE it escapes what follows, and must not stand last."""
        if db.engine.dialect.name == "postgresql":
            search = search and search.replace("\\", r"\\")
            filters = [(index, name, value.replace("\\", r"\\")) for index, name, value in filters or ()]
        return super().get_list(page, sort_column, sort_desc, search, filters, **others)

    def filter_fields(self, active: Sequence[tuple[int, str, str]] | None) -> list[dict[str, Any]]:
        """The filter form's fields, filled with what is active."""
        values = {index: value for index, _, value in active or ()}
        return [
            {
                "name": f"flt{index}_{self.get_filter_arg(index, one)}",
                "label": one.name,
                "options": one.get_options(self),
                "value": values.get(index, ""),
            }
            for index, one in enumerate(self._filters or ())
        ]

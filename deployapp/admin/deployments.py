"""Frontend Deployments: saving a new one tells every open tab of its topic."""

import uuid
from typing import Any, ClassVar

from flask_admin.contrib.sqla.filters import FilterLike
from flask_login import current_user
from wtforms import HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from deployapp.admin.access import permitted
from deployapp.admin.forms import Form, stripped
from deployapp.admin.listing import Choices, Listing, OneOf
from deployapp.events import DEFAULT_ENVIRONMENT, DEFAULT_FRONTEND
from deployapp.extensions import db
from deployapp.models import FrontendDeployment, Kind, Mode, Permission, Severity
from deployapp.schemas import DeploymentChange, NewDeployment
from deployapp.services import deployments, frontends

_KINDS = [
    SelectChoice(Kind.RELEASE.value, "Release"),
    SelectChoice(Kind.ROLLBACK.value, "Rollback to an older version"),
]
_MODES = [
    SelectChoice(Mode.PROMPT.value, "Prompt: a banner offers the refresh"),
    SelectChoice(Mode.SILENT.value, "Silent: say nothing; the next page load has it"),
    SelectChoice(Mode.IDLE.value, "Idle: refresh once nobody uses the tab"),
    SelectChoice(Mode.NAVIGATION.value, "Navigation: refresh with the next page change"),
    SelectChoice(Mode.FORCE.value, "Force: count down, then refresh"),
]
_SEVERITIES = [
    SelectChoice(Severity.NORMAL.value, "Normal"),
    SelectChoice(Severity.CRITICAL.value, "Critical: the banner cannot be put away for good"),
]


def frontend_choices() -> list[SelectChoice]:
    return [SelectChoice(one.slug, f"{one.slug} ({one.name})" if one.name else one.slug) for one in frontends.every()]


def environment_choices() -> list[str]:
    """What the environment field suggests."""
    return sorted({DEFAULT_ENVIRONMENT, *deployments.environments()})


class TopicForm(Form):
    """Where something is deployed, and a key by which the same form, sent twice, counts once."""

    key = HiddenField()
    frontend = SelectField("Frontend", choices=frontend_choices, default=DEFAULT_FRONTEND)
    environment = StringField(
        "Environment",
        filters=[stripped],
        default=DEFAULT_ENVIRONMENT,
        description="production, staging, pr-42, …",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environment.suggestions = environment_choices()
        if not self.key.data:
            self.key.data = uuid.uuid4().hex

    def register(self) -> FrontendDeployment:
        """Store it, which announces it. Raises `DomainError`."""
        new = self.check(NewDeployment)
        return deployments.register(new, current_user, self.key.data[: deployments.MAX_IDEMPOTENCY_KEY]).deployment


class DetailsForm(Form):
    """What may be corrected later. The schema checks it; here is only how it is asked."""

    version = StringField("Version", filters=[stripped], description="What the build calls itself, such as 1.42.0.")
    notes = TextAreaField(
        "Notes", description="Plain text, shown to the people in front of the tab.", render_kw={"rows": 4}
    )
    commit_sha = StringField("Commit", filters=[stripped], description="7 to 64 hex digits.")
    url = StringField("Link", filters=[stripped], description="Where to read about the release. http or https.")
    kind = SelectField("Kind", choices=_KINDS)
    mode = SelectField("How tabs move", choices=_MODES, default=Mode.PROMPT.value)
    severity = SelectField("Severity", choices=_SEVERITIES)
    min_version = StringField(
        "Least version", filters=[stripped], description="Tabs older than this are moved as with force."
    )
    reload_window = IntegerField(
        "Reload window",
        default=0,
        validators=[Optional()],
        description="Seconds over which tabs spread their reloads. 0 is at once.",
    )


class NewDeploymentForm(TopicForm, DetailsForm):
    """All of it."""


class QuickForm(TopicForm):
    """What the dashboard asks for."""

    version = StringField("Version", filters=[stripped], description="Such as 1.42.0. May be empty.")
    notes = TextAreaField("Notes", description="For the people in front of the tab.", render_kw={"rows": 2})


def announced(row: FrontendDeployment) -> str:
    return f"Announced {row.topic}{f' {row.version}' if row.version else ''}."


def _frontends_by_id() -> Choices:
    return [(str(one.id), one.slug) for one in frontends.every()]


class Deployments(Listing):
    singular = "frontend deployment"
    nothing_yet = "Nothing was deployed yet. Add the first deployment here, or let your CI trigger it over the API."
    rules: ClassVar = {
        "index_view": permitted(Permission.VIEW),
        "details_view": permitted(Permission.VIEW),
        "create_view": permitted(Permission.ADD),
        "edit_view": permitted(Permission.CHANGE),
        "delete_view": permitted(Permission.DELETE),
    }
    form = NewDeploymentForm
    column_list = ("deployed_at", "frontend", "environment", "version", "notes", "deployed_by")
    column_labels: ClassVar = {
        "deployed_at": "Deployed",
        "deployed_by": "By",
        "commit_sha": "Commit",
        "url": "Link",
        "mode": "How tabs move",
        "min_version": "Least version",
        "reload_window": "Reload window (seconds)",
        "id": "Number",
    }
    column_details_list = (
        "id",
        "deployed_at",
        "deployed_by",
        "frontend",
        "environment",
        "version",
        "commit_sha",
        "url",
        "notes",
        "kind",
        "mode",
        "severity",
        "min_version",
        "reload_window",
    )
    column_sortable_list = ("deployed_at", ("frontend", "frontend.slug"), "environment", "version")
    column_default_sort = ("id", True)
    column_searchable_list = ("version", "environment", "commit_sha", "notes", "frontend.slug")
    column_filters = (
        OneOf(FrontendDeployment.frontend_id, "Frontend", _frontends_by_id, int),
        OneOf(FrontendDeployment.environment, "Environment", lambda: [(e, e) for e in environment_choices()]),
        FilterLike(FrontendDeployment.version, "Version"),
        OneOf(FrontendDeployment.kind, "Kind", lambda: [(kind.value, kind.value.title()) for kind in Kind]),
    )

    def __init__(self, category: str) -> None:
        super().__init__(
            FrontendDeployment,
            db,
            name="Frontend Deployments",
            category=category,
            endpoint="admin_deployments",
            url="deployments",
        )

    def get_edit_form(self) -> type[Form]:
        return DetailsForm

    def search_placeholder(self) -> str:
        return "Version, environment, commit, notes, frontend"

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        """Equal ones newest first, so that pages do not overlap."""
        query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)
        return query.order_by(FrontendDeployment.id.desc()), joins

    def title_of(self, row: FrontendDeployment) -> str:
        return f"deployment {row.topic} {row.version or f'number {row.id}'}"

    def add(self, form: NewDeploymentForm) -> str:
        return announced(form.register())

    def change(self, row: FrontendDeployment, form: DetailsForm) -> str:
        changed = deployments.change(row.id, form.check(DeploymentChange), partly=False)
        return f"Saved {self.title_of(changed)}. No tab is told of a correction."

    def remove(self, row: FrontendDeployment) -> str:
        title = self.title_of(row)
        deployments.delete(row.id)
        return f"Deleted {title}."

    def consequences(self, row: FrontendDeployment) -> str:
        return (
            "The status falls back to the deployment before it. Open tabs are not told, "
            "and tabs that have already moved stay where they are."
        )

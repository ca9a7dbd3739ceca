"""Frontend Deployments: the form checks what the API checks; the list filters, sorts and pages."""

import re

import pytest
from flask import Flask

from deployapp.capture import deployment_committed
from deployapp.events import DeploymentEvent, Topic
from deployapp.schemas import NewDeployment
from deployapp.services import deployments, frontends
from tests.admin.conftest import Person

LIST = "/admin/deployments/"
FORM = {
    "frontend": "default",
    "environment": "production",
    "version": " 1.42.0 ",
    "commit_sha": "",
    "url": "https://example.test/1.42.0",
    "notes": "Faster search.",
    "kind": "rollback",
    "mode": "idle",
    "severity": "critical",
    "min_version": "1.0",
    "reload_window": "60",
}


@pytest.fixture
def told(app: Flask) -> list[DeploymentEvent]:
    """What was announced."""
    events: list[DeploymentEvent] = []

    def note(sender: Flask, event: DeploymentEvent) -> None:
        events.append(event)

    deployment_committed.connect(note, sender=app, weak=False)
    return events


def register(app: Flask, *rows: dict[str, object]) -> None:
    with app.app_context():
        for row in rows:
            deployments.register(NewDeployment.model_validate(row), None)


def versions(page: str) -> list[str]:
    return re.findall(r'class="column-version"><strong>([^<]+)', page)


def test_saving_announces_it_in_the_name_of_who_is_signed_in(
    app: Flask, root: Person, told: list[DeploymentEvent]
) -> None:
    answer = root.post(LIST + "new/", **FORM)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "Announced default/production 1.42.0." in root.texts(LIST)
    assert [(event.version, event.mode, event.reload_window) for event in told] == [("1.42.0", "idle", 60)]
    with app.app_context():
        row = deployments.latest(Topic())
        assert row is not None
        assert (str(row.deployed_by), row.commit_sha, row.min_version) == ("root", None, "1.0")


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("environment", "Not Here", "Lower-case letters"),
        ("version", "x" * 65, "Longer than 64 characters."),
        ("commit_sha", "xyz", "7 to 64 hex digits."),
        ("url", "javascript:alert(1)", "Must be an http or https address."),
        ("notes", "bell \x07", "Control characters are not allowed."),
        ("kind", "party", "Not a valid choice"),
        ("mode", "explode", "Not a valid choice"),
        ("severity", "", "Not a valid choice"),
        ("frontend", "unknown", "Not a valid choice"),
        ("reload_window", "86401", "Must be at most 86400."),
        ("reload_window", "-1", "Must be at least 0."),
        ("reload_window", "soon", "Not a valid integer value."),
    ],
)
def test_a_mistake_is_said_at_its_field(
    root: Person, told: list[DeploymentEvent], field: str, wrong: str, said: str
) -> None:
    answer = root.post(LIST + "new/", **{**FORM, field: wrong})
    assert answer.status_code == 422
    shown = re.search(rf'id="{field}-wrong">([^<]+)', answer.text)
    assert shown, answer.text
    assert said in shown[1]
    assert re.search(rf'aria-describedby="[^"]*{field}-wrong[^"]*"[^>]*aria-invalid|aria-invalid', answer.text)
    assert told == []


def test_the_same_form_sent_twice_counts_once(root: Person, told: list[DeploymentEvent]) -> None:
    key = re.findall(r'name="key"[^>]*value="(\w+)"', root.texts(LIST + "new/"))[0]
    assert root.post(LIST + "new/", **FORM, key=key).status_code == 303
    assert root.post(LIST + "new/", **FORM, key=key).status_code == 303
    assert len(told) == 1
    changed = root.post(LIST + "new/", **{**FORM, "version": "2"}, key=key)
    assert changed.status_code == 422
    assert "used before" in changed.text


def test_editing_changes_the_details_and_tells_nobody(app: Flask, root: Person, told: list[DeploymentEvent]) -> None:
    register(app, {"version": "1", "notes": "typo"})
    with app.app_context():
        before = deployments.get(1)
    told.clear()
    fields = {**FORM, "frontend": "other", "deployed_at": "2000-01-01", "deployed_by": str(root.id), "id": "1"}
    assert root.post(LIST + "edit/?id=1", **fields).status_code == 303
    with app.app_context():
        row = deployments.get(1)
        assert (row.notes, row.kind) == ("Faster search.", "rollback")
        assert (row.deployed_at, row.deployed_by, row.frontend.slug) == (before.deployed_at, None, "default")
    assert told == []


def test_deleting_asks_first(app: Flask, root: Person) -> None:
    register(app, {"version": "1"}, {"version": "2"})
    assert "The status falls back" in root.texts(LIST + "delete/?id=2")
    with app.app_context():
        assert deployments.get(2)
    assert root.post(LIST + "delete/?id=2").status_code == 303
    with app.app_context():
        row = deployments.latest(Topic())
        assert row is not None
        assert row.version == "1"


@pytest.mark.parametrize("path", ["details/", "edit/", "delete/"])
@pytest.mark.parametrize("wrong", ["", "?id=", "?id=99", "?id=abc", "?id=1.5", "?id=99999999999999999999"])
def test_what_is_not_there_is_not_found(root: Person, path: str, wrong: str) -> None:
    answer = root.get(LIST + path + wrong)
    assert answer.status_code == 404
    assert "nothing at this address" in answer.text


def test_newest_first_filters_search_and_pages(app: Flask, root: Person) -> None:
    with app.app_context():
        frontends.create("shop")
    register(
        app,
        {"version": "1.0", "notes": "A 100% better basket"},
        {"version": "1.1", "environment": "staging"},
        {"version": "2.0", "frontend": "shop"},
        {"version": "1.9", "frontend": "shop", "kind": "rollback"},
    )
    assert versions(root.texts(LIST)) == ["1.9", "2.0", "1.1", "1.0"]
    for query, wanted in {
        "flt0_frontend_equals=2": ["1.9", "2.0"],
        "flt1_environment_equals=staging": ["1.1"],
        "flt2_version_contains=1.": ["1.9", "1.1", "1.0"],
        "flt3_kind_equals=rollback": ["1.9"],
        "flt0_frontend_equals=2&flt3_kind_equals=release": ["2.0"],
        "flt0_frontend_equals=&flt2_version_contains=": ["1.9", "2.0", "1.1", "1.0"],
        "search=basket": ["1.0"],
        "search=shop": ["1.9", "2.0"],
        "sort=3": ["1.0", "1.1", "1.9", "2.0"],
        "sort=3&desc=1": ["2.0", "1.9", "1.1", "1.0"],
        "sort=1": ["1.1", "1.0", "1.9", "2.0"],
    }.items():
        assert versions(root.texts(f"{LIST}?{query}")) == wanted, query


def test_pages(app: Flask, root: Person) -> None:
    register(app, *({"version": str(number)} for number in range(30)))
    first, second = root.texts(LIST), root.texts(LIST + "?page=1")
    assert [int(one) for one in versions(first) + versions(second)] == list(range(29, -1, -1))
    assert "30 in all, page 1 of 2" in first
    assert 'rel="next"' in first
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    "query",
    [
        "page=-5",
        "page=99999999999999999999999",
        "page=abc",
        "sort=99",
        "sort=-1",
        "sort=x&desc=x",
        "search=%25_%27%22%5C",
        "flt0_frontend_equals=99999999999999999999",
        "flt0_frontend_equals=x",
        "flt99_nothing=1",
        "flt_=1",
        "page_size=0",
        "page_size=1000000",
    ],
)
def test_an_address_made_up_by_hand_is_answered(app: Flask, root: Person, query: str) -> None:
    register(app, {"version": "1"})
    assert root.get(f"{LIST}?{query}").status_code == 200


def test_text_is_never_markup(app: Flask, root: Person) -> None:
    hostile = "<script>alert(1)</script>"
    register(app, {"version": hostile, "notes": hostile})
    for path in (LIST, "/admin/", "/admin/live", LIST + "details/?id=1", LIST + "edit/?id=1", LIST + "delete/?id=1"):
        assert hostile not in root.texts(path)
    assert hostile not in root.texts(f"{LIST}?search={hostile}")


def test_after_saving_the_list_is_as_it_was(app: Flask, root: Person) -> None:
    register(app, {"version": "1"})
    where = LIST + "?search=1"
    assert root.client.get(LIST + "edit/", query_string={"id": 1, "back": where}).status_code == 200
    assert root.post(LIST + "edit/?id=1&back=%2Fadmin%2Fdeployments%2F%3Fsearch%3D1", **FORM).location == where
    assert root.post(LIST + "edit/?id=1&back=%2F%2Fevil.example", **FORM).location == LIST


class TestQuickForm:
    def test_announces(self, root: Person, told: list[DeploymentEvent]) -> None:
        fields = {"frontend": "default", "environment": "staging", "version": "3", "notes": ""}
        assert root.post("/admin/announce", **fields).location == "/admin/"
        assert [str(event.topic) for event in told] == ["default/staging"]
        assert "Announced default/staging 3." in root.texts("/admin/")

    def test_shows_a_mistake_where_it_was_made(self, root: Person, told: list[DeploymentEvent]) -> None:
        answer = root.post("/admin/announce", frontend="default", environment="Not Here")
        assert answer.status_code == 422
        assert "Announce a deployment now" in answer.text
        assert 'id="environment-wrong"' in answer.text
        assert told == []


def test_the_dashboard_of_a_process_without_push_says_so(root: Person) -> None:
    assert "serves no push transports" in root.texts("/admin/")


def test_the_dashboard_watches_every_topic_up_to_what_a_connection_carries(app: Flask, root: Person) -> None:
    register(app, *({"environment": f"pr-{number}"} for number in range(40)))
    topics = re.findall(r'data-topics="([^"]+)"', root.texts("/admin/live"))[0]
    assert topics.count("/") == 32
    assert "default/production" in topics
    assert "default/pr-39" in topics

"""Who may see and do what, asked directly: a button that is not shown protects nothing."""

from collections.abc import Callable

import pytest
from flask import Flask

from deployapp.extensions import csrf, db
from deployapp.models import ApiToken, Frontend, FrontendDeployment, Permission, User
from deployapp.schemas import NewDeployment
from deployapp.services import deployments, frontends, tokens, users
from tests.admin.conftest import PASSWORD, Person
from tests.people import add_user

MakePerson = Callable[..., Person]

LIST = "/admin/deployments/"
NEW, EDIT, DELETE, DETAILS = LIST + "new/", LIST + "edit/?id=1", LIST + "delete/?id=1", LIST + "details/?id=1"
FORM = {"frontend": "default", "environment": "production", "version": "2", "kind": "release", "mode": "prompt"}
FORM |= {"severity": "normal", "reload_window": "0"}
NEEDS = {
    ("GET", LIST): Permission.VIEW,
    ("GET", DETAILS): Permission.VIEW,
    ("GET", NEW): Permission.ADD,
    ("POST", NEW): Permission.ADD,
    ("POST", "/admin/announce"): Permission.ADD,
    ("GET", EDIT): Permission.CHANGE,
    ("POST", EDIT): Permission.CHANGE,
    ("GET", DELETE): Permission.DELETE,
    ("POST", DELETE): Permission.DELETE,
}
ONLY_SUPERUSERS = [
    ("/admin/frontends/", {}),
    ("/admin/frontends/new/", {"slug": "shop"}),
    ("/admin/frontends/edit/?id=1", {"slug": "default", "name": "Mine"}),
    ("/admin/frontends/delete/?id=1", {}),
    ("/admin/users/", {}),
    ("/admin/users/new/", {"username": "eve", "password": PASSWORD, "is_superuser": "y"}),
    ("/admin/users/edit/?id=1", {"username": "taken over", "password": PASSWORD, "active": "y", "is_superuser": "y"}),
    ("/admin/users/delete/?id=1", {}),
]
NOT_OFFERED = [("GET", "export/csv/"), ("POST", "action/"), ("GET", "ajax/lookup/"), ("POST", "ajax/update/")]


@pytest.fixture(autouse=True)
def deployed(app: Flask) -> None:
    """A superuser with id 1 and a deployment with id 1."""
    with app.app_context():
        deployments.register(NewDeployment(version="1"), add_user("first", superuser=True))


def ask(who: Person, method: str, path: str, **fields: object) -> int:
    return (who.get(path) if method == "GET" else who.post(path, **fields)).status_code


@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_each_page_needs_its_permission(person: MakePerson, method: str, path: str) -> None:
    needed = NEEDS[method, path]
    others = [permission for permission in Permission if permission != needed]

    assert ask(person(others, name="others"), method, path, **FORM) == 403
    assert ask(person([needed], name="one"), method, path, **FORM) in (200, 303)


@pytest.mark.parametrize(("path", "fields"), ONLY_SUPERUSERS)
def test_the_rest_is_for_superusers(app: Flask, person: MakePerson, path: str, fields: dict[str, str]) -> None:
    somebody = person(list(Permission))
    assert ask(somebody, "GET", path) == 403
    assert ask(somebody, "POST", path, **fields) in (403, 405)
    with app.app_context():
        assert [user.username for user in users.every()] == ["first", "person"]
        assert [(one.slug, one.name) for one in frontends.every()] == [("default", "Default")]


@pytest.mark.parametrize("view", ["deployments", "frontends", "users", "tokens"])
@pytest.mark.parametrize(("method", "path"), NOT_OFFERED)
def test_what_flask_admin_offers_beside_the_pages_is_closed(root: Person, method: str, path: str, view: str) -> None:
    assert ask(root, method, f"/admin/{view}/{path}", action="delete", rowid="1") == 404


def test_the_menu_shows_what_may_be_opened(person: MakePerson, root: Person) -> None:
    pages = ["/admin/deployments/", "/admin/frontends/", "/admin/users/", "/admin/tokens/"]
    somebody = person()
    assert [page for page in pages if f'href="{page}"' in root.texts("/admin/")] == pages
    assert [page for page in pages if f'href="{page}"' in somebody.texts("/admin/")] == ["/admin/tokens/"]


def test_without_view_the_dashboard_shows_no_deployments(person: MakePerson) -> None:
    row = "/admin/deployments/details/?id=1"
    assert row in person([Permission.VIEW], name="viewer").texts("/admin/live")
    shown = person([Permission.ADD], name="adder").texts("/admin/")
    assert row not in shown
    assert "does not have the permission to view" in shown
    assert "Announce a deployment now" in shown


def test_permissions_that_were_taken_end_at_once(app: Flask, person: MakePerson) -> None:
    somebody = person([Permission.VIEW])
    with app.app_context():
        users.change(somebody.id, username="person", superuser=False, active=True, permissions=[])
    assert somebody.get(LIST).status_code == 403


@pytest.mark.parametrize(
    "path",
    [NEW, EDIT, DELETE, "/admin/announce", "/admin/sign-out", "/admin/sign-in"]
    + [path for path, fields in ONLY_SUPERUSERS if fields or "delete" in path]
    + ["/admin/tokens/new/", "/admin/tokens/delete/?id=1"],
)
def test_nothing_is_changed_without_the_csrf_token(app: Flask, root: Person, path: str) -> None:
    for wrong in ({}, {"csrf_token": "guessed"}):
        answer = root.client.post(path, data={**FORM, **wrong})
        assert answer.status_code == 400
        assert "This form has expired" in answer.text
    with app.app_context():
        counts = [db.session.query(model).count() for model in (FrontendDeployment, User, Frontend, ApiToken)]
    assert counts == [1, 2, 1, 0]


def test_no_view_of_the_admin_is_exempt_from_csrf(app: Flask) -> None:
    admins = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")}
    assert not {app.blueprints[name] for name in admins} & csrf._exempt_blueprints
    assert not [name for name in csrf._exempt_views if ".admin." in name]


class TestTokens:
    def test_everyone_manages_their_own(self, app: Flask, person: MakePerson) -> None:
        somebody = person([Permission.ADD])
        made = somebody.post("/admin/tokens/new/", name="CI", user="person")
        assert made.status_code == 201
        assert "CI" in somebody.texts("/admin/tokens/")
        assert ask(somebody, "POST", "/admin/tokens/delete/?id=1") == 303
        with app.app_context():
            assert tokens.get(1).revoked_at

    def test_but_nobody_elses(self, app: Flask, person: MakePerson) -> None:
        with app.app_context():
            tokens.create(users.named("first"), "secret plans")
        somebody = person(list(Permission))
        assert "secret plans" not in somebody.texts("/admin/tokens/")
        assert "secret plans" not in somebody.texts("/admin/tokens/?search=secret")
        for method, path in [("GET", "details/?id=1"), ("GET", "delete/?id=1"), ("POST", "delete/?id=1")]:
            assert ask(somebody, method, f"/admin/tokens/{path}") == 404
        with app.app_context():
            assert tokens.get(1).revoked_at is None

    def test_and_make_none_for_others(self, app: Flask, person: MakePerson) -> None:
        assert ask(person(), "POST", "/admin/tokens/new/", user="first", name="mine?") == 201
        with app.app_context():
            assert tokens.get(1).user.username == "person"

    def test_superusers_do(self, app: Flask, root: Person) -> None:
        assert ask(root, "POST", "/admin/tokens/new/", user="first", name="CI") == 201
        with app.app_context():
            assert tokens.get(1).user.username == "first"

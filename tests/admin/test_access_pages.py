"""Frontends, users and tokens: what the pages do and what they refuse."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from deployapp.models import Permission
from deployapp.models.base import now
from deployapp.schemas import NewDeployment
from deployapp.services import deployments, frontends, tokens, users
from deployapp.services.errors import Conflict
from tests.admin.conftest import PASSWORD, Person

MakePerson = Callable[..., Person]


class TestFrontends:
    def test_add_rename_delete(self, app: Flask, root: Person) -> None:
        assert root.post("/admin/frontends/new/", slug=" shop ", name="The shop").status_code == 303
        assert "The shop" in root.texts("/admin/frontends/")
        assert root.post("/admin/frontends/edit/?id=2", slug="store", name="The store").status_code == 303
        with app.app_context():
            assert frontends.named("store").name == "The store"
        assert "Delete frontend store?" in root.texts("/admin/frontends/delete/?id=2")
        assert root.post("/admin/frontends/delete/?id=2").status_code == 303
        with app.app_context():
            assert [one.slug for one in frontends.every()] == ["default"]

    @pytest.mark.parametrize(
        ("slug", "said"), [("", "not a frontend"), ("Not A Slug", "not a frontend"), ("default", "already")]
    )
    def test_a_slug_that_does_not_do_is_said_at_the_form(self, root: Person, slug: str, said: str) -> None:
        answer = root.post("/admin/frontends/new/", slug=slug)
        assert answer.status_code == 422
        assert said in answer.text

    def test_one_with_deployments_stays(self, app: Flask, root: Person) -> None:
        with app.app_context():
            frontends.create("shop")
            deployments.register(NewDeployment(frontend="shop"), None)
        assert "has deployments" in root.post("/admin/frontends/delete/?id=2").text
        assert "its tabs ask for this slug" in root.post("/admin/frontends/edit/?id=2", slug="store").text
        assert root.post("/admin/frontends/edit/?id=2", slug="shop", name="Shop").status_code == 303

    def test_default_stays(self, app: Flask, root: Person) -> None:
        assert "cannot be deleted" in root.post("/admin/frontends/delete/?id=1").text
        assert "cannot be renamed" in root.post("/admin/frontends/edit/?id=1", slug="main").text
        with app.app_context():
            assert frontends.named("default")


class TestUsers:
    def test_add_with_permissions(self, app: Flask, root: Person) -> None:
        fields = {"username": "ci", "password": PASSWORD, "permissions": ["add", "view"]}
        assert root.post("/admin/users/new/", **fields).status_code == 303
        with app.app_context():
            assert users.named("ci").permissions == {Permission.ADD, Permission.VIEW}
            assert not users.named("ci").is_superuser

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"username": "ci", "password": "short"}, "At least 10 characters."),
            ({"username": " ", "password": PASSWORD}, "Between 1 and 80 characters."),
            ({"username": "root", "password": PASSWORD}, "already"),
            ({"username": "ci", "password": PASSWORD, "permissions": ["everything"]}, "not a valid choice"),
        ],
    )
    def test_what_does_not_do_is_said_at_the_form(self, root: Person, fields: dict[str, str], said: str) -> None:
        answer = root.post("/admin/users/new/", **fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert PASSWORD not in answer.text

    def test_edit_keeps_the_password_unless_a_new_one_is_given(
        self, app: Flask, root: Person, person: MakePerson
    ) -> None:
        somebody = person()
        path = f"/admin/users/edit/?id={somebody.id}"
        root.post(path, username="renamed", active="y", permissions=["view"])
        assert somebody.get("/admin/deployments/").status_code == 200
        root.post(path, username="renamed", active="y", permissions=["view"], password="another good password")
        assert somebody.get("/admin/").status_code == 302
        assert somebody.sign_in("renamed", "another good password").status_code == 303

    def test_an_own_new_password_ends_the_other_sessions_only(self, app: Flask, root: Person) -> None:
        elsewhere = Person(app.test_client())
        elsewhere.sign_in("root")
        fields = {"username": "root", "active": "y", "is_superuser": "y", "password": "another good password"}
        assert root.post(f"/admin/users/edit/?id={root.id}", **fields).status_code == 303
        assert root.get("/admin/").status_code == 200
        assert elsewhere.get("/admin/").status_code == 302

    @pytest.mark.parametrize("fields", [{"active": "y"}, {"is_superuser": "y"}])
    def test_the_last_superuser_stays_one(self, app: Flask, root: Person, fields: dict[str, str]) -> None:
        answer = root.post(f"/admin/users/edit/?id={root.id}", username="root", **fields)
        assert answer.status_code == 422
        assert "last active superuser" in answer.text
        with app.app_context():
            assert users.named("root").is_superuser
            assert users.named("root").active

    def test_another_superuser_frees_the_first(self, app: Flask, root: Person, person: MakePerson) -> None:
        person(superuser=True, name="second")
        assert root.post(f"/admin/users/edit/?id={root.id}", username="root", active="y").status_code == 303

    def test_an_inactive_superuser_does_not_count(self, app: Flask, root: Person) -> None:
        with app.app_context():
            second = users.create("second", PASSWORD, superuser=True)
            users.change(second.id, username="second", superuser=True, active=False, permissions=[])
            with pytest.raises(Conflict):
                users.change(root.id, username="root", superuser=False, active=True, permissions=[])

    def test_the_own_account_cannot_be_deleted(self, app: Flask, root: Person, person: MakePerson) -> None:
        person(superuser=True, name="second")
        assert root.post(f"/admin/users/delete/?id={root.id}").status_code == 403
        with app.app_context(), pytest.raises(Conflict):
            users.delete(root.id, by=users.named("root"))

    def test_the_last_superuser_cannot_be_deleted_by_anybody(self, app: Flask, root: Person) -> None:
        with app.app_context(), pytest.raises(Conflict):
            users.delete(root.id, by=users.create("someone", PASSWORD))

    def test_deleting_one_ends_tokens_and_keeps_deployments(self, app: Flask, root: Person, person: MakePerson) -> None:
        with app.app_context():
            user = users.create("ci", PASSWORD)
            secret = tokens.create(user).secret
            row_id = deployments.register(NewDeployment(version="7"), user).deployment.id
            user_id = user.id
        assert "tokens stop working" in root.texts(f"/admin/users/delete/?id={user_id}")
        assert root.post(f"/admin/users/delete/?id={user_id}").status_code == 303
        with app.app_context():
            assert tokens.find(secret) is None
            assert deployments.get(row_id).deployed_by is None


class TestTokens:
    def make(self, root: Person, **fields: object) -> str:
        """Make one by the form; answers the secret that the page shows."""
        page = root.post("/admin/tokens/new/", user="root", **fields)
        assert page.status_code == 201, page.text
        return re.findall(r'value="(dpa_[\w-]+)"', page.text)[0]

    def test_the_secret_is_shown_exactly_once(self, app: Flask, root: Person) -> None:
        secret = self.make(root, name="CI")
        with app.app_context():
            found = tokens.find(secret)
            assert found is not None
            assert found.user.username == "root"
        for path in ("/admin/tokens/", "/admin/tokens/details/?id=1", "/admin/"):
            assert secret not in root.texts(path)
        with root.client.session_transaction() as session:
            assert secret not in str(dict(session))

    def test_narrowed_and_expiring(self, app: Flask, root: Person) -> None:
        with app.app_context():
            frontends.create("shop")
        secret = self.make(root, permissions=["add"], frontends=["shop"], expires_in_days="30")
        with app.app_context():
            row = tokens.find(secret)
            assert row is not None
            assert row.permissions == {Permission.ADD}
            assert [one.slug for one in row.frontends] == ["shop"]
            assert row.expires_at is not None
            assert timedelta(days=29) < row.expires_at - now() <= timedelta(days=30)
        assert "add; frontends shop" in root.texts("/admin/tokens/")

    def test_the_pages_speak_of_an_api_token(self, root: Person) -> None:
        for path in ("/admin/tokens/", "/admin/tokens/new/"):
            assert "Add an API token" in root.texts(path)
        assert "Add a user" in root.texts("/admin/users/")

    @pytest.mark.parametrize("name", ["n" * 121, "two\nlines", "\x1b[2J"], ids=ascii)
    def test_a_name_that_does_not_do_is_said_at_the_form(self, app: Flask, root: Person, name: str) -> None:
        answer = root.post("/admin/tokens/new/", user="root", name=name)
        assert answer.status_code == 422
        assert "At most 120 characters, in one line." in answer.text
        with app.app_context():
            assert tokens.every() == []

    def test_a_name_may_be_as_long_as_the_column(self, root: Person) -> None:
        assert root.post("/admin/tokens/new/", user="root", name="ä" * 120).status_code == 201

    @pytest.mark.parametrize("days", ["0", "-1", "40000", "soon"])
    def test_an_expiry_that_does_not_do(self, root: Person, days: str) -> None:
        assert root.post("/admin/tokens/new/", user="root", expires_in_days=days).status_code == 422

    def test_revoking_asks_first_and_ends_it(self, app: Flask, root: Person) -> None:
        secret = self.make(root)
        assert "Revoke" in root.texts("/admin/tokens/delete/?id=1")
        with app.app_context():
            assert tokens.find(secret)
        assert root.post("/admin/tokens/delete/?id=1").status_code == 303
        with app.app_context():
            assert tokens.find(secret) is None
        assert "revoked" in root.texts("/admin/tokens/")
        assert root.post("/admin/tokens/delete/?id=1").status_code == 403

"""What the admin asks of the database, on both kinds: races for the last superuser, and every kind of list."""

import pytest
from flask import Flask

from deployapp.schemas import NewDeployment
from deployapp.services import deployments, frontends, tokens, users
from deployapp.services.errors import Conflict, DomainError, Invalid
from tests.data.test_concurrency import race
from tests.people import add_user

PASSWORD = "correct horse battery"


def test_superusers_who_demote_each_other_at_once_leave_one(app: Flask) -> None:
    ids = [users.create(name, PASSWORD, superuser=True).id for name in "abc"]

    def demote(number: int) -> bool:
        try:
            users.change(ids[number], username="abc"[number], superuser=False, active=True, permissions=[])
        except Conflict:
            return False
        return True

    assert sorted(race(app, demote, threads=3)) == [False, True, True]
    left = users.first_superuser()
    assert left is not None


def test_a_frontend_is_not_deleted_while_something_is_deployed_into_it(app: Flask) -> None:
    frontend_id = frontends.create("shop").id

    def use_or_delete(number: int) -> object:
        try:
            if number:
                return deployments.register(NewDeployment(frontend="shop"), None).created
            frontends.delete(frontend_id)
        except DomainError as error:  # which one depends on who came first
            return error
        return "deleted"

    deleted, registered = race(app, use_or_delete, threads=2)
    assert (deleted == "deleted") != (registered is True), (deleted, registered)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/deployments/?flt0_frontend_equals=1&flt1_environment_equals=production&flt2_version_contains=1&sort=1",
        "/admin/deployments/?search=fast+1&sort=3&desc=1&page=0",
        "/admin/deployments/?page=1000000&search=%25",
        "/admin/deployments/details/?id=999999999",
        "/admin/frontends/?search=def&sort=0",
        "/admin/users/?search=root&sort=2&desc=1",
        "/admin/tokens/?search=dpa&sort=2",
    ],
)
def test_lists(app: Flask, path: str) -> None:
    root = add_user("root", superuser=True)
    deployments.register(NewDeployment(version="1.0", notes="fast"), root)
    tokens.create(root)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = root.get_id()
    assert client.get(path).status_code == (404 if "999999999" in path else 200)


@pytest.mark.parametrize("asked", ["search", "flt0_version_contains"])
@pytest.mark.parametrize(
    ("value", "found"),
    [("\\", True), ("a\\b", True), ("=a\\b", True), ("^a\\", True), ("=\\", False), ("^\\", False), ("a\\\\b", False)],
)
def test_a_backslash_is_looked_for_as_itself(app: Flask, asked: str, value: str, found: bool) -> None:
    root = add_user("root", superuser=True)
    deployments.register(NewDeployment(version="a\\b"), root)
    deployments.register(NewDeployment(version="ab"), root)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = root.get_id()
    answer = client.get("/admin/deployments/", query_string={asked: value})
    assert answer.status_code == 200
    assert ("deployment default/production a\\b" in answer.text) == found
    assert "deployment default/production ab" not in answer.text


@pytest.mark.parametrize("name", ["n" * 121, "a\0", "two\nlines"], ids=ascii)
def test_a_tokens_name_fits_its_column(app: Flask, name: str) -> None:
    root = add_user("root", superuser=True)
    with pytest.raises(Invalid, match="At most 120 characters, in one line"):
        tokens.create(root, name)
    assert tokens.create(root, "ä" * 120).row.name == "ä" * 120

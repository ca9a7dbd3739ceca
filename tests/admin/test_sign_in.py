"""The sign-in page: CSRF, attempts, where it leads afterwards, what the session is then."""

from collections.abc import Callable

import pytest
from flask import Flask

from deployapp.admin.access import same_site
from deployapp.admin.attempts import Attempts
from deployapp.extensions import db
from deployapp.models import User
from tests.admin.conftest import PASSWORD, SIGN_IN, Person, token_in
from tests.people import add_user

MakeApp = Callable[..., Flask]


@pytest.fixture(autouse=True)
def ada(app: Flask) -> None:
    with app.app_context():
        add_user("ada", superuser=True)


@pytest.mark.parametrize("path", ["/admin/", "/admin/live", "/admin/deployments/", "/admin/tokens/new/"])
def test_who_is_not_signed_in_is_led_there_and_back(anyone: Person, path: str) -> None:
    asked = anyone.get(path)
    assert asked.status_code == 302
    assert asked.location == f"{SIGN_IN}?next={path}"
    assert anyone.sign_in("ada", next=path).location == path


def test_signing_in_and_out(anyone: Person) -> None:
    assert anyone.sign_in("ada").location == "/admin/"
    assert anyone.get("/admin/").status_code == 200
    assert anyone.post("/admin/sign-out").status_code == 303
    assert anyone.get("/admin/").status_code == 302


def test_signing_out_is_no_link(anyone: Person) -> None:
    anyone.sign_in("ada")
    assert anyone.get("/admin/sign-out").status_code == 405
    assert anyone.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wrong wrong wrong"), ("nobody", PASSWORD), ("ada", ""), ("", "")],
)
def test_a_failure_does_not_say_what_was_wrong(anyone: Person, name: str, password: str) -> None:
    answer = anyone.sign_in(name, password)
    assert answer.status_code == 401
    assert "The user name or the password is wrong" in answer.text


def test_who_is_inactive_cannot_sign_in(app: Flask, anyone: Person) -> None:
    with app.app_context():
        db.session.execute(db.update(User).values(active=False))
        db.session.commit()
    assert anyone.sign_in("ada").status_code == 401


def test_nothing_of_the_session_before_remains(anyone: Person) -> None:
    before = token_in(anyone.get(SIGN_IN))
    with anyone.client.session_transaction() as session:
        session["planted"] = True
    anyone.sign_in("ada")
    with anyone.client.session_transaction() as session:
        assert "planted" not in session
    assert anyone.client.post("/admin/sign-out", data={"csrf_token": before}).status_code == 400


def test_the_form_needs_its_token(anyone: Person) -> None:
    answer = anyone.client.post(SIGN_IN, data={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 400
    assert "This form has expired" in answer.text
    assert anyone.get("/admin/").status_code == 302


HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/admin/\\..\\//evil",
    "/admin/\x7f",
    "",
]


@pytest.mark.parametrize("target", HOSTILE, ids=ascii)
def test_no_other_site_can_be_next(anyone: Person, target: str) -> None:
    assert same_site(target) is None
    assert "evil" not in anyone.get(SIGN_IN, next=target).text
    assert anyone.sign_in("ada", next=target).location == "/admin/"
    assert anyone.get(SIGN_IN, next=target).location == "/admin/"


def test_a_nul_is_refused(anyone: Person) -> None:
    assert anyone.sign_in("ada\0").status_code == 400
    assert anyone.sign_in("ada", next="/\0/evil.example").status_code == 400
    assert "holds a NUL character" in anyone.get(SIGN_IN, next="/\0/evil.example").text


@pytest.mark.parametrize("target", ["/", "/admin/", "/admin/deployments/?search=a%20b&page=2", "/api/docs#trigger"])
def test_a_path_of_this_site_can_be(target: str) -> None:
    assert same_site(target) == target


def test_attempts_are_limited_per_address(make_app: MakeApp) -> None:
    stranger = Person(make_app(sign_in_limit="2 per minute").test_client())
    for name in ("a", "b"):
        assert stranger.sign_in(name).status_code == 401
    refused = stranger.sign_in("ada")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Too many attempts" in refused.text


def attempt(app: Flask, address: str, password: str) -> int:
    """The status of `ada`'s attempt to sign in from there."""
    one = Person(app.test_client())
    one.client.environ_base["REMOTE_ADDR"] = address
    return one.sign_in("ada", password).status_code


def test_one_address_that_fails_locks_nobody_else_out(make_app: MakeApp) -> None:
    app = make_app(sign_in_limit="2 per minute")
    assert [attempt(app, "192.0.2.1", "wrong") for _ in range(25)] == [401] * 2 + [429] * 23
    assert attempt(app, "192.0.2.2", PASSWORD) == 303


def test_attempts_from_many_addresses_are_limited_per_user_name(make_app: MakeApp) -> None:
    app = make_app(sign_in_limit="1 per minute")
    assert [attempt(app, f"192.0.2.{n}", "wrong") for n in range(11)] == [401] * 10 + [429]
    assert attempt(app, "192.0.2.99", PASSWORD) == 429


def test_each_of_several_limits_is_ten_times_as_wide_for_a_name() -> None:
    attempts = Attempts("2 per minute; 3 per hour")
    assert [attempts.note(f"192.0.2.{n}", "ada") == 0 for n in range(21)] == [True] * 20 + [False]
    hourly = Attempts("9 per minute; 3 per 2 hours")
    assert [hourly.note(f"192.0.2.{n}", "ada") == 0 for n in range(31)] == [True] * 30 + [False]
    assert hourly.note("192.0.2.99", "ada") > 3600


def test_an_address_without_attempts_left_uses_up_nobody_elses() -> None:
    attempts = Attempts("1 per minute")
    assert attempts.note("192.0.2.1", "eve") == 0
    assert attempts.note("192.0.2.1", "ada") > 0
    assert attempts.note("192.0.2.2", "ada") == 0


def test_pages_are_kept_by_nobody_and_run_nothing_inline(anyone: Person) -> None:
    anyone.sign_in("ada")
    for path in (SIGN_IN, "/admin/", "/admin/deployments/", "/admin/nothing-here"):
        answer = anyone.get(path)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        if answer.status_code != 404:
            assert answer.headers["Cache-Control"] == "no-store"
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text
        assert "javascript:" not in answer.text

"""The commands on a database of their own: what they print, where, and with which exit code."""

import json
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from deployapp.extensions import db
from deployapp.models import FrontendDeployment, Permission
from deployapp.models.base import now
from deployapp.services import tokens, users

PASSWORD = "correct horse battery"


class Line:
    """The command line of an app; each call answers click's result."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """Run it outside the test's own session, as another process would."""
        db.session.remove()
        return self._app.test_cli_runner().invoke(args=arguments, input=stdin)

    def succeed(self, *arguments: str, stdin: str = "") -> str:
        done = self(*arguments, stdin=stdin)
        assert done.exit_code == 0, done.output
        assert done.stderr == ""
        return done.stdout


@pytest.fixture
def line(app: Flask) -> Line:
    return Line(app)


@pytest.fixture
def ada(line: Line) -> None:
    line.succeed("users", "create", "ada", "--password-stdin", stdin=PASSWORD)


def test_users_create_makes_a_user_who_can_sign_in(line: Line) -> None:
    said = line.succeed("users", "create", "ada", "--permission", "add", "--password-stdin", stdin=PASSWORD + "\n")
    assert PASSWORD not in said
    ada = users.authenticate("ada", PASSWORD)
    assert ada is not None
    assert ada.permissions == {Permission.ADD}
    assert not ada.is_superuser


def test_users_create_makes_a_superuser(line: Line) -> None:
    line.succeed("users", "create", "root", "--superuser", "--password-stdin", stdin=PASSWORD)
    assert users.named("root").is_superuser


@pytest.mark.usefixtures("ada")
def test_users_password_ends_the_old_one(line: Line) -> None:
    line.succeed("users", "password", "ada", "--password-stdin", stdin="another long password")
    assert users.authenticate("ada", PASSWORD) is None
    assert users.authenticate("ada", "another long password") is not None


@pytest.mark.usefixtures("ada")
def test_users_list(line: Line) -> None:
    line.succeed("users", "create", "bob", "--superuser", "--password-stdin", stdin=PASSWORD)
    assert line.succeed("users", "list") == "ada\tactive\tno permissions\nbob\tactive\tsuperuser\n"


@pytest.mark.usefixtures("ada")
def test_tokens_create_prints_the_token_alone(line: Line) -> None:
    secret = line.succeed("tokens", "create", "ada").removesuffix("\n")
    token = tokens.find(secret)
    assert token is not None
    assert token.user.username == "ada"
    assert (token.permissions, token.frontends, token.expires_at) == (None, [], None)


@pytest.mark.usefixtures("ada")
def test_tokens_create_narrows(line: Line) -> None:
    options = ["--name", "CI", "--permission", "add", "--frontend", "default", "--expires-in-days", "30"]
    token = tokens.find(line.succeed("tokens", "create", "ada", *options).strip())
    assert token is not None
    assert token.name == "CI"
    assert token.permissions == {Permission.ADD}
    assert [frontend.slug for frontend in token.frontends] == ["default"]
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - now() < timedelta(days=31)


@pytest.mark.usefixtures("ada")
def test_tokens_list_and_revoke(line: Line) -> None:
    secret = line.succeed("tokens", "create", "ada", "--name", "CI").strip()
    listed = line.succeed("tokens", "list", "ada")
    number, prefix, user, state, name = listed.strip().split("\t")
    assert secret.startswith(prefix.rstrip("…"))
    assert secret not in listed
    assert (user, state, name) == ("ada", "usable", "CI")

    line.succeed("tokens", "revoke", number)
    assert tokens.find(secret) is None
    assert "revoked" in line.succeed("tokens", "list")


def test_frontends_create_and_list(line: Line) -> None:
    line.succeed("frontends", "create", "shop", "--name", "The shop")
    assert line.succeed("frontends", "list") == "default\tDefault\nshop\tThe shop\n"


def test_deployments_trigger_needs_no_option(line: Line) -> None:
    assert line.succeed("deployments", "trigger").startswith("Registered default/production #1\t")


FIELDS = {
    "frontend": "default",
    "environment": "staging",
    "version": "1.42.0",
    "commit_sha": "0123abc",
    "url": "https://example.org/notes",
    "notes": "Faster.\nNicer.",
    "kind": "rollback",
    "mode": "idle",
    "severity": "critical",
    "min_version": "1.0",
    "reload_window": 60,
}


def test_deployments_trigger_takes_every_field(line: Line) -> None:
    options = [word for name, value in FIELDS.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    said = json.loads(line.succeed("deployments", "trigger", "--json", *options))
    assert {name: said[name] for name in FIELDS} == FIELDS
    row = db.session.get(FrontendDeployment, said["id"])
    assert row is not None
    assert row.version == "1.42.0"


def test_deployments_trigger_with_a_key_registers_once(line: Line) -> None:
    first = line.succeed("deployments", "trigger", "--idempotency-key", "build-7")
    again = line.succeed("deployments", "trigger", "--idempotency-key", "build-7")
    assert first.startswith("Registered default/production #1")
    assert again.startswith("Was registered before: default/production #1")
    assert len(line.succeed("deployments", "list").splitlines()) == 1


def test_deployments_list_is_newest_first_and_filters(line: Line) -> None:
    for environment in "production", "staging", "production":
        line.succeed("deployments", "trigger", "--environment", environment, "--notes", "One line.\nAnother.")
    listed = line.succeed("deployments", "list").splitlines()
    assert [one.split("\t")[0] for one in listed] == [
        "default/production #3",
        "default/staging #2",
        "default/production #1",
    ]
    assert listed[0].endswith("\tOne line.")
    assert len(line.succeed("deployments", "list", "--limit", "1").splitlines()) == 1
    as_json = json.loads(line.succeed("deployments", "list", "--environment", "staging", "--json"))
    assert [one["id"] for one in as_json] == [2]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users", "create", "ada", "--password-stdin"], "There is a user 'ada' already."),
        (["users", "password", "nobody", "--password-stdin"], "There is no user 'nobody'."),
        (["tokens", "create", "nobody"], "There is no user 'nobody'."),
        (["tokens", "create", "ada", "--frontend", "no"], "There is no frontend 'no'."),
        (["tokens", "create", "ada", "--name", "n" * 121], "name: At most 120 characters, in one line."),
        (["tokens", "create", "ada", "--name", "two\nlines"], "name: At most 120 characters, in one line."),
        (["tokens", "revoke", "99"], "There is no token 99."),
        (["frontends", "create", "default"], "There is a frontend 'default' already."),
        (["frontends", "create", "Not a slug"], "is not a frontend"),
        (["deployments", "trigger", "--frontend", "no"], "frontend: There is no frontend 'no'."),
        (["deployments", "trigger", "--version", "1\n2"], "--version: Must be one line."),
        (["deployments", "trigger", "--url", "ftp://x", "--commit-sha", "zz"], "--url: Must be an http"),
        (["deployments", "trigger", "--idempotency-key", ""], "--idempotency-key: Between 1 and 255"),
        (["deployments", "list", "--frontend", "No"], "--frontend: "),
        (["users", "password", "\udcff", "--password-stdin"], r"Not valid text: '\udcff'"),
        (["tokens", "create", "ada", "--frontend", "\udcff"], r"Not valid text: '\udcff'"),
        (["deployments", "trigger", "--idempotency-key", "\udcff"], r"Not valid text: '\udcff'"),
    ],
)
def test_what_cannot_be_done_is_said_on_standard_error_with_exit_code_1(
    line: Line, arguments: list[str], said: str
) -> None:
    done = line(*arguments, stdin=PASSWORD)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["users", "create"],
        ["users", "create", "eve"],  # no terminal to ask for the password, and no --password-stdin
        ["users", "create", "eve", "--permission", "fly"],
        ["tokens", "create", "ada", "--expires-in-days", "0"],
        ["tokens", "revoke", "first"],
        ["deployments", "trigger", "--mode", "loud"],
        ["deployments", "trigger", "--reload-window", "-1"],
        ["deployments", "list", "--limit", "0"],
        ["deployments", "forget"],
    ],
)
def test_wrong_usage_is_exit_code_2(line: Line, arguments: list[str]) -> None:
    done = line(*arguments)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr
    assert done.stdout == ""

"""Settings are read from the environment, and all mistakes are told together, in words, without repeating secrets."""

from pathlib import Path

import pytest

from config import MIN_PASSWORD, ConfigError, Settings, load


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = load()
    assert (settings.host, settings.port, settings.production) == ("127.0.0.1", 8000, False)
    assert settings.database_uri.startswith("sqlite:///")


def test_the_environment_is_read_and_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example,")
    settings = load()
    assert settings.port == 9000
    assert settings.host == "127.0.0.1"
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_all_mistakes_are_told_together_and_secrets_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "PORT": "99999",
        "RECONCILE_INTERVAL": "often",
        "LOG_LEVEL": "LOUD",
        "DATABASE_URL": "mysql://me:hunter2@host/name",
        "SECRET_KEY": "hunter3",
        "ADMIN_PASSWORD": "hunter4",
        "MESSAGE_QUEUE_URL": "foo://:hunter5@host",
        "SIGN_IN_LIMIT": "often",
        "INSTANCE_PATH": "/dev/null/x",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        load()
    first, *lines = str(error.value).splitlines()
    assert "docs/settings.md" in first
    assert {line.strip().split("=")[0].split(":")[0] for line in lines} == set(wrong)
    assert "hunter" not in str(error.value)


def test_production_needs_a_secret_key() -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY: must be given in production"):
        load(deployapp_env="production")
    assert load(deployapp_env="production", secret_key="x" * 32).signing_key() == "x" * 32


def test_a_generated_secret_is_kept_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = load(instance_path=tmp_path).signing_key()
    assert len(first) == 64
    assert load(instance_path=tmp_path).signing_key() == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_keep_the_secret_is_said_plainly() -> None:
    with pytest.raises(ConfigError, match="INSTANCE_PATH=/proc/x: cannot keep the generated secret there: "):
        load(instance_path=Path("/proc/x")).signing_key()


def test_a_folder_that_nothing_is_kept_in_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    load(instance_path=folder, secret_key="x" * 32).flask()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("given", ["postgresql://me:p%40ss@host/name", "postgres://me:p%40ss@host/name"])
def test_postgresql_is_spoken_to_by_the_driver_that_we_bring(given: str) -> None:
    assert load(database_url=given).database_uri == "postgresql+psycopg2://me:p%40ss@host/name"


def test_a_short_administrators_password_is_found_at_the_start() -> None:
    with pytest.raises(ConfigError, match="ADMIN_PASSWORD"):
        load(admin_password="x" * (MIN_PASSWORD - 1))


def test_cookies_are_secure_in_production_unless_said_otherwise() -> None:
    secret = "x" * 32
    assert load(secret_key=secret).flask()["SESSION_COOKIE_SECURE"] is False
    production = {"deployapp_env": "production", "secret_key": secret}
    assert load(**production).flask()["SESSION_COOKIE_SECURE"] is True
    assert load(**production, session_cookie_secure=False).flask()["SESSION_COOKIE_SECURE"] is False

"""`flask --app wsgi setup`: the first administrator, the development token, many processes at once."""

import fcntl
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.deployapp_process import ADMIN, PASSWORD, flask
from tests.waiting import eventually


def test_the_first_start_prints_a_random_password_once(tmp_path: Path) -> None:
    first = flask(tmp_path, "setup", ADMIN_PASSWORD="", ADMIN_USERNAME="ada")
    assert first.returncode == 0, first.stderr
    assert "First administrator: ada" in first.stdout
    password = first.stdout.split("Password (shown only now): ")[1].strip()
    assert len(password) >= 16

    second = flask(tmp_path, "setup", ADMIN_PASSWORD="", ADMIN_USERNAME="ada")
    assert (second.returncode, second.stdout) == (0, "")


def test_a_given_password_is_not_printed(tmp_path: Path) -> None:
    done = flask(tmp_path, "setup")
    assert f"First administrator: {ADMIN}" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr


def test_development_keeps_a_token_that_only_its_owner_may_read(tmp_path: Path) -> None:
    flask(tmp_path, "setup")
    path = tmp_path / "admin_token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = path.read_text()
    assert token.startswith("dpa_")

    flask(tmp_path, "setup")
    assert path.read_text() == token, "a token that works is kept"

    assert flask(tmp_path, "tokens", "revoke", "1").returncode == 0
    flask(tmp_path, "setup")
    assert path.read_text() != token, "a token that does not work any more is replaced"


def test_production_keeps_no_token(tmp_path: Path) -> None:
    done = flask(tmp_path, "setup", DEPLOYAPP_ENV="production")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "admin_token").exists()


def test_many_processes_may_set_up_at_the_same_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: flask(tmp_path, "setup", ADMIN_PASSWORD=""), range(4)))
    assert [one.returncode for one in done] == [0] * 4, [one.stderr for one in done]
    assert sum("First administrator" in one.stdout for one in done) == 1
    assert len(flask(tmp_path, "users", "list").stdout.splitlines()) == 1
    assert flask(tmp_path, "tokens", "list").stdout.count("usable") == 1


def test_a_token_made_while_setup_waited_for_its_turn_is_kept(tmp_path: Path) -> None:
    flask(tmp_path, "setup")
    flask(tmp_path, "tokens", "revoke", "1")
    path = tmp_path / "admin_token"
    with ThreadPoolExecutor(1) as pool:
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            waiting = pool.submit(flask, tmp_path, "setup")
            eventually(lambda: _somebody_waits_for(path))
            token = flask(tmp_path, "tokens", "create", ADMIN).stdout
            file.write(token)
        assert waiting.result().returncode == 0
    assert path.read_text() == token


def _somebody_waits_for(path: Path) -> bool:
    locks = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f":{path.stat().st_ino} " in line for line in locks)


def test_wrong_settings_are_told_in_plain_words(tmp_path: Path) -> None:
    done = flask(tmp_path, "setup", PORT="many", LOG_LEVEL="LOUD")
    assert done.returncode == 1
    assert "PORT=many" in done.stderr
    assert "LOG_LEVEL=LOUD" in done.stderr
    assert "Traceback" not in done.stderr

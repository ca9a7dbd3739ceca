"""`Idempotency-Key`: a retry registers nothing and tells nobody twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deployapp.capture import deployment_committed
from deployapp.models import Permission
from tests.api.conftest import Makes

TRIGGER = "/api/deployments/trigger/"
KEY = {"Idempotency-Key": "pipeline-4711"}


@pytest.fixture
def told(app: Flask) -> list[int]:
    """The ids that went to the bus."""
    ids: list[int] = []

    def note(sender: Flask, event: object) -> None:
        ids.append(event.id)  # type: ignore[attr-defined]

    deployment_committed.connect(note, sender=app, weak=False)
    return ids


def test_a_retry_answers_200_with_the_first_deployment(admin: FlaskClient, told: list[int]) -> None:
    first = admin.post(TRIGGER, json={"version": "1"}, headers=KEY)
    retry = admin.post(TRIGGER, json={"version": "1"}, headers=KEY)
    assert (first.status_code, retry.status_code) == (201, 200)
    assert retry.get_json() == first.get_json()
    assert told == [first.get_json()["id"]]


def test_both_addresses_know_the_same_keys(admin: FlaskClient) -> None:
    assert admin.post(TRIGGER, headers=KEY).status_code == 201
    assert admin.post("/api/deployments/", headers=KEY).status_code == 200


def test_what_is_left_out_and_its_default_are_the_same_content(admin: FlaskClient) -> None:
    assert admin.post(TRIGGER, headers=KEY).status_code == 201
    assert admin.post(TRIGGER, json={"environment": "production"}, headers=KEY).status_code == 200


def test_the_same_key_with_other_content_is_refused(admin: FlaskClient, told: list[int]) -> None:
    admin.post(TRIGGER, json={"version": "1"}, headers=KEY)
    other = admin.post(TRIGGER, json={"version": "2"}, headers=KEY)
    assert other.status_code == 422
    assert other.get_json()["error"]["fields"] == {"Idempotency-Key": ["Was used before with other content."]}
    assert len(told) == 1


def test_a_key_belongs_to_its_user(with_token: Makes) -> None:
    one = with_token([Permission.ADD], name="one").post(TRIGGER, headers=KEY)
    two = with_token([Permission.ADD], name="two").post(TRIGGER, headers=KEY)
    assert (one.status_code, two.status_code) == (201, 201)


def test_without_a_key_each_call_registers(admin: FlaskClient) -> None:
    assert [admin.post(TRIGGER).status_code for _ in range(2)] == [201, 201]


def test_retries_that_race_register_once(app: Flask, with_token: Makes, told: list[int]) -> None:
    authorization = with_token([Permission.ADD]).environ_base

    def call(number: int) -> tuple[int, int]:
        client = app.test_client()
        client.environ_base.update(authorization)
        answer = client.post(TRIGGER, json={"version": "1"}, headers=KEY)
        return answer.status_code, answer.get_json()["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(call, range(16)))
    assert answers == [(200, 1)] * 15 + [(201, 1)]
    assert told == [1]


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "tab\there"])
def test_a_key_is_1_to_255_printable_characters(admin: FlaskClient, key: str) -> None:
    answer = admin.post(TRIGGER, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {
        "Idempotency-Key": ["Between 1 and 255 printable ASCII characters."]
    }


def test_the_longest_key(admin: FlaskClient) -> None:
    key = {"Idempotency-Key": "~" * 255}
    assert [admin.post(TRIGGER, headers=key).status_code for _ in range(2)] == [201, 200]

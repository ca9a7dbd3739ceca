"""The event and the topic: their one form, whatever comes in."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployapp.events import DeploymentEvent, InvalidTopic, Topic, format_time

text = st.text(max_size=40)
events = st.builds(
    DeploymentEvent,
    id=st.integers(1),
    deployed_at=st.just("2025-06-25T12:00:00.000Z"),
    version=st.none() | text,
    notes=st.none() | text,
    reload_window=st.integers(0, 86_400),
)


def test_the_seeds_fields_are_there_and_the_defaults_are_documented() -> None:
    event = DeploymentEvent(1, "2025-06-25T12:00:00.000Z").as_dict()
    assert event["type"] == "deployment_update"
    assert event["deployed_at"] == "2025-06-25T12:00:00.000Z"
    assert (event["frontend"], event["environment"], event["mode"]) == ("default", "production", "prompt")


@given(events)
def test_an_event_survives_its_json(event: DeploymentEvent) -> None:
    assert DeploymentEvent.from_json(event.as_json()) == event


@given(events)
def test_the_json_fits_one_sse_line(event: DeploymentEvent) -> None:
    assert len(event.as_json().splitlines()) == 1


def test_fields_of_a_newer_version_are_ignored() -> None:
    event = DeploymentEvent(1, "2025-06-25T12:00:00.000Z", version="1")
    newer = json.dumps({**event.as_dict(), "colour": "green"})
    assert DeploymentEvent.from_json(newer) == event


@pytest.mark.parametrize("wrong", ["", "null", "[]", "7", '"text"', "{}", '{"id": 1}', b"\xff"])
def test_what_is_no_event_is_a_value_error(wrong: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # json's own messages differ
        DeploymentEvent.from_json(wrong)


def test_an_event_is_small_and_cannot_change() -> None:
    event = DeploymentEvent(1, "2025-06-25T12:00:00.000Z")
    with pytest.raises(AttributeError):
        event.id = 2  # type: ignore[misc]
    assert set(DeploymentEvent.__slots__) == {field.name for field in fields(DeploymentEvent)}


@pytest.mark.parametrize(
    ("moment", "formatted"),
    [
        (datetime(2025, 6, 25, 12, tzinfo=UTC), "2025-06-25T12:00:00.000Z"),
        (datetime(2025, 6, 25, 12, 0, 0, 7_999), "2025-06-25T12:00:00.007Z"),
        (datetime(2025, 6, 25, 14, tzinfo=timezone(timedelta(hours=2))), "2025-06-25T12:00:00.000Z"),
    ],
)
def test_time_is_utc_with_milliseconds_and_z(moment: datetime, formatted: str) -> None:
    assert format_time(moment) == formatted


def test_topics_are_written_and_read() -> None:
    assert str(Topic.of("shop", "pr-42")) == "shop/pr-42"
    assert Topic.parse("shop/pr-42") == Topic("shop", "pr-42")
    assert Topic.parse("shop") == Topic("shop", "production")
    assert Topic() == Topic("default", "production")


@pytest.mark.parametrize("wrong", ["", "/", "Shop", "-shop", "a b", "shop/UP", "shop/-x", "a/b/c", "é", "x" * 64])
def test_a_topic_of_another_form_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidTopic):
        Topic.parse(wrong)


@given(st.text())
def test_whatever_is_read_as_a_topic_is_written_the_same(words: str) -> None:
    try:
        topic = Topic.parse(words)
    except InvalidTopic:
        return
    assert Topic.parse(str(topic)) == topic

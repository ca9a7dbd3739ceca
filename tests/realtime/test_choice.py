"""Reading what a client asks for: the query string and Socket.IO's `auth` (docs/protocol.md, "Choosing topics")."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployapp.events import ENVIRONMENT_PATTERN, SLUG_PATTERN, Topic
from deployapp.realtime.choice import MAX_ID, MAX_TOPICS, Choice, InvalidChoice, from_auth, from_query

slugs = st.from_regex(SLUG_PATTERN, fullmatch=True)
environments = st.from_regex(ENVIRONMENT_PATTERN, fullmatch=True)
topics = st.lists(st.builds(Topic, slugs, environments), min_size=1, max_size=MAX_TOPICS, unique=True)
ids = st.none() | st.integers(0, MAX_ID)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(topics, ids, st.booleans())
def test_both_forms_say_the_same(chosen: list[Topic], last: int | None, hello: bool) -> None:
    expected = Choice(tuple(chosen), last, hello)
    pairs = [pair for topic in chosen for pair in (("frontend", topic.frontend), ("environment", topic.environment))]
    pairs += [("last_event_id", str(last))] if last is not None else []
    pairs += [("hello", "1")] if hello else []
    assert from_query(urlencode(pairs)) == expected
    auth = {"topics": [str(topic) for topic in chosen], "hello": hello}
    assert from_auth({**auth, "last_event_id": last}) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [Topic()]),
        ("unknown=1", [Topic()]),
        ("frontend=shop", [Topic("shop")]),
        ("environment=staging", [Topic("default", "staging")]),
        ("environment=a&environment=b", [Topic("default", "a"), Topic("default", "b")]),
        ("frontend=a&frontend=b&environment=x", [Topic("a", "x"), Topic("b")]),
        ("frontend=a&frontend=a", [Topic("a")]),
    ],
)
def test_what_is_left_out_is_the_default(query: str, expected: list[Topic]) -> None:
    assert from_query(query).topics == tuple(expected)


def test_equal_choices_share_one_object() -> None:
    """Ten thousand tabs that ask for the same keep one tuple."""
    assert from_query("frontend=shop").topics is from_query("frontend=shop&hello=1").topics
    assert from_auth({"topics": ["shop/x"]}).topics is from_auth({"topics": ["shop/x"]}).topics
    assert from_auth({"frontend": "shop"}).topics is from_query("frontend=shop").topics


def test_the_header_of_a_stream_wins_over_its_query() -> None:
    assert from_query("last_event_id=1", "7").last_event_id == 7
    assert from_query("last_event_id=1").last_event_id == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("frontend=A", "frontend"),
        ("environment=a%0Ab", "frontend"),
        ("frontend=a&environment=x&environment=y", "environment"),
        ("&".join(f"frontend=f{n}" for n in range(33)), "frontend"),
        ("&".join(["x=1"] * 200), "query"),
        ("last_event_id=-1", "last_event_id"),
        ("last_event_id=1.5", "last_event_id"),
        ("last_event_id=٣", "last_event_id"),
        (f"last_event_id={MAX_ID + 1}", "last_event_id"),
        ("last_event_id=" + "9" * 5000, "last_event_id"),
    ],
)
def test_nonsense_in_a_query_names_its_field(query: str, field: str) -> None:
    with pytest.raises(InvalidChoice) as refusal:
        from_query(query)
    assert refusal.value.field == field


@given(st.text())
def test_any_query_is_read_or_refused(query: str) -> None:
    with suppress(InvalidChoice):
        assert 1 <= len(from_query(query).topics) <= MAX_TOPICS


@given(json_values | st.fixed_dictionaries({}, optional={
    "topics": json_values, "frontend": json_values, "environment": json_values, "last_event_id": json_values,
    "hello": json_values,
}))  # fmt: skip
def test_any_auth_is_read_or_refused(auth: Any) -> None:
    with suppress(InvalidChoice):
        assert 1 <= len(from_auth(auth).topics) <= MAX_TOPICS

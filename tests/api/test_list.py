"""`GET /api/deployments/`: pages and filters."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

LIST = "/api/deployments/"


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.get_json()["items"]]


def links(answer: Any) -> dict[str, str]:
    return {name: target for target, name in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"])}


@pytest.fixture
def five(admin: FlaskClient, shop: str) -> FlaskClient:
    """Five deployments: 1 and 2 of default/production, 3 of default/staging, 4 and 5 of shop/production."""
    for fields in (
        {"version": "1"},
        {"version": "2"},
        {"version": "2", "environment": "staging"},
        {"version": "1", "frontend": shop},
        {"version": "3", "frontend": shop},
    ):
        assert admin.post(LIST, json=fields).status_code == 201
    return admin


@pytest.mark.parametrize("path", [LIST, LIST.rstrip("/")])
def test_newest_first(five: FlaskClient, path: str) -> None:
    answer = five.get(path)
    assert ids(answer) == [5, 4, 3, 2, 1]
    assert {name: answer.get_json()[name] for name in ("page", "per_page", "total", "pages")} == {
        "page": 1,
        "per_page": 50,
        "total": 5,
        "pages": 1,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_items_are_deployments_as_they_are_shown_alone(five: FlaskClient) -> None:
    item = five.get(LIST).get_json()["items"][0]
    assert item == five.get("/api/deployments/5/").get_json()


def test_nothing_yet(admin: FlaskClient) -> None:
    answer = admin.get(LIST)
    assert answer.get_json() == {"items": [], "page": 1, "per_page": 50, "total": 0, "pages": 0}
    assert set(links(answer)) == {"first", "last"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("frontend=shop", [5, 4]),
        ("environment=staging", [3]),
        ("version=2", [3, 2]),
        ("frontend=default&environment=production&version=1", [1]),
        ("frontend=nowhere", []),
        ("frontend=&environment=&version=&since=", [5, 4, 3, 2, 1]),
    ],
)
def test_filters(five: FlaskClient, query: str, expected: list[int]) -> None:
    assert ids(five.get(f"{LIST}?{query}")) == expected


def test_since_a_moment(five: FlaskClient) -> None:
    third = five.get("/api/deployments/3/").get_json()["deployed_at"]
    assert ids(five.get(LIST, query_string={"since": third})) == [5, 4]
    assert ids(five.get(LIST, query_string={"since": third.replace("Z", "+00:00")})) == [5, 4]


def test_pages_and_the_links_between_them(five: FlaskClient) -> None:
    answer = five.get(f"{LIST}?per_page=2&environment=production&page=1")
    assert ids(answer) == [5, 4]
    assert set(links(answer)) == {"first", "next", "last"}
    second = five.get(links(answer)["next"])
    assert ids(second) == [2, 1]
    assert set(links(second)) == {"first", "prev", "last"}
    assert ids(five.get(links(second)["prev"])) == [5, 4]


def test_a_page_past_the_end_is_empty(five: FlaskClient) -> None:
    answer = five.get(f"{LIST}?page=1000000&per_page=200")
    assert ids(answer) == []
    assert answer.get_json()["total"] == 5


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("page=0", "page", "Must be at least 1."),
        ("page=1000001", "page", "Must be at most 1000000."),
        (f"page={'9' * 5000}", "page", "Must be a whole number."),
        ("page=one", "page", "Must be a whole number."),
        ("per_page=201", "per_page", "Must be at most 200."),
        ("since=yesterday", "since", "Must be a moment with its zone, such as 2025-06-25T12:00:00Z."),
        ("since=2025-06-25T12:00:00", "since", "Must be a moment with its zone, such as 2025-06-25T12:00:00Z."),
        ("since=9999-12-31T23:59:59-12:00", "since", "Must lie within the years 1 to 9999."),
        ("version=%00", "version", "Control characters are not allowed."),
        ("frontend=A", "frontend", "Lower-case letters, digits and '-', at most 63."),
        ("order=id", "order", "There is no such field."),
    ],
)
def test_a_wrong_query_is_named(admin: FlaskClient, query: str, field: str, message: str) -> None:
    answer = admin.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"] == {field: [message]}


def test_head(five: FlaskClient) -> None:
    answer = five.head(LIST)
    assert (answer.status_code, answer.data) == (200, b"")

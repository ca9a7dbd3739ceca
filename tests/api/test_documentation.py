"""The API describes itself: a valid OpenAPI document, a page that loads nothing from elsewhere, docs/api.md."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from playwright.sync_api import Browser, expect

from deployapp.schemas import DeploymentOut, NewDeployment
from tests.deployapp_process import Deployapp

DOCS = Path(__file__).parents[2] / "docs"
DESCRIBING = {"api_docs", "swagger"}  # what describes is not described


@pytest.fixture
def document(anyone: FlaskClient) -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    answer = anyone.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def calls(app: Flask) -> set[tuple[str, str]]:
    """Every method and path under `/api`."""
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/")]
    return {
        (method, re.sub(r"<[^>]*?(\w+)>", r"{\1}", str(rule)))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.split(".")[0] not in DESCRIBING
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_it_has_every_call_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == calls(app)


def test_docs_api_md_has_every_call(app: Flask) -> None:
    written = (DOCS / "api.md").read_text().replace("{id}", "{deployment_id}")
    table = re.findall(r"^\| `(\w+) (/api/\S+)`", written, re.MULTILINE)
    assert set(table) == calls(app)
    for path in ("/api/openapi.json", "/api/docs", "/healthz", "/readyz"):
        assert path in written


def test_docs_api_md_has_every_field_and_every_error(document: dict[str, Any]) -> None:
    written = (DOCS / "api.md").read_text()
    for field in {**NewDeployment.model_fields, **DeploymentOut.model_fields}:
        assert f"`{field}`" in written, field
    for item in document["paths"].values():
        for operation in item.values():
            for status in operation["responses"]:
                assert status in written, status


def test_each_call_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                assert answer["description"], (method, path, status)
                if status >= "400":
                    body = answer["content"]["application/json"]
                    assert body["schema"] == {"$ref": "#/components/schemas/ErrorOut"}
                    assert body["example"]["error"]["message"]


def test_it_says_how_to_sign_in(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert "security" not in paths["/api/deployments/status/"]["get"]
    assert {"bearer": []} in paths["/api/deployments/"]["get"]["security"]
    assert {"session": [], "csrf": []} in paths["/api/deployments/trigger/"]["post"]["security"]


def test_it_has_the_idempotency_key_and_a_body_that_may_be_left_out(document: dict[str, Any]) -> None:
    trigger = document["paths"]["/api/deployments/trigger/"]["post"]
    assert [(parameter["name"], parameter["in"]) for parameter in trigger["parameters"]] == [
        ("Idempotency-Key", "header")
    ]
    assert trigger["requestBody"]["required"] is False


def test_its_examples_work(admin: FlaskClient, document: dict[str, Any]) -> None:
    paths = document["paths"]
    new = paths["/api/deployments/trigger/"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert admin.post("/api/deployments/trigger/", json=new).status_code == 201
    change = paths["/api/deployments/{deployment_id}/"]["patch"]["requestBody"]["content"]["application/json"]
    assert admin.patch("/api/deployments/1/", json=change["example"]).status_code == 200


def test_in_a_browser_the_page_loads_nothing_from_elsewhere_and_calls_work(server: Deployapp, browser: Browser) -> None:
    hosts: set[str] = set()
    trouble: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.goto(f"{server.url}/api/docs")
    expect(page.locator(".opblock")).to_have_count(8)

    page.get_by_role("button", name="Authorize").click()
    page.locator("#auth-bearer-value").fill(server.token)
    page.locator(".auth-container", has_text="bearer").get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Close").first.click()
    trigger = page.locator("#operations-Deployments-trigger")
    trigger.locator(".opblock-summary-control").click()
    trigger.get_by_role("button", name="Try it out").click()
    trigger.get_by_role("button", name="Execute").click()
    expect(trigger.locator(".live-responses-table .response-col_status").nth(1)).to_contain_text("201")

    page.close()
    assert hosts - {""} == {urlsplit(server.url).netloc}
    assert trouble == []

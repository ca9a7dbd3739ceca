"""`/metrics` of a real process, read by Prometheus' own parser."""

import json
import re
from collections.abc import Callable

import requests
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from deployapp.observability.state import TOP_TOPICS, bounded
from tests.deployapp_process import ROOT, Deployapp
from tests.ports import free_port
from tests.waiting import PATIENCE, eventually

DASHBOARD = ROOT / "deploy" / "grafana" / "deployapp.json"
DOCUMENTATION = ROOT / "docs" / "observability.md"
TOKEN = "a token for Prometheus"


def metrics(url: str, **labels: str) -> dict[str, float]:
    """Sample → value, summed over the series that have these labels."""
    answer = requests.get(url, timeout=PATIENCE)
    assert answer.status_code == 200
    values: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                values[sample.name] = values.get(sample.name, 0) + sample.value
    return values


def of(server: Deployapp, **labels: str) -> dict[str, float]:
    return metrics(f"{server.url}/metrics", **labels)


def test_a_deployment_shows(server: Deployapp) -> None:
    before = of(server)
    with connect(f"{server.ws_url}?environment=counted") as socket:
        eventually(lambda: of(server, topic="default/counted").get("deployapp_topic_connections") == 1)
        assert of(server, transport="websocket")["deployapp_connections"] >= 1
        server.trigger(environment="counted")
        socket.recv(timeout=PATIENCE)

    def one_more(name: str) -> bool:
        return of(server)[name] >= before.get(name, 0) + 1

    for name in (
        "deployapp_events_published_total",
        "deployapp_events_dispatched_total",
        "deployapp_sends_total",
        "deployapp_fanout_duration_seconds_count",
        "deployapp_connections_accepted_total",
    ):
        eventually(lambda name=name: one_more(name), message=name)
    assert of(server, state="up")["deployapp_bus_state"] == 1
    assert of(server)["deployapp_reconciler_healthy"] == 1


def test_a_replay_shows(server: Deployapp) -> None:
    server.trigger(environment="replayed")
    before = of(server)["deployapp_events_replayed_total"]
    with connect(f"{server.ws_url}?environment=replayed&last_event_id=0") as socket:
        socket.recv(timeout=PATIENCE)
    assert of(server)["deployapp_events_replayed_total"] == before + 1


def test_requests_show_by_route_and_never_by_path(server: Deployapp) -> None:
    for number in range(3):
        server.request("GET", f"/no-such-page-{number}")
        server.request("GET", "/api/deployments/status/")
    series = requests.get(f"{server.url}/metrics", timeout=PATIENCE).text
    assert "no-such-page" not in series
    assert of(server, route="unmatched", status="404")["deployapp_http_requests_total"] >= 3
    assert of(server, route="/api/deployments/status/")["deployapp_http_request_duration_seconds_count"] >= 3


def test_an_unknown_method_makes_no_series_of_its_own(server: Deployapp) -> None:
    server.request("BREW", "/api/deployments/status/")
    assert "BREW" not in requests.get(f"{server.url}/metrics", timeout=PATIENCE).text


def test_topics_are_bounded() -> None:
    counts = {f"default/pr-{number:03}": number for number in range(1, TOP_TOPICS + 4)}
    shown = bounded(counts)
    assert len(shown) == TOP_TOPICS + 1
    assert shown["other"] == 1 + 2 + 3
    assert sum(shown.values()) == sum(counts.values())


def test_production_needs_the_token(make_server: Callable[..., Deployapp]) -> None:
    production = {"DEPLOYAPP_ENV": "production", "LOG_FORMAT": "text"}
    closed = make_server(**production).start()
    assert closed.request("GET", "/metrics").status_code == 404
    closed.stop()

    guarded = make_server(METRICS_TOKEN=TOKEN, **production).start()
    for header in "", "Bearer wrong", TOKEN, "Bearer é".encode():
        assert guarded.request("GET", "/metrics", headers={"Authorization": header}).status_code == 404
    answer = guarded.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200


def test_a_port_of_its_own(make_server: Callable[..., Deployapp]) -> None:
    port = free_port()
    make_server(METRICS_PORT=str(port)).start()
    assert metrics(f"http://127.0.0.1:{port}/metrics", state="up")["deployapp_bus_state"] == 1


def test_the_dashboard_asks_for_what_is_there(server: Deployapp) -> None:
    """Every metric and label in deploy/grafana/ is one that the server really has."""
    server.trigger(environment="dashboard")
    with connect(f"{server.ws_url}?environment=dashboard"):
        answer = requests.get(f"{server.url}/metrics", timeout=PATIENCE).text
    samples = [sample for family in text_string_to_metric_families(answer) for sample in family.samples]
    targets = [target for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    asked = {name for target in targets for name in re.findall(r"\b((?:deployapp|process)_\w+)\b", target["expr"])}
    labels = {name for target in targets for name in re.findall(r"by \(([\w, ]+)\)", target["expr"])}
    assert len(asked) > 10
    assert asked <= {sample.name for sample in samples}
    known = {"instance"} | {label for sample in samples for label in sample.labels}
    assert {name.strip() for group in labels for name in group.split(",")} <= known


def test_what_the_documentation_lists_is_there(server: Deployapp) -> None:
    server.trigger()
    listed = set(re.findall(r"\| `(deployapp_\w+)`", DOCUMENTATION.read_text()))
    families = list(text_string_to_metric_families(requests.get(f"{server.url}/metrics", timeout=PATIENCE).text))
    served = {sample.name for family in families for sample in family.samples} | {family.name for family in families}
    assert len(listed) > 10
    assert listed <= served
    assert set(re.findall(r"\bdeployapp_\w+", DOCUMENTATION.read_text())) <= served, "alerts too ask for what is there"
    ours = {family.name for family in families if family.name.startswith("deployapp_")}
    assert ours <= {name.removesuffix("_total") for name in listed}, "and nothing is left out"

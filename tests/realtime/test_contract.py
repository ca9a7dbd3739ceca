"""The contract of docs/protocol.md, the same over every transport and with every client."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.deployapp_process import Deployapp, set_up
from tests.realtime.clients import (
    SOCKET_IO,
    TRANSPORTS,
    Client,
    PythonSocketIOPolling,
    PythonSocketIOUpgrade,
    RawWebSocket,
    Refused,
    ServerSentEvents,
    hears,
)
from tests.realtime.wire import SOCKETIO_WEBSOCKET, answer, head
from tests.waiting import eventually

ELSEWHERE = "https://elsewhere.example"
SOCKETIO_POLLING = "/socket.io/?EIO=4&transport=polling"
READING_REFUSALS = {RawWebSocket, ServerSentEvents, PythonSocketIOPolling, PythonSocketIOUpgrade}  # others hide them


def deploy(server: Deployapp, topic: str, **fields: object) -> object:
    """Register a deployment on the topic; answers its id."""
    frontend, environment = topic.split("/")
    return server.trigger(frontend=frontend, environment=environment, **fields)["id"]


def has_heard(client: Client, number: object) -> bool:
    return number in [event["id"] for event in client.heard]


@pytest.fixture(params=TRANSPORTS, ids=lambda kind: kind.__name__)
def transport(request: pytest.FixtureRequest) -> type[Any]:
    kind: type[Any] = request.param
    return kind


@pytest.fixture(params=SOCKET_IO, ids=lambda kind: kind.__name__)
def socket_io(request: pytest.FixtureRequest) -> type[Any]:
    kind: type[Any] = request.param
    return kind


def test_it_hears_its_topic_and_no_other(server: Deployapp, transport: type[Any], new_topic: Callable[[], str]) -> None:
    mine, other = new_topic(), new_topic()
    with transport(server, topics=[mine]) as client:
        deploy(server, other)
        hears(client, deploy(server, mine))


def test_without_a_choice_it_hears_the_default_topic_and_nothing_before_a_deployment(
    server: Deployapp, transport: type[Any], topic: str
) -> None:
    with RawWebSocket(server) as earlier:
        before = deploy(server, "default/production")
        eventually(partial(has_heard, earlier, before))  # whoever comes from here on has missed it
    with transport(server) as client:
        deploy(server, topic)
        hears(client, deploy(server, "default/production"))
        assert client.greetings == []


def test_the_event_is_the_documented_object(server: Deployapp, transport: type[Any], topic: str) -> None:
    with transport(server, topics=[topic]) as client:
        made = server.trigger(environment=topic.split("/")[1], version="2.0", notes="Zweite Fassung: ½ €\n— neu 🚀")
        hears(client, made["id"])
    expected = {name: value for name, value in made.items() if not name.startswith("deployed_by")}
    assert client.heard == [{"type": "deployment_update", **expected}]


def test_each_event_comes_once_and_in_order(server: Deployapp, transport: type[Any], topic: str) -> None:
    with transport(server, topics=[topic]) as client:
        hears(client, *[deploy(server, topic) for _ in range(10)])


@pytest.mark.parametrize("behind", [1, 2])
def test_a_replay_is_the_newest_event_only(server: Deployapp, transport: type[Any], topic: str, behind: int) -> None:
    with RawWebSocket(server, topics=[topic]) as earlier:
        ids = [deploy(server, topic) for _ in range(3)]
        hears(earlier, *ids)  # whoever comes from here on has missed them
    with transport(server, topics=[topic], last_event_id=ids[-1 - behind]) as client:
        hears(client, ids[-1], deploy(server, topic))


def test_nothing_is_replayed_that_is_not_newer(server: Deployapp, transport: type[Any], topic: str) -> None:
    newest = deploy(server, topic)
    with transport(server, topics=[topic], last_event_id=newest) as client:
        hears(client, deploy(server, topic))


@pytest.fixture(scope="module")
def neighbour(server: Deployapp, set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    """Another process on the server's database: what the server stored it finds by looking, about a second later."""
    folder = set_up(set_up_folder, tmp_path_factory.mktemp("neighbour"))
    database = f"sqlite:///{server.folder / 'deployapp.sqlite3'}"
    running = Deployapp(folder, DATABASE_URL=database, RECONCILE_INTERVAL="1").start()
    yield running
    running.stop()


def test_what_another_process_has_told_is_not_told_again(
    server: Deployapp, neighbour: Deployapp, transport: type[Any], topic: str
) -> None:
    """A tab changes to a process that has yet to find the event which the tab heard last."""
    with RawWebSocket(neighbour, topics=[topic]) as witness:
        while True:
            heard = deploy(server, topic)
            with transport(neighbour, topics=[topic], last_event_id=heard) as client:
                if has_heard(witness, heard):
                    continue  # the neighbour was the faster one
                eventually(partial(has_heard, witness, heard))
                hears(client, deploy(neighbour, topic))
                return


def test_a_replay_on_a_topic_without_deployments_is_nothing(
    server: Deployapp, transport: type[Any], topic: str
) -> None:
    with transport(server, topics=[topic], last_event_id=0) as client:
        hears(client, deploy(server, topic))


def test_several_topics_on_one_connection(
    server: Deployapp, transport: type[Any], new_topic: Callable[[], str]
) -> None:
    one, two, other = new_topic(), new_topic(), new_topic()
    missed = [deploy(server, one), deploy(server, two)]
    with transport(server, topics=[one, two], last_event_id=0) as client:
        first = deploy(server, two)
        deploy(server, other)
        hears(client, *missed, first, deploy(server, one))


def test_a_greeting_for_who_asks(server: Deployapp, transport: type[Any], topic: str) -> None:
    missed = deploy(server, topic)
    with transport(server, topics=[topic], last_event_id=0, hello=True) as client:
        hears(client, missed)
        eventually(lambda: client.greetings)  # who handles each packet in a thread of its own may get to it later
    policy = {"enabled": True, "poll_interval": 300, "poll_jitter": 0.2, "reconnect_max": 60}
    assert client.greetings == [{"type": "hello", "topics": [topic], "policy": policy}]


def test_an_unknown_frontend_is_refused(server: Deployapp, transport: type[Any]) -> None:
    with pytest.raises(Refused) as refusal, transport(server, topics=["nobody-knows/production"]):
        pass
    assert refusal.value.error["code"] == "not_found"
    assert "nobody-knows" in refusal.value.error["message"]


BAD_CHOICES: list[dict[str, Any]] = [
    {"topics": ["No Slug/production"]},
    {"topics": ["default/No Environment"]},
    {"topics": [f"default/e{number}" for number in range(33)]},
    {"last_event_id": -1},
    {"last_event_id": 1 << 63},
]


def test_a_bad_choice_is_refused_with_its_field(server: Deployapp, transport: type[Any]) -> None:
    for choice in BAD_CHOICES:
        with pytest.raises(Refused) as refusal, transport(server, **choice):
            pass
        error = refusal.value.error
        assert error["code"] == "validation_error"
        assert error["fields"].keys() <= ({"frontend", "topics"} if "topics" in choice else {"last_event_id"})


def test_pages_of_every_origin_may_connect_by_default(server: Deployapp, transport: type[Any], topic: str) -> None:
    with transport(server, topics=[topic], origin=ELSEWHERE) as client:
        hears(client, deploy(server, topic))


@pytest.fixture(scope="module")
def own_pages_only(set_up_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployapp]:
    folder = set_up(set_up_folder, tmp_path_factory.mktemp("origins"))
    server = Deployapp(folder, ALLOWED_ORIGINS="https://app.example").start()
    yield server
    server.stop()


def test_pages_of_other_origins_are_refused_when_the_setting_says_so(
    own_pages_only: Deployapp, transport: type[Any], topic: str
) -> None:
    with pytest.raises(Refused) as refusal, transport(own_pages_only, origin=ELSEWHERE):
        pass
    if transport in READING_REFUSALS:
        assert refusal.value.error["code"] == "origin_not_allowed"
    with transport(own_pages_only, topics=[topic], origin="https://app.example") as client:
        hears(client, deploy(own_pages_only, topic))


@pytest.mark.parametrize(
    "path", ["/ws/deployment-updates", "/sse/deployment-updates", SOCKETIO_POLLING, SOCKETIO_WEBSOCKET]
)
def test_the_refusal_of_an_origin_has_the_one_error_shape(own_pages_only: Deployapp, path: str) -> None:
    status, headers, body = answer(own_pages_only, head(path, Origin=ELSEWHERE))
    assert (status, headers["content-type"]) == (403, "application/json")
    assert json.loads(body) == {
        "error": {"code": "origin_not_allowed", "message": "Pages of this origin may not connect."}
    }


def test_a_stream_names_the_event_by_its_id_for_the_browser_to_send_back(server: Deployapp, topic: str) -> None:
    missed = deploy(server, topic)
    answer = server.request(
        "GET", f"/sse/deployment-updates?environment={topic.split('/')[1]}", headers={"Last-Event-ID": "0"}, stream=True
    )
    with answer:
        lines = iter(answer.iter_lines(chunk_size=1))
        assert f"id: {missed}".encode() in lines


def test_subscribing_and_unsubscribing_later(
    server: Deployapp, socket_io: type[Any], new_topic: Callable[[], str]
) -> None:
    first, second = new_topic(), new_topic()
    missed = deploy(server, second)
    with socket_io(server, topics=[first]) as client:
        answer = client.ask("subscribe", {"topics": [second], "last_event_id": 0})
        assert answer == {"ok": True, "topics": [first, second]}
        heard = [missed, deploy(server, second), deploy(server, first)]
        hears(client, *heard)
        assert client.ask("unsubscribe", {"topics": [first]}) == {"ok": True, "topics": [second]}
        deploy(server, first)
        hears(client, *heard, deploy(server, second))


def test_subscribing_twice_tells_nothing_twice(server: Deployapp, socket_io: type[Any], topic: str) -> None:
    missed = deploy(server, topic)
    with socket_io(server, topics=[topic], last_event_id=0) as client:
        assert client.ask("subscribe", {"topics": [topic], "last_event_id": 0}) == {"ok": True, "topics": [topic]}
        hears(client, missed, deploy(server, topic))


def test_what_was_heard_is_not_replayed_and_what_was_not_is(
    server: Deployapp, socket_io: type[Any], new_topic: Callable[[], str]
) -> None:
    first, second = new_topic(), new_topic()
    before = deploy(server, first)
    with socket_io(server, topics=[first]) as client:
        assert client.ask("subscribe", {"topics": [first], "last_event_id": 0})["ok"]
        heard = [before, deploy(server, first)]
        hears(client, *heard)
        missed = deploy(server, second)
        assert client.ask("subscribe", {"topics": [first, second], "last_event_id": before})["ok"]
        heard += [missed, deploy(server, second)]
        hears(client, *heard)
        assert client.ask("subscribe", {"topics": [second, first], "last_event_id": 0})["ok"]
        hears(client, *heard, deploy(server, first))


def test_a_bad_subscription_is_acknowledged_with_its_error(server: Deployapp, socket_io: type[Any], topic: str) -> None:
    with socket_io(server, topics=[topic]) as client:
        unknown = client.ask("subscribe", {"frontend": "nobody-knows"})
        assert (unknown["ok"], unknown["error"]["code"]) == (False, "not_found")
        many = client.ask("subscribe", {"topics": [f"default/e{number}" for number in range(32)]})
        assert (many["ok"], many["error"]["code"]) == (False, "validation_error")
        for argument in ("junk", {"topics": "not a list of topics"}, {"topics": [7]}, {"last_event_id": "x"}, [1], 5):
            refused = client.ask("subscribe", argument)
            assert (refused["ok"], refused["error"]["code"]) == (False, "validation_error"), argument
        hears(client, deploy(server, topic))
        client_topics = client.ask("unsubscribe", {"topics": ["default/never-subscribed"]})
        assert client_topics == {"ok": True, "topics": [topic]}


@pytest.mark.parametrize("kind", [ServerSentEvents])
def test_a_stream_says_when_to_come_back(server: Deployapp, kind: type[ServerSentEvents], topic: str) -> None:
    with kind(server, topics=[topic]) as client:
        hears(client, deploy(server, topic))
        assert client.retry == 3000


def test_the_counters_tell_of_every_transport(server: Deployapp, transport: type[Any], topic: str) -> None:
    with transport(server, topics=[topic]) as client:
        hears(client, deploy(server, topic))
        metrics = server.request("GET", "/metrics").text
    assert f'deployapp_topic_connections{{topic="{topic}"}} 1.0' in metrics


def _is_a_client(kind: type[Any]) -> type[Client]:
    """For the type checker: each of them keeps the interface."""
    return kind

"""The hub on real sockets and the kernel's epoll, with a loop in which the test says what happens during a pause."""

import contextlib
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from deployapp.events import DeploymentEvent, Topic
from deployapp.realtime import hub as hub_module
from deployapp.realtime.connection import Connection
from deployapp.realtime.hub import Hub
from deployapp.realtime.websocket import RawWebSocket

EVENT = DeploymentEvent(id=7, deployed_at="2025-06-25T12:00:00.000Z")


class ScriptedLoop:
    """`pausing` is called at each pause; `serve` hands the hub what is ready, as the loop would."""

    async_mode = "threading"
    epoll = staticmethod(select.epoll)

    def __init__(self) -> None:
        self.pausing: Callable[[], None] = lambda: None
        self.serve: Callable[[], None]

    def when_readable(self, fd: int, callback: Callable[[], None]) -> None:
        self.serve = callback

    def pause(self) -> None:
        self.pausing()


class Clients:
    """Pairs of connected sockets, one end in the hub."""

    def __init__(self, hub: Hub, transport: RawWebSocket, stack: ExitStack) -> None:
        self._hub, self._transport, self._stack = hub, transport, stack

    def join(self, replayed: int = 0) -> tuple[socket.socket, Connection]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._stack.enter_context(theirs)
        theirs.settimeout(5)
        connection = Connection(ours, self._transport, "somewhere", (Topic(),))
        if replayed:
            connection.note_told(Topic(), replayed)
        self._hub.add(connection)
        return theirs, connection


@pytest.fixture
def loop() -> ScriptedLoop:
    return ScriptedLoop()


@pytest.fixture
def hub(loop: ScriptedLoop) -> Hub:
    hub = Hub(loop, limit=4096)  # type: ignore[arg-type]  # nothing here sleeps or spawns
    hub.start()
    return hub


@pytest.fixture
def gone() -> list[Connection]:
    """The connections that the transport was told are closed."""
    return []


@pytest.fixture
def clients(hub: Hub, gone: list[Connection]) -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(hub, RawWebSocket(hub, gone.append), stack)
        for connection in list(hub.connections.values()):
            hub.close(connection)


def heard(client: socket.socket) -> int:
    """How many events have come."""
    client.settimeout(0)
    try:
        return client.recv(1 << 16).count(b'"id":7')
    except BlockingIOError:
        return 0


def everything(client: socket.socket, connection: Connection, loop: ScriptedLoop) -> bytes:
    """Read while the hub has something left for it, and what the kernel then still holds."""
    data = b""
    client.settimeout(5)
    while connection.out is not None:
        loop.serve()
        data += client.recv(1 << 16)
    return data + available(client)


def available(client: socket.socket) -> bytes:
    """What the kernel holds for it."""
    data = b""
    client.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            data += client.recv(1 << 16)
    return data


def test_who_joins_or_leaves_during_a_broadcast_changes_nothing_for_the_others(
    hub: Hub, loop: ScriptedLoop, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SENDS_A_TURN", 2)
    joined = [clients.join() for _ in range(6)]
    late: list[socket.socket] = []

    def meanwhile() -> None:
        late.append(clients.join()[0])
        hub.close(joined[len(late)][1])

    loop.pausing = meanwhile
    hub.publish(EVENT)
    assert [heard(client) for client in late] == [0, 0], "who comes later asks for what it missed"
    stayed = [client for client, connection in joined if connection.fd >= 0]
    assert [heard(client) for client in stayed] == [1] * 4
    loop.pausing = lambda: None
    hub.publish(EVENT)
    assert [heard(client) for client in (*stayed, *late)] == [1] * 6


def test_a_number_that_is_given_anew_during_a_broadcast_is_somebody_else(
    hub: Hub, loop: ScriptedLoop, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SENDS_A_TURN", 1)
    clients.join()
    _, leaver = clients.join()
    number = leaver.fd
    newcomers: list[tuple[socket.socket, Connection]] = []

    def meanwhile() -> None:
        hub.close(leaver)
        newcomers.append(clients.join())

    loop.pausing = meanwhile
    hub.publish(EVENT)
    ((newcomer, connection),) = newcomers
    assert connection.fd == number, "else this shows nothing"
    assert heard(newcomer) == 0
    assert hub.counters.sends == 1


def test_who_fails_or_is_slow_within_a_turn_stands_in_nobodys_way(
    hub: Hub, loop: ScriptedLoop, clients: Clients, gone: list[Connection]
) -> None:
    before, leaver, between, slow, after = (clients.join() for _ in range(5))
    leaver[0].close()
    with contextlib.suppress(BlockingIOError):
        while True:
            slow[1].socket.send(b"x" * 1000)
    hub.publish(EVENT)
    hub.publish(EVENT)
    assert [heard(client) for client, _ in (before, between, after)] == [2, 2, 2]
    assert gone == [leaver[1]]
    assert everything(slow[0], slow[1], loop).count(b'"id":7') == 2
    hub.publish(EVENT)
    assert [heard(client) for client, _ in (before, between, slow, after)] == [1] * 4


def test_what_the_kernel_takes_in_part_arrives_whole(loop: ScriptedLoop) -> None:
    hub = Hub(loop, limit=1 << 20)  # type: ignore[arg-type]
    hub.start()
    with ExitStack() as stack:
        clients = Clients(hub, RawWebSocket(hub, lambda _: None), stack)
        joined = [clients.join() for _ in range(3)]
        large = replace(EVENT, notes="x" * 400_000)
        hub.publish(large)
        for client, connection in joined:
            assert connection.out, "else this shows nothing"
            begun = available(client)  # the kernel has room again, before the hub has sent the rest
            hub.publish(replace(EVENT, id=8))
            data = begun + everything(client, connection, loop)
            assert data.count(b"x") == 400_000
            assert data.rfind(b"x") < data.index(b'"id":8'), "one after the other"
            hub.close(connection)


def test_who_was_told_by_a_replay_may_leave_during_a_broadcast(
    hub: Hub, loop: ScriptedLoop, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SENDS_A_TURN", 1)
    before, (_, leaver), after = clients.join(), clients.join(replayed=6), clients.join()
    loop.pausing = lambda: hub.close(leaver)
    hub.publish(EVENT)
    assert [heard(client) for client, _ in (before, after)] == [1, 1]


def test_a_topic_that_comes_later_is_not_told_of_what_was_replayed(hub: Hub, clients: Clients) -> None:
    client, connection = clients.join()
    connection.note_told(Topic("shop"), 7)
    hub.subscribe(connection, (Topic("shop"),))
    hub.publish(replace(EVENT, frontend="shop"))
    assert heard(client) == 0
    hub.unsubscribe(connection, (Topic("shop"),))
    hub.subscribe(connection, (Topic("shop"),))
    hub.publish(replace(EVENT, frontend="shop"))
    assert heard(client) == 1, "what was replayed before it left the topic counts no more"


def test_who_was_told_by_a_replay_is_not_told_again(hub: Hub, clients: Clients) -> None:
    told, _ = clients.join(replayed=7)
    tell, _ = clients.join(replayed=6)
    hub.publish(EVENT)
    assert (heard(told), heard(tell)) == (0, 1)
    assert hub.counters.sends == 1
    hub.publish(replace(EVENT, id=8))
    assert [client.recv(1 << 16).count(b'"id":8') for client in (told, tell)] == [1, 1]


def test_a_transport_that_fails_to_clean_up_stops_nobody(
    hub: Hub, clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: RawWebSocket, connection: Connection) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(RawWebSocket, "closed", fail)
    broken, stays = clients.join(), clients.join()
    broken[0].close()
    hub.publish(EVENT)
    hub.publish(EVENT)
    assert heard(stays[0]) == 2
    assert broken[1].fd == -1
    assert "on purpose" in caplog.text


def test_a_transport_that_fails_to_read_loses_that_client_only(
    hub: Hub, loop: ScriptedLoop, clients: Clients, gone: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: RawWebSocket, connection: Connection, data: bytes) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(RawWebSocket, "received", fail)
    (bad, _), (good, _) = clients.join(), clients.join()
    bad.send(b"anything")
    loop.serve()
    assert len(gone) == 1
    hub.publish(EVENT)
    assert heard(good) == 1


def test_closing_twice_is_harmless(hub: Hub, clients: Clients, gone: list[Connection]) -> None:
    _, connection = clients.join()
    hub.close(connection)
    hub.close(connection)
    hub.send(connection, b"too late")
    hub.receive(connection, b"too late")
    hub.heartbeat(connection)
    assert gone == [connection]
    assert hub.by_topic() == {}


def test_what_the_kernel_does_not_take_is_kept_up_to_the_limit(
    hub: Hub, loop: ScriptedLoop, clients: Clients, gone: list[Connection]
) -> None:
    client, connection = clients.join()
    piece = b"x" * 1000
    while connection.out is None:
        hub.send(connection, piece)
    kept = len(connection.out)
    assert 0 < kept <= 1000
    while client.recv(1 << 16):
        loop.serve()
        if connection.out is None:
            break
    assert connection.fd >= 0
    while connection.fd >= 0:
        hub.send(connection, piece)
    assert gone == [connection]
    assert hub.counters.slow_closes == 1

"""Reads, at each scrape, what the parts of the app count by themselves; so they need to know nothing of Prometheus."""

from collections.abc import Iterable, Iterator

from flask import Flask
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from deployapp.bus import Bus
from deployapp.dispatcher import Dispatcher
from deployapp.realtime.gateway import Realtime
from deployapp.reconciler import Reconciler

BUS_STATES = ("up", "connecting", "down")


TOP_TOPICS = 20  # a topic is a user's word; their number has no bound, that of the series has

COUNTERS = (
    ("connections_accepted", "accepted", "Push connections accepted."),
    ("connections_refused", "refused", "Push connections refused because of a limit."),
    ("events_replayed", "replayed", "Events sent to a client that came back and had missed them."),
    ("sends", "sends", "Events sent, once for each connection."),
    ("slow_closes", "slow_closes", "Connections closed because the client read too slowly."),
    ("silent_closes", "silent_closes", "Connections closed because the client gave no sign of life."),
)


class StateCollector(Collector):
    """Connections, bus, dispatcher and reconciler of one app."""

    def __init__(self, app: Flask) -> None:
        self._parts = app.extensions

    def describe(self) -> Iterable[Metric]:
        return ()  # nothing is read before the first scrape

    def collect(self) -> Iterator[Metric]:
        yield from self._realtime()
        yield self._bus()
        yield from self._dispatcher()
        yield from self._reconciler()

    def _realtime(self) -> Iterator[Metric]:
        realtime: Realtime = self._parts["deployapp.realtime"]
        counts = realtime.snapshot()
        yield _gauge("deployapp_connections", "Open push connections.", "transport", counts["connections"])
        topics = bounded(counts["topics"])
        yield _gauge("deployapp_topic_connections", "Subscribed connections, by topic.", "topic", topics)
        for name, key, meaning in COUNTERS:
            yield CounterMetricFamily(f"deployapp_{name}", meaning, counts[key])

    def _bus(self) -> Metric:
        bus: Bus = self._parts["deployapp.bus"]
        family = GaugeMetricFamily("deployapp_bus_state", "1 for the state that the bus is in.", labels=["state"])
        for state in BUS_STATES:
            family.add_metric([state], float(bus.state == state))
        return family

    def _dispatcher(self) -> Iterator[Metric]:
        dispatcher: Dispatcher = self._parts["deployapp.dispatcher"]
        for what, meaning in ("dispatched", "handed to this process' tabs"), ("deduplicated", "dropped as known"):
            family = CounterMetricFamily(
                f"deployapp_events_{what}", f"Events {meaning}, by where they came from.", labels=["source"]
            )
            for source in "bus", "reconciler":
                family.add_metric([source], dispatcher.counts[what, source])
            yield family

    def _reconciler(self) -> Iterator[Metric]:
        reconciler: Reconciler = self._parts["deployapp.reconciler"]
        yield CounterMetricFamily(
            "deployapp_reconciler_found", "Deployments that only the look into the database found.", reconciler.found
        )
        yield GaugeMetricFamily(
            "deployapp_reconciler_healthy", "1 while the look into the database works.", float(reconciler.healthy)
        )


def bounded(counts: dict[str, int]) -> dict[str, int]:
    """The largest, and the sum of all others as `other`."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    top = dict(ranked[:TOP_TOPICS])
    rest = sum(count for _, count in ranked[TOP_TOPICS:])
    return {**top, "other": rest} if rest else top


def _gauge(name: str, meaning: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family

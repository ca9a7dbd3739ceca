"""The run with stalled clients really has the server keep what they do not read, until it closes them."""

from benchmarks import native
from benchmarks.measuring import Processors
from benchmarks.stalled import KEPT_FILLS, STALLED, measure_stalled


def test_stalled_clients_fill_the_servers_buffers() -> None:
    native.build()
    run = measure_stalled(STALLED + 20, Processors.choose(), say=lambda text: None)
    assert {one.heard for one in [*run.without, *run.beside]} == {20}
    assert all(fills <= KEPT_FILLS + 2 for fills in run.fills_to_close)

"""When the collector of reference cycles runs: its pauses are what every tab of a process would wait for.

See docs/decisions/0014-garbage-collection.md.
"""

import gc

YOUNG = 700  # containers made and not gone before the young are looked at
MIDDLE = 10  # looks at the young before one at the middle-aged
OLD = 100  # looks at the middle-aged before one at everything that is not frozen


def settle() -> None:
    """To be called once all that lives as long as the process is there: it is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

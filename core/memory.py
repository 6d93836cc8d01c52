"""The garbage collector of processes that load much and handle many records at once."""

import gc

YOUNG_OBJECTS = 50_000
"""A transaction makes tens of thousands of rows that all live until its end: looking at them earlier finds nothing."""


def collect_seldom() -> None:
    """Before much is imported: nothing of it goes away, and looking through it takes a quarter of a start."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


def settle_collector() -> None:
    """Leave out of collections what has been loaded by now, and collect seldom."""
    gc.collect()
    gc.freeze()
    collect_seldom()

"""Quantiles of many groups of sketches at once: a dashboard asks for thousands."""

from collections.abc import Sequence

import numpy as np

from metrics.sketches.bins import get_value
from metrics.sketches.codec import ENTRY, HEAD, HIGH_MARK, VERSION_MARK, UnreadableSketch

_PLACES = 1 << 17
"""More than there are places."""


def find_quantiles(groups: Sequence[Sequence[bytes]], q: float) -> list[float | None]:
    """For each group of encoded sketches the quantile of all its values; None of nothing. UnreadableSketch.

    The same as of one sketch merged of them (`metrics.sketches.sketch`).
    """
    parts = [part for group in groups for part in group if part]
    if any(len(part) % ENTRY.itemsize or not part.startswith(HEAD) for part in parts):
        raise UnreadableSketch("not a sketch")
    found: list[float | None] = [None] * len(groups)
    if not parts:
        return found
    sizes = [sum(len(part) for part in group) // ENTRY.itemsize for group in groups]
    owners = np.repeat(np.arange(len(groups)), sizes)
    entries = np.frombuffer(b"".join(parts), ENTRY)
    places, counts = entries["place"].astype(np.int64), entries["count"].astype(np.int64)
    highs = np.flatnonzero(places == HIGH_MARK)
    counts[highs + 1] += counts[highs] << 32
    is_bin = (places != HIGH_MARK) & (places != VERSION_MARK)
    owners, places, counts = owners[is_bin], places[is_bin], counts[is_bin]
    order = np.argsort(owners * _PLACES + places, kind="stable")
    owners, places, sums = owners[order], places[order], np.cumsum(counts[order])
    last = np.flatnonzero(np.diff(owners, append=-1))
    before = np.concatenate(([0], sums[last][:-1]))
    # The ranks of `metrics.sketches.sketch.find_rank`.
    ranks = before + np.maximum(0, np.ceil(np.round(q * (sums[last] - before), 6)).astype(np.int64) - 1)
    at = np.searchsorted(sums, ranks, side="right")
    for owner, place in zip(owners[last].tolist(), places[at].tolist(), strict=True):
        found[owner] = get_value(place)
    return found

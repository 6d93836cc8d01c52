"""Sketches as bytes, and the merging of many at once.

An entry has six bytes: a place and a count, little endian. The first entry of a sketch is (VERSION_MARK, version); a
count of 2**32 or more is preceded by an entry (HIGH_MARK, its upper half). So sketches one after another are one array.
"""

from collections.abc import Sequence

import numpy as np

from metrics.sketches.sketch import EMPTY, Sketch, gather

ENTRY = np.dtype([("place", "<i2"), ("count", "<u4")])
VERSION_MARK, HIGH_MARK = -32768, 32767
VERSION = 1
HEAD = np.array([(VERSION_MARK, VERSION)], ENTRY).tobytes()


class UnreadableSketch(ValueError):
    """Bytes that no version of this program has written."""


def encode_sketch(sketch: Sketch) -> bytes:
    """The same bytes for the same counts; none at all for an empty sketch."""
    if not len(sketch.places):
        return b""
    entries = np.empty(len(sketch.places), ENTRY)
    entries["place"], entries["count"] = sketch.places, sketch.counts & 0xFFFFFFFF
    highs = sketch.counts >> 32
    large = np.flatnonzero(highs)
    if len(large):
        marks = np.empty(len(large), ENTRY)
        marks["place"], marks["count"] = HIGH_MARK, highs[large]
        entries = np.insert(entries, large, marks)
    return HEAD + entries.tobytes()


def decode_sketch(data: bytes) -> Sketch:
    """The sketch that was encoded; UnreadableSketch."""
    return merge_encoded([data])


def merge_encoded(parts: Sequence[bytes]) -> Sketch:
    """One sketch of all the values of encoded ones; UnreadableSketch. Order and grouping make no difference."""
    data = b"".join(parts)
    if not data:
        return EMPTY
    if len(data) % ENTRY.itemsize or any(part and not part.startswith(HEAD) for part in parts):
        raise UnreadableSketch("not a sketch")
    entries = np.frombuffer(data, ENTRY)
    places, counts = entries["place"].astype(np.int64), entries["count"].astype(np.int64)
    highs = np.flatnonzero(places == HIGH_MARK)
    if len(highs):
        counts[highs + 1] += counts[highs] << 32
    is_bin = (places != HIGH_MARK) & (places != VERSION_MARK)
    return gather(places[is_bin], counts[is_bin])

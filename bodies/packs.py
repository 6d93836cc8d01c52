"""Packs: items concatenated to about 128 kB and compressed as one zstd frame.

Similar texts lie side by side, so a frame is several times smaller than its items compressed
one by one, and reading an item decompresses at most one frame. Measured in docs/adr/0003.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import zstandard

PACK_BYTES = 128 * 1024
LEVEL = 1
"""A few percent larger than level 3 (docs/adr/0003), for less time."""
_local = threading.local()


class Place(NamedTuple):
    """Where an item lies: pack by its position in the batch (before storing) or its key (after)."""

    pack: int
    offset: int
    length: int


class Packed(NamedTuple):
    """Items laid into frames."""

    frames: list[bytes]
    places: list[Place]
    """One for each item, in order; `pack` is an index into `frames`."""


def pack_items(items: Sequence[bytes]) -> Packed:
    """Lay the items into compressed frames, in order. An item is never split."""
    frames: list[bytes] = []
    places: list[Place] = []
    pending: list[bytes] = []
    size = 0
    for item in items:
        places.append(Place(len(frames), size, len(item)))
        pending.append(item)
        size += len(item)
        if size >= PACK_BYTES:
            frames.append(compress(b"".join(pending)))
            pending, size = [], 0
    if pending:
        frames.append(compress(b"".join(pending)))
    return Packed(frames, places)


def compress(data: bytes) -> bytes:
    """A zstd frame that records its content size."""
    compressor = getattr(_local, "compressor", None)
    if compressor is None:
        compressor = _local.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return bytes(compressor.compress(data))


def decompress(frame: bytes) -> bytes:
    """The content of a frame that `compress` made."""
    decompressor = getattr(_local, "decompressor", None)
    if decompressor is None:
        decompressor = _local.decompressor = zstandard.ZstdDecompressor()
    return bytes(decompressor.decompress(frame))

"""Writes items into packs inside the caller's transaction."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from django.db import connection

from bodies.packs import Place, pack_items
from core.bulk import Table, allocate_ids, find_by_keys, insert_probably_missing, insert_rows

PACKS = Table("bodies_pack", ("id", "project_id", "data"), ("int8", "int8", "bytea"))
BODIES = Table(
    "bodies_body",
    ("project_id", "hash", "pack_id", "start", "length"),
    ("int8", "bytea", "int8", "int4", "int4"),
)


def hash_body(data: bytes) -> bytes:
    """The 16 bytes a body is known by."""
    return blake2b(data, digest_size=16).digest()


def find_missing(project_id: int, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these hashes have no body in the project yet."""
    if not hashes:
        return set()
    with connection.cursor() as cursor:
        rows = find_by_keys(
            cursor,
            connection.vendor,
            "bodies_body",
            wanted=("hash",),
            keys=("hash",),
            key_types=("bytea",),
            values=[(value,) for value in hashes],
            fixed=("project_id", project_id),
        )
    return set(hashes) - {bytes(row[0]) for row in rows}


def store_items(cursor: Any, project_id: int, items: Sequence[tuple[bytes, bytes]]) -> list[Place]:
    """Store (hash or empty, data) items; gives each one's place with the pack's key.

    An item with a hash becomes a Body that others find by it; one without is known only by its place.
    Idempotent for hashed items: if another transaction was first, its body stays and ours is dead weight.
    """
    if not items:
        return []
    packed = pack_items([data for _, data in items])
    vendor = connection.vendor
    pack_ids = allocate_ids(cursor, vendor, PACKS.name, len(packed.frames))
    insert_rows(
        cursor, vendor, PACKS, [(key, project_id, data) for key, data in zip(pack_ids, packed.frames, strict=True)]
    )
    places = [Place(pack_ids[place.pack], place.offset, place.length) for place in packed.places]
    bodies = sorted((project_id, hashed, *place) for (hashed, _), place in zip(items, places, strict=True) if hashed)
    insert_probably_missing(cursor, vendor, BODIES, bodies, "project_id, hash")
    return places
